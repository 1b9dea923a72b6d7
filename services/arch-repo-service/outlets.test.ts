import { createLogger, type PeerFetch } from '@alt/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRules } from './rule-applying.ts';
import { makePerson, openRepo, type TestRepo } from './testing.ts';

const ada = makePerson(1);
const ben = makePerson(2);
const cleo = makePerson(3);
const stranger = makePerson(6, { tenant: 2, role: 'owner' });

let repo: TestRepo;
let feed: number;
let asked: { scope: { articleIds: string[]; feedIds: number[] }; text: unknown }[] = [];
/** Stands in for search-indexer: finds everything in scope. */
const searchIndexer: PeerFetch = async (_path, init) => {
  const question = JSON.parse(String(init?.body));
  asked.push(question);
  return Response.json({
    hits: question.scope.articleIds.map((articleId: string) => ({
      articleId,
      score: 1,
      title: [],
      snippet: [{ text: 'found', isMarked: true }],
    })),
    total: question.scope.articleIds.length,
    totalIsExact: true,
    facets: {},
    corrections: [],
    engine: 'embedded',
    isComplete: true,
    tookMs: 1,
  });
};
beforeAll(async () => {
  repo = await openRepo(searchIndexer);
  for (const as of [ada, ben, cleo, stranger]) await repo.call('GET', '/v1/projects', { as });
  feed = await repo.makeFeed('feed', ada);
});
afterAll(() => repo.drop());

const post = async (path: string, body: unknown, as = ada) => (await repo.call('POST', path, { as, body })).json;
const get = async (path: string, as = ada) => (await repo.call('GET', path, { as })).json;

async function project() {
  const { id } = await post('/v1/projects', { title: 'Batteries', description: 'About <them>' });
  const path = `/v1/projects/${id}`;
  await repo.call('PUT', `${path}/members/${ben.userId}`, { as: ada, body: { role: 'editor' } });
  return { id, path };
}

describe('a publication', () => {
  const open = (path: string, kind: string, as = ada) =>
    repo.call('PUT', `${path}/publication`, { as, body: { kind } });
  const visit = (url: string, headers: Record<string, string> = {}) =>
    repo.call('GET', new URL(url).pathname, { headers });

  test('shows brief and articles to whoever has the address, and nothing that people wrote beside them', async () => {
    const { path } = await project();
    const article = await repo.makeArticle(feed, {
      title: 'On <b>costs</b>',
      text: 'Text.',
      url: 'https://a.example/1',
    });
    await post(`${path}/articles`, { articleIds: [article] });
    await post(`${path}/notes`, { body: 'Secret note' });
    await post(`${path}/decisions`, { title: 'Secret decision' });
    expect((await open(path, 'private', ben)).status).toBe(403);
    const { json } = await open(path, 'private');
    expect(json.pageUrl).toMatch(/^https:\/\/alt\.example\/v1\/projects\/published\/[\w-]{43}$/);
    const page = await visit(json.pageUrl);
    expect(page.status).toBe(200);
    expect(page.text).toContain('On &#60;b&#62;costs&#60;/b&#62;');
    expect(page.text).toContain('About &#60;them&#62;');
    expect(page.text).not.toMatch(/Secret|Person 1/);
    expect(page.headers.get('x-robots-tag')).toBe('noindex');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const feedAnswer = await visit(json.feedUrl);
    expect(feedAnswer.headers.get('content-type')).toContain('application/rss+xml');
    expect(feedAnswer.text).toContain('<link>https://a.example/1</link>');
    const etag = feedAnswer.headers.get('etag') ?? '';
    expect((await visit(json.feedUrl, { 'if-none-match': etag })).status).toBe(304);
    // Its secret was shown once.
    expect((await get(`${path}/publication`, ben)).publication).toMatchObject({ kind: 'private', pageUrl: null });
  });

  test('is gone at once when it ends, is opened anew, or its project or tenant is not in good standing', async () => {
    const { id, path } = await project();
    const first = (await open(path, 'public')).json;
    expect((await visit(first.pageUrl)).status).toBe(200);
    expect((await get(`${path}/publication`)).publication.pageUrl).toBe(first.pageUrl);
    const second = (await open(path, 'private')).json;
    expect((await visit(first.pageUrl)).status).toBe(404);
    const gone = async (away: () => Promise<unknown>, back: () => Promise<unknown>) => {
      await away();
      expect((await visit(second.pageUrl)).status).toBe(404);
      expect((await visit(second.feedUrl)).status).toBe(404);
      await back();
      expect((await visit(second.pageUrl)).status).toBe(200);
    };
    await gone(
      () => post(`${path}/archive`, {}),
      () => post(`${path}/restore`, {}),
    );
    await gone(
      () => repo.call('DELETE', path, { as: ada, headers: { 'if-match': '*' } }),
      () => post(`${path}/undelete`, {}),
    );
    const suspend = (at: string) =>
      repo.superuser.script(`update tenants set suspended_at = ${at} where id = '${ada.tenantId}'`);
    await gone(
      () => suspend('now()'),
      () => suspend('null'),
    );
    expect((await repo.call('DELETE', `${path}/publication`, { as: ben })).status).toBe(403);
    expect((await repo.call('DELETE', `${path}/publication`, { as: ada })).status).toBe(204);
    expect((await visit(second.pageUrl)).status).toBe(404);
    expect((await repo.call('GET', `/v1/projects/published/${id}`)).status).toBe(404);
  });
});

