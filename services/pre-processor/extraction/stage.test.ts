import { statement } from '@alt/database';
import { html, post, rss } from '@alt/testing/hostile/index.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSite, type TestSite } from '../test-site.ts';
import { READER, startTestPreProcessor, type TestPreProcessor, until } from '../testing.ts';

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
  full_text: string | null;
  full_details: object | null;
  full_code: string | null;
  full_reason: string | null;
}

function fullTexts() {
  return alt.rows.all<FullText>(
    statement(
      'test-full',
      `select a.title, c.full_state, c.full_html, c.full_text, c.full_details, c.full_code, c.full_reason from articles a join article_contents c on c.article_id = a.id
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

test('an article of several pages, and one behind an AMP page, come whole', async () => {
  const part = (page: number, link: string) => ({
    body: html(
      'A long one',
      `<article><h1>A long one</h1><p>Part ${page}. ${SENTENCE.repeat(5)}</p>${`<p>${SENTENCE.repeat(4)} ${page}</p>`.repeat(3)}</article>${link}`,
    ),
  });
  site.pages['/long'] = part(1, '<a href="/long/2">2</a> <a href="/long/3">3</a>');
  site.pages['/long/2'] = part(2, '<a href="/long">1</a> <a href="/long/3">3</a>');
  site.pages['/long/3'] = part(3, '<a href="/long/4">Next</a>');
  site.pages['/long/4'] = {
    body: html('Another one', `<article>${`<p>${SENTENCE.repeat(5)}</p>`.repeat(5)}</article>`),
  };
  site.pages['/amp/b'] = {
    body: PAGE.replace('<html', '<html amp').replace('</head>', '<link rel="canonical" href="/b"></head>'),
  };
  site.pages['/b'] = { body: PAGE.replace('<h1>', '<p>Only on the real page. '.concat(SENTENCE, '</p><h1>')) };
  await followLinks(['/long', '/amp/b']);
  await requestAll();
  const [amp, long] = await fullTexts();
  expect(long?.full_text?.match(/Part \d/g)).toEqual(['Part 1', 'Part 2', 'Part 3']);
  expect(long?.full_details).toMatchObject({ pageCount: 3, isComplete: true });
  expect(amp?.full_text).toContain('Only on the real page.');
});

test('the other stages begin when the full text is there, or when there is none to be had', async () => {
  site.pages['/a'] = { body: PAGE };
  await followLinks(['/a', '/missing']);
  await alt.rows.script(`delete from article_stages where stage <> 'extract'`);
  await requestAll();
  const rows = await alt.rows.all<{ title: string; stages: string[] }>(
    statement(
      'test-stages',
      `select a.title, array_agg(s.stage order by s.stage) as stages from articles a join article_stages s on s.article_id = a.id
       group by a.title order by a.title`,
    ),
  );
  const all = ['cluster', 'extract', 'index', 'summarise', 'tag'];
  expect(rows).toEqual([
    { title: '/a', stages: all },
    { title: '/missing', stages: all },
  ]);
});

test('what a page says of its article is kept, and fills what the feed left out', async () => {
  const head = '<meta name="author" content="Jo Doe"><meta property="og:image" content="/lead.png"></head>';
  site.pages['/a'] = { body: PAGE.replace('</head>', head) };
  await followLinks(['/a']);
  await requestAll();
  expect((await fullTexts())[0]?.full_details).toMatchObject({ byline: 'Jo Doe', pageCount: 1, isComplete: true });
  const [article] = await alt.rows.all<{ author: string; image_url: string }>(
    statement('test-filled', 'select author, image_url from articles'),
  );
  expect(article).toEqual({ author: 'Jo Doe', image_url: `${site.origin}/lead.png` });
});

test('nothing is fetched unasked for a feed whose readers have all switched that off', async () => {
  site.pages['/a'] = { body: PAGE };
  await followLinks(['/a']);
  const backend = alt.database.connectAs('alt_backend');
  await backend.asReader(READER, (tx) =>
    tx.run(statement('test-off', 'select set_auto_full_text(id, false) from subscriptions')),
  );
  const begin = `update article_contents set full_state = 'pending';
    insert into article_stages (article_id, stage, content_hash) select id, 'extract', content_hash from articles
    on conflict (article_id, stage) do update set state = 'waiting', priority = 0, next_attempt_at = now()`;
  await alt.rows.script(begin);
  await until(async () => (await fullTexts())[0]?.full_state === 'none');
  expect(site.requests.filter(({ path }) => path === '/a')).toHaveLength(0);
  await requestAll();
  expect((await fullTexts())[0]?.full_state).toBe('ready');
});

const NEIGHBOUR = {
  userId: '00000000-0000-7000-8000-000000000002',
  tenantId: '00000000-0000-7000-8000-0000000000a2',
};

test('what a tenant drops of a feed’s pages is gone for that tenant alone', async () => {
  const box = '<div class="box"><p>Buy the calendar of bridges in our shop, all twelve of them.</p></div>';
  site.pages['/a'] = { body: PAGE.replace('</article>', `${box}</article>`) };
  await followLinks(['/a']);
  await alt.follow([`${site.origin}/feed`], NEIGHBOUR);
  await requestAll();
  const backend = alt.database.connectAs('alt_backend');
  const set = statement('test-set', `select set_feed_selectors(id, '{}', '{.box}') from subscriptions`);
  await backend.asReader(READER, (tx) => tx.run(set));
  const variants = statement<{ tenant_id: string; text: string }>(
    'test-variants',
    'select tenant_id, text from article_variants',
  );
  await until(async () => (await alt.rows.all(variants)).length > 0);
  const [own] = await backend.asReader(READER, (tx) => tx.all(variants));
  expect(own?.tenant_id).toBe(READER.tenantId);
  expect(own?.text).not.toContain('calendar');
  expect(await backend.asReader(NEIGHBOUR, (tx) => tx.all(variants))).toEqual([]);
  expect((await fullTexts())[0]?.full_text).toContain('calendar');
  await backend.asReader(READER, (tx) =>
    tx.run(statement('test-unset', `select set_feed_selectors(id, '{}', '{}') from subscriptions`)),
  );
  expect(await alt.rows.all(variants)).toEqual([]);
});

test('a preview shows what selectors make of a page, stores nothing, and says why there is nothing', async () => {
  site.pages['/a'] = { body: PAGE };
  const preview = async (path: string, rules: { keep?: string[]; drop?: string[] }) => {
    const body = { url: `${site.origin}${path}`, feedTitle: '', feedText: '', ...rules };
    return (await alt.peer('/internal/extraction/preview', { body })).json();
  };
  expect(await preview('/a', { drop: ['nav', 'article'] })).toMatchObject({
    ok: false,
    code: 'selectors-found-nothing',
  });
  expect(await preview('/a', { keep: ['article p'] })).toMatchObject({ ok: true, matched: { keep: [5], drop: [] } });
  expect(await preview('/a', {})).toMatchObject({ ok: true, details: { title: 'Post' } });
  expect(await preview('/missing', {})).toMatchObject({ ok: false, code: 'http-not-found' });
  expect(
    (
      await alt.peer('/internal/extraction/preview', {
        body: { url: site.origin, feedTitle: '', feedText: '', keep: ['a:has(b)'] },
      })
    ).status,
  ).toBe(422);
  expect(await alt.rows.all(statement('test-none', 'select article_id from article_contents'))).toEqual([]);
});
