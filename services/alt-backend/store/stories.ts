import type { AlsoIn } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';

export interface StoryEntry {
  id: number;
  /** The entry of this story that is in lists; itself where nothing is folded. */
  representativeId: number;
  isAsked: boolean;
}

const selectStories = statement<StoryEntry>(
  'stories_entries',
  `with asked as materialized (
     select article_id, coalesce(folded_into, article_id) as representative_id
     from entries where reader_id = $1 and article_id = any($2::bigint[])
   )
   select article_id as id, representative_id as "representativeId", true as "isAsked" from asked
   union
   select representative_id, representative_id, representative_id = any($2) from asked
   union
   select e.article_id, e.folded_into, e.article_id = any($2) from entries e
   where e.reader_id = $1 and e.folded_into = any(array(select representative_id from asked))`,
);

/** These entries, as far as they are the reader's, and all others of their stories. */
export function storyEntries(tx: Queryable, readerId: number, ids: number[]): Promise<StoryEntry[]> {
  return tx.all(selectStories, [readerId, ids]);
}

const callSplit = statement<{ isDone: boolean }>('story_split', 'select split_entry($1) as "isDone"');

/** Takes an entry out of its story; false where the reader has no such entry. */
export async function splitEntry(tx: Queryable, id: number): Promise<boolean> {
  return (await tx.one(callSplit, [id]))?.isDone ?? false;
}

const callRejoin = statement<{ isDone: boolean }>('story_rejoin', 'select rejoin_entry($1) as "isDone"');

/** Puts an entry back into its story; false where the reader has no such entry. */
export async function rejoinEntry(tx: Queryable, id: number): Promise<boolean> {
  return (await tx.one(callRejoin, [id]))?.isDone ?? false;
}

const selectSplitFrom = statement<AlsoIn>(
  'story_split_from',
  `select a.id::text as id, json_build_object('id', f.id::text, 'title', coalesce(b.title, f.title, f.url)) as feed, a.url, a.title
   from entry_splits s
   join cluster_members m on m.article_id = s.article_id
   join cluster_members n on n.cluster_id = m.cluster_id and n.article_id <> m.article_id
   join entries e on e.reader_id = s.reader_id and e.article_id = n.article_id
   join articles a on a.id = e.article_id
   join feeds f on f.id = a.feed_id
   left join subscriptions b on b.reader_id = e.reader_id and b.feed_id = f.id
   where s.reader_id = $1 and s.article_id = $2
   order by e.received_at, e.sort_at, e.article_id limit 20`,
);

/** The rest of the story that the reader took this entry out of. */
export function splitFrom(tx: Queryable, readerId: number, id: number): Promise<AlsoIn[]> {
  return tx.all(selectSplitFrom, [readerId, id]);
}
