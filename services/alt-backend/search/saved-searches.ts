import {
  createSavedSearch,
  deleteSavedSearch,
  listSavedSearches,
  Problem,
  type SavedSearch,
  updateSavedSearch,
} from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import { decodeId } from '../cursor.ts';
import { idOf } from '../peers.ts';
import * as store from '../store/saved-searches.ts';
import { type Finding, findCandidates } from './candidates.ts';
import { type PreparedQuery, prepareQuery, readQuery } from './query.ts';
import { createNames, type Names } from './resolving.ts';
import { createFinding, type SearchTools } from './routes.ts';

const SEARCHES_MAXIMUM = 500;
const COUNTED_MAXIMUM = 1_000;
/** A list of searches comes without the counts that take longer, all together. */
const COUNTING_MS = 2_000;

/** Searches that a reader keeps: a name and a query. */
export function savedSearchRoutes(tools: SearchTools): Route[] {
  const { asReader } = tools;
  return [
    route(listSavedSearches, async ({ query, reader, requestId }) => {
      const rows = await asReader(
        reader,
        (tx, readerId) => store.listSavedSearches(tx, readerId, decodeId(query.cursor), query.limit + 1),
        { isReadOnly: true },
      );
      const shown = rows.slice(0, query.limit);
      const last = shown.at(-1);
      const counts = query.counts === 'true' ? await countUnread(tools, reader, shown, requestId) : [];
      return {
        items: shown.map((row, index) => present(row, counts[index] ?? null)),
        nextCursor: rows.length > query.limit && last ? String(last.id) : null,
      };
    }),

    route(createSavedSearch, async ({ body, reader }) => {
      readQuery(body.query, 'invalid-request');
      const { row, isNew } = await asReader(reader, (tx, readerId) => ensureSavedSearch(tx, readerId, body), {
        retry: true,
      });
      return reply(isNew ? 201 : 200, present(row, null));
    }),

    route(updateSavedSearch, async ({ params, body, reader }) => {
      if (body.query !== undefined) readQuery(body.query, 'invalid-request');
      const row = await asReader(reader, (tx, readerId) => changeSavedSearch(tx, readerId, params.id, body), {
        retry: true,
      });
      return present(row, null);
    }),

    route(deleteSavedSearch, async ({ params, reader }) => {
      const id = idOf(params.id);
      const isGone =
        id !== null && (await asReader(reader, (tx, readerId) => store.deleteSavedSearch(tx, readerId, id)));
      if (!isGone) throw noSearch();
      return reply(204, undefined);
    }),
  ];
}

async function ensureSavedSearch(tx: Queryable, readerId: number, { name, query }: { name: string; query: string }) {
  const present = await store.findSavedSearchByName(tx, readerId, name);
  if (present?.query === query) return { row: present, isNew: false };
  if (present) throw nameTaken(name);
  if ((await store.countSavedSearches(tx, readerId)) >= SEARCHES_MAXIMUM) {
    throw new Problem('limit-reached', `You can save ${SEARCHES_MAXIMUM} searches. Delete one first.`);
  }
  const row = await store.insertSavedSearch(tx, readerId, name, query);
  if (!row) throw nameTaken(name);
  return { row, isNew: true };
}

async function changeSavedSearch(
  tx: Queryable,
  readerId: number,
  idText: string,
  { name, query }: { name?: string | undefined; query?: string | undefined },
) {
  const id = idOf(idText);
  const present = id === null ? null : await store.findSavedSearch(tx, readerId, id);
  if (!present) throw noSearch();
  const other = name === undefined ? null : await store.findSavedSearchByName(tx, readerId, name);
  if (other && other.id !== present.id) throw nameTaken(other.name);
  const row = await store.updateSavedSearch(tx, readerId, present.id, { name: name ?? null, query: query ?? null });
  if (!row) throw noSearch();
  return row;
}

/** The unread entries of each, one search after the other as long as there is time; null where it is not known. */
async function countUnread(tools: SearchTools, reader: Reader, rows: store.SavedSearchRow[], requestId: string) {
  const finding = createFinding(tools, reader, requestId);
  const until = performance.now() + COUNTING_MS;
  const prepared = await finding.read((tx, readerId) => prepareAll(createNames(tx, readerId), rows));
  const counts: (number | null)[] = [];
  for (const query of prepared) {
    counts.push(query && performance.now() < until ? await countUnreadOf(finding, query) : null);
  }
  return counts;
}

/** Null: a query of an older grammar. */
async function prepareAll(names: Names, rows: store.SavedSearchRow[]): Promise<(PreparedQuery | null)[]> {
  const prepared: (PreparedQuery | null)[] = [];
  for (const { query } of rows) {
    const parsed = orNull(() => readQuery(query));
    prepared.push(parsed && (await prepareQuery(names, parsed, { filter: { kind: 'is', state: 'unread' } })));
  }
  return prepared;
}

function orNull<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

async function countUnreadOf(finding: Finding, query: PreparedQuery): Promise<number | null> {
  try {
    const { total, totalIsExact } = await findCandidates(finding, query, 1);
    return totalIsExact || total >= COUNTED_MAXIMUM ? Math.min(total, COUNTED_MAXIMUM) : null;
  } catch (error) {
    // Search does not answer: the list comes all the same.
    if (error instanceof Problem) return null;
    throw error;
  }
}

function present({ id, name, query }: store.SavedSearchRow, unreadCount: number | null): SavedSearch {
  return { id: String(id), name, query, unreadCount };
}

function noSearch(): Problem {
  return new Problem('not-found', 'You have no such saved search.');
}

function nameTaken(name: string): Problem {
  return new Problem('name-taken', `You have a saved search "${name}" already. Take another name.`);
}
