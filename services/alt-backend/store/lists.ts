import { type Queryable, type Statement, statement } from '@alt/database';
import type { ListKey } from '../cursor.ts';
import { unreadScope } from './counters.ts';

export interface ListFilter {
  view: 'unread' | 'read' | 'starred' | 'all' | 'hidden';
  order: 'newest' | 'oldest';
  /** Only these feeds; null for all. */
  feedIds: number[] | null;
  labelIds: number[] | null;
  tagIds: number[] | null;
}

export interface ListedEntry {
  id: number;
  feedId: number;
  sortAt: Date;
  receivedAt: Date;
  isRead: boolean;
  isStarred: boolean;
}

/**
 * One page of a list by key, in the order of (sort_at, id). Three plans, each bounded by the page and not by the list:
 * `walk` reads an index over all feeds, `stroll` the first few hundred rows of it, `merge` reads the head of each feed and then only the feeds that can be on the
 * page, `named` starts from labels or tags, and passes those that the view or the feeds leave out. What is hidden has an
 * index of its own.
 */
export async function listPage(
  tx: Queryable,
  readerId: number,
  filter: ListFilter,
  key: ListKey | null,
  limit: number,
): Promise<ListedEntry[]> {
  const { feedIds, view } = filter;
  if (feedIds?.length === 0 || filter.labelIds?.length === 0 || filter.tagIds?.length === 0) return [];
  const scope = view === 'unread' || view === 'read' ? await unreadScope(tx, readerId, feedIds) : null;
  if (view === 'unread' && scope?.unread === 0) return [];
  const isSettled = scope?.isSettled ?? true;
  const isNamed = filter.labelIds !== null || filter.tagIds !== null;
  // A walk would pass every stale row of a mark that has not settled, or of the many feeds that have none to show.
  const isFew = view === 'unread' && (scope?.feedsWithUnread ?? 0) <= FEW_FEEDS;
  const shape: Shape = {
    plan: view === 'hidden' ? 'hidden' : isNamed ? 'named' : feedIds !== null || !isSettled || isFew ? 'merge' : 'walk',
    view,
    order: filter.order,
    isSettled,
    hasKey: key !== null,
    hasFeeds: feedIds !== null,
    by: filter.labelIds ? 'label' : filter.tagIds ? 'tag' : null,
    hasTags: filter.tagIds !== null,
  };
  const read = (plan: Shape['plan']) =>
    tx.all(listStatement({ ...shape, plan }), [
      readerId,
      limit,
      key?.sortAt ?? null,
      key?.id ?? null,
      feedIds,
      filter.labelIds,
      filter.tagIds,
    ]);
  if (shape.plan === 'merge' && isSettled && !isFew && view !== 'starred' && (feedIds?.length ?? 0) > FEW_FEEDS) {
    const page = await read('stroll');
    if (page.length === limit) return page;
  }
  return read(shape.plan);
}

/** Up to this many feeds (with unread entries), reading each one's head is cheaper than a walk past the others. */
const FEW_FEEDS = 100;
/** A page of 50 is among so many rows when the feeds bring an eighth of all that arrives. */
const STROLL_ROWS = 400;
/** Above every article id. */
const MAXIMUM_ID = 2 ** 53;

interface Shape {
  plan: 'walk' | 'stroll' | 'merge' | 'named' | 'hidden';
  view: ListFilter['view'];
  order: ListFilter['order'];
  isSettled: boolean;
  hasKey: boolean;
  hasFeeds: boolean;
  by: 'label' | 'tag' | null;
  hasTags: boolean;
}

/** The statement of a shape; the same shape always gives the same name and text. Exported for the plan tests. */
export function listStatement(shape: Shape): Statement<ListedEntry> {
  const text = { walk: walkText, stroll: strollText, merge: mergeText, named: namedText, hidden: hiddenText }[
    shape.plan
  ](shape);
  const name = ['list', shape.plan, shape.view, shape.order, shape.by ?? '', ...flags(shape)].filter(Boolean).join('_');
  return statement<ListedEntry>(name, `${text}${TYPES}`);
}

function flags(shape: Shape): string[] {
  return [
    shape.isSettled ? '' : 'unsettled',
    shape.hasKey ? 'key' : '',
    shape.hasFeeds ? 'feeds' : '',
    shape.by === 'label' && shape.hasTags ? 'tags' : '',
  ];
}

