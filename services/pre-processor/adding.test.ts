import { statement } from '@alt/database';
import { html, posts, rss } from '@alt/testing/hostile/index.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSite, type TestSite } from './test-site.ts';
import { READER, startTestPreProcessor, type TestPreProcessor } from './testing.ts';

const FEED = rss(posts(4), { title: 'A feed' });
const link = (href: string, title: string, type = 'application/rss+xml') =>
  `<link rel="alternate" type="${type}" title="${title}" href="${href}">`;
let alt: TestPreProcessor;
let site: TestSite;

beforeEach(async () => {
  alt = await startTestPreProcessor();
  // alt-backend knows the readers before it asks for a feed of theirs.
  await alt.follow([], READER);
  await alt.follow([], { ...READER, tenantId: READER.userId });
  site = await startSite({ '/feed.xml': { body: FEED }, '/news.xml': { body: FEED } });
});
afterEach(async () => {
  await alt.stop();
  await site.stop();
});

async function resolve(url: string, options: { force?: boolean; tenantId?: string } = {}) {
  const body = { url, tenantId: READER.tenantId, ...options };
  const response = await alt.peer('/internal/feeds/resolve', { body });
  return { status: response.status, ...(await response.json()) };
}

describe('adding', () => {
  test('a feed fetches it once and stores its articles', async () => {
    const found = await resolve(`${site.origin}/feed.xml`);
    expect(found).toMatchObject({ status: 200, url: `${site.origin}/feed.xml`, title: 'A feed', format: 'rss' });
    expect(await alt.articles(found.feedId)).toHaveLength(4);
    expect(site.requests).toHaveLength(1);
    expect(await resolve(`${site.origin}/feed.xml`)).toMatchObject({ status: 200, feedId: found.feedId });
    expect(site.requests).toHaveLength(1);
  });

  test('a feed behind an address that the operator opened is the tenant’s own', async () => {
    const mine = await resolve(`${site.origin}/feed.xml`);
    const theirs = await resolve(`${site.origin}/feed.xml`, { tenantId: READER.userId });
    expect(theirs.feedId).not.toBe(mine.feedId);
    const tenants = await alt.rows.all(statement('test-tenants', 'select tenant_id from feeds order by id'));
    expect(tenants).toEqual([{ tenant_id: READER.tenantId }, { tenant_id: READER.userId }]);
  });

  test('a feed with name and password sends them and keeps them out of the address', async () => {
    const found = await resolve(`${site.origin.replace('//', '//reader:p%40ss@')}/feed.xml`);
    expect(found).toMatchObject({ status: 200, url: `${site.origin}/feed.xml` });
    expect(site.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('reader:p@ss').toString('base64')}`);
  });

  test('a site with one feed follows that feed; comments do not count', async () => {
    const head =
      link('/feed.xml', 'A blog') + link('/comments.xml', 'A blog: comments') + link('/atom.xml', 'A blog (Atom)');
    site.pages['/'] = { body: html('A blog', '<p>Hello</p>', head) };
    expect(await resolve(site.origin)).toMatchObject({ status: 200, url: `${site.origin}/feed.xml` });
  });

  test('a site with several feeds asks which, and makes nothing', async () => {
    site.pages['/'] = { body: html('Papers', '', link('/news.xml', 'News') + link('/sport.xml', 'Sport')) };
    const answer = await resolve(site.origin);
    expect(answer).toMatchObject({ status: 422, code: 'several-feeds' });
    expect(answer.feeds).toEqual([
      { url: `${site.origin}/news.xml`, title: 'News', format: 'rss' },
      { url: `${site.origin}/sport.xml`, title: 'Sport', format: 'rss' },
    ]);
    expect(await alt.rows.all(statement('test-no-feeds', 'select from feeds'))).toEqual([]);
  });

  test('a page that names no feed is tried at the usual places', async () => {
    site.pages['/'] = { body: html('Silent', '<p>Nothing said</p>') };
    site.pages['/feed'] = { body: FEED };
    const answer = await resolve(site.origin);
    expect(answer).toMatchObject({ status: 200, title: 'A feed' });
  });

  test('a page without a feed and an address that does not answer are told apart', async () => {
    await site.stop();
    const down = await resolve(site.origin);
    expect(down).toMatchObject({ status: 422, code: 'feed-unreachable', reason: 'connect-refused' });
    expect(down.detail).toMatch(/refuses connections/);
    site = await startSite({ '/': { body: html('Empty', '<p>Nothing</p>') } });
    expect(await resolve(site.origin)).toMatchObject({ status: 422, code: 'no-feed' });
    expect(await resolve(`${site.origin}/missing`)).toMatchObject({
      status: 422,
      code: 'feed-unreachable',
      reason: 'http-not-found',
    });
    expect(await resolve('not an address')).toMatchObject({ status: 422, code: 'invalid-feed-url' });
  });

  test('by force makes the row and fetches nothing', async () => {
    const made = await resolve('https://example.org/some-feed', { force: true });
    expect(made).toMatchObject({ status: 200, url: 'https://example.org/some-feed' });
    expect(await alt.feed(made.feedId)).toMatchObject({ state: 'pending', last_polled_at: null });
  });

  test('discovery lists what a site offers and stores nothing', async () => {
    site.pages['/'] = {
      body: html('Papers', '', link('/news.xml', 'News') + link('/sport.xml', 'Sport', 'application/atom+xml')),
    };
    const response = await alt.peer('/internal/feeds/discover', { body: { url: site.origin } });
    expect(await response.json()).toEqual({
      feeds: [
        { url: `${site.origin}/news.xml`, title: 'News', format: 'rss' },
        { url: `${site.origin}/sport.xml`, title: 'Sport', format: 'atom' },
      ],
    });
    expect(await alt.rows.all(statement('test-no-feeds', 'select from feeds'))).toEqual([]);
  });
});
