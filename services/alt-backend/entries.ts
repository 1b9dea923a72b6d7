import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Entry,
  type FullEntry,
  listEntries,
  markRead,
  Problem,
  type QueryOf,
  readCounters,
  readEntry,
  requestFullText,
  splitEntry,
  updateEntries,
} from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import { type Reader, type Route, route } from '@alt/service-kit';
import { computeCounters } from './counters.ts';
import { decodeKey, encodeKey } from './cursor.ts';
import { presentDetails } from './entry-details.ts';
import type { ImageAddresses } from './image-address.ts';
import { articleIdOf, idOf } from './peers.ts';
import type { FindRelated } from './related.ts';
import type { FindListed } from './search/routes.ts';
import type { Condition } from './store/conditions.ts';
import * as counters from './store/counters.ts';
import * as store from './store/entries.ts';
import { allFolders, feedsInFolders } from './store/folders.ts';
import * as labels from './store/labels.ts';
import { type ListedEntry, type ListFilter, listPage } from './store/lists.ts';
import type { AsReader } from './store/readers.ts';
import * as stories from './store/stories.ts';
import { findSubscription } from './store/subscriptions.ts';
import { summarySentences } from './store/summaries.ts';
import { tagIds } from './store/tags.ts';
import { changeEntries } from './stories.ts';

const SETTLE_BATCH = 5_000;
const SETTLE_WAIT_MS = 100;
const SETTLE_WAIT_MAXIMUM_MS = 25_000;

export interface EntryTools {
  asReader: AsReader;
  database: Database;
  images: ImageAddresses;
  findRelated: FindRelated;
  findListed: FindListed;
  /** Called after a "mark all read", whose rows follow in the background. */
  onMarked(): void;
}

export function entryRoutes(tools: EntryTools): Route[] {
  const { asReader, images } = tools;
  return [
    route(listEntries, async ({ query, reader, requestId }) => {
      if (query.q && query.view === 'hidden') {
        throw new Problem('invalid-query', '"view": what is hidden is not found by searching. Leave out "q".');
      }
      if (query.q) return searchList(tools, reader, { ...query, q: query.q }, requestId);
      return asReader(
        reader,
        async (tx, readerId) => {
          const filter = await resolveFilter(tx, readerId, query);
          const key = query.cursor ? decodeKey(query.cursor) : null;
          const rows = await listPage(tx, readerId, filter, key, query.limit + 1);
          return toPage(tx, rows, query.limit, images);
        },
        { isReadOnly: true },
      );
    }),

    route(readEntry, async ({ params, reader, requestId }) => {
      const read = async (tx: Queryable, readerId: number) => readFullEntry(tx, readerId, params.id, images);
      const entry = await asReader(reader, read, { isReadOnly: true });
      return { ...entry, ...(await tools.findRelated(reader, Number(entry.id), requestId)) };
    }),

    route(requestFullText, async ({ params, reader }) => {
      const id = articleIdOf(params.id);
      const isDone = id !== null && (await asReader(reader, (tx) => store.requestFullText(tx, id)));
      if (!isDone) throw noEntry();
      return undefined;
    }),

    route(splitEntry, async ({ params, reader }) =>
      asReader(reader, (tx, readerId) => split(tx, readerId, params.id, images), { retry: true }),
    ),

    route(updateEntries, async ({ body, reader }) =>
      asReader(reader, (tx, readerId) => changeEntries(tx, readerId, body), { retry: true }),
    ),

    route(markRead, async ({ body, reader }) => ({ updated: await markScopeRead(tools, reader, body) })),

    route(readCounters, async ({ reader }) => asReader(reader, computeCounters, { isReadOnly: true })),
  ];
}

type EntryQuery = QueryOf<typeof listEntries>;

