import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { createLogger } from '@alt/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pruneKeys } from '../store/clusters.ts';
import { until } from '../testing.ts';
import { englishEvents } from './labelled/events-en.ts';
import { series, untitledSeries } from './labelled/series.ts';
import { startClusterStage } from './stage.ts';

let database: TestDatabase;
let rows: Database;
let role: Database;
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  database = await createTestDatabase();
  rows = database.superuser('alt');
  role = database.connectAs('pre_processor');
  stops = [];
});
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  expect(await rows.all(selectMiscounted)).toEqual([]);
  await database.drop();
});

const [bridge] = englishEvents;
if (!bridge) throw new Error('there are no events');
const TEXT = bridge.sentences.join(' ');
const COPY = { title: bridge.otherTitle, text: bridge.sentences.slice(0, 4).join(' ') };

test('of copies in three feeds a reader sees one, the one that came first', async () => {
  const feeds = await follow(['one', 'two', 'three']);
  const first = await store(feeds.one, { title: bridge.title, text: TEXT });
  const second = await store(feeds.two, COPY);
  const third = await store(feeds.three, { title: bridge.title, text: TEXT, afterHours: 2 });
  await work();
  expect(await folded()).toEqual([
    { id: first, into: null },
    { id: second, into: first },
    { id: third, into: first },
  ]);
  expect(await rows.all(selectUnread)).toEqual([
    { name: 'one', unread: 1 },
    { name: 'three', unread: 0 },
    { name: 'two', unread: 0 },
  ]);
});

test('a copy that comes later joins, and raises the revision of readers for whom something changed', async () => {
  const feeds = await follow(['one', 'two']);
  const first = await store(feeds.one, { title: bridge.title, text: TEXT });
  await work();
  const before = await rows.one(selectRevision);
  const second = await store(feeds.two, COPY);
  await work();
  expect(await folded()).toEqual([
    { id: first, into: null },
    { id: second, into: first },
  ]);
  const after = await rows.one(selectRevision);
  expect(after?.revision).toBeGreaterThan((before?.revision ?? 0) + 1);
});

test('private feeds and public ones never meet, not even two private feeds of one tenant', async () => {
  const [own, other] = ['00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-0000000000b1'];
  const feeds = await follow(['public', 'private', 'second'], { tenants: [null, own, own] });
  const foreign = await follow(['foreign'], { reader: 2, tenants: [other] });
  for (const feedId of [feeds.public, feeds.private, feeds.second, foreign.foreign]) {
    await store(feedId, { title: bridge.title, text: TEXT, url: bridge.address });
  }
  await work();
  expect((await folded()).every(({ into }) => into === null)).toBe(true);
  expect(await rows.all(selectKeyFeeds)).toEqual([{ name: 'public' }]);
  expect(await rows.all(selectMembers)).toEqual([]);
});

test('what one feed tells twice stays two, also beside a copy in another feed', async () => {
  const feeds = await follow(['one', 'two']);
  const first = await store(feeds.one, { title: bridge.title, text: TEXT });
  const again = await store(feeds.one, { title: bridge.title, text: TEXT, afterHours: 5 });
  const copy = await store(feeds.two, { title: bridge.title, text: TEXT, afterHours: 1 });
  await work();
  const into = new Map((await folded()).map((row) => [row.id, row.into]));
  expect([into.get(first), into.get(again)]).toEqual([null, null]);
  expect([first, again]).toContain(into.get(copy));
});

test('an address that a feed gives several articles shows nothing', async () => {
  const feeds = await follow(['one', 'two']);
  const url = 'https://quillbase.example/changelog';
  const [notes] = series;
  for (const [n, issue] of (notes?.issues ?? []).entries()) {
    await store(feeds.one, { ...issue, url, afterHours: n });
    await store(feeds.two, { title: `Note ${n + 70}`, text: 'See there', url, afterHours: n });
  }
  await work();
  expect((await folded()).every(({ into }) => into === null)).toBe(true);
});

