import { type Queryable, statement } from '@alt/database';

export interface TagRequest {
  id: number;
  tenantId: string;
  articleIds: number[];
  isIndexOnly: boolean;
}

const takeStatement = statement<TagRequest>(
  'tag_requests_take',
  `select id, tenant_id as "tenantId", article_ids as "articleIds", is_index_only as "isIndexOnly"
   from tag_requests where next_attempt_at <= now() order by id limit $1 for update skip locked`,
);

/** Takes requests for the rest of the transaction, the oldest first. */
export function takeRequests(tx: Queryable, limit: number): Promise<TagRequest[]> {
  return tx.all(takeStatement, [limit]);
}

const deleteStatement = statement('tag_requests_done', 'delete from tag_requests where id = any($1::bigint[])');

export async function finishRequests(tx: Queryable, ids: number[]): Promise<void> {
  await tx.run(deleteStatement, [ids]);
}

const postponeStatement = statement(
  'tag_requests_postpone',
  `update tag_requests set next_attempt_at = now() + make_interval(secs => $2), error = $3 where id = $1`,
);

export async function postponeRequest(db: Queryable, id: number, seconds: number, error: string): Promise<void> {
  await db.run(postponeStatement, [id, seconds, error]);
}

const insertIndexing = statement(
  'tag_requests_index',
  `with numbered as (
     select article_id, (row_number() over (order by article_id) - 1) / $3::int as part
     from article_tags where tenant_id = $1 and tag_id = $2
   ), asked as (
     insert into tag_requests (tenant_id, article_ids, is_index_only)
       select $1, array_agg(article_id), true from numbered group by part
     returning 1
   )
   select count(*) as requests, pg_notify('alt_tags', '') from asked`,
);

/** Has the articles of a tag indexed again, so many a request. */
export async function requestIndexing(tx: Queryable, tenantId: string, tagId: number, size: number): Promise<void> {
  await tx.one(insertIndexing, [tenantId, tagId, size]);
}

const countStatement = statement<{ count: number; oldestSeconds: number }>(
  'tag_requests_count',
  `select count(*) as count, coalesce(extract(epoch from now() - min(next_attempt_at)), 0)::float8 as "oldestSeconds"
   from (select next_attempt_at from tag_requests order by id limit 10000) first`,
);

export async function countRequests(db: Queryable): Promise<{ count: number; oldestSeconds: number }> {
  return (await db.one(countStatement)) ?? { count: 0, oldestSeconds: 0 };
}
