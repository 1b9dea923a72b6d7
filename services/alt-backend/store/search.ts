import { type Queryable, type Statement, statement } from '@alt/database';
import type { ListKey } from '../cursor.ts';
import { type Condition, conditionSql, conjuncts, createValues, IS_READ, type Values } from './conditions.ts';
import type { ListedEntry } from './lists.ts';

/** Searching passes no more entries than this for one page, in the order of the list. */
export const WALK_ROWS = 100_000;
/** Up to so many feeds it is cheaper to read each one's head than to pass all others. */
const FEW_FEEDS = 100;

export interface FoundEntry {
  id: number;
  sortAt: Date;
  /** As the engine gave it. */
  score?: number;
}

/** Those of these articles that are in the reader's lists and fulfil a condition, in the order given. */
export async function filterEntries(
  tx: Queryable,
  readerId: number,
  ids: readonly number[],
  condition: Condition | null,
): Promise<FoundEntry[]> {
  const values = createValues(readerId);
  // One scan of the index with a list of keys, which takes a fraction of the time of as many look-ups; and one row, whose
  // lists are read in 3 ms, where 10,000 rows with a date each took 60.
  const text = `select array_agg(e.article_id)::text as ids, array_agg((date_part('epoch', e.sort_at) * 1000)::bigint)::text as times
    from entries e
    where e.article_id = any(${values.add(ids, 'bigint[]')}) and e.reader_id = $1 and e.is_listed
    ${condition ? `and ${conditionSql(condition, values)}` : ''}`;
  const row = await tx.one(unnamed<{ ids: string | null; times: string | null }>(text), values.list);
  const times = numbersOf(row?.times);
  const found = new Map(
    numbersOf(row?.ids).map((id, at): [number, FoundEntry] => [id, { id, sortAt: new Date(times[at] ?? 0) }]),
  );
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** The numbers of an array as Postgres writes it; null is none. */
function numbersOf(text: string | null | undefined): number[] {
  return text && text.length > 2 ? text.slice(1, -1).split(',').map(Number) : [];
}

const selectListed = statement<ListedEntry>(
  'search_listed',
  `select e.article_id as id, e.feed_id as "feedId", e.sort_at as "sortAt", e.received_at as "receivedAt",
     ${IS_READ} as "isRead", e.is_starred as "isStarred"
   from unnest($2::bigint[]) with ordinality as w (id, place)
   join entries e on e.article_id = w.id and e.reader_id = $1 and e.is_listed
   order by w.place`,
);

/** What a page shows of these entries, in the order given. */
export function listedEntries(tx: Queryable, readerId: number, ids: readonly number[]): Promise<ListedEntry[]> {
  return tx.all(selectListed, [readerId, ids]);
}

export interface Walk {
  order: 'newest' | 'oldest';
  /** Where the page before ended. */
  key: ListKey | null;
  limit: number;
}

/**
 * The first entries that fulfil a condition, by (sort_at, id). `endedAt` says where the search gave up, after
 * `WALK_ROWS` entries; null where it found as many as it should or came to the end.
 */
export async function walkEntries(
  tx: Queryable,
  readerId: number,
  condition: Condition | null,
  walk: Walk,
): Promise<{ found: FoundEntry[]; endedAt: ListKey | null }> {
  const values = createValues(readerId);
  const source = sourceSql(condition, walk, values);
  const where = condition ? `where ${conditionSql(condition, values)}` : '';
  const text = `select e.article_id as id, e.sort_at as "sortAt" from ${source} e ${where}
    ${orderBy(walk, 'e')} limit ${values.add(walk.limit, 'int')}`;
  const found = await tx.all(unnamed<FoundEntry>(text), values.list);
  const endedAt = condition && found.length < walk.limit ? await walkEnd(tx, readerId, condition, walk) : null;
  return { found, endedAt };
}

/** The entry at which a walk ends because it has passed so many. */
async function walkEnd(tx: Queryable, readerId: number, condition: Condition, walk: Walk): Promise<ListKey | null> {
  const values = createValues(readerId);
  const text = `select e.article_id as id, e.sort_at as "sortAt" from ${sourceSql(condition, walk, values)} e
    ${orderBy(walk, 'e')} offset ${WALK_ROWS - 1} limit 1`;
  return tx.one(unnamed<FoundEntry>(text), values.list);
}

/** How many entries fulfil a condition, up to `limit`; null where that cannot be said after `WALK_ROWS` entries. */
export async function countEntries(
  tx: Queryable,
  readerId: number,
  condition: Condition | null,
  limit: number,
): Promise<number | null> {
  const values = createValues(readerId);
  const whole = { order: 'newest', key: null } as const;
  const source = sourceSql(condition, whole, values);
  const most = values.add(limit, 'int');
  const text = `select found, case when found < ${most} then (
      select count(*) from (select from ${sourceSql(condition, whole, values)} e) x
    ) end as passed
    from (
      select count(*) as found from (
        select from ${source} e ${condition ? `where ${conditionSql(condition, values)}` : ''} limit ${most}
      ) x
    ) x`;
  const row = await tx.one(unnamed<{ found: number; passed: number | null }>(text), values.list);
  if (!row) throw new Error('a count gave no row');
  return (row.passed ?? 0) >= WALK_ROWS ? null : row.found;
}

/** Statements that are put together have as many texts as there are queries: none is kept prepared. */
function unnamed<Row>(text: string): Statement<Row> {
  return { name: '', text };
}

type Place = Pick<Walk, 'order' | 'key'>;

/** The narrowest ordered list of entries that holds all that can fulfil the condition, at most `WALK_ROWS` of them. */
function sourceSql(condition: Condition | null, place: Place, values: Values): string {
  const parts = conjuncts(condition);
  const range = rangeSql(parts, place, values);
  const states = new Set(parts.flatMap((part) => (part.kind === 'is' ? [part.state] : [])));
  const entries = (where: string) =>
    `(select * from entries e where e.reader_id = $1 and e.is_listed and ${where} ${range('e')}
      ${orderBy(place, 'e')} limit ${WALK_ROWS})`;
  if (states.has('starred')) return entries('e.is_starred and e.feed_id > 0');
  for (const part of parts) {
    if (part.kind === 'labels')
      return namedSql('entry_labels', 'n.reader_id = $1 and n.label_id', part.ids, place, range('n'), values);
  }
  for (const part of parts) {
    if (part.kind === 'tags') return namedSql('article_tags', 'n.tag_id', part.ids, place, range('n'), values);
  }
  const stretches = states.has('unread') ? ['not e.is_read'] : ['not e.is_read', 'e.is_read'];
  for (const part of parts) {
    if (part.kind === 'feeds' && part.ids.length <= FEW_FEEDS)
      return feedsSql(part.ids, stretches, place, range('e'), values);
  }
  return mergeSql(
    stretches.map((where) => entries(`e.feed_id > 0 and ${where}`)),
    place,
  );
}

function mergeSql(lists: string[], place: Place): string {
  if (lists.length === 1) return lists.join('');
  return `(select * from (${lists.join(' union all ')}) e ${orderBy(place, 'e')} limit ${WALK_ROWS})`;
}

/** The entries that have one of several labels or tags, each once. */
function namedSql(table: string, key: string, ids: number[], place: Place, range: string, values: Values): string {
  return `(select e.* from (
      select distinct n.sort_at, n.article_id from unnest(${values.add(ids, 'int[]')}) as name
      cross join lateral (
        select n.sort_at, n.article_id from ${table} n where ${key} = name ${range} ${orderBy(place, 'n')} limit ${WALK_ROWS}
      ) n
      ${orderBy(place, 'n')} limit ${WALK_ROWS}
    ) n
    cross join lateral (
      select * from entries e where e.article_id = n.article_id and e.reader_id = $1 and e.is_listed limit 1
    ) e
    ${orderBy(place, 'n')})`;
}

function feedsSql(ids: number[], stretches: string[], place: Place, range: string, values: Values): string {
  const lists = stretches.map(
    (
      where,
    ) => `(select * from entries e where e.reader_id = $1 and e.is_listed and e.feed_id = feed and ${where} ${range}
      ${orderBy(place, 'e')} limit ${WALK_ROWS})`,
  );
  return `(select e.* from unnest(${values.add(ids, 'int[]')}) as feed cross join lateral (${lists.join(' union all ')}) e
    ${orderBy(place, 'e')} limit ${WALK_ROWS})`;
}

/** The part of a list after a key and between the dates that must hold. */
function rangeSql(parts: Condition[], { order, key }: Place, values: Values): (alias: string) => string {
  const sortAt: string[] = parts.flatMap((part) => {
    if (part.kind === 'after') return [`>= ${values.add(part.at, 'timestamptz')}`];
    return part.kind === 'before' ? [`< ${values.add(part.at, 'timestamptz')}`] : [];
  });
  const after = key && `(${values.add(key.sortAt, 'timestamptz')}, ${values.add(key.id, 'bigint')})`;
  return (alias) => {
    const dates = sortAt.map((limit) => `and ${alias}.sort_at ${limit}`).join(' ');
    return after
      ? `${dates} and (${alias}.sort_at, ${alias}.article_id) ${order === 'newest' ? '<' : '>'} ${after}`
      : dates;
  };
}

function orderBy({ order }: Pick<Walk, 'order'>, alias: string): string {
  const direction = order === 'newest' ? 'desc' : 'asc';
  return `order by ${alias}.sort_at ${direction}, ${alias}.article_id ${direction}`;
}
