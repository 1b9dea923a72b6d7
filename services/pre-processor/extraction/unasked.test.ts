import { statement } from '@alt/database';
import { PostponedError, type StageItem } from '@alt/pipeline';
import { html, post, rss } from '@alt/testing/hostile/index.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createReading } from '../reading.ts';
import { type SiteAnswer, startSite, type TestSite } from '../test-site.ts';
import { READER, startTestPreProcessor, type TestPreProcessor, until } from '../testing.ts';
import { createExtraction } from './stage.ts';

const SENTENCE = 'The council met on Tuesday for the first time since the summer and talked about the bridge. ';
const TEASER = `${SENTENCE.repeat(2)} […]`;
const PAGE = html('Post', `<article><h1>Post</h1>${`<p>${SENTENCE.repeat(5)}</p>`.repeat(5)}</article>`);
let alt: TestPreProcessor;
let site: TestSite;

beforeEach(async () => {
  alt = await startTestPreProcessor({ fetchesUnasked: true });
  site = await startSite();
});
afterEach(async () => {
  await alt.stop();
  await site.stop();
});

/** Follows a feed of one teaser, whose page answers so. */
async function followTeaser(answer: SiteAnswer, path = '/a'): Promise<void> {
  site.pages[path] = answer;
  const item = post(1, { link: `${site.origin}${path}`, description: TEASER });
  site.pages['/feed'] = { body: rss([item]) };
  await alt.follow([`${site.origin}/feed`]);
  await alt.settled();
}

interface Extracted {
  state: string;
  text: string | null;
  stages: string[];
  index: string;
  attempts: number;
}

async function look(): Promise<Extracted> {
  const row = await alt.rows.one<Extracted>(
    statement(
      'test-extracted',
      `select c.full_state as state, c.full_text as text, array_agg(s.stage order by s.stage) as stages,
         max(encode(s.content_hash, 'hex')) filter (where s.stage = 'index') as index,
         (max(s.attempts) filter (where s.stage = 'extract'))::int as attempts
       from article_contents c join article_stages s on s.article_id = c.article_id group by c.article_id`,
    ),
  );
  if (!row) throw new Error('there is no article');
  return row;
}

const ALL = ['cluster', 'extract', 'index', 'summarise', 'tag'];
const requestsTo = (path: string) => site.requests.filter((request) => request.path === path).length;
const tryAgain = () =>
  alt.rows.script(`update hosts set penalty_until = null, next_request_at = now();
    update article_stages set next_attempt_at = now() where stage = 'extract' and state = 'waiting'; notify alt_stages`);

test('a teaser gets its full text unasked, and is summarised and tagged when it is there', async () => {
  await followTeaser({ body: PAGE });
  await until(async () => (await look()).state === 'ready');
  expect(await look()).toMatchObject({ stages: ALL, text: expect.stringContaining(SENTENCE.trim()) });
  expect(requestsTo('/a')).toBe(1);
});

test('a page that is not there leaves the feed’s text, with all stages', async () => {
  await followTeaser({ status: 404 });
  await until(async () => (await look()).state === 'failed');
  expect(await look()).toMatchObject({ stages: ALL, text: null });
});

test('a reader who wants no full texts of a feed unasked gets none', async () => {
  site.pages['/feed'] = { body: rss([]) };
  const [id = 0] = await alt.follow([`${site.origin}/feed`]);
  await alt.settled();
  const off = statement('test-off', 'select set_auto_full_text(id, false) from subscriptions');
  await alt.database.connectAs('alt_backend').asReader(READER, (tx) => tx.run(off));
  site.pages['/a'] = { body: PAGE };
  site.pages['/feed'] = { body: rss([post(1, { link: `${site.origin}/a`, description: TEASER })]) };
  await alt.poll([id]);
  await until(async () => (await look()).state === 'none');
  expect((await look()).stages).toEqual(ALL);
  expect(requestsTo('/a')).toBe(0);
});