/** Every statement takes the same seven values; this gives each its type where the text does not use it. */
const TYPES = `
  -- $1 reader, $2 limit, $3 and $4 key, $5 feeds, $6 labels, $7 tags`;
const GUARD =
  '($3::timestamptz is null or true) and ($4::bigint is null or true) and ($5::int[] is null or true) and ($6::int[] is null or true) and ($7::int[] is null or true)';

/** Names the indexes over all feeds; see the migration that makes them. */
const OF_ALL_FEEDS = 'and e.feed_id > 0';
const COVERED_LOOKUP = `coalesce((select is_covered(e.revision, e.received_at, c.read_through, c.read_before) from counters c
    where c.reader_id = e.reader_id and c.feed_id = e.feed_id), false)`;

function columns(isReadKept: boolean): string {
  return `e.article_id as id, e.feed_id as "feedId", e.sort_at as "sortAt", e.received_at as "receivedAt",
    ${isReadKept ? 'e.is_read' : `(e.is_read or ${COVERED_LOOKUP})`} as "isRead", e.is_starred as "isStarred"`;
}

/** Whether every row that the view shows says itself whether it is read. */
function isReadKept({ view, isSettled }: Shape): boolean {
  return isSettled && (view === 'unread' || view === 'read');
}

/** The conditions of a view, one for each value of is_read that it shows: each is a stretch of an index. */
function stretches({ view, isSettled }: Shape, covered: string, mayBeCovered: string): string[] {
  if (view === 'starred') return ['e.is_starred'];
  if (view === 'all') return ['e.is_read', 'not e.is_read'];
  if (view === 'unread') return [isSettled ? 'not e.is_read' : `not e.is_read and not ${covered}`];
  return isSettled ? ['e.is_read'] : ['e.is_read', `not e.is_read and ${mayBeCovered} and ${covered}`];
}

function afterKey({ hasKey, order }: Shape, alias: string): string {
  return hasKey ? `and (${alias}.sort_at, ${alias}.article_id) ${order === 'newest' ? '<' : '>'} ($3, $4)` : '';
}

function orderBy({ order }: Shape, alias: string): string {
  const direction = order === 'newest' ? 'desc' : 'asc';
  return `order by ${alias}.sort_at ${direction}, ${alias}.article_id ${direction}`;
}

/** The first entries of each condition, and of those the first: a query for each, so that an index gives its order. */
function firstOf(shape: Shape, select: string, where: string, conditions: string[], limit: string): string {
  const parts = conditions.map(
    (condition) =>
      `(select ${select} from entries e where e.reader_id = $1 and e.is_listed and ${condition} ${where} ${afterKey(shape, 'e')}
        ${orderBy(shape, 'e')} limit ${limit})`,
  );
  return parts.length === 1
    ? parts.join('')
    : `select * from (${parts.join(' union all ')}) e ${orderBy(shape, 'e')} limit ${limit}`;
}

function walkText(shape: Shape): string {
  return `select ${columns(isReadKept(shape))}
    from (${firstOf(shape, '*', `${OF_ALL_FEEDS} and ${GUARD}`, stretches(shape, 'false', 'false'), '$2')}) e
    ${orderBy(shape, 'e')}`;
}

/**
 * The page of many feeds, if it lies within the first rows of all feeds: 300 heads cost 6 ms, this less than one. A
 * short page says nothing; the feeds may have all that they have further back.
 */
function strollText(shape: Shape): string {
  return `select ${columns(isReadKept(shape))}
    from (${firstOf(shape, '*', `${OF_ALL_FEEDS} and ${GUARD}`, stretches(shape, 'false', 'false'), String(STROLL_ROWS))}) e
    where e.feed_id = any($5) ${orderBy(shape, 'e')} limit $2`;
}

/** What the reader hid, without what is folded into it; a mark of all read is not of these. */
function hiddenText(shape: Shape): string {
  return `select e.article_id as id, e.feed_id as "feedId", e.sort_at as "sortAt", e.received_at as "receivedAt",
      e.is_read as "isRead", e.is_starred as "isStarred"
    from entries e
    where e.reader_id = $1 and e.hidden_reason is not null and e.folded_into is null
      and ($5::int[] is null or e.feed_id = any($5))
      and ($6::int[] is null or exists (
        select from entry_labels n where n.article_id = e.article_id and n.reader_id = $1 and n.label_id = any($6)))
      and ($7::int[] is null or exists (
        select from article_tags n where n.article_id = e.article_id and n.tag_id = any($7)))
      and ${GUARD} ${afterKey(shape, 'e')}
    ${orderBy(shape, 'e')} limit $2`;
}

