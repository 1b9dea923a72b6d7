/** What a reader has at the service. Tests change it directly, the API by the calls of its clients. */
export interface ReaderAccount {
  email: string;
  feeds: ReaderFeed[];
  items: ReaderItem[];
  addFeed(feed: Pick<ReaderFeed, 'url'> & Partial<ReaderFeed>): ReaderFeed;
  /** Items and all; what was starred or labelled stays, as at Inoreader. */
  removeFeed(feed: ReaderFeed): void;
  addItem(feed: ReaderFeed, item?: Partial<Omit<ReaderItem, 'feed'>>): ReaderItem;
}

export interface ReaderFeed {
  number: number;
  url: string;
  title: string;
  htmlUrl: string;
  folders: string[];
  isSubscribed: boolean;
}

export interface ReaderItem {
  number: number;
  feed: ReaderFeed;
  title: string;
  /** null leaves out every link. */
  url: string | null;
  html: string;
  author: string;
  publishedAt: Date;
  /** When the service received it: by this it is ordered, and `ot` compares it. */
  arrivedAt: Date;
  isRead: boolean;
  isStarred: boolean;
  labels: string[];
  enclosures: { href: string; type: string; length?: number }[];
  /** Fields that its JSON lacks ("canonical", "published", …). */
  without: string[];
}

/** An empty account; `firstItem` numbers the first item, later ones follow it. */
export function createReaderAccount(email: string, firstItem = 1): ReaderAccount {
  let nextFeed = 1;
  let nextItem = firstItem;
  const account: ReaderAccount = {
    email,
    feeds: [],
    items: [],
    addFeed(given) {
      const number = nextFeed++;
      const feed = { number, title: `Feed ${number}`, htmlUrl: '', folders: [], isSubscribed: true, ...given };
      account.feeds.push(feed);
      return feed;
    },
    removeFeed(feed) {
      feed.isSubscribed = false;
      account.items = account.items.filter((item) => item.feed !== feed || item.isStarred || item.labels.length > 0);
    },
    addItem(feed, given = {}) {
      const number = nextItem++;
      const place = number - firstItem;
      const arrivedAt = given.arrivedAt ?? new Date(Date.now() - 86_400_000 + place * 1_000);
      const item: ReaderItem = {
        number,
        feed,
        title: `Item ${place + 1}`,
        url: new URL(`item-${place + 1}`, feed.htmlUrl || feed.url).href,
        html: `<p>The text of item ${place + 1}.</p>`,
        author: '',
        publishedAt: arrivedAt,
        isRead: false,
        isStarred: false,
        labels: [],
        enclosures: [],
        without: [],
        ...given,
        arrivedAt,
      };
      account.items.push(item);
      return item;
    },
  };
  return account;
}

export interface StreamQuery {
  stream: string;
  includes: string[];
  excludes: string[];
  /** Seconds; only what arrived at or after, or before, these. */
  notBefore: number | null;
  before: number | null;
  oldestFirst: boolean;
}

/** The items of a stream in its order, or null if there is no such stream. */
export function itemsOf(account: ReaderAccount, query: StreamQuery, feedOf: FeedFinder): ReaderItem[] | null {
  const belongs = memberOf(account, query.stream, feedOf);
  if (!belongs) return null;
  const includes = query.includes.map((stream) => memberOf(account, stream, feedOf));
  const excludes = query.excludes.map((stream) => memberOf(account, stream, feedOf));
  const found = account.items.filter((item) => {
    const seconds = item.arrivedAt.getTime() / 1_000;
    if (query.notBefore !== null && seconds < query.notBefore) return false;
    if (query.before !== null && seconds > query.before) return false;
    return belongs(item) && includes.every((is) => is?.(item)) && !excludes.some((is) => is?.(item));
  });
  const direction = query.oldestFirst ? 1 : -1;
  return found.sort((a, b) => direction * (a.arrivedAt.getTime() - b.arrivedAt.getTime() || a.number - b.number));
}

export type FeedFinder = (streamId: string) => ReaderFeed | undefined;

/** Whether an item is in a stream; null for a stream that there is not. */
export function memberOf(
  account: ReaderAccount,
  stream: string,
  feedOf: FeedFinder,
): ((item: ReaderItem) => boolean) | null {
  if (stream.startsWith('feed/')) {
    const feed = feedOf(stream);
    return feed ? (item) => item.feed === feed : null;
  }
  const [, kind, name] = /^user\/[^/]+\/(state\/com\.google|label)\/(.+)$/.exec(stream) ?? [];
  if (kind === 'label' && name !== undefined) {
    const isKnown = labelsOf(account).has(name) || foldersOf(account).has(name);
    return isKnown ? (item) => item.labels.includes(name) || item.feed.folders.includes(name) : null;
  }
  switch (name) {
    case 'reading-list':
      return (item) => item.feed.isSubscribed || item.isStarred || item.labels.length > 0;
    case 'read':
      return (item) => item.isRead;
    case 'kept-unread':
    case 'unread':
      return (item) => !item.isRead;
    case 'starred':
      return (item) => item.isStarred;
    case 'like':
    case 'broadcast':
      return () => false;
    default:
      return null;
  }
}

export function labelsOf(account: ReaderAccount): Set<string> {
  return new Set(account.items.flatMap(({ labels }) => labels));
}

export function foldersOf(account: ReaderAccount): Set<string> {
  return new Set(account.feeds.filter(({ isSubscribed }) => isSubscribed).flatMap(({ folders }) => folders));
}

/** Adds or removes a state or a label; false for a tag that there is not. */
export function tagItem(item: ReaderItem, tag: string, isAdded: boolean): boolean {
  const [, kind, name] = /^user\/[^/]+\/(state\/com\.google|label)\/(.+)$/.exec(tag) ?? [];
  if (name === undefined) return false;
  if (kind === 'label') {
    item.labels = item.labels.filter((label) => label !== name);
    if (isAdded) item.labels.push(name);
    return true;
  }
  if (name === 'read') item.isRead = isAdded;
  else if (name === 'kept-unread' && isAdded) item.isRead = false;
  else if (name === 'starred') item.isStarred = isAdded;
  return true;
}
