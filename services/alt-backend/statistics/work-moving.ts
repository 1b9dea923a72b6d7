import { type Database, type Queryable, statement } from '@alt/database';
import type { ClickHouse } from './clickhouse-client.ts';
import { forgetWorkBefore, insertWork, mergeWork, prepareWork, type WorkEvent } from './clickhouse-work.ts';

const BATCH = 10_000;
/** So many at once are those that Postgres had kept, or what came while ClickHouse was down. */
const MERGE_AFTER = 50_000;

const callSwitch = statement<{ isNew: boolean }>('work_switch', 'select switch_event_store($1) as "isNew"');
const callCollectHours = statement('work_collect_hours', 'select collect_work_hours()');
const selectUntoldDays = statement<{ day: string }>('work_untold_days', 'select day::text from untold_days()');
const callCollectDay = statement('work_collect_day', 'select collect_feed_day($1)');
const callReturn = statement<{ returned: number }>('work_return', 'select return_work($1) as returned');
const callTake = statement<WorkEvent>(
  'work_take',
  `select id, at, kind, name, variant, feed_id as "feedId", done, failed, milliseconds, buckets, tokens_in as "tokensIn",
     tokens_out as "tokensOut", unchanged, articles, bytes
   from take_work($1)`,
);

export interface WorkMoving {
  /** Brings what processes told of their work to where statistics look for it. */
  move(signal: AbortSignal): Promise<void>;
  /** Forgets in ClickHouse what is older than a moment. */
  forgetBefore(before: Date): Promise<void>;
  /** Merges what came into ClickHouse into few parts. */
  merge(): Promise<void>;
}

/**
 * What processes tell lies in Postgres, as sums or, where there is a ClickHouse, as events that wait to be brought there. Says in
 * the database which of both it is; what was kept the other way follows, so that a ClickHouse may come, go and come back.
 */
export function createWorkMoving(database: Database, clickHouse: ClickHouse | null): WorkMoving {
  let isCollected = false;
  let isPrepared = false;
  const prepare = async (server: ClickHouse) => {
    if (!isPrepared) await prepareWork(server);
    isPrepared = true;
  };
  return {
    async move(signal) {
      const isNew = (await database.one(callSwitch, [clickHouse !== null]))?.isNew ?? false;
      if (!clickHouse) return returnAll(database, signal);
      if (isNew) isCollected = false;
      if (!isCollected) await collect(database);
      isCollected = true;
      await prepare(clickHouse);
      await takeAll(database, clickHouse, signal);
    },
    async forgetBefore(before) {
      if (!clickHouse) return;
      isPrepared = false; // somebody may have dropped the table
      await prepare(clickHouse);
      await forgetWorkBefore(clickHouse, before);
    },
    async merge() {
      if (clickHouse) await mergeWork(clickHouse);
    },
  };
}

/** A day at once, so that no poll waits long for its row. */
async function collect(database: Database): Promise<void> {
  await database.run(callCollectHours);
  for (const { day } of await database.all(selectUntoldDays)) await database.run(callCollectDay, [day]);
}

/** What was inserted and not committed here comes again, under the same ids. */
async function takeAll(database: Database, clickHouse: ClickHouse, signal: AbortSignal): Promise<void> {
  let taken = 1;
  let total = 0;
  while (taken > 0 && !signal.aborted) {
    taken = await database.transaction(async (tx: Queryable) => {
      const events = await tx.all(callTake, [BATCH]);
      if (events.length > 0) await insertWork(clickHouse, events);
      return events.length;
    });
    total += taken;
  }
  if (total >= MERGE_AFTER) await mergeWork(clickHouse);
}

async function returnAll(database: Database, signal: AbortSignal): Promise<void> {
  let returned = 1;
  while (returned > 0 && !signal.aborted) returned = (await database.one(callReturn, [BATCH]))?.returned ?? 0;
}
