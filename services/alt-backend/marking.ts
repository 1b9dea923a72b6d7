import { setTimeout as sleep } from 'node:timers/promises';
import { type BodyOf, type markRead, Problem } from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { resolveFeeds } from './listed-feeds.ts';
import { idOf } from './peers.ts';
import { recordReading } from './statistics/recording.ts';
import * as counters from './store/counters.ts';
import { allFolders } from './store/folders.ts';
import type { AsReader } from './store/readers.ts';
import { findSubscription } from './store/subscriptions.ts';

const SETTLE_BATCH = 5_000;
const SETTLE_WAIT_MS = 100;
const SETTLE_WAIT_MAXIMUM_MS = 25_000;

export interface MarkTools {
  asReader: AsReader;
  database: Database;
  /** Called after a "mark all read", whose rows follow in the background. */
  onMarked(): void;
}

type Scope = BodyOf<typeof markRead>;

/** Marks a scope read, up to and including a time; answers how many entries that were. */
export async function markScopeRead(tools: MarkTools, reader: Reader, body: Scope): Promise<number> {
  // Up to and including that time, which is what a client has that read it off the newest entry it shows.
  const before = body.before ? new Date(new Date(body.before).getTime() + 1) : null;
  const updated =
    before === null || before.getTime() > Date.now()
      ? await tools.asReader(
          reader,
          async (tx, readerId) => {
            const feedIds = await resolveScope(tx, readerId, body);
            const marked = await counters.markAllRead(tx, readerId, feedIds, await counters.beginChange(tx));
            await recordCleared(tx, feedIds, marked);
            return marked;
          },
          { retry: true },
        )
      : await markBefore(tools, reader, body, before);
  if (updated > 0) tools.onMarked();
  return updated;
}

/** Two marks with different times are not one mark: the rows of the older must have followed before there is a new one. */
async function markBefore(
  { asReader, database }: MarkTools,
  reader: Reader,
  body: Scope,
  before: Date,
): Promise<number> {
  const deadline = Date.now() + SETTLE_WAIT_MAXIMUM_MS;
  for (;;) {
    await settleAll(database);
    const updated = await asReader(
      reader,
      async (tx, readerId) => {
        const feedIds = await resolveScope(tx, readerId, body);
        const revision = await counters.beginChange(tx);
        const { isSettled } = await counters.unreadScope(tx, readerId, feedIds);
        if (!isSettled) return null;
        const marked = await counters.markReadBefore(tx, readerId, feedIds, revision, before);
        await recordCleared(tx, feedIds, marked);
        return marked;
      },
      { retry: true },
    );
    if (updated !== null) return updated;
    if (Date.now() > deadline) {
      throw new Problem('unavailable', 'An earlier "mark all read" is still being written. Try again in a moment.');
    }
    await sleep(SETTLE_WAIT_MS); // somebody else settles this reader's rows, or a mark came in between
  }
}

/** One event, however many entries that were. */
async function recordCleared(tx: Queryable, feedIds: number[] | null, marked: number): Promise<void> {
  if (marked === 0) return;
  await recordReading(tx, [{ kind: 'cleared', feedId: feedIds?.length === 1 ? feedIds[0] : null, amount: marked }]);
}

async function resolveScope(tx: Queryable, readerId: number, body: Scope) {
  if (body.subscriptionId !== undefined) {
    const id = idOf(body.subscriptionId);
    const row = id === null ? null : await findSubscription(tx, readerId, id);
    if (!row) throw new Problem('not-found', 'You have no such subscription.');
    return [row.feedId];
  }
  if (body.folderId !== undefined) {
    const folders = await allFolders(tx, readerId);
    if (!folders.some(({ id }) => id === idOf(body.folderId ?? '')))
      throw new Problem('not-found', 'You have no such folder.');
    return resolveFeeds(tx, readerId, [], [Number(body.folderId)]);
  }
  return null;
}

/** Lets all rows follow the marks that wait for them. */
export async function settleAll(database: Database): Promise<number> {
  let settled = 0;
  for (;;) {
    const step = await counters.settleNext(database, SETTLE_BATCH);
    if (!step) return settled;
    settled += step.settled;
    const finished = step.isDone ? await counters.settleFinish(database) : 0;
    if (step.settled === 0 && finished === 0) return settled;
  }
}