test('a site that asks to be left alone for ever holds up no other stage, and the index hears of it once', async () => {
  await followTeaser({ status: 429, headers: { 'retry-after': '60' } });
  await until(async () => (await look()).stages.length === ALL.length);
  const { index } = await look();
  for (const tries of [2, 3]) {
    await until(async () => {
      await tryAgain();
      return requestsTo('/a') >= tries;
    });
  }
  expect(await look()).toMatchObject({ state: 'pending', stages: ALL, index, attempts: 0 });
});

test('a site that fails is tried again, while the feed’s text is summarised and tagged', async () => {
  await followTeaser({ status: 500 });
  await until(async () => (await look()).stages.length === ALL.length);
  expect(await look()).toMatchObject({ state: 'pending', text: null });
});

test('an article that waits for its turn begins nothing, unless it has waited for five minutes, and none for a stop', async () => {
  await followTeaser({ body: PAGE });
  await until(async () => (await look()).state === 'ready');
  await alt.rows.script(`delete from article_stages where stage <> 'extract'`);
  const database = alt.database.connectAs('pre_processor');
  const reading = createReading(1);
  const [item] = await alt.rows.all<StageItem>(
    statement(
      'test-item',
      `select article_id as "articleId", stage, content_hash as "contentHash", 0 as attempts, 0 as priority
       from article_stages`,
    ),
  );
  if (!item) throw new Error('there is no article');
  const attempt = async (signal = new AbortController().signal) => {
    const fetchPage = () => Promise.reject(new PostponedError('others are before it', 1_000));
    await expect(createExtraction({ database, reading, fetchPage })(item, signal)).rejects.toThrow('others');
    return alt.rows.all(statement('test-begun', `select stage from article_stages where stage = 'tag'`));
  };
  expect(await attempt()).toEqual([]);
  await alt.rows.script(`update articles set received_at = now() - interval '6 minutes'`);
  expect(await attempt(AbortSignal.abort())).toEqual([]);
  expect(await attempt()).toHaveLength(1);
  await reading.stop();
});

test('a redirect is followed only as the robots.txt of the host that it leads to allows', async () => {
  const other = await startSite({
    '/robots.txt': { body: 'User-agent: *\nDisallow: /private\n', headers: { 'content-type': 'text/plain' } },
    '/private': { body: PAGE },
    '/open': { body: PAGE },
  });
  await followTeaser({ status: 302, headers: { location: `${other.origin}/private` } });
  await until(async () => (await look()).state === 'failed');
  expect(other.requests.map(({ path }) => path)).toEqual(['/robots.txt']);
  site.pages['/a'] = { status: 301, headers: { location: '/b' } };
  site.pages['/b'] = { status: 302, headers: { location: `${other.origin}/open` } };
  const ask = statement('test-request', 'select request_full_text(article_id) from entries');
  await alt.database.connectAs('alt_backend').asReader(READER, (tx) => tx.run(ask));
  await until(async () => (await look()).state === 'ready');
  await other.stop();
});

test('a redirect to a host that asked to be left alone waits for that host', async () => {
  const other = await startSite({ '/open': { body: PAGE } });
  await alt.rows.run(
    statement('test-penalty', `insert into hosts (host, penalty_until) values ($1, now() + interval '1 hour')`),
    [new URL(other.origin).host],
  );
  await followTeaser({ status: 302, headers: { location: `${other.origin}/open` } });
  await until(async () => (await look()).stages.length === ALL.length);
  expect(other.requests).toEqual([]);
  expect(await look()).toMatchObject({ state: 'pending', attempts: 0 });
  await other.stop();
});

test('redirects in a circle end', async () => {
  await followTeaser({ status: 302, headers: { location: '/b' } });
  site.pages['/b'] = { status: 302, headers: { location: '/a' } };
  await until(async () => (await look()).state === 'failed');
  expect(requestsTo('/a')).toBe(1);
});
