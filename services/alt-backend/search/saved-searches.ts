import {
  type BodyOf,
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
import { checkMayShare, checkMayUnshare } from '../sharing.ts';
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
      if (body.isShared) checkMayShare(reader);
      const { row, isNew } = await asReader(reader, (tx, readerId) => ensureSavedSearch(tx, readerId, body), {
        retry: true,
      });
      return reply(isNew ? 201 : 200, present(row, null));
    }),

    route(updateSavedSearch, async ({ params, body, reader }) => {
      if (body.query !== undefined) readQuery(body.query, 'invalid-request');
      const row = await asReader(reader, (tx, readerId) => changeSavedSearch(tx, reader, readerId, params.id, body), {
        retry: true,
      });
      return present(row, null);
    }),

    route(deleteSavedSearch, async ({ params, reader }) => {
      await asReader(reader, async (tx, readerId) => {
        const present = await findOwn(tx, readerId, params.id);
        if (present.isShared) checkMayUnshare(reader, present);
        await store.deleteSavedSearch(tx, readerId, present.id);
      });
      return reply(204, undefined);
    }),
  ];
}

async function ensureSavedSearch(
  tx: Queryable,
  readerId: number,
  { name, query, isShared = false }: BodyOf<typeof createSavedSearch>,
) {
  const present = await store.findSavedSearchByName(tx, readerId, name, isShared);
  if (present?.query === query) return { row: present, isNew: false };
  if (present) throw nameTaken(name);
  if ((await store.countSavedSearches(tx, readerId)) >= SEARCHES_MAXIMUM) {
    throw new Problem('limit-reached', `You can save ${SEARCHES_MAXIMUM} searches. Delete one first.`);
  }
  const row = await store.insertSavedSearch(tx, readerId, name, query, isShared);
  if (!row) throw nameTaken(name);
  return { row, isNew: true };
}

async function changeSavedSearch(
  tx: Queryable,
  reader: Reader,
  readerId: number,
  idText: string,
  { name, query, isShared }: BodyOf<typeof updateSavedSearch>,
) {
  const present = await findOwn(tx, readerId, idText);
  const willBeShared = present.isShared || isShared === true;
  if (willBeShared) checkMayShare(reader);
  const other = await store.findSavedSearchByName(tx, readerId, name ?? present.name, willBeShared);
  if (other && other.id !== present.id) throw nameTaken(other.name);
  const change = { name: name ?? null, query: query ?? null, isShared: willBeShared };
  const row = await store.updateSavedSearch(tx, readerId, present.id, change);
  if (!row) throw noSearch();
  return row;
}

async function findOwn(tx: Queryable, readerId: number, idText: string): Promise<store.SavedSearchRow> {
  const id = idOf(idText);
  const present = id === null ? null : await store.findSavedSearch(tx, readerId, id);
  if (!present) throw noSearch();
  return present;
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

function present({ id, name, query, isShared }: store.SavedSearchRow, unreadCount: number | null): SavedSearch {
  return { id: String(id), name, query, isShared, unreadCount };
}

function noSearch(): Problem {
  return new Problem('not-found', 'You have no such saved search.');
}

function nameTaken(name: string): Problem {
  return new Problem('name-taken', `There is a saved search "${name}" already. Take another name.`);
}
