import { type Counters, type Folder, type Role, type Subscription, updateEntries } from '@alt/contracts';
import { statement } from '@alt/database';
import { type Reader, route } from '@alt/service-kit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { computeCounters } from './counters.ts';
import { folderRoutes } from './folders.ts';
import { labelRoutes } from './labels.ts';
import { settleAll } from './marking.ts';
import { savedSearchRoutes } from './search/saved-searches.ts';
import { changedEntries, readRevisions } from './store/changes.ts';
import { changeEntries } from './stories.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { makeReader, openBackend, standIn, type TestBackend, type TestClient } from './testing.ts';

const TENANT = '018f0000-0000-7000-8000-0000000000aa';
const OTHER_TENANT = '018f0000-0000-7000-8000-0000000000bb';

const member = (digit: number, role: Role = 'member', tenantId = TENANT): Reader => ({
  ...makeReader(digit),
  tenantId,
  role,
});
const ada = member(1, 'admin');
const bo = member(2);
const cyd = member(3, 'reader');
const eve = member(4, 'owner', OTHER_TENANT);

let backend: TestBackend;
let client: TestClient;
let feedId = 0;

beforeAll(async () => {
  backend = await openBackend();
  const preProcessor = standIn(() => ({ feedId }));
  const { asReader } = backend;
  client = backend.serve([
    ...folderRoutes(asReader),
    ...subscriptionRoutes(asReader, preProcessor),
    ...labelRoutes(asReader),
    ...savedSearchRoutes({ asReader, searchIndexer: standIn(() => ({})), present: async () => [] }),
    route(updateEntries, ({ body, reader }) =>
      asReader(reader, (tx, id) => changeEntries(tx, reader, id, body), { retry: true }),
    ),
  ]);
});

afterAll(() => backend.drop());

beforeEach(async () => {
  await backend.superuser.script(
    'truncate labels, saved_searches, subscriptions, subscription_folders, folders, entries, counters, articles, feeds restart identity cascade; update tenants set limits = default',
  );
  for (const reader of [ada, bo, cyd, eve]) await backend.asReader(reader, async () => undefined);
  feedId = await makeFeedWithArticles('paper', 3);
});

/** A feed whose last document has so many articles, as a poll leaves it. */
async function makeFeedWithArticles(name: string, count: number): Promise<number> {
  const id = await backend.makeFeed(name);
  const articles: number[] = [];
  for (let index = 0; index < count; index += 1)
    articles.push(await backend.makeArticle(id, { title: `${name} ${index}` }));
  await backend.superuser.run(insertDocument, [id, articles]);
  return id;
}

const insertDocument = statement(
  'test_document',
  `insert into feed_documents (feed_id, article_ids) values ($1, $2::bigint[])`,
);

async function send<Answer>(method: string, path: string, as: Reader, body?: unknown) {
  const response = await client(method, path, { as, body });
  const text = await response.text();
  return { status: response.status, json: (text ? JSON.parse(text) : null) as Answer };
}

const makeFolder = async (as: Reader, body: { name: string; parentId?: string; isShared?: boolean }) =>
  (await send<Folder>('POST', '/v1/folders', as, body)).json;
const follow = (as: Reader, folderIds: string[]) =>
  send<Subscription & { code?: string; detail?: string }>('POST', '/v1/subscriptions', as, {
    url: 'https://paper.example/feed',
    folderIds,
  });
const subscriptionsOf = async (as: Reader) =>
  (await send<{ items: Subscription[] }>('GET', '/v1/subscriptions', as)).json.items;
const foldersOf = async (as: Reader) => (await send<{ items: Folder[] }>('GET', '/v1/folders', as)).json.items;
const countersOf = (as: Reader): Promise<Counters> => backend.asReader(as, computeCounters);

