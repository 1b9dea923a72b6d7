import {
  type Counters,
  defaultSettings,
  type EntryHighlight,
  type EntryNote,
  type Folder,
  type FullEntry,
  type InoreaderConnection,
  type ReaderImport,
  type RecapDelay,
  type RecapDelivery,
  type Role,
  type Rule,
  type SavedSearch,
  type Settings,
  type Subscription,
} from '@alt/contracts';
import { designData } from './design-data.ts';
import { fakeInoreader } from './fake-connections.ts';
import { createFakeProjects, type FakeProjects } from './fake-project-state.ts';
import { createFakeSecurity, type FakeSecurity } from './fake-security-state.ts';
import { createFakeTeam, type FakeTeam } from './fake-team-state.ts';

export interface FakeOptions {
  entryCount?: number;
  /** No account exists yet. */
  isFresh?: boolean;
  needsCode?: boolean;
  /** Nothing is followed yet. */
  isEmpty?: boolean;
  settings?: Partial<Settings>;
  /** How long an answer takes, in milliseconds. */
  delayMs?: number;
}

/** The password of the one account of the fake; any e-mail goes with it. */
export const fakePassword = 'correct horse battery';

export interface FakeState {
  hasAccount: boolean;
  needsCode: boolean;
  sessionId: string | null;
  csrfToken: string;
  user: { id: string; email: string; name: string; role: Role; tenantId: string; createdAt: string };
  password: string;
  security: FakeSecurity;
  team: FakeTeam;
  settings: Settings;
  folders: Folder[];
  subscriptions: Subscription[];
  entries: FullEntry[];
  keys: Record<
    'api-keys' | 'app-passwords',
    Array<{ id: string; name: string; createdAt: string; lastUsedAt: string | null }>
  >;
  nextId: number;
  revision: number;
  /** Tells every open event stream. */
  emit(event: string, data: unknown): void;
  listeners: Set<(event: string, data: unknown) => void>;
  /** The next write fails with this status, for tests of what happens then. */
  failNextWrite: boolean;
  savedSearches: SavedSearch[];
  /** Accounts brought from elsewhere, the newest first. */
  imports: ReaderImport[];
  /** What the page reported of reading; statistics themselves are made up, while there are any. */
  reported: unknown[];
  hasStatistics: boolean;
  rules: Rule[];
  /** Who writes answers; and whether nobody does. */
  askEngine: string;
  failAsk: boolean;
  /** What a model says before its answer, which comes when this is null again. */
  slowAsk: { position: number; text: string } | null;
  /** Why the latest recap cannot be built. */
  recapTrouble: RecapDelay | null;
  /** No recap but the latest can be had. */
  failEarlierRecap: boolean;
  /** Search does not answer. */
  failSearch: boolean;
  delivery: RecapDelivery;
  inoreader: InoreaderConnection | null;
  tenantSummaries: boolean;
  /** Ids of entries that are in no list. */
  hidden: Set<string>;
  /** Two tags that may be one. */
  tagPair: [string, string] | null;
  tagFlags: Map<string, { hidden: boolean; promoted: boolean }>;
  vetoes: string[];
  /** Of all entries, one's own and shared ones of others. */
  annotations: { highlights: EntryHighlight[]; notes: EntryNote[] };
  /** Names of labels that the team has. */
  sharedLabels: Set<string>;
  projects: FakeProjects;
}

export function createFakeState(options: FakeOptions): FakeState {
  const data = options.isEmpty
    ? { folders: [], subscriptions: [], entries: [] }
    : designData(options.entryCount ?? 10_000, Date.now());
  const listeners: FakeState['listeners'] = new Set();
  return {
    hasAccount: !options.isFresh,
    needsCode: options.needsCode ?? false,
    sessionId: null,
    csrfToken: 'fake-csrf-token',
    user: {
      id: '0190d3a8-7a10-7c1e-8a52-6d1b4f3e2a10',
      email: 'ada@example.org',
      name: 'Ada',
      role: 'owner',
      tenantId: '0190d3a8-7a10-7c1e-8a52-6d1b4f3e2a11',
      createdAt: new Date().toISOString(),
    },
    password: fakePassword,
    security: createFakeSecurity(),
    team: createFakeTeam(),
    settings: { version: 1, ...defaultSettings, ...options.settings },
    ...data,
    keys: { 'api-keys': [], 'app-passwords': [] },
    nextId: 1_000,
    revision: 1,
    listeners,
    emit(event, payload) {
      for (const listener of listeners) listener(event, payload);
    },
    failNextWrite: false,
    rules: [],
    savedSearches: [],
    imports: [],
    reported: [],
    hasStatistics: true,
    askEngine: 'extractive',
    failAsk: false,
    slowAsk: null,
    recapTrouble: null,
    failEarlierRecap: false,
    failSearch: false,
    tenantSummaries: true,
    hidden: new Set(),
    inoreader: fakeInoreader(),
    delivery: {
      feed: { isEnabled: false, createdAt: null },
      mail: {
        isPossible: true,
        daily: false,
        weekly: false,
        address: 'ada@example.org',
        confirmation: 'none',
        confirmationSentAt: null,
        error: null,
        errorCode: null,
      },
    },
    tagPair: ['tides', 'tide'],
    tagFlags: new Map(),
    vetoes: [],
    annotations: { highlights: [], notes: [] },
    sharedLabels: new Set(),
    projects: createFakeProjects(
      { id: '0190d3a8-7a10-7c1e-8a52-6d1b4f3e2a10', name: 'Ada' },
      data.entries,
      options.isEmpty ?? false,
    ),
  };
}

/** What is unread and starred, counted afresh. */
export function countersOf(state: FakeState): Counters {
  const unread = state.entries.filter((entry) => !entry.read);
  const byFeed = Map.groupBy(unread, (entry) => entry.feed.id);
  const bySubscription = Object.fromEntries(
    state.subscriptions.map(({ id, feed }) => [id, byFeed.get(feed.id)?.length ?? 0] as const),
  );
  const byFolder = Object.fromEntries(
    state.folders.map((folder) => {
      const inside = subscriptionsIn(state, folder.id);
      return [folder.id, inside.reduce((sum, { id }) => sum + (bySubscription[id] ?? 0), 0)];
    }),
  );
  return {
    unread: unread.length,
    starred: state.entries.filter((entry) => entry.starred).length,
    bySubscription,
    byFolder,
  };
}

/** The subscriptions in a folder and in those inside it. */
export function subscriptionsIn(state: FakeState, folderId: string): Subscription[] {
  const inside = new Set([folderId]);
  for (const folder of state.folders) if (folder.parentId && inside.has(folder.parentId)) inside.add(folder.id);
  return state.subscriptions.filter((subscription) => subscription.folderIds.some((id) => inside.has(id)));
}

export function takeId(state: FakeState): string {
  state.nextId += 1;
  return String(state.nextId);
}
