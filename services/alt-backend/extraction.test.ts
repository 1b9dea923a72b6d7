import { type ExtractionPreview, updateSubscription } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { createImageAddresses } from '@alt/feeds/html/image-address.ts';
import type { PeerFetch, Reader, RouteContext } from '@alt/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { extractionRoutes } from './extraction.ts';
import { type AsReader, createAsReader } from './store/readers.ts';
import { subscribe } from './store/subscriptions.ts';
import { subscriptionRoutes } from './subscriptions.ts';

let database: TestDatabase;
let superuser: Database;
let asReader: AsReader;
let feedId: number;
beforeEach(async () => {
  database = await createTestDatabase();
  superuser = database.superuser('alt');
  asReader = createAsReader(database.connectAs('alt_backend'));
  const ensureFeed = statement<{ id: number }>(
    'preview_feed',
    `select ensure_feed('https://paper.example/feed', 'paper.example', null, null) as id`,
  );
  feedId = (await superuser.one(ensureFeed))?.id ?? 0;
});
afterEach(() => database.drop());

const makeReader = (digit: number, role: Reader['role'] = 'owner'): Reader => ({
  userId: `018f0000-0000-7000-8000-00000000000${digit}`,
  tenantId: `018f0000-0000-7000-8000-00000000000${digit}`,
  role,
  email: '',
  name: '',
  sessionId: null,
  keyId: null,
  csrfToken: null,
  provedAt: null,
  isSuspended: false,
  ownsInstance: false,
  scope: 'full',
});

async function follow(reader: Reader): Promise<string> {
  const [made] = await asReader(reader, (tx) => subscribe(tx, [feedId], [null]));
  return String(made?.subscriptionId);
}

/** An article of the feed, delivered to everybody who follows it. */
async function publish(path: string): Promise<void> {
  await superuser.script(`
    with a as (
      insert into articles (id, feed_id, identity, url, title, excerpt, received_at, sort_at, content_hash)
        values (allocate_article_ids(1), ${feedId}, sha256('${path}'), 'https://paper.example${path}', '${path}', '', now(), now(), sha256(''))
        returning id
    ) insert into article_contents (article_id, content_html, text) select id, '<p>Short.</p>', 'Short.' from a`);
  await superuser.script('select deliver_all(array_agg(id), array[]::bigint[]) from articles');
}

/** What pre-processor was asked, and an answer of its kind. */
function standIn(): { peer: PeerFetch; asked: unknown[] } {
  const asked: unknown[] = [];
  const answer: ExtractionPreview = {
    ok: true,
    url: 'https://paper.example/a',
    html: '<p><img src="https://paper.example/a.png" alt=""></p>',
    details: {
      title: 'A',
      byline: null,
      publishedAt: null,
      imageUrl: null,
      siteName: null,
      language: null,
      canonicalUrl: null,
      pageCount: 1,
      isComplete: true,
    },
    matched: { keep: [], drop: [1] },
  };
  const peer = (async (_path: string, init: { body: string }) => {
    asked.push(JSON.parse(init.body));
    return Response.json(answer);
  }) as unknown as PeerFetch;
  return { peer, asked };
}

async function preview(reader: Reader, id: string, body: object, peer: PeerFetch) {
  const [route] = extractionRoutes(asReader, peer, createImageAddresses('0'.repeat(64)));
  const context = { params: { id }, body: { keep: [], drop: [], ...body }, reader, requestId: 'r' };
  return (await route?.handle(context as unknown as RouteContext)) as ExtractionPreview;
}

async function change(reader: Reader, id: string, body: object) {
  const nobody: PeerFetch = () => Promise.reject(new Error('nobody is asked'));
  const route = subscriptionRoutes(asReader, nobody).find(({ endpoint }) => endpoint.name === updateSubscription.name);
  return (await route?.handle({ params: { id }, body, reader } as unknown as RouteContext)) as {
    selectors: unknown;
    autoFullText: boolean;
  };
}

test('a preview takes the newest article, or one of its site’s pages, and shows its pictures through Alt', async () => {
  const ada = makeReader(1);
  const id = await follow(ada);
  await publish('/old');
  await publish('/new');
  const { peer, asked } = standIn();
  const shown = await preview(ada, id, { drop: ['.box'] }, peer);
  expect(shown).toMatchObject({ ok: true, matched: { drop: [1] } });
  expect(shown.ok && shown.html).toContain('/v1/images/');
  await preview(ada, id, { url: 'https://paper.example/old' }, peer);
  await preview(ada, id, { url: 'https://paper.example/elsewhere' }, peer);
  expect(asked).toEqual([
    { url: 'https://paper.example/new', feedTitle: '/new', feedText: 'Short.', keep: [], drop: ['.box'] },
    { url: 'https://paper.example/old', feedTitle: '/old', feedText: 'Short.', keep: [], drop: [] },
    { url: 'https://paper.example/elsewhere', feedTitle: '', feedText: '', keep: [], drop: [] },
  ]);
});

test('a preview fetches no pages of other sites, and nothing for who does not follow the feed', async () => {
  const [ada, eve] = [makeReader(1), makeReader(2)];
  const id = await follow(ada);
  await asReader(eve, async () => {});
  const { peer, asked } = standIn();
  await expect(preview(ada, id, {}, peer)).rejects.toMatchObject({ code: 'invalid-request' });
  await publish('/a');
  const body = { url: 'https://other.example/a' };
  await expect(preview(ada, id, body, peer)).rejects.toMatchObject({ code: 'invalid-request' });
  for (const wrong of [id, '0', 'x', '99999999999']) {
    await expect(preview(eve, wrong, {}, peer)).rejects.toMatchObject({ code: 'not-found' });
  }
  expect(asked).toEqual([]);
});

test('selectors and the switch for full texts are set on the subscription; selectors are the tenant’s', async () => {
  const [ada, eve] = [makeReader(1), makeReader(2)];
  const colleague = { ...makeReader(3), tenantId: ada.tenantId };
  const [own, foreign, shared] = [await follow(ada), await follow(eve), await follow(colleague)];
  const rules = { keep: ['article'], drop: ['.box', '#end'] };
  expect(await change(ada, own, { selectors: rules, autoFullText: false })).toMatchObject({
    selectors: rules,
    autoFullText: false,
  });
  expect(await change(colleague, shared, {})).toMatchObject({ selectors: rules, autoFullText: true });
  expect(await change(eve, foreign, {})).toMatchObject({ selectors: null, autoFullText: true });
  await expect(change(eve, own, { selectors: null })).rejects.toMatchObject({ code: 'not-found' });
  await expect(change({ ...colleague, role: 'reader' }, shared, { selectors: null })).rejects.toMatchObject({
    code: 'forbidden',
  });
  expect(await change(ada, own, { selectors: null, autoFullText: true })).toMatchObject({
    selectors: null,
    autoFullText: true,
  });
});

test('what is no selector is refused with its place', () => {
  const parsed = updateSubscription.body?.safeParse({ selectors: { keep: [], drop: ['.ok', 'a:has(b)'] } });
  expect(parsed?.error?.issues[0]).toMatchObject({ path: ['selectors', 'drop', 1] });
  const many = updateSubscription.body?.safeParse({ selectors: { drop: Array(31).fill('.x') } });
  expect(many?.success).toBe(false);
});