test('a feed added to a shared folder arrives for everybody of the tenant, and for nobody else', async () => {
  const folder = await makeFolder(bo, { name: 'Press', isShared: true });
  expect(folder).toMatchObject({ isShared: true, isLeft: false });
  expect((await follow(bo, [folder.id])).status).toBe(201);
  for (const reader of [ada, bo, cyd]) {
    expect(await foldersOf(reader)).toMatchObject([{ id: folder.id, name: 'Press', isShared: true }]);
    expect(await subscriptionsOf(reader)).toMatchObject([
      { folderIds: [folder.id], unreadCount: 3, isShared: reader !== bo },
    ]);
    expect((await countersOf(reader)).byFolder).toEqual({ [folder.id]: 3 });
  }
  expect(await foldersOf(eve)).toEqual([]);
  expect(await subscriptionsOf(eve)).toEqual([]);
});

test('everybody reads it for themselves', async () => {
  const folder = await makeFolder(bo, { name: 'Press', isShared: true });
  await follow(bo, [folder.id]);
  await backend.asReader(ada, (tx) =>
    tx.script('update counters set read_through = 1000, unread = 0, is_settled = false'),
  );
  await settleAll(backend.database);
  expect((await countersOf(ada)).unread).toBe(0);
  expect((await countersOf(bo)).unread).toBe(3);
});

test('who joins later finds what is shared', async () => {
  const folder = await makeFolder(bo, { name: 'Press', isShared: true });
  await follow(bo, [folder.id]);
  const dan = member(5);
  expect(await subscriptionsOf(dan)).toMatchObject([{ folderIds: [folder.id], unreadCount: 3, isShared: true }]);
});

test('who comes back within the days of grace finds what was shared meanwhile', async () => {
  await backend.superuser.script(
    `update readers set purge_after = now() + interval '1 day' where user_id = '${cyd.userId}'`,
  );
  const folder = await makeFolder(bo, { name: 'Press', isShared: true });
  await follow(bo, [folder.id]);
  expect(await subscriptionsOf(cyd)).toEqual([]);
  await backend.superuser.script(`update readers set purge_after = null where user_id = '${cyd.userId}'`);
  expect(await subscriptionsOf(cyd)).toMatchObject([{ folderIds: [folder.id] }]);
});

test('a feed in a shared folder that all have left stays for who joins; what no folder and nobody holds goes', async () => {
  const press = await makeFolder(bo, { name: 'Press', isShared: true });
  await follow(bo, [press.id]);
  for (const reader of [ada, bo, cyd]) await send('POST', `/v1/folders/${press.id}/leave`, reader);
  const [own] = await subscriptionsOf(bo);
  expect((await send('DELETE', `/v1/subscriptions/${own?.id}`, bo)).status).toBe(204);
  for (const reader of [ada, bo, cyd]) expect(await subscriptionsOf(reader)).toEqual([]);
  await backend.makeFeed('nobodys');
  const collected = async () => {
    await backend.superuser.script(`update feeds set created_at = now() - interval '2 days';
      update articles set received_at = now() - interval '2 days'`);
    await backend.superuser.script('select collect_garbage(0, 1000)');
    await backend.superuser.script(`select collect_garbage(${Number.MAX_SAFE_INTEGER}, 1000)`);
    return (await backend.superuser.all(listFeeds)).map(({ title }) => title);
  };
  expect(await collected()).toEqual(['paper']);
  expect(await subscriptionsOf(member(6))).toMatchObject([{ folderIds: [press.id], isShared: true }]);
  const back = await send('POST', `/v1/folders/${press.id}/rejoin`, cyd);
  expect([back.status, await subscriptionsOf(cyd)]).toMatchObject([200, [{ folderIds: [press.id] }]]);

  // A tenant that goes holds nothing: it waits for its feeds to go.
  await backend.superuser.script(`delete from subscriptions; delete from entries; update feeds set subscriber_count = 0;
    update tenants set purge_after = now() - interval '1 minute' where id = '${TENANT}'`);
  expect(await collected()).toEqual([]);
  await backend.superuser.script(`update tenants set purge_after = null where id = '${TENANT}'`);
});

