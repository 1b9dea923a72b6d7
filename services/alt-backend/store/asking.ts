import { type Queryable, statement } from '@alt/database';

export interface AskedArticle {
  id: number;
  title: string;
  url: string | null;
  language: string | null;
  /** The beginning of the full text where there is one, else of the feed's. */
  text: string;
  feedId: number;
  feedTitle: string;
}

const selectFeeds = statement<{ feedIds: number[] }>(
  'ask_feeds',
  'select coalesce(array_agg(feed_id order by feed_id), $2) as "feedIds" from counters where reader_id = $1',
);

/** The feeds of which the reader has articles. */
export async function feedsWithEntries(tx: Queryable, readerId: number): Promise<number[]> {
  return (await tx.one(selectFeeds, [readerId, []]))?.feedIds ?? [];
}

const selectArticles = statement<AskedArticle>(
  'ask_articles',
  `select a.id, a.title, a.url, a.language, a.feed_id as "feedId", coalesce(s.title, f.title, f.url) as "feedTitle",
     left(case when x.full_state = 'ready' then coalesce(x.full_text, x.text) else x.text end, $4) as text
   from unnest($2::bigint[]) with ordinality as w (id, place)
   join entries e on e.article_id = w.id and e.reader_id = $1 and e.is_listed
   join articles a on a.id = w.id
   join article_contents x on x.article_id = w.id
   join feeds f on f.id = a.feed_id
   left join subscriptions s on s.reader_id = $1 and s.feed_id = a.feed_id
   order by w.place limit $3`,
);

/** The texts of those of the articles that are in the reader's lists, in the order given, at most `limit`. */
export function articlesToAsk(
  tx: Queryable,
  readerId: number,
  ids: number[],
  limit: number,
  textLength: number,
): Promise<AskedArticle[]> {
  return tx.all(selectArticles, [readerId, ids, limit, textLength]);
}
