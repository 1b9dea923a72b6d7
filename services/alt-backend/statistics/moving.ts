import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, type Queryable, statement } from '@alt/database';
import { type Logger, oneAtATime } from '@alt/service-kit';
import {
  eraseReader,
  forgetBefore,
  insertEvents,
  type KeptEvent,
  mergeParts,
  prepareClickHouse,
} from './clickhouse.ts';
import type { ClickHouse } from './clickhouse-client.ts';
import { createWorkMoving, type WorkMoving } from './work-moving.ts';

const MOVE_EVERY_MS = 30_000;
/** Whoever asks for statistics waits no longer for what is being moved. */
const MOVE_WAIT_MS = 3_000;
const FORGET_EVERY_MS = 6 * 3_600_000;
/** A roll-up of so many takes a tenth of a second. */
const ROLL_BATCH = 5_000;
const TAKE_BATCH = 20_000;
/** Somebody else moves them meanwhile. */
const BUSY_WAIT_MS = 50;
const BUSY_MAXIMUM = 100;
/** So many at once are those that Postgres had kept, or what came while ClickHouse was down. */
const MERGE_AFTER = 50_000;

const callRoll = statement<{ moved: number }>('reading_roll', 'select roll_reading($1) as moved');
const callTake = statement<KeptEvent>(
  'reading_take',
  `select id, tenant_id as "tenantId", reader_id as "readerId", at, kind, feed_id as "feedId", amount, seconds, detail
   from take_reading($1)`,
);
const callPrepare = statement('reading_prepare', 'select prepare_reading_months()');
const callForget = statement('reading_forget', 'select forget_old_reading($1), forget_old_work($1)');
const callLeavers = statement('reading_leavers', 'select erase_leavers_reading()');
const callToErase = statement<{ readerId: number; tenantId: string; until: Date }>(
  'reading_to_erase',
  'select reader_id as "readerId", tenant_id as "tenantId", until from reading_to_erase()',
);
const callErased = statement('reading_erased', 'select reading_erased($1, $2)');
const selectShortTenants = statement<{ id: string; days: number }>(
  'reading_short_tenants',
  'select tenant_id as id, keep_days as days from tenants_keeping_less($1)',
);

export interface MovingOptions {
  database: Database;
  log: Logger;
  /** Null: events stay in Postgres. */
  clickHouse: ClickHouse | null;
  keepDays: number;
  /** Without, nothing is done but what is asked for: two that keep events in different stores share one inbox. */
  isPeriodic?: boolean;
}

export interface Moving {
  /** Resolves when what readers did before lies where statistics look: true; after seconds in any case: false. */
  untilMoved(): Promise<boolean>;
  /** The same of what the platform did. */
  untilWorkMoved(): Promise<boolean>;
  /** The same of both, however long it takes. */
  moveAll(): Promise<void>;
  /** Erases in ClickHouse what the database has noted; throws where that does not answer. */
  eraseNow(): Promise<void>;
  /** Forgets what is kept for too long; done every few hours besides. */
  forgetNow(): Promise<void>;
  stop(): Promise<void>;
}

/** Brings events from the inbox to where they are kept, erases and forgets them. Any number of processes may do so. */
export function startMoving(options: MovingOptions): Moving {
  const { log } = options;
  const database = options.database.background;
  const each = (name: string, work: (signal: AbortSignal) => Promise<void>) =>
    oneAtATime(work, (error) => log.warn({ error: String(error) }, `${name} failed; it will be tried again`));
  const work = createWorkMoving(database, options.clickHouse);
  let isPrepared = false;
  const prepare = async () => {
    if (isPrepared) return;
    if (options.clickHouse) await prepareClickHouse(options.clickHouse);
    else await database.run(callPrepare);
    isPrepared = true;
  };
  const moving = each('moving statistics', async (signal) => {
    await prepare();
    const { clickHouse } = options;
    if (clickHouse) await takeAll(database, clickHouse, signal);
    else await rollAll(database, signal);
  });
  const movingWork = each('moving statistics of the platform', work.move);
  const moveAll = async () => {
    await Promise.all([moving.ask(), movingWork.ask()]);
  };
  const erase = async () => {
    await prepare();
    await eraseNoted(database, options.clickHouse);
  };
  const erasing = each('erasing statistics', async () => {
    await database.run(callLeavers);
    await erase();
  });
  const forgetting = each('forgetting old statistics', async () => {
    isPrepared = false; // the next month has to be made
    await prepare();
    await forgetOld(database, options, work);
  });
  const beat = () => {
    void moveAll();
    void erasing.ask();
  };
  const isPeriodic = options.isPeriodic ?? true;
  const timers = isPeriodic ? [setInterval(beat, MOVE_EVERY_MS), setInterval(forgetting.ask, FORGET_EVERY_MS)] : [];
  for (const timer of timers) timer.unref();
  return {
    untilMoved: () => inTime(moving.ask()),
    untilWorkMoved: () => inTime(movingWork.ask()),
    moveAll,
    eraseNow: erase,
    forgetNow: () => forgetting.ask(),
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all([moving.stop(), movingWork.stop(), erasing.stop(), forgetting.stop()]);
    },
  };
}

function inTime(moved: Promise<void>): Promise<boolean> {
  return Promise.race([moved.then(() => true), sleep(MOVE_WAIT_MS, false, { ref: false })]);
}

async function rollAll(database: Database, signal: AbortSignal): Promise<void> {
  for (let busy = 0; busy < BUSY_MAXIMUM && !signal.aborted; ) {
    const moved = (await database.one(callRoll, [ROLL_BATCH]))?.moved ?? 0;
    if (moved >= 0 && moved < ROLL_BATCH) return;
    if (moved < 0) {
      busy += 1;
      await sleep(BUSY_WAIT_MS);
    }
  }
}

/** What was inserted and not committed here comes again, under the same ids. */
async function takeAll(database: Database, clickHouse: ClickHouse, signal: AbortSignal): Promise<void> {
  let taken = 1;
  let total = 0;
  while (taken > 0 && !signal.aborted) {
    taken = await database.transaction(async (tx: Queryable) => {
      const events = await tx.all(callTake, [TAKE_BATCH]);
      if (events.length > 0) await insertEvents(clickHouse, events);
      return events.length;
    });
    total += taken;
  }
  if (total >= MERGE_AFTER) await mergeParts(clickHouse);
}

/** Without a ClickHouse there is nothing more to erase, and no note of who is gone stays. */
async function eraseNoted(database: Database, clickHouse: ClickHouse | null): Promise<void> {
  for (;;) {
    const noted = await database.all(callToErase);
    if (noted.length === 0) return;
    for (const { readerId, tenantId, until } of noted) {
      if (clickHouse) await eraseReader(clickHouse, tenantId, readerId, until);
      await database.run(callErased, [readerId, until]);
    }
  }
}

const DAY_MS = 86_400_000;

async function forgetOld(database: Database, { clickHouse, keepDays }: MovingOptions, work: WorkMoving): Promise<void> {
  await database.run(callForget, [keepDays]);
  if (!clickHouse) return;
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const oldest = new Date(today - keepDays * DAY_MS);
  await work.forgetBefore(oldest);
  await forgetBefore(clickHouse, oldest, null);
  for (const { id, days } of await database.all(selectShortTenants, [keepDays])) {
    await forgetBefore(clickHouse, new Date(today - days * DAY_MS), id);
  }
  // Last, for of much it may take longer than is waited for.
  await mergeParts(clickHouse);
  await work.merge();
}
