import { deleteLabel, listLabels, Problem, renameLabel } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Route, reply, route } from '@alt/service-kit';
import { decodeId } from './cursor.ts';
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
      asReader(
        reader,
        async (tx, readerId) => {
          const { id, count } = await beginLabelChange(tx, readerId, params.name);
          if (body.name !== params.name && (await store.findLabel(tx, readerId, body.name))) {
            throw new Problem('name-taken', `You have a label "${body.name}" already. Take another name.`);
          }
          await store.renameLabel(tx, readerId, id, body.name);
          return { id: String(id), name: body.name, count };
        },
        { retry: true },
      ),
    ),

    route(deleteLabel, async ({ params, reader }) => {
      await asReader(
        reader,
        async (tx, readerId) => {
          const { id } = await beginLabelChange(tx, readerId, params.name);
          await store.removeLabel(tx, readerId, id);
        },
        { retry: true },
      );
      return reply(204, undefined);
    }),
  ];
}

/** Takes the reader's row, so that changes of labels come one after another, and lets every client hear of this one. */
async function beginLabelChange(tx: Queryable, readerId: number, name: string) {
  const revision = await beginChange(tx);
  const label = await store.findLabel(tx, readerId, name);
  if (!label) throw new Problem('not-found', 'You have no such label.');
  if (label.count > TOLD_MAXIMUM) await beginReset(tx);
  else await store.touchEntriesWith(tx, readerId, label.id, revision);
  return label;
}
