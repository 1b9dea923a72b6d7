import { type Database, statement } from '@alt/database';
import type { Host } from '@alt/service-kit';
import { Gauge } from 'prom-client';

interface Standing {
  connections: number;
  needingPerson: number;
  failing: number;
  spent: number;
  backlog: number;
  writes: number;
  /** Null where no account is expected to be synchronised. */
  oldestSuccessAt: Date | null;
}

const selectStanding = statement<Standing>(
  'inoreader_watch',
  `select connections, needing_person as "needingPerson", failing, spent, backlog::float8 as backlog, writes::float8 as writes,
     oldest_success_at as "oldestSuccessAt"
   from inoreader_watch()`,
);

const GAUGES: { name: string; help: string; value(now: Standing): number }[] = [
  { name: 'alt_inoreader_connections', help: 'Accounts that are connected', value: (now) => now.connections },
  {
    name: 'alt_inoreader_connections_needing_person',
    help: 'Accounts that wait for a person: for a permission, or for a word on a mass deletion',
    value: (now) => now.needingPerson,
  },
  {
    name: 'alt_inoreader_connections_failing',
    help: 'Accounts whose last run failed',
    value: (now) => now.failing,
  },
  {
    name: 'alt_inoreader_connections_spent',
    help: 'Accounts whose requests of the day are used up while something waits for them',
    value: (now) => now.spent,
  },
  {
    name: 'alt_inoreader_backlog',
    help: 'Articles of which the contents are still to be brought',
    value: (now) => now.backlog,
  },
  {
    name: 'alt_inoreader_writes_waiting',
    help: 'Articles of which Inoreader is still to hear a change',
    value: (now) => now.writes,
  },
  {
    name: 'alt_inoreader_oldest_success_timestamp_seconds',
    help: 'When the account that waits longest was last synchronised, or connected; 0 where there is none',
    value: (now) => (now.oldestSuccessAt?.getTime() ?? 0) / 1_000,
  },
];

/** How the accounts at Inoreader stand, asked when it is collected; no reader's data. */
export function addConnectionMetrics({ metrics, database }: { metrics: Host['metrics']; database: Database }): void {
  let asked: Promise<Standing | null> | null = null;
  // All are collected at once, and one question answers them.
  const ask = () => {
    asked ??= database.one(selectStanding).finally(() => {
      asked = null;
    });
    return asked;
  };
  for (const { name, help, value } of GAUGES) {
    new Gauge({
      name,
      help,
      registers: [metrics],
      async collect() {
        const now = await ask();
        if (now) this.set(value(now));
      },
    });
  }
}