/** Names and folders as numbers: folders with those inside them, subscriptions by their feeds. */
async function resolveFilter(tx: Queryable, readerId: number, query: EntryQuery): Promise<ListFilter> {
  return {
    view: query.view,
    order: query.order,
    feedIds: await resolveFeeds(tx, readerId, query.subscription.map(Number), query.folder.map(Number)),
    labelIds: query.label.length > 0 ? await labels.labelIds(tx, readerId, query.label) : null,
    tagIds: query.tag.length > 0 ? await tagIds(tx, query.tag) : null,
  };
}

async function resolveFeeds(tx: Queryable, readerId: number, subscriptionIds: number[], folderIds: number[]) {
  if (subscriptionIds.length === 0 && folderIds.length === 0) return null;
  const feeds = new Set<number>();
  for (const id of subscriptionIds) {
    const row = await findSubscription(tx, readerId, id);
    if (row) feeds.add(row.feedId);
  }
  if (folderIds.length > 0) {
    for (const feedId of await feedsInFolders(tx, readerId, folderIds)) feeds.add(feedId);
  }
  return [...feeds];
}

async function toPage(tx: Queryable, rows: ListedEntry[], limit: number, images: ImageAddresses) {
  const listed = rows.slice(0, limit);
  const last = listed.at(-1);
  return {
    items: await presentEntries(tx, listed, images),
    nextCursor: rows.length > limit && last ? encodeKey(last) : null,
  };
}

/** Entries as lists show them, in the order of the rows. */
export async function presentEntries(tx: Queryable, rows: ListedEntry[], images: ImageAddresses): Promise<Entry[]> {
  const details = await store.entryDetails(
    tx,
    rows.map(({ id }) => id),
  );
  return rows.flatMap((row) => {
    const detail = details.get(row.id);
    return detail ? [present(row, detail, images)] : [];
  });
}

/** A list of what fulfils a query besides. */
async function searchList(tools: EntryTools, reader: Reader, query: EntryQuery & { q: string }, requestId: string) {
  const { order, limit } = query;
  const walk = { order, limit, key: query.cursor ? decodeKey(query.cursor) : null };
  const filter = async (tx: Queryable, readerId: number) => toCondition(await resolveFilter(tx, readerId, query));
  const { rows, next } = await tools.findListed(reader, { q: query.q, filter, walk }, requestId);
  const items = await tools.asReader(reader, (tx) => presentEntries(tx, rows, tools.images), { isReadOnly: true });
  return { items, nextCursor: next && encodeKey(next) };
}

function toCondition({ view, feedIds, labelIds, tagIds: tags }: ListFilter): Condition {
  const parts: Condition[] = view === 'all' || view === 'hidden' ? [] : [{ kind: 'is', state: view }];
  if (feedIds) parts.push({ kind: 'feeds', ids: feedIds });
  if (labelIds) parts.push({ kind: 'labels', ids: labelIds });
  if (tags) parts.push({ kind: 'tags', ids: tags });
  return { kind: 'and', parts };
}

function present(row: ListedEntry, detail: store.EntryDetails, images: ImageAddresses): Entry {
  return {
    id: String(row.id),
    title: detail.title,
    url: detail.url,
    author: detail.author,
    publishedAt: detail.publishedAt?.toISOString() ?? null,
    receivedAt: row.receivedAt.toISOString(),
    feed: { id: String(row.feedId), title: detail.feedTitle },
    excerpt: detail.excerpt,
    imageUrl: detail.imageUrl ? images.address(detail.imageUrl) : null,
    read: row.isRead,
    starred: row.isStarred,
    labels: detail.labels,
    tags: detail.tags,
    alsoIn: detail.alsoIn,
    summary: detail.summary,
  };
}

async function readFullEntry(
  tx: Queryable,
  readerId: number,
  idText: string,
  images: ImageAddresses,
): Promise<Omit<FullEntry, 'related' | 'relatedState'>> {
  const id = articleIdOf(idText);
  const state = id === null ? null : await store.entryState(tx, readerId, id);
  if (id === null || !state) throw noEntry();
  const detail = (await store.entryDetails(tx, [id])).get(id);
  const content = await store.entryContent(tx, id);
  if (!detail || !content) throw noEntry();
  return {
    ...present(state, detail, images),
    hidden: state.isHidden,
    summary: { ...detail.summary, sentences: await summarySentences(tx, id) },
    contentHtml: images.rewrite(content.contentHtml),
    fullText: {
      state: content.fullState,
      html: content.fullHtml === null ? null : images.rewrite(content.fullHtml),
      code: content.fullCode,
      reason: content.fullReason,
      details: content.fullState === 'ready' ? content.fullDetails : null,
    },
    enclosures: content.enclosures,
    ...presentDetails(content, images),
  };
}

