import { type Queryable, statement } from '@alt/database';

export interface SavedSearchRow {
  id: number;
  name: string;
  query: string;
  isShared: boolean;
  /** Whether it is the reader's, or was made or shared by them. */
  isMine: boolean;
}

const COLUMNS = `id, name, query, owner_id is null as "isShared",
  coalesce(owner_id, created_by) is not distinct from $1 as "isMine"`;
/** Row-level security leaves of the shared ones those of the reader's tenant. */
const SEEN = '(owner_id = $1 or owner_id is null)';

const selectPage = statement<SavedSearchRow>(
  'saved_searches_list',
  `select ${COLUMNS} from saved_searches where ${SEEN} and id > $2 order by id limit $3`,
);

export function listSavedSearches(tx: Queryable, readerId: number, afterId: number, limit: number) {
  return tx.all(selectPage, [readerId, afterId, limit]);
}

const selectOne = statement<SavedSearchRow>(
  'saved_search_one',
  `select ${COLUMNS} from saved_searches where ${SEEN} and id = $2`,
);

export function findSavedSearch(tx: Queryable, readerId: number, id: number): Promise<SavedSearchRow | null> {
  return tx.one(selectOne, [readerId, id]);
}

const selectByName = statement<SavedSearchRow>(
  'saved_search_by_name',
  `select ${COLUMNS} from saved_searches
   where (owner_id = $1 and not $3::boolean or owner_id is null and $3) and name = $2`,
);

/** Among the shared ones, or among the reader's own. */
export function findSavedSearchByName(
  tx: Queryable,
  readerId: number,
  name: string,
  isShared: boolean,
): Promise<SavedSearchRow | null> {
  return tx.one(selectByName, [readerId, name, isShared]);
}

const insertOne = statement<SavedSearchRow>(
  'saved_search_insert',
  `insert into saved_searches (tenant_id, owner_id, created_by, name, query)
   values (current_tenant_id(), case when not $4::boolean then $1::integer end, $1, $2, $3)
   on conflict on constraint saved_searches_name_key do nothing returning ${COLUMNS}`,
);

/** Null where there is one of this name. */
export function insertSavedSearch(tx: Queryable, readerId: number, name: string, query: string, isShared: boolean) {
  return tx.one(insertOne, [readerId, name, query, isShared]);
}

const countAll = statement<{ count: number }>(
  'saved_searches_count',
  `select count(*)::int as count from saved_searches where ${SEEN}`,
);

export async function countSavedSearches(tx: Queryable, readerId: number): Promise<number> {
  return (await tx.one(countAll, [readerId]))?.count ?? 0;
}

const updateOne = statement<SavedSearchRow>(
  'saved_search_update',
  `update saved_searches set name = coalesce($3, name), query = coalesce($4, query),
     owner_id = case when $5::boolean then null else owner_id end
   where ${SEEN} and id = $2 returning ${COLUMNS}`,
);

export function updateSavedSearch(
  tx: Queryable,
  readerId: number,
  id: number,
  change: { name: string | null; query: string | null; isShared: boolean },
): Promise<SavedSearchRow | null> {
  return tx.one(updateOne, [readerId, id, change.name, change.query, change.isShared]);
}

const deleteOne = statement('saved_search_delete', `delete from saved_searches where ${SEEN} and id = $2`);

/** Whether there was one. */
export async function deleteSavedSearch(tx: Queryable, readerId: number, id: number): Promise<boolean> {
  return (await tx.run(deleteOne, [readerId, id])) === 1;
}
