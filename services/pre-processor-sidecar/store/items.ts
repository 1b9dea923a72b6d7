import { type Queryable, statement } from '@alt/database';
import type { ItemState } from '../merging.ts';

/** An id as a list shows it. */
export interface ListedItem {
  item: string;
  /** When Inoreader received it, in microseconds. */
  stamp: number;
}

const insertItems = statement(
  'inoreader_items_insert',
  `insert into inoreader_items (connection_id, item, stamp, remote_read)
   select $1, w.item, w.stamp, $4 from unnest($2::text[], $3::bigint[]) as w (item, stamp) order by w.item
   on conflict do nothing`,
);
const insertSeen = statement(
  'inoreader_seen_insert',
  `insert into inoreader_seen (connection_id, item) select $1, w from unnest($2::text[]) w order by w on conflict do nothing`,
);

/** Writes a page of a list down: items that are new, and that all were seen. Answers how many were not seen before. */
export async function addPage(tx: Queryable, id: number, page: ListedItem[], isRead: boolean): Promise<number> {
  const items = page.map(({ item }) => item);
  await tx.run(insertItems, [id, items, page.map(({ stamp }) => stamp), isRead]);
  return tx.run(insertSeen, [id, items]);
}

const deleteSeen = statement('inoreader_seen_clear', 'delete from inoreader_seen where connection_id = $1');

export async function clearSeen(tx: Queryable, id: number): Promise<void> {
  await tx.run(deleteSeen, [id]);
}

/** What is gone from here comes again when it is starred or labelled there. */
const AGAIN = `content = case when content = 'gone' or content = 'here' and article_id is null then 'wanted' else content end`;

/** How a kind of list is told from the columns of an item; `$4` is the label. */
const KINDS = {
  unread: {
    isIn: 'not i.remote_read',
    add: 'remote_read = false',
    remove: 'remote_read = true',
    // What was unread of a feed that is followed no more is in no list, and was not read.
    isJudged: `and (i.stream is null or exists (select from inoreader_subscriptions s
      where s.connection_id = $1 and s.stream = i.stream and s.is_remote))`,
  },
  starred: {
    isIn: 'i.remote_starred',
    add: `remote_starred = true, ${AGAIN}`,
    remove: 'remote_starred = false',
    isJudged: '',
  },
  label: {
    isIn: '$3 = any(i.remote_labels)',
    add: `remote_labels = array(select unnest(remote_labels || $3) order by 1), ${AGAIN}`,
    remove: 'remote_labels = array_remove(remote_labels, $3)',
    isJudged: `and i.remote_labels <> '{}'`,
  },
} as const;
export type JudgedKind = keyof typeof KINDS;

const LABEL_GIVEN = '($3::text is null or true)';

function judging(kind: JudgedKind) {
  const { isIn, add, remove, isJudged } = KINDS[kind];
  const gone = `i.connection_id = $1 and i.wrote_step < $2 and ${LABEL_GIVEN} and ${isIn} ${isJudged}
    and not exists (select from inoreader_seen n where n.connection_id = $1 and n.item = i.item)`;
  return {
    count: statement<{ before: number; gone: number; seen: number }>(
      `inoreader_gone_${kind}`,
      `select (select count(*) from inoreader_items i where i.connection_id = $1 and ${LABEL_GIVEN} and ${isIn}) as before,
         (select count(*) from inoreader_items i where ${gone}) as gone,
         (select count(*) from inoreader_seen n where n.connection_id = $1) as seen`,
    ),
    add: statement(
      `inoreader_appear_${kind}`,
      `update inoreader_items i set ${add}, is_dirty = true
       where i.connection_id = $1 and i.item = any (array(select n.item from inoreader_seen n where n.connection_id = $1))
         and i.wrote_step < $2 and ${LABEL_GIVEN} and not (${isIn})`,
    ),
    remove: statement(
      `inoreader_vanish_${kind}`,
      `update inoreader_items i set ${remove}, is_dirty = true where ${gone}`,
    ),
  };
}

const judges = { unread: judging('unread'), starred: judging('starred'), label: judging('label') };

/** How many items had the mark, how many of them the list no longer shows, and how many it shows. */
export async function countGone(tx: Queryable, id: number, kind: JudgedKind, startedStep: number, label: string) {
  return (await tx.one(judges[kind].count, [id, startedStep, label])) ?? { before: 0, gone: 0, seen: 0 };
}

