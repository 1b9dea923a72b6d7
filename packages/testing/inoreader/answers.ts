import { foldersOf, itemsOf, labelsOf, memberOf, type ReaderAccount, type ReaderItem, tagItem } from './account.ts';
import { findFeed, findItem, longId, shortId, streamIdOf } from './identifiers.ts';
import type { ReaderVariant } from './variants.ts';

/** A call whose sign-in was checked. `path` lies below reader/api/0/; `params` are query and form together. */
export interface ReaderCall {
  path: string;
  params: URLSearchParams;
}

export interface ReaderReply {
  status: number;
  body: string;
  type: string;
}

export interface ReaderApi {
  account: ReaderAccount;
  variant: ReaderVariant;
  /** Raised when what was handed out as a continuation shall be good no more. */
  continuationAge: number;
  /** What a continuation that is good no more is answered with: an error, or the first page again. */
  badContinuation: 'bad-request' | 'first-page';
}

type Answerer = (api: ReaderApi, call: ReaderCall) => ReaderReply;

/** Zone 1 is what reads, zone 2 what writes (https://www.inoreader.com/developers/rate-limiting). */
const ENDPOINTS: Record<string, { zone: 1 | 2; answer: Answerer }> = {
  'user-info': { zone: 1, answer: userInfo },
  'subscription/list': { zone: 1, answer: subscriptionList },
  'subscription/edit': { zone: 2, answer: subscriptionEdit },
  'subscription/quickadd': { zone: 2, answer: quickAdd },
  'tag/list': { zone: 1, answer: tagList },
  'unread-count': { zone: 1, answer: unreadCount },
  'stream/items/ids': { zone: 1, answer: itemIds },
  'stream/items/contents': { zone: 1, answer: itemContents },
  'stream/contents': { zone: 1, answer: streamContents },
  'edit-tag': { zone: 2, answer: editTag },
  'mark-all-as-read': { zone: 2, answer: markAllAsRead },
  'rename-tag': { zone: 2, answer: renameTag },
  'disable-tag': { zone: 2, answer: disableTag },
};

/** The zone of a call; null for what there is not. */
export function zoneOf(path: string): 1 | 2 | null {
  return ENDPOINTS[endpointOf(path)]?.zone ?? null;
}

/** Answers a call by the account, and changes the account by it. */
export function answerCall(api: ReaderApi, call: ReaderCall): ReaderReply {
  const endpoint = ENDPOINTS[endpointOf(call.path)];
  const { unknownCall, hasStreamContents, wantsOutput } = api.variant;
  const isMissing = !hasStreamContents && /^(stream\/contents|unread-count)/.test(call.path);
  if (!endpoint || isMissing) return unknownCall === null ? text('Not found', 404) : json(unknownCall);
  if (wantsOutput && endpoint.zone === 1 && call.params.get('output') !== 'json') {
    return text('only output=json is supported', 400);
  }
  return endpoint.answer(api, call);
}

function endpointOf(path: string): string {
  return path.startsWith('stream/contents') ? 'stream/contents' : path;
}

function userInfo({ account, variant }: ReaderApi): ReaderReply {
  const userId = variant.userId === '-' ? '1' : variant.userId;
  const userName = account.email.split('@')[0];
  return json({ userId, userName, userProfileId: userId, userEmail: account.email, isBloggerUser: false });
}

function subscriptionList({ account, variant }: ReaderApi): ReaderReply {
  const subscribed = account.feeds.filter(({ isSubscribed }) => isSubscribed);
  const subscriptions = subscribed.map((feed) => ({
    id: streamIdOf(feed, variant),
    title: feed.title,
    categories: feed.folders.map((label) => ({ id: labelId(variant, label), label, type: 'folder' })),
    sortid: String(feed.number).padStart(8, '0'),
    firstitemmsec: '1400000000000000',
    url: feed.url,
    htmlUrl: feed.htmlUrl,
    iconUrl: '',
  }));
  return json({ subscriptions });
}

