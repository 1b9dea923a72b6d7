import * as contracts from '@alt/contracts';
import { subscriptionOf } from './design-data.ts';
import { type FakeHandler, FakeReply } from './fake-api.ts';
import { countersOf, type FakeState, subscriptionsIn, takeId } from './fake-state.ts';

export const subscriptionHandlers: FakeHandler[] = [
  [contracts.discoverFeeds, ({ body }) => ({ feeds: discover(body.url) })],
  [contracts.listSubscriptions, ({ state }) => ({ items: state.subscriptions, nextCursor: null })],
  [
    contracts.createSubscription,
    ({ state, body }) => {
      const url = new URL(body.url, 'https://invalid.example').href;
      const present = state.subscriptions.find(({ feed }) => feed.url === url);
      if (present) return new FakeReply(present, { status: 200 });
      const found = body.force ? null : discover(body.url).find((feed) => feed.url === url);
      return follow(state, url, found?.title ?? new URL(url).hostname, body.folderIds ?? []);
    },
  ],
  [
    contracts.updateSubscription,
    ({ state, params, body }) => {
      const subscription = subscriptionWith(state, params.id);
      if (body.title !== undefined) subscription.title = body.title ?? subscription.feed.title;
      subscription.folderIds = body.folderIds ?? subscription.folderIds;
      const { fullText, autoFullText, summaries, selectors } = { ...subscription, ...body };
      Object.assign(subscription, { fullText, autoFullText, summaries, selectors });
      return subscription;
    },
  ],
  [
    contracts.previewSubscriptionExtraction,
    ({ state, params, body }) => {
      subscriptionWith(state, params.id);
      const url = 'https://site.example/newest';
      if (body.keep.includes('.nothing')) {
        return { ok: false, url, code: 'selectors-found-nothing', reason: 'The selectors find nothing.' };
      }
      const nothing = { title: null, byline: null, publishedAt: null, imageUrl: null, siteName: null };
      return {
        ...{ ok: true, url, html: `<p>What ${body.keep.join(', ')} holds.</p>` },
        details: { ...nothing, language: 'en', canonicalUrl: null, pageCount: 1, isComplete: true },
        matched: { keep: body.keep.map(() => 1), drop: body.drop.map(() => 2) },
      };
    },
  ],
  [
    contracts.deleteSubscription,
    ({ state, params }) => {
      const { id, feed } = subscriptionWith(state, params.id);
      state.subscriptions = state.subscriptions.filter((candidate) => candidate.id !== id);
      state.entries = state.entries.filter((entry) => entry.feed.id !== feed.id);
    },
  ],
  [
    contracts.refreshSubscription,
    ({ state, params }) => {
      subscriptionWith(state, params.id);
      return { nextPollAt: new Date().toISOString(), delayedBy: null };
    },
  ],
  [
    contracts.refreshSubscriptions,
    ({ state, body }) => {
      const polled = body.folderId === undefined ? state.subscriptions : subscriptionsIn(state, body.folderId);
      setTimeout(
        () =>
          announce(
            state,
            polled.slice(0, 1).map((one) => arriveFrom(state, one)),
          ),
        firstFetchMs,
      );
      return { polls: polled.length };
    },
  ],
  [contracts.listFolders, ({ state }) => ({ items: state.folders, nextCursor: null })],
  [
    contracts.createFolder,
    ({ state, body }) => {
      const folder = {
        id: takeId(state),
        name: body.name,
        parentId: body.parentId ?? null,
        isShared: false,
        isLeft: false,
      };
      state.folders.push(folder);
      return folder;
    },
  ],
  [
    contracts.updateFolder,
    ({ state, params, body }) => {
      return Object.assign(folderWith(state, params.id), body);
    },
  ],
  [contracts.leaveFolder, ({ state, params }) => Object.assign(folderWith(state, params.id), { isLeft: true })],
  [contracts.rejoinFolder, ({ state, params }) => Object.assign(folderWith(state, params.id), { isLeft: false })],
  [
    contracts.deleteFolder,
    ({ state, params }) => {
      state.folders = state.folders.filter(({ id }) => id !== params.id);
      for (const subscription of state.subscriptions) {
        subscription.folderIds = subscription.folderIds.filter((id) => id !== params.id);
      }
    },
  ],
  [
    contracts.exportOpml,
    () => new Response('<opml version="2.0"><body/></opml>', { headers: { 'content-type': 'text/x-opml' } }),
  ],
  [contracts.importOpml, ({ state, body }) => importOpml(state, body)],
];

function folderWith(state: FakeState, id: string | undefined) {
  const folder = state.folders.find((candidate) => candidate.id === id);
  if (!folder) throw new contracts.Problem('not-found', 'There is no such folder.');
  return folder;
}

