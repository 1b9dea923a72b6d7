import { expect, test } from 'vitest';
import { extractArticle, type PageTask, readVariant } from './article.ts';

const URL = 'https://paper.example/2026/11/the-bridge';
const SENTENCE = 'The council met on Tuesday for the first time since the summer and talked about the bridge. ';
const PARAGRAPHS = Array.from({ length: 8 }, (_, index) => `<p>${index}. ${SENTENCE.repeat(4)}</p>`).join('');

function page(body: string, head = '<title>The bridge</title>', root = ''): string {
  return `<!doctype html><html${root}><head>${head}</head><body>${body}</body></html>`;
}

function extract(html: string | Uint8Array, task: Partial<PageTask> = {}) {
  const bytes = typeof html === 'string' ? new TextEncoder().encode(html) : html;
  const known = { url: URL, askedUrl: task.url ?? URL, feedTitle: '', feedText: '', continues: null };
  return extractArticle({ bytes, contentType: 'text/html; charset=utf-8', ...known, ...task });
}

function codeOf(html: string, task: Partial<PageTask> = {}): string {
  const result = extract(html, task);
  return result.ok ? 'ok' : result.code;
}

test('the article is found among what stands around it, clean, with absolute addresses', () => {
  const result = extract(
    page(
      `<header><nav><a href=/>Home</a> <a href=/a>News</a></nav></header>
       <main><article><h1>The bridge</h1><p class="byline">By Jo Doe</p><time datetime="2026-11-20">November 20, 2026</time>
       ${PARAGRAPHS}<img src="/b.jpg" alt="The bridge"><p onclick="x()"><a href="/more">More</a> of ${SENTENCE.repeat(2)}</p>
       <div class="share-buttons"><a href="#">Tweet</a></div><p><a href="/x">Read more: Another bridge elsewhere</a></p></article></main>
       <footer>About us. Contact. Imprint.</footer><script>alert(1)</script>`,
    ),
  );
  if (!result.ok) throw new Error(result.code);
  expect(result.text).toContain(`7. ${SENTENCE.trim()}`);
  expect(result.text).not.toMatch(/Home|Tweet|Imprint|Another bridge|Jo Doe|November/);
  expect(result.html).toContain('https://paper.example/b.jpg');
  expect(result.html).toContain('href="https://paper.example/more"');
  expect(result.html).not.toMatch(/onclick|script|alert/);
  expect(result.isCut).toBe(false);
});

test('what the page says of its article is read from the head, from JSON-LD and from microdata', () => {
  const head = `<title>The bridge - The Paper</title><meta property="og:site_name" content="The Paper">
    <meta property="og:image" content="/lead.jpg"><link rel="canonical" href="/2026/11/the-bridge?ref=1">
    <script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"WebPage"},{"@type":"NewsArticle",
    "headline":"The bridge","author":[{"@type":"Person","name":"Jo Doe"},{"name":"Ann Poe"}],"datePublished":"2026-11-20T08:00:00+02:00"}]}</script>`;
  const result = extract(page(`<article>${PARAGRAPHS}</article>`, head, ' lang="en-GB"'));
  expect(result).toMatchObject({
    ok: true,
    details: {
      title: 'The bridge',
      byline: 'Jo Doe, Ann Poe',
      publishedAt: '2026-11-20T06:00:00.000Z',
      imageUrl: 'https://paper.example/lead.jpg',
      siteName: 'The Paper',
      language: 'en-GB',
      canonicalUrl: 'https://paper.example/2026/11/the-bridge?ref=1',
    },
  });
});

test('a front page is nobody’s canonical address, and broken JSON-LD says nothing', () => {
  const head = `<title>x</title><link rel=canonical href="/"><script type="application/ld+json">{"@type":"Article",</script>
    <script type="application/ld+json">${'['.repeat(50_000)}</script>`;
  expect(extract(page(`<article>${PARAGRAPHS}</article>`, head))).toMatchObject({
    ok: true,
    details: { canonicalUrl: null, publishedAt: null, byline: null },
  });
});