function subscriptionEdit(api: ReaderApi, { params }: ReaderCall): ReaderReply {
  const { account, variant } = api;
  for (const streamId of params.getAll('s')) {
    let feed = findFeed(account, streamId, variant);
    const ac = params.get('ac');
    if (ac === 'unsubscribe') {
      if (!feed) return text('Not found', 404);
      account.removeFeed(feed);
      continue;
    }
    if (ac === 'subscribe' && !feed) feed = subscribe(account, streamId.replace(/^feed\//, ''));
    if (!feed) return text('Not found', 404);
    feed.title = params.get('t') || feed.title;
    const added = params.getAll('a').map(labelName);
    const removed = params.getAll('r').map(labelName);
    const folders = [...feed.folders.filter((folder) => !removed.includes(folder)), ...added];
    feed.folders = [...new Set(variant.hasSeveralFolders ? folders : folders.slice(-1))];
  }
  return text('OK');
}

function quickAdd({ account, variant }: ReaderApi, { params }: ReaderCall): ReaderReply {
  const query = (params.get('quickadd') ?? '').replace(/^feed\//, '');
  if (!URL.canParse(query)) return json({ query, numResults: 0 });
  const feed =
    account.feeds.find(({ url, isSubscribed }) => isSubscribed && url === query) ?? subscribe(account, query);
  return json({ query, numResults: 1, streamId: streamIdOf(feed, variant), streamName: feed.title });
}

function subscribe(account: ReaderAccount, url: string) {
  const known = account.feeds.find((feed) => feed.url === url);
  if (!known) return account.addFeed({ url, title: url });
  known.isSubscribed = true;
  return known;
}

function tagList(api: ReaderApi, { params }: ReaderCall): ReaderReply {
  const { account, variant } = api;
  const hasTypes = !variant.tellsTypesWhenAsked || params.get('types') === '1';
  const named = (names: Set<string>, type: string) =>
    [...names].map((name) => ({ id: labelId(variant, name), sortid: '0000000A', ...(hasTypes ? { type } : {}) }));
  const folders = foldersOf(account);
  const labels = new Set([...labelsOf(account)].filter((label) => !folders.has(label)));
  const starred = { id: `user/${variant.userId}/state/com.google/starred`, sortid: '00000001' };
  const tags = [starred, ...named(folders, 'folder'), ...(variant.hasLabels ? named(labels, 'tag') : [])];
  return json({ tags });
}

function unreadCount(api: ReaderApi): ReaderReply {
  const { account, variant } = api;
  const streams = [
    `user/${variant.userId}/state/com.google/reading-list`,
    ...[...foldersOf(account)].map((folder) => labelId(variant, folder)),
    ...account.feeds.filter(({ isSubscribed }) => isSubscribed).map((feed) => streamIdOf(feed, variant)),
  ];
  const unreadcounts = streams.map((id) => {
    const belongs = memberOf(account, id, feedFinder(api));
    const unread = account.items.filter((item) => !item.isRead && belongs?.(item));
    const newest = Math.max(0, ...unread.map(({ arrivedAt }) => arrivedAt.getTime()));
    return { id, count: unread.length, newestItemTimestampUsec: String(newest * 1_000) };
  });
  return json({ max: '1000', unreadcounts });
}

function itemIds(api: ReaderApi, call: ReaderCall): ReaderReply {
  const page = pageOf(api, call, { stream: call.params.get('s') ?? readingList(api), most: api.variant.maxIds });
  if ('status' in page) return page;
  const { variant } = api;
  const itemRefs = page.items.map((item) => ({
    id: shortId(item, variant),
    directStreamIds: item.labels.map((label) => labelId(variant, label)),
    timestampUsec: String(item.arrivedAt.getTime() * 1_000),
  }));
  return json({ items: [], itemRefs, ...(page.continuation === null ? {} : { continuation: page.continuation }) });
}

function itemContents(api: ReaderApi, { params }: ReaderCall): ReaderReply {
  const wanted = params.getAll('i').slice(0, api.variant.maxContents);
  const items = wanted.flatMap((id) => findItem(api.account, id, api.variant) ?? []);
  return json(contents(api, readingList(api), items));
}

function streamContents(api: ReaderApi, call: ReaderCall): ReaderReply {
  const inPath = decodeURIComponent(call.path.replace(/^stream\/contents\/?/, ''));
  const stream = inPath || (call.params.get('s') ?? readingList(api));
  const page = pageOf(api, call, { stream, most: api.variant.maxContents });
  if ('status' in page) return page;
  const { continuation } = page;
  return json({ ...contents(api, stream, page.items), ...(continuation === null ? {} : { continuation }) });
}

const MONTH_SECONDS = 30 * 86_400;

function pageOf(
  api: ReaderApi,
  { params }: ReaderCall,
  { stream, most }: { stream: string; most: number },
): { items: ReaderItem[]; continuation: string | null } | ReaderReply {
  const { account, variant } = api;
  const oldestFirst = params.get('r') === 'o';
  const asked = params.has('ot') ? Number(params.get('ot')) : null;
  const earliest = oldestFirst && variant.limitsOldest ? Date.now() / 1_000 - MONTH_SECONDS : 0;
  const before = params.has('nt') ? Number(params.get('nt')) : null;
  const notBefore = asked === null ? null : Math.max(asked, earliest);
  const [includes, excludes] = [params.getAll('it'), params.getAll('xt')];
  const isLabel = stream.includes('/label/');
  if (!variant.hasLabels && !variant.hasStreamContents && isLabel) return text('unknown stream type', 400);
  const found = itemsOf(account, { stream, includes, excludes, notBefore, before, oldestFirst }, feedFinder(api));
  if (!found) return text('Not found', 404);
  const start = startOf(api, found, params.get('c'));
  if (start === null) return text('Bad continuation', 400);
  const count = Math.min(Math.max(Number(params.get('n') ?? 20) || 20, 1), most);
  const items = found.slice(start, start + count);
  const last = items.at(-1);
  if (!last || start + count >= found.length) return { items, continuation: null };
  const place = variant.continuation === 'offset' ? start + count : last.number;
  return { items, continuation: `${api.continuationAge}-${place}` };
}

/** The place after what a continuation names; null if it names nothing. */
function startOf(api: ReaderApi, found: readonly ReaderItem[], continuation: string | null): number | null {
  if (!continuation) return 0;
  const [age, place] = continuation.split('-').map(Number);
  const at =
    api.variant.continuation === 'offset' ? place : found.findIndex(({ number }) => number === place) + 1 || undefined;
  if (age === api.continuationAge && at !== undefined) return at;
  return api.badContinuation === 'first-page' ? 0 : null;
}

function contents(api: ReaderApi, id: string, items: readonly ReaderItem[]): Record<string, unknown> {
  return {
    direction: 'ltr',
    id,
    title: 'Reading List',
    description: '',
    self: [{ href: 'https://reader.test/' }],
    updated: Math.floor(Date.now() / 1_000),
    items: items.map((item) => itemJson(api, item)),
  };
}

function itemJson({ variant }: ReaderApi, item: ReaderItem): Record<string, unknown> {
  const state = (name: string) => `user/${variant.userId}/state/com.google/${name}`;
  const categories = [
    state('reading-list'),
    ...(item.isRead ? [state('read')] : []),
    ...(item.isStarred ? [state('starred')] : []),
    ...(variant.namesFolders ? item.feed.folders.map((folder) => labelId(variant, folder)) : []),
    ...item.labels.map((label) => labelId(variant, label)),
  ];
  const links = item.url === null ? {} : { alternate: [{ href: item.url, type: 'text/html' }] };
  const canonical = item.url === null || !variant.hasCanonical ? {} : { canonical: [{ href: item.url }] };
  const body = { direction: 'ltr', content: item.html };
  const whole: Record<string, unknown> = {
    id: longId(item, variant),
    crawlTimeMsec: String(item.arrivedAt.getTime()),
    timestampUsec: String(item.arrivedAt.getTime() * 1_000),
    published: Math.floor(item.publishedAt.getTime() / 1_000),
    updated: Math.floor(item.publishedAt.getTime() / 1_000),
    title: item.title,
    ...canonical,
    ...links,
    ...(variant.bodyIn === 'summary' ? { summary: body } : { content: body }),
    author: item.author,
    categories,
    origin: { streamId: streamIdOf(item.feed, variant), title: item.feed.title, htmlUrl: item.feed.htmlUrl },
    ...(item.enclosures.length > 0 ? { enclosure: item.enclosures } : {}),
  };
  return Object.fromEntries(Object.entries(whole).filter(([field]) => !item.without.includes(field)));
}

function editTag({ account, variant }: ReaderApi, { params }: ReaderCall): ReaderReply {
  const items = params.getAll('i').flatMap((id) => findItem(account, id, variant) ?? []);
  for (const item of items) {
    for (const tag of params.getAll('a')) if (!tagItem(item, tag, true)) return text('Bad request', 400);
    for (const tag of params.getAll('r')) if (!tagItem(item, tag, false)) return text('Bad request', 400);
  }
  return text('OK');
}

function markAllAsRead(api: ReaderApi, { params }: ReaderCall): ReaderReply {
  const belongs = memberOf(api.account, params.get('s') ?? '', feedFinder(api));
  if (!belongs) return text('Not found', 404);
  const ts = Number(params.get('ts') ?? 0);
  // 16 digits are microseconds, fewer are seconds; without it, everything.
  const untilMs = ts === 0 ? Number.POSITIVE_INFINITY : ts >= 1e15 ? ts / 1_000 : ts * 1_000;
  for (const item of api.account.items) {
    if (belongs(item) && item.arrivedAt.getTime() <= untilMs) item.isRead = true;
  }
  return text('OK');
}

function renameTag({ account }: ReaderApi, { params }: ReaderCall): ReaderReply {
  const from = labelName(params.get('s') ?? params.get('t') ?? '');
  const to = labelName(params.get('dest') ?? '');
  if (!foldersOf(account).has(from) && !labelsOf(account).has(from)) return text('Tag not found', 404);
  const renamed = (names: string[]) => [...new Set(names.map((name) => (name === from ? to : name)))];
  for (const feed of account.feeds) feed.folders = renamed(feed.folders);
  for (const item of account.items) item.labels = renamed(item.labels);
  return text('OK');
}

function disableTag({ account }: ReaderApi, { params }: ReaderCall): ReaderReply {
  const gone = labelName(params.get('s') ?? params.get('t') ?? '');
  for (const feed of account.feeds) feed.folders = feed.folders.filter((name) => name !== gone);
  for (const item of account.items) item.labels = item.labels.filter((name) => name !== gone);
  return text('OK');
}

function feedFinder({ account, variant }: ReaderApi) {
  return (streamId: string) => findFeed(account, streamId, variant);
}

function readingList({ variant }: ReaderApi): string {
  return `user/${variant.userId}/state/com.google/reading-list`;
}

function labelId({ userId }: ReaderVariant, label: string): string {
  return `user/${userId}/label/${label}`;
}

function labelName(tag: string): string {
  return tag.replace(/^user\/[^/]+\/label\//, '');
}

function json(value: unknown): ReaderReply {
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  return { status: 200, body, type: 'application/json; charset=utf-8' };
}

function text(body: string, status = 200): ReaderReply {
  return { status, body, type: 'text/plain; charset=utf-8' };
}
