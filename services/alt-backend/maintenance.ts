import { type Database, statement } from '@alt/database';
import { type Jobs, type Logger, oneAtATime } from '@alt/service-kit';
import { settleAll } from './marking.ts';

const SETTLE_EVERY_MS = 30_000;
const CLEAN_EVERY_MS = 6 * 3_600_000;
const CLEAN_FIRST_MS = 10 * 60_000;
const CLEAN_BATCH = 1_000;
/** After so many settled rows the dead ones would slow down lists, and the planner would still take all for unread. */
const VACUUM_AFTER_ROWS = 50_000;

const retain = statement<{ removed: number }>('retain', 'select retain($1) as removed');
const purgeLeavers = statement<{ removed: number }>('purge_leavers', 'select purge_leavers($1) as removed');
const forgetTombstones = statement<{ feedId: number; identity: Buffer }>(
  'forget_tombstones',
  'select feed_id as "feedId", identity from forget_tombstones($1, $2, $3)',
);
const collect = statement<{ lastId: number | null }>('collect_garbage', 'select collect_garbage($1, $2) as "lastId"');

export interface Maintenance {
  /** A mark waits for its rows. */
  settleSoon(): void;
  /** Somebody left, whose data may have to go. */
  purgeSoon(): void;
  stop(): Promise<void>;
}

/** What follows in the background: rows after "mark all read", retention, what leavers and nobody hold. */
export function startMaintenance(database: Database, log: Logger, jobs: Jobs): Maintenance {
  /** Each kind of work by itself; none waits for another. */
  const each = (name: string, everyMs: number, work: (signal: AbortSignal) => Promise<void>) =>
    oneAtATime(jobs.watched(name, everyMs, work), (error) =>
      log.warn({ error: String(error) }, `${name} failed; it will be tried again`),
    );

  const settling = each('settling', SETTLE_EVERY_MS, async () => {
    const settled = await settleAll(database);
    if (settled >= VACUUM_AFTER_ROWS) await database.script('vacuum (analyze) entries');
  });
  const purging = each('purging', SETTLE_EVERY_MS, async (signal) => {
    while (!signal.aborted && ((await database.one(purgeLeavers, [CLEAN_BATCH]))?.removed ?? 0) > 0);
  });
  // Who works a stage holds its row and then needs the article, which are taken here in the other order.
  const collectAfter = async (id: number): Promise<number | null> =>
    (await database.transaction((tx) => tx.one(collect, [id, CLEAN_BATCH]), { retry: true }))?.lastId ?? null;
  const cleaning = each('cleaning', CLEAN_EVERY_MS, async (signal) => {
    while (!signal.aborted && ((await database.one(retain, [CLEAN_BATCH]))?.removed ?? 0) >= CLEAN_BATCH);
    let lastId: number | null = 0;
    while (lastId !== null && !signal.aborted) lastId = await collectAfter(lastId);
    let last: { feedId: number; identity: Buffer } | null = { feedId: 0, identity: Buffer.alloc(0) };
    while (last && !signal.aborted)
      last = await database.one(forgetTombstones, [last.feedId, last.identity, CLEAN_BATCH]);
  });

  const timers = [
    setInterval(settling.ask, SETTLE_EVERY_MS),
    setInterval(purging.ask, SETTLE_EVERY_MS),
    setInterval(cleaning.ask, CLEAN_EVERY_MS),
    setTimeout(cleaning.ask, CLEAN_FIRST_MS),
  ];
  for (const timer of timers) timer.unref();
  void settling.ask();

  return {
    settleSoon: () => void settling.ask(),
    purgeSoon: () => void purging.ask(),
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all([settling.stop(), purging.stop(), cleaning.stop()]);
    },
  };
}
