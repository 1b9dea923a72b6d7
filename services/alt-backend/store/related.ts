import { type Queryable, statement } from '@alt/database';
import { SHOWN_TAG } from './tags.ts';

/** An article as news-creator compares it, with what is shown of it. */
export interface Relatable {
  id: number;
  title: string;
  url: string | null;
  language: string | null;
  /** The summary that the reader sees, where there is one, and the beginning of the text. */
  text: string;
  tags: string[];
  feedId: number;
  feedTitle: string;
}

/** Of each phrase and tag so many articles on either side are looked at. */
const BESIDE = 100;

const selectRelatable = statement<Relatable & { isSubject: boolean }>(
  'related_articles',
  `with candidates as materialized (
     select article_id, place from related_candidates($2, ${BESIDE}, $3) with ordinality as c (article_id, weight, place)
     union all select $2::bigint, 0
   )
   select a.id, a.title, a.url, a.language, a.id = $2 as "isSubject", a.feed_id as "feedId",
     coalesce(s.title, f.title, f.url) as "feedTitle",
     coalesce(y.summary || ' ', '') || left(case when x.full_state = 'ready' then coalesce(x.full_text, x.text) else x.text end, 1500) as text,
     array(select k.phrase from article_keyphrases k where k.article_id = a.id order by k.score desc limit 15)
       || array(select t.name from article_tags n join tags t on t.id = n.tag_id
         where n.article_id = a.id and ${SHOWN_TAG} order by n.score desc limit 8) as tags
   from candidates c
   join articles a on a.id = c.article_id
   left join entry_summaries(array(select article_id from candidates)) y on y.article_id = a.id
   join article_contents x on x.article_id = a.id
   join feeds f on f.id = a.feed_id
   left join subscriptions s on s.reader_id = $1 and s.feed_id = a.feed_id
   order by c.place`,
);

/** An article of the reader's and what may be related to it, at most `limit`, the likeliest first; null if it is not theirs. */
export async function relatableArticles(
  tx: Queryable,
  readerId: number,
  articleId: number,
  limit: number,
): Promise<{ subject: Relatable; candidates: Relatable[] } | null> {
  const rows = await tx.all(selectRelatable, [readerId, articleId, limit]);
  const subject = rows.find(({ isSubject }) => isSubject);
  return subject ? { subject, candidates: rows.filter(({ isSubject }) => !isSubject) } : null;
}
