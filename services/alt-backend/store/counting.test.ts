import { type Counters, type Entry, Problem } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { createImageAddresses } from '@alt/feeds/html/image-address.ts';
import type { Reader, RouteContext } from '@alt/service-kit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entryRoutes } from '../entries.ts';
import { settleAll } from '../marking.ts';
import { settleFinish, settleNext } from './counters.ts';
import { createAsReader, writeSettings } from './readers.ts';
import { findSubscription, subscribe, unsubscribe } from './subscriptions.ts';

const FEEDS = 3;
const READERS = 2;
const DAY_MS = 86_400_000;
const RETAINED_DAYS = 20;
const LABEL = 'kept';
const isLong = process.env.ALT_TEST_LONG === '1';

const feed = fc.integer({ min: 0, max: FEEDS - 1 });
const reader = fc.nat({ max: READERS - 1 });
const ageDays = fc.nat({ max: 40 });
/** Places in the reader's list, counted round. */
const picked = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 4 });

const deliveries = fc.record({
  kind: fc.constant('deliver'),
  feed,
  ages: fc.array(ageDays, { minLength: 1, maxLength: 5 }),
});
const subscribing = fc.record({ kind: fc.constantFrom('subscribe', 'unsubscribe'), reader, feed });
const changes = fc.record({
  kind: fc.constant('change'),
  reader,
  picked,
  read: fc.option(fc.boolean(), { nil: undefined }),
  starred: fc.option(fc.boolean(), { nil: undefined }),
  hidden: fc.option(fc.boolean(), { nil: undefined, freq: 2 }),
  /** Among what is hidden, not in the list. */
  isOfHidden: fc.boolean(),
  labelled: fc.option(fc.boolean(), { nil: undefined }),
});
const marks = fc.record({ kind: fc.constant('mark'), reader, feed: fc.option(feed), age: fc.option(ageDays) });
const settling = fc.record({ kind: fc.constant('settle'), batch: fc.integer({ min: 1, max: 6 }) });
const touches = fc.record({ kind: fc.constant('touch'), reader, picked });
/** Articles of any feeds that turn out to tell the same story, places among all there are. */
const stories = fc.record({
  kind: fc.constant('story'),
  told: fc.array(fc.nat({ max: 40 }), { minLength: 2, maxLength: 4 }),
});
const splits = fc.record({ kind: fc.constant('split'), reader, picked });
const retention = fc.record({ kind: fc.constant('retain'), reader });
const anyStep = fc.oneof(
  { weight: 4, arbitrary: deliveries },
  { weight: 2, arbitrary: subscribing },
  { weight: 4, arbitrary: changes },
  { weight: 3, arbitrary: marks },
  { weight: 3, arbitrary: settling },
  { weight: 1, arbitrary: touches },
  { weight: 4, arbitrary: stories },
  { weight: 2, arbitrary: splits },
  { weight: 1, arbitrary: retention },
);
/** Everybody follows everything at first, or most sequences would do nothing. */
const sequences = fc.array(anyStep, { minLength: 5, maxLength: 25 });

type Step =
  | { kind: 'deliver'; feed: number; ages: number[] }
  | { kind: 'subscribe' | 'unsubscribe'; reader: number; feed: number }
  | {
      kind: 'change';
      reader: number;
      picked: number[];
      read?: boolean;
      starred?: boolean;
      hidden?: boolean;
      isOfHidden?: boolean;
      labelled?: boolean;
    }
  | { kind: 'mark'; reader: number; feed: number | null; age: number | null }
  | { kind: 'settle'; batch: number }
  | { kind: 'story'; told: number[] }
  | { kind: 'split'; reader: number; picked: number[] }
  | { kind: 'touch'; reader: number; picked: number[] }
  | { kind: 'retain'; reader: number };

test('after every step lists and counters agree with each other, with a recount and with a plain model', async () => {
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      const platform = await openPlatform();
      try {
        const model = emptyModel();
        for (const step of [...FIRST_STEPS, ...(sequence as Step[])]) {
          await take(platform, model, step);
          for (const who of READER_NUMBERS) await expectTruth(platform, model, who);
          expect(await platform.superuser.all(selectMiscounted)).toEqual([]);
        }
      } finally {
        await platform.drop();
      }
    }),
    { numRuns: isLong ? 60 : 8, endOnFailure: true },
  );
}, 600_000);

