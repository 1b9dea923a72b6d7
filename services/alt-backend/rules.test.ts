import { type Role, type Rule, updateEntries } from '@alt/contracts';
import { statement } from '@alt/database';
import { createImageAddresses } from '@alt/feeds/html/image-address.ts';
import { type Reader, route } from '@alt/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { entryRoutes, presentEntries } from './entries.ts';
import { labelRoutes } from './labels.ts';
import { ruleRoutes } from './rules.ts';
import { createFindListed } from './search/routes.ts';
import { ruleQueryRoutes } from './search/rule-queries.ts';
import { createStandIn, type KnownArticle } from './search/stand-in.ts';
import { changeEntries } from './stories.ts';
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
const dan = member(5);
const eve = member(4, 'owner', OTHER_TENANT);

let backend: TestBackend;
let client: TestClient;
const known: KnownArticle[] = [];
let feedId: number;

beforeAll(async () => {
  backend = await openBackend();
  const { asReader, database } = backend;
  const images = createImageAddresses('x'.repeat(32));
  const searchIndexer = standIn((path, body) => createStandIn(known)(path, body));
  const tools = {
    asReader,
    searchIndexer,
    present: (tx: never, rows: never) => presentEntries(tx, rows, images),
  } as Parameters<typeof ruleQueryRoutes>[0];
  client = backend.serve([
    ...ruleRoutes(asReader),
    ...ruleQueryRoutes(tools),
    ...labelRoutes(asReader),
    ...entryRoutes({
      asReader,
      database,
      images,
      findRelated: async () => ({ related: [], relatedState: 'ready' }),
      findListed: createFindListed(tools),
      onMarked() {},
    }).filter(({ endpoint }) => endpoint.name !== updateEntries.name),
    route(updateEntries, ({ body, reader }) =>
      asReader(reader, (tx, id) => changeEntries(tx, reader, id, body), { retry: true }),
    ),
  ]);
});
afterAll(() => backend.drop());

beforeEach(async () => {
  await backend.superuser.script(
    `truncate rules, labels, subscriptions, folders, entries, counters, articles, feeds restart identity cascade;
    update readers set starred_count = 0`,
  );
  for (const reader of [ada, bo, cyd, dan, eve]) await backend.asReader(reader, async () => undefined);
  feedId = await backend.makeFeed('paper', ada, bo, cyd, eve);
});

const make = (as: Reader, body: object = {}) =>
  send<Rule>('POST', '/v1/rules', as, { name: 'Rule', query: 'ebb', actions: { star: true }, ...body });
const list = async (as: Reader) => (await send<{ items: Rule[] }>('GET', '/v1/rules', as)).json.items;

