import { afterEach, expect, test } from 'vitest';
import { type ReaderServer, type ReaderServerOptions, startInoreader } from './index.ts';

const started: ReaderServer[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function start(options: ReaderServerOptions = {}): Promise<ReaderServer> {
  const server = await startInoreader(options);
  started.push(server);
  server.control.acceptToken('good');
  return server;
}

function call(server: ReaderServer, path: string, body?: URLSearchParams, authorization = 'Bearer good') {
  const init = body ? { method: 'POST', body } : {};
  return fetch(`${server.url}/reader/api/0/${path}`, { ...init, headers: { authorization } });
}

test('pages of ids lead to every item once, and contents are asked in batches', async () => {
  const server = await start();
  const feed = server.account.addFeed({ url: 'https://blog.test/feed', folders: ['News'] });
  for (let index = 0; index < 2_500; index += 1) server.account.addItem(feed, { isRead: index % 5 === 0 });
  const ids: string[] = [];
  let continuation = '';
  do {
    const xt = 'xt=user/-/state/com.google/read';
    const answer = await call(
      server,
      `stream/items/ids?s=user/-/state/com.google/reading-list&n=1000&${xt}${continuation}`,
    );
    const page = (await answer.json()) as { itemRefs: { id: string }[]; continuation?: string };
    ids.push(...page.itemRefs.map(({ id }) => id));
    continuation = page.continuation ? `&c=${page.continuation}` : '';
  } while (continuation);
  expect(new Set(ids).size).toBe(2_000);
  expect(server.control.usage()).toEqual({ 1: 2, 2: 0 });
  const body = new URLSearchParams(ids.slice(0, 3).map((id) => ['i', id]));
  const contents = (await (await call(server, 'stream/items/contents', body)).json()) as { items: { id: string }[] };
  expect(contents.items.map(({ id }) => BigInt(`0x${id.slice(-16)}`).toString())).toEqual(ids.slice(0, 3));
});

test('over the limit nothing is done, until the day ends', async () => {
  const server = await start({ limits: { 1: 5, 2: 1 } });
  const item = server.account.addItem(server.account.addFeed({ url: 'https://blog.test/feed' }));
  const read = new URLSearchParams({ i: String(item.number), a: 'user/-/state/com.google/read' });
  const star = new URLSearchParams({ i: String(item.number), a: 'user/-/state/com.google/starred' });
  expect((await call(server, 'edit-tag', read)).status).toBe(200);
  const refused = await call(server, 'edit-tag', star);
  expect(refused.status).toBe(429);
  expect(refused.headers.get('x-reader-zone2-usage')).toBe('1');
  expect(refused.headers.get('x-reader-limits-reset-after')).toBe('3600');
  expect([item.isRead, item.isStarred]).toEqual([true, false]);
  server.control.endDay();
  expect(await (await call(server, 'edit-tag', star)).text()).toBe('OK');
  expect(item.isStarred).toBe(true);
});

test('what is ordered to fail fails, as often as ordered, and only there', async () => {
  const server = await start();
  server.control.order('too-many-bare', { path: 'tag/list' });
  expect((await call(server, 'user-info')).status).toBe(200);
  const refused = await call(server, 'tag/list');
  expect([refused.status, refused.headers.get('x-reader-zone1-limit')]).toEqual([429, null]);
  expect((await call(server, 'tag/list')).status).toBe(200);
  server.control.expireTokens();
  expect((await call(server, 'tag/list')).status).toBe(401);
  expect(server.requests.map(({ path }) => path)).toEqual(['user-info', 'tag/list', 'tag/list', 'tag/list']);
});

test.for(['freshrss', 'miniflux', 'theoldreader', 'bazqux'] as const)(
  '%s signs in with a password',
  async (product) => {
    const server = await start({ product, password: 'right' });
    server.account.addItem(server.account.addFeed({ url: 'https://blog.test/feed' }));
    const login = (password: string) =>
      fetch(`${server.url}/accounts/ClientLogin`, {
        method: 'POST',
        body: new URLSearchParams({ Email: 'ann@example.test', Passwd: password }),
      });
    expect((await login('wrong')).ok).toBe(false);
    const auth = /^Auth=(.+)$/m.exec(await (await login('right')).text())?.[1];
    const header = `GoogleLogin auth=${auth}`;
    const ids = await call(
      server,
      'stream/items/ids?s=user/-/state/com.google/reading-list&output=json',
      undefined,
      header,
    );
    const { itemRefs } = (await ids.json()) as { itemRefs: { id: string }[] };
    const body = new URLSearchParams([
      ['i', itemRefs[0]?.id ?? ''],
      ['T', await (await call(server, 'token', undefined, header)).text()],
      ['output', 'json'],
    ]);
    const contents = await call(server, 'stream/items/contents', body, header);
    expect(((await contents.json()) as { items: { title: string }[] }).items[0]?.title).toBe('Item 1');
  },
);
