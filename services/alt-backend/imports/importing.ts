import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from '@alt/database';
import type { OpmlOutline } from '@alt/feeds';
import { countInbound, type InboundItem, writeInbound } from '@alt/pipeline';
import { flatten, type ListedFeed, subscribeAll } from '../opml.ts';
import { ensureFeeds } from '../store/subscriptions.ts';
import * as account from './account.ts';
import { ImportFailure } from './failures.ts';
import { type Credentials, type Egress, openReaderApi, type ReaderApi } from './reader-api.ts';
import * as store from './store.ts';

/** What the work on one import may use. Everything it reads and writes is its reader's. */
export interface Work {
  id: string;
  address: string;
  credentials: Credentials;
  /** What an earlier attempt had done. */
  kept: store.Kept;
  result: store.Result | null;
  egress: Egress;
  /** Aborted when the import is somebody else's, or the service stops. */
  signal: AbortSignal;
  inTransaction<T>(work: (tx: Queryable, readerId: number) => Promise<T>): Promise<T>;
  /** Saves how far it is, in a transaction of its own or in that of `tx`. Throws where the import is somebody else's. */
  progress(progress: store.Progress, tx?: Queryable): Promise<void>;
  /** Resolves soon after pre-processor has settled something. */
  settled(): Promise<void>;
}

const READING_LIST = 'user/-/state/com.google/reading-list';
const READ = 'user/-/state/com.google/read';
const STARRED = 'user/-/state/com.google/starred';
/** Of each list the newest so many; of what was read, what one may still look for. */
const LIST_MAXIMUM = 50_000;
const READ_MAXIMUM = 1_000;
const CONTENTS_BATCH = 100;
const FEEDS_MAXIMUM = 20_000;

/**
 * Brings an account: subscriptions with their folders, then articles with their state into the inbox, of which pre-processor makes
 * ordinary ones. May begin again at any point: what is here is found, and nothing comes twice. Answers what came of it; throws
 * an ImportFailure.
 */
export async function importAccount(work: Work): Promise<store.Result> {
  const api = await openReaderApi(work.egress, work.address, work.credentials);
  await work.progress({ phase: 'subscriptions', done: 0, total: 0, address: api.base });
  const { feeds, folders, result } = await bringSubscriptions(work, api);
  await work.progress({ phase: 'listing', done: 0, total: 0 });
  const listed = await listItems(api, work.kept.what, folders);
  const begun: store.Result = {
    ...result,
    articles: { ...result.articles, found: listed.ids.size },
    missing: listed.missing,
  };
  await fetchItems(work, api, { listed, feeds, folders, result: begun });
  return awaitStoring(work, begun);
}

const NOTHING: store.Result = {
  subscriptions: { created: 0, existing: 0 },
  failed: [],
  articles: { found: 0, stored: 0, unread: 0, starred: 0, labelled: 0, left: [] },
  missing: [],
};

interface Brought {
  feeds: Map<string, number>;
  folders: Set<string>;
  result: store.Result;
}

async function bringSubscriptions({ kept, result, egress, ...work }: Work, api: ReaderApi): Promise<Brought> {
  if (kept.feeds && kept.folders) {
    return { feeds: new Map(Object.entries(kept.feeds)), folders: new Set(kept.folders), result: result ?? NOTHING };
  }
  const remote = await account.readSubscriptions(api);
  if (remote.length > FEEDS_MAXIMUM) {
    throw new ImportFailure('limit-reached', `The account has more than ${FEEDS_MAXIMUM} subscriptions.`);
  }
  const { feeds, failed } = flatten(remote.flatMap(outlinesOf), egress);
  const folders = new Set(remote.flatMap((subscription) => subscription.folders));
  return work.inTransaction(async (tx, readerId) => {
    const { created, existing, feedIds } = await subscribeAll(tx, readerId, feeds);
    const idOfAddress = new Map(feeds.flatMap(({ given }, index) => given.map((url) => [url, feedIds[index] ?? 0])));
    const numbers = new Map(
      remote.flatMap(({ streamId, url }) => {
        const id = idOfAddress.get(url);
        return id ? [[streamId, id] as const] : [];
      }),
    );
    const made = { ...NOTHING, subscriptions: { created, existing }, failed: failed.slice(0, 500) };
    const progress = { phase: 'listing', done: 0, total: 0, result: made } as const;
    await work.progress({ ...progress, kept: { feeds: Object.fromEntries(numbers), folders: [...folders] } }, tx);
    return { feeds: numbers, folders, result: made };
  });
}

/** A feed once for each of its folders, as OPML would have it. Labels that look like paths are names: nobody said that they nest. */
function outlinesOf({ url, title, folders }: account.RemoteSubscription): OpmlOutline[] {
  const feed: OpmlOutline = { kind: 'feed', title, xmlUrl: url, children: [] };
  if (folders.length === 0) return [feed];
  return folders.map((folder) => ({ kind: 'folder', title: folder, children: [feed] }));
}

interface Listed {
  ids: Set<string>;
  /** Null where it was not asked for, or the service does not list it. */
  unread: Set<string> | null;
  starred: Set<string>;
  labels: Map<string, Set<string>>;
  /** Parts that the service could not give. */
  missing: string[];
}

