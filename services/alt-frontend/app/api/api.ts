import type {
  appPasswords,
  Counters,
  discoverFeeds,
  Entry,
  Folder,
  FullEntry,
  importOpml,
  label,
  login,
  ResponseOf,
  Settings,
  Subscription,
  search,
  setup,
  User,
  validate,
} from '@alt/contracts';
import type { Client } from './client.ts';

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

export type Setup = ResponseOf<typeof setup>;
export type Session = ResponseOf<typeof login>;
export type Identity = ResponseOf<typeof validate>;
export type FoundFeed = ResponseOf<typeof discoverFeeds>['feeds'][number];
export type SearchPage = ResponseOf<typeof search>;
export type ImportResult = ResponseOf<typeof importOpml>;
export type Label = (typeof label)['_zod']['output'];
export type Key = ResponseOf<typeof appPasswords.list>['items'][number];
export type NewKey = ResponseOf<typeof appPasswords.create>;
export type KeyKind = 'api-keys' | 'app-passwords';
export type { Counters, Entry, Folder, FullEntry, Settings, Subscription };

export interface EntryQuery {
  view: 'unread' | 'starred' | 'all' | 'hidden';
  order: 'newest' | 'oldest';
  subscription?: string;
  folder?: string;
  label?: string;
  tag?: string;
  /** In the search language; all of its words are required. */
  q?: string;
}

/** In the search language, and what must hold besides. */
export type SearchQuery = { q: string } & Partial<
  Record<'order' | 'subscription' | 'folder' | 'feed' | 'tag' | 'language' | 'day', string | undefined>
>;

export interface Credentials {
  email: string;
  password: string;
  name?: string;
  code?: string;
  /** The secret of an invitation. */
  invitation?: string;
}

export interface NewSubscription {
  url: string;
  folderIds?: string[];
  force?: boolean;
}

export interface SubscriptionChange {
  /** Null is the feed's own. */
  title?: string | null;
  folderIds?: string[];
  fullText?: boolean;
  autoFullText?: boolean;
  summaries?: boolean;
  selectors?: Subscription['selectors'];
}

export interface EntryUpdate {
  ids: string[];
  read?: boolean;
  starred?: boolean;
  hidden?: boolean;
  addLabels?: string[];
  removeLabels?: string[];
}

export interface ProfileChange {
  name?: string;
  password?: string;
  currentPassword?: string;
}

export interface MarkRead {
  subscriptionId?: string;
  folderId?: string;
  /** RFC 3339; entries received later stay as they are. */
  before?: string;
}

export type Api = ReturnType<typeof createApi>;

/** Every call that the web app makes, one line each, in the words of the contract. */
export function createApi({ call }: Client) {
  return {
    setup: () => call<Setup>('GET', '/v1/auth/setup'),
    register: (body: Credentials) => call<Session>('POST', '/v1/auth/register', { body }),
    login: (body: Credentials) => call<Session>('POST', '/v1/auth/login', { body }),
    logout: () => call<void>('POST', '/v1/auth/logout'),
    validate: () => call<Identity>('GET', '/v1/auth/validate'),

    writeProfile: (body: ProfileChange) => call<User>('PUT', '/v1/user/profile', { body }),

    keys: (kind: KeyKind) => call<Page<Key>>('GET', `/v1/user/${kind}`),
    createKey: (kind: KeyKind, name: string) => call<NewKey>('POST', `/v1/user/${kind}`, { body: { name } }),
    revokeKey: (kind: KeyKind, id: string) => call<void>('DELETE', `/v1/user/${kind}/${id}`),

    settings: () => call<Settings>('GET', '/v1/settings'),
    writeSettings: (body: Partial<Settings>) => call<Settings>('PATCH', '/v1/settings', { body }),

    discover: (url: string) => call<{ feeds: FoundFeed[] }>('POST', '/v1/feeds/discover', { body: { url } }),
    subscriptions: () =>
      everyPage<Subscription>((cursor) => call('GET', '/v1/subscriptions', { query: { limit: 200, cursor } })),
    subscribe: (body: NewSubscription) => call<Subscription>('POST', '/v1/subscriptions', { body }),
    updateSubscription: (id: string, body: SubscriptionChange) =>
      call<Subscription>('PATCH', `/v1/subscriptions/${id}`, { body }),
    unsubscribe: (id: string) => call<void>('DELETE', `/v1/subscriptions/${id}`),
    refreshSubscription: (id: string) =>
      call<{ nextPollAt: string; delayedBy: 'feed' | 'host' | null }>('POST', `/v1/subscriptions/${id}/refresh`),
    refreshSubscriptions: (body: { folderId?: string }) =>
      call<{ polls: number }>('POST', '/v1/subscriptions/refresh', { body }),

    folders: () => everyPage<Folder>((cursor) => call('GET', '/v1/folders', { query: { limit: 200, cursor } })),
    createFolder: (body: { name: string; parentId?: string | null }) => call<Folder>('POST', '/v1/folders', { body }),
    updateFolder: (id: string, body: { name?: string; parentId?: string | null; isShared?: true }) =>
      call<Folder>('PATCH', `/v1/folders/${id}`, { body }),
    leaveFolder: (id: string) => call<Folder>('POST', `/v1/folders/${id}/leave`),
    rejoinFolder: (id: string) => call<Folder>('POST', `/v1/folders/${id}/rejoin`),
    deleteFolder: (id: string) => call<void>('DELETE', `/v1/folders/${id}`),

    importOpml: (text: string) => call<ImportResult>('POST', '/v1/opml', { body: text, bodyType: 'text/x-opml' }),

    entries: (query: EntryQuery, cursor: string | undefined, signal?: AbortSignal) =>
      call<Page<Entry>>('GET', '/v1/entries', { query: { ...query, limit: 100, cursor }, ...(signal && { signal }) }),
    entry: (id: string, signal?: AbortSignal) =>
      call<FullEntry>('GET', `/v1/entries/${id}`, { ...(signal && { signal }) }),
    requestFullText: (id: string) => call<void>('POST', `/v1/entries/${id}/full-text`),
    updateEntries: (body: EntryUpdate) => call<{ updated: number }>('PATCH', '/v1/entries', { body }),
    labels: () => everyPage<Label>((cursor) => call('GET', '/v1/labels', { query: { limit: 200, cursor } })),
    changeLabel: (name: string, body: { name?: string; isShared?: true }) =>
      call<Label>('PATCH', `/v1/labels/${encodeURIComponent(name)}`, { body }),
    deleteLabel: (name: string) => call<void>('DELETE', `/v1/labels/${encodeURIComponent(name)}`),
    markRead: (body: MarkRead) => call<{ updated: number }>('POST', '/v1/entries/mark-read', { body }),
    counters: () => call<Counters>('GET', '/v1/counters'),
    search: (query: SearchQuery, cursor: string | undefined, signal?: AbortSignal) =>
      call<SearchPage>('GET', '/v1/search', {
        query: { ...query, facet: cursor ? [] : ['feed', 'tag', 'language', 'day'], limit: 50, cursor },
        ...(signal && { signal }),
      }),
  };
}

/** All items of a list, page after page. */
async function everyPage<Item>(load: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await load(cursor);
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
