import { statement } from '@alt/database';
import { posts, rss, startStaticFeeds } from '@alt/testing/hostile/index.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSite } from './test-site.ts';
import { READER, startTestPreProcessor, type TestPreProcessor } from './testing.ts';

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

/** Cleans as alt-backend does, by what the reader set. */
async function clean(retention: { readDays: number | null; unreadDays: number | null }): Promise<void> {
  const backend = alt.database.connectAs('alt_backend');
  await backend.asReader(READER, (tx) =>
    tx.run(statement('test-settings', `update readers set settings = $1`), [JSON.stringify({ retention })]),
  );
  await backend.one(statement('test-retain', 'select retain(1000)'));
  await backend.one(statement('test-collect', 'select collect_garbage(0, 1000)'));
}

const selectTitles = statement<{ title: string }>('test-titles', 'select title from articles order by title');

/** All titles, or those of the articles that a reader holds, which is what their policy shows. */
async function titlesOf(table: 'articles' | 'entries', reader = READER): Promise<string[]> {
  const found =
    table === 'articles'
      ? await alt.rows.all(selectTitles)
      : await alt.database.connectAs('alt_backend').asReader(reader, (tx) => tx.all(selectTitles));
  return found.map(({ title }) => title);
}