test('two feeds with the same column show each issue of it', async () => {
  const feeds = await follow(['one', 'two']);
  const [column] = untitledSeries;
  const ids: number[][] = [];
  for (const [n, issue] of (column?.issues ?? []).entries()) {
    const url = `https://column.example/${n}`;
    ids.push([
      await store(feeds.one, { ...issue, url, afterHours: n * 20 }),
      await store(feeds.two, { ...issue, url, afterHours: n * 20 + 1 }),
    ]);
    await work();
  }
  const into = new Map((await folded()).map((row) => [row.id, row.into]));
  expect(ids.map(([first = 0, second = 0]) => [into.get(first), into.get(second)])).toEqual(
    ids.map(([first = 0]) => [null, first]),
  );
});

test('the same address in two feeds is the same page, whatever they say of it', async () => {
  const feeds = await follow(['one', 'two']);
  const first = await store(feeds.one, { title: bridge.title, text: TEXT, url: bridge.address });
  const link = { title: 'Cracks in the cables of a bridge', text: 'Comments', url: `${bridge.address}?utm_source=x` };
  const second = await store(feeds.two, link);
  await work();
  expect(await folded()).toEqual([
    { id: first, into: null },
    { id: second, into: first },
  ]);
});

test('two processes that work at the same time find what one would', async () => {
  const feeds = await follow(['one', 'two', 'three']);
  for (const event of englishEvents) {
    for (const feedId of [feeds.one, feeds.two, feeds.three]) {
      await store(feedId, { title: event.title, text: event.sentences.join(' ') });
    }
  }
  await work(2);
  const clusters = Map.groupBy(await rows.all(selectMembers), ({ clusterId }) => clusterId);
  expect([...clusters.values()].map(({ length }) => length)).toEqual(englishEvents.map(() => 3));
  expect((await folded()).filter(({ into }) => into === null)).toHaveLength(englishEvents.length);
});

test('readers are folded in batches, also those who get their entries late', async () => {
  const feeds = await follow(['one', 'two']);
  await rows.run(insertReaders, [1_100]);
  await rows.script('analyze entries');
  await store(feeds.one, { title: bridge.title, text: TEXT });
  await store(feeds.two, COPY);
  await work();
  while ((await role.one(deliverNext))?.didWork);
  while ((await role.one(foldNext))?.folded !== null);
  const states = await rows.all(selectStates);
  expect(states).toEqual([
    { isFolded: false, count: 1_101 },
    { isFolded: true, count: 1_101 },
  ]);
});

test('who subscribes later sees one of what they have', async () => {
  const feeds = await follow(['one', 'two']);
  await store(feeds.one, { title: bridge.title, text: TEXT });
  await store(feeds.two, COPY);
  await work();
  await follow(['one', 'two'], { reader: 2 });
  expect(await rows.all(selectStates)).toEqual([
    { isFolded: false, count: 2 },
    { isFolded: true, count: 2 },
  ]);
});

test('an edit that makes a copy is noticed, and old keys are forgotten', async () => {
  const feeds = await follow(['one', 'two']);
  const first = await store(feeds.one, { title: bridge.title, text: TEXT });
  const second = await store(feeds.two, { title: 'Soon more', text: 'We are looking into it.' });
  await work();
  expect(await rows.all(selectMembers)).toEqual([]);
  await rows.run(editArticle, [second, COPY.title, COPY.text]);
  await work();
  expect((await rows.all(selectMembers)).map(({ articleId }) => articleId)).toEqual([first, second]);
  const kept = (await rows.one(countKeys))?.count ?? 0;
  expect(await pruneKeys(role, 14)).toBe(0);
  expect(await pruneKeys(role, -1)).toBe(kept);
});

const [, other] = englishEvents;

test('an edit that makes another story of an article takes it out, and both are seen', async () => {
  const feeds = await follow(['one', 'two', 'three']);
  const first = await store(feeds.one, { title: bridge.title, text: TEXT });
  const second = await store(feeds.two, COPY);
  await store(feeds.three, { title: bridge.title, text: TEXT });
  await work();
  expect((await folded()).map(({ into }) => into)).toEqual([null, first, first]);
  await rows.run(editArticle, [second, other?.title, other?.sentences.join(' ')]);
  await work();
  expect((await folded()).map(({ into }) => into)).toEqual([null, null, first]);
  expect((await rows.all(selectUnread)).map(({ unread }) => unread)).toEqual([1, 0, 1]);
  await rows.run(editArticle, [second, COPY.title, COPY.text]);
  await work();
  expect((await folded()).map(({ into }) => into)).toEqual([null, first, first]);
});

