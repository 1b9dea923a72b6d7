import {
  type Entry,
  type FullEntry,
  listEntries,
  markRead,
  Problem,
  type QueryOf,
  readCounters,
  readEntry,
  rejoinEntry,
  requestFullText,
  splitEntry,
  updateEntries,
} from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import type { ImageAddresses } from '@alt/feeds/html/image-address.ts';
import { type Reader, type Route, route } from '@alt/service-kit';
import { computeCounters } from './counters.ts';
import { decodeKey, encodeKey } from './cursor.ts';
import { presentDetails, taggingOf } from './entry-details.ts';
import { resolveFeeds } from './listed-feeds.ts';
import { markScopeRead } from './marking.ts';
import { articleIdOf } from './peers.ts';
import type { FindRelated } from './related.ts';
import type { FindListed } from './search/routes.ts';
import type { Condition } from './store/conditions.ts';
import * as store from './store/entries.ts';
import * as labels from './store/labels.ts';
import { type ListedEntry, type ListFilter, listPage } from './store/lists.ts';
import type { AsReader } from './store/readers.ts';
import { rulesThatActed } from './store/rules.ts';
import * as stories from './store/stories.ts';
import { summarySentences } from './store/summaries.ts';
import { tagIds } from './store/tags.ts';
import { changeEntries } from './stories.ts';
import { withNoteCode } from './summaries.ts';

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
      asReader(reader, (tx, readerId) => changeStory(tx, readerId, params.id, stories.splitEntry, images), {
        retry: true,
      }),
    ),

    route(rejoinEntry, async ({ params, reader }) =>
      asReader(reader, (tx, readerId) => changeStory(tx, readerId, params.id, stories.rejoinEntry, images), {
        retry: true,
      }),
    ),

    route(updateEntries, async ({ body, reader }) =>
      asReader(reader, (tx, readerId) => changeEntries(tx, reader, readerId, body), { retry: true }),
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
    summary: withNoteCode(detail.summary),
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
    rules: await rulesThatActed(tx, readerId, id),
    summary: { ...withNoteCode(detail.summary), sentences: await summarySentences(tx, id) },
    contentHtml: images.rewrite(content.contentHtml),
    fullText: {
      state: content.fullState,
      html: content.fullHtml === null ? null : images.rewrite(content.fullHtml),
      code: content.fullCode,
      reason: content.fullReason,
      details: content.fullState === 'ready' ? content.fullDetails : null,
    },
    tagging: await taggingOf(tx, id, detail.tags),
    splitFrom: await stories.splitFrom(tx, readerId, id),
    enclosures: content.enclosures,
    ...presentDetails(content, images),
  };
}

async function changeStory(
  tx: Queryable,
  readerId: number,
  idText: string,
  change: (tx: Queryable, id: number) => Promise<boolean>,
  images: ImageAddresses,
): Promise<Entry> {
  const id = articleIdOf(idText);
  if (id === null || !(await change(tx, id))) throw noEntry();
  const state = await store.entryState(tx, readerId, id);
  const detail = (await store.entryDetails(tx, [id])).get(id);
  if (!state || !detail) throw noEntry();
  return present(state, detail, images);
}

function noEntry(): Problem {
  return new Problem('not-found', 'You have no such entry.');
}
