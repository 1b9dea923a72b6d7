import { type JudgedArticle, matches, Problem, parseQuery } from '@alt/contracts';
import { statement } from '@alt/database';
import { createImageAddresses } from '@alt/feeds/html/image-address.ts';
import type { PeerFetch } from '@alt/service-kit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entryRoutes, presentEntries } from '../entries.ts';
import { makeReader, openBackend, standIn, type TestBackend, type TestClient } from '../testing.ts';
import { createFindListed, searchRoutes } from './routes.ts';
import { savedSearchRoutes } from './saved-searches.ts';
import { analysis, createStandIn, type KnownArticle } from './stand-in.ts';

const ADA = makeReader(1);
const EVE = makeReader(2);
const images = createImageAddresses('x'.repeat(32));
const HOUR_MS = 3_600_000;
const START = Date.parse('2026-11-01T00:00:00Z');

let backend: TestBackend;
let client: TestClient;
/** Search over an engine that counts no further than three, so that the state has to lead. */
let shortSighted: TestClient;
let articles: KnownArticle[];
/** The articles that are in Ada's lists, as she has them. */
let adas: (JudgedArticle & { id: number })[];

const WORDS = ['cats', 'dogs', 'birds', 'running', 'Tokyo', '東京の猫', 'café'];

beforeAll(async () => {
  backend = await openBackend();
  const feeds = [
    await backend.makeFeed('pets', ADA, EVE),
    await backend.makeFeed('news', ADA),
    await backend.makeFeed('secret', EVE),
  ];
  for (let n = 0; n < 48; n += 1) {
    const words = WORDS.filter((_, index) => (n >> (index % 6)) % 2 === 1 || n % (index + 3) === 0);
    await backend.makeArticle(feeds[n % 3] ?? 0, {
      title: `${words[n % Math.max(1, words.length)] ?? 'Nothing'} ${n}`,
      text: words.join(' '),
      url: `https://${['pets', 'news', 'secret'][n % 3]}.example/${n}`,
      language: n % 4 === 0 ? 'ja' : 'en',
      at: new Date(START + n * 7 * HOUR_MS),
      ...(n % 5 === 0 ? { summary: 'A summary.' } : {}),
    });
  }
  await backend.superuser.script(STATE);
  articles = await backend.superuser.all(selectArticles);
  adas = await backend.superuser.all(selectJudged);
  client = serve(standIn(createStandIn(articles)));
  shortSighted = serve(standIn(createStandIn(articles, 3)));
});
afterAll(() => backend.drop());

/** The place of an article among all: its id is of the clock. */
const PLACE = `split_part(a.url, '/', 4)::int`;
/** Ada has read every third, starred every fourth, labelled some, filed one feed, and hidden and folded a few. */
const STATE = `
  update entries e set is_read = n % 3 = 0, is_starred = n % 4 = 1,
      hidden_reason = case when n % 13 = 12 then 'rule' end
    from (select id, (row_number() over (order by id))::int as n from articles) a where a.id = e.article_id and reader_id = 1;
  update entries set folded_into = (select max(article_id) from entries where reader_id = 1 and hidden_reason is null)
    where reader_id = 1 and article_id = (select min(article_id) from entries where reader_id = 1);
  insert into folders (tenant_id, owner_id, name) select tenant_id, id, 'Tiere' from readers where id = 1;
  insert into folders (tenant_id, owner_id, name, parent_id)
    select f.tenant_id, f.owner_id, 'Small', f.id from folders f where name = 'Tiere';
  insert into subscription_folders (reader_id, subscription_id, folder_id)
    select 1, s.id, f.id from subscriptions s join feeds x on x.id = s.feed_id and x.title = 'pets', folders f
    where s.reader_id = 1 and f.name = 'Small';
  insert into labels (tenant_id, owner_id, name) select tenant_id, id, 'Später' from readers where id = 1;
  insert into entry_labels (reader_id, label_id, article_id, sort_at)
    select 1, l.id, e.article_id, e.sort_at from entries e join articles a on a.id = e.article_id, labels l
    where e.reader_id = 1 and ${PLACE} % 5 < 2;
  insert into tags (tenant_id, name, normalised) select tenant_id, 'Haustiere', 'haustiere' from readers where id in (1, 2);
  insert into article_tags (tenant_id, tag_id, article_id, sort_at, score)
    select t.tenant_id, t.id, a.id, a.sort_at, 1 from tags t, articles a where ${PLACE} % 5 = 4;
  update article_contents set enclosures = '[{"url": "https://x.example/a.mp3", "type": "audio/mpeg"}]' from articles a
    where a.id = article_id and ${PLACE} % 7 = 0;`;

