import { statement } from '@alt/database';
import { posts, rss } from '@alt/testing/hostile/index.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSite, type TestSite } from './test-site.ts';
import { startTestPreProcessor, type TestPreProcessor, until } from './testing.ts';

const SPACING_MS = 120;
const FEED = { body: rss(posts(2)), afterMs: 30 };
let alt: TestPreProcessor;
let site: TestSite;
let other: TestSite;

beforeEach(async () => {
  const environment = { ALT_SPACE_OPENED_HOSTS: 'true', ALT_HOST_SPACING_MS: String(SPACING_MS) };
  alt = await startTestPreProcessor({ environment });
  site = await startSite({ '/1': FEED, '/2': FEED, '/3': FEED, '/4': FEED, '/5': FEED });
  other = await startSite({ '/1': FEED }, '127.0.0.2');
});
afterEach(async () => {
  await alt.stop();
  await Promise.all([site.stop(), other.stop()]);
});

test('a host is asked one thing at a time with a pause between, however many processes ask', async () => {
  const stopOther = await alt.another();
  await alt.follow([1, 2, 3, 4, 5].map((n) => `${site.origin}/${n}`));
  await alt.settled();
  await stopOther();
  const times = site.requests.toSorted((a, b) => a.startedAt - b.startedAt);
  expect(times).toHaveLength(5);
  for (const [index, request] of times.entries()) {
    const before = times[index - 1];
    // The answer's end is seen a little later by its sender than by its receiver.
    if (before) expect(request.startedAt - before.endedAt).toBeGreaterThanOrEqual(SPACING_MS - 25);
  }
});

test('a host that says 429 is left alone with all its feeds, others are not', async () => {
  site.pages['/1'] = { status: 429, headers: { 'retry-after': '3600' } };
  const [limited = 0] = await alt.follow([`${site.origin}/1`]);
  await alt.settled();
  const ids = await alt.follow([`${site.origin}/2`, `${other.origin}/1`]);
  const [neighbour = 0, stranger = 0] = ids;
  await alt.rows.script('update feeds set next_poll_at = now() where last_polled_at is null; notify alt_polls');
  await until(async () => (await alt.feed(stranger)).state === 'ok');
  expect(await alt.feed(limited)).toMatchObject({ error_code: 'http-too-many-requests' });
  expect((await alt.feed(limited)).next_poll_at.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
  expect(await alt.feed(neighbour)).toMatchObject({ state: 'pending', last_polled_at: null });
  expect(site.requests).toHaveLength(1);
});

test('the operator’s own hosts are asked eight at once, without a pause', async () => {
  await alt.stop();
  alt = await startTestPreProcessor();
  let running = 0;
  let most = 0;
  for (let n = 1; n <= 30; n += 1) {
    site.pages[`/${n}`] = () => {
      running += 1;
      most = Math.max(most, running);
      setTimeout(() => {
        running -= 1;
      }, 25);
      return FEED;
    };
  }
  await alt.follow(Array.from({ length: 30 }, (_, index) => `${site.origin}/${index + 1}`));
  await alt.settled();
  expect(site.requests).toHaveLength(30);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(8);
});

test('a host of the operator’s own that was taken before it was known is free after the first answer', async () => {
  await alt.stop();
  alt = await startTestPreProcessor();
  await alt.follow([`${site.origin}/1`]);
  await alt.settled();
  const taken = statement('test-taken', 'select host from hosts where next_request_at > now()');
  await until(async () => (await alt.rows.all(taken)).length === 0);
  expect(site.requests).toHaveLength(1);
});
