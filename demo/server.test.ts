import { parseFeed } from '@alt/feeds';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DemoWeb, startDemoWeb } from './server.ts';
import { type FeedDefinition, sites } from './sites.ts';

const definitions = sites.flatMap((site) => site.feeds.map((feed) => ({ ...feed, site })));
const minuteMs = 60_000;
const startedAt = new Date('2031-04-05T06:07:08Z');

let web: DemoWeb;
let elapsedMs = 0;

beforeAll(async () => {
  web = await startDemoWeb({ slowDelayMs: 20, now: () => new Date(startedAt.getTime() + elapsedMs) });
});

afterAll(() => web.stop());

test('there are at least twelve feeds, in every format and every language', () => {
  expect(web.feeds.length).toBeGreaterThanOrEqual(12);
  expect(new Set(definitions.map((feed) => feed.format))).toEqual(
    new Set(['rss-2.0', 'rss-0.91', 'rss-1.0', 'atom-1.0', 'atom-0.3', 'json-1.1']),
  );
  expect(new Set(definitions.map((feed) => feed.language ?? feed.site.language))).toEqual(new Set(['en', 'ja', 'ru']));
});

test('every feed is a well-formed document of its format, but for the one that is meant to be malformed', async () => {
  for (const [index, feed] of definitions.entries()) {
    const text = await readText(feedUrl(index), feed);
    if (feed.format === 'json-1.1') expect(JSON.parse(text).version).toContain('jsonfeed.org/version/1.1');
    else
      expect({ url: feedUrl(index), valid: XMLValidator.validate(text) === true }).toEqual({
        url: feedUrl(index),
        valid: feed.behaviour !== 'malformed',
      });
  }
});

test('Alt reads every feed, whatever its manners', async () => {
  for (const [index, feed] of definitions.entries()) {
    const response = await fetchPatiently(feedUrl(index));
    const context = { url: response.url, contentType: response.headers.get('content-type') };
    const parsed = parseFeed(new Uint8Array(await response.arrayBuffer()), context);
    if (!parsed.ok) throw new Error(`${response.url}: ${parsed.refusal.message}`);
    const items = readItems(await readText(feedUrl(index), feed), feed);
    expect(parsed.feed.title).toBe(feed.title ?? feed.site.title);
    expect(parsed.feed.items.map((item) => item.url)).toEqual(items.map((item) => item.url));
  }
});

