import type { Logger } from '@alt/service-kit';
import { type Asking, type AskingTools, createAsking, Pause } from './asking.ts';
import { type DayPlan, nextMidnight, planDay, spendable, WAKE_MS } from './budget.ts';
import { absorbArrivals, bringBatch, CONTENTS_BATCH, type ContentTools } from './contents.ts';
import { askFeeds, mergeFeeds, sendFeedWrite } from './following.ts';
import { continueLook, queueLook } from './looking.ts';
import { mergeMarks, noticeLocal, plannedWrites, sendWrite } from './marking.ts';
import type { Metrics } from './metrics.ts';
import * as connections from './store/connections.ts';
import { countMissing } from './store/items.ts';

export interface SyncTools extends Omit<AskingTools, 'metrics'>, ContentTools {
  log: Pick<Logger, 'info' | 'warn'>;
  metrics: Metrics | null;
}

export interface RunResult {
  account: string;
  state: connections.Ending['state'];
  code: string | null;
  message: string | null;
}

/** Subscriptions, folders and labels are asked for when the last answer is so old: once a day, and not a little later each day. */
const DAILY_MS = 20 * 60 * 60_000;
const FAILURE_WAIT_MAXIMUM_MS = 6 * 60 * 60_000;

/**
 * One run for each connection that is due, or for one account. What pauses a run is written down, and the next run goes on
 * exactly where it stood.
 */
export async function runDue(tools: SyncTools, account: string | null = null): Promise<RunResult[]> {
  const results: RunResult[] = [];
  const seen = new Set<number>();
  while (!tools.signal.aborted) {
    const { database, worker, leaseSeconds } = tools;
    const claimed = await connections.claim(database, worker, tools.now(), leaseSeconds, account);
    if (!claimed || seen.has(claimed.id)) break;
    seen.add(claimed.id);
    results.push(await runOne(tools, claimed, account !== null));
    if (account !== null) break;
  }
  return results;
}

async function runOne(tools: SyncTools, of: connections.Claim, isNamed: boolean): Promise<RunResult> {
  const asking = createAsking(tools, of);
  const found = await tools.database.asReader(of, (tx) => connections.readConnection(tx, of.id));
  const connection = found && { ...found, isWanted: found.isWanted || isNamed };
  if (!connection) return { account: of.account, state: 'waiting', code: 'disconnected', message: null };
  let pause: Pause | null = null;
  try {
    pause = await synchronise(tools, asking, of, connection);
  } catch (error) {
    if (!(error instanceof Pause)) {
      await finish(tools, of, connection, new Pause('trouble', 'internal', 'The run failed. Alt tries again later.'));
      throw error;
    }
    pause = error;
  }
  return finish(tools, of, connection, pause);
}

/** The whole of a run. What is spent for today in one zone does not hold up the other; anything else ends the run. */
async function synchronise(
  tools: SyncTools,
  asking: Asking,
  of: connections.Claim,
  connection: connections.Connection,
): Promise<Pause | null> {
  const { database } = tools;
  await absorbArrivals(database, of);
  await noticeLocal(database, of, connection);
  await mergeMarks(database, of, tools.now);
  let paused = await untilSpent(() => askDay(tools, asking, of, connection.isWanted));
  await mergeMarks(database, of, tools.now);
  paused = (await untilSpent(() => write(tools, asking, of, connection))) ?? paused;
  await mergeMarks(database, of, tools.now);
  return paused;
}

async function untilSpent(work: () => Promise<Pause | null>): Promise<Pause | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Pause && error.reason === 'budget') return error;
    throw error;
  }
}

/** Zone 1: subscriptions once a day, then ids, then contents, as the day's plan has it. */
async function askDay(tools: SyncTools, asking: Asking, of: connections.Claim, isWanted: boolean): Promise<null> {
  const { database } = tools;
  const read = async () => {
    const found = await database.asReader(of, (tx) => connections.readConnection(tx, of.id));
    if (!found) throw new Pause('superseded', 'disconnected', 'The account is not connected any more.');
    return found;
  };
  const first = await read();
  if (isOld(first.progress.feedsAt, tools.now(), DAILY_MS)) {
    await askFeeds(database, asking, of, tools.now());
    await mergeFeeds(tools, of, first.isConfirmed);
  }
  if ((await read()).progress.listing === null && (await read()).progress.queue.length === 0) {
    const plan = await planOf(tools, of, isWanted);
    if (plan.isLookDue) await orderLook(tools, of, (await read()).progress);
  }
  await continueLook(database, asking, of);
  await mergeMarks(database, of, tools.now);
  const { contents } = await planOf(tools, of, false);
  for (let sent = 0; sent < contents; sent += 1) {
    if (!(await bringBatch(tools, asking, of, (await read()).progress))) break;
  }
  return null;
}

async function orderLook(tools: SyncTools, of: connections.Claim, progress: connections.Progress): Promise<void> {
  const now = tools.now();
  const withLabels = isOld(progress.labelsAt, now, DAILY_MS);
  const ordered = queueLook(progress, now, withLabels);
  const next = withLabels ? { ...ordered, labelsAt: now } : ordered;
  await tools.database.asReader(of, (tx) => connections.saveProgress(tx, of.id, next));
}