const SHORT = `<article><p>${SENTENCE.repeat(4)}</p>`;
test.each([
  ['subscribers-only', 'a paywall', `${SHORT}<p>Subscribe to continue reading.</p></article>`],
  ['subscribers-only', 'a paywall in German', `${SHORT}<p>Jetzt weiterlesen mit Plus.</p></article>`],
  ['subscribers-only', 'a paywall in Japanese', `${SHORT}<p>この記事は有料会員限定です。残り1,204文字</p></article>`],
  ['subscribers-only', 'a paywall in Russian', `${SHORT}<p>Материал доступен. Доступно по подписке.</p></article>`],
  [
    'subscribers-only',
    'a paywall after a long teaser',
    `<article>${PARAGRAPHS}<p>To continue reading, subscribe now.</p></article>`,
  ],
  ['hidden-from-programs', 'a captcha', '<main><p>Checking your browser before you go on to this site.</p></main>'],
  [
    'hidden-from-programs',
    'a challenge script',
    '<p>Please wait.</p><script src="/cdn-cgi/challenge-platform/h/b/x.js"></script>',
  ],
  ['login-required', 'a login', '<form><p>Sign in to go on to the article you wanted.</p><input type=password></form>'],
  [
    'consent-required',
    'a consent wall',
    '<main><p>We and our 812 partners store and access information on a device, such as cookies, to show you advertising that suits you. You may accept all cookies or manage my choices at any time.</p></main>',
  ],
  [
    'article-missing',
    'a missing page',
    '<main><h1>Page not found</h1><p>The page you were looking for is not here any more, and we are sorry for that. Try the search, or go back to the front page of the site.</p></main>',
  ],
  [
    'site-error',
    'a broken site',
    '<main><h1>Error establishing a database connection</h1><p>This either means that the name and the password are wrong, or that we cannot reach the server. Please come back in a while and try again.</p></main>',
  ],
  ['too-little-text', 'hardly any text', '<p>Hi</p>'],
  ['no-article', 'nothing', '<p></p>'],
  ['page-empty', 'no bytes', ''],
])('%s: %s is no article', (code, _name, body) => {
  const result = codeOf(body === '' ? '' : page(body));
  expect(code === 'no-article' ? ['no-article', 'too-little-text'] : [code]).toContain(result);
});

test('a page that says it is for subscribers is refused where only its beginning is there', () => {
  const head =
    '<title>x</title><script type="application/ld+json">{"@type":"Article","isAccessibleForFree":"False"}</script>';
  expect(codeOf(page(`${SHORT}</article>`, head))).toBe('subscribers-only');
  expect(codeOf(page(`<article>${PARAGRAPHS}</article>`, head))).toBe('ok');
});

test('an article about paywalls, captchas and missing pages is an article', () => {
  const about = `<article>${PARAGRAPHS}<p>Some papers say “subscribe to continue reading”, others show a captcha, others a 404 error.</p>${PARAGRAPHS}</article>`;
  expect(codeOf(page(about))).toBe('ok');
});

test('a redirect to the front page, to a login or to a consent page is no article', () => {
  const html = page(`<article>${PARAGRAPHS}</article>`);
  expect(codeOf(html, { askedUrl: URL, url: 'https://paper.example/' })).toBe('front-page');
  expect(codeOf(html, { askedUrl: URL, url: 'https://paper.example/account/login?next=x' })).toBe('login-required');
  expect(codeOf(html, { askedUrl: URL, url: 'https://consent.paper.example/?to=x' })).toBe('consent-required');
  expect(codeOf(html, { askedUrl: URL, url: 'https://paper.example/2026/11/20/the-bridge' })).toBe('ok');
});

test('what the feed gave decides: less than it, or something else, is not the article', () => {
  const html = page(`<article>${PARAGRAPHS}</article>`);
  expect(codeOf(html, { feedText: SENTENCE.repeat(60) })).toBe('less-than-feed');
  expect(codeOf(html, { feedText: SENTENCE.repeat(10) })).toBe('ok');
  const other =
    'Astronomers have found seventeen moons around a planet far outside our system, among them several with oceans under kilometres of frozen water; telescopes launched during spring will photograph their surfaces, scientists announced yesterday evening.';
  expect(codeOf(html, { feedTitle: 'Seventeen moons', feedText: other })).toBe('other-text');
});