test('an entry marked unread after "mark all read" stays unread when the rows have followed', async () => {
  const platform = await openPlatform();
  const model = emptyModel();
  const steps: Step[] = [
    ...FIRST_STEPS,
    { kind: 'deliver', feed: 0, ages: [1, 2, 3, 4] },
    { kind: 'mark', reader: 0, feed: null, age: null },
    { kind: 'change', reader: 0, picked: [1], read: false },
    { kind: 'settle', batch: 2 },
    { kind: 'change', reader: 0, picked: [2], read: false },
    { kind: 'settle', batch: 100 },
  ];
  for (const step of steps) await take(platform, model, step);
  await settleAll(platform.backend);
  await expectTruth(platform, model, 0);
  expect(unreadOf(model, 0)).toHaveLength(2);
  await platform.drop();
});

test('a mark up to a time waits for the rows of an earlier mark', async () => {
  const platform = await openPlatform();
  const model = emptyModel();
  const steps: Step[] = [
    ...FIRST_STEPS,
    { kind: 'deliver', feed: 0, ages: [1, 2, 3, 4, 5] },
    { kind: 'mark', reader: 0, feed: null, age: null },
    { kind: 'deliver', feed: 0, ages: [1, 10] },
  ];
  for (const step of steps) await take(platform, model, step);
  // Somebody else is about to settle this reader's rows: the mark looks, finds them unsettled, and waits.
  const marked = await platform.superuser.transaction(async (tx) => {
    await tx.run(lockSettling);
    const revision = await tx.one(selectRevision);
    const waiting = take(platform, model, { kind: 'mark', reader: 0, feed: null, age: 5 });
    await expect.poll(async () => (await tx.one(selectRevision))?.revision).toBeGreaterThan(revision?.revision ?? 0);
    return { waiting };
  });
  await marked.waiting;
  await expectTruth(platform, model, 0);
  expect(await platform.superuser.all(selectMiscounted)).toEqual([]);
  await platform.drop();
});

test('a mark that comes while an earlier one is found settled still lets its own rows follow', async () => {
  const platform = await openPlatform();
  const model = emptyModel();
  const steps: Step[] = [
    ...FIRST_STEPS,
    { kind: 'deliver', feed: 0, ages: [1] },
    { kind: 'deliver', feed: 1, ages: [1] },
    { kind: 'mark', reader: 0, feed: null, age: null },
  ];
  for (const step of steps) await take(platform, model, step);
  await settleNext(platform.backend, 100);
  await take(platform, model, { kind: 'deliver', feed: 0, ages: [0] });
  await platform.superuser.script(PAUSING_COVER);
  const { finishing } = await platform.superuser.transaction(async (tx) => {
    await tx.run(lockPause);
    // Feed by feed: it stops in the first one, has seen what was there, and comes to the second one later.
    const finishing = platform.backend.transaction(async (own) => {
      await own.script(`set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off;
        set local enable_bitmapscan = off; set local test.pauses = 'yes'`);
      return settleFinish(own);
    });
    await expect.poll(() => tx.all(selectPaused)).toHaveLength(1);
    await take(platform, model, { kind: 'deliver', feed: 1, ages: [0] });
    await take(platform, model, { kind: 'mark', reader: 0, feed: 1, age: null });
    return { finishing };
  });
  await finishing;
  await expectTruth(platform, model, 0);
  await settleAll(platform.backend);
  await expectTruth(platform, model, 0);
  expect(await platform.superuser.all(selectMiscounted)).toEqual([]);
  await platform.drop();
});

