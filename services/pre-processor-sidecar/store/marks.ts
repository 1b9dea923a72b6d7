import { type Queryable, statement } from '@alt/database';
import type { ItemState } from '../merging.ts';

const selectRevisions = statement<{ revision: number; resetRevision: number }>(
  'inoreader_revisions',
  'select revision, reset_revision as "resetRevision" from readers where id = $1',
);

/** The reader's revision: what is committed up to it can be seen by the next statement. */
export async function readRevisions(tx: Queryable, readerId: number) {
  return (await tx.one(selectRevisions, [readerId])) ?? { revision: 0, resetRevision: 0 };
}

const noticeChanged = statement(
  'inoreader_notice_changed',
  // An array, because a plan without values takes a third of all entries for changed.
  `update inoreader_items i set is_dirty = true
   where i.connection_id = $1 and not i.is_dirty
     and i.article_id = any (array(select e.article_id from entries e where e.reader_id = $2 and e.revision > $3))`,
);
const noticeMarked = statement(
  'inoreader_notice_marked',
  `update inoreader_items i set is_dirty = true
   where i.connection_id = $1 and not i.agreed_read and not i.is_dirty
     and i.article_id = any (array(select e.article_id from counters c
       cross join lateral (select x.article_id from entries x
         where x.reader_id = $2 and x.feed_id = c.feed_id offset 0) e
       where c.reader_id = $2 and c.read_through > $3))`,
);
const noticeAll = statement(
  'inoreader_notice_all',
  'update inoreader_items set is_dirty = true where connection_id = $1 and article_id is not null and not is_dirty',
);
const updateSeenRevision = statement(
  'inoreader_seen_revision',
  'update inoreader_connections set seen_revision = $2 where id = $1',
);

/** Marks the items whose entries changed after a revision to be looked at, and remembers how far was looked. */
export async function noticeChanges(
  tx: Queryable,
  id: number,
  readerId: number,
  since: number,
  now: { revision: number; resetRevision: number },
): Promise<void> {
  if (now.resetRevision > since) await tx.run(noticeAll, [id]);
  else {
    await tx.run(noticeChanged, [id, readerId, since]);
    await tx.run(noticeMarked, [id, readerId, since]);
  }
  await tx.run(updateSeenRevision, [id, now.revision]);
}

export interface DirtyItem {
  item: string;
  articleId: number;
  /** Null where the reader has the article no more. */
  local: ItemState | null;
  agreed: ItemState | null;
  remote: ItemState;
}

interface DirtyRow {
  item: string;
  articleId: number;
  isHere: boolean;
  isRead: boolean;
  isStarred: boolean;
  labels: string[];
  isAgreed: boolean;
  agreedRead: boolean;
  agreedStarred: boolean;
  agreedLabels: string[];
  remoteRead: boolean;
  remoteStarred: boolean;
  remoteLabels: string[];
}

const COLUMNS = `i.item, i.article_id as "articleId", e.article_id is not null as "isHere",
  coalesce(e.is_read or e.hidden_reason is null and is_covered(e.revision, e.received_at, c.read_through, c.read_before), false)
    as "isRead",
  coalesce(e.is_starred, false) as "isStarred",
  array(select l.name from entry_labels n join labels l on l.id = n.label_id
    where n.article_id = i.article_id and n.reader_id = $2 and l.owner_id = $2 order by 1) as labels,
  i.is_agreed as "isAgreed", i.agreed_read as "agreedRead", i.agreed_starred as "agreedStarred",
  i.agreed_labels as "agreedLabels", i.remote_read as "remoteRead", i.remote_starred as "remoteStarred",
  i.remote_labels as "remoteLabels"`;
const TABLES = `inoreader_items i left join entries e on e.article_id = i.article_id and e.reader_id = $2
  left join counters c on c.reader_id = $2 and c.feed_id = e.feed_id`;

const selectDirty = statement<DirtyRow>(
  'inoreader_dirty',
  `select ${COLUMNS} from ${TABLES} where i.connection_id = $1 and i.is_dirty and i.article_id is not null
   order by i.item limit $3`,
);
const selectWrites = statement<DirtyRow>(
  'inoreader_writes',
  `select ${COLUMNS} from ${TABLES} where i.connection_id = $1 and i.needs_write and i.article_id is not null
   order by i.priority, i.stamp desc limit $3`,
);

/** Items of which something changed, with what both sides have. */
export async function dirtyItems(tx: Queryable, id: number, readerId: number, limit: number): Promise<DirtyItem[]> {
  return (await tx.all(selectDirty, [id, readerId, limit])).map(present);
}

/** Items of which Inoreader is still to hear something. */
export async function unwrittenItems(tx: Queryable, id: number, readerId: number, limit: number): Promise<DirtyItem[]> {
  return (await tx.all(selectWrites, [id, readerId, limit])).map(present);
}

