import { altBackendEndpoints, authServiceEndpoints, type Endpoint } from '@alt/contracts';
import { createDatabase, statement } from '@alt/database';
import { loadRolePasswords, roleConnection } from '@alt/database/roles.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoWeb } from '../demo/server.ts';
import { type Client, createClient, register } from './client.ts';
import { eventually, type Machine, startMachine } from './harness.ts';
import { stagesDone, withDatabase } from './stored.ts';

/** Tables of a reader or a tenant in `alt`, every one with the other reader's rows in it when the test looks. */
const OWN_TABLES = [
  'readers',
  'tenants',
  'subscriptions',
  'subscription_folders',
  'folders',
  'labels',
  'counters',
  'entries',
  'entry_labels',
  'entry_splits',
  'saved_searches',
  'rules',
  'recaps',
  'recap_outlets',
  'tags',
  'tag_aliases',
  'tag_vetoes',
  'article_tags',
  'feed_selectors',
  'article_variants',
  'highlights',
  'notes',
];
const SHARED_TABLES = [
  'feeds',
  'articles',
  'article_contents',
  'article_summaries',
  'article_keyphrases',
  'cluster_members',
];

describe('two readers of one Alt', () => {
  let machine: Machine;
  let web: Awaited<ReturnType<typeof startDemoWeb>>;
  let ada: Client;
  let eve: Client;
  const ids: Record<Held, string> = {
    subscription: '',
    folder: '',
    entry: '',
    savedSearch: '',
    rule: '',
    apiKey: '',
    appPassword: '',
    session: '',
    recap: '',
    highlight: '',
    note: '',
    tag: '',
  };

  beforeAll(async () => {
    web = await startDemoWeb({ slowDelayMs: 100 });
    machine = await startMachine('one process', {
      allow: [new URL(web.origin).host],
      environment: { ALT_REGISTRATION: 'open' },
    });
    ada = await register(machine.origin, 'ada@example.org');
    eve = await register(machine.origin, 'eve@example.org');
    ids.folder = (await ada.post('/v1/folders', { name: 'Private' })).json.id;
    const made = await ada.post('/v1/subscriptions', { url: web.feeds[0]?.url, folderIds: [ids.folder] });
    ids.subscription = made.json.id;
    ids.entry = (await ada.get('/v1/entries?limit=1')).json.items[0].id;
    await ada.patch('/v1/entries', { ids: [ids.entry], starred: true, addLabels: ['mine'] });
    ids.savedSearch = (await ada.post('/v1/saved-searches', { name: 'Mine', query: 'label:mine' })).json.id;
    ids.rule = (await ada.post('/v1/rules', { name: 'Mine', query: 'the', actions: { star: true } })).json.id;
    ids.apiKey = (await ada.post('/v1/user/api-keys', { name: 'mine' })).json.id;
    ids.session = (await ada.get('/v1/user/sessions')).json.items[0].id;
    ids.appPassword = (await ada.post('/v1/user/app-passwords', { name: 'mine' })).json.id;
    await stagesDone(machine);
    await enrich(machine, ada, ids);
  }, 240_000);

  afterAll(async () => {
    await machine?.stop();
    await web?.stop();
  });

  const endpoints = [...altBackendEndpoints, ...authServiceEndpoints].filter(({ path }) => path.includes(':id'));

  it.each(endpoints.map((item) => [`${item.method} ${item.path}`, item] as const))(
    '%s answers 404 to the other',
    async (_name, endpoint) => {
      const path = endpoint.path.replace(':id', idFor(endpoint, ids));
      const before = await fingerprint(ada);
      const answer = await eve.call(endpoint.method, path, bodyFor(endpoint));
      expect(answer.status, answer.text).toBe(404);
      expect(answer.json.code).toBe('not-found');
      expect(await fingerprint(ada)).toEqual(before);
    },
  );

  it('the other’s ids in bodies and filters reach nothing', async () => {
    const before = await fingerprint(ada);
    expect(
      (await eve.patch('/v1/entries', { ids: [ids.entry], read: true, starred: false, addLabels: ['x'] })).json,
    ).toEqual({ updated: 0 });
    expect((await eve.post('/v1/entries/mark-read', { subscriptionId: ids.subscription })).status).toBe(404);
    expect((await eve.post('/v1/entries/mark-read', { folderId: ids.folder })).status).toBe(404);
    expect((await eve.post('/v1/entries/mark-read', {})).json).toEqual({ updated: 0 });
    expect((await eve.get(`/v1/entries?subscription=${ids.subscription}`)).json.items).toEqual([]);
    expect((await eve.get(`/v1/entries?folder=${ids.folder}`)).json.items).toEqual([]);
    expect((await eve.get('/v1/entries?label=mine')).json.items).toEqual([]);
    expect((await eve.post('/v1/folders', { name: 'In', parentId: ids.folder })).json.code).toBe('unknown-folder');
    expect((await eve.post('/v1/subscriptions', { url: web.feeds[1]?.url, folderIds: [ids.folder] })).json.code).toBe(
      'unknown-folder',
    );
    for (const q of ['the', 'label:mine', 'is:starred', 'folder:private OR -the']) {
      expect((await eve.get(`/v1/search?${new URLSearchParams({ q })}`)).json.items, q).toEqual([]);
    }
    expect(await fingerprint(ada)).toEqual(before);
  });

  it('a typing error is read only as a word that the reader’s own articles have', async () => {
    const mia = await register(machine.origin, 'mia@example.org');
    expect((await mia.post('/v1/subscriptions', { url: web.feeds[1]?.url })).status).toBe(201);
    const { items } = (await ada.get('/v1/entries?limit=20')).json;
    const words = items.flatMap(({ title }: { title: string }) => title.match(/[A-Za-z]{6,}/g) ?? []);
    const typos: string[] = [...new Set<string>(words.slice(0, 20))].map(
      (word) => `${word.slice(0, -2)}${word.at(-1)}${word.at(-2)}`,
    );
    const search = async (client: Client, q: string) =>
      (await client.get(`/v1/search?${new URLSearchParams({ q })}`)).json;
    const readings = async (client: Client) =>
      (await Promise.all(typos.map((q) => search(client, q)))).flatMap(({ corrections }) =>
        corrections.flatMap(({ readAs }: { readAs: string[] }) => readAs),
      );
    expect(await readings(ada)).not.toEqual([]);
    for (const word of await readings(mia)) expect((await search(mia, `"${word}"`)).total, word).toBeGreaterThan(0);
  });

  it('the other’s tags, recaps and answers are not there', async () => {
    const before = await fingerprint(ada);
    for (const path of ['/v1/tags?view=all', '/v1/tags/vetoes', '/v1/tags/proposals', '/v1/saved-searches']) {
      const { status, json } = await eve.get(path);
      expect({ path, status, items: json.items }).toEqual({ path, status: 200, items: [] });
    }
    const tag = encodeURIComponent(ids.tag);
    expect((await eve.patch(`/v1/tags/${tag}`, { hidden: true })).status).toBe(404);
    expect((await eve.post('/v1/tags/merge', { from: [ids.tag], into: 'mine' })).status).toBe(404);
    expect((await eve.get(`/v1/entries?tag=${tag}`)).json.items).toEqual([]);
    expect((await eve.get(`/v1/search?${new URLSearchParams({ q: `tag:"${ids.tag}"` })}`)).json.items).toEqual([]);
    const question = (await ada.get(`/v1/entries/${ids.entry}`)).json.title;
    expect((await eve.post('/v1/ask', { question })).json).toMatchObject({ found: false, citations: [] });
    expect((await eve.get('/v1/recaps')).text).not.toContain(ids.recap);
    expect((await eve.get('/v1/recaps/delivery')).text).not.toContain('ada@example.org');
    expect(await fingerprint(ada)).toEqual(before);
  });

  it('nobody is let in from outside as a service or as somebody else', async () => {
    const stranger = createClient(machine.origin);
    const { userId, tenantId } = (await ada.get('/v1/auth/validate')).json;
    const forged = {
      'x-alt-user-token': 'x',
      'x-alt-service-token': 'x',
      'x-alt-user-id': userId,
      'x-alt-tenant-id': tenantId,
    };
    expect((await stranger.call('GET', '/v1/entries', undefined, forged)).status).toBe(401);
    expect((await stranger.call('POST', '/internal/exchange', { address: '127.0.0.1' }, forged)).status).toBe(404);
    expect((await stranger.call('GET', '/internal/keys', undefined, forged)).status).toBe(404);
  });

  it('the database alone, as the service’s own role, shows the other reader nothing', async () => {
    const connection = roleConnection(machine.admin, 'alt', 'alt_backend', loadRolePasswords(machine.dataDir));
    const database = createDatabase({ ...connection, applicationName: 'isolation test' });
    const adaReader = await readerOf(ada);
    const eveReader = await readerOf(eve);
    try {
      for (const table of [...OWN_TABLES, ...SHARED_TABLES]) {
        const count = statement<{ count: number }>(`count_${table}`, countOf(table, adaReader, ids.recap));
        const own = await database.asReader(adaReader, (tx) => tx.one(count));
        const foreign = await database.asReader(eveReader, (tx) => tx.one(count));
        expect(own?.count, `${table} for its reader`).toBeGreaterThan(0);
        expect(foreign?.count, `${table} for the other`).toBe(0);
        await expect(database.one(count), `${table} for nobody`).rejects.toThrow(
          /alt\.(user|tenant)_id|invalid input syntax/,
        );
      }
    } finally {
      await database.end();
    }
  });
});