const listFeeds = statement<{ title: string }>('test_feeds', 'select title from feeds order by title');

test('a feed taken out goes from those who had it only there; who followed it or put it elsewhere keeps it', async () => {
  const folder = await makeFolder(bo, { name: 'Press', isShared: true });
  const { json: own } = await follow(bo, [folder.id]);
  const mine = await makeFolder(cyd, { name: 'Mine' });
  const [arrived] = await subscriptionsOf(cyd);
  const placed = await send<Subscription>('PATCH', `/v1/subscriptions/${arrived?.id}`, cyd, {
    folderIds: [folder.id, mine.id],
  });
  expect(placed).toMatchObject({ status: 200, json: { folderIds: [folder.id, mine.id] } });
  expect((await send('PATCH', `/v1/subscriptions/${own.id}`, bo, { folderIds: [] })).status).toBe(200);
  expect(await subscriptionsOf(ada)).toEqual([]);
  expect((await countersOf(ada)).unread).toBe(0);
  expect(await subscriptionsOf(bo)).toMatchObject([{ folderIds: [], isShared: false, unreadCount: 3 }]);
  expect(await subscriptionsOf(cyd)).toMatchObject([{ folderIds: [mine.id], isShared: false, unreadCount: 3 }]);
});

test('a folder of one’s own becomes shared with all below it and all that lies in it', async () => {
  const outer = await makeFolder(bo, { name: 'Outer' });
  const inner = await makeFolder(bo, { name: 'Inner', parentId: outer.id });
  await follow(bo, [inner.id]);
  const shared = await send<Folder>('PATCH', `/v1/folders/${outer.id}`, bo, { isShared: true });
  expect(shared).toMatchObject({ status: 200, json: { isShared: true, parentId: null } });
  expect(await foldersOf(ada)).toMatchObject([
    { id: outer.id, parentId: null },
    { id: inner.id, parentId: outer.id },
  ]);
  expect(await subscriptionsOf(ada)).toMatchObject([{ folderIds: [inner.id], unreadCount: 3, isShared: true }]);
  expect((await countersOf(ada)).byFolder).toEqual({ [outer.id]: 3, [inner.id]: 3 });
});

test('shared folders lie in shared ones, and own ones in own ones', async () => {
  const shared = await makeFolder(bo, { name: 'Press', isShared: true });
  const own = await makeFolder(bo, { name: 'Own' });
  expect(await makeFolder(bo, { name: 'Below', parentId: shared.id })).toMatchObject({ isShared: true });
  const wrong = { status: 422, json: { code: 'invalid-request' } };
  expect(await send('PATCH', `/v1/folders/${own.id}`, bo, { parentId: shared.id })).toMatchObject(wrong);
  expect(await send('PATCH', `/v1/folders/${shared.id}`, bo, { parentId: own.id })).toMatchObject(wrong);
  expect(await send('POST', '/v1/folders', bo, { name: 'x', parentId: own.id, isShared: true })).toMatchObject(wrong);
});

test('who only reads changes nothing that is shared', async () => {
  const folder = await makeFolder(bo, { name: 'Press', isShared: true });
  await follow(bo, [folder.id]);
  const [arrived] = await subscriptionsOf(cyd);
  const refused = { status: 403, json: { code: 'forbidden' } };
  expect(await send('POST', '/v1/folders', cyd, { name: 'x', isShared: true })).toMatchObject(refused);
  expect(await send('PATCH', `/v1/folders/${folder.id}`, cyd, { name: 'x' })).toMatchObject(refused);
  expect(await send('DELETE', `/v1/folders/${folder.id}`, cyd)).toMatchObject(refused);
  expect(await send('PATCH', `/v1/subscriptions/${arrived?.id}`, cyd, { folderIds: [] })).toMatchObject(refused);
  expect(await foldersOf(ada)).toMatchObject([{ name: 'Press' }]);
});

