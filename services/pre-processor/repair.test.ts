import { statement } from '@alt/database';
import { html, posts, rss } from '@alt/testing/hostile/index.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSite, type TestSite } from './test-site.ts';
import { READER, startTestPreProcessor, type TestPreProcessor, until } from './testing.ts';

const OTHER = { userId: '00000000-0000-7000-8000-000000000002', tenantId: READER.tenantId };
let alt: TestPreProcessor;
let site: TestSite;

beforeEach(async () => {
  alt = await startTestPreProcessor();
  site = await startSite({ '/new': { body: rss(posts(3)) } });
  site.pages['/old'] = { status: 301, headers: { location: '/new' } };
});
afterEach(async () => {
  await alt.stop();
  await site.stop();
});

async function confirmMove(id: number): Promise<void> {
  for (let poll = 0; poll < 2; poll += 1) await alt.poll([id]);
  await alt.rows.script(
    `update feeds set redirect_since = redirect_since - interval '25 hours' where redirect_url is not null`,
  );
}

test('a permanent redirect is adopted after three confirmations over a day, not before', async () => {
  const [id = 0] = await alt.follow([`${site.origin}/old`]);
  await alt.settled();
  await alt.poll([id]);
  expect(await alt.feed(id)).toMatchObject({ url: `${site.origin}/old`, redirect_count: 2 });
  await alt.poll([id]);
  expect(await alt.feed(id)).toMatchObject({ url: `${site.origin}/old`, redirect_count: 3 });
  await alt.rows.script(`update feeds set redirect_since = redirect_since - interval '25 hours'`);
  await alt.poll([id]);
  await until(async () => (await alt.feed(id)).url === `${site.origin}/new`);
  await alt.settled();
  expect(await alt.feed(id)).toMatchObject({ repaired_from: `${site.origin}/old`, state: 'ok', redirect_url: null });
  expect(await alt.articles(id)).toHaveLength(3);
});

test('a chain with a temporary link in it is not permanent', async () => {
  site.pages['/old'] = { status: 301, headers: { location: '/between' } };
  site.pages['/between'] = { status: 302, headers: { location: '/new' } };
  const [id = 0] = await alt.follow([`${site.origin}/old`]);
  await alt.settled();
  expect(await alt.feed(id)).toMatchObject({ state: 'ok', redirect_url: null });
});

test('two feeds that turn out to be one become one, and nobody loses or doubles anything', async () => {
  site.pages['/old'] = { body: rss(posts(5)) };
  site.pages['/new'] = { body: rss(posts(3, 6)) };
  const [old = 0] = await alt.follow([`${site.origin}/old`]);
  const [kept = 0] = await alt.follow([`${site.origin}/new`], OTHER);
  await alt.follow([`${site.origin}/old`], OTHER);
  await alt.settled();
  // The first reader has starred post 5 of the old feed, which both have; the second has read post 1 of the old one.
  await alt.rows.script(`
    update entries e set is_starred = true from articles a where a.id = e.article_id and a.feed_id = ${old}
      and a.title = 'Post number 5' and e.reader_id = 1;
    update entries e set is_read = true from articles a where a.id = e.article_id and a.feed_id = ${old}
      and a.title = 'Post number 1' and e.reader_id = 2;`);
  site.pages['/old'] = { status: 308, headers: { location: '/new' } };
  await confirmMove(old);
  await alt.poll([old]);
  await until(async () => (await alt.rows.all(statement('test-feeds', 'select from feeds'))).length === 1);
  await alt.settled();
  const titles = (await alt.articles(kept)).map(({ title }) => title).sort();
  expect(titles).toEqual([1, 2, 3, 4, 5, 6].map((n) => `Post number ${n}`));
  const readers = await alt.rows.all(
    statement(
      'test-merged',
      `select e.reader_id, count(*)::integer as entries, count(*) filter (where is_read)::integer as read,
         count(*) filter (where is_starred)::integer as starred
       from entries e where e.feed_id = $1 group by 1 order by 1`,
    ),
    [kept],
  );
  expect(readers).toEqual([
    { reader_id: 1, entries: 6, read: 0, starred: 1 },
    { reader_id: 2, entries: 6, read: 1, starred: 0 },
  ]);
  const wrong = await alt.rows.all(
    statement(
      'test-merge-wrong',
      `select feed_id from miscounted() union all select feed_id from subscriptions where feed_id <> $1
       union all select reader_id from subscriptions group by 1 having count(*) > 1`,
    ),
    [kept],
  );
  expect(wrong).toEqual([]);
  expect(await alt.feed(kept)).toMatchObject({ subscriber_count: 2, state: 'ok' });
});

test('a feed that is gone is looked for on its site and found again', async () => {
  site.pages['/old'] = { body: rss(posts(3)).replaceAll('https://hostile.example/<', `${site.origin}/<`) };
  const [id = 0] = await alt.follow([`${site.origin}/old`]);
  await alt.settled();
  expect(await alt.articles(id)).toHaveLength(3);
  site.pages['/old'] = { status: 410 };
  site.pages['/'] = {
    body: html('A blog', '', `<link rel="alternate" type="application/rss+xml" title="A blog" href="/new">`),
  };
  await alt.poll([id]);
  await until(async () => (await alt.feed(id)).state === 'ok');
  expect(await alt.feed(id)).toMatchObject({ url: `${site.origin}/new`, repaired_from: `${site.origin}/old` });
  expect(await alt.articles(id)).toHaveLength(3);
});

test('a feed that fails for thirty days is gone, still probed weekly, and comes back by itself', async () => {
  site.pages['/old'] = { status: 500 };
  const [id = 0] = await alt.follow([`${site.origin}/old`]);
  await alt.settled();
  expect(await alt.feed(id)).toMatchObject({ state: 'failing', error_count: 1 });
  await alt.rows.script(`update feeds set failing_since = now() - interval '31 days'`);
  await alt.poll([id]);
  const gone = await alt.feed(id);
  expect(gone).toMatchObject({ state: 'gone', error_code: 'http-server-error' });
  expect((gone.next_poll_at.getTime() - Date.now()) / 86_400_000).toBeGreaterThan(6);
  site.pages['/old'] = { body: rss(posts(3)) };
  await alt.poll([id]);
  expect(await alt.feed(id)).toMatchObject({ state: 'ok', error_code: null, error_count: 0 });
});

test('the publisher’s own word about a new address is followed when there is a feed at it', async () => {
  const channel = (url: string) => ({
    prolog: '<?xml version="1.0"?>',
    channel: `<itunes:new-feed-url xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">${url}</itunes:new-feed-url>`,
  });
  site.pages['/old'] = { body: rss(posts(3), channel(`${site.origin}/new`)) };
  site.pages['/new'] = { body: rss(posts(3), channel(`${site.origin}/new`)) };
  const [id = 0] = await alt.follow([`${site.origin}/old`]);
  await until(async () => (await alt.feed(id)).url === `${site.origin}/new`);
  await alt.settled();
  expect(await alt.articles(id)).toHaveLength(3);
});
