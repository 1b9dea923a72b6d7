import { type BodyOf, deleteLabel, listLabels, Problem, renameLabel } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import { decodeId } from './cursor.ts';
import { checkMayShare, checkMayUnshare } from './sharing.ts';
import { beginChange, beginReset } from './store/counters.ts';
import * as store from './store/labels.ts';
import type { AsReader } from './store/readers.ts';

/** A change of more entries than this is not told entry by entry: clients load everything again. */
const TOLD_MAXIMUM = 5_000;

/** The reader's labels. Putting them on entries is a change of entries. */
export function labelRoutes(asReader: AsReader): Route[] {
  return [
    route(listLabels, async ({ query, reader }) =>
      asReader(reader, async (tx, readerId) => {
        const rows = await store.listLabels(tx, readerId, decodeId(query.cursor), query.limit + 1);
        const items = rows.slice(0, query.limit).map((row) => ({ ...row, id: String(row.id) }));
        return { items, nextCursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
      }),
    ),

    route(renameLabel, async ({ params, body, reader }) =>
      asReader(reader, (tx, readerId) => changeLabel(tx, reader, readerId, params.name, body), { retry: true }),
    ),

    route(deleteLabel, async ({ params, reader }) => {
      await asReader(
        reader,
        async (tx, readerId) => {
          const label = await beginLabelChange(tx, reader, readerId, params.name);
          if (label.isShared) checkMayUnshare(reader, label);
          await store.removeLabel(tx, readerId, label.id);
        },
        { retry: true },
      );
      return reply(204, undefined);
    }),
  ];
}

async function changeLabel(
  tx: Queryable,
  reader: Reader,
  readerId: number,
  present: string,
  body: BodyOf<typeof renameLabel>,
) {
  const { name = present } = body;
  const isShared = body.isShared === true;
  if (isShared) checkMayShare(reader);
  const label = await beginLabelChange(tx, reader, readerId, present);
  const willBeShared = label.isShared || isShared;
  const other = await store.findLabel(tx, readerId, name, willBeShared);
  if (other && other.id !== label.id) {
    throw new Problem('name-taken', `There is a label "${name}" already. Take another name.`);
  }
  if (name !== present) await store.renameLabel(tx, readerId, label.id, name);
  if (isShared && !label.isShared) await store.shareLabel(tx, label.id);
  return { id: String(label.id), name, isShared: willBeShared, count: label.count };
}

/**
 * Takes the reader's row, so that changes of labels come one after another, and lets every client hear of this one; of a
 * shared label the rows and clients of all who share it.
 */
async function beginLabelChange(tx: Queryable, reader: Reader, readerId: number, name: string) {
  const before = await store.findLabel(tx, readerId, name);
  if (before?.isShared) {
    checkMayShare(reader);
    await store.lockReaders(tx);
    await store.resetReaders(tx);
  }
  const revision = await beginChange(tx);
  const label = await store.findLabel(tx, readerId, name);
  if (!label) throw new Problem('not-found', 'You have no such label.');
  if (label.count > TOLD_MAXIMUM) await beginReset(tx);
  else await store.touchEntriesWith(tx, readerId, label.id, revision);
  return label;
}
