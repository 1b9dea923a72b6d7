import type { Database, Queryable } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { explainUndone, type PlanMode } from '@alt/testing/explaining.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findCandidates, loadMembers, loadTexts, pruneKeys, saveKeys, type WantedKey } from '../store/clusters.ts';

/** Prepared statements are planned for their values at first and without them later; both plans must be good. */
const MODES: PlanMode[] = ['force_custom_plan', 'force_generic_plan'];
const ARTICLES = 100_000;
/** Fewer than the 18 of a long article, so that loading does not take half a minute. */
const KEYS = 8;
const FIRST_ID = 1_700_000_000_000_000;
/** Every article has one key that all others have, as a feed's boilerplate gives it. */
const HOT_KEY = 7;
const BATCH = 50;
const LARGE_TABLES = ['articles', 'article_contents', 'article_keys', 'cluster_members', 'clusters'];

let database: TestDatabase;
let role: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  const rows = database.superuser('alt');
  role = database.connectAs('pre_processor');
  await rows.transaction((tx) => tx.script(LOAD));
  await rows.script('vacuum (analyze) articles, article_keys, article_contents, clusters, cluster_members');
});
afterAll(() => database.drop());

const ids = Array.from({ length: BATCH }, (_, n) => FIRST_ID + n * 1_999);
const keys: WantedKey[] = ids.flatMap((articleId) =>
  Array.from({ length: KEYS }, (_, k) => ({
    key: k === 0 ? HOT_KEY : ((articleId - FIRST_ID) * KEYS + k) * 1_000_003,
    articleId,
    weight: 1,
    isAddress: k === 1,
    isText: k > 2,
  })),
);

test.each(MODES)(
  'candidates of a batch are found by short stretches of the index, however many share a key (%s)',
  async (mode) => {
    const limits = { weight: 2, windowSeconds: 72 * 3_600 };
    const found = await expectRows(mode, BATCH * KEYS * 5, (tx) => findCandidates(tx, keys, limits));
    // Every even article has a copy, the odd one behind it.
    expect(
      found.map(({ articleId, otherId }) => otherId - articleId).filter((distance) => distance === 1),
    ).toHaveLength(ids.filter((id) => (id - FIRST_ID) % 2 === 0).length);
  },
);

test.each(MODES)('texts, keys and members are read and written one by one (%s)', async (mode) => {
  await expectRows(mode, BATCH * 8, (tx) => loadTexts(tx, ids));
  await expectRows(mode, BATCH * KEYS * 6, (tx) => saveKeys(tx, ids, keys));
  await expectRows(mode, BATCH * 8, (tx) => loadMembers(tx, ids));
  await expectRows(mode, 5_000, (tx) => pruneKeys(tx, 14));
});

async function expectRows<T>(mode: PlanMode, maximum: number, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const { result, seen } = await explainUndone(role, mode, work);
  for (const { name, rowsRead, sequentialScans } of seen) {
    expect(
      sequentialScans.filter((table) => LARGE_TABLES.includes(table)),
      name,
    ).toEqual([]);
    expect(rowsRead, name).toBeLessThanOrEqual(maximum);
  }
  return result;
}

/** Articles in 500 feeds over two days; each even one shares two keys with the odd one behind it. */
const LOAD = `
  set local session_replication_role = replica; set local statement_timeout = 0;
  insert into hosts (host) values ('h.example');
  insert into feeds (url, host) select 'https://h.example/' || n, 'h.example' from generate_series(1, 500) n;
  insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
    select ${FIRST_ID} + n, 1 + n % 500, int8send(n), 'Title', '', at, at, ''
    from generate_series(0, ${ARTICLES - 1}) n, lateral (select now() - n * interval '1.7 seconds' as at) x;
  insert into article_contents (article_id, content_html, text)
    select ${FIRST_ID} + n, '', 'A text' from generate_series(0, ${ARTICLES - 1}) n;
  insert into article_keys (key, article_id)
    select case when k = 0 then ${HOT_KEY} when k > 5 then ((n - n % 2) * ${KEYS} + k)::bigint * 1000003
      else (n * ${KEYS} + k)::bigint * 1000003 end, ${FIRST_ID} + n
    from generate_series(0, ${ARTICLES - 1}) n, generate_series(0, ${KEYS - 1}) k;
  insert into clusters (first_at) select now() from generate_series(1, ${ARTICLES / 10});
  insert into cluster_members (article_id, cluster_id, reason)
    select ${FIRST_ID} + n, 1 + n / 10, 'text' from generate_series(0, ${ARTICLES - 1}) n where n % 10 < 2;`;
