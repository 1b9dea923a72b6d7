import { type Queryable, statement } from '@alt/database';

const insertLabels = statement(
  'labels_insert',
  `insert into labels (tenant_id, owner_id, name)
   select current_tenant_id(), $1, name from unnest($2::text[]) as name order by name
   on conflict on constraint labels_name_key do nothing`,
);
const selectLabelIds = statement<{ id: number }>(
  'labels_by_name',
  'select id from labels where owner_id = $1 and name = any($2::text[])',
);

/** The labels of these names, made where there are none. */
export async function ensureLabels(tx: Queryable, readerId: number, names: string[]): Promise<number[]> {
  await tx.run(insertLabels, [readerId, names]);
  return labelIds(tx, readerId, names);
}

/** The labels of these names that exist. */
export async function labelIds(tx: Queryable, readerId: number, names: string[]): Promise<number[]> {
  return (await tx.all(selectLabelIds, [readerId, names])).map((row) => row.id);
}

const insertEntryLabels = statement(
  'entry_labels_insert',
  `insert into entry_labels (reader_id, label_id, article_id, sort_at)
   select $1, l, e.article_id, e.sort_at
   from unnest($2::int[]) as l cross join entries e
   where e.reader_id = $1 and e.article_id = any($3::bigint[]) on conflict do nothing`,
);

export async function addLabels(tx: Queryable, readerId: number, ids: number[], articleIds: number[]): Promise<void> {
  await tx.run(insertEntryLabels, [readerId, ids, articleIds]);
}

const deleteEntryLabels = statement(
  'entry_labels_delete',
  'delete from entry_labels where reader_id = $1 and label_id = any($2::int[]) and article_id = any($3::bigint[])',
);

export async function removeLabels(
  tx: Queryable,
  readerId: number,
  ids: number[],
  articleIds: number[],
): Promise<void> {
  await tx.run(deleteEntryLabels, [readerId, ids, articleIds]);
}

const selectLabels = statement<{ id: number; name: string; count: number }>(
  'labels_list',
  `select l.id, l.name, (select count(*) from entry_labels n where n.label_id = l.id and n.reader_id = $1) as count
   from labels l where l.owner_id = $1 and l.id > $2 order by l.id limit $3`,
);

export function listLabels(tx: Queryable, readerId: number, afterId: number, limit: number) {
  return tx.all(selectLabels, [readerId, afterId, limit]);
}

const selectTagIds = statement<{ id: number }>(
  'tags_by_name',
  'select id from tags where tenant_id = current_tenant_id() and normalised = any($1::text[])',
);

/** The tenant's tags of these names. */
export async function tagIds(tx: Queryable, names: string[]): Promise<number[]> {
  const normalised = names.map((name) => name.normalize('NFKC').toLowerCase());
  return (await tx.all(selectTagIds, [normalised])).map((row) => row.id);
}
