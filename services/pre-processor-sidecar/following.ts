import type { Database, Queryable } from '@alt/database';
import { type Asking, Refusal } from './asking.ts';
import { addressOf, type ContentTools, isUsableLabel } from './contents.ts';
import { withoutLabel } from './looking.ts';
import { type AgreedFeed, isMassRemoval, labelTag, mergeFeed } from './merging.ts';
import { type Claim, forgetConfirmation, readConnection, saveProgress } from './store/connections.ts';
import * as feeds from './store/feeds.ts';
import { remoteLabels } from './store/items.ts';
import { labelOf, subscriptionList, tagList } from './wire.ts';

/** Asks for all subscriptions and labels: two requests. */
export async function askFeeds(database: Database, asking: Asking, of: Claim, now: Date): Promise<void> {
  const { value: list } = await asking.read('subscription/list', [], subscriptionList);
  const { value: tags, step } = await asking.read('tag/list', [['types', '1']], tagList);
  const byStream = new Map(
    list.subscriptions.flatMap(({ id, title, categories }) => {
      const names = categories.flatMap((category) => category.label ?? labelOf(category.id) ?? []);
      const feed = { stream: id, title: title || null, folders: [...new Set(names)].sort() };
      return id.startsWith('feed/') ? [[id, feed] as const] : [];
    }),
  );
  const remote = [...byStream.values()];
  const folders = new Set(remote.flatMap((feed) => feed.folders));
  for (const { id, type } of tags.tags) {
    const name = labelOf(id);
    if (name !== null && type === 'folder') folders.add(name);
  }
  const names = tags.tags.flatMap(({ id }) => labelOf(id) ?? []);
  const labels = [...new Set(names.filter((name) => !folders.has(name) && isUsableLabel(name)))].sort();
  await database.asReader(
    of,
    async (tx) => {
      const connection = await readConnection(tx, of.id);
      if (!connection) return;
      let { progress } = connection;
      const agreed = (await feeds.readStreams(tx, of.id)).filter(({ isAgreed }) => isAgreed).length;
      // An empty list is believed when it comes twice; a mass deletion only when the reader says that it was meant.
      const isEmpty = remote.length === 0 && agreed >= 2;
      const isDoubted = progress.doubted.includes(EMPTY_LIST);
      progress = {
        ...progress,
        feedsAt: now,
        labels,
        folders: [...folders].sort(),
        doubted: [...progress.doubted.filter((name) => name !== EMPTY_LIST), ...(isEmpty ? [EMPTY_LIST] : [])],
      };
      if (!isEmpty || isDoubted) await feeds.setRemoteFeeds(tx, of.id, remote);
      else progress.folders = connection.progress.folders;
      await saveProgress(tx, of.id, progress);
      for (const label of await remoteLabels(tx, of.id)) {
        if (labels.includes(label) || progress.listing !== null) continue;
        progress = (await readConnection(tx, of.id))?.progress ?? progress;
        await withoutLabel(tx, of, progress, label, step);
      }
    },
    { retry: true },
  );
}

const EMPTY_LIST = 'feeds/';

/** One change of a subscription that Inoreader is to hear: one request. */
export interface FeedWrite {
  stream: string;
  feedId: number;
  form: [string, string][];
  /** What Inoreader has once it is done; null where it follows the feed no more. */
  after: { title: string | null; folders: string[] } | null;
}

export interface Followed {
  writes: FeedWrite[];
  /** So many subscriptions would go at once that the reader is asked first. */
  doubted: { side: 'there' | 'here'; count: number } | null;
}

interface Pair {
  row: feeds.StreamRow;
  local: (feeds.LocalFeed & { folders: string[] }) | null;
}

