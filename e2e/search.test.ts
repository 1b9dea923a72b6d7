import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { statement } from '@alt/database';
import { type StaticFeeds, startStaticFeeds } from '@alt/testing/hostile/index.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, register } from './client.ts';
import { eventually, type Machine, shapesAtLength, startMachine } from './harness.ts';
import { withDatabase } from './stored.ts';

const ARTICLES = [
  [
    'Lighthouses of the north',
    'The keepers of the old lighthouses trimmed their lamps every evening before the storm.',
  ],
  ['A recipe for rye bread', 'Rye bread wants a sourdough, patience, and an oven that is hotter than you think.'],
  ['Bread and lighthouses', 'Every lighthouse had its own oven; the keepers baked bread while the ships went by.'],
  ['東京の図書館', '東京都の図書館では、夜でも本を借りることができます。検索エンジンも使えます。'],
  [
    'Хлеб и маяки',
    'Смотрители маяков пекли хлеб. Когда приходили корабли, они угощали моряков и рассказывали им о зимних бурях, которые они видели.',
  ],
  ['An interview', 'A talk of an hour about the café at the harbour, to be listened to.'],
] as const;

function feedDocument(): string {
  const items = ARTICLES.map(
    ([title, text], n) => `<item><guid>${n}</guid><title>${title}</title><description>${text}</description>
      <link>https://harbour.example/posts/${n}</link><pubDate>${new Date(Date.UTC(2026, 9, n + 1)).toUTCString()}</pubDate>
      ${n === 5 ? '<enclosure url="https://harbour.example/talk.mp3" type="audio/mpeg" length="1"/>' : ''}</item>`,
  );
  return `<rss version="2.0"><channel><title>Harbour News</title><link>https://harbour.example/</link>${items.join('')}</channel></rss>`;
}

const VALLEY = `<rss version="2.0"><channel><title>Valley</title><item><guid>1</guid><title>A quiet valley</title>
  <description>Nothing happens in this valley, which is far from any sea, and nobody minds that it is so.</description>
  </item></channel></rss>`;

const leaf = fc.constantFrom(
  ...[
    'lighthouse',
    'bread',
    'oven',
    'keep*',
    '"rye bread"',
    '"old lighthouses"',
    '図書館',
    '"検索エンジン"',
    'хлеб',
    'корабль',
  ],
  ...[
    'cafe',
    'intitle:bread',
    'intitle:interview',
    'inurl:posts',
    'inurl:3',
    'author:nobody',
    'feed:harbour',
    'feed:valley',
  ],
  ...['folder:sea', 'lang:en', 'lang:ja', 'lang:ru', 'has:audio', 'after:2026-10-03', 'before:2026-10-05', 'nothing'],
);
const { query: anyQuery } = fc.letrec<{ query: string }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    tie('query').map((part) => `-(${part})`),
    fc.tuple(tie('query'), tie('query')).map(([a, b]) => `(${a}) (${b})`),
    fc.tuple(tie('query'), tie('query')).map(([a, b]) => `(${a}) OR (${b})`),
  ),
}));
/** What rules ask that stand before the articles come. */
const RULES = [...new Set(fc.sample(anyQuery, { numRuns: 60, seed: 20261121 }))];

