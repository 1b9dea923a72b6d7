import { type Queryable, statement } from '@alt/database';

export interface ArticleText {
  articleId: number;
  title: string | null;
  language: string | null;
  text: string;
}

const selectTexts = statement<ArticleText>(
  'tag_texts',
  `select article_id as "articleId", title, language, text from article_texts($1::bigint[])`,
);

/** The texts of articles; those that went are left out. */
export function loadTexts(db: Queryable, articleIds: number[]): Promise<ArticleText[]> {
  return db.all(selectTexts, [articleIds]);
}

export interface StoredKeyphrase {
  articleId: number;
  phrase: string;
  normalised: string;
  score: number;
}

const deleteKeyphrases = statement(
  'keyphrases_delete',
  'delete from article_keyphrases where article_id = any($1::bigint[])',
);
const insertKeyphrases = statement(
  'keyphrases_insert',
  `insert into article_keyphrases (article_id, phrase, normalised, score)
   select a.id, g.phrase, g.normalised, g.score
   from unnest($1::bigint[], $2::text[], $3::text[], $4::real[]) as g (article_id, phrase, normalised, score)
   join articles a on a.id = g.article_id
   order by 1, 3 on conflict do nothing`,
);

/** Replaces the keyphrases of articles. */
export async function replaceKeyphrases(tx: Queryable, articleIds: number[], rows: StoredKeyphrase[]): Promise<void> {
  await tx.run(deleteKeyphrases, [articleIds]);
  await tx.run(insertKeyphrases, [
    rows.map(({ articleId }) => articleId),
    rows.map(({ phrase }) => phrase),
    rows.map(({ normalised }) => normalised),
    rows.map(({ score }) => score),
  ]);
}

const insertRequests = statement(
  'tag_requests_for_articles',
  `with asked as (
     insert into tag_requests (tenant_id, article_ids)
       select t.tenant_id, array_agg(a.id order by a.id)
       from subscribing_tenants(array(select distinct x.feed_id from articles x where x.id = any($1::bigint[]))) t
       join articles a on a.feed_id = t.feed_id and a.id = any($1::bigint[])
       group by t.tenant_id order by t.tenant_id
     returning 1
   )
   select count(*) as requests, pg_notify('alt_tags', '') from asked`,
);

/** Asks for the tags of articles, in every tenant that follows the feeds they are of now: feeds become one meanwhile. */
export async function requestTags(tx: Queryable, articleIds: number[]): Promise<void> {
  await tx.one(insertRequests, [articleIds]);
}

const insertRefinements = statement(
  'refinements_insert',
  `insert into article_stages as s (article_id, stage, content_hash)
   select t.article_id, 'refine', t.content_hash from article_stages t
   where t.article_id = any($1::bigint[]) and t.stage = 'tag' order by t.article_id
   on conflict (article_id, stage) do update
     set content_hash = excluded.content_hash, state = 'waiting', attempts = 0, next_attempt_at = now(), error = null,
       claimed_by = null, claimed_until = null
     where s.content_hash <> excluded.content_hash`,
);

/** Begins the stage `refine` of articles whose keyphrases a model is to look at. */
export async function requestRefinements(tx: Queryable, articleIds: number[]): Promise<void> {
  await tx.run(insertRefinements, [articleIds]);
}

const selectKeyphrases = statement<StoredKeyphrase>(
  'keyphrases_of',
  `select article_id as "articleId", phrase, normalised, score from article_keyphrases
   where article_id = any($1::bigint[]) order by article_id, score desc, normalised`,
);

export function keyphrasesOf(db: Queryable, articleIds: number[]): Promise<StoredKeyphrase[]> {
  return db.all(selectKeyphrases, [articleIds]);
}
