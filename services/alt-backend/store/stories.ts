import type { AlsoIn } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';

/**
 * Of the article `a` and the reader `$1`: the other entries of its story as JSON, the first first. A column for
 * statements that show entries, so that it costs no round trip; two look-ups an entry where there is nothing to say.
 */
export const ALSO_IN = `(
  select coalesce(json_agg(json_build_object('id', o.article_id::text, 'title', b.title, 'url', b.url,
      'feed', json_build_object('id', g.id::text, 'title', coalesce(u.title, g.title, g.url)))
    order by o.received_at, o.sort_at, o.article_id), '[]')
  from (select coalesce(x.folded_into, x.article_id) as id from entries x
    where x.article_id = a.id and x.reader_id = $1 limit 1) story
  cross join lateral (
    select x.article_id, x.received_at, x.sort_at from entries x where x.reader_id = $1 and x.folded_into = story.id
    union all
    select x.article_id, x.received_at, x.sort_at from entries x where x.article_id = story.id and x.reader_id = $1
  ) o
  join articles b on b.id = o.article_id
  join feeds g on g.id = b.feed_id
  left join subscriptions u on u.reader_id = $1 and u.feed_id = g.id
  where o.article_id <> a.id
)`;

export type { AlsoIn };

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