test('two connections at once neither fail nor miscount', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sequences, { minLength: 3, maxLength: 3 }), async (several) => {
      const platform = await openPlatform();
      const model = emptyModel();
      try {
        for (const step of FIRST_STEPS) await take(platform, model, step);
        for (const n of READER_NUMBERS)
          await take(platform, model, { kind: 'deliver', feed: n, ages: [1, 2, 3, 4, 5, 6] });
        await Promise.all(
          several.map(async (sequence) => {
            for (const step of sequence as Step[]) {
              // Another connection may have ended the subscription meanwhile, and that is a proper answer.
              await act(platform, step).catch((error: unknown) => {
                if (!(error instanceof Problem) || error.code !== 'not-found') throw error;
              });
            }
          }),
        );
        expect(await platform.superuser.all(selectMiscounted)).toEqual([]);
        for (const who of READER_NUMBERS) await expectConsistency(platform, who);
        await settleAll(platform.backend);
        expect(await platform.superuser.all(selectMiscounted)).toEqual([]);
        for (const who of READER_NUMBERS) await expectConsistency(platform, who);
      } finally {
        await platform.drop();
      }
    }),
    { numRuns: isLong ? 25 : 3, endOnFailure: true },
  );
}, 600_000);

const READER_NUMBERS = Array.from({ length: READERS }, (_, n) => n);
const FIRST_STEPS: Step[] = READER_NUMBERS.flatMap((who) =>
  Array.from({ length: FEEDS - 1 }, (_, n) => ({ kind: 'subscribe' as const, reader: who, feed: n })),
);

// ------------------------------------------------------------------ the model

interface ModelEntry {
  id: number;
  feed: number;
  receivedAt: number;
  isRead: boolean;
  isStarred: boolean;
  isLabelled: boolean;
  isHidden: boolean;
  foldedInto: number | null;
}

interface ModelReader {
  feeds: Set<number>;
  entries: Map<number, ModelEntry>;
  splits: Set<number>;
}

interface Model {
  lastDocuments: Map<number, { id: number; receivedAt: number }[]>;
  /** All that ever came, in the order of its coming. */
  articles: number[];
  /** Articles that tell the same are in the same set; each is in one at most. */
  stories: Set<Set<number>>;
  readers: ModelReader[];
}

function emptyModel(): Model {
  const readers = READER_NUMBERS.map(() => ({
    feeds: new Set<number>(),
    entries: new Map(),
    splits: new Set<number>(),
  }));
  return { lastDocuments: new Map(), articles: [], stories: new Set(), readers };
}

function readerOf(model: Model, who: number) {
  const found = model.readers[who];
  if (!found) throw new Error(`there is no reader ${who}`);
  return found;
}

/** The reader's entries in the order of a list, newest first, those that are folded too. */
function entriesOf(model: Model, who: number): ModelEntry[] {
  return [...readerOf(model, who).entries.values()].toSorted((a, b) => b.receivedAt - a.receivedAt || b.id - a.id);
}

function listOf(model: Model, who: number): ModelEntry[] {
  return entriesOf(model, who).filter(({ foldedInto, isHidden }) => foldedInto === null && !isHidden);
}

function hiddenOf(model: Model, who: number): ModelEntry[] {
  return entriesOf(model, who).filter(({ foldedInto, isHidden }) => foldedInto === null && isHidden);
}

function foldedInto(model: Model, who: number, id: number): ModelEntry[] {
  return entriesOf(model, who)
    .toReversed()
    .filter((entry) => entry.foldedInto === id);
}

/** What takes the place of an entry that leaves its story: what it was, and the others fold into it. */
function inherit(model: Model, who: number, from: ModelEntry): void {
  const orphans = foldedInto(model, who, from.id);
  const heir = orphans.find(({ isStarred }) => isStarred) ?? orphans[0];
  if (!heir) return;
  heir.isRead ||= from.isRead;
  for (const orphan of orphans) orphan.foldedInto = orphan === heir ? null : heir.id;
}

function remove(model: Model, who: number, gone: ModelEntry[]): void {
  const { entries } = readerOf(model, who);
  for (const { id } of gone) entries.delete(id);
  for (const entry of gone) inherit(model, who, entry);
}

