import { type Queryable, statement } from '@alt/database';

const insertLabels = statement(
  'labels_insert',
  `insert into labels (tenant_id, owner_id, name)
   select current_tenant_id(), $1, w.name from unnest($2::text[]) as w (name)
   where not exists (select from labels l where l.owner_id is null and l.name = w.name) order by w.name
   on conflict on constraint labels_name_key do nothing`,
);
/** Row-level security leaves of the shared ones those of the reader's tenant. */
const SEEN = '(owner_id = $1 or owner_id is null)';

export interface NamedLabel {
  id: number;
  name: string;
  isShared: boolean;
}

const selectNamed = statement<NamedLabel>(
  'labels_by_name',
  `select id, name, owner_id is null as "isShared" from labels where ${SEEN} and name = any($2::text[])`,
);

/** The labels of these names, the reader's own and shared ones. */
export function namedLabels(tx: Queryable, readerId: number, names: string[]): Promise<NamedLabel[]> {
  return tx.all(selectNamed, [readerId, names]);
}

/** A label for each of these names: the reader's own, else the shared one, else a new one of their own. */
export async function ensureLabels(tx: Queryable, readerId: number, names: string[]): Promise<NamedLabel[]> {
  await tx.run(insertLabels, [readerId, names]);
  return meant(await namedLabels(tx, readerId, names));
}

/** Of two labels with one name the reader's own is meant. */
export function meant(named: NamedLabel[]): NamedLabel[] {
  return named.filter(
    ({ name, isShared }) => !isShared || !named.some((other) => other.name === name && !other.isShared),
  );
}

/** The ids of the labels of these names that exist. */
export async function labelIds(tx: Queryable, readerId: number, names: string[]): Promise<number[]> {
  return (await namedLabels(tx, readerId, names)).map((row) => row.id);
}

const callLockReaders = statement('labels_lock_readers', 'select lock_tenant_readers()');

/** To be called before a change of shared labels: the readers whom it concerns are taken in one order. */
export async function lockReaders(tx: Queryable): Promise<void> {
  await tx.run(callLockReaders);
}

const callLabelForAll = statement('labels_for_all', 'select label_for_all($1::int[], $2::bigint[], $3)');

/** Puts shared labels on articles, or takes them off, for everybody of the tenant who holds them. */
export async function labelForAll(tx: Queryable, ids: number[], articleIds: number[], isAdded: boolean): Promise<void> {
  if (ids.length > 0 && articleIds.length > 0) await tx.run(callLabelForAll, [ids, articleIds, isAdded]);
}

const callShareLabel = statement('label_share', 'select share_label($1)');

/** Makes a label of the reader's the tenant's. */
export async function shareLabel(tx: Queryable, id: number): Promise<void> {
  await tx.run(callShareLabel, [id]);
}

const callResetReaders = statement('labels_reset_readers', 'select reset_tenant_readers()');

/** All clients of the tenant's readers load everything again. */
export async function resetReaders(tx: Queryable): Promise<void> {
  await tx.run(callResetReaders);
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

const selectLabels = statement<{ id: number; name: string; isShared: boolean; count: number }>(
  'labels_list',
  `select l.id, l.name, l.owner_id is null as "isShared", (select count(*) from entry_labels n where n.label_id = l.id and n.reader_id = $1) as count
   from labels l where (l.owner_id = $1 or l.owner_id is null) and l.id > $2 order by l.id limit $3`,
);

export function listLabels(tx: Queryable, readerId: number, afterId: number, limit: number) {
  return tx.all(selectLabels, [readerId, afterId, limit]);
}

export interface FoundLabel {
  id: number;
  isShared: boolean;
  /** Whether it is the reader's, or was before they shared it. */
  isMine: boolean;
  count: number;
}

const selectLabel = statement<FoundLabel>(
  'label_one',
  `select l.id, l.owner_id is null as "isShared", coalesce(l.owner_id, l.created_by) is not distinct from $1 as "isMine",
     (select count(*) from entry_labels n where n.label_id = l.id and n.reader_id = $1) as count
   from labels l where (l.owner_id = $1 or l.owner_id is null) and l.name = $2 and ($3::boolean is null or (l.owner_id is null) = $3)
   order by l.owner_id nulls last limit 1`,
);

/** The label of this name: the reader's own before a shared one, unless `isShared` says which. */
export function findLabel(tx: Queryable, readerId: number, name: string, isShared: boolean | null = null) {
  return tx.one(selectLabel, [readerId, name, isShared]);
}

const updateLabel = statement('label_rename', `update labels set name = $3 where ${SEEN} and id = $2`);

export async function renameLabel(tx: Queryable, readerId: number, id: number, name: string): Promise<void> {
  await tx.run(updateLabel, [readerId, id, name]);
}

const deleteLabel = statement('label_delete', `delete from labels where ${SEEN} and id = $2`);

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
