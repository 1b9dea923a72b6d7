import { statement } from '@alt/database';
import { createLogger } from '@alt/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { changedEntries, readRevisions } from './store/changes.ts';
import { startTelling, type Telling } from './telling.ts';
import { makeReader, openBackend, type TestBackend } from './testing.ts';

const ADA = makeReader(1);
const EVE = makeReader(2);

let alt: TestBackend;
let feed: number;
let ids: number[];
let telling: Telling;
beforeEach(async () => {
  alt = await openBackend();
  feed = await alt.makeFeed('news', ADA, EVE);
  ids = [];
  for (const title of ['One', 'Two', 'Three']) ids.push(await alt.makeArticle(feed, { title }));
  const { database } = alt;
  telling = await startTelling({
    database,
    listen: (channel, onNotify) => database.listen(channel, onNotify),
    log: createLogger('silent'),
  });
});
afterEach(async () => {
  await telling.stop();
  await alt.drop();
});

test('tags that come reach the readers of their tenant, in one revision a batch', async () => {
  const [ada, eve] = [await revision(ADA), await revision(EVE)];
  await alt.superuser.run(insertTags, [ADA.tenantId, ids]);
  await expect.poll(() => changedSince(ADA, ada)).toEqual(ids);
  expect(await revision(ADA)).toBe(ada + 1);
  await settled();
  expect(await revision(EVE)).toBe(eve);
});

test('a summary reaches all who have the article, and so does a better one', async () => {
  for (const sql of [
    `insert into article_summaries (article_id, language, engine, content_hash, summary)
       values (${ids[1]}, 'en', 'extractive', '', 'Once.')`,
    `update article_summaries set summary = 'Again.'`,
  ]) {
    const [ada, eve] = [await revision(ADA), await revision(EVE)];
    await alt.superuser.script(sql);
    await expect.poll(() => changedSince(ADA, ada)).toEqual([ids[1]]);
    await expect.poll(() => changedSince(EVE, eve)).toEqual([ids[1]]);
  }
});

test('what was marked all read before its tags came stays read', async () => {
  await alt.superuser.script(
    `update counters set read_through = 1000, read_before = 'infinity', unread = 0, is_settled = false`,
  );
  const ada = await revision(ADA);
  await alt.superuser.run(insertTags, [ADA.tenantId, ids]);
  await expect.poll(() => changedSince(ADA, ada)).toEqual(ids);
  expect(await alt.superuser.all(selectMiscounted)).toEqual([]);
});

test('a thousand articles and many readers are told in short steps, each entry once', async () => {
  await telling.stop();
  const readers = Array.from({ length: 7 }, (_, n) => makeReader(n + 3));
  const other = await alt.makeFeed('other', ...readers);
  const { count } = (await alt.superuser.one(insertMany, [other])) ?? { count: 0 };
  expect(count).toBe(1_000);
  await alt.superuser.script(`delete from article_touches;
    insert into article_summaries (article_id, language, engine, content_hash, summary)
      select id, 'en', 'extractive', '', 'Told.' from articles where feed_id = ${other}`);
  const [{ rows } = { rows: 0 }] = await alt.superuser.all(countTouches);
  expect(rows).toBe(10);
  let steps = 0;
  while ((await alt.database.one(callTouchNext))?.isDone) steps += 1;
  expect(steps).toBe(10 * 3); // of seven readers three at a time
  for (const reader of readers) expect(await revision(reader)).toBeLessThanOrEqual(11 + 1);
  expect(await alt.superuser.all(countTouches)).toEqual([{ rows: 0 }]);
});

async function revision(reader: typeof ADA): Promise<number> {
  return (await alt.asReader(reader, readRevisions)).revision;
}

async function changedSince(reader: typeof ADA, since: number): Promise<number[]> {
  const changed = await alt.asReader(reader, (tx, readerId) => changedEntries(tx, readerId, since, 100));
  return changed.map(({ id }) => id).toSorted((a, b) => a - b);
}

async function settled(): Promise<void> {
  await expect.poll(() => alt.superuser.all(countTouches)).toEqual([{ rows: 0 }]);
}

const insertTags = statement(
  'telling_tags',
  `with made as (insert into tags (tenant_id, name, normalised) values ($1, 'Volcano', 'volcano') returning id)
   insert into article_tags (tenant_id, tag_id, article_id, sort_at, score)
     select $1, made.id, a.id, a.sort_at, 1 from made, articles a where a.id = any ($2::bigint[])`,
);
const insertMany = statement<{ count: number }>(
  'telling_many',
  `with block as materialized (select allocate_article_ids(1000) as first), made as (
     insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
       select first + n, $1, int8send(first + n), 'Title', '', now(), now(), '' from block, generate_series(0, 999) n
     returning id, feed_id, sort_at, received_at
   ), listed as (
     insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
       select m.id, s.reader_id, m.feed_id, m.sort_at, m.received_at, 1, 1
       from made m join subscriptions s on s.feed_id = m.feed_id
   )
   select count(*) as count from made`,
);
const countTouches = statement<{ rows: number }>(
  'telling_touches',
  'select count(*)::int as rows from article_touches',
);
const callTouchNext = statement<{ isDone: boolean }>('telling_next', 'select touch_next(3) as "isDone"');
const selectMiscounted = statement('telling_miscounted', 'select * from miscounted()');
