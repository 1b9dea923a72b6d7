import { type Queryable, statement } from '@alt/database';

export interface OfferedRow {
  articleId: number;
  /** Of a private feed, else null. */
  tenantId: string | null;
  sortAt: Date;
  language: string | null;
  phrase: string;
  normalised: string;
  score: number;
}

const selectOffered = statement<OfferedRow>(
  'projection_keyphrases',
  `select k.article_id as "articleId", f.tenant_id as "tenantId", a.sort_at as "sortAt", a.language, k.phrase, k.normalised,
     k.score
   from article_keyphrases k
   join articles a on a.id = k.article_id
   join feeds f on f.id = a.feed_id
   where k.article_id = any($1::bigint[]) order by k.article_id, k.score desc, k.normalised`,
);

/** The keyphrases of articles, an article's best first. */
export function offeredPhrases(tx: Queryable, articleIds: number[]): Promise<OfferedRow[]> {
  return tx.all(selectOffered, [articleIds]);
}

export interface KnownName {
  tenantId: string;
  normalised: string;
  id: number;
  name: string;
  isHidden: boolean;
  isPromoted: boolean;
}

const selectNames = statement<KnownName>(
  'projection_names',
  `select x.tenant_id as "tenantId", x.normalised, t.id, t.name, t.is_hidden as "isHidden", t.is_promoted as "isPromoted"
   from unnest($1::uuid[]) as g (tenant_id)
   join tag_aliases x on x.tenant_id = g.tenant_id and x.normalised = any($2::text[])
   join tags t on t.id = x.tag_id`,
);

/** The tags of tenants that have one of these names. */
export function knownNames(tx: Queryable, tenantIds: string[], names: string[]): Promise<KnownName[]> {
  return tx.all(selectNames, [tenantIds, names]);
}

const selectSizes = statement<{ tenantId: string; size: number }>(
  'vocabulary_sizes',
  `select tenant_id as "tenantId", count(*) as size from tags where tenant_id = any($1::uuid[]) group by tenant_id`,
);

export async function vocabularySizes(tx: Queryable, tenantIds: string[]): Promise<Map<string, number>> {
  const rows = await tx.all(selectSizes, [tenantIds]);
  return new Map(rows.map(({ tenantId, size }) => [tenantId, size]));
}

export interface NewTag {
  tenantId: string;
  name: string;
  normalised: string;
}

// Updates nothing, but answers the number of a tag that somebody else made meanwhile.
const insertTags = statement<{ id: number; tenantId: string; normalised: string }>(
  'tags_insert',
  `insert into tags (tenant_id, name, normalised)
   select tenant_id, name, normalised from unnest($1::uuid[], $2::text[], $3::text[]) as g (tenant_id, name, normalised)
   order by tenant_id, normalised
   on conflict (tenant_id, normalised) do update set normalised = excluded.normalised
   returning id, tenant_id as "tenantId", normalised`,
);

export function insertNewTags(tx: Queryable, tags: NewTag[]) {
  return tx.all(insertTags, [
    tags.map(({ tenantId }) => tenantId),
    tags.map(({ name }) => name),
    tags.map(({ normalised }) => normalised),
  ]);
}

const insertAliases = statement(
  'tag_aliases_insert',
  `insert into tag_aliases (tenant_id, normalised, tag_id)
   select tenant_id, normalised, tag_id from unnest($1::uuid[], $2::text[], $3::int[]) as g (tenant_id, normalised, tag_id)
   order by tenant_id, normalised on conflict do nothing`,
);

/** Gives tags names that are free. */
export async function addNames(
  tx: Queryable,
  names: { tenantId: string; normalised: string; tagId: number }[],
): Promise<void> {
  await tx.run(insertAliases, [
    names.map(({ tenantId }) => tenantId),
    names.map(({ normalised }) => normalised),
    names.map(({ tagId }) => tagId),
  ]);
}

export interface ArticleTag {
  tenantId: string;
  articleId: number;
  tagId: number;
  sortAt: Date;
  score: number;
}

const replaceStatement = statement<{ articleId: number }>(
  'article_tags_replace',
  `with wanted as materialized (
     select g.tenant_id, g.article_id, g.tag_id, g.sort_at, g.score
     from unnest($3::uuid[], $4::bigint[], $5::int[], $6::timestamptz[], $7::real[])
       as g (tenant_id, article_id, tag_id, sort_at, score)
     join articles a on a.id = g.article_id
   ), asked as (
     select tenant_id, article_id from unnest($1::uuid[], $2::bigint[]) as g (tenant_id, article_id)
   ), removed as (
     delete from article_tags t using asked q
     where t.tenant_id = q.tenant_id and t.article_id = q.article_id
       and not exists (select from wanted w
         where w.tenant_id = t.tenant_id and w.article_id = t.article_id and w.tag_id = t.tag_id)
     returning t.article_id
   ), given as (
     insert into article_tags as t (tenant_id, tag_id, article_id, sort_at, score)
       select tenant_id, tag_id, article_id, sort_at, score from wanted order by article_id, tenant_id, tag_id
       on conflict (article_id, tenant_id, tag_id) do update set score = excluded.score where t.score <> excluded.score
       returning article_id
   )
   select distinct article_id as "articleId" from (table removed union all table given) changed`,
);

/** Makes these the tags of articles for tenants; answers the articles whose tags changed. */
export async function replaceArticleTags(
  tx: Queryable,
  asked: { tenantId: string; articleId: number }[],
  tags: ArticleTag[],
): Promise<number[]> {
  const rows = await tx.all(replaceStatement, [
    asked.map(({ tenantId }) => tenantId),
    asked.map(({ articleId }) => articleId),
    tags.map(({ tenantId }) => tenantId),
    tags.map(({ articleId }) => articleId),
    tags.map(({ tagId }) => tagId),
    tags.map(({ sortAt }) => sortAt),
    tags.map(({ score }) => score),
  ]);
  return rows.map(({ articleId }) => articleId);
}

const markStatement = statement('tags_mark_for_index', 'select mark_for_index($1::bigint[])');

export async function markForIndex(tx: Queryable, articleIds: number[]): Promise<void> {
  if (articleIds.length > 0) await tx.run(markStatement, [articleIds]);
}