/** Brings subscriptions together: Alt follows, leaves and sorts at once; what Inoreader is to hear is answered. */
export async function mergeFeeds(
  tools: ContentTools,
  of: Claim,
  isConfirmed: boolean,
  options: { isDry?: boolean } = {},
): Promise<Followed> {
  const isDry = options.isDry ?? false;
  const merge = (tx: Queryable) => mergeAll(tx, tools, of, { isConfirmed, isDry });
  return tools.database.asReader(of, merge, { retry: true });
}

async function mergeAll(
  tx: Queryable,
  tools: ContentTools,
  of: Claim,
  how: { isConfirmed: boolean; isDry: boolean },
): Promise<Followed> {
  const connection = await readConnection(tx, of.id);
  // Before its first list nothing is known of Inoreader, not even that it has nothing.
  if (!connection?.progress.feedsAt) return { writes: [], doubted: null };
  const folders = await readFolders(tx, of.readerId);
  const pairs = await pairUp(tx, tools, { of, folders, isDry: how.isDry });
  const merges = pairs.map((pair) => ({
    pair,
    merge: mergeFeed(agreedOf(pair.row), localOf(pair), remoteOf(pair.row)),
  }));
  const agreed = pairs.filter(({ row }) => row.isAgreed).length;
  const counted = (kind: string) => merges.filter(({ merge, pair }) => merge.kind === kind && pair.row.isAgreed).length;
  const goneThere = counted('leave-here');
  const goneHere = counted('leave-there');
  const isStoppedHere = !how.isConfirmed && isMassRemoval(agreed, goneThere);
  const isStoppedThere = !how.isConfirmed && isMassRemoval(agreed, goneHere);
  const writes: FeedWrite[] = [];
  for (const { pair, merge } of merges) {
    if (merge.kind === 'leave-here' && isStoppedHere) continue;
    if (merge.kind === 'leave-there' && isStoppedThere) continue;
    const write = await act(tx, { of, folders, isDry: how.isDry }, pair, merge);
    if (write) writes.push(write);
  }
  if (how.isConfirmed && !how.isDry) await forgetConfirmation(tx, of.id);
  const doubted = isStoppedHere
    ? { side: 'there' as const, count: goneThere }
    : isStoppedThere
      ? { side: 'here' as const, count: goneHere }
      : null;
  return { writes, doubted };
}

interface Acting {
  of: Claim;
  folders: Folders;
  isDry: boolean;
}

/** Does what is to be done here; answers what is to be done there. */
async function act(
  tx: Queryable,
  { of, folders, isDry }: Acting,
  { row, local }: Pair,
  merge: ReturnType<typeof mergeFeed>,
): Promise<FeedWrite | null> {
  const { stream } = row;
  switch (merge.kind) {
    case 'forget':
      if (!isDry) await feeds.forgetStream(tx, of.id, stream);
      return null;
    case 'follow-here':
      if (row.feedId !== null && !isDry) await follow(tx, of, folders, row, row.feedId);
      return null;
    case 'leave-here':
      if (isDry || !local) return null;
      // What a shared folder brings stays, as the folder's rule is.
      if (local.isInShared) await feeds.keepApart(tx, of.id, stream);
      else {
        await feeds.unsubscribe(tx, local.subscriptionId);
        await feeds.forgetStream(tx, of.id, stream);
      }
      return null;
    case 'leave-there':
      return {
        stream,
        feedId: row.feedId ?? 0,
        after: null,
        form: [
          ['ac', 'unsubscribe'],
          ['s', stream],
        ],
      };
    case 'follow-there':
      if (!local || local.isPrivate || row.isApart) return null;
      return editOf(stream, local.feedId, 'subscribe', { title: local.title, folders: local.folders }, null);
    case 'keep':
      if (!local) return null;
      if (!isDry) await keep(tx, of, folders, { row, local }, merge);
      return editOf(stream, local.feedId, 'edit', merge.remote, { title: row.remoteTitle, folders: row.remoteFolders });
  }
}

interface Followable {
  title: string | null;
  folders: readonly string[];
}