function present(row: DirtyRow): DirtyItem {
  return {
    item: row.item,
    articleId: row.articleId,
    local: row.isHere ? { isRead: row.isRead, isStarred: row.isStarred, labels: row.labels } : null,
    agreed: row.isAgreed ? { isRead: row.agreedRead, isStarred: row.agreedStarred, labels: row.agreedLabels } : null,
    remote: { isRead: row.remoteRead, isStarred: row.remoteStarred, labels: row.remoteLabels },
  };
}

export interface Settled {
  item: string;
  /** Null where there is nothing here to compare with. */
  agreed: ItemState | null;
  needsWrite: boolean;
}

const updateSettled = statement(
  'inoreader_settled',
  `update inoreader_items i set is_dirty = false, needs_write = w."needsWrite",
     is_agreed = i.is_agreed or w."isRead" is not null,
     agreed_read = coalesce(w."isRead", i.agreed_read), agreed_starred = coalesce(w."isStarred", i.agreed_starred),
     agreed_labels = case when w.labels is null then i.agreed_labels
       else array(select jsonb_array_elements_text(w.labels) order by 1) end
   from jsonb_to_recordset($2) as w (item text, "isRead" boolean, "isStarred" boolean, labels jsonb, "needsWrite" boolean)
   where i.connection_id = $1 and i.item = w.item`,
);

export async function settle(tx: Queryable, id: number, settled: Settled[]): Promise<void> {
  const rows = settled.map(({ item, agreed, needsWrite }) => ({ item, needsWrite, ...agreed }));
  await tx.run(updateSettled, [id, JSON.stringify(rows)]);
}

const callBeginChange = statement<{ revision: number }>('inoreader_change', 'select begin_change() as revision');

/** Takes the reader's row and a new revision: the first statement of every change of entries. */
export async function beginChange(tx: Queryable): Promise<number> {
  const row = await tx.one(callBeginChange);
  if (!row) throw new Error('the reader is gone');
  return row.revision;
}

const updateEntries = statement(
  'inoreader_entries',
  `update entries e set is_read = w."isRead", is_starred = w."isStarred", revision = $2,
     read_at = case when w."isRead" then coalesce(e.read_at, $4::timestamptz) end
   from jsonb_to_recordset($3) as w ("articleId" bigint, "isRead" boolean, "isStarred" boolean)
   where e.reader_id = $1 and e.article_id = w."articleId"`,
);
const insertLabels = statement(
  'inoreader_labels',
  `insert into labels (tenant_id, owner_id, name) select current_tenant_id(), $1, w from unnest($2::text[]) w order by w
   on conflict on constraint labels_name_key do nothing`,
);
const insertEntryLabels = statement(
  'inoreader_entry_labels',
  `insert into entry_labels (reader_id, label_id, article_id, sort_at)
   select $1, l.id, e.article_id, e.sort_at
   from unnest($2::bigint[], $3::text[]) as w (article_id, name)
   join labels l on l.owner_id = $1 and l.name = w.name
   join entries e on e.reader_id = $1 and e.article_id = w.article_id
   on conflict do nothing`,
);
const deleteEntryLabels = statement(
  'inoreader_entry_unlabel',
  `delete from entry_labels n using unnest($2::bigint[], $3::text[]) as w (article_id, name), labels l
   where n.reader_id = $1 and n.article_id = w.article_id and l.id = n.label_id and l.owner_id = $1 and l.name = w.name`,
);

export interface EntryChange extends ItemState {
  articleId: number;
  /** Of the labels. */
  added: string[];
  removed: string[];
}

/** Gives entries of the reader's the state that was agreed. Labels are made where there are none of that name. */
export async function changeEntries(
  tx: Queryable,
  readerId: number,
  revision: number,
  now: Date,
  changes: EntryChange[],
): Promise<void> {
  const states = changes.map(({ articleId, isRead, isStarred }) => ({ articleId, isRead, isStarred }));
  await tx.run(updateEntries, [readerId, revision, JSON.stringify(states), now]);
  const pairs = (pick: (change: EntryChange) => string[]) =>
    changes.flatMap((change) => pick(change).map((name) => ({ articleId: change.articleId, name })));
  const added = pairs(({ added }) => added);
  const removed = pairs(({ removed }) => removed);
  const columns = (rows: typeof added) => [rows.map(({ articleId }) => articleId), rows.map(({ name }) => name)];
  if (added.length > 0) {
    await tx.run(insertLabels, [readerId, [...new Set(added.map(({ name }) => name))]]);
    await tx.run(insertEntryLabels, [readerId, ...columns(added)]);
  }
  if (removed.length > 0) await tx.run(deleteEntryLabels, [readerId, ...columns(removed)]);
}
