import { type Database, type Queryable, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { explaining, type PlanMode, type Seen } from '@alt/testing/explaining.ts';
import { LARGE_READER, loadLargeReader } from '@alt/testing/large-reader.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { articlesToAsk, feedsWithEntries } from '../store/asking.ts';
import { claimOutlets } from '../store/recap-outlets.ts';
import { interestsOf, storyArticles, storyHeads, tagsOf } from '../store/recap-sources.ts';
import { listRecaps, recapOf } from '../store/recaps.ts';
import { relatableArticles } from '../store/related.ts';

/** Prepared statements are planned for their values at first and without them later; both plans must be good. */
const MODES: PlanMode[] = ['force_custom_plan', 'force_generic_plan'];
const DAY_MS = 86_400_000;
/** An article comes every 37 seconds. */
const ROWS_OF_A_DAY = 2_336;

describe.each(MODES)('of 100,000 entries in 100 feeds, planned with %s', (mode) => {
  let database: TestDatabase;
  let backend: Database;
  let readerId: number;
  beforeAll(async () => {
    database = await createTestDatabase({ template: { name: 'recap_plans', prepare } });
    backend = database.connectAs('alt_backend');
    readerId = (await database.superuser('alt').one(selectReader))?.id ?? 0;
  }, 180_000);
  afterAll(() => database.drop());

  const seenBy = async <T>(work: (tx: Queryable) => Promise<T>): Promise<{ result: T; seen: Seen[] }> => {
    const seen: Seen[] = [];
    const result = await backend.asReader(LARGE_READER, (tx) => work(explaining(tx, mode, seen)));
    return { result, seen };
  };
  /** Blocks, because what a function reads is counted in these alone. */
  const expectBounded = (seen: Seen[], blocks: number) => {
    for (const one of seen) {
      expect(
        one.sequentialScans.filter((table) => LARGE_TABLES.includes(table)),
        one.name,
      ).toEqual([]);
      expect(one.blocks, one.name).toBeLessThanOrEqual(blocks);
    }
  };

  test('the stories of a day are read from the entries around it alone', async () => {
    const to = new Date(Date.now() - 10 * DAY_MS);
    const { result, seen } = await seenBy((tx) => storyHeads(tx, readerId, new Date(to.getTime() - DAY_MS), to));
    expect(result.length).toBeGreaterThan(1_000);
    // Two days before it are looked at for what arrived late; each entry with its counter and what may be folded into it.
    expectBounded(seen, 3 * 3 * ROWS_OF_A_DAY);
  });

  test('what a recap says of its stories reads the articles that it is of', async () => {
    const ids = Array.from({ length: 60 }, (_, n) => FIRST_ID + n);
    expectBounded((await seenBy((tx) => storyArticles(tx, readerId, ids, 3))).seen, 2_000);
    expectBounded((await seenBy((tx) => tagsOf(tx, ids))).seen, 1_000);
    expectBounded((await seenBy((tx) => interestsOf(tx, readerId))).seen, 5_000);
  });

  test('related articles are found among so many next to one, however many have the phrase', async () => {
    for (const id of [FIRST_ID, FIRST_ID + 100, FIRST_ID + 50_000]) {
      const { result, seen } = await seenBy((tx) => relatableArticles(tx, readerId, id, 40));
      expect(result?.subject.id ?? id).toBe(id);
      expectBounded(seen, 5_000);
    }
    const { result, seen } = await seenBy((tx) => tx.all(selectCandidates, [FIRST_ID + 100]));
    expect(result).toHaveLength(40);
    expectBounded(seen, 5_000);
  });

  test('a question reads the feeds that the reader has, and the articles that were found', async () => {
    expectBounded((await seenBy((tx) => feedsWithEntries(tx, readerId))).seen, 300);
    const ids = Array.from({ length: 60 }, (_, n) => FIRST_ID + n);
    expectBounded((await seenBy((tx) => articlesToAsk(tx, readerId, ids, 16, 20_000))).seen, 2_000);
  });

  test('recaps are listed by key and found by date; outlets are claimed by time', async () => {
    expectBounded((await seenBy((tx) => listRecaps(tx, readerId, null, null, 21))).seen, 30);
    expectBounded((await seenBy((tx) => recapOf(tx, readerId, 'daily', '2026-01-05'))).seen, 20);
    const seen: Seen[] = [];
    await backend.transaction((tx) => claimOutlets(explaining(tx, mode, seen) as Database, 20, 60));
    expectBounded(seen, 500); // the plan of the function itself is read, too
  });
});

const LARGE_TABLES = ['entries', 'articles', 'article_contents', 'article_tags', 'article_keyphrases', 'recaps'];
const FIRST_ID = 1_700_000_000_000_000;
const selectReader = statement<{ id: number }>('recap_plans_reader', 'select id from readers where starred_count > 0');
const selectCandidates = statement('recap_plans_candidates', 'select * from related_candidates($1, 100, 40)');

/** Every article has a phrase of a thousand, one of ten, and one that all have; and there are recaps of many years. */
async function prepare(database: TestDatabase): Promise<void> {
  const superuser = database.superuser('alt');
  await loadLargeReader(superuser, { feeds: 100, perFeed: 1_000 });
  await superuser.script(`set session_replication_role = replica;
    insert into article_keyphrases (article_id, phrase, normalised, score)
      select a.id, p, p, 1 from articles a
      cross join unnest(array['every', 'of a thousand ' || a.id % 100, 'of ten ' || a.id % 10000]) p;
    insert into recaps (reader_id, period, local_date, time_zone, starts_at, ends_at, is_final, article_count, story_count, content)
      select r.id, 'daily', d, 'UTC', d, d + interval '1 day', true, 1, 1, '[]'
      from readers r, generate_series(timestamp '2018-01-01', timestamp '2026-11-01', interval '1 day') d;
    insert into recap_outlets (reader_id, is_daily_mailed, next_check_at)
      select n, true, now() + n * interval '1 minute' from generate_series(1, 5000) n;
    set session_replication_role = default`);
  for (const table of ['article_keyphrases', 'recaps', 'recap_outlets'])
    await superuser.script(`vacuum (analyze) ${table}`);
}