/** Folds what a reader has of a story; see fold_stories. */
function fold(model: Model, who: number, story: Set<number>): void {
  const { entries, splits } = readerOf(model, who);
  const held = [...story].flatMap((id) => entries.get(id) ?? []).filter(({ id }) => !splits.has(id));
  const isUnfolded = (entry: ModelEntry) => entry.foldedInto === null;
  const stays = (entry: ModelEntry) => isUnfolded(entry) && isKept(entry);
  const isLead = (entry: ModelEntry) => isUnfolded(entry) && foldedInto(model, who, entry.id).length > 0;
  const places = held.map((entry) => ({
    entry,
    rank: [isLead(entry), entry.isStarred, stays(entry), entry.isHidden, entry.isRead].map((is) => (is ? 0 : 1)),
  }));
  places.sort(({ rank, entry }, other) => {
    const differing = rank.findIndex((value, n) => value !== other.rank[n]);
    if (differing >= 0) return (rank[differing] ?? 0) - (other.rank[differing] ?? 0);
    return entry.receivedAt - other.entry.receivedAt || entry.id - other.entry.id;
  });
  const first = places[0]?.entry;
  if (!first) return;
  const isRead = held.some((entry) => isUnfolded(entry) && !stays(entry) && entry.isRead);
  const folding = held.filter((entry) => entry !== first && !stays(entry));
  first.isRead ||= isRead;
  first.foldedInto = null;
  for (const entry of folding) {
    entry.foldedInto = first.id;
    entry.isHidden = first.isHidden;
  }
}

function storiesOf(model: Model, ids: number[]): Set<number>[] {
  return [...model.stories].filter((story) => ids.some((id) => story.has(id)));
}

function unreadOf(model: Model, who: number): ModelEntry[] {
  return listOf(model, who).filter(({ isRead }) => !isRead);
}

function receive(model: Model, who: number, of: number, articles: { id: number; receivedAt: number }[]): void {
  const { entries } = readerOf(model, who);
  for (const article of articles) {
    if (entries.has(article.id)) continue;
    const state = { isRead: false, isStarred: false, isLabelled: false, isHidden: false, foldedInto: null };
    entries.set(article.id, { ...article, feed: of, ...state });
  }
}

function choicesOf(model: Model, step: Step, list: ModelEntry[]): ModelEntry[] {
  if (step.kind === 'split') return entriesOf(model, step.reader);
  return step.kind === 'change' && step.isOfHidden ? hiddenOf(model, step.reader) : list;
}

