import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoWeb } from '../demo/server.ts';
import { type Client, createClient, PASSWORD, readEvents, register } from './client.ts';
import { eventually, type Machine, shapes, startMachine } from './harness.ts';
import { stagesDone } from './stored.ts';

type DemoWeb = Awaited<ReturnType<typeof startDemoWeb>>;

describe.each(shapes)('a reader of Alt as %s', (shape) => {
  let web: DemoWeb;
  let machine: Machine;
  let reader: Client;

  beforeAll(async () => {
    web = await startDemoWeb({ slowDelayMs: 300 });
    machine = await startMachine(shape, { allow: [new URL(web.origin).host] });
  }, 120_000);

  afterAll(async () => {
    await machine?.stop();
    await web?.stop();
  });

  const feedUrl = (index: number) => web.feeds[index]?.url ?? '';

  it('makes the first account, which owns this Alt, and no second one', async () => {
    const visitor = createClient(machine.origin);
    expect((await visitor.get('/v1/auth/setup')).json).toEqual({
      needsFirstAccount: true,
      needsCode: false,
      canRegister: true,
      provider: 'embedded',
    });
    reader = await register(machine.origin, 'ada@example.org');
    expect((await reader.get('/v1/auth/validate')).json).toMatchObject({
      valid: true,
      email: 'ada@example.org',
      role: 'owner',
    });
    const second = await visitor.post('/v1/auth/register', { email: 'eve@example.org', password: PASSWORD });
    expect(second.status).toBe(403);
    expect(second.json.code).toBe('registration-closed');
  });

  it('follows a feed and has its articles at once', async () => {
    const made = await reader.post('/v1/subscriptions', { url: feedUrl(0) });
    expect(made.status, made.text).toBe(201);
    expect(made.json.status.state).toBe('ok');
    expect(made.json.unreadCount).toBeGreaterThan(0);
    const list = await reader.get('/v1/entries?view=unread');
    expect(list.json.items).toHaveLength(made.json.unreadCount);
    expect(list.json.items[0].feed.id).toBe(made.json.feed.id);
    const again = await reader.post('/v1/subscriptions', { url: feedUrl(0) });
    expect(again.status).toBe(200);
    expect(again.json.id).toBe(made.json.id);
  });

  it('reads an article whose images come through Alt, and marks it', async () => {
    const { items } = (await reader.get('/v1/entries?view=unread&limit=1')).json;
    const full = await reader.get(`/v1/entries/${items[0].id}`);
    expect(full.json.contentHtml).not.toMatch(/src="https?:/);
    const before = (await reader.get('/v1/counters')).json;
    expect(
      (await reader.patch('/v1/entries', { ids: [items[0].id, '1'], read: true, starred: true, addLabels: ['later'] }))
        .json,
    ).toEqual({ updated: 1 });
    const after = (await reader.get('/v1/counters')).json;
    expect(after.unread).toBe(before.unread - 1);
    expect(after.starred).toBe(before.starred + 1);
    const labelled = (await reader.get('/v1/entries?label=later')).json.items;
    expect(labelled).toHaveLength(1);
    expect(labelled[0]).toMatchObject({ id: items[0].id, read: true, starred: true, labels: ['later'] });
  });

  it('finds the feeds of a site, and says so where a site has several', async () => {
    const several = web.feeds.filter((feed) => feed.siteUrl === mostFeeds(web));
    const found = await reader.post('/v1/feeds/discover', { url: several[0]?.siteUrl });
    expect(found.json.feeds.map((feed: { url: string }) => feed.url).toSorted()).toEqual(
      several.map(({ url }) => url).toSorted(),
    );
    const missing = await reader.post('/v1/subscriptions', { url: `${web.origin}/nothing-is-here` });
    expect(missing.status).toBe(422);
    expect(['feed-unreachable', 'no-feed']).toContain(missing.json.code);
  });

  it('imports an OPML file with nested folders and gets all its articles by itself', async () => {
    const opml = await (await fetch(`${web.origin}/subscriptions.opml`)).text();
    const imported = await reader.post('/v1/opml', opml);
    expect(imported.json).toMatchObject({ failed: [] });
    expect(imported.json.created + imported.json.existing).toBe(web.feeds.length);
    const settled = await eventually(
      async () => {
        const { items } = (await reader.get('/v1/subscriptions')).json;
        const pending = items.filter((item: { status: { state: string } }) => item.status.state === 'pending');
        return pending.length === 0 ? items : null;
      },
      'every feed was polled',
      60_000,
    );
    expect(settled).toHaveLength(web.feeds.length);
    const folders = (await reader.get('/v1/folders')).json.items;
    expect(folders.some((folder: { parentId: string | null }) => folder.parentId !== null)).toBe(true);
    const counters = (await reader.get('/v1/counters')).json;
    const sum = Object.values(counters.bySubscription as Record<string, number>).reduce(
      (total, count) => total + count,
      0,
    );
    expect(counters.unread).toBe(sum);
    expect(counters.unread).toBeGreaterThan(50);
    expect((await reader.get('/v1/opml')).text).toContain('<opml');
  });

  it('pages through everything by key, each entry once, newest first and oldest first', async () => {
    const newest = await readAll(reader, '/v1/entries?limit=7');
    const oldest = await readAll(reader, '/v1/entries?limit=11&order=oldest');
    expect(new Set(newest).size).toBe(newest.length);
    expect(oldest).toEqual(newest.toReversed());
  });

  it('pushes changes within a second and resumes exactly', async () => {
    await stagesDone(machine); // tags and summaries that arrive are changes too
    const [entry] = (await reader.get('/v1/entries?view=unread&limit=1')).json.items;
    const events = await readEvents(reader, {
      onOpen: async () => {
        await reader.patch('/v1/entries', { ids: [entry.id], read: true });
      },
      isEnough: (seen) => seen.some(({ event }) => event === 'entries'),
    });
    const change = events.find(({ event }) => event === 'entries');
    expect(change?.data.items).toContainEqual(expect.objectContaining({ id: entry.id, read: true }));
    const resumed = await readEvents(reader, {
      since: change ? change.data.revision - 1 : 0,
      isEnough: (seen) => seen.some(({ event }) => event === 'counters'),
    });
    expect(
      resumed.find(({ event }) => event === 'entries')?.data.items.map((item: { id: string }) => item.id),
    ).toContain(entry.id);
    const lost = await readEvents(reader, {
      since: 9_999_999,
      isEnough: (seen) => seen.some(({ event }) => event === 'reset'),
    });
    expect(lost[0]?.event).toBe('reset');
  });

  it('marks a folder read, then everything, and keeps what is marked unread afterwards', async () => {
    const { items: folders } = (await reader.get('/v1/folders')).json;
    const folder = folders.find((item: { parentId: string | null }) => item.parentId === null);
    const before = (await reader.get('/v1/counters')).json;
    const marked = await reader.post('/v1/entries/mark-read', { folderId: folder.id });
    expect(marked.json.updated).toBe(before.byFolder[folder.id]);
    expect((await reader.get('/v1/counters')).json.byFolder[folder.id]).toBe(0);
    await reader.post('/v1/entries/mark-read', {});
    expect((await reader.get('/v1/entries?view=unread')).json.items).toEqual([]);
    const [entry] = (await reader.get('/v1/entries?view=read&limit=1')).json.items;
    await reader.patch('/v1/entries', { ids: [entry.id], read: false });
    const unread = (await reader.get('/v1/entries?view=unread')).json.items;
    expect(unread.map((item: { id: string }) => item.id)).toEqual([entry.id]);
    expect((await reader.get('/v1/counters')).json.unread).toBe(1);
  });

  it('serves a program with an API key, without CSRF, until the key is revoked', async () => {
    const { json: key } = await reader.post('/v1/user/api-keys', { name: 'script' });
    const program = createClient(machine.origin, { apiKey: key.key });
    expect((await program.get('/v1/counters')).status).toBe(200);
    expect((await program.patch('/v1/settings', { theme: 'dark' })).json.theme).toBe('dark');
    expect((await reader.delete(`/v1/user/api-keys/${key.id}`)).status).toBe(204);
    await eventually(
      async () => (await program.get('/v1/counters')).status === 401,
      'the revoked key is refused',
      30_000,
    );
  });

  it('refuses a write without the CSRF token and anything without a session', async () => {
    expect((await createClient(machine.origin).get('/v1/entries')).status).toBe(401);
    const forged = await reader.call('PATCH', '/v1/settings', { theme: 'light' }, { 'x-csrf-token': 'wrong' });
    expect(forged.status).toBe(403);
    expect(forged.json.code).toBe('csrf-failed');
  });

  it('describes itself', async () => {
    const { json } = await reader.get('/v1/openapi.json');
    expect(Object.keys(json.paths)).toEqual(expect.arrayContaining(['/v1/entries', '/v1/auth/login', '/v1/opml']));
    expect((await reader.get('/v1/schema/Entry')).json.properties).toHaveProperty('starred');
    expect((await reader.get('/metrics')).status).toBe(404);
    expect((await reader.get('/v1/health')).json.status).toBe('ok');
  });

  it('stops following: what is starred stays, the rest goes', async () => {
    const subscriptions = (await reader.get('/v1/subscriptions')).json.items;
    const first = subscriptions.find((item: { feed: { url: string } }) => item.feed.url === feedUrl(0));
    expect((await reader.delete(`/v1/subscriptions/${first.id}`)).status).toBe(204);
    const starred = (await reader.get('/v1/entries?view=starred')).json.items;
    expect(starred).toHaveLength(1);
    expect(starred[0].feed.id).toBe(first.feed.id);
    expect((await reader.get(`/v1/entries?subscription=${first.id}`)).json.items).toEqual([]);
  });
});

function mostFeeds(web: DemoWeb): string {
  const bySite = Map.groupBy(web.feeds, ({ siteUrl }) => siteUrl);
  return [...bySite.entries()].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? '';
}

async function readAll(reader: Client, path: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { json } = await reader.get(`${path}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    ids.push(...json.items.map((item: { id: string }) => item.id));
    cursor = json.nextCursor;
  }
  return ids;
}
