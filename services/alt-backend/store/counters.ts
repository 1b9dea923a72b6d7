import { type Queryable, statement } from '@alt/database';

const selectCounters = statement<{ feedId: number; subscriptionId: number | null; unread: number }>(
  'counters_all',
  `select c.feed_id as "feedId", s.id as "subscriptionId", c.unread
   from counters c left join subscriptions s on s.reader_id = c.reader_id and s.feed_id = c.feed_id
   where c.reader_id = $1`,
);

/** The kept unread count of every feed, with its subscription; null where only kept entries are left of it. */
export function unreadByFeed(tx: Queryable, readerId: number) {
  return tx.all(selectCounters, [readerId]);
}

const selectStarred = statement<{ starred: number; revision: number }>(
  'counters_starred',
  'select starred_count as starred, revision from readers where id = $1',
);

export async function starredCount(tx: Queryable, readerId: number) {
  return (await tx.one(selectStarred, [readerId])) ?? { starred: 0, revision: 0 };
}

export interface UnreadScope {
  unread: number;
  feedsWithUnread: number;
  isSettled: boolean;
}

const selectScope = statement<UnreadScope>(
  'counters_scope',
  `select coalesce(sum(unread), 0)::int as unread, count(*) filter (where unread > 0) as "feedsWithUnread",
     coalesce(bool_and(is_settled), true) as "isSettled"
   from counters where reader_id = $1 and ($2::int[] is null or feed_id = any($2))`,
);

/** How much is unread in these feeds (null for all), and whether a "mark all read" still waits for its rows. */
export async function unreadScope(tx: Queryable, readerId: number, feedIds: number[] | null): Promise<UnreadScope> {
  const row = await tx.one(selectScope, [readerId, feedIds]);
  return row ?? { unread: 0, feedsWithUnread: 0, isSettled: true };
}

const selectChange = statement<{ revision: number }>('change_begin', 'select begin_change() as revision');

/** Takes the reader's row and a new revision: the first statement of every change of entries. */
export async function beginChange(tx: Queryable): Promise<number> {
  const row = await tx.one(selectChange);
  if (!row) throw new Error('the reader is gone');
  return row.revision;
}

const selectReset = statement('reset_begin', 'select begin_reset()');

/** Takes the reader's row; every client of theirs loads everything again. For changes too large to be told one by one. */
export async function beginReset(tx: Queryable): Promise<void> {
  await tx.run(selectReset);
}

const markAllCounters = statement<{ unread: number }>(
  'mark_read_all',
  `update counters c set read_through = $3, read_before = 'infinity', unread = 0, is_settled = false
   from (select feed_id, unread from counters where reader_id = $1 and ($2::int[] is null or feed_id = any($2))
         and unread > 0) o
   where c.reader_id = $1 and c.feed_id = o.feed_id
   returning o.unread`,
);

/** Marks everything that is there read, by counters alone; rows follow. Answers how many entries that were. */
export async function markAllRead(tx: Queryable, readerId: number, feedIds: number[] | null, revision: number) {
  const rows = await tx.all(markAllCounters, [readerId, feedIds, revision]);
  return rows.reduce((sum, row) => sum + row.unread, 0);
}

const markBeforeCounters = statement<{ marked: number }>(
  'mark_read_before',
  `with marked as (
     select e.feed_id, count(*)::int as count
     from entries e
     where e.reader_id = $1 and ($2::int[] is null or e.feed_id = any($2)) and e.is_listed and not e.is_read
       and e.received_at < $4
     group by e.feed_id
   )
   update counters c set read_through = $3, read_before = $4, unread = c.unread - marked.count, is_settled = false
   from marked where c.reader_id = $1 and c.feed_id = marked.feed_id
   returning marked.count as marked`,
);

/** The same for what was received before a time. Only where nothing is left to settle: two marks would not be one. */
export async function markReadBefore(
  tx: Queryable,
  readerId: number,
  feedIds: number[] | null,
  revision: number,
  before: Date,
) {
  const rows = await tx.all(markBeforeCounters, [readerId, feedIds, revision, before]);
  return rows.reduce((sum, row) => sum + row.marked, 0);
}

const callSettleNext = statement<{ settled: number; isDone: boolean }>(
  'settle_next',
  'select settled, is_done as "isDone" from settle_next($1)',
);
const callSettleFinish = statement<{ finished: number }>('settle_finish', 'select settle_finish() as finished');

/** Lets up to `batch` rows follow a mark, for any reader. Null when nothing waits. */
export async function settleNext(
  database: Queryable,
  batch: number,
): Promise<{ settled: number; isDone: boolean } | null> {
  return database.one(callSettleNext, [batch]);
}

export async function settleFinish(database: Queryable): Promise<number> {
  return (await database.one(callSettleFinish))?.finished ?? 0;
}
