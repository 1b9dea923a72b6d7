import { type Database, type Queryable, statement } from '@alt/database';
import type { IndexedArticle } from './engine.ts';

/** An index as the database knows it. */
export interface IndexRow {
  name: string;
  /** Of the articles that were here when it was begun, those up to this id are in it. */
  filledTo: number;
  isComplete: boolean;
  isRebuildWanted: boolean;
}

const listStatement = statement<IndexRow>(
  'search-indexes',
  `select name, filled_to as "filledTo", completed_at is not null as "isComplete",
     rebuild_requested_at is not null as "isRebuildWanted"
   from search_indexes where engine = $1 and left_at is null order by completed_at nulls last`,
);

/** The indexes of an engine, the one that answers first. */
export function listIndexes(db: Queryable, engine: string): Promise<IndexRow[]> {
  return db.all(listStatement, [engine]);
}

const takeStatement = statement(
  'search-engine-take',
  `insert into search_engine (engine) values ($1)
   on conflict (is_only_row) do update
     set engine = excluded.engine, kept_at = now(),
       taken_at = case when search_engine.engine = excluded.engine then search_engine.taken_at else now() end`,
);

/** Makes an engine the one that keeps the index. The indexes of others are wrong from now on. */
export async function takeOver(db: Database, engine: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.run(takeStatement, [engine]);
    await tx.run(leaveStatement, [engine]);
  });
}

const keepStatement = statement(
  'search-engine-keep',
  `update search_engine set kept_at = now() where engine = $1 and kept_at < now() - interval '10 seconds'`,
);
const engineStatement = statement<{ engine: string; isIdle: boolean }>(
  'search-engine',
  'select engine, kept_at < now() - make_interval(secs => $1) as "isIdle" from search_engine',
);

/** Says that an engine is at work, and which one keeps the index; `isIdle` where nobody did so for `idleSeconds`. */
export async function keepEngine(db: Queryable, engine: string, idleSeconds: number) {
  await db.run(keepStatement, [engine]);
  return db.one(engineStatement, [idleSeconds]);
}

const leaveStatement = statement(
  'search-indexes-leave',
  'update search_indexes set left_at = now() where engine <> $1 and left_at is null',
);

const listLeftStatement = statement<{ name: string }>(
  'search-indexes-left',
  'select name from search_indexes where engine = $1 and left_at is not null',
);

/** The indexes of an engine that were not kept up while there was another. */
export async function listLeftIndexes(db: Queryable, engine: string): Promise<string[]> {
  return (await db.all(listLeftStatement, [engine])).map(({ name }) => name);
}

const addStatement = statement(
  'search-index-add',
  `insert into search_indexes (name, engine)
   select $1, e.engine from (select engine from search_engine where engine = $2 for share) e on conflict do nothing`,
);

/** Begins an index; false where another process has begun one, or another engine has taken over. */
export async function addIndex(db: Queryable, name: string, engine: string): Promise<boolean> {
  return (await db.run(addStatement, [name, engine])) > 0;
}

const removeStatement = statement('search-index-remove', 'delete from search_indexes where name = $1');

export function removeIndex(db: Queryable, name: string): Promise<number> {
  return db.run(removeStatement, [name]);
}

const fillStatement = statement('search-index-fill', 'update search_indexes set filled_to = $2 where name = $1');

export function advanceFill(db: Queryable, name: string, filledTo: number): Promise<number> {
  return db.run(fillStatement, [name, filledTo]);
}

const removeOthersStatement = statement(
  'search-index-remove-others',
  'delete from search_indexes where engine = $2 and name <> $1 and left_at is null',
);
const completeStatement = statement(
  'search-index-complete',
  'update search_indexes set completed_at = now() where name = $1',
);

/** Makes an index the one that answers; the one before it is forgotten. */
export async function completeIndex(tx: Queryable, name: string, engine: string): Promise<void> {
  await tx.run(removeOthersStatement, [name, engine]);
  await tx.run(completeStatement, [name]);
}

const nextIdsStatement = statement<{ id: number }>(
  'search-next-articles',
  'select id from articles where id > $1 order by id limit $2',
);

/** The articles after an id. */
export async function nextArticleIds(db: Queryable, after: number, limit: number): Promise<number[]> {
  return (await db.all(nextIdsStatement, [after, limit])).map(({ id }) => id);
}

interface TextRow extends Omit<IndexedArticle, 'sortAt'> {
  contentHash: Buffer;
  sortAt: Date;
}

const textsStatement = statement<TextRow>(
  'search-article-texts',
  `select article_id as "articleId", feed_id as "feedId", language, title, author, url, text,
     content_hash as "contentHash", sort_at as "sortAt"
   from article_texts($1::bigint[])`,
);

/** What is indexed of articles; those that went are missing. */
export async function articleTexts(
  db: Queryable,
  articleIds: readonly number[],
): Promise<(IndexedArticle & { version: string })[]> {
  const rows = await db.all(textsStatement, [articleIds]);
  return rows.map(({ contentHash, sortAt, ...row }) => ({
    ...row,
    sortAt: sortAt.getTime(),
    version: versionOf(contentHash, row.feedId),
  }));
}

const versionsStatement = statement<{ articleId: number; feedId: number; contentHash: Buffer }>(
  'search-article-versions',
  `select article_id as "articleId", feed_id as "feedId", content_hash as "contentHash" from article_texts($1::bigint[])`,
);

/** Of what is indexed of articles, what tells whether it changed. */
export async function articleVersions(db: Queryable, articleIds: readonly number[]): Promise<Map<number, string>> {
  const rows = await db.all(versionsStatement, [articleIds]);
  return new Map(rows.map(({ articleId, feedId, contentHash }) => [articleId, versionOf(contentHash, feedId)]));
}

function versionOf(contentHash: Buffer, feedId: number): string {
  return `${feedId} ${contentHash.toString('hex')}`;
}

const removalsStatement = statement<{ articleId: number }>(
  'search-removals',
  'select article_id as "articleId" from search_removals order by article_id limit $1',
);

/** Articles that went and may still be found. */
export async function listRemovals(db: Queryable, limit: number): Promise<number[]> {
  return (await db.all(removalsStatement, [limit])).map(({ articleId }) => articleId);
}

const forgetRemovalsStatement = statement(
  'search-removals-forget',
  'delete from search_removals where article_id = any ($1::bigint[])',
);

export function forgetRemovals(db: Queryable, articleIds: readonly number[]): Promise<number> {
  return db.run(forgetRemovalsStatement, [articleIds]);
}
