import type { CreatedSummary } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';

export interface SummaryText {
  articleId: number;
  title: string;
  /** ISO 639-1; null where unknown. */
  language: string | null;
  text: string;
  contentHash: Buffer;
  /** False where nobody who follows the feed wants summaries, and nobody asked for this one. */
  isWanted: boolean;
  /** Of those readers who chose one. */
  languages: string[];
  /** Engines and languages of the summaries that this very text has already. */
  present: { engine: string; language: string; note: string | null }[];
}

const loadTextsStatement = statement<SummaryText>(
  'load-summary-texts',
  `select t.article_id as "articleId", t.title, t.language, t.text, t.content_hash as "contentHash",
     w.is_wanted as "isWanted", w.languages,
     coalesce((select json_agg(json_build_object('engine', s.engine, 'language', s.language, 'note', s.note))
       from article_summaries s
       where s.article_id = t.article_id and s.tenant_id is null and s.content_hash = t.content_hash), '[]') as present
   from article_texts($1) t join summary_wishes($1) w on w.article_id = t.article_id`,
);

/** What is to be summarised, with what is there already. */
export function loadTexts(db: Queryable, articleIds: number[]): Promise<SummaryText[]> {
  return db.all(loadTextsStatement, [articleIds]);
}

export interface NewSummary {
  articleId: number;
  language: string;
  engine: string;
  contentHash: Buffer;
  summary: string;
  /** With their places in the text, and of a model's the words there. */
  sentences: CreatedSummary['sentences'];
  /** Faithfulness from 0 to 1; null is unknown. */
  score: number | null;
  note: string | null;
}

const saveSummariesStatement = statement(
  'save-summaries',
  `with given as materialized (
     select distinct on (article_id, language, engine) * from json_to_recordset($1::json) as g (article_id bigint, language text, engine text, content_hash bytea,
       summary text, sentences jsonb, score real, note text)
   ), outdated as (
     delete from article_summaries s using (select distinct article_id, content_hash from given) g
     where s.article_id = g.article_id and s.tenant_id is null and s.content_hash <> g.content_hash
       and not exists (select from given x where x.article_id = s.article_id and x.language = s.language and x.engine = s.engine)
   ), saved as (
     insert into article_summaries as s (article_id, language, engine, content_hash, summary, sentences, score, note)
       select article_id, language, engine, content_hash, summary, sentences, score, note
       from given order by article_id, language, engine
     on conflict on constraint article_summaries_key do update
       set content_hash = excluded.content_hash, summary = excluded.summary, sentences = excluded.sentences,
         score = excluded.score, note = excluded.note, created_at = now()
     returning article_id
   )
   select mark_for_index(array(select distinct article_id from saved order by 1))`,
);

/** Stores summaries in place of those of an older text, and lets their articles be indexed again. */
export async function saveSummaries(tx: Queryable, summaries: NewSummary[]): Promise<void> {
  if (summaries.length === 0) return;
  const rows = summaries.map(({ articleId, contentHash, ...rest }) => ({
    ...rest,
    article_id: articleId,
    content_hash: `\\x${contentHash.toString('hex')}`,
  }));
  await tx.run(saveSummariesStatement, [JSON.stringify(rows)]);
}

const endStatement = statement(
  'end-summarised',
  `update article_stages s set priority = 0, error = g.reason
   from unnest($1::bigint[], $2::text[]) as g (article_id, reason)
   where s.article_id = g.article_id and s.stage = 'summarise' and (s.priority <> 0 or g.reason is not null)`,
);

/** Why an article that is done has no summary; null where it has. */
export interface EndedSummary {
  articleId: number;
  reason: 'not-wanted' | 'no-text' | null;
}

/** Keeps why articles that are done have no summary; nobody waits for them any more. */
export async function endSummaries(tx: Queryable, ended: EndedSummary[]): Promise<void> {
  await tx.run(endStatement, [ended.map(({ articleId }) => articleId), ended.map(({ reason }) => reason)]);
}

const touchStatement = statement('touch-summarised', 'select touch_articles($1)');

/** Tells the readers of articles that something is new: for those that one of them waits for. */
export async function touchArticles(tx: Queryable, articleIds: number[]): Promise<void> {
  if (articleIds.length > 0) await tx.run(touchStatement, [articleIds]);
}