async function split(tx: Queryable, readerId: number, idText: string, images: ImageAddresses): Promise<Entry> {
  const id = articleIdOf(idText);
  if (id === null || !(await stories.splitEntry(tx, id))) throw noEntry();
  const state = await store.entryState(tx, readerId, id);
  const detail = (await store.entryDetails(tx, [id])).get(id);
  if (!state || !detail) throw noEntry();
  return present(state, detail, images);
}

async function markScopeRead(
  tools: EntryTools,
  reader: Reader,
  body: { subscriptionId?: string; folderId?: string; before?: string },
): Promise<number> {
  // Up to and including that time, which is what a client has that read it off the newest entry it shows.
  const before = body.before ? new Date(new Date(body.before).getTime() + 1) : null;
  const updated =
    before === null || before.getTime() > Date.now()
      ? await tools.asReader(
          reader,
          async (tx, readerId) => {
            const feedIds = await resolveScope(tx, readerId, body);
            return counters.markAllRead(tx, readerId, feedIds, await counters.beginChange(tx));
          },
          { retry: true },
        )
      : await markBefore(tools, reader, body, before);
  if (updated > 0) tools.onMarked();
  return updated;
}

/** Two marks with different times are not one mark: the rows of the older must have followed before there is a new one. */
async function markBefore(
  { asReader, database }: EntryTools,
  reader: Reader,
  body: { subscriptionId?: string; folderId?: string },
  before: Date,
): Promise<number> {
  const deadline = Date.now() + SETTLE_WAIT_MAXIMUM_MS;
  for (;;) {
    await settleAll(database);
    const updated = await asReader(
      reader,
      async (tx, readerId) => {
        const feedIds = await resolveScope(tx, readerId, body);
        const revision = await counters.beginChange(tx);
        const { isSettled } = await counters.unreadScope(tx, readerId, feedIds);
        return isSettled ? counters.markReadBefore(tx, readerId, feedIds, revision, before) : null;
      },
      { retry: true },
    );
    if (updated !== null) return updated;
    if (Date.now() > deadline) {
      throw new Problem('unavailable', 'An earlier "mark all read" is still being written. Try again in a moment.');
    }
    await sleep(SETTLE_WAIT_MS); // somebody else settles this reader's rows, or a mark came in between
  }
}

async function resolveScope(tx: Queryable, readerId: number, body: { subscriptionId?: string; folderId?: string }) {
  if (body.subscriptionId !== undefined) {
    const id = idOf(body.subscriptionId);
    const row = id === null ? null : await findSubscription(tx, readerId, id);
    if (!row) throw new Problem('not-found', 'You have no such subscription.');
    return [row.feedId];
  }
  if (body.folderId !== undefined) {
    const folders = await allFolders(tx, readerId);
    if (!folders.some(({ id }) => id === idOf(body.folderId ?? '')))
      throw new Problem('not-found', 'You have no such folder.');
    return resolveFeeds(tx, readerId, [], [Number(body.folderId)]);
  }
  return null;
}

/** Lets all rows follow the marks that wait for them. */
export async function settleAll(database: Database): Promise<number> {
  let settled = 0;
  for (;;) {
    const step = await counters.settleNext(database, SETTLE_BATCH);
    if (!step) return settled;
    settled += step.settled;
    const finished = step.isDone ? await counters.settleFinish(database) : 0;
    if (step.settled === 0 && finished === 0) return settled;
  }
}

function noEntry(): Problem {
  return new Problem('not-found', 'You have no such entry.');
}