/** Takes a step in the database and in the model. */
async function take(platform: Platform, model: Model, step: Step): Promise<void> {
  const list = 'reader' in step ? listOf(model, step.reader) : [];
  const choices = choicesOf(model, step, list);
  const chosen = 'picked' in step ? pick(choices, step.picked) : [];
  const ids = step.kind === 'story' ? pick(model.articles, step.told) : chosen.map(({ id }) => id);
  const answer = await act(platform, step, ids);
  switch (step.kind) {
    case 'story': {
      const joined = storiesOf(model, answer.told);
      for (const story of joined) model.stories.delete(story);
      const story = new Set([...answer.told, ...joined.flatMap((old) => [...old])]);
      model.stories.add(story);
      for (const who of READER_NUMBERS) fold(model, who, story);
      return;
    }
    case 'split':
      for (const entry of chosen) {
        readerOf(model, step.reader).splits.add(entry.id);
        inherit(model, step.reader, entry);
        entry.foldedInto = null;
      }
      return;
    case 'deliver':
      model.articles.push(...answer.delivered.map(({ id }) => id));
      model.lastDocuments.set(step.feed, answer.delivered);
      for (const who of READER_NUMBERS) {
        if (readerOf(model, who).feeds.has(step.feed)) receive(model, who, step.feed, answer.delivered);
      }
      return;
    case 'subscribe':
      if (readerOf(model, step.reader).feeds.has(step.feed)) return;
      readerOf(model, step.reader).feeds.add(step.feed);
      receive(model, step.reader, step.feed, model.lastDocuments.get(step.feed) ?? []);
      for (const story of storiesOf(
        model,
        (model.lastDocuments.get(step.feed) ?? []).map(({ id }) => id),
      )) {
        fold(model, step.reader, story);
      }
      return;
    case 'unsubscribe':
      if (!readerOf(model, step.reader).feeds.delete(step.feed)) return;
      return remove(
        model,
        step.reader,
        entriesOf(model, step.reader).filter((entry) => entry.feed === step.feed && !isKept(entry)),
      );
    case 'change':
      for (const entry of chosen) {
        for (const each of [entry, ...foldedInto(model, step.reader, entry.id)]) {
          each.isRead = step.read ?? each.isRead;
          each.isStarred = step.starred ?? each.isStarred;
          each.isHidden = step.hidden ?? each.isHidden;
        }
        entry.isLabelled = step.labelled ?? entry.isLabelled;
      }
      return;
    case 'mark':
      if (step.feed !== null && !readerOf(model, step.reader).feeds.has(step.feed)) return;
      for (const entry of list) {
        const isInScope = step.feed === null || entry.feed === step.feed;
        if (isInScope && (step.age === null || entry.receivedAt <= platform.timeOf(step.age))) entry.isRead = true;
      }
      return;
    case 'retain': {
      const goes = (e: ModelEntry) => e.receivedAt <= platform.timeOf(RETAINED_DAYS) && !isKept(e);
      // What the reader hid is done with like what was read; what is folded into either goes with it.
      const gone = [...list.filter(({ isRead }) => isRead), ...hiddenOf(model, step.reader)].filter(goes);
      const folded = gone.flatMap(({ id }) => foldedInto(model, step.reader, id)).filter(goes);
      remove(model, step.reader, [...gone, ...folded]);
      collect(model, platform.timeOf(1));
    }
  }
}

/** Of a feed that nobody follows, what nobody holds goes; who follows it next gets it when the feed is asked again. */
function collect(model: Model, receivedBefore: number): void {
  for (const [of, articles] of model.lastDocuments) {
    if (model.readers.some(({ feeds }) => feeds.has(of))) continue;
    const isHeld = (id: number) => model.readers.some(({ entries }) => entries.has(id));
    const left = articles.filter(({ id, receivedAt }) => receivedAt >= receivedBefore || isHeld(id));
    model.lastDocuments.set(of, left);
  }
}

function isKept(entry: ModelEntry): boolean {
  return entry.isStarred || entry.isLabelled;
}

function pick<T>(list: T[], places: number[]): T[] {
  return list.length === 0
    ? []
    : [...new Set(places.map((place) => place % list.length))].flatMap((n) => list[n] ?? []);
}

async function expectTruth(platform: Platform, model: Model, who: number): Promise<void> {
  const entries = listOf(model, who);
  const ids = (list: ModelEntry[]) => list.map(({ id }) => String(id));
  for (const [query, expected] of [
    [{ view: 'all' }, entries],
    [{ view: 'unread' }, unreadOf(model, who)],
    [{ view: 'unread', order: 'oldest' }, unreadOf(model, who).toReversed()],
    [{ view: 'read' }, entries.filter(({ isRead }) => isRead)],
    [{ view: 'starred' }, entries.filter(({ isStarred }) => isStarred)],
    [{ view: 'hidden' }, hiddenOf(model, who)],
    [{ view: 'hidden', order: 'oldest' }, hiddenOf(model, who).toReversed()],
    [{ label: LABEL }, entries.filter(({ isLabelled }) => isLabelled)],
  ] as [Record<string, string>, ModelEntry[]][]) {
    expect(
      (await platform.list(who, query)).map(({ id }) => id),
      JSON.stringify(query),
    ).toEqual(ids(expected));
  }
  const hidden = await platform.list(who, { view: 'hidden' });
  expect(hidden.map(({ read }) => read)).toEqual(hiddenOf(model, who).map(({ isRead }) => isRead));
  const all = await platform.list(who, { view: 'all' });
  expect(all.map(({ alsoIn }) => alsoIn.map(({ id }) => id))).toEqual(
    entries.map(({ id }) => ids(foldedInto(model, who, id))),
  );
  expect(all.filter(({ read }) => !read).map(({ id }) => id)).toEqual(ids(unreadOf(model, who)));
  const counters = await platform.counters(who);
  expect(counters).toMatchObject({
    unread: unreadOf(model, who).length,
    starred: entries.filter(({ isStarred }) => isStarred).length,
  });
  const byFeed = [...readerOf(model, who).feeds].map((n) => unreadOf(model, who).filter((e) => e.feed === n).length);
  expect(Object.values(counters.bySubscription).toSorted()).toEqual(byFeed.toSorted());
}