type Held =
  | 'subscription'
  | 'folder'
  | 'entry'
  | 'apiKey'
  | 'appPassword'
  | 'session'
  | 'savedSearch'
  | 'rule'
  | 'recap'
  | 'highlight'
  | 'note'
  | 'tag';

/** What the stages and the reader add to articles, so that there is something of it to keep from the other. */
async function enrich(machine: Machine, ada: Client, ids: Record<Held, string>): Promise<void> {
  const tags = await eventually(async () => {
    const { items } = (await ada.get('/v1/tags')).json;
    return items.length > 1 && items;
  }, 'two tags');
  ids.tag = tags[0].name;
  expect((await ada.post('/v1/tags/vetoes', { name: tags[1].name })).status).toBe(201);
  expect((await ada.post('/v1/recaps/feed')).status).toBe(201);
  ids.recap = (await ada.get('/v1/recaps')).json.items[0].id;
  ids.highlight = (await ada.post(`/v1/entries/${ids.entry}/highlights`, { quote: 'mine', isShared: true })).json.id;
  ids.note = (await ada.post(`/v1/entries/${ids.entry}/notes`, { body: 'mine', highlightId: ids.highlight })).json.id;
  await ada.patch(`/v1/subscriptions/${ids.subscription}`, { selectors: { keep: ['article'], drop: [] } });
  // Stories need two feeds that tell them, and variants a page; the rows themselves do for this.
  await withDatabase(machine, (database) =>
    database.script(`
      with cluster as (insert into clusters (first_at) values (now()) returning id)
        insert into cluster_members (article_id, cluster_id, reason)
          select e.article_id, cluster.id, 'url' from entries e, cluster order by 1 limit 1 on conflict do nothing;
      insert into entry_splits (reader_id, article_id) select reader_id, article_id from entries order by 2 limit 1;
      insert into article_variants (article_id, tenant_id, html, text)
        select e.article_id, r.tenant_id, '', '' from entries e join readers r on r.id = e.reader_id order by 1 limit 1
        on conflict do nothing`),
  );
}