/** The request that makes of `before` what is wanted; null where nothing differs. */
function editOf(
  stream: string,
  feedId: number,
  ac: 'subscribe' | 'edit',
  wanted: Followable,
  before: Followable | null,
): FeedWrite | null {
  const added = wanted.folders.filter((name) => !before?.folders.includes(name));
  const removed = (before?.folders ?? []).filter((name) => !wanted.folders.includes(name));
  const isRetitled = wanted.title !== null && wanted.title !== before?.title;
  if (before && !isRetitled && added.length === 0 && removed.length === 0) return null;
  const form: [string, string][] = [
    ['ac', ac],
    ['s', stream],
  ];
  if (isRetitled) form.push(['t', wanted.title ?? '']);
  for (const name of added) form.push(['a', labelTag(name)]);
  for (const name of removed) form.push(['r', labelTag(name)]);
  return { stream, feedId, form, after: { title: wanted.title, folders: [...wanted.folders] } };
}

/** Sends one change and remembers it once it is answered. A feed that Inoreader refuses stays here alone. */
export async function sendFeedWrite(database: Database, asking: Asking, of: Claim, write: FeedWrite): Promise<void> {
  const { stream, feedId, form, after } = write;
  try {
    await asking.write('subscription/edit', form);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // To leave what is not there is done; anything else would be refused again.
    await database.asReader(of, async (tx) => {
      if (after === null) await feeds.setRemoteFeed(tx, of.id, stream, null, null);
      else await feeds.refuseStream(tx, of.id, stream, feedId);
    });
    return;
  }
  await database.asReader(of, (tx) => feeds.setRemoteFeed(tx, of.id, stream, feedId || null, after));
}

async function follow(tx: Queryable, of: Claim, folders: Folders, row: feeds.StreamRow, feedId: number): Promise<void> {
  const [made] = await feeds.subscribe(tx, [feedId], [row.remoteTitle]);
  if (!made) return;
  await feeds.place(tx, of.readerId, made.subscriptionId, await folderIds(tx, of, folders, row.remoteFolders), []);
  await feeds.setAgreed(tx, of.id, {
    stream: row.stream,
    feedId,
    localTitle: row.remoteTitle,
    remoteTitle: row.remoteTitle,
    folders: row.remoteFolders,
  });
}

type Kept = Extract<ReturnType<typeof mergeFeed>, { kind: 'keep' }>;

async function keep(tx: Queryable, of: Claim, folders: Folders, pair: Pair, merge: Kept): Promise<void> {
  const { row, local } = pair;
  if (!local) return;
  const { title } = merge.local;
  const added = merge.local.folders.filter((name) => !local.folders.includes(name));
  const removed = local.folders.filter((name) => !merge.local.folders.includes(name));
  if (title !== local.title || added.length > 0 || removed.length > 0) {
    await feeds.beginStructureChange(tx);
    if (title !== local.title) await feeds.setTitle(tx, of.readerId, local.subscriptionId, title);
    const leaving = local.folderIds.filter((id) => removed.includes(folders.nameOf.get(id) ?? ''));
    await feeds.place(tx, of.readerId, local.subscriptionId, await folderIds(tx, of, folders, added), leaving);
  }
  // Agreed is what both have; where Inoreader is still to hear of it, what was agreed before.
  const isTold = merge.remote.title === row.remoteTitle || merge.remote.title === null;
  const before = row.isAgreed ? row.agreedFolders : row.remoteFolders;
  const names = [...new Set([...before, ...merge.local.folders, ...row.remoteFolders])].sort();
  await feeds.setAgreed(tx, of.id, {
    stream: row.stream,
    feedId: local.feedId,
    localTitle: isTold ? title : row.isAgreed ? row.agreedLocalTitle : null,
    remoteTitle: isTold || !row.isAgreed ? row.remoteTitle : row.agreedRemoteTitle,
    folders: names.filter((name) => {
      const isWanted = merge.local.folders.includes(name);
      return isWanted === row.remoteFolders.includes(name) ? isWanted : before.includes(name);
    }),
  });
}