describe.each(shapesAtLength('one process'))('Alt as %s', (shape) => {
  let folder: string;
  let web: StaticFeeds;
  let machine: Machine;
  let ada: Client;
  let eve: Client;
  /** Has rules when the articles arrive, and where they are there already. */
  let mia: Client;
  let noa: Client;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'alt-search-web-'));
    await writeFile(path.join(folder, 'feed.xml'), feedDocument());
    await writeFile(path.join(folder, 'valley.xml'), VALLEY);
    web = await startStaticFeeds({ folder });
    machine = await startMachine(shape, {
      allow: [new URL(web.origin).host],
      environment: { ALT_REGISTRATION: 'open' },
    });
    [ada, eve] = [await register(machine.origin, 'ada@example.org'), await register(machine.origin, 'eve@example.org')];
    [mia, noa] = [await register(machine.origin, 'mia@example.org'), await register(machine.origin, 'noa@example.org')];
    for (const reader of [mia, noa]) await makeRules(reader);
    for (const reader of [mia, noa]) {
      const folderId = (await reader.post('/v1/folders', { name: 'Sea' })).json.id;
      await reader.post('/v1/subscriptions', { url: web.url('feed.xml'), folderIds: [folderId] });
    }
    const made = await ada.post('/v1/subscriptions', { url: web.url('feed.xml') });
    expect(made.status, made.text).toBe(201);
    expect((await eve.post('/v1/subscriptions', { url: web.url('valley.xml') })).status).toBe(201);
    const all = 'lighthouse OR bread OR 図書館 OR хлеб OR harbour';
    await eventually(async () => {
      // Search is not there before its index is.
      const { status } = await ada.get('/v1/search?q=lighthouse');
      return status !== 503 && (await search(all)).length === ARTICLES.length;
    }, 'all articles are found');
  }, 120_000);
  afterAll(async () => {
    await machine?.stop();
    await web?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function makeRules(reader: Client): Promise<void> {
    for (const query of RULES) {
      const made = await reader.post('/v1/rules', { name: 'Any', query, actions: { markRead: true } });
      expect(made.status, made.text).toBe(201);
    }
  }

  /** The numbers of the articles on which rules with these queries acted for a reader. */
  async function acted(reader: Client, queries: string[]): Promise<Map<string, number[]>> {
    const { userId } = (await reader.get('/v1/auth/validate')).json;
    const hits = await withDatabase(machine, (database) =>
      database.all<{ query: string; title: string }>(ruleHits, [userId]),
    );
    const numbers = (query: string) =>
      hits.filter((hit) => hit.query === query).map(({ title }) => ARTICLES.findIndex(([known]) => known === title));
    return new Map(queries.map((query) => [query, numbers(query).sort()]));
  }

  async function found(reader: Client, queries: string[]): Promise<Map<string, number[]>> {
    const numbers = new Map<string, number[]>();
    for (const query of queries) numbers.set(query, (await search(query, reader, '/v1/entries')).sort());
    return numbers;
  }

  test('what a rule acted on, at arrival or as its reader began to follow, is what a search finds', async () => {
    for (const reader of [mia, noa]) {
      const wanted = await found(reader, RULES);
      expect(new Set([...wanted.values()].map((numbers) => numbers.join())).size).toBeGreaterThan(10);
      await eventually(async () => [...(await acted(reader, RULES)).values()].flat().length > 0, 'rules acted');
      expect(await acted(reader, RULES)).toEqual(wanted);
    }
  });

  /** The numbers of the articles that a query finds. */
  async function search(q: string, reader = ada, route = '/v1/search'): Promise<number[]> {
    const { status, json, text } = await reader.get(`${route}?${new URLSearchParams({ q })}`);
    if (status !== 200) throw new Error(text);
    return json.items.map(({ title }: { title: string }) => ARTICLES.findIndex(([known]) => known === title));
  }

  test.each<[string, number[]]>([
    ['lighthouse', [0, 2]],
    ['"rye bread"', [1]],
    ['bread -rye', [2]],
    ['bread oven', [1, 2]],
    ['(lighthouses OR bread) storm', [0]],
    ['intitle:bread', [1, 2]],
    ['inurl:posts intitle:interview', [5]],
    ['lightho*', [0, 2]],
    ['図書館', [3]],
    ['検索', [3]],
    ['маяк', [4]],
    ['cafe', [5]],
    ['has:audio', [5]],
    ['lang:ja', [3]],
    ['lang:ru OR has:audio', [4, 5]],
    ['feed:"harbour news" keepers', [0, 2]],
    ['after:2026-10-02 before:2026-10-04', [1, 2]],
    ['bread after:2026-10-03', [2]],
    ['bread is:read', []],
    ['label:none', []],
  ])('%s finds %j, in a search and in a list', async (q, expected) => {
    expect((await search(q)).toSorted()).toEqual(expected);
    expect(await search(q, ada, '/v1/entries')).toEqual(expected.toReversed());
  });

  test('a word with a typing error is found, marked, and said to be another', async () => {
    const { json } = await ada.get('/v1/search?q=lighthuose');
    expect(json).toMatchObject({ total: 2, totalIsExact: true, isComplete: true, nextCursor: null });
    expect(json.corrections).toEqual([{ word: 'lighthuose', readAs: expect.arrayContaining(['lighthouse']) }]);
    const marked = (await ada.get('/v1/search?q=lighthouse')).json.items.map(
      ({ highlights }: { highlights: { title: { text: string; isMarked: boolean }[] } }) =>
        highlights.title.find(({ isMarked }) => isMarked)?.text,
    );
    expect(marked.toSorted()).toEqual(['Lighthouses', 'lighthouses']);
  });

  test('facets count what was found', async () => {
    const { json } = await ada.get('/v1/search?q=lighthouse&facet=feed&facet=language&facet=day');
    expect(json.facets).toMatchObject({
      feed: [{ title: 'Harbour News', count: 2 }],
      language: [{ value: 'en', count: 2 }],
      day: [
        { value: '2026-10-03', count: 1 },
        { value: '2026-10-01', count: 1 },
      ],
    });
  });

  test('a search by date, and within a feed, a day or a language, pages by key', async () => {
    const [own] = (await ada.get('/v1/subscriptions')).json.items;
    const asked = (parameters: Record<string, string>, reader = ada) =>
      reader.get(`/v1/search?${new URLSearchParams({ q: 'bread OR lighthouse', ...parameters })}`);
    const placesOf = (items: { title: string }[]) =>
      items.map(({ title }) => ARTICLES.findIndex(([known]) => known === title));
    expect(placesOf((await asked({ order: 'newest' })).json.items)).toEqual([2, 1, 0]);
    const first = await asked({ order: 'oldest', limit: '2', subscription: own.id, language: 'en' });
    expect(placesOf(first.json.items)).toEqual([0, 1]);
    expect(first.json.total).toBe(3);
    const next = await asked({ order: 'oldest', limit: '2', subscription: own.id, cursor: first.json.nextCursor });
    expect(placesOf(next.json.items)).toEqual([2]);
    expect(next.json.nextCursor).toBeNull();
    expect(placesOf((await asked({ day: '2026-10-02', feed: own.feed.id })).json.items)).toEqual([1]);
    expect((await asked({ language: 'ja' })).json.total).toBe(0);
    expect((await asked({ subscription: own.id }, eve)).json).toMatchObject({ items: [], total: 0 });
  });

  test('nobody finds another reader’s articles', async () => {
    expect(await search('lighthouse', eve)).toEqual([]);
    expect(await search('has:audio', eve)).toEqual([]);
  });

  test('nobody learns from a typing error what words others have', async () => {
    await eventually(async () => (await eve.get('/v1/search?q=valley')).json.total === 1, 'her own article is found');
    expect((await eve.get('/v1/search?q=valely')).json.corrections).toEqual([{ word: 'valely', readAs: ['valley'] }]);
    expect((await eve.get('/v1/search?q=lighthuose')).json).toMatchObject({ corrections: [], total: 0 });
  });

  test('a saved search counts what is unread', async () => {
    expect((await ada.post('/v1/saved-searches', { name: 'Bread', query: 'bread' })).status).toBe(201);
    const counted = async () => (await ada.get('/v1/saved-searches?counts=true')).json.items;
    expect(await counted()).toMatchObject([{ name: 'Bread', query: 'bread', unreadCount: 2 }]);
    const [first] = (await ada.get('/v1/search?q=intitle:rye')).json.items;
    await ada.patch('/v1/entries', { ids: [first.id], read: true });
    expect(await counted()).toMatchObject([{ unreadCount: 1 }]);
    expect(await search('bread is:unread')).toEqual([2]);
    expect((await eve.get('/v1/saved-searches')).json.items).toEqual([]);
  });
});

const ruleHits = statement<{ query: string; title: string }>(
  'e2e_rule_hits',
  `select u.query, a.title from rule_hits h join rules u on u.id = h.rule_id join articles a on a.id = h.article_id
   join readers r on r.id = h.reader_id where r.user_id = $1`,
);
