import { type Queryable, statement } from '@alt/database';
import type { ListKey } from '../cursor.ts';
import type { ListedEntry } from './lists.ts';

/** Plain search looks at this many of the newest entries. */
export const SEARCHED_ENTRIES = 20_000;

const selectMatches = statement<ListedEntry>(
  'search_plain',
  `select e.article_id as id, e.feed_id as "feedId", e.sort_at as "sortAt", e.received_at as "receivedAt",
     e.is_read or is_covered(e.revision, e.received_at, c.read_through, c.read_before) as "isRead",
     e.is_starred as "isStarred"
   from (
     (${newest('is_read')}) union all (${newest('not is_read')})
     order by sort_at desc, article_id desc limit ${SEARCHED_ENTRIES}
   ) e
   join counters c on c.reader_id = e.reader_id and c.feed_id = e.feed_id
   join articles a on a.id = e.article_id
   join article_contents x on x.article_id = e.article_id
   where (select bool_and(a.title ilike w or x.text ilike w or a.author ilike w) from unnest($2::text[]) w)
   order by e.sort_at desc, e.article_id desc limit $3`,
);

/** Read and unread entries lie apart in their index. */
function newest(condition: string): string {
  return `select * from entries where reader_id = $1 and is_listed and feed_id > 0 and ${condition}
     order by sort_at desc, article_id desc limit ${SEARCHED_ENTRIES}`;
}

/** Entries that have every word in title, author or text, newest first. Words are matched as parts of words. */
export function searchPlain(tx: Queryable, readerId: number, words: string[], limit: number): Promise<ListedEntry[]> {
  return tx.all(selectMatches, [readerId, words.map(likePattern), limit]);
}

function likePattern(word: string): string {
  return `%${word.replace(/[\\%_]/g, '\\$&')}%`;
}

/** The part of a result after a key. */
export function afterKey(entries: ListedEntry[], key: ListKey | null): ListedEntry[] {
  if (!key) return entries;
  const at = key.sortAt.getTime();
  return entries.filter(({ sortAt, id }) => sortAt.getTime() < at || (sortAt.getTime() === at && id < key.id));
}