test('the feeds carry at least seventy articles, each with a title, an address and a text of some length', async () => {
  let articles = 0;
  for (const [index, feed] of definitions.entries()) {
    for (const item of readItems(await readText(feedUrl(index), feed), feed)) {
      articles += 1;
      expect(item.title.length).toBeGreaterThan(0);
      expect(item.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
      expect(item.text.length).toBeGreaterThan(40);
    }
  }
  expect(articles).toBeGreaterThanOrEqual(70);
});

test('every link and picture of every page and feed leads somewhere on the demo web', async () => {
  const seen = new Set<string>([`${web.origin}/`, ...web.feeds.map((feed) => feed.url)]);
  for (const url of seen) {
    const response = await fetchPatiently(url);
    expect({ url, status: response.status }).toEqual({ url, status: 200 });
    const type = response.headers.get('content-type') ?? '';
    if (!/html|xml|json|opml/.test(type)) continue;
    for (const link of linksIn(await response.text(), response.url)) {
      expect(link).toMatch(`${web.origin}/`);
      seen.add(link);
    }
  }
  expect(seen.size).toBeGreaterThan(200);
});

test('a home page names its feeds, so that they are discovered', async () => {
  const page = await (await fetch(`${web.origin}/windows/`)).text();
  const links = [...page.matchAll(/<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">/g)];
  expect(links.map((link) => link.slice(1))).toEqual([
    ['application/rss+xml', 'english.xml'],
    ['application/feed+json', 'japanese.json'],
    ['application/atom+xml', 'russian.atom'],
  ]);
});

test('a partial feed has the beginning, and its page has the rest', async () => {
  const [item] = readItems(await (await fetch(`${web.origin}/computers/rss.xml`)).text(), { format: 'rss-2.0' });
  const page = await (await fetch(item?.url ?? '')).text();
  const text = page.slice(page.indexOf('<article>'), page.indexOf('</article>')).replace(/<[^>]+>/g, '');
  expect(text.length).toBeGreaterThan(3 * (item?.text.length ?? 0));
  expect(page).toContain('<nav>');
  expect(page).toContain('<footer');
});

test('an unchanged feed answers 304 to its ETag and to its date, without a body', async () => {
  const url = `${web.origin}/garden/feed.xml`;
  const first = await fetch(url);
  await first.text();
  const etag = first.headers.get('etag') ?? '';
  const date = first.headers.get('last-modified') ?? '';
  const conditions: Record<string, string>[] = [
    { 'if-none-match': etag },
    { 'if-none-match': `"x", W/${etag}` },
    { 'if-modified-since': date },
  ];
  for (const headers of conditions) {
    const again = await fetch(url, { headers });
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
  }
  const other = await fetch(url, { headers: { 'if-none-match': '"x"', 'if-modified-since': date } });
  expect(other.status).toBe(200);
  await other.text();
});

test('articles arrive while it runs, and then the validators change', async () => {
  const before = await snapshot();
  elapsedMs += 5 * minuteMs;
  const after = await snapshot();
  elapsedMs = 0;
  expect(after.ticker.titles.slice(5)).toEqual(before.ticker.titles.slice(0, -5));
  expect(after.computers.titles).toEqual(['Sixty-four kilobytes', ...before.computers.titles]);
  expect(after.computers.etag).not.toBe(before.computers.etag);
  expect(after.garden).toEqual(before.garden);
  expect(await snapshot()).toEqual(before);

  async function snapshot() {
    const read = async (path: string) => {
      const response = await fetch(web.origin + path);
      const items = readItems(await response.text(), { format: 'rss-2.0' });
      return { etag: response.headers.get('etag'), titles: items.map((item) => item.title) };
    };
    return {
      ticker: await read('/harbour/ticker.xml'),
      computers: await read('/computers/rss.xml'),
      garden: await read('/garden/feed.xml'),
    };
  }
});

test('the moved feed is listed under its old address, which answers 301 to the new one', async () => {
  const url = feedUrl(definitions.findIndex((feed) => feed.behaviour === 'moved'));
  const response = await fetch(url, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([301, `${web.origin}/sky/rss.xml`]);
});

test('the rate-limited feed refuses every second request and says when to come back', async () => {
  await using fresh = await startFresh({});
  const url = `${fresh.web.origin}/lights/atom.xml`;
  const answers = [];
  for (let request = 0; request < 4; request += 1) {
    const response = await fetch(url);
    await response.text();
    answers.push([response.status, response.headers.get('retry-after')]);
  }
  expect(answers).toEqual([
    [200, null],
    [429, '120'],
    [200, null],
    [429, expect.stringMatching(/GMT$/)],
  ]);
});

test('the slow feed waits while the others answer, and stopping does not wait for it', async () => {
  await using fresh = await startFresh({ slowDelayMs: 10 * minuteMs });
  const slow = fetch(`${fresh.web.origin}/maps/rss091.xml`).then(
    (response) => response.status,
    () => 'cut off',
  );
  const quick = fetch(`${fresh.web.origin}/bread/atom.xml`).then((response) => response.status);
  expect(await Promise.race([slow, quick])).toBe(200);
  await fresh.web.stop();
  expect(await slow).not.toBe(200);
});

test('the lying feed says UTF-8 and is windows-1251', async () => {
  const response = await fetch(`${web.origin}/weather/rss.xml`);
  expect(response.headers.get('content-type')).toContain('charset=utf-8');
  const bytes = new Uint8Array(await response.arrayBuffer());
  expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
  expect(new TextDecoder('windows-1251').decode(bytes)).toContain('<title>Погодный дневник</title>');
});

test('every episode of the podcast has a sound of the length that it states, also in parts', async () => {
  const feed = await (await fetch(`${web.origin}/trains/podcast.xml`)).text();
  const enclosures = [...feed.matchAll(/<enclosure url="([^"]+)" length="(\d+)" type="audio\/wav"\/>/g)];
  expect(enclosures.length).toBeGreaterThanOrEqual(4);
  for (const [, url = '', length] of enclosures) {
    const whole = Buffer.from(await (await fetch(url)).arrayBuffer());
    expect([whole.length, whole.toString('latin1', 0, 4)]).toEqual([Number(length), 'RIFF']);
    const part = await fetch(url, { headers: { range: 'bytes=100-199' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${length}`]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(100, 200));
  }
});

test('the subscriptions hold every feed once, in nested folders', async () => {
  const opml = await (await fetch(`${web.origin}/subscriptions.opml`)).text();
  expect(XMLValidator.validate(opml)).toBe(true);
  const listed = [...opml.matchAll(/xmlUrl="([^"]+)"/g)].map(([, url]) => url);
  expect(listed.toSorted()).toEqual(web.feeds.map((feed) => feed.url).toSorted());
  expect(opml).toMatch(/<outline text="Journeys">\s*<outline text="By land">\s*<outline type="rss"/);
});

test('each site may have an address of its own', async () => {
  await using fresh = await startFresh({ hasOwnAddresses: true });
  expect(fresh.web.hosts.every((host) => host.startsWith('127.'))).toBe(true);
  for (const feed of fresh.web.feeds) expect(fresh.web.hosts).toContain(new URL(feed.url).host);
  const page = await fetch(fresh.web.feeds[0]?.siteUrl ?? '');
  expect([page.status, (await page.text()).includes('The Slow Garden')]).toEqual([200, true]);
});

test('what is not there answers 404, and what is not reading 405', async () => {
  for (const path of ['/nowhere', '/garden/nowhere', '/garden/images/nowhere.png', '/harbour/999999999', '//']) {
    expect((await fetch(web.origin + path)).status).toBe(404);
  }
  expect((await fetch(`${web.origin}/garden/`, { method: 'POST', body: 'x' })).status).toBe(405);
});

function feedUrl(index: number): string {
  return web.feeds[index]?.url ?? '';
}

/** The feed in the encoding that it truly has; asks once more when told to come later. */
async function readText(url: string, feed: FeedDefinition): Promise<string> {
  const encoding = feed.behaviour === 'lying-encoding' ? 'windows-1251' : (feed.encoding ?? 'utf-8');
  return new TextDecoder(encoding, { fatal: true }).decode(await (await fetchPatiently(url)).arrayBuffer());
}

async function fetchPatiently(url: string): Promise<Response> {
  const response = await fetch(url);
  return response.status === 429 ? fetch(url) : response;
}

interface Item {
  title: string;
  url: string;
  text: string;
}

function readItems(text: string, feed: Pick<FeedDefinition, 'format'>): Item[] {
  if (feed.format === 'json-1.1') {
    const items = JSON.parse(text).items as { title: string; url: string; content_html: string }[];
    return items.map((item) => ({ title: item.title, url: item.url, text: item.content_html }));
  }
  const parser = new XMLParser({ ignoreAttributes: false, isArray: (name) => name === 'item' || name === 'entry' });
  const tree = parser.parse(text);
  const items = tree.rss?.channel.item ?? tree.feed?.entry ?? tree['rdf:RDF'].item;
  return items.map((item: Record<string, unknown> & { link: string | Record<string, string> }) => ({
    title: String(item.title),
    url: typeof item.link === 'string' ? item.link : item.link['@_href'],
    text: JSON.stringify(item['content:encoded'] ?? item.content ?? item.description ?? item.summary),
  }));
}

/** Addresses in attributes, also of HTML that stands escaped in a feed or as XHTML under `xml:base`. */
function linksIn(text: string, documentUrl: string): string[] {
  const base = /xml:base="([^"]+)"/.exec(text)?.[1] ?? documentUrl;
  const plain = text.replaceAll('&quot;', '"').replaceAll('\\"', '"');
  return [...plain.matchAll(/\s(?:href|src|url|xmlUrl|htmlUrl|rdf:resource)="([^"#]+)"/g)].map(
    ([, target = '']) => new URL(target, base).href,
  );
}

async function startFresh(options: Parameters<typeof startDemoWeb>[0]) {
  const fresh = await startDemoWeb(options);
  return { web: fresh, [Symbol.asyncDispose]: fresh.stop };
}