test('a list of links is no article', () => {
  const links = Array.from({ length: 60 }, (_, index) => `<p><a href="/${index}">${SENTENCE}${index}</a></p>`).join('');
  expect(['links-only', 'no-article', 'too-little-text']).toContain(codeOf(page(`<div>${links}</div>`)));
});

test('selectors keep and drop; the reading without them is another', () => {
  const html = page(
    `<article><div class="text">${PARAGRAPHS}</div><aside class="box">Buy the calendar of bridges, all twelve of them, in our shop.</aside><p id="end">The end of ${SENTENCE}</p></article>`,
  );
  const rules = [
    { keep: [], drop: ['aside.box', '#end'] },
    { keep: ['#end'], drop: [] },
    { keep: ['.nowhere'], drop: [] },
  ];
  const [dropped, kept, nothing] = rules.map((rule) =>
    readVariant({ bytes: Buffer.from(html), url: URL, contentType: 'text/html; charset=utf-8', rules: rule }),
  );
  expect(dropped?.matched).toEqual({ keep: [], drop: [1, 1] });
  expect(dropped?.text).not.toMatch(/calendar|The end/);
  expect(kept?.text).toBe(`The end of ${SENTENCE.trim()}`);
  expect(nothing?.matched.keep).toEqual([0]);
  expect(extract(html)).toMatchObject({ ok: true, text: expect.stringContaining('The end of') });
});

test.each([
  ['a numbered link', URL, '<a href="/2026/11/the-bridge/2">2</a>', `${URL}/2`],
  ['rel=next', URL, '<a rel="next" href="?page=2">more</a>', `${URL}?page=2`],
  ['a word', `${URL}.html`, '<a href="the-bridge-2.html">Next page »</a>', `${URL}-2.html`],
  ['Japanese', URL, '<a href="/2026/11/the-bridge?page=2">次へ</a>', `${URL}?page=2`],
])('the next page is found by %s', (_name, url, link, next) => {
  expect(extract(page(`<article>${PARAGRAPHS}</article>${link}`), { url })).toMatchObject({ nextUrl: next });
});

test.each([
  ['the next post', '<a rel="next" href="/2026/11/the-tunnel">The tunnel</a>'],
  ['the next number', '<a rel="next" href="/2026/12/the-bridge">Next</a>'],
  ['another host', '<a href="https://other.example/2026/11/the-bridge/2">2</a>'],
  ['a footnote', '<a href="#2">2</a>'],
  ['a page far on', '<a href="/2026/11/the-bridge/7">Next</a>'],
])('%s is no page of the article', (_name, link) => {
  expect(extract(page(`<article>${PARAGRAPHS}</article>${link}`))).toMatchObject({ ok: true, nextUrl: null });
});

test('where there is no article, the canonical address or the AMP page of the same host may have it', () => {
  const amp = '<title>x</title><link rel=amphtml href="/amp/the-bridge">';
  expect(extract(page('<p>Hi</p>', amp))).toMatchObject({
    ok: false,
    elsewhere: 'https://paper.example/amp/the-bridge',
  });
  const far = '<title>x</title><link rel=canonical href="https://other.example/the-bridge">';
  expect(extract(page('<p>Hi</p>', far))).toMatchObject({ ok: false, elsewhere: null });
  const paywall = `${SHORT}<p>Subscribe to continue reading.</p></article>`;
  expect(extract(page(paywall, amp))).toMatchObject({ ok: false, elsewhere: null });
  const canonical = '<title>x</title><link rel=canonical href="/2026/11/the-bridge">';
  expect(
    extract(page(`<article>${PARAGRAPHS}</article>`, canonical, ' ⚡'), {
      url: 'https://paper.example/amp/the-bridge',
    }),
  ).toMatchObject({ ok: true, fullerUrl: URL });
});

test('any bytes give an article or a reason', () => {
  for (const bytes of [
    [0],
    [0xff, 0xfe, 0x3c],
    [0x3c],
    Array.from({ length: 3_000 }, (_, index) => (index * 7_919) % 256),
  ]) {
    const result = extract(Uint8Array.from(bytes));
    expect(result.ok ? result.text.length > 100 : result.reason.length > 10).toBe(true);
  }
});