/** Where several write at once no model knows the order; lists and counters must still say the same. */
async function expectConsistency(platform: Platform, who: number): Promise<void> {
  const counters = await platform.counters(who);
  const all = await platform.list(who, { view: 'all' });
  const unread = await platform.list(who, { view: 'unread' });
  expect(unread.map(({ id }) => id)).toEqual(all.filter(({ read }) => !read).map(({ id }) => id));
  expect(counters.unread).toBe(unread.length);
  expect(counters.starred).toBe((await platform.list(who, { view: 'starred' })).length);
}

// ------------------------------------------------------------------ the database

interface Platform {
  superuser: Database;
  backend: Database;
  worker: Database;
  readers: Reader[];
  feedIds: number[];
  asReader: ReturnType<typeof createAsReader>;
  /** The time so many days before this run. */
  timeOf(ageDays: number): number;
  call(name: string, who: number, input: { query?: unknown; body?: unknown; params?: unknown }): Promise<unknown>;
  list(who: number, query: Record<string, string>): Promise<Entry[]>;
  counters(who: number): Promise<Counters>;
  drop: TestDatabase['drop'];
}

const lockSettling = statement('counting_lock', 'select pg_advisory_xact_lock(7204652, id) from readers');
const selectRevision = statement<{ revision: number }>(
  'counting_revision',
  'select max(revision) as revision from readers',
);
/** `is_covered` as it is, but it waits where the session says so. */
const PAUSING_COVER = `
  create or replace function is_covered(revision bigint, received_at timestamptz, read_through bigint, read_before timestamptz)
    returns boolean language plpgsql immutable
  as $$
  begin
    if current_setting('test.pauses', true) = 'yes' then
      perform pg_advisory_xact_lock_shared(1);
    end if;
    return revision <= read_through and received_at < read_before;
  end
  $$`;
const lockPause = statement('counting_pause', 'select pg_advisory_xact_lock(1)');
const selectPaused = statement(
  'counting_paused',
  `select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`,
);
const selectMiscounted = statement('counting_miscounted', 'select * from miscounted()');
const ensureFeed = statement<{ id: number }>(
  'counting_feed',
  `select ensure_feed($1, 'feed.example', null, null) as id`,
);

async function openPlatform(): Promise<Platform> {
  const database = await createTestDatabase();
  const superuser = database.superuser('alt');
  const backend = database.connectAs('alt_backend');
  const asReader = createAsReader(backend);
  const startedAt = Date.now();
  const routes = entryRoutes({
    asReader,
    database: backend,
    images: createImageAddresses('x'.repeat(32)),
    findRelated: async () => ({ related: [], relatedState: 'ready' }),
    findListed: () => Promise.reject(new Error('nothing is sought')),
    onMarked() {},
  });
  const readers = READER_NUMBERS.map(makeReader);
  const feedIds: number[] = [];
  for (let n = 0; n < FEEDS; n += 1) {
    feedIds.push((await superuser.one(ensureFeed, [`https://feed.example/${n}`]))?.id ?? 0);
  }
  const call: Platform['call'] = async (name, who, { query = {}, body, params }) => {
    const route = routes.find(({ endpoint }) => endpoint.name === name);
    if (!route) throw new Error(`there is no endpoint ${name}`);
    const { endpoint, handle } = route;
    return handle({
      query: endpoint.query?.parse(query),
      body: endpoint.body?.parse(body),
      params: endpoint.params?.parse(params),
      reader: readers[who],
    } as RouteContext);
  };
  return {
    superuser,
    backend,
    worker: database.connectAs('pre_processor'),
    readers,
    feedIds,
    asReader,
    call,
    timeOf: (age) => startedAt - age * DAY_MS,
    list: async (who, query) =>
      ((await call('listEntries', who, { query: { limit: 200, ...query } })) as { items: Entry[] }).items,
    counters: async (who) => (await call('readCounters', who, {})) as Counters,
    drop: () => database.drop(),
  };
}