test('when the one that stands for the others leaves, another one stands for them, and what a reader split stays so', async () => {
  const feeds = await follow(['one', 'two', 'three', 'four']);
  const first = await store(feeds.one, { title: bridge.title, text: TEXT });
  const second = await store(feeds.two, COPY);
  const third = await store(feeds.three, { title: bridge.title, text: TEXT });
  const fourth = await store(feeds.four, { title: bridge.title, text: TEXT });
  await work();
  const reader = {
    userId: '00000000-0000-7000-8000-000000000001',
    tenantId: '00000000-0000-7000-8000-0000000000a1',
  };
  await database.connectAs('alt_backend').asReader(reader, (tx) => tx.one(splitEntry, [third]));
  await rows.run(editArticle, [first, other?.title, other?.sentences.join(' ')]);
  await work();
  expect(await folded()).toEqual([
    { id: first, into: null },
    { id: second, into: null },
    { id: third, into: null },
    { id: fourth, into: second },
  ]);
});

test('an edit can take an article from one story to another', async () => {
  const feeds = await follow(['one', 'two', 'three']);
  const text = other?.sentences.join(' ') ?? '';
  const first = await store(feeds.one, { title: bridge.title, text: TEXT });
  const second = await store(feeds.two, COPY);
  const third = await store(feeds.three, { title: other?.title ?? '', text });
  await work();
  expect((await folded()).map(({ into }) => into)).toEqual([null, first, null]);
  await rows.run(editArticle, [second, other?.title, text]);
  await work();
  const into = new Map((await folded()).map((row) => [row.id, row.into]));
  expect(into.get(first)).toBeNull();
  expect([into.get(second), into.get(third)].sort()).toEqual([second, null].sort());
});

// ------------------------------------------------------------------ the platform

/** Lets processes work until nothing waits; answers when all is folded. */
async function work(processes = 1): Promise<void> {
  const signal = new AbortController().signal;
  const running = await Promise.all(
    Array.from({ length: processes }, (_, n) =>
      startClusterStage({
        database: role,
        log: createLogger('silent'),
        worker: `test-${n}`,
        signal,
        listen: async () => async () => {},
      }),
    ),
  );
  stops.push(...running.map(({ stop }) => stop));
  await until(async () => (await rows.one(countWaiting))?.count === 0);
  await Promise.all(running.map(({ stop }) => stop()));
  stops.length = 0;
}

interface Draft {
  title: string;
  text: string;
  url?: string;
  afterHours?: number;
}

/** Stores an article as a poll does, and delivers it. */
async function store(feedId: number | undefined, draft: Draft): Promise<number> {
  const { title, text, url = null, afterHours = 0 } = draft;
  return role.transaction(async (tx) => {
    const row = await tx.one(insertArticle, [feedId, title, text, url, afterHours]);
    if (!row) throw new Error('no article was stored');
    await tx.run(deliverAll, [[row.id]]);
    return row.id;
  });
}

/** Lets a reader follow feeds of these names; answers their ids. */
async function follow<Name extends string>(
  names: Name[],
  { reader = 1, tenants = [] }: { reader?: number; tenants?: (string | null)[] } = {},
): Promise<Record<Name, number>> {
  const tenantId = tenants.find((tenant) => tenant) ?? `00000000-0000-7000-8000-0000000000a${reader}`;
  const backend = database.connectAs('alt_backend');
  const person = { userId: `00000000-0000-7000-8000-00000000000${reader}`, tenantId };
  const ids: Partial<Record<Name, number>> = {};
  await backend.asReader(person, (tx) => tx.one(ensureReader));
  for (const [n, name] of names.entries()) {
    ids[name] = (await backend.one(ensureFeed, [`https://${name}.example/feed`, tenants[n] ?? null, name]))?.id ?? 0;
  }
  await backend.asReader(person, (tx) => tx.all(subscribe, [Object.values(ids)]));
  return ids as Record<Name, number>;
}