const COLUMNS = `a.id, a.title, a.url, a.author, a.language, a.sort_at as "sortAt",
  (select text from article_contents c where c.article_id = a.id) as text`;
const selectArticles = statement<KnownArticle>(
  'test_articles',
  `select ${COLUMNS}, a.feed_id as "feedId" from articles a`,
);
const selectJudged = statement<JudgedArticle & { id: number }>(
  'test_judged',
  `select ${COLUMNS}, json_build_object('id', f.id, 'title', f.title, 'url', f.url) as feed,
     case when f.title = 'pets' then array['Tiere', 'Small'] else '{}' end as folders,
     array(select l.name from entry_labels n join labels l on l.id = n.label_id where n.article_id = a.id and n.reader_id = 1) as labels,
     array(select t.name from article_tags n join tags t on t.id = n.tag_id join readers r on r.tenant_id = t.tenant_id and r.id = 1
       where n.article_id = a.id) as tags,
     e.is_read as "isRead", e.is_starred as "isStarred",
     exists (select from article_summaries s where s.article_id = a.id) as "hasSummary",
     ${PLACE} % 7 = 0 as "hasAudio"
   from entries e join articles a on a.id = e.article_id join feeds f on f.id = a.feed_id
   where e.reader_id = 1 and e.is_listed order by a.sort_at desc, a.id desc`,
);

function serve(searchIndexer: PeerFetch): TestClient {
  const tools = {
    asReader: backend.asReader,
    searchIndexer,
    present: (tx: never, rows: never) => presentEntries(tx, rows, images),
  } as Parameters<typeof searchRoutes>[0];
  return backend.serve([
    ...searchRoutes(tools),
    ...savedSearchRoutes(tools),
    ...entryRoutes({
      asReader: backend.asReader,
      database: backend.database,
      images,
      findRelated: async () => ({ related: [], relatedState: 'ready' }),
      findListed: createFindListed(tools),
      onMarked() {},
    }),
  ]);
}

interface Page {
  items: { id: string; title: string; feed: { id: string; title: string }; highlights: { title: unknown } }[];
  total: number;
  totalIsExact: boolean;
  nextCursor: string | null;
  facets: Record<string, { value: string; title: string; count: number }[]>;
}