function makeReader(who: number): Reader {
  const id = `018f0000-0000-7000-8000-00000000000${who + 1}`;
  return {
    userId: id,
    tenantId: id,
    role: 'owner',
    email: '',
    name: '',
    sessionId: null,
    keyId: null,
    csrfToken: null,
    provedAt: null,
    isSuspended: false,
    ownsInstance: false,
    scope: 'full',
  };
}

const callTouch = statement('counting_touch', 'select touch_articles($1)');
const callRetain = statement<{ removed: number }>('counting_retain', 'select retain(1000) as removed');
const callCollect = statement('counting_collect', 'select collect_garbage(0, 1000)');

/** Takes a step in the database alone; `ids` are the entries it picks, by default the first of the reader's list. */
async function act(platform: Platform, step: Step, ids?: number[]) {
  const who = 'reader' in step ? platform.readers[step.reader] : undefined;
  const feedId = 'feed' in step && step.feed !== null ? (platform.feedIds[step.feed] ?? 0) : 0;
  const chosen = async () =>
    ids ??
    pick(await platform.list('reader' in step ? step.reader : 0, {}), 'picked' in step ? step.picked : []).map(
      ({ id }) => Number(id),
    );
  let delivered: { id: number; receivedAt: number }[] = [];
  let told: number[] = [];
  if (step.kind === 'story') told = await tell(platform, ids ?? step.told);
  if (step.kind === 'deliver') delivered = await deliver(platform, feedId, step.ages);
  if (step.kind === 'settle') {
    const settled = await settleNext(platform.backend, step.batch);
    if (settled?.isDone) await settleFinish(platform.backend);
  }
  if (step.kind === 'touch') await platform.worker.run(callTouch, [await chosen()]);
  if (!who || !('reader' in step)) return { delivered, told };
  const retry = { retry: true };
  if (step.kind === 'subscribe') await platform.asReader(who, (tx) => subscribe(tx, [feedId], [null]), retry);
  if (step.kind === 'unsubscribe') {
    const id = await subscriptionOf(platform, who, feedId);
    if (id !== null) await platform.asReader(who, (tx) => unsubscribe(tx, id), retry);
  }
  if (step.kind === 'change') {
    const numbers = await chosen();
    const { read, starred, hidden, labelled } = step;
    const labels = labelled === undefined ? {} : labelled ? { addLabels: [LABEL] } : { removeLabels: [LABEL] };
    const body = { ids: numbers.map(String), ...withoutUndefined({ read, starred, hidden }), ...labels };
    if (numbers.length > 0) await platform.call('updateEntries', step.reader, { body });
  }
  if (step.kind === 'split') {
    for (const id of await chosen()) {
      await platform.call('splitEntry', step.reader, { params: { id: String(id) } });
    }
  }
  if (step.kind === 'mark') {
    const id = step.feed === null ? undefined : await subscriptionOf(platform, who, feedId);
    if (id === null) return { delivered, told };
    const before = step.age === null ? undefined : new Date(platform.timeOf(step.age)).toISOString();
    const body = withoutUndefined({ subscriptionId: id === undefined ? undefined : String(id), before });
    await platform.call('markRead', step.reader, { body });
  }
  if (step.kind === 'retain') {
    await settleAll(platform.backend);
    const retention = { readDays: RETAINED_DAYS, unreadDays: null };
    await platform.asReader(who, (tx, readerId) => writeSettings(tx, readerId, { retention }, null));
    await platform.backend.one(callRetain);
    await platform.backend.one(callCollect);
    const never = { readDays: null, unreadDays: null };
    await platform.asReader(who, (tx, readerId) => writeSettings(tx, readerId, { retention: never }, null));
  }
  return { delivered, told };
}

