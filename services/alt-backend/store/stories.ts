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

/** Takes an entry out of its story for good; false where the reader has no such entry. */
export async function splitEntry(tx: Queryable, id: number): Promise<boolean> {
  return (await tx.one(callSplit, [id]))?.isDone ?? false;
}