/**
 * Only a feed whose first entry is among the first entries of all can be on the page, and the feed in place n with at
 * most limit - n + 1 entries. Where there are as many heads as the page has places, nothing behind the last head can be
 * on it either: of evenly busy feeds only the page itself is read, and never more than half of limit² index rows.
 */
function mergeText(shape: Shape): string {
  const isNewest = shape.order === 'newest';
  const first = (marks: string, where: string, limit: string) =>
    firstOf(
      shape,
      'e.sort_at, e.article_id',
      `and e.feed_id = ${marks}.feed_id ${where}`,
      stretches(
        shape,
        `is_covered(e.revision, e.received_at, ${marks}.read_through, ${marks}.read_before)`,
        `not ${marks}.is_settled`,
      ),
      limit,
    );
  return `with heads as materialized (
      select c.feed_id, c.read_through, c.read_before, c.is_settled, head.sort_at, head.article_id,
        row_number() over (${orderBy(shape, 'head')}) as place
      from counters c
      cross join lateral (${first('c', '', '1')}) head
      where c.reader_id = $1 ${shape.hasFeeds ? 'and c.feed_id = any($5)' : ''}
        ${shape.view === 'unread' ? 'and c.unread > 0' : ''} and ${GUARD}
      ${orderBy(shape, 'head')} limit $2
    ), last_head as (
      select coalesce(max(sort_at), '${isNewest ? '-' : ''}infinity') as sort_at,
        coalesce(max(article_id), ${isNewest ? '0' : MAXIMUM_ID}) as article_id
      from heads where place = $2
    ), page as materialized (
      select next.* from heads
      cross join lateral (
        ${first(
          'heads',
          `and (e.sort_at, e.article_id) ${isNewest ? '>=' : '<='} (select sort_at, article_id from last_head)`,
          '$2 - heads.place + 1',
        )}
      ) next
      ${orderBy(shape, 'next')} limit $2
    )
    select ${columns(isReadKept(shape))}
    from page cross join lateral (
      select * from entries e where e.article_id = page.article_id and e.reader_id = $1 limit 1
    ) e
    ${orderBy(shape, 'e')}`;
}

/** For each name its first entries that pass; one that has several of the names comes once. */
function namedText(shape: Shape): string {
  const [table, key, names] =
    shape.by === 'label'
      ? ['entry_labels', 'n.reader_id = $1 and n.label_id = name', '$6']
      : ['article_tags', 'n.tag_id = name', '$7'];
  const isAlsoTagged =
    shape.by === 'label' && shape.hasTags
      ? 'and exists (select from article_tags t where t.article_id = e.article_id and t.tag_id = any($7))'
      : '';
  const conditions = stretches(shape, COVERED_LOOKUP, 'true')
    .map((condition) => `(${condition})`)
    .join(' or ');
  // Two lists in the same order: a merge passes both once, where look-ups of every tagged article took 100 ms for 10,000.
  const starred =
    shape.view === 'starred'
      ? `join entries s on s.reader_id = $1 and s.is_listed and s.is_starred and s.feed_id > 0
          and s.sort_at = n.sort_at and s.article_id = n.article_id ${afterKey(shape, 's')}`
      : '';
  const direction = shape.order === 'newest' ? 'desc' : 'asc';
  // `limit 1` keeps the look-up of each entry a look-up: as a join the planner sorts whole labels.
  return `select distinct on (page."sortAt", page.id) page.*
    from unnest(${names}::int[]) as name
    cross join lateral (
      select found.* from ${table} n ${starred}
      cross join lateral (
        select ${columns(isReadKept(shape))} from entries e
        where e.article_id = n.article_id and e.reader_id = $1 and e.is_listed and (${conditions})
          ${shape.hasFeeds ? 'and e.feed_id = any($5)' : ''} ${isAlsoTagged}
        limit 1
      ) found
      where ${key} ${afterKey(shape, 'n')} and ${GUARD}
      ${orderBy(shape, 'n')} limit $2
    ) page
    order by page."sortAt" ${direction}, page.id ${direction} limit $2`;
}
