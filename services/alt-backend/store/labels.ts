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

const selectLabel = statement<{ id: number; count: number }>(
  'label_one',
  `select l.id, (select count(*) from entry_labels n where n.label_id = l.id and n.reader_id = $1) as count
   from labels l where l.owner_id = $1 and l.name = $2`,
);

export function findLabel(tx: Queryable, readerId: number, name: string) {
  return tx.one(selectLabel, [readerId, name]);
}

const updateLabel = statement('label_rename', 'update labels set name = $3 where owner_id = $1 and id = $2');

export async function renameLabel(tx: Queryable, readerId: number, id: number, name: string): Promise<void> {
  await tx.run(updateLabel, [readerId, id, name]);
}

const deleteLabel = statement('label_delete', 'delete from labels where owner_id = $1 and id = $2');

export async function removeLabel(tx: Queryable, readerId: number, id: number): Promise<void> {
  await tx.run(deleteLabel, [readerId, id]);
}

const touchLabelled = statement(
  'label_touch',
  `update entries e
   set revision = $3, is_read = e.is_read or is_covered(e.revision, e.received_at, c.read_through, c.read_before)
   from entry_labels n, counters c
   where n.reader_id = $1 and n.label_id = $2 and e.reader_id = $1 and e.article_id = n.article_id
     and c.reader_id = $1 and c.feed_id = e.feed_id`,
);

/** Every entry with this label counts as changed. */
export async function touchEntriesWith(tx: Queryable, readerId: number, id: number, revision: number): Promise<void> {
  await tx.run(touchLabelled, [readerId, id, revision]);
}