test('a shared folder is deleted by who shared it or by an admin; what lies in it moves to its parent', async () => {
  const outer = await makeFolder(ada, { name: 'Outer', isShared: true });
  const inner = await makeFolder(ada, { name: 'Inner', parentId: outer.id });
  await follow(bo, [inner.id]);
  expect(await send('DELETE', `/v1/folders/${inner.id}`, bo)).toMatchObject({ status: 403 });
  expect((await send('DELETE', `/v1/folders/${inner.id}`, ada)).status).toBe(204);
  expect(await subscriptionsOf(cyd)).toMatchObject([{ folderIds: [outer.id], unreadCount: 3 }]);
  expect((await send('DELETE', `/v1/folders/${outer.id}`, ada)).status).toBe(204);
  expect(await subscriptionsOf(cyd)).toEqual([]);
  expect(await subscriptionsOf(bo)).toMatchObject([{ folderIds: [], isShared: false }]);
});

test('who leaves a shared folder is left in peace by it until they come back', async () => {
  const folder = await makeFolder(bo, { name: 'Press', isShared: true });
  await follow(bo, [folder.id]);
  const [arrived] = await subscriptionsOf(cyd);
  expect(await send('DELETE', `/v1/subscriptions/${arrived?.id}`, cyd)).toMatchObject({
    status: 409,
    json: { code: 'conflict', detail: expect.stringContaining('"Press"') },
  });
  expect(await send('POST', `/v1/folders/${folder.id}/leave`, cyd)).toMatchObject({
    status: 200,
    json: { isLeft: true },
  });
  expect(await subscriptionsOf(cyd)).toEqual([]);
  feedId = await makeFeedWithArticles('second', 2);
  await follow(bo, [folder.id]);
  expect(await subscriptionsOf(cyd)).toEqual([]);
  expect(await send('POST', `/v1/folders/${folder.id}/rejoin`, cyd)).toMatchObject({ json: { isLeft: false } });
  expect(await subscriptionsOf(cyd)).toHaveLength(2);
});

test('another tenant’s shared folder does not exist', async () => {
  const folder = await makeFolder(bo, { name: 'Press', isShared: true });
  const unknown = { status: 404, json: { code: 'not-found' } };
  expect(await send('PATCH', `/v1/folders/${folder.id}`, eve, { name: 'x' })).toMatchObject(unknown);
  expect(await send('DELETE', `/v1/folders/${folder.id}`, eve)).toMatchObject(unknown);
  expect(await send('POST', `/v1/folders/${folder.id}/leave`, eve)).toMatchObject(unknown);
  expect(await follow(eve, [folder.id])).toMatchObject({ status: 422, json: { code: 'unknown-folder' } });
  const bare = statement('test_share_feeds', 'select share_feeds($1, $2::int[])');
  await expect(backend.asReader(eve, (tx) => tx.run(bare, [Number(folder.id), [feedId]]))).rejects.toThrow(
    /not shared/,
  );
});

test('two feeds that become one are one in shared folders too', async () => {
  const folder = await makeFolder(bo, { name: 'Press', isShared: true });
  await follow(bo, [folder.id]);
  const moved = await makeFeedWithArticles('moved', 1);
  await backend.superuser.run(statement('test_merge_feeds', 'select merge_feeds($1, $2)'), [feedId, moved]);
  const dan = member(5);
  for (const reader of [ada, bo, dan]) {
    expect(await subscriptionsOf(reader)).toMatchObject([{ feed: { id: String(moved) }, folderIds: [folder.id] }]);
  }
});