/** Every stream that either side has, with what Alt follows of it; feeds that Inoreader named first get their row here. */
async function pairUp(tx: Queryable, tools: ContentTools, { of, folders, isDry }: Acting): Promise<Pair[]> {
  const rows = await feeds.readStreams(tx, of.id);
  const local = new Map(
    (await feeds.localFeeds(tx, of.readerId)).map((feed) => [
      feed.feedId,
      { ...feed, folders: feed.folderIds.flatMap((id) => folders.nameOf.get(id) ?? []).sort() },
    ]),
  );
  const pairs: Pair[] = [];
  for (const row of rows) {
    if (row.feedId === null && row.isRemote) {
      const address = addressOf(row.stream, tools);
      // What can be no feed of Alt's stays there alone.
      if (!address) continue;
      if (isDry) continue;
      row.feedId = await feeds.ensureFeed(tx, address);
      await feeds.setFeedId(tx, of.id, row.stream, row.feedId);
    }
    const own = row.feedId === null ? null : (local.get(row.feedId) ?? null);
    // Two streams may be one feed here: the first that comes is the one that it is kept with.
    if (own) local.delete(own.feedId);
    else if (row.feedId !== null && pairs.some((pair) => pair.row.feedId === row.feedId)) continue;
    pairs.push({ row, local: own });
  }
  for (const feed of local.values()) pairs.push({ row: newRow(feed), local: feed });
  return pairs;
}

function newRow(feed: feeds.LocalFeed): feeds.StreamRow {
  return {
    stream: `feed/${feed.url}`,
    feedId: feed.feedId,
    isAgreed: false,
    agreedLocalTitle: null,
    agreedRemoteTitle: null,
    agreedFolders: [],
    isRemote: false,
    remoteTitle: null,
    remoteFolders: [],
    isApart: false,
  };
}

function agreedOf(row: feeds.StreamRow): AgreedFeed | null {
  if (!row.isAgreed) return null;
  return { localTitle: row.agreedLocalTitle, remoteTitle: row.agreedRemoteTitle, folders: row.agreedFolders };
}

function localOf({ local }: Pair) {
  return local && { title: local.title, folders: local.folders };
}

function remoteOf(row: feeds.StreamRow) {
  return row.isRemote ? { title: row.remoteTitle, folders: row.remoteFolders } : null;
}

/** The reader's own folders by the name that Inoreader, where folders do not nest, has for them. */
interface Folders {
  nameOf: Map<number, string>;
  idOf: Map<string, number>;
}

const DEPTH_MAXIMUM = 50;

async function readFolders(tx: Queryable, readerId: number): Promise<Folders> {
  const rows = await feeds.ownFolders(tx, readerId);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const nameOf = new Map<number, string>();
  const idOf = new Map<string, number>();
  const depths = rows.map((row) => {
    const path = [row.name];
    for (let at = row.parentId; at !== null && path.length < DEPTH_MAXIMUM; at = byId.get(at)?.parentId ?? null) {
      path.unshift(byId.get(at)?.name ?? '');
    }
    return { row, path };
  });
  // A folder at the top that is called like the path of another one has the name.
  for (const { row, path } of depths.toSorted((a, b) => a.path.length - b.path.length)) {
    const name = path.join(' / ');
    nameOf.set(row.id, name);
    if (!idOf.has(name)) idOf.set(name, row.id);
  }
  return { nameOf, idOf };
}

async function folderIds(tx: Queryable, of: Claim, folders: Folders, names: readonly string[]): Promise<number[]> {
  const ids: number[] = [];
  for (const name of names) {
    const short = name.slice(0, 200);
    const id = folders.idOf.get(name) ?? (await feeds.makeFolder(tx, of.readerId, short));
    if (id === null) continue;
    folders.idOf.set(name, id);
    folders.nameOf.set(id, name);
    ids.push(id);
  }
  return ids;
}