describe('a rule of one’s own', () => {
  test('is made, listed by its place, changed, moved and deleted, and nobody else sees it', async () => {
    const first = await make(cyd, { name: 'First', actions: { markRead: true, labelIds: [await label(cyd, 'sea')] } });
    expect(first).toMatchObject({
      status: 201,
      json: {
        ...{ name: 'First', query: 'ebb', isEnabled: true, isShared: false, isMine: true, isOffForMe: false },
        ...{ position: 0, awaits: [], hasLostLabel: false },
        actions: { markRead: true, star: false, hide: false, labels: [{ name: 'sea' }] },
      },
    });
    const second = await make(cyd, { name: 'Second', query: 'tag:sea -has:summary' });
    expect(second.json).toMatchObject({ position: 1, awaits: ['tags', 'summary'] });
    for (const other of [ada, bo, eve]) {
      expect(await list(other)).toEqual([]);
      const path = `/v1/rules/${first.json.id}`;
      expect(await send('PATCH', path, other, { isEnabled: false })).toMatchObject({ status: 404 });
      expect(await send('DELETE', path, other)).toMatchObject({ status: 404 });
      expect(await send('POST', `${path}/run`, other, {})).toMatchObject({ status: 404 });
    }
    const path = `/v1/rules/${second.json.id}`;
    const changed = await send('PATCH', path, cyd, {
      name: 'Now first',
      position: 0,
      query: 'lang:ja',
      isEnabled: false,
    });
    expect(changed).toMatchObject({ status: 200, json: { name: 'Now first', awaits: [], isEnabled: false } });
    await send('PATCH', `/v1/rules/${first.json.id}`, cyd, { position: 1 });
    expect((await list(cyd)).map(({ name }) => name)).toEqual(['Now first', 'First']);
    const page = await send<{ items: Rule[]; nextCursor: string }>('GET', '/v1/rules?limit=1', cyd);
    const next = await send<{ items: Rule[] }>('GET', `/v1/rules?limit=1&cursor=${page.json.nextCursor}`, cyd);
    expect([...page.json.items, ...next.json.items].map(({ name }) => name)).toEqual(['Now first', 'First']);
    expect(await send('DELETE', path, cyd)).toMatchObject({ status: 204 });
    expect(await list(cyd)).toHaveLength(1);
  });

  test('is refused where it does nothing, contradicts itself, asks for what it cannot know, or takes others’ labels', async () => {
    const foreign = await label(bo, 'foreign');
    for (const actions of [
      {},
      { star: false },
      { hide: true, star: true },
      { labelIds: [] },
      { labelIds: [foreign] },
    ]) {
      expect(await make(cyd, { actions }), JSON.stringify(actions)).toMatchObject({ status: 422 });
    }
    for (const [query, start, end] of [
      ['ebb is:unread', 4, 13],
      ['-label:sea', 1, 10],
      ['"is: open', 0, 1],
    ] as const) {
      expect(await make(cyd, { query }), query).toMatchObject({
        status: 422,
        json: { code: 'invalid-request', query: { start, end } },
      });
      expect(await send('GET', `/v1/rules/preview?${new URLSearchParams({ query })}`, cyd)).toMatchObject({
        status: 400,
      });
    }
    expect(await make(cyd, { query: '"label: of is: a phrase" -is' })).toMatchObject({ status: 201 });
    expect(await make(cyd, { tenantId: OTHER_TENANT })).toMatchObject({ status: 422 });
  });

  test('says that its label is gone, and still does the rest', async () => {
    const id = await label(cyd, 'sea');
    const rule = (await make(cyd, { actions: { star: true, labelIds: [id] } })).json;
    expect(await send('DELETE', '/v1/labels/sea', cyd)).toMatchObject({ status: 204 });
    expect(await list(cyd)).toMatchObject([{ hasLostLabel: true, actions: { star: true, labels: [] } }]);
    const renamed = await send('PATCH', `/v1/rules/${rule.id}`, cyd, { name: 'Still' });
    expect(renamed.json).toMatchObject({ name: 'Still', hasLostLabel: true });
    const article = await arrive('Ebb');
    await run(cyd, rule.id);
    expect(await entry(cyd, article)).toMatchObject({ starred: true, labels: [] });
  });

  test('is one of 200 at most, also where many are made at once', async () => {
    await backend.superuser.script(`insert into rules (tenant_id, owner_id, name, query, actions)
      select tenant_id, id, 'r', 'x', '{"star": true}' from readers, generate_series(1, 199) where user_id = '${cyd.userId}'`);
    const answers = await Promise.all(Array.from({ length: 8 }, () => make(cyd)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(7).fill(422)]);
    expect(answers.find(({ status }) => status === 422)?.json).toMatchObject({ code: 'limit-reached' });
    expect(await make(bo)).toMatchObject({ status: 201 });
  });
});

