import type { Database } from '@alt/database';
import { type Asking, Refusal } from './asking.ts';
import { isUsableLabel } from './contents.ts';
import { agreedAfter, type ItemState, isSameSet, labelTag, marksToWrite, mergeItem, READ, STARRED } from './merging.ts';
import { type Claim, type Connection, type Progress, readConnection } from './store/connections.ts';
import { setRemote, touchWritten } from './store/items.ts';
import * as marks from './store/marks.ts';
import { labelOf } from './wire.ts';

const MERGE_BATCH = 500;
/** Items that one request marks. */
const WRITE_BATCH = 250;
const WRITES_MAXIMUM = 10_000;

/** Finds what the reader changed since the last time: by the revision of their entries, and by what they marked read as a whole. */
export async function noticeLocal(database: Database, of: Claim, { seenRevision }: Connection): Promise<void> {
  await database.asReader(of, async (tx) => {
    const now = await marks.readRevisions(tx, of.readerId);
    if (now.revision > seenRevision) await marks.noticeChanges(tx, of.id, of.readerId, seenRevision, now);
  });
}

/** Brings together what both sides have of every item that changed: Alt gets it at once, Inoreader with the next writes. */
export async function mergeMarks(database: Database, of: Claim, now: () => Date): Promise<void> {
  for (;;) {
    const merged = await database.asReader(of, (tx) => mergeBatch(tx, of, now()), { retry: true });
    if (merged < MERGE_BATCH) return;
  }
}

type Transaction = Parameters<typeof marks.dirtyItems>[0];

async function mergeBatch(tx: Transaction, of: Claim, now: Date): Promise<number> {
  const connection = await readConnection(tx, of.id);
  const folders = connection?.progress.folders ?? [];
  let dirty = await marks.dirtyItems(tx, of.id, of.readerId, MERGE_BATCH);
  if (dirty.length === 0) return 0;
  if (dirty.some((item) => changeOf(item) !== null)) {
    // Holding the reader's row, so that nothing changes between the look and the change.
    const revision = await marks.beginChange(tx);
    dirty = await marks.dirtyItems(tx, of.id, of.readerId, MERGE_BATCH);
    const changes = dirty.flatMap((item) => changeOf(item) ?? []);
    await marks.changeEntries(tx, of.readerId, revision, now, changes);
  }
  await marks.settle(
    tx,
    of.id,
    dirty.map((item) => settledOf(item, folders)),
  );
  return dirty.length;
}

/** What Alt is to change; null for nothing. */
function changeOf({ articleId, local, agreed, remote }: marks.DirtyItem): marks.EntryChange | null {
  if (local === null) return null;
  const target = mergeItem(agreed, local, remote);
  const isSame =
    target.isRead === local.isRead && target.isStarred === local.isStarred && isSameSet(target.labels, local.labels);
  if (isSame) return null;
  return {
    articleId,
    ...target,
    added: target.labels.filter((name) => !local.labels.includes(name)),
    removed: local.labels.filter((name) => !target.labels.includes(name)),
  };
}

function settledOf({ item, local, agreed, remote }: marks.DirtyItem, folders: readonly string[]): marks.Settled {
  if (local === null) return { item, agreed: null, needsWrite: false };
  const target = mergeItem(agreed, local, remote);
  return {
    item,
    agreed: agreedAfter(agreed, target, remote),
    needsWrite: operationsOf(target, remote, folders).length > 0,
  };
}

interface Operation {
  tag: string;
  isSet: boolean;
}

/** The marks to write; a label that has the name of a folder there cannot be told from it, and stays here. */
function operationsOf(local: ItemState, remote: ItemState, folders: readonly string[]): Operation[] {
  const { add, remove } = marksToWrite(local, remote);
  const isPossible = (tag: string) => {
    const label = labelOf(tag);
    return label === null || (isUsableLabel(label) && !folders.includes(label));
  };
  return [
    ...add.filter(isPossible).map((tag) => ({ tag, isSet: true })),
    ...remove.filter(isPossible).map((tag) => ({ tag, isSet: false })),
  ];
}

interface Write extends Operation {
  items: string[];
}

/** What Inoreader is to hear, in as few requests as it takes: one mark of many items each. */
export async function plannedWrites(database: Database, of: Claim, progress: Progress): Promise<Write[]> {
  const waiting = await database.asReader(of, (tx) => marks.unwrittenItems(tx, of.id, of.readerId, WRITES_MAXIMUM));
  const byOperation = new Map<string, Write>();
  for (const { item, local, remote } of waiting) {
    if (local === null) continue;
    for (const operation of operationsOf(local, remote, progress.folders)) {
      const key = `${operation.isSet} ${operation.tag}`;
      const write = byOperation.get(key) ?? { ...operation, items: [] };
      write.items.push(item);
      byOperation.set(key, write);
    }
  }
  return [...byOperation.values()].flatMap(({ items, ...operation }) =>
    batches(items).map((batch) => ({ ...operation, items: batch })),
  );
}

/** Sends one write and, once it is answered, remembers that it is done; without an answer it is sent again another time. */
export async function sendWrite(database: Database, asking: Asking, of: Claim, write: Write): Promise<void> {
  const form: [string, string][] = [
    [write.isSet ? 'a' : 'r', write.tag],
    ...write.items.map((item): [string, string] => ['i', `tag:google.com,2005:reader/item/${item}`]),
  ];
  try {
    const step = await asking.write('edit-tag', form, (number) =>
      database.asReader(of, (tx) => touchWritten(tx, of.id, number, write.items)),
    );
    await database.asReader(of, (tx) => setRemote(tx, of.id, step, write.items, markOf(write)));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // Refused as it is: it would be refused again. What changes later is tried anew.
    await database.asReader(of, (tx) =>
      marks.settle(
        tx,
        of.id,
        write.items.map((item) => ({ item, agreed: null, needsWrite: false })),
      ),
    );
  }
}

function markOf({ tag, isSet }: Operation) {
  if (tag === READ) return { kind: 'read' as const, label: '', isSet };
  if (tag === STARRED) return { kind: 'starred' as const, label: '', isSet };
  const label = labelOf(tag) ?? '';
  if (labelTag(label) !== tag) throw new Error('a mark is neither a state nor a label');
  return { kind: 'label' as const, label, isSet };
}

function batches(all: string[]): string[][] {
  return Array.from({ length: Math.ceil(all.length / WRITE_BATCH) }, (_, index) =>
    all.slice(index * WRITE_BATCH, (index + 1) * WRITE_BATCH),
  );
}