test('of 50 requests at once for the last feed of a limited tenant exactly one succeeds', async () => {
  await backend.superuser.script(`update tenants set limits = '{"feeds": 1}'`);
  const feeds = await Promise.all(Array.from({ length: 50 }, (_, index) => backend.makeFeed(`limited-${index}`)));
  let next = 0;
  const racing = backend.serve(
    subscriptionRoutes(
      backend.asReader,
      standIn(() => ({ feedId: feeds[next++ % feeds.length] })),
    ),
  );
  const answers = await Promise.all(
    feeds.map((_, index) =>
      racing('POST', '/v1/subscriptions', { as: index % 2 ? ada : bo, body: { url: 'https://limited.example/' } }),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(1);
  expect(statuses.filter((status) => status === 422)).toHaveLength(49);
  const refused = answers.find(({ status }) => status === 422);
  expect(await refused?.json()).toMatchObject({
    code: 'limit-reached',
    limit: 'feeds',
    detail: expect.stringContaining('1 feeds'),
  });
});

test('a feed that somebody of the tenant follows already costs a limited tenant nothing', async () => {
  await follow(bo, []);
  await backend.superuser.script(`update tenants set limits = '{"feeds": 1}'`);
  expect((await follow(ada, [])).status).toBe(201);
  const folder = await makeFolder(bo, { name: 'Press', isShared: true });
  expect((await follow(bo, [folder.id])).status).toBe(200);
  expect(await subscriptionsOf(cyd)).toHaveLength(1);
});

const selectLabelled = statement<{ articleId: number; names: string[] }>(
  'test_labelled',
  `select n.article_id as "articleId", array_agg(l.name order by l.name) as names
   from entry_labels n join labels l on l.id = n.label_id where n.reader_id = $1 group by 1 order by 1`,
);
const labelledOf = (as: Reader) => backend.asReader(as, (tx, readerId) => tx.all(selectLabelled, [readerId]));
const labelsOf = async (as: Reader) =>
  (await send<{ items: { id: string; name: string; isShared: boolean; count: number }[] }>('GET', '/v1/labels', as))
    .json.items;
const articlesOf = async () =>
  (await backend.superuser.all(statement<{ id: number }>('test_articles', 'select id from articles order by id'))).map(
    ({ id }) => String(id),
  );

/** A label that bo made, put on the first article and shared, in a tenant whose readers all follow the feed. */
async function shareLabel(): Promise<string[]> {
  const folder = await makeFolder(bo, { name: 'Press', isShared: true });
  await follow(bo, [folder.id]);
  const ids = await articlesOf();
  await send('PATCH', '/v1/entries', bo, { ids: [ids[0]], addLabels: ['to discuss'] });
  expect(await send('PATCH', '/v1/labels/to%20discuss', bo, { isShared: true })).toMatchObject({
    status: 200,
    json: { name: 'to discuss', isShared: true, count: 1 },
  });
  return ids;
}

test('a label that is shared is on its articles for everybody of the tenant, those who join later too', async () => {
  const [first, second] = (await shareLabel()).map(Number);
  await follow(eve, []);
  expect(await labelledOf(cyd)).toEqual([{ articleId: first, names: ['to discuss'] }]);
  expect(await labelsOf(cyd)).toMatchObject([{ name: 'to discuss', isShared: true, count: 1 }]);
  await send('PATCH', '/v1/entries', ada, { ids: [String(second)], addLabels: ['to discuss'] });
  const both = [first, second].map((articleId) => ({ articleId, names: ['to discuss'] }));
  for (const reader of [bo, cyd]) expect(await labelledOf(reader)).toEqual(both);
  await subscriptionsOf(member(5));
  expect(await labelledOf(member(5))).toEqual(both);
  await send('PATCH', '/v1/entries', bo, { ids: [String(first)], removeLabels: ['to discuss'] });
  expect(await labelledOf(ada)).toEqual([{ articleId: second, names: ['to discuss'] }]);
  expect(await labelledOf(eve)).toEqual([]);
  expect(await labelsOf(eve)).toEqual([]);
});

test('every client hears of a shared label on an entry', async () => {
  const [, second] = await shareLabel();
  const before = await backend.asReader(cyd, (tx, readerId) => readRevisions(tx, readerId));
  await send('PATCH', '/v1/entries', ada, { ids: [second], addLabels: ['to discuss'] });
  const changed = await backend.asReader(cyd, (tx, readerId) => changedEntries(tx, readerId, before.revision, 10));
  expect(changed).toMatchObject([{ id: Number(second), labels: ['to discuss'], isRead: false, isNew: false }]);
});

test('a label of one’s own stays one’s own beside a shared one', async () => {
  const [first] = await shareLabel();
  await send('PATCH', '/v1/entries', cyd, { ids: [first], addLabels: ['mine'] });
  expect(await labelsOf(ada)).toHaveLength(1);
  expect(await labelledOf(cyd)).toEqual([{ articleId: Number(first), names: ['mine', 'to discuss'] }]);
});

test('who only reads neither puts nor removes, renames nor deletes a shared label; a member cannot delete another’s', async () => {
  const [first, second] = await shareLabel();
  const refused = { status: 403, json: { code: 'forbidden' } };
  expect(await send('PATCH', '/v1/entries', cyd, { ids: [second], addLabels: ['to discuss'] })).toMatchObject(refused);
  expect(await send('PATCH', '/v1/entries', cyd, { ids: [first], removeLabels: ['to discuss'] })).toMatchObject(
    refused,
  );
  expect(await send('PATCH', '/v1/labels/to%20discuss', cyd, { name: 'x' })).toMatchObject(refused);
  expect(await send('DELETE', '/v1/labels/to%20discuss', cyd)).toMatchObject(refused);
  expect(await send('DELETE', '/v1/labels/to%20discuss', member(6))).toMatchObject(refused);
  expect(await send('PATCH', '/v1/labels/to%20discuss', eve, { name: 'x' })).toMatchObject({ status: 404 });
  expect(await labelsOf(ada)).toMatchObject([{ name: 'to discuss', count: 1 }]);
  expect((await send('DELETE', '/v1/labels/to%20discuss', ada)).status).toBe(204);
  expect(await labelledOf(bo)).toEqual([]);
});

test('two who label the same articles at once with shared labels both succeed', async () => {
  const ids = await shareLabel();
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      send<{ updated: number }>('PATCH', '/v1/entries', index % 2 ? ada : bo, {
        ids: index % 3 ? ids : ids.toReversed(),
        addLabels: ['to discuss'],
      }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect(await labelledOf(cyd)).toHaveLength(3);
});

test('a shared saved search is everybody’s, and changed by members alone', async () => {
  const made = await send<{ id: string }>('POST', '/v1/saved-searches', bo, {
    name: 'Tides',
    query: 'tide',
    isShared: true,
  });
  expect(made).toMatchObject({ status: 201, json: { isShared: true } });
  const own = await send<{ id: string }>('POST', '/v1/saved-searches', cyd, { name: 'Tides', query: 'own' });
  expect(own).toMatchObject({ status: 201, json: { isShared: false } });
  const listed = await send<{ items: unknown[] }>('GET', '/v1/saved-searches', cyd);
  expect(listed.json.items).toMatchObject([
    { query: 'tide', isShared: true },
    { query: 'own', isShared: false },
  ]);
  const path = `/v1/saved-searches/${made.json.id}`;
  expect(await send('PATCH', path, cyd, { query: 'x' })).toMatchObject({ status: 403 });
  expect(await send('PATCH', `/v1/saved-searches/${own.json.id}`, cyd, { isShared: true })).toMatchObject({
    status: 403,
  });
  expect(await send('PATCH', path, ada, { query: 'tide OR ebb' })).toMatchObject({
    json: { query: 'tide OR ebb', isShared: true },
  });
  expect(await send('PATCH', path, eve, { query: 'x' })).toMatchObject({ status: 404 });
  expect(await send('DELETE', path, member(6))).toMatchObject({ status: 403 });
  expect((await send('DELETE', path, ada)).status).toBe(204);
});
