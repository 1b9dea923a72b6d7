import { type Queryable, statement } from '@alt/database';

export interface SavedSearchRow {
  id: number;
  name: string;
  query: string;
}

const selectPage = statement<SavedSearchRow>(
  'saved_searches_list',
  'select id, name, query from saved_searches where owner_id = $1 and id > $2 order by id limit $3',
);

export function listSavedSearches(tx: Queryable, readerId: number, afterId: number, limit: number) {
  return tx.all(selectPage, [readerId, afterId, limit]);
}

const selectOne = statement<SavedSearchRow>(
  'saved_search_one',
  'select id, name, query from saved_searches where owner_id = $1 and id = $2',
);

export function findSavedSearch(tx: Queryable, readerId: number, id: number): Promise<SavedSearchRow | null> {
  return tx.one(selectOne, [readerId, id]);
}

const selectByName = statement<SavedSearchRow>(
  'saved_search_by_name',
  'select id, name, query from saved_searches where owner_id = $1 and name = $2',
);

export function findSavedSearchByName(tx: Queryable, readerId: number, name: string): Promise<SavedSearchRow | null> {
  return tx.one(selectByName, [readerId, name]);
}

const insertOne = statement<SavedSearchRow>(
  'saved_search_insert',
  `insert into saved_searches (tenant_id, owner_id, name, query) values (current_tenant_id(), $1, $2, $3)
   on conflict on constraint saved_searches_name_key do nothing returning id, name, query`,
);

/** Null where the reader has one of this name. */
export function insertSavedSearch(tx: Queryable, readerId: number, name: string, query: string) {
  return tx.one(insertOne, [readerId, name, query]);
}

const countAll = statement<{ count: number }>(
  'saved_searches_count',
  'select count(*)::int as count from saved_searches where owner_id = $1',
);

export async function countSavedSearches(tx: Queryable, readerId: number): Promise<number> {
  return (await tx.one(countAll, [readerId]))?.count ?? 0;
}

const updateOne = statement<SavedSearchRow>(
  'saved_search_update',
  `update saved_searches set name = coalesce($3, name), query = coalesce($4, query)
   where owner_id = $1 and id = $2 returning id, name, query`,
);

export function updateSavedSearch(
  tx: Queryable,
  readerId: number,
  id: number,
  change: { name: string | null; query: string | null },
): Promise<SavedSearchRow | null> {
  return tx.one(updateOne, [readerId, id, change.name, change.query]);
}

const deleteOne = statement('saved_search_delete', 'delete from saved_searches where owner_id = $1 and id = $2');

/** Whether there was one. */
export async function deleteSavedSearch(tx: Queryable, readerId: number, id: number): Promise<boolean> {
  return (await tx.run(deleteOne, [readerId, id])) === 1;
}
