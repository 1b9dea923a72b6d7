import type { Host } from '@alt/service-kit';
import { Counter } from 'prom-client';

export interface Metrics {
  /** A request of a zone ended so: ok, limited, unauthorised, refused, failing, unreachable. */
  asked(zone: 1 | 2, outcome: string): void;
  /** A run ended: ok, waiting, unauthorised, failing. */
  ran(outcome: string): void;
}

/** What can be watched of the runs of this process. How the accounts stand is told by alt-backend. */
export function createMetrics(registry: Host['metrics']): Metrics {
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
  return {
    asked: (zone, outcome) => requests.inc({ zone: String(zone), outcome }),
    ran: (outcome) => runs.inc({ outcome }),
  };
}
