import { statement } from '@alt/database';
import { html, post, rss } from '@alt/testing/hostile/index.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSite, type TestSite } from './test-site.ts';
import { READER, startTestPreProcessor, type TestPreProcessor, until } from './testing.ts';

const SENTENCE = 'The long form of this article says a good deal more than the summary in the feed does. ';
const PAGE = html(
  'Post',
  `<nav>Home</nav><article><h1>Post</h1>${`<p>${SENTENCE.repeat(5)}</p>`.repeat(5)}<script>x()</script></article>`,
);
let alt: TestPreProcessor;
let site: TestSite;

beforeEach(async () => {
  alt = await startTestPreProcessor();
  site = await startSite();
});
afterEach(async () => {
  await alt.stop();
  await site.stop();
});

interface FullText {
  title: string;
  full_state: string;
  full_html: string | null;
  full_code: string | null;
  full_reason: string | null;
}

function fullTexts() {
  return alt.rows.all<FullText>(
    statement(
      'test-full',
      `select a.title, c.full_state, c.full_html, c.full_code, c.full_reason from articles a join article_contents c on c.article_id = a.id
       order by a.title`,
    ),
  );
}

/** Follows a feed whose items link to these paths of the site. */
async function followLinks(paths: string[]): Promise<number> {
  const items = paths.map((path, index) =>
    post(index + 1, { title: path, link: `${site.origin}${path}`, description: 'Short.' }),
  );
  site.pages['/feed'] = { body: rss(items) };
  const [id = 0] = await alt.follow([`${site.origin}/feed`]);
  await alt.settled();
  return id;
}

async function requestAll(): Promise<void> {
  const backend = alt.database.connectAs('alt_backend');
  const request = statement('test-request', 'select request_full_text(article_id) from entries');
  await backend.asReader(READER, (tx) => tx.run(request));
  await until(async () =>
    (await fullTexts()).every(({ full_state }) => full_state !== 'pending' && full_state !== 'none'),
  );
}

test('the full text of an article comes when a reader asks for it, clean', async () => {
  site.pages['/a'] = { body: PAGE };
  await followLinks(['/a']);
  await requestAll();
  const [full] = await fullTexts();
  expect(full).toMatchObject({ full_state: 'ready', full_code: null, full_reason: null });
  expect(full?.full_html).toContain(SENTENCE.trim());
  expect(full?.full_html).not.toMatch(/script|Home/);
});

test('a feed whose reader wants full text gets it for every new article', async () => {
  site.pages['/a'] = { body: PAGE };
  site.pages['/b'] = { body: PAGE };
  const id = await followLinks(['/a']);
  await alt.rows.script(`update feeds set wants_full_text = true`);
  const items = ['/a', '/b'].map((path, index) =>
    post(index + 1, { title: path, link: `${site.origin}${path}`, description: 'Short.' }),
  );
  site.pages['/feed'] = { body: rss(items) };
  await alt.poll([id]);
  await until(async () => (await fullTexts()).some(({ full_state }) => full_state === 'ready'));
  expect(await fullTexts()).toMatchObject([
    { title: '/a', full_state: 'none' },
    { title: '/b', full_state: 'ready' },
  ]);
});

test('what is not the article is not taken for it, and the reason is said', async () => {
  site.pages['/paywall'] = {
    body: html(
      'Post',
      `<article><p>${SENTENCE}</p><p>Subscribe to continue reading this.</p><p>${SENTENCE}</p></article>`,
    ),
  };
  site.pages['/bot'] = {
    body: html(
      'Just a moment',
      '<main><p>Checking your browser before you go on to this site. Please wait a moment.</p></main>'.repeat(4),
    ),
  };
  site.pages['/pdf'] = { body: '%PDF', headers: { 'content-type': 'application/pdf' } };
  site.pages['/empty'] = { body: html('Post', '<p>Hi</p>') };
  site.pages['/private'] = { body: PAGE };
  site.pages['/robots.txt'] = {
    body: 'User-agent: *\nDisallow: /private\n',
    headers: { 'content-type': 'text/plain' },
  };
  await followLinks(['/paywall', '/bot', '/pdf', '/empty', '/private', '/missing']);
  await requestAll();
  const reasons = Object.fromEntries(
    (await fullTexts()).map(({ title, full_state, full_reason }) => [title, `${full_state}: ${full_reason}`]),
  );
  expect(reasons).toEqual({
    '/paywall': 'failed: The page shows the whole article to subscribers only.',
    '/bot': 'failed: The site shows programs another page than people.',
    '/pdf': 'failed: The address leads to a file (application/pdf), not to a page.',
    '/empty': 'failed: The page has hardly any text.',
    '/private': expect.stringContaining('robots.txt'),
    '/missing': 'failed: 127.0.0.1 has nothing at this address.',
  });
  const codes = Object.fromEntries((await fullTexts()).map(({ title, full_code }) => [title, full_code]));
  expect(codes).toEqual({
    '/paywall': 'subscribers-only',
    '/bot': 'hidden-from-programs',
    '/pdf': 'not-a-page',
    '/empty': 'too-little-text',
    '/private': 'refused-by-robots',
    '/missing': 'http-not-found',
  });
  expect(site.requests.filter(({ path }) => path === '/robots.txt')).toHaveLength(1);
  expect(site.requests.filter(({ path }) => path === '/private')).toHaveLength(0);
});

test('a page of less than the feed gave is refused, and what the feed gave stays', async () => {
  const long = post(1, { link: `${site.origin}/a`, description: `<p>${SENTENCE.repeat(60)}</p>` });
  site.pages['/a'] = { body: PAGE };
  site.pages['/feed'] = { body: rss([long]) };
  await alt.follow([`${site.origin}/feed`]);
  await alt.settled();
  await requestAll();
  expect(await fullTexts()).toMatchObject([{ full_state: 'failed', full_html: null }]);
});