describe('rules', () => {
  const apply = async () => {
    await repo.superuser.script(`update project_rules set next_check_at = now() - interval '1 minute'`);
    const rules = startRules(repo.database, createLogger('silent'));
    await rules.applyNow();
    await rules.stop();
  };
  const titles = async (path: string) =>
    (await get(`${path}/articles`)).items.map(({ title }: { title: string }) => title).toSorted();

  test('pin what arrives in the sources and fulfils the query, once, and not again what was taken out', async () => {
    const { path } = await project();
    const other = await repo.makeFeed('elsewhere', ada);
    const foreign = await repo.makeFeed('foreign', stranger);
    await repo.makeArticle(feed, { title: 'Old battery', text: 'Lithium prices.' });
    const section = await post(`${path}/sections`, { title: 'News' });
    expect((await post(`${path}/sources`, { kind: 'feed', feedId: String(feed) })).name).toBe('feed');
    expect((await post(`${path}/sources`, { kind: 'feed', feedId: String(foreign) })).code).toBe('not-found');
    expect((await post(`${path}/sources`, { kind: 'feed', feedId: String(feed) }, ben)).code).toBe('not-found');
    await post(`${path}/rules`, { name: 'Lithium', query: 'lithium -sodium', sectionId: section.id });
    await apply();
    expect(await titles(path)).toEqual(['Old battery']);
    await repo.makeArticle(feed, { title: 'New', text: 'More LITHIUM.' });
    await repo.makeArticle(feed, { title: 'Both', text: 'Lithium and sodium.' });
    await repo.makeArticle(other, { title: 'Elsewhere', text: 'Lithium too.' });
    await repo.makeArticle(foreign, { title: 'Foreign', text: 'Lithium.' });
    await apply();
    await apply();
    expect(await titles(path)).toEqual(['New', 'Old battery']);
    const { items } = await get(`${path}/articles?section=${section.id}`);
    expect(items).toMatchObject([{ origin: 'rule' }, { origin: 'rule' }]);
    await post(`${path}/articles/unpin`, { ids: items.map(({ id }: { id: string }) => id) });
    const [rule] = (await get(`${path}/rules`)).items;
    await repo.call('PATCH', `${path}/rules/${rule.id}`, {
      as: ada,
      body: { query: 'lithium' },
      headers: { 'if-match': `"v${rule.version}"` },
    });
    await apply();
    expect(await titles(path)).toEqual(['Both']);
  });

  test('go through any number of articles in batches, whatever arrived in one moment', async () => {
    const { path } = await project();
    await post(`${path}/sources`, { kind: 'search', query: 'intitle:bulk' });
    await post(`${path}/rules`, { name: 'All', query: 'intitle:bulk' });
    await apply();
    await repo.superuser.script(`
      with made as (
        insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
          select allocate_article_ids(1), ${feed}, uuid_send(uuidv7()), 'Bulk ' || n, '', now(), now(), '\\x01'
          from generate_series(1, 130) n returning id, feed_id
      ), raised as (
        update readers set revision = revision + 1 where user_id = '${ada.userId}' returning id, revision
      ), listed as (
        insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
          select made.id, raised.id, made.feed_id, now(), now(), raised.revision, raised.revision from made, raised
      )
      insert into article_contents (article_id, content_html, text) select id, '', 'text' from made`);
    await apply();
    expect((await get(path)).articleCount).toBe(130);
  });

  test('of whoever may write no more pin nothing, and a query that a project cannot judge is refused', async () => {
    const { path } = await project();
    const bens = await repo.makeFeed('bens', ben);
    await post(`${path}/sources`, { kind: 'feed', feedId: String(bens) }, ben);
    expect(await post(`${path}/rules`, { name: 'All', query: 'word' }, ben)).toMatchObject({
      owner: { name: 'Person 2' },
    });
    for (const query of ['label:x', '(', 'folder:y word', '"open']) {
      expect((await post(`${path}/rules`, { name: 'Bad', query })).code, query).toBe('invalid-request');
    }
    await repo.call('PUT', `${path}/members/${ben.userId}`, { as: ada, body: { role: 'viewer' } });
    await repo.makeArticle(bens, { title: 'Later', text: 'word' });
    await apply();
    expect(await titles(path)).toEqual([]);
    await repo.call('PUT', `${path}/members/${ben.userId}`, { as: ada, body: { role: 'editor' } });
    await apply();
    expect(await titles(path)).toEqual(['Later']);
  });
});

test('search looks through what is pinned and what people wrote, in this project and nowhere else', async () => {
  const { path } = await project();
  asked = [];
  const article = await repo.makeArticle(feed, { title: 'On costs', text: 'Cobalt.' });
  await repo.makeArticle(feed, { title: 'Not pinned', text: 'Cobalt.' });
  await post(`${path}/articles`, { articleIds: [article] });
  await post(`${path}/notes`, { body: 'The Cobalt price is in the annex.' });
  await post(`${path}/decisions`, { title: 'No more', decision: 'Cobált is out.' });
  const other = await project();
  await post(`${other.path}/notes`, { body: 'Cobalt elsewhere' });
  const found = await get(`${path}/search?q=cobalt`, ben);
  expect(found.items.map(({ kind, title }: { kind: string; title: string }) => [kind, title])).toEqual([
    ['article', 'On costs'],
    ['note', 'The Cobalt price is in the annex.'],
    ['decision', 'No more'],
  ]);
  expect(found.total).toBe(3);
  expect(asked).toMatchObject([{ scope: { articleIds: [article], feedIds: [feed] } }]);
  expect((await get(`${path}/search?q=cobalt+-annex`)).items).toHaveLength(2);
  expect((await get(`${path}/search?q=is:unread`)).code).toBe('invalid-query');
  expect((await repo.call('GET', `${path}/search?q=cobalt`, { as: cleo })).status).toBe(404);
  expect((await repo.call('GET', `${path}/search?q=cobalt`, { as: stranger })).status).toBe(404);
});
