import { type Queryable, statement } from '@alt/database';

export interface TagRow {
  id: number;
  name: string;
  normalised: string;
}

const lockTags = statement<TagRow>(
  'tags_lock',
  `select id, name, normalised from tags where tenant_id = $1 and id = any($2::int[]) order by id for update`,
);

/** Tags of a tenant, kept for the rest of the transaction. */
export function takeTags(tx: Queryable, tenantId: string, ids: number[]): Promise<TagRow[]> {
  return tx.all(lockTags, [tenantId, ids]);
}

const updateState = statement(
  'tag_state',
  `update tags set is_hidden = coalesce($3, is_hidden), is_promoted = coalesce($4, is_promoted),
     is_edited = is_edited or coalesce($3, false) or coalesce($4, false)
   where tenant_id = $1 and id = $2`,
);

export async function setState(
  tx: Queryable,
  tenantId: string,
  id: number,
  state: { isHidden: boolean | null; isPromoted: boolean | null },
): Promise<void> {
  await tx.run(updateState, [tenantId, id, state.isHidden, state.isPromoted]);
}

const updateName = statement(
  'tag_name',
  'update tags set name = $3, normalised = $4, is_edited = true where tenant_id = $1 and id = $2',
);

export async function setName(
  tx: Queryable,
  tenantId: string,
  id: number,
  { name, normalised }: { name: string; normalised: string },
): Promise<void> {
  await tx.run(updateName, [tenantId, id, name, normalised]);
}

const upsertAlias = statement<{ tagId: number }>(
  'tag_alias_claim',
  `insert into tag_aliases (tenant_id, normalised, tag_id) values ($1, $3, $2)
   on conflict (tenant_id, normalised) do update set tag_id = tag_aliases.tag_id
   returning tag_id as "tagId"`,
);

/** Gives a tag a name; answers whose name it is: another tag's if that had it before. */
export async function claimName(tx: Queryable, tenantId: string, id: number, normalised: string): Promise<number> {
  const row = await tx.one(upsertAlias, [tenantId, id, normalised]);
  if (!row) throw new Error('an upsert gave no row');
  return row.tagId;
}

const moveArticles = statement(
  'tags_merge_articles',
  `insert into article_tags as t (tenant_id, tag_id, article_id, sort_at, score)
     select $1, $2, article_id, sort_at, max(score) from article_tags where tag_id = any($3::int[]) and tenant_id = $1
     group by article_id, sort_at order by article_id
   on conflict (article_id, tenant_id, tag_id) do update set score = greatest(t.score, excluded.score)`,
);
const moveAliases = statement(
  'tags_merge_aliases',
  'update tag_aliases set tag_id = $2 where tenant_id = $1 and tag_id = any($3::int[])',
);
const deleteTags = statement('tags_delete', 'delete from tags where tenant_id = $1 and id = any($2::int[])');
const markEdited = statement('tag_edited', 'update tags set is_edited = true where tenant_id = $1 and id = $2');

/** Gives articles and names of some tags to another, and removes them. */
export async function absorb(tx: Queryable, tenantId: string, intoId: number, fromIds: number[]): Promise<void> {
  await tx.run(moveArticles, [tenantId, intoId, fromIds]);
  await tx.run(moveAliases, [tenantId, intoId, fromIds]);
  await tx.run(deleteTags, [tenantId, fromIds]);
  await tx.run(markEdited, [tenantId, intoId]);
}

const tellStatement = statement('tags_tell', 'select tell_tags($1)');

/** Lets the pages of a tenant's readers load tags anew. Holds the readers: the last statement. */
export async function tellReaders(tx: Queryable, tenantId: string): Promise<void> {
  await tx.run(tellStatement, [tenantId]);
}

export interface CountedTag extends TagRow {
  count: number;
}

const selectCounted = statement<CountedTag>(
  'tags_counted',
  `select t.id, t.name, t.normalised,
     (select count(*) from (select from article_tags n where n.tag_id = t.id limit 1000) x) as count
   from tags t where t.tenant_id = $1 and not t.is_hidden order by t.id limit $2`,
);

/** The visible tags of a tenant with the number of their articles, counted up to 1,000. */
export function countedTags(db: Queryable, tenantId: string, limit: number): Promise<CountedTag[]> {
  return db.all(selectCounted, [tenantId, limit]);
}

const selectDistinctions = statement<{ tagId: number; otherTagId: number }>(
  'tag_distinctions_of',
  'select tag_id as "tagId", other_tag_id as "otherTagId" from tag_distinctions where tenant_id = $1',
);

export function distinctions(db: Queryable, tenantId: string) {
  return db.all(selectDistinctions, [tenantId]);
}

const insertDistinction = statement(
  'tag_distinction_add',
  `insert into tag_distinctions (tenant_id, tag_id, other_tag_id) values ($1, least($2::int, $3), greatest($2::int, $3))
   on conflict do nothing`,
);

export async function addDistinction(tx: Queryable, tenantId: string, ids: readonly [number, number]): Promise<void> {
  await tx.run(insertDistinction, [tenantId, ...ids]);
}

const selectShared = statement<{ tagId: number; otherTagId: number; sharedCount: number }>(
  'tags_shared',
  `select g.tag_id as "tagId", g.other_tag_id as "otherTagId",
     (select count(*) from (select article_id from article_tags where tag_id = g.tag_id
        order by sort_at desc, article_id desc limit 1000) x
      where exists (select from article_tags y
        where y.article_id = x.article_id and y.tenant_id = $1 and y.tag_id = g.other_tag_id)) as "sharedCount"
   from unnest($2::int[], $3::int[]) as g (tag_id, other_tag_id)`,
);

/** On how many of the newest 1,000 articles of each first tag the second stands too. */
export function sharedCounts(db: Queryable, tenantId: string, pairs: readonly (readonly [number, number])[]) {
  return db.all(selectShared, [tenantId, pairs.map(([id]) => id), pairs.map(([, other]) => other)]);
}

const retireStatement = statement<{ articleIds: number[] | null }>(
  'tags_retire',
  `with full_tenants as (
     select tenant_id from tags group by tenant_id having count(*) >= $1
   ), idle as (
     select t.id from tags t
     where not t.is_edited and not t.is_promoted and not t.is_hidden and (
       t.created_at < now() - interval '7 days' and not exists (select from article_tags n where n.tag_id = t.id)
       or t.created_at < now() - interval '30 days' and t.tenant_id in (table full_tenants)
         and (select count(*) from (select from article_tags n where n.tag_id = t.id limit 2) x) < 2)
     order by t.id limit $2
   ), touched as (
     select array_agg(distinct n.article_id) as ids from article_tags n join idle on idle.id = n.tag_id
   ), gone as (
     delete from tags t using idle where t.id = idle.id
   )
   select ids as "articleIds" from touched`,
);

/**
 * Removes tags that no article has any more, and of tenants with `fullSize` tags or more also those that only one article
 * ever had for a month. Never one that a person touched. Answers the articles that lost one.
 */
export async function retireTags(tx: Queryable, fullSize: number, limit: number): Promise<number[]> {
  return (await tx.one(retireStatement, [fullSize, limit]))?.articleIds ?? [];
}