/** Believes a list that ended: items that it shows have the mark, and others not, unless `onlyAdd`. */
export async function believe(
  tx: Queryable,
  id: number,
  list: { kind: JudgedKind; startedStep: number; label: string },
  onlyAdd: boolean,
): Promise<void> {
  const values = [id, list.startedStep, list.label];
  await tx.run(judges[list.kind].add, values);
  if (!onlyAdd) await tx.run(judges[list.kind].remove, values);
}

const selectMissing = statement<{ count: number }>(
  'inoreader_missing',
  `select count(*) from (select from inoreader_items where connection_id = $1 and content = 'wanted' limit 100000) x`,
);

/** How many items are known of which the contents are still to be brought. */
export async function countMissing(tx: Queryable, id: number): Promise<number> {
  return (await tx.one(selectMissing, [id]))?.count ?? 0;
}

const selectBacklog = statement<{ item: string }>(
  'inoreader_backlog',
  `select item from inoreader_items where connection_id = $1 and content = 'wanted' order by priority, stamp desc limit $2`,
);

/** What is brought next: starred and labelled first, then unread, the newest first. */
export async function nextMissing(tx: Queryable, id: number, limit: number): Promise<string[]> {
  return (await tx.all(selectBacklog, [id, limit])).map(({ item }) => item);
}

export interface ToldItem extends ItemState {
  item: string;
  stream: string;
}

const updateTold = statement(
  'inoreader_told',
  `update inoreader_items i set content = 'inbox', inbox_step = $2, stream = w.stream, remote_read = w."isRead", remote_starred = w."isStarred",
     remote_labels = array(select jsonb_array_elements_text(w.labels) order by 1), wrote_step = $2
   from jsonb_to_recordset($3) as w (item text, stream text, "isRead" boolean, "isStarred" boolean, labels jsonb)
   where i.connection_id = $1 and i.item = w.item`,
);
const updateLost = statement(
  'inoreader_lost',
  `update inoreader_items set content = 'gone' where connection_id = $1 and item = any($2::text[]) and content = 'wanted'`,
);

/** Contents came: what they say of the items, which now wait in the inbox; others that were asked for are not there any more. */
export async function setTold(
  tx: Queryable,
  id: number,
  step: number,
  told: ToldItem[],
  lost: string[],
): Promise<void> {
  await tx.run(updateTold, [id, step, JSON.stringify(told)]);
  await tx.run(updateLost, [id, lost]);
}

const updateStep = statement(
  'inoreader_written',
  'update inoreader_items set wrote_step = $2 where connection_id = $1 and item = any($3::text[])',
);

/** To be called before a write is sent: lists that began earlier tell nothing of these items any more. */
export async function touchWritten(tx: Queryable, id: number, step: number, items: string[]): Promise<void> {
  await tx.run(updateStep, [id, step, items]);
}

const updateRemote = statement(
  'inoreader_remote',
  `update inoreader_items set is_dirty = true, wrote_step = $6,
     remote_read = case when $3 = 'read' then $5 else remote_read end,
     remote_starred = case when $3 = 'starred' then $5 else remote_starred end,
     remote_labels = case when $3 <> 'label' then remote_labels
       when $5 then array(select distinct unnest(remote_labels || $4::text) order by 1)
       else array_remove(remote_labels, $4) end
   where connection_id = $1 and item = any($2::text[])`,
);

/** Inoreader said that it set, or took, a mark. */
export async function setRemote(
  tx: Queryable,
  id: number,
  step: number,
  items: string[],
  mark: { kind: 'read' | 'starred' | 'label'; label: string; isSet: boolean },
): Promise<void> {
  await tx.run(updateRemote, [id, items, mark.kind, mark.label, mark.isSet, step]);
}

const selectLabelNames = statement<{ name: string }>(
  'inoreader_label_names',
  `select distinct unnest(remote_labels) as name from inoreader_items where connection_id = $1 and remote_labels <> '{}'`,
);

/** The labels that items are believed to have at Inoreader. */
export async function remoteLabels(tx: Queryable, id: number): Promise<string[]> {
  return (await tx.all(selectLabelNames, [id])).map(({ name }) => name);
}
