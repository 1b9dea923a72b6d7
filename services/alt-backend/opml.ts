import { exportOpml, importOpml, Problem } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { canonicalFeedUrl, isPrivateFeedAddress, type OpmlOutline, parseOpml, writeOpml } from '@alt/feeds';
import { type Host, type Route, route } from '@alt/service-kit';
import { orLimitReached } from './sharing.ts';
import { allFolders, ensureFolder, placements } from './store/folders.ts';
import type { AsReader } from './store/readers.ts';
import * as store from './store/subscriptions.ts';

const FEEDS_MAXIMUM = 20_000;
const PAGE = 10_000;

export function opmlRoutes(asReader: AsReader, egress: Host['egress']): Route[] {
  return [
    route(exportOpml, async ({ reader }) => {
      const xml = await asReader(reader, writeSubscriptions);
      return new Response(xml, {
        headers: {
          'content-type': 'text/x-opml; charset=utf-8',
          'content-disposition': 'attachment; filename="alt-subscriptions.opml"',
          'cache-control': 'private, no-store',
        },
      });
    }),

    route(importOpml, async ({ body, reader }) => {
      const parsed = parseOpml(Buffer.from(body));
      if (!parsed.ok) throw new Problem('invalid-opml', parsed.refusal.message);
      const { feeds, failed } = flatten(parsed.outlines, egress);
      if (feeds.length > FEEDS_MAXIMUM) {
        throw new Problem('limit-reached', `One file may have ${FEEDS_MAXIMUM} feeds. Split it.`);
      }
      const { created, existing } = await orLimitReached(
        asReader(reader, (tx, readerId) => subscribeAll(tx, readerId, feeds), { retry: true }),
      );
      return { created, existing, failed };
    }),
  ];
}

export interface ListedFeed extends store.FeedAddress {
  paths: string[][];
  /** The addresses as they were given. */
  given: string[];
}

/** One row a feed, with every folder path it stands in; addresses that can never be a feed's are told apart. */
export function flatten(outlines: OpmlOutline[], egress: Host['egress']) {
  const feeds = new Map<string, ListedFeed>();
  const failed: { url: string; reason: string }[] = [];
  const walk = (level: OpmlOutline[], path: string[]) => {
    for (const outline of level) {
      if (outline.kind === 'folder') walk(outline.children, [...path, outline.title]);
      else addFeed(outline, path, { feeds, failed, egress });
    }
  };
  walk(outlines, []);
  return { feeds: [...feeds.values()], failed };
}

function addFeed(
  outline: OpmlOutline,
  path: string[],
  into: { feeds: Map<string, ListedFeed>; failed: { url: string; reason: string }[]; egress: Host['egress'] },
): void {
  const given = outline.xmlUrl ?? '';
  try {
    const address = splitCredential(canonicalFeedUrl(given));
    const present = into.feeds.get(`${address.url} ${address.credential}`);
    if (present) {
      present.paths.push(path);
      present.given.push(given);
      return;
    }
    into.feeds.set(`${address.url} ${address.credential}`, {
      ...address,
      isPrivate:
        address.credential !== null || isPrivateFeedAddress(address.url) || into.egress.isOpenedByOperator(address.url),
      title: titleOf(outline, given),
      paths: [path],
      given: [given],
    });
  } catch (error) {
    into.failed.push({ url: given, reason: error instanceof Error ? error.message : String(error) });
  }
}

/** An outline without a title comes with its address as title, which may hold a password. */
function titleOf({ title }: OpmlOutline, address: string): string | null {
  const trimmed = title.trim();
  return trimmed === address.trim() || URL.canParse(trimmed) ? null : trimmed.slice(0, 300) || null;
}

/** Name and password are kept apart from the address. */
function splitCredential(address: string): { url: string; host: string; credential: string | null } {
  const url = new URL(address);
  const credential =
    url.username || url.password ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` : null;
  url.username = '';
  url.password = '';
  return { url: url.href, host: url.host, credential };
}

/** Follows feeds, and puts them into their folders. `feedIds` has the number of each, in their order. */
export async function subscribeAll(tx: Queryable, readerId: number, feeds: ListedFeed[]) {
  if (feeds.length === 0) return { created: 0, existing: 0, feedIds: [] };
  const sorted = feeds.toSorted((a, b) => (a.url < b.url ? -1 : 1));
  const idOfFeed = new Map<ListedFeed, number>();
  for (const [index, id] of (await store.ensureFeeds(tx, sorted)).entries()) {
    const feed = sorted[index];
    if (feed) idOfFeed.set(feed, id);
  }
  const ids = feeds.map((feed) => idOfFeed.get(feed) ?? 0);
  const made = await store.subscribe(
    tx,
    ids,
    feeds.map(({ title }) => title),
  );
  const subscriptionOf = new Map(made.map((row) => [row.feedId, row.subscriptionId]));
  const folderOf = createFolderMaker(tx, readerId);
  const pairs: { subscriptionId: number; folderId: number }[] = [];
  for (const feed of feeds) {
    const subscriptionId = subscriptionOf.get(idOfFeed.get(feed) ?? 0);
    if (subscriptionId === undefined) continue;
    for (const path of feed.paths) {
      const folderId = await folderOf(path);
      if (folderId !== null) pairs.push({ subscriptionId, folderId });
    }
  }
  await store.addPlacements(tx, readerId, pairs);
  const created = made.filter(({ isNew }) => isNew).length;
  return { created, existing: made.length - created, feedIds: ids };
}

/** The folder at a path of names, made level by level, each once. */
function createFolderMaker(tx: Queryable, readerId: number): (path: string[]) => Promise<number | null> {
  const known = new Map<string, number>();
  return async (path) => {
    let parentId: number | null = null;
    let key = '';
    for (const part of path) {
      const name = part
        .normalize('NFC')
        .replace(/\p{Cc}+/gu, ' ')
        .replace(/\s+/gu, ' ')
        .trim()
        .slice(0, 200);
      if (!name) continue;
      key += `/${JSON.stringify(name)}`;
      const present: number | undefined = known.get(key);
      parentId = present ?? (await ensureFolder(tx, readerId, parentId, name)).folder.id;
      known.set(key, parentId);
    }
    return parentId;
  };
}

/** The subscriptions as OPML: folders nest, a feed in several folders stands in each. */
async function writeSubscriptions(tx: Queryable, readerId: number): Promise<string> {
  const folders = await allFolders(tx, readerId);
  const rows = await store.listSubscriptions(tx, readerId, 0, FEEDS_MAXIMUM + PAGE);
  const placed = Map.groupBy(await placements(tx, readerId), ({ folderId }) => folderId);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const outline = (row: store.SubscriptionRow): OpmlOutline => ({
    kind: 'feed',
    title: row.title ?? row.feedTitle ?? row.url,
    xmlUrl: row.url,
    ...(row.siteUrl ? { htmlUrl: row.siteUrl } : {}),
    children: [],
  });
  const level = (parentId: number | null): OpmlOutline[] =>
    folders
      .filter((folder) => folder.parentId === parentId)
      .map(({ id, name }) => ({
        kind: 'folder',
        title: name,
        children: [
          ...level(id),
          ...(placed.get(id) ?? []).flatMap(({ subscriptionId }) => byId.get(subscriptionId) ?? []).map(outline),
        ],
      }));
  const loose = rows.filter((row) => row.folderIds.length === 0).map(outline);
  return writeOpml({ title: 'Alt subscriptions', outlines: [...level(null), ...loose] });
}