describe('a shared rule', () => {
  test('is everybody’s to see and to switch off, of members to make, of its maker and of admins to change', async () => {
    expect(await make(cyd, { isShared: true })).toMatchObject({ status: 403 });
    const { json: rule } = await make(bo, { isShared: true });
    const path = `/v1/rules/${rule.id}`;
    expect(await list(cyd)).toMatchObject([{ id: rule.id, isShared: true, isMine: false, isOffForMe: false }]);
    expect(await list(eve)).toEqual([]);
    for (const other of [cyd, dan]) {
      expect(await send('PATCH', path, other, { query: 'flood' })).toMatchObject({ status: 403 });
      expect(await send('DELETE', path, other)).toMatchObject({ status: 403 });
      expect(await send('PATCH', path, other, { isOffForMe: true })).toMatchObject({
        status: 200,
        json: { isOffForMe: true, isEnabled: true },
      });
    }
    expect(await list(bo)).toMatchObject([{ isOffForMe: false }]);
    expect(await send('PATCH', path, cyd, { isOffForMe: false })).toMatchObject({ json: { isOffForMe: false } });
    expect(await send('PATCH', path, ada, { query: 'flood' })).toMatchObject({ status: 200, json: { query: 'flood' } });
    expect(await send('DELETE', path, bo)).toMatchObject({ status: 204 });
    const { json: own } = await make(bo);
    expect(await send('PATCH', `/v1/rules/${own.id}`, bo, { isOffForMe: true })).toMatchObject({ status: 422 });
  });

  test('takes shared labels alone; one of one’s own is shared with its labels', async () => {
    const id = await label(bo, 'sea');
    expect(await make(bo, { isShared: true, actions: { labelIds: [id] } })).toMatchObject({ status: 422 });
    const { json: rule } = await make(bo, { actions: { labelIds: [id] } });
    const path = `/v1/rules/${rule.id}`;
    expect(await send('PATCH', path, bo, { isShared: true })).toMatchObject({ status: 422 });
    expect(await send('PATCH', '/v1/labels/sea', bo, { isShared: true })).toMatchObject({ status: 200 });
    expect(await list(bo)).toMatchObject([{ hasLostLabel: true }]);
    const shared = await send<Rule>('PATCH', path, bo, { isShared: true });
    expect(shared.json).toMatchObject({ isShared: true, isMine: true, hasLostLabel: false });
    expect(shared.json.actions.labels).toMatchObject([{ name: 'sea' }]);
  });
});

describe('what is there already', () => {
  test('is shown before a rule is made: how much, and the newest', async () => {
    for (let n = 0; n < 25; n += 1) await arrive(`Ebb ${n}`);
    await arrive('Flood');
    const { json } = await preview(cyd, 'ebb');
    expect(json).toMatchObject({ total: 25, totalIsExact: true, awaits: [], isComplete: true });
    expect(json.items.map(({ title }) => title)).toEqual(Array.from({ length: 20 }, (_, n) => `Ebb ${24 - n}`));
    expect((await preview(dan, 'ebb')).json).toMatchObject({ total: 0, items: [] });
    expect((await preview(cyd, 'feed:paper')).json).toMatchObject({ total: 26 });
  });

  test('is changed where the reader says so, in parts, and once', async () => {
    const articles: string[] = [];
    for (let n = 0; n < 5; n += 1) articles.push(await arrive(`Ebb ${n}`));
    await arrive('Flood');
    const rule = (await make(cyd, { actions: { markRead: true, labelIds: [await label(cyd, 'sea')] } })).json;
    expect(await run(cyd, rule.id)).toBe(5);
    expect(await entry(cyd, articles[0] ?? '')).toMatchObject({
      ...{ read: true, labels: ['sea'], hidden: false, rules: [{ id: rule.id, name: 'Rule' }] },
    });
    expect(await entry(bo, articles[0] ?? '')).toMatchObject({ read: false, labels: [], rules: [] });
    await send('PATCH', '/v1/entries', cyd, { ids: [articles[0]], read: false });
    expect(await run(cyd, rule.id)).toBe(0);
    expect(await entry(cyd, articles[0] ?? '')).toMatchObject({ read: false });
    await send('PATCH', `/v1/rules/${rule.id}`, cyd, { name: 'Renamed' });
    expect(await run(cyd, rule.id)).toBe(0);
    await send('PATCH', `/v1/rules/${rule.id}`, cyd, { actions: { star: true } });
    expect(await run(cyd, rule.id)).toBe(5);
    expect(await entry(cyd, articles[0] ?? '')).toMatchObject({
      read: false,
      starred: true,
      rules: [{ name: 'Renamed' }],
    });
    await counted();
  });

  test('is hidden with the whole story, and what was hidden can be shown again', async () => {
    const [told, again] = [await arrive('Ebb'), await arrive('Flood')];
    await backend.superuser.script(`update entries set folded_into = ${told} where article_id = ${again}`);
    const rule = (await make(cyd, { actions: { hide: true } })).json;
    expect(await run(cyd, rule.id)).toBe(1);
    const hidden = await backend.superuser.all(
      statement('test-rule-hidden', `select distinct hidden_reason from entries where reader_id = $1`),
      [await readerId(cyd)],
    );
    expect(hidden).toEqual([{ hidden_reason: 'rule' }]);
    const shown = await send<{ items: { id: string }[] }>('GET', '/v1/entries?view=hidden', cyd);
    expect(shown.json.items).toMatchObject([{ id: told }]);
    await send('PATCH', '/v1/entries', cyd, { ids: [told], hidden: false });
    expect(await entry(cyd, told)).toMatchObject({ hidden: false });
    expect((await send<{ items: unknown[] }>('GET', '/v1/entries', cyd)).json.items).toHaveLength(1);
    await counted();
  });

  test('gets a shared label for everybody, where who runs the rule may label for everybody', async () => {
    const id = await label(bo, 'sea');
    await send('PATCH', '/v1/labels/sea', bo, { isShared: true });
    const article = await arrive('Ebb');
    const rule = (await make(bo, { isShared: true, actions: { star: true, labelIds: [id] } })).json;
    expect(await send('POST', `/v1/rules/${rule.id}/run`, cyd, {})).toMatchObject({ status: 403 });
    expect(await run(bo, rule.id)).toBe(1);
    expect(await entry(bo, article)).toMatchObject({ starred: true, labels: ['sea'] });
    expect(await entry(cyd, article)).toMatchObject({ starred: false, labels: ['sea'] });
    expect(await entry(eve, article)).toMatchObject({ starred: false, labels: [] });
    await counted();
  });
});