function withoutUndefined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));
}

const selectSubscription = statement<{ id: number }>(
  'counting_subscription',
  'select id from subscriptions where reader_id = $1 and feed_id = $2',
);

async function subscriptionOf(platform: Platform, who: Reader, feedId: number): Promise<number | null> {
  return platform.asReader(who, async (tx, readerId) => {
    const row = await tx.one(selectSubscription, [readerId, feedId]);
    return row ? ((await findSubscription(tx, readerId, row.id))?.id ?? null) : null;
  });
}

const insertArticles = statement<{ id: number; receivedAt: Date }>(
  'counting_articles',
  `with block as materialized (select allocate_article_ids(cardinality($2::timestamptz[])) as first)
   insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
     select first + n - 1, $1, int8send(first + n), 'Title', '', at, at, ''
     from block, unnest($2::timestamptz[]) with ordinality as given (at, n)
   returning id, received_at as "receivedAt"`,
);
const writeDocument = statement(
  'counting_document',
  `insert into feed_documents (feed_id, article_ids) values ($1, $2)
   on conflict (feed_id) do update set article_ids = excluded.article_ids`,
);
const callDeliver = statement('counting_deliver', `select deliver_all($1, '{}')`);

/** New articles of a feed, received so many days ago, as a poll stores them. */
async function deliver(platform: Platform, feedId: number, ages: number[]) {
  const times = ages.map((age) => new Date(platform.timeOf(age)));
  return platform.worker.transaction(async (tx) => {
    const rows = await tx.all(insertArticles, [feedId, times]);
    const ids = rows.map(({ id }) => id);
    await tx.run(writeDocument, [feedId, ids]);
    await tx.run(callDeliver, [ids]);
    return rows.map(({ id, receivedAt }) => ({ id, receivedAt: receivedAt.getTime() }));
  });
}

const lockStories = statement('counting_stories_lock', 'select pg_advisory_xact_lock(2)');
const selectTold = statement<{ id: number; clusterId: number | null }>(
  'counting_told',
  `select a.id, m.cluster_id as "clusterId" from unnest($1::bigint[]) as w (id) join articles a on a.id = w.id
   left join cluster_members m on m.article_id = a.id for key share of a`,
);
const selectSome = statement<{ id: number }>('counting_some', 'select id from articles order by id limit 41');
const insertCluster = statement<{ id: number }>(
  'counting_cluster',
  'insert into clusters (first_at) values (now()) returning id',
);
const joinCluster = statement(
  'counting_join',
  `with held as materialized (
     select a.id from cluster_members m join articles a on a.id = m.article_id where m.cluster_id = any($3)
     for key share of a
   )
   insert into cluster_members (article_id, cluster_id, reason)
     select id, $1::bigint, 'text' from held
     union select id, $1::bigint, 'text' from unnest($2::bigint[]) as w (id)
   on conflict (article_id) do update set cluster_id = excluded.cluster_id`,
);
const callFoldSoon = statement('counting_fold_soon', 'select fold_soon(array[$1::bigint])');
const callFoldNext = statement<{ folded: number | null }>('counting_fold_next', 'select fold_next(1) as folded');

/** Lets articles tell one story, as pre-processor finds them; answers those that are still there. */
async function tell(platform: Platform, places: number[]): Promise<number[]> {
  const all = (await platform.superuser.all(selectSome)).map(({ id }) => id);
  const wanted = places.every((place) => place <= 40) ? pick(all, places) : places;
  const told = await platform.worker.transaction(async (tx) => {
    await tx.run(lockStories);
    const found = await tx.all(selectTold, [wanted]);
    if (found.length === 0) return [];
    const id = (await tx.one(insertCluster))?.id ?? 0;
    await tx.run(joinCluster, [id, found.map((row) => row.id), found.flatMap((row) => row.clusterId ?? [])]);
    await tx.run(callFoldSoon, [id]);
    return found.map((row) => row.id);
  });
  while ((await platform.worker.one(callFoldNext))?.folded !== null);
  return told;
}
