import { type Queryable, statement } from '@alt/database';

export interface SeenFeed {
  id: number;
  /** As the reader calls it. */
  title: string;
  /** Of the site, else of the feed. */
  url: string;
}

const selectFeeds = statement<SeenFeed>(
  'names_feeds',
  `select c.feed_id as id, coalesce(s.title, f.title, f.url) as title, coalesce(f.site_url, f.url) as url
   from counters c join feeds f on f.id = c.feed_id
   left join subscriptions s on s.reader_id = $1 and s.feed_id = c.feed_id
   where c.reader_id = $1`,
);

/** The feeds of which the reader has entries, with their names. */
export function seenFeeds(tx: Queryable, readerId: number): Promise<SeenFeed[]> {
  return tx.all(selectFeeds, [readerId]);
}

const selectFeedIds = statement<{ feedIds: number[] | null }>(
  'names_feed_ids',
  'select array_agg(feed_id order by feed_id) as "feedIds" from counters where reader_id = $1',
);

export async function seenFeedIds(tx: Queryable, readerId: number): Promise<number[]> {
  return (await tx.one(selectFeedIds, [readerId]))?.feedIds ?? [];
}

const selectLabels = statement<{ id: number; name: string }>(
  'names_labels',
  'select id, name from labels where owner_id = $1 or owner_id is null',
);

export function allLabels(tx: Queryable, readerId: number): Promise<{ id: number; name: string }[]> {
  return tx.all(selectLabels, [readerId]);
}
