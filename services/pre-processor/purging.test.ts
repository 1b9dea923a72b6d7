import { statement } from '@alt/database';
import { posts, rss, startStaticFeeds } from '@alt/testing/hostile/index.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSite } from './test-site.ts';
import { READER, startTestPreProcessor, type TestPreProcessor, until } from './testing.ts';

let alt: TestPreProcessor;
beforeEach(async () => {
  alt = await startTestPreProcessor();
});
afterEach(async () => {
  expect(await alt.rows.all(statement('test-miscounted', 'select * from miscounted()'))).toEqual([]);
  await alt.stop();
});

test('what retention purged does not come back, whether the feed still has it or has it again', async () => {
  const site = await startSite({ '/feed': { body: rss(posts(4)) } });
  const [id = 0] = await alt.follow([`${site.origin}/feed`]);
  await alt.settled();
  await age(['Post number 1', 'Post number 2', 'Post number 3']);
  // Two have left the document, one is still in it.
  site.pages['/feed'] = { body: rss(posts(2, 4)) };
  await alt.poll([id]);
  await clean({ readDays: null, unreadDays: 30 });
  expect(await titlesOf('articles')).toEqual(['Post number 3', 'Post number 4']);
  expect(await titlesOf('entries')).toEqual(['Post number 4']);

  const edited = posts(5).map((item) => ({ ...item, title: `${item.title}, corrected` }));
  for (const items of [posts(5), edited]) {
    site.pages['/feed'] = { body: rss(items) };
    await alt.poll([id]);
  }
  await clean({ readDays: null, unreadDays: 30 });
  expect(await titlesOf('articles')).toEqual([3, 4, 5].map((n) => `Post number ${n}, corrected`));
  expect(await titlesOf('entries')).toEqual([4, 5].map((n) => `Post number ${n}, corrected`));
  await site.stop();
});

test('what a feed goes on to show stays purged, and is noted once a month', async () => {
  const site = await startSite({ '/feed': { body: rss(posts(3)) } });
  const [id = 0] = await alt.follow([`${site.origin}/feed`]);
  await alt.settled();
  await alt.rows.script(`
    insert into tombstones (feed_id, identity, shown_at) select feed_id, identity, now() - interval '390 days' + case title
      when 'Post number 1' then interval '0' when 'Post number 2' then interval '380 days' end
    from articles where title < 'Post number 3';
    delete from entries; delete from feed_documents; delete from articles where title < 'Post number 3'`);
  site.pages['/feed'] = { body: rss(posts(4)) };
  await alt.poll([id]);
  expect(await titlesOf('articles')).toEqual(['Post number 3', 'Post number 4']);
  const shown = statement<{ days: number }>(
    'test-shown',
    'select extract(day from now() - shown_at)::int as days from tombstones order by 1',
  );
  expect(await alt.rows.all(shown)).toEqual([{ days: 0 }, { days: 10 }]);
  await site.stop();
});

test('who follows a feed that nobody followed for long gets its articles, though it has not changed', async () => {
  const site = await startStaticFeeds({ feeds: 1, items: 5 });
  const ids = await alt.follow(site.urls);
  await alt.settled();
  const another = { ...READER, userId: READER.tenantId };
  await alt.database.connectAs('alt_backend').asReader(READER, async (tx) => {
    await tx.run(statement('test-star', 'update entries set is_starred = article_id = (select max(id) from articles)'));
    await tx.one(statement('test-leave', 'select unsubscribe(id) from subscriptions'));
  });
  await alt.rows.script(`update articles set received_at = received_at - interval '2 days'`);
  await clean({ readDays: null, unreadDays: null });
  expect(await titlesOf('articles')).toHaveLength(1);

  await alt.follow(site.urls, another);
  await alt.poll(ids);
  expect(await titlesOf('articles')).toHaveLength(5);
  expect(await titlesOf('entries', another)).toHaveLength(5);
  await site.stop();
});

/** Lets articles have come 100 days ago. */
async function age(titles: string[]): Promise<void> {
  const old = `received_at = now() - interval '100 days', sort_at = now() - interval '100 days'`;
  await alt.rows.run(
    statement(
      'test-age',
      `with aged as (update articles set ${old} where title = any ($1) returning id)
       update entries set ${old} where article_id in (select id from aged)`,
    ),
    [titles],
  );
}

/** Cleans as alt-backend does, by what the reader set; again while stages work on what is to go. */
async function clean(retention: { readDays: number | null; unreadDays: number | null }): Promise<void> {
  const backend = alt.database.connectAs('alt_backend');
  await backend.asReader(READER, (tx) =>
    tx.run(statement('test-settings', `update readers set settings = $1`), [JSON.stringify({ retention })]),
  );
  await backend.one(statement('test-retain', 'select retain(1000)'));
  const collect = statement('test-collect', 'select collect_garbage(0, 1000)');
  await until(async () => {
    await backend.transaction((tx) => tx.one(collect), { retry: true });
    return (await alt.rows.all(uncollected)).length === 0;
  });
}

const uncollected = statement(
  'test-uncollected',
  `select from articles a where a.received_at < now() - interval '1 day'
     and not exists (select from entries e where e.article_id = a.id)
     and not exists (select from feed_documents d join feeds f on f.id = d.feed_id
       where d.feed_id = a.feed_id and a.id = any (d.article_ids) and f.subscriber_count > 0)`,
);
const selectTitles = statement<{ title: string }>('test-titles', 'select title from articles order by title');

/** All titles, or those of the articles that a reader holds, which is what their policy shows. */
async function titlesOf(table: 'articles' | 'entries', reader = READER): Promise<string[]> {
  const found =
    table === 'articles'
      ? await alt.rows.all(selectTitles)
      : await alt.database.connectAs('alt_backend').asReader(reader, (tx) => tx.all(selectTitles));
  return found.map(({ title }) => title);
}