async function get(of: TestClient, path: string, query: Record<string, string | string[]>, as = ADA): Promise<Page> {
  const parameters = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  const response = await of('GET', `${path}?${new URLSearchParams(parameters)}`, { as });
  const body = await response.json();
  if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(body)}`);
  return body as Page;
}

/** Every page of a list; the first page's numbers. */
async function getAll(of: TestClient, path: string, query: Record<string, string | string[]>): Promise<Page> {
  const first = await get(of, path, query);
  for (let page = first; page.nextCursor; ) {
    page = await get(of, path, { ...query, cursor: page.nextCursor });
    first.items.push(...page.items);
  }
  return first;
}

function judged(q: string): string[] {
  const { query, errors } = parseQuery(q);
  if (!query) throw new Error(errors[0].message);
  return adas.filter((article) => matches(query.root, article, analysis)).map(({ id }) => String(id));
}

const setRead = statement('test_read', 'update entries set is_read = $2 where reader_id = 1 and article_id = any($1)');

const leaf = fc.constantFrom(
  ...['cats', 'dog', '"cats dogs"', 'runs', 'tok*', '猫', 'cafe', 'intitle:birds', 'inurl:news', '-cats', 'xyzzy'],
  ...['is:unread', 'is:read', 'is:starred', 'has:summary', 'has:audio', 'lang:ja', 'feed:pets', 'feed:news.example'],
  ...[
    'folder:tiere',
    'folder:small',
    'label:spater',
    'tag:haustiere',
    'after:2026-11-05',
    'before:2026-11-08',
    'label:none',
  ],
);
const { anyQuery } = fc.letrec<{ anyQuery: string }>((tie) => ({
  anyQuery: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    tie('anyQuery').map((part) => `-(${part})`),
    fc.tuple(tie('anyQuery'), tie('anyQuery')).map(([a, b]) => `(${a}) (${b})`),
    fc.tuple(tie('anyQuery'), tie('anyQuery')).map(([a, b]) => `(${a}) OR (${b})`),
  ),
}));

test('any query finds exactly the articles that one by one fulfil it, all counted, whatever leads', async () => {
  await fc.assert(
    fc.asyncProperty(anyQuery, fc.boolean(), async (q, isShort) => {
      const page = await getAll(isShort ? shortSighted : client, '/v1/search', { q, limit: '7' });
      const expected = judged(q);
      expect(page.items.map(({ id }) => id).toSorted()).toEqual(expected.toSorted());
      expect(page).toMatchObject({ total: expected.length, totalIsExact: true });
    }),
    { numRuns: 80 },
  );
});

test('a list with a query holds exactly those entries in its order, page by page, within its view', async () => {
  /** Parameters of the list, and the query that means the same. */
  const views = fc.constantFrom<{ parameters: Record<string, string>; meaning: string }>(
    { parameters: {}, meaning: 'before:2030' },
    { parameters: { view: 'unread' }, meaning: 'is:unread' },
    { parameters: { view: 'starred' }, meaning: 'is:starred' },
    { parameters: { folder: '1' }, meaning: 'folder:tiere' },
    { parameters: { label: 'Später' }, meaning: 'label:später' },
  );
  const orders = fc.constantFrom('newest', 'oldest');
  await fc.assert(
    fc.asyncProperty(anyQuery, views, orders, fc.boolean(), async (q, { parameters, meaning }, order, isShort) => {
      const of = isShort ? shortSighted : client;
      const { items } = await getAll(of, '/v1/entries', { q, ...parameters, order, limit: '5' });
      const inView = judged(meaning);
      const expected = judged(q).filter((id) => inView.includes(id));
      expect(items.map(({ id }) => id)).toEqual(order === 'newest' ? expected : expected.toReversed());
    }),
    { numRuns: 80 },
  );
});

/** Conditions beside a query, and the query that means the same. */
const scopes: { parameters: Record<string, string | string[]>; meaning: string }[] = [
  { parameters: {}, meaning: 'before:2030' },
  { parameters: { folder: '1' }, meaning: 'folder:tiere' },
  { parameters: { subscription: ['1', '3'] }, meaning: 'feed:pets OR feed:news' },
  { parameters: { feed: '1', language: 'ja' }, meaning: 'feed:pets lang:ja' },
  { parameters: { language: ['ja', 'en'], tag: ['Haustiere', 'none'] }, meaning: 'tag:haustiere' },
  {
    parameters: { day: ['2026-11-03', '2026-11-05'] },
    meaning: '(after:2026-11-03 before:2026-11-04) OR (after:2026-11-05 before:2026-11-06)',
  },
  { parameters: { folder: '1', feed: '2' }, meaning: 'feed:pets feed:news' },
  { parameters: { tag: 'none' }, meaning: 'tag:none' },
];

test('what is asked for beside a query narrows any search, in any order, page by page, all counted', async () => {
  const orders = fc.constantFrom('relevance', 'newest', 'oldest');
  await fc.assert(
    fc.asyncProperty(anyQuery, fc.constantFrom(...scopes), orders, fc.boolean(), async (q, scope, order, isShort) => {
      const of = isShort ? shortSighted : client;
      const { parameters, meaning } = scope;
      const page = await getAll(of, '/v1/search', { q, ...parameters, order, limit: '5' });
      const inScope = judged(meaning);
      const expected = judged(q).filter((id) => inScope.includes(id));
      const found = page.items.map(({ id }) => id);
      if (order === 'relevance') expect(found.toSorted()).toEqual(expected.toSorted());
      else expect(found).toEqual(order === 'newest' ? expected : expected.toReversed());
      expect(page).toMatchObject({ total: expected.length, totalIsExact: true });
    }),
    { numRuns: 80 },
  );
});

test('words within a scope rank as everywhere; by date all of them must be there', async () => {
  const q = 'cats birds';
  const ranked = await getAll(client, '/v1/search', { q, folder: '1', limit: '50' });
  const inFolder = judged('folder:tiere');
  expect(ranked.items.map(({ id }) => id).toSorted()).toEqual(
    judged('cats OR birds')
      .filter((id) => inFolder.includes(id))
      .toSorted(),
  );
  const dated = await getAll(client, '/v1/search', { q, folder: '1', order: 'newest', limit: '2', facet: 'feed' });
  const all = judged('cats AND birds').filter((id) => inFolder.includes(id));
  expect(dated.items.map(({ id }) => id)).toEqual(all);
  expect(dated.items[0]?.highlights.title).toEqual([{ text: dated.items[0]?.title, isMarked: true }]);
  expect(dated.facets.feed).toMatchObject([{ title: 'pets', count: all.length }]);
});

test('a page by date begins behind the last entry of the page before, whatever came or was read meanwhile', async () => {
  const query = { q: 'cats is:unread', order: 'newest', limit: '3' };
  const all = (await getAll(client, '/v1/search', query)).items.map(({ id }) => id);
  const first = await get(client, '/v1/search', query);
  await backend.superuser.run(setRead, [all.slice(0, 3), true]);
  const next = await get(client, '/v1/search', { ...query, cursor: first.nextCursor ?? '' });
  await backend.superuser.run(setRead, [all.slice(0, 3), false]);
  expect(next.items.map(({ id }) => id)).toEqual(all.slice(3, 6));
});

test('another reader’s subscriptions and folders are nothing to search in', async () => {
  for (const scope of ['folder=1', 'subscription=1', 'feed=2']) {
    expect(
      await get(client, '/v1/search', { q: 'cats OR -cats', ...Object.fromEntries(new URLSearchParams(scope)) }, EVE),
    ).toMatchObject({
      items: [],
      total: 0,
    });
  }
});

/** Articles of a feed that Ada follows which are in nobody's lists, the newest of all. */
function makeStrangers(count: number): KnownArticle[] {
  const [first] = articles;
  if (!first) throw new Error('there are no articles');
  return Array.from({ length: count }, (_, n) => ({
    ...first,
    id: 2_000_000_000_000_000 + n,
    title: 'cats',
    text: 'cats',
    sortAt: new Date(START + 1_000 * HOUR_MS + n * 1_000),
  }));
}

test('a list with a query goes on behind ten thousand that are in nobody’s list, in few questions a page', async () => {
  const engine = standIn(createStandIn([...makeStrangers(10_300), ...articles]));
  const of = serve(engine);
  const ids: string[] = [];
  let pages = 0;
  let cursor: string | null = null;
  do {
    const before = engine.asked.length;
    const page: Page = await get(of, '/v1/entries', { q: 'cats', limit: '7', ...(cursor ? { cursor } : {}) });
    expect(engine.asked.length - before).toBeLessThanOrEqual(3);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
    pages += 1;
  } while (cursor && pages < 20);
  expect(ids).toEqual(judged('cats'));
});

test('the next page of a search misses nothing where the last result left it, nor where all before it did', async () => {
  for (const q of ['cats is:unread', 'is:unread', '(cats is:unread) OR (dogs is:unread)']) {
    const all = (await getAll(client, '/v1/search', { q, limit: '50' })).items.map(({ id }) => id);
    const first = await get(client, '/v1/search', { q, limit: '3' });
    const seen = first.items.map(({ id }) => id);
    expect(seen).toEqual(all.slice(0, 3));
    for (const leaving of [seen.slice(-1), seen]) {
      await backend.superuser.run(setRead, [leaving, true]);
      const next = await get(client, '/v1/search', { q, limit: '3', cursor: first.nextCursor ?? '' });
      await backend.superuser.run(setRead, [leaving, false]);
      expect(
        next.items.map(({ id }) => id),
        q,
      ).toEqual(all.slice(3, 6));
    }
  }
});

test('words alone rank: entries with all of them come first, then those with some', async () => {
  const { items } = await getAll(client, '/v1/search', { q: 'cats birds', limit: '50' });
  const all = judged('cats AND birds');
  expect(
    items
      .slice(0, all.length)
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(all.toSorted());
  expect(items.map(({ id }) => id).toSorted()).toEqual(judged('cats OR birds').toSorted());
  expect(items[0]?.highlights.title).toEqual([{ text: items[0]?.title, isMarked: true }]);
});

test('nobody finds what others have, hidden or folded entries, or counts them', async () => {
  const { items, facets } = await get(client, '/v1/search', {
    q: 'cats OR -cats',
    limit: '200',
    facet: ['feed', 'tag', 'language', 'day'],
  });
  expect(items).toHaveLength(adas.length);
  expect(facets.feed?.map(({ title }) => title).toSorted()).toEqual(['news', 'pets']);
  for (const counted of [facets.feed, facets.language, facets.day]) {
    expect(counted?.reduce((sum, { count }) => sum + count, 0)).toBe(adas.length);
  }
  expect(facets.tag).toEqual([{ value: 'Haustiere', title: 'Haustiere', count: judged('tag:haustiere').length }]);
  const eves = await get(client, '/v1/search', { q: 'cats', limit: '200' }, EVE);
  expect(new Set(eves.items.map(({ feed }) => feed.title))).toEqual(new Set(['pets', 'secret']));
  expect((await get(client, '/v1/search', { q: 'label:später' }, EVE)).items).toEqual([]);
  expect((await get(client, '/v1/search', { q: 'folder:tiere OR feed:news' }, EVE)).items).toEqual([]);
});

test.each([
  ['q=', 400, 'invalid-query'],
  ['q=%22cats', 400, 'invalid-query'],
  ['q=is:old', 400, 'invalid-query'],
  [`q=${'a'.repeat(501)}`, 400, 'invalid-query'],
  [`q=${Array.from({ length: 5 }, (_, n) => `(a${n} OR label:${n})`).join('+')}`, 400, 'invalid-query'],
  ['q=cats&limit=0', 400, 'invalid-query'],
  ['q=cats&facet=colour', 400, 'invalid-query'],
  ['q=cats&cursor=!', 400, 'invalid-cursor'],
  ['q=cats&cursor=MTIz', 400, 'invalid-cursor'],
  ['q=%00', 400, 'invalid-query'],
  ['q=cats&order=random', 400, 'invalid-query'],
  ['q=cats&day=yesterday', 400, 'invalid-query'],
  ['q=cats&language=EN', 400, 'invalid-query'],
  ['q=cats&folder=x', 400, 'invalid-query'],
  ['q=cats&order=newest&cursor=cjEuMi4z', 400, 'invalid-cursor'],
])('%.40s is refused with a clear sentence', async (query, status, code) => {
  const response = await client('GET', `/v1/search?${query}`, { as: ADA });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ code, detail: expect.stringMatching(/\.$/) });
});

test('a mistake in a query says where it is', async () => {
  const response = await client('GET', '/v1/entries?q=cats+is:old', { as: ADA });
  expect(await response.json()).toMatchObject({
    code: 'invalid-query',
    errors: [{ path: 'q' }],
    query: { code: 'unknown-value', start: 5, end: 11 },
  });
});

test.each<[string, PeerFetch]>([
  ['is down', () => Promise.reject(new Problem('unavailable', 'search-indexer is not available.'))],
  ['is slow', () => Promise.reject(new Problem('timeout', 'search-indexer did not answer.'))],
  ['answers junk', async () => Response.json({ hits: 'many' })],
  ['fails', async () => new Response('oops', { status: 500 })],
])('when search %s that is said; lists and searches by state still work', async (_, peer) => {
  const broken = serve(peer);
  for (const path of ['/v1/search?q=cats', '/v1/entries?q=cats', '/v1/search?q=cats+is:starred']) {
    const response = await broken('GET', path, { as: ADA });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'search-unavailable' });
  }
  expect((await get(broken, '/v1/search', { q: 'is:starred' })).total).toBe(judged('is:starred').length);
  expect((await get(broken, '/v1/entries', {})).items).not.toEqual([]);
});

test('saved searches are kept, renamed, counted and deleted, each reader’s own', async () => {
  const post = (body: unknown, as = ADA) => client('POST', '/v1/saved-searches', { as, body });
  const made = await post({ name: 'Cats', query: 'cats is:unread' });
  expect(made.status).toBe(201);
  const { id } = (await made.json()) as { id: string };
  expect((await post({ name: 'Cats', query: 'cats is:unread' })).status).toBe(200);
  expect((await post({ name: 'Cats', query: 'dogs' })).status).toBe(409);
  expect((await post({ name: 'Cats', query: 'birds' }, EVE)).status).toBe(201);
  for (const body of [
    { name: '', query: 'a' },
    { name: 'a', query: '"a' },
    { name: 'a' },
    { name: 'a', query: 'a', x: 1 },
    [],
  ]) {
    expect((await post(body)).status).toBe(422);
  }
  const listed = await (await client('GET', '/v1/saved-searches?counts=true', { as: ADA })).json();
  const unreadCount = judged('cats is:unread').length;
  expect(listed).toEqual({
    items: [{ id, name: 'Cats', query: 'cats is:unread', isShared: false, unreadCount }],
    nextCursor: null,
  });

  const patch = (body: unknown, as = ADA) => client('PATCH', `/v1/saved-searches/${id}`, { as, body });
  expect(await (await patch({ name: 'Tiere' })).json()).toMatchObject({ id, name: 'Tiere', query: 'cats is:unread' });
  expect((await patch({ query: '(' })).status).toBe(422);
  expect((await patch({ title: 'x' })).status).toBe(422);
  expect((await patch({})).status).toBe(200);
  expect((await patch({ name: 'x' }, EVE)).status).toBe(404);
  expect((await client('DELETE', `/v1/saved-searches/${id}`, { as: EVE })).status).toBe(404);
  expect((await client('DELETE', `/v1/saved-searches/${id}`, { as: ADA })).status).toBe(204);
  expect((await client('DELETE', `/v1/saved-searches/${id}`, { as: ADA })).status).toBe(404);
  expect((await client('GET', '/v1/saved-searches?limit=0', { as: ADA })).status).toBe(400);
});