function subscriptionWith(state: FakeState, id: string | undefined) {
  const subscription = state.subscriptions.find((candidate) => candidate.id === id);
  if (!subscription) throw new contracts.Problem('not-found', 'There is no such subscription.');
  return subscription;
}

/** `many…` has several feeds, `down…` does not answer, `none…` has none, everything else has one. */
function discover(typed: string) {
  const url = URL.parse(/^https?:/.test(typed) ? typed : `https://${typed}`);
  if (!url?.hostname.includes('.')) throw new contracts.Problem('invalid-feed-url', 'This is no address.');
  if (url.hostname.startsWith('down')) {
    throw new contracts.Problem('feed-unreachable', `${url.hostname} does not answer. Is the address right?`);
  }
  if (url.hostname.startsWith('none')) return [];
  const main = { url: new URL('/feed.xml', url).href, title: `${url.hostname} articles`, format: 'atom' };
  const comments = { url: new URL('/comments.xml', url).href, title: `${url.hostname} comments`, format: 'rss' };
  return url.hostname.startsWith('many') ? [main, comments] : [main];
}

const firstFetchMs = 250;

function follow(state: FakeState, url: string, title: string, folderIds: string[]) {
  const id = takeId(state);
  const plan = { title, language: 'en', folders: folderIds, state: 'pending', entries: 1 } as const;
  const subscription = subscriptionOf({ ...plan, folders: [...folderIds] }, id, Date.now());
  subscription.feed.url = url;
  state.subscriptions.push(subscription);
  setTimeout(() => firstFetch(state, subscription), firstFetchMs * (1 + (state.nextId % 5)));
  return subscription;
}

function firstFetch(state: FakeState, subscription: contracts.Subscription): void {
  const { feed, title } = subscription;
  subscription.status = { ...subscription.status, state: 'ok', lastSuccessAt: new Date().toISOString() };
  const entry = arrive(state, { feedId: feed.id, feedTitle: title, title: `The first article of ${title}` });
  state.emit('subscriptions', {});
  announce(state, [entry]);
}

function arriveFrom(state: FakeState, { feed, title }: contracts.Subscription): contracts.FullEntry {
  return arrive(state, { feedId: feed.id, feedTitle: title, title: `News from ${title}` });
}

/** A new article arrives in a feed; tell the page with `announce`. */
export function arrive(
  state: FakeState,
  { feedId, feedTitle, title }: { feedId: string; feedTitle: string; title: string },
): contracts.FullEntry {
  const time = new Date().toISOString();
  const entry: contracts.FullEntry = {
    id: String(1_800_000_000_000_000 + Number(takeId(state))),
    title,
    url: 'https://example.org/new',
    author: null,
    publishedAt: time,
    receivedAt: time,
    feed: { id: feedId, title: feedTitle },
    excerpt: 'Fresh from the press.',
    imageUrl: null,
    read: false,
    starred: false,
    labels: [],
    tags: [],
    tagging: { state: 'none', code: 'no-tags', reason: null },
    splitFrom: [],
    summary: { state: 'none', text: null, language: null, engine: null, note: null, reason: null, sentences: [] },
    alsoIn: [],
    contentHtml: '<p>Fresh from the press.</p>',
    fullText: { state: 'none', html: null, code: null, reason: null, details: null },
    enclosures: [],
    related: [],
    relatedState: 'ready',
    comments: null,
    inReplyToUrl: null,
    location: null,
    podcast: null,
  };
  state.entries.unshift(entry);
  return entry;
}

export function announce(state: FakeState, entries: contracts.FullEntry[]): void {
  const items = entries.map(({ id, feed, read, starred, labels }) => ({
    id,
    feedId: feed.id,
    read,
    starred,
    labels,
    isNew: true,
  }));
  state.emit('entries', { revision: state.revision, items });
  state.emit('counters', countersOf(state));
}

function importOpml(state: FakeState, text: string) {
  if (!text.includes('<opml')) throw new contracts.Problem('invalid-opml', 'This is no OPML.');
  const urls = [...text.matchAll(/xmlUrl="([^"]+)"/g)].map((match) => match[1] ?? '');
  const failed = urls.filter((url) => !URL.canParse(url)).map((url) => ({ url, reason: 'This is not an address.' }));
  const known = new Set(state.subscriptions.map(({ feed }) => feed.url));
  const fresh = urls.filter((url) => URL.canParse(url) && !known.has(url));
  for (const url of fresh) follow(state, url, new URL(url).hostname, []);
  return { created: fresh.length, existing: urls.length - failed.length - fresh.length, failed };
}