const ensureReader = statement('clusters_reader', 'select ensure_reader()');
const ensureFeed = statement<{ id: number }>(
  'clusters_feed',
  `select ensure_feed($1, 'one.example', $2::uuid, null, $3) as id`,
);
const subscribe = statement('clusters_subscribe', 'select subscribe($1, null)');
const insertArticle = statement<{ id: number }>(
  'clusters_article',
  `with article as (
     insert into articles (id, feed_id, identity, url, title, excerpt, language, received_at, sort_at, content_hash)
       select id, $1, int8send(id), $4, $2, '', 'en', now(), now() + make_interval(hours => $5), int8send(id)
       from allocate_article_ids(1) as id returning id, content_hash
   ), content as (
     insert into article_contents (article_id, content_html, text) select id, '', $3 from article
   ), document as (
     insert into feed_documents (feed_id, article_ids) select $1, array[id] from article
     on conflict (feed_id) do update set article_ids = feed_documents.article_ids || excluded.article_ids
   ), stage as (
     insert into article_stages (article_id, stage, content_hash) select id, 'cluster', content_hash from article
   )
   select id from article`,
);
const deliverAll = statement('clusters_deliver', `select deliver_all($1, '{}')`);
const deliverNext = statement<{ didWork: boolean }>('clusters_deliver_next', 'select deliver_next(300) as "didWork"');
const foldNext = statement<{ folded: number | null }>('clusters_fold_next', 'select fold_next(100) as folded');
const editArticle = statement(
  'clusters_edit',
  `with content as (update article_contents set text = $3 where article_id = $1),
   stage as (update article_stages set state = 'waiting', content_hash = convert_to($3, 'utf8') where article_id = $1)
   update articles set title = $2, content_hash = convert_to($3, 'utf8') where id = $1`,
);
const insertReaders = statement(
  'clusters_readers',
  `with made as (
     insert into readers (user_id, tenant_id) select uuidv7(), '00000000-0000-7000-8000-0000000000a1' from generate_series(1, $1)
     returning id
   ), counting as (
     insert into counters (reader_id, feed_id) select made.id, f.id from made cross join feeds f
   )
   insert into subscriptions (reader_id, feed_id) select made.id, f.id from made cross join feeds f`,
);
const splitEntry = statement('clusters_split', 'select split_entry($1)');
const countWaiting = statement<{ count: number }>(
  'clusters_waiting',
  `select ((select count(*) from article_stages where stage = 'cluster' and state in ('waiting', 'claimed'))
     + (select count(*) from foldings))::int as count`,
);
const countKeys = statement<{ count: number }>('clusters_keys', 'select count(*)::int as count from article_keys');
const selectFolded = statement<{ id: number; into: number | null }>(
  'clusters_folded',
  `select article_id as id, folded_into as "into" from entries order by article_id, reader_id`,
);
const folded = () => rows.all(selectFolded);
const selectMembers = statement<{ articleId: number; clusterId: number }>(
  'clusters_members',
  'select article_id as "articleId", cluster_id as "clusterId" from cluster_members order by article_id',
);
const selectKeyFeeds = statement<{ name: string }>(
  'clusters_key_feeds',
  `select distinct f.title as name from article_keys k join articles a on a.id = k.article_id
   join feeds f on f.id = a.feed_id order by 1`,
);
const selectStates = statement<{ isFolded: boolean; count: number }>(
  'clusters_states',
  `select folded_into is not null as "isFolded", count(*)::int as count from entries group by 1 order by 1`,
);
const selectUnread = statement<{ name: string; unread: number }>(
  'clusters_unread',
  'select f.title as name, c.unread from counters c join feeds f on f.id = c.feed_id order by 1',
);
const selectRevision = statement<{ revision: number }>(
  'clusters_revision',
  'select max(revision) as revision from readers',
);
const selectMiscounted = statement('clusters_miscounted', 'select * from miscounted()');