/** What the rest of this zone's day is spent on. */
export async function planOf(
  tools: Pick<SyncTools, 'database' | 'now'>,
  of: connections.Claim,
  isWanted: boolean,
): Promise<DayPlan> {
  const now = tools.now();
  return tools.database.asReader(of, async (tx) => {
    const connection = await connections.readConnection(tx, of.id);
    const progress = connection?.progress;
    const zone = await zoneNow(tx, of, 1, now);
    const missing = Math.ceil((await countMissing(tx, of.id)) / CONTENTS_BATCH);
    const isDaily = isOld(progress?.feedsAt ?? null, now, DAILY_MS);
    return planDay({
      now,
      ...zone,
      lookCost: Math.max(3, progress?.lookCost ?? 3),
      lastLookAt: progress?.lookedAt ?? null,
      isLookWanted: isWanted,
      missing,
      daily: isDaily ? 2 : 0,
    });
  });
}

async function zoneNow(
  tx: Parameters<typeof connections.readBudgets>[0],
  of: connections.Claim,
  zone: 1 | 2,
  now: Date,
) {
  const budget = (await connections.readBudgets(tx, of.id)).find((found) => found.zone === zone);
  if (!budget) return { dayEndsAt: nextMidnight(now), remaining: spendable(100) };
  if (budget.dayEndsAt <= now) return { dayEndsAt: nextMidnight(now), remaining: spendable(budget.allowed) };
  const isBlocked = budget.blockedUntil !== null && budget.blockedUntil > now;
  return {
    dayEndsAt: budget.dayEndsAt,
    remaining: isBlocked ? 0 : Math.max(0, spendable(budget.allowed) - budget.used),
  };
}

/** Zone 2: subscriptions first, then marks; many small changes wait for each other when the day would not last otherwise. */
async function write(
  tools: SyncTools,
  asking: Asking,
  of: connections.Claim,
  connection: connections.Connection,
): Promise<Pause | null> {
  const { database } = tools;
  const followed = await mergeFeeds(tools, of, connection.isConfirmed);
  for (const one of followed.writes) await sendFeedWrite(database, asking, of, one);
  await mergeFeeds(tools, of, false);
  const now = tools.now();
  const found = await database.asReader(of, (tx) => connections.readConnection(tx, of.id));
  if (!found) return null;
  const writes = await plannedWrites(database, of, found.progress);
  const { dayEndsAt, remaining } = await database.asReader(of, (tx) => zoneNow(tx, of, 2, now));
  const left = Math.max(0, dayEndsAt.getTime() - now.getTime());
  const gap = remaining === 0 ? left : (left * writes.length) / remaining;
  const isTime = connection.isWanted || isOld(found.progress.wroteAt, now, gap - WAKE_MS / 4);
  if (writes.length > 0 && isTime) {
    for (const one of writes) await sendWrite(database, asking, of, one);
    const progress = { ...found.progress, wroteAt: now };
    await database.asReader(of, (tx) => connections.saveProgress(tx, of.id, progress));
  }
  return followed.doubted && doubtOf(followed.doubted);
}

function doubtOf({ side, count }: { side: 'there' | 'here'; count: number }): Pause {
  const [from, to] = side === 'there' ? ['Inoreader', 'Alt'] : ['Alt', 'Inoreader'];
  return new Pause(
    'budget',
    side === 'there' ? 'mass-deletion-there' : 'mass-deletion-here',
    `${count} subscriptions vanished from ${from} at once. They stay in ${to} until you say that it was meant: alt inoreader sync --confirm`,
  );
}

/** Writes down how the run ended, and when the next one is due. */
async function finish(
  tools: SyncTools,
  of: connections.Claim,
  before: connections.Connection,
  pause: Pause | null,
): Promise<RunResult> {
  const now = tools.now();
  const state = stateOf(pause);
  const isTrouble = pause?.reason === 'trouble';
  const failures = isTrouble ? before.failures + 1 : 0;
  const wait = isTrouble ? Math.min(FAILURE_WAIT_MAXIMUM_MS, WAKE_MS * 2 ** Math.min(failures - 1, 6)) : WAKE_MS;
  if (pause?.reason !== 'superseded') {
    const ending: connections.Ending = {
      state,
      code: pause?.code ?? null,
      message: pause?.message ?? null,
      // A wake that comes a little early still finds it due.
      nextRunAt: new Date(now.getTime() + wait - WAKE_MS / 6),
      failures,
      succeededAt: state === 'ok' || state === 'waiting' ? now : null,
    };
    await tools.database.asReader(of, (tx) => connections.end(tx, of.id, tools.worker, ending));
  }
  tools.metrics?.ran(state);
  const details = { account: of.account, state, code: pause?.code ?? null };
  if (state === 'ok' || state === 'waiting') tools.log.info(details, 'synchronised with Inoreader');
  else tools.log.warn(details, pause?.message ?? 'cannot synchronise with Inoreader');
  return { account: of.account, state, code: pause?.code ?? null, message: pause?.message ?? null };
}

function stateOf(pause: Pause | null): connections.Ending['state'] {
  if (pause === null) return 'ok';
  if (pause.reason === 'unauthorised') return 'unauthorised';
  return pause.reason === 'trouble' ? 'failing' : 'waiting';
}

function isOld(at: Date | null, now: Date, ageMs: number): boolean {
  return at === null || now.getTime() - at.getTime() >= ageMs;
}