/** Rows of a table that are not simply everybody's own: the other reader has rows of their own in these. */
function countOf(table: string, { userId, tenantId }: { userId: string; tenantId: string }, recap: string): string {
  const columns = table === 'feeds' ? 'id' : '1';
  const own: Record<string, string> = {
    readers: `where user_id = '${userId}'`,
    tenants: `where id = '${tenantId}'`,
    recaps: `where id = '${recap}'`,
  };
  return `select count(${columns}) from ${table} ${own[table] ?? ''}`;
}

async function readerOf(client: Client) {
  const { userId, tenantId } = (await client.get('/v1/auth/validate')).json;
  return { userId, tenantId };
}

function idFor({ path }: Endpoint, ids: Record<string, string>): string {
  if (path.startsWith('/v1/folders')) return ids.folder ?? '';
  if (path.startsWith('/v1/entries')) return ids.entry ?? '';
  if (path.startsWith('/v1/saved-searches')) return ids.savedSearch ?? '';
  if (path.startsWith('/v1/rules')) return ids.rule ?? '';
  if (path.startsWith('/v1/user/api-keys')) return ids.apiKey ?? '';
  if (path.startsWith('/v1/user/sessions')) return ids.session ?? '';
  if (path.startsWith('/v1/user/app-passwords')) return ids.appPassword ?? '';
  if (path.startsWith('/v1/recaps')) return ids.recap ?? '';
  if (path.startsWith('/v1/highlights')) return ids.highlight ?? '';
  if (path.startsWith('/v1/notes')) return ids.note ?? '';
  return ids.subscription ?? '';
}

function bodyFor({ name, method, path, body }: Endpoint): unknown {
  if (name === 'createHighlight') return { quote: 'Taken over' };
  if (name === 'createNote' || name === 'updateNote') return { body: 'Taken over' };
  if (name === 'updateHighlight') return { color: 'pink' };
  if (method !== 'PATCH') return body ? {} : undefined;
  return /^\/v1\/(folders|saved-searches|rules|user\/passkeys)/.test(path)
    ? { name: 'Taken over' }
    : { title: 'Taken over' };
}

/** Everything that a reader can see of their own. */
async function fingerprint(client: Client) {
  const paths = [
    '/v1/subscriptions',
    '/v1/folders',
    '/v1/entries',
    '/v1/counters',
    '/v1/labels',
    '/v1/saved-searches',
    '/v1/rules',
    '/v1/user/api-keys',
    '/v1/user/app-passwords',
    '/v1/tags?view=all',
    '/v1/tags/vetoes',
    '/v1/recaps/delivery',
    '/v1/notes',
  ];
  return Promise.all(paths.map(async (path) => stable((await client.get(path)).json)));
}

/** Times of polls go on by themselves. */
function stable(value: unknown): unknown {
  const moving = ['status', 'lastUsedAt'];
  return JSON.parse(JSON.stringify(value, (key, item) => (moving.includes(key) ? undefined : item)));
}