interface Preview {
  total: number;
  items: { title: string }[];
}

const preview = (as: Reader, query: string) =>
  send<Preview>('GET', `/v1/rules/preview?${new URLSearchParams({ query })}`, as);
const entry = async (as: Reader, id: string) => (await send('GET', `/v1/entries/${id}`, as)).json;

/** Runs a rule to the end; answers on how many entries it acted. */
async function run(as: Reader, id: string): Promise<number> {
  let changed = 0;
  let cursor: string | null = null;
  do {
    const body: object = cursor === null ? {} : { cursor };
    const { json, status } = await send<{ changed: number; nextCursor: string | null }>(
      'POST',
      `/v1/rules/${id}/run`,
      as,
      body,
    );
    expect(status).toBe(200);
    changed += json.changed;
    cursor = json.nextCursor;
  } while (cursor);
  return changed;
}

let arrived = 0;

/** An article that came before any rule; answers its id. */
async function arrive(title: string): Promise<string> {
  arrived += 1;
  const at = new Date(Date.parse('2026-11-01T00:00:00Z') + arrived * 60_000);
  const id = await backend.makeArticle(feedId, { title, at });
  known.push({ id, feedId, title, text: '', author: null, url: null, language: 'en', sortAt: at });
  return String(id);
}

async function label(as: Reader, name: string): Promise<string> {
  const row = await backend.superuser.one<{ id: number }>(
    statement('test-rule-label', 'insert into labels (tenant_id, owner_id, name) values ($1, $2, $3) returning id'),
    [as.tenantId, await readerId(as), name],
  );
  return String(row?.id);
}

const readerId = (as: Reader) => backend.asReader(as, async (_tx, id) => id);

async function counted(): Promise<void> {
  expect(await backend.superuser.all(statement('test-rules-counted', 'select * from miscounted()'))).toEqual([]);
}

async function send<Answer = Record<string, unknown>>(method: string, path: string, as: Reader, body?: unknown) {
  const response = await client(method, path, { as, body });
  const text = await response.text();
  return { status: response.status, json: (text ? JSON.parse(text) : null) as Answer };
}
