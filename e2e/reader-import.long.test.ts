import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { statement } from '@alt/database';
import { startStaticFeeds } from '@alt/testing/hostile/index.ts';
import {
  type ReaderProduct,
  type ReaderServer,
  type ReaderServerOptions,
  startInoreader,
} from '@alt/testing/inoreader/index.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { IMPORTS_CHANNEL } from '../services/alt-backend/imports/store.ts';
import { type Client, readEvents, register } from './client.ts';
import { eventually, type Machine, shapesAtLength, startMachine } from './harness.ts';
import { counts, findMiscounted, withDatabase } from './stored.ts';

const everyImport = statement<{ secret: Buffer | null }>('e2e_imports', 'select * from reader_imports');
const MANY = process.env.ALT_TEST_LONG ? 5_000 : 1_100;
/** The lease of who was killed is over, as twenty seconds later. */
const endLeases = `update reader_imports set claimed_until = now() where claimed_until is not null;
  notify ${IMPORTS_CHANNEL}`;
const PASSWORD = 'a password that must not be found anywhere';
const API_TOKEN = 'a-token-that-must-not-be-found-anywhere';

describe.each(shapesAtLength('one process'))('an import from another reader service (%s)', (shape) => {
  let machine: Machine;
  let web: Awaited<ReturnType<typeof startStaticFeeds>>;
  let readers = 0;
  const started: { stop(): Promise<unknown> }[] = [];

  beforeAll(async () => {
    web = await startStaticFeeds({ feeds: 2, items: 10 });
    machine = await startMachine(shape, {
      allow: ['127.0.0.1', 'localhost'],
      environment: { ALT_REGISTRATION: 'open', LOG_LEVEL: 'debug' },
    });
  }, 120_000);
  afterEach(async () => {
    await Promise.all(started.splice(0).map((one) => one.stop()));
  });
  afterAll(async () => {
    await machine?.stop();
    await web?.stop();
  });

  const newReader = () => register(machine.origin, `reader-${++readers}@example.org`);

  async function newAccount(options: ReaderServerOptions): Promise<ReaderServer> {
    const server = await startInoreader({ password: PASSWORD, ...options });
    started.push(server);
    return server;
  }

  test.each(['freshrss', 'miniflux', 'theoldreader', 'bazqux'] as const)(
    'brings an account of %s: folders, articles, states; and nothing twice',
    async (product) => {
      const [server, reader] = [await newAccount({ product }), await newReader()];
      fill(server, product);
      const ended = await bring(reader, server, { url: typedUrl(server, product) });
      expect(ended).toMatchObject({
        state: 'done',
        error: null,
        result: { failed: [], subscriptions: { created: 3 } },
      });
      await expectSame(reader, server, product);
      const again = await bring(reader, server);
      expect(again.result.subscriptions).toEqual({ created: 0, existing: 3 });
      expect(again.result.articles.stored).toBe(ended.result.articles.stored);
      await expectSame(reader, server, product);
      expect(await findMiscounted(machine)).toEqual([]);
    },
    300_000,
  );

  test('what was kept of feeds that are followed no more comes along, and nothing else of them', async () => {
    const [server, reader] = [await newAccount({ product: 'bazqux' }), await newReader()];
    const left = server.account.addFeed({ url: 'http://left.test/feed', isSubscribed: false });
    server.account.addItem(left, { title: 'Kept', isStarred: true });
    server.account.addItem(left, { title: 'Labelled', isRead: true, labels: ['later'] });
    server.account.addItem(left, { title: 'Neither', isRead: true });
    const { result } = await bring(reader, server);
    expect(result.articles).toMatchObject({ found: 3, stored: 2, left: [{ reason: 'not-followed', count: 1 }] });
    const { items } = (await reader.get('/v1/entries?view=all')).json;
    expect(items.map(({ title }: { title: string }) => title).toSorted()).toEqual(['Kept', 'Labelled']);
    expect((await reader.get('/v1/subscriptions')).json.items).toEqual([]);
  }, 120_000);

  test('what polls bring too is one article', async () => {
    const [server, reader] = [await newAccount({ product: 'freshrss' }), await newReader()];
    const feed = server.account.addFeed({ url: web.url(0), title: 'Polled' });
    for (let n = 1; n <= 10; n += 1) {
      const url = `http://www.generated.example/0/${n}?utm_source=x`;
      server.account.addItem(feed, { url, title: `Copy ${n}`, isRead: n <= 4, isStarred: n === 5 });
    }
    await bring(reader, server);
    const items = await eventually(async () => {
      const { items } = (await reader.get('/v1/entries?view=all&limit=200')).json;
      return items.every(({ title }: { title: string }) => !title.startsWith('Copy')) && items;
    }, 'the texts of the feed itself');
    expect(items).toHaveLength(10);
    expect((await reader.get('/v1/counters')).json).toMatchObject({ unread: 6, starred: 1 });
    expect((await counts(machine)).doubled).toBe(0);
  }, 120_000);

  test('goes on after kill -9, and through errors, cut answers and changed continuations', async () => {
    const [server, reader] = [await newAccount({ product: 'freshrss' }), await newReader()];
    const feed = server.account.addFeed({ url: 'http://many.test/feed' });
    for (let n = 0; n < MANY; n += 1) server.account.addItem(feed, { isStarred: n % 100 === 0 });
    server.control.order('cut', { path: 'stream/items/contents', after: 3 });
    server.control.order('html', { path: 'stream/items/contents', after: 6 });
    server.control.order('doubled', { path: 'stream/items/contents', times: 2 });
    let pages = 0;
    server.control.beforeRequest(({ path }) => {
      if (path === 'stream/items/ids' && ++pages === 2) server.control.changeContinuations('bad-request');
    });
    const begun = await begin(reader, server);
    for (const target of process.env.ALT_TEST_LONG ? [200, 1_500] : [400]) {
      await eventually(async () => (await read(reader, begun.id)).done >= target, `${target} fetched`, 240_000);
      await machine.kill('alt-backend', 'SIGKILL');
      await machine.start('alt-backend');
      await withDatabase(machine, (database) => database.script(endLeases));
    }
    const ended = await untilOver(reader, begun.id);
    expect(ended).toMatchObject({
      state: 'done',
      result: { articles: { found: MANY, stored: MANY, unread: MANY, left: [] } },
    });
    expect((await reader.get('/v1/counters')).json).toMatchObject({ unread: MANY, starred: MANY / 100 });
    expect(await findMiscounted(machine)).toEqual([]);
  }, 600_000);

  test('is its reader’s alone, one at a time, and tells how far it is', async () => {
    const [server, reader, stranger] = [await newAccount({ product: 'bazqux' }), await newReader(), await newReader()];
    fill(server, 'bazqux');
    server.control.order('slow', { path: 'stream', times: 20 });
    const events = readEvents(reader, {
      since: 0,
      isEnough: (seen) => seen.some(({ event, data }) => event === 'import' && data.state === 'done'),
    });
    const begun = await begin(reader, server);
    expect((await reader.post('/v1/imports/google-reader', bodyOf(server))).json).toMatchObject({ code: 'conflict' });
    expect((await stranger.get(`/v1/imports/${begun.id}`)).status).toBe(404);
    expect((await stranger.get('/v1/imports')).json).toEqual({ items: [], nextCursor: null });
    await untilOver(reader, begun.id);
    const phases = (await events).flatMap(({ event, data }) => (event === 'import' ? [data.phase] : []));
    expect(phases.at(-1)).toBe('over');
    expect((await reader.get('/v1/imports')).json.items.map(({ id }: { id: string }) => id)).toEqual([begun.id]);
  }, 120_000);

  test.each([
    ['freshrss', 'GoogleLogin'],
    ['bazqux', 'Bearer'],
  ] as const)(
    'brings an account of %s by a token of its own, sent after the word %s, without a login',
    async (product, scheme) => {
      const [server, reader] = [
        await newAccount({ product, apiToken: { value: API_TOKEN, scheme } }),
        await newReader(),
      ];
      fill(server, product);
      const byToken = { url: typedUrl(server, product), password: undefined };
      const refused = await bring(reader, server, { ...byToken, apiToken: `${API_TOKEN}x` });
      expect(refused.error?.code).toBe('sign-in-refused');
      const ended = await bring(reader, server, { ...byToken, apiToken: API_TOKEN });
      expect(ended).toMatchObject({ state: 'done', error: null, result: { subscriptions: { created: 3 } } });
      await expectSame(reader, server, product);
      expect(server.requests.filter(({ path }) => path === 'accounts/ClientLogin')).toEqual([]);
      expect(await keptOfImports()).not.toContain(API_TOKEN);
    },
    120_000,
  );

  test('cleans hostile bodies as those of feeds', async () => {
    const [server, reader] = [await newAccount({ product: 'freshrss' }), await newReader()];
    const feed = server.account.addFeed({ url: 'http://hostile.test/feed', title: '<b>x</b>' });
    server.account.addItem(feed, {
      title: '<script>alert(1)</script>Title',
      html: '<p onclick="x()">Text</p><script>alert(1)</script><a href="javascript:x()">a</a>',
      url: 'javascript:alert(1)',
    });
    server.account.addItem(feed, { html: `<p>${'x'.repeat(3_000_000)}</p>`, publishedAt: new Date(-1) });
    server.account.addItem(feed, { without: ['canonical', 'alternate', 'categories', 'published', 'author'] });
    const ended = await bring(reader, server);
    expect(ended.result.articles).toMatchObject({ found: 3, stored: 3 });
    const { items } = (await reader.get('/v1/entries?view=all')).json;
    const found = items.find(({ title }: { title: string }) => title.includes('Title'));
    const entry = (await reader.get(`/v1/entries/${found.id}`)).json;
    expect(entry.contentHtml).not.toMatch(/script|onclick/);
    expect(entry.url).toBeNull();
  }, 120_000);

  test('says what is wrong, and forgets the password', async () => {
    const [server, reader] = [await newAccount({ product: 'freshrss' }), await newReader()];
    const page = await serve((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<h1>Hello</h1>'),
    );
    const away = await serve((_request, response) =>
      response.writeHead(307, { location: 'http://127.0.0.2:9/x/ClientLogin' }).end(),
    );
    const codeOf = async (body: Record<string, unknown>) => {
      const answer = await reader.post('/v1/imports/google-reader', { ...bodyOf(server), ...body });
      if (answer.status !== 202) return answer.json.code;
      return (await untilOver(reader, answer.json.id)).error?.code;
    };
    expect(await codeOf({ password: 'wrong' })).toBe('sign-in-refused');
    expect(await codeOf({ url: page })).toBe('no-reader-api');
    expect(await codeOf({ url: away })).toBe('redirected-elsewhere');
    expect(await codeOf({ url: 'http://10.0.0.1/' })).toBe('address-refused');
    expect(await codeOf({ url: 'http://[fd00::1]/' })).toBe('address-refused');
    expect(await codeOf({ url: 'ftp://reader.test/' })).toBe('invalid-request');
    expect(await codeOf({ password: undefined })).toBe('invalid-request');
    expect(await keptOfImports()).not.toContain(PASSWORD);
  }, 120_000);

  /** All that the database keeps of imports, as text. */
  async function keptOfImports(): Promise<string> {
    const rows = await withDatabase(machine, (database) => database.all(everyImport));
    expect(rows.filter(({ secret }) => secret !== null)).toEqual([]);
    return JSON.stringify(rows);
  }

  async function serve(handler: Parameters<typeof createServer>[1]): Promise<string> {
    const server: Server = createServer(handler as never);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    started.push({ stop: () => new Promise((resolve) => server.close(resolve)) });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }
});

/** What people type: the root of the host, not the beginning of the API. */
function typedUrl(server: ReaderServer, product: ReaderProduct): string {
  return product === 'freshrss' ? `${new URL(server.url).origin}/` : server.url;
}

/** Three feeds, two in folders; some items read, starred, labelled. */
function fill({ account }: ReaderServer, product: ReaderProduct): void {
  const hasLabels = product === 'freshrss' || product === 'bazqux';
  const feeds = [
    account.addFeed({ url: `http://one.${product}.test/feed`, title: 'One — first', folders: ['News'] }),
    account.addFeed({ url: `http://two.${product}.test/feed`, title: 'Two', folders: ['Über uns / alle'] }),
    account.addFeed({ url: `http://three.${product}.test/feed`, title: 'Three' }),
  ];
  for (const feed of feeds) {
    for (let n = 0; n < 45; n += 1) {
      account.addItem(feed, {
        title: `${feed.title} ${n}`,
        html: `<p>${feed.title}: text number ${n} of ${product}, told in ${n} words.</p>`,
        isRead: n % 3 === 0,
        isStarred: n % 10 === 0,
        labels: hasLabels && n % 15 === 0 ? ['to read', 'Ünï'] : [],
        publishedAt: new Date(Date.UTC(2015 + (n % 9), 1, 1, n)),
      });
    }
  }
}

async function expectSame(reader: Client, { account }: ReaderServer, product: ReaderProduct): Promise<void> {
  const of = (isWanted: (item: (typeof account.items)[number]) => boolean) => account.items.filter(isWanted).length;
  const counters = (await reader.get('/v1/counters')).json;
  expect(counters.unread).toBe(of(({ isRead }) => !isRead));
  expect(counters.starred).toBe(of(({ isStarred }) => isStarred));
  const subscriptions = (await reader.get('/v1/subscriptions')).json.items;
  const folders = (await reader.get('/v1/folders')).json.items;
  const nameOf = new Map(folders.map((folder: { id: string; name: string }) => [folder.id, folder.name]));
  for (const feed of account.feeds) {
    const own = subscriptions.find((one: { feed: { url: string } }) => one.feed.url === feed.url);
    expect(own).toMatchObject({ title: feed.title, unreadCount: of((item) => item.feed === feed && !item.isRead) });
    expect(own.folderIds.map((id: string) => nameOf.get(id))).toEqual(feed.folders);
  }
  const { items } = (await reader.get('/v1/entries?view=all&limit=200')).json;
  expect(items).toHaveLength(account.items.length);
  const theirs = new Map(account.items.map((item) => [item.title, item]));
  for (const entry of items) {
    const item = theirs.get(entry.title);
    expect(entry).toMatchObject({ read: item?.isRead, starred: item?.isStarred, url: item?.url });
    expect(entry.publishedAt).toBe(item?.publishedAt.toISOString());
    if (product !== 'miniflux' && product !== 'theoldreader')
      expect(entry.labels.toSorted()).toEqual(item?.labels.toSorted());
  }
}

function bodyOf(server: ReaderServer): Record<string, unknown> {
  return { url: server.url, username: server.account.email, password: PASSWORD };
}

async function begin(reader: Client, server: ReaderServer, body: Record<string, unknown> = {}) {
  const answer = await reader.post('/v1/imports/google-reader', { ...bodyOf(server), ...body });
  expect(answer.status, answer.text).toBe(202);
  return answer.json;
}

async function read(reader: Client, id: string) {
  return (await reader.get(`/v1/imports/${id}`)).json;
}

function untilOver(reader: Client, id: string) {
  return eventually(
    async () => {
      const seen = await read(reader, id).catch(() => null);
      return (seen?.state === 'done' || seen?.state === 'failed') && seen;
    },
    'the end of the import',
    240_000,
  );
}

async function bring(reader: Client, server: ReaderServer, body: Record<string, unknown> = {}) {
  return untilOver(reader, (await begin(reader, server, body)).id);
}
