import type { Host } from '@alt/service-kit';
import { Counter, Gauge } from 'prom-client';

export interface Metrics {
  /** A request of a zone ended so: ok, limited, unauthorised, refused, failing, unreachable. */
  asked(zone: 1 | 2, outcome: string): void;
  /** A run ended: ok, waiting, unauthorised, failing. */
  ran(outcome: string): void;
}

export interface Standing {
  connections: number;
  unauthorised: number;
  failing: number;
  backlog: number;
  writes: number;
  lastSuccessAt: Date | null;
}

/** What can be watched: requests, runs, and how the connections stand, asked when it is collected. */
export function createMetrics(registry: Host['metrics'], standing: () => Promise<Standing | null>): Metrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'alt_inoreader_requests_total',
    help: 'Requests to Inoreader, by zone (1 reads, 2 writes) and outcome',
    labelNames: ['zone', 'outcome'],
    registers,
  });
  const runs = new Counter({
    name: 'alt_inoreader_runs_total',
    help: 'Runs of the synchronisation, by how they ended',
    labelNames: ['outcome'],
    registers,
  });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const backlog = gauge('alt_inoreader_backlog', 'Articles of which the contents are still to be brought');
  const writes = gauge('alt_inoreader_writes_waiting', 'Articles of which Inoreader is still to hear a change');
  const unauthorised = gauge('alt_inoreader_connections_unauthorised', 'Connections that wait for a new token');
  const failing = gauge('alt_inoreader_connections_failing', 'Connections whose last run failed');
  const succeeded = gauge('alt_inoreader_last_success_timestamp_seconds', 'When a run last came to its end');
  new Gauge({
    name: 'alt_inoreader_connections',
    help: 'Accounts that are connected',
    registers,
    async collect() {
      const now = await standing();
      if (!now) return;
      this.set(now.connections);
      backlog.set(now.backlog);
      writes.set(now.writes);
      unauthorised.set(now.unauthorised);
      failing.set(now.failing);
      succeeded.set((now.lastSuccessAt?.getTime() ?? 0) / 1_000);
    },
  });
  return {
    asked: (zone, outcome) => requests.inc({ zone: String(zone), outcome }),
    ran: (outcome) => runs.inc({ outcome }),
  };
}
