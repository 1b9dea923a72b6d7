import { type Database, statement } from '@alt/database';
import { posts, rss } from '@alt/testing/hostile/index.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSite, type TestSite } from './test-site.ts';
import { READER, startTestPreProcessor, type TestPreProcessor, until } from './testing.ts';

const NEIGHBOUR = {
  userId: '00000000-0000-7000-8000-000000000002',
  tenantId: '00000000-0000-7000-8000-0000000000a2',
};
const UNDER_WAY = `update article_stages set state = 'claimed', claimed_by = 'w', claimed_until = now() + interval '1 minute'
  where stage in ('tag', 'cluster')`;
let alt: TestPreProcessor;
let site: TestSite;
let tagger: Database;

beforeEach(async () => {
  alt = await startTestPreProcessor();
  site = await startSite({
    '/feed': { body: rss(posts(2)) },
    '/other': { body: rss(posts(2)) },
    '/third': { body: rss(posts(2)) },
  });
  tagger = alt.database.connectAs('tag_generator');
});
afterEach(async () => {
  await alt.stop();
  await site.stop();
});

/** Resolves when somebody waits for a lock, or when the work is over. */
const untilBlocked = (work: Promise<unknown>) => {
  let isOver = false;
  void work.finally(() => {
    isOver = true;
  });
  const waiting = statement(
    'test-blocked',
    `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  );
  return until(async () => isOver || (await alt.rows.all(waiting)).length > 0);
};

test('who subscribes while the articles of a feed are tagged gets their tags', async () => {
  await alt.follow([`${site.origin}/feed`]);
  await alt.settled();
  // Short articles are taken for cut short: they are tagged only when that was looked into.
  const begun = statement('test-begun', `select from article_stages where stage = 'tag'`);
  await until(async () => (await alt.rows.all(begun)).length === 2);
  await alt.rows.script(UNDER_WAY);
  let subscribing: Promise<unknown> = Promise.resolve();
  await tagger.transaction(async (tx) => {
    await tx.run(statement('test-done', `update article_stages set state = 'done' where stage = 'tag'`));
    await tx.run(
      statement(
        'test-keyphrases',
        `insert into article_keyphrases (article_id, phrase, normalised, score)
         select article_id, 'bridge', 'bridge', 1 from article_stages where stage = 'tag'`,
      ),
    );
    subscribing = alt.follow([`${site.origin}/feed`], NEIGHBOUR);
    await untilBlocked(subscribing);
  });
  await subscribing;
  const asked = statement('test-asked', 'select tenant_id from tag_requests where tenant_id = $1');
  expect(await alt.rows.all(asked, [NEIGHBOUR.tenantId])).toHaveLength(1);
});

test('who subscribes while two feeds’ articles are put together sees one of them', async () => {
  await alt.follow([`${site.origin}/feed`, `${site.origin}/other`]);
  await alt.settled();
  const clusters = alt.database.connectAs('pre_processor');
  await until(async () => (await alt.rows.all(statement('test-waiting', OPEN_CLUSTERS))).length === 0);
  await alt.rows.script('delete from clusters');
  let subscribing: Promise<unknown> = Promise.resolve();
  await clusters.transaction(async (tx) => {
    await tx.run(statement('test-lock', 'select pg_advisory_xact_lock(7204653)'));
    await tx.run(
      statement(
        'test-cluster',
        `with made as (insert into clusters (first_at) values (now()) returning id)
      insert into cluster_members (article_id, cluster_id, reason)
      select a.id, m.id, 'text' from made m, (select min(id) as id from articles group by feed_id) a`,
      ),
    );
    subscribing = alt.follow([`${site.origin}/feed`, `${site.origin}/other`], NEIGHBOUR);
    await untilBlocked(subscribing);
  });
  await subscribing;
  const folded = statement(
    'test-folded',
    `select from entries e join readers r on r.id = e.reader_id where r.tenant_id = $1 and e.folded_into is not null`,
  );
  expect(await alt.rows.all(folded, [NEIGHBOUR.tenantId])).toHaveLength(1);
});

describe('whose feed becomes one with another', () => {
  const merge = statement('test-merge', 'select merge_feeds($1, $2)');

  test('gets the tags of what is tagged meanwhile', async () => {
    const [into] = await alt.follow([`${site.origin}/feed`]);
    const [from] = await alt.follow([`${site.origin}/other`], NEIGHBOUR);
    await alt.settled();
    const begun = statement('test-begun', `select from article_stages where stage = 'tag'`);
    await until(async () => (await alt.rows.all(begun)).length === 4);
    await alt.rows.script(UNDER_WAY);
    let merging: Promise<unknown> = Promise.resolve();
    await tagger.transaction(async (tx) => {
      await tx.run(
        statement(
          'test-tagged',
          `with done as (
             update article_stages s set state = 'done' from articles a
               where a.id = s.article_id and a.feed_id = $1 and s.stage = 'tag' returning s.article_id
           )
           insert into article_keyphrases (article_id, phrase, normalised, score)
             select article_id, 'bridge', 'bridge', 1 from done`,
        ),
        [into],
      );
      merging = alt.rows.run(merge, [from, into]);
      await untilBlocked(merging);
    });
    await merging;
    const asked = statement('test-asked', 'select tenant_id from tag_requests where tenant_id = $1');
    expect(await alt.rows.all(asked, [NEIGHBOUR.tenantId])).toHaveLength(1);
  });

  test('sees one of what is put together meanwhile', async () => {
    const [into] = await alt.follow([`${site.origin}/feed`]);
    const [from, third] = await alt.follow([`${site.origin}/other`, `${site.origin}/third`], NEIGHBOUR);
    await alt.settled();
    await until(async () => (await alt.rows.all(statement('test-waiting', OPEN_CLUSTERS))).length === 0);
    await alt.rows.script('update entries set folded_into = null; delete from clusters');
    const worker = alt.database.connectAs('pre_processor');
    let merging: Promise<unknown> = Promise.resolve();
    await worker.transaction(async (tx) => {
      await tx.run(statement('test-lock', 'select pg_advisory_xact_lock(7204653)'));
      await tx.run(
        statement(
          'test-story',
          `with made as (insert into clusters (first_at) values (now()) returning id)
           insert into cluster_members (article_id, cluster_id, reason)
             select a.id, m.id, 'text' from made m,
               (select min(id) as id from articles where feed_id = any ($1) group by feed_id) a`,
        ),
        [[into, third]],
      );
      merging = alt.rows.run(merge, [from, into]);
      await untilBlocked(merging);
    });
    await merging;
    const ofStory = statement(
      'test-story-folded',
      `select from foldings f join clusters c on c.id = f.cluster_id
       union all select from entries e join readers r on r.id = e.reader_id
         where r.tenant_id = $1 and e.folded_into is not null`,
    );
    expect(await alt.rows.all(ofStory, [NEIGHBOUR.tenantId])).not.toEqual([]);
  });
});

const OPEN_CLUSTERS = `select from article_stages where stage = 'cluster' and state <> 'done'
  union all select from foldings`;

test('adding a feed asks it once, and who follows it later asks it no more', async () => {
  const body = { url: `${site.origin}/feed`, tenantId: READER.tenantId };
  await alt.follow([], READER);
  const response = await alt.peer('/internal/feeds/resolve', { body });
  expect(response.status).toBe(200);
  const { feedId } = (await response.json()) as { feedId: number };
  const backend = alt.database.connectAs('alt_backend');
  const subscribe = statement('test-subscribe-one', 'select subscribe(array[$1::int], null)');
  await backend.asReader(READER, (tx) => tx.run(subscribe, [feedId]));
  // Another feed is followed after it: when that one was polled, the first had its turn.
  await alt.follow([`${site.origin}/other`], READER);
  await until(() => site.requests.some(({ path }) => path === '/other'));
  await alt.settled();
  expect(site.requests.filter(({ path }) => path === '/feed')).toHaveLength(1);
  expect(await alt.articles(feedId)).toHaveLength(2);
});