async function listItems(api: ReaderApi, what: readonly string[], folders: ReadonlySet<string>): Promise<Listed> {
  const missing: string[] = [];
  const list = async (part: string, query: account.StreamQuery) => {
    const ids = await account.readIds(api, { maximum: LIST_MAXIMUM, ...query });
    if (ids === null || ids.size >= LIST_MAXIMUM) missing.push(part);
    return ids;
  };
  const wants = (part: string) => what.includes(part);
  const unread = wants('unread') ? await list('unread', { stream: READING_LIST, exclude: READ }) : null;
  const starred = wants('starred') ? await list('starred', { stream: STARRED }) : null;
  const labels = new Map<string, Set<string>>();
  for (const name of wants('labels') ? await account.readLabels(api, folders) : []) {
    labels.set(name, (await list(`label ${name}`, { stream: `user/-/label/${name}` })) ?? new Set());
  }
  const read = wants('read') ? await list('read', { stream: READ, maximum: READ_MAXIMUM }) : null;
  const ids = new Set([
    ...(unread ?? []),
    ...(starred ?? []),
    ...[...labels.values()].flatMap((own) => [...own]),
    ...(read ?? []),
  ]);
  return { ids, unread, starred: starred ?? new Set(), labels, missing };
}

interface Fetching {
  listed: Listed;
  feeds: Map<string, number>;
  folders: ReadonlySet<string>;
  result: store.Result;
}

async function fetchItems(work: Work, api: ReaderApi, fetching: Fetching): Promise<void> {
  const { listed, result } = fetching;
  const source = sourceOf(work.id);
  const written = await work.inTransaction((tx) => store.writtenItems(tx, source));
  const waiting = [...listed.ids].filter((id) => !written.has(id));
  const total = listed.ids.size;
  let done = total - waiting.length;
  await work.progress({ phase: 'fetching', done, total, result });
  for (let start = 0; start < waiting.length; start += CONTENTS_BATCH) {
    work.signal.throwIfAborted();
    const batch = waiting.slice(start, start + CONTENTS_BATCH);
    const items = await readBatch(api, batch);
    done += batch.length;
    const at = done;
    await work.inTransaction(async (tx) => {
      await writeInbound(tx, source, await inboundOf(tx, work, items, fetching));
      await work.progress({ phase: 'fetching', done: at, total }, tx);
    });
  }
}

/** What is too much at once is asked for in halves; an item that is too much alone is left out. */
async function readBatch(api: ReaderApi, ids: readonly string[]): Promise<account.RemoteItem[]> {
  try {
    return await account.readItems(api, ids);
  } catch (error) {
    if (!(error instanceof ImportFailure && error.isTooLarge)) throw error;
    if (ids.length === 1) return [];
    const half = Math.ceil(ids.length / 2);
    return [...(await readBatch(api, ids.slice(0, half))), ...(await readBatch(api, ids.slice(half)))];
  }
}

async function inboundOf(
  tx: Queryable,
  work: Work,
  items: readonly account.RemoteItem[],
  { listed, feeds, folders }: Fetching,
): Promise<InboundItem[]> {
  await findUnfollowed(tx, work, items, feeds);
  return items.flatMap((item) => {
    const feedId = feeds.get(item.streamId);
    if (feedId === undefined) return [];
    const listedLabels = [...listed.labels].flatMap(([name, ids]) => (ids.has(item.id) ? [name] : []));
    // Products name the folders of its feed among an item's labels.
    const own = work.kept.what.includes('labels') ? item.labels.filter((name) => !folders.has(name)) : [];
    return {
      ...item.text,
      feedId,
      isRead: item.isRead || (listed.unread !== null && !listed.unread.has(item.id)),
      isStarred: item.isStarred || listed.starred.has(item.id),
      labels: [...new Set([...own, ...listedLabels])].slice(0, 50),
    };
  });
}

/** Feeds that are followed no more, of which something was kept: their rows are made, and nobody follows them. */
async function findUnfollowed(
  tx: Queryable,
  work: Work,
  items: readonly account.RemoteItem[],
  feeds: Map<string, number>,
): Promise<void> {
  const unknown = [...new Set(items.map(({ streamId }) => streamId))].filter((id) => !feeds.has(id));
  const addresses = unknown.filter((id) => /^feed\/https?:/i.test(id)).map((id) => id.slice('feed/'.length));
  if (addresses.length === 0) return;
  const outlines = addresses.map((xmlUrl): OpmlOutline => ({ kind: 'feed', title: '', xmlUrl, children: [] }));
  const listed: ListedFeed[] = flatten(outlines, work.egress).feeds.toSorted((a, b) => (a.url < b.url ? -1 : 1));
  for (const [index, id] of (await ensureFeeds(tx, listed)).entries()) {
    for (const given of listed[index]?.given ?? []) feeds.set(`feed/${given}`, id);
  }
}

/** Until pre-processor has made articles of everything: seconds, or as long as it is not there. */
async function awaitStoring(work: Work, begun: store.Result): Promise<store.Result> {
  const source = sourceOf(work.id);
  for (let last = -1; ; ) {
    work.signal.throwIfAborted();
    const { counts, states } = await work.inTransaction(async (tx) => ({
      counts: await countInbound(tx, source),
      states: await store.countStates(tx, source),
    }));
    const sum = (rows: typeof counts) => rows.reduce((total, { count }) => total + count, 0);
    const waiting = sum(counts.filter(({ state }) => state === 'waiting'));
    const left = counts
      .filter(({ state }) => state === 'skipped' || state === 'failed')
      .map(({ reason, count }) => ({ reason: reason ?? 'failed', count }));
    const total = sum(counts);
    const absent = begun.articles.found - total;
    if (absent > 0) left.push({ reason: 'absent', count: absent });
    const stored = sum(counts.filter(({ state }) => state === 'done'));
    const result = { ...begun, articles: { found: begun.articles.found, stored, ...states, left } };
    if (waiting === 0) return result;
    if (total - waiting !== last) await work.progress({ phase: 'storing', done: total - waiting, total, result });
    last = total - waiting;
    await Promise.race([work.settled(), sleep(2_000, undefined, { signal: work.signal }).catch(() => {})]);
  }
}

/** Under which the items of an import lie in the inbox. */
export function sourceOf(id: string): string {
  return `import/${id}`;
}
