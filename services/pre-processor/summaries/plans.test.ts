import type { Database, Queryable } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { explainUndone, type PlanMode } from '@alt/testing/explaining.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadTexts, saveSummaries } from './store.ts';

const MODES: PlanMode[] = ['force_custom_plan', 'force_generic_plan'];
const ARTICLES = 100_000;
/** Five for each of the 200 readers that are asked, forty for each article. */
const LOADED_BLOCKS = 2_000;
const BATCH = Array.from({ length: 24 }, (_, n) => n * 4_001 + 1);

let database: TestDatabase;
let role: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  role = database.connectAs('pre_processor');
  const rows = database.superuser('alt');
  await rows.transaction((tx) => tx.script(LOAD));
  for (const table of ['articles', 'article_contents', 'article_summaries', 'article_stages', 'subscriptions']) {
    await rows.script(`vacuum (analyze) ${table}`);
  }
});
afterAll(() => database.drop());

describe(`of ${ARTICLES} articles with summaries, one feed of them with 3,000 readers`, () => {
  test.each(MODES)('a batch is loaded and saved by reading a few blocks an article (%s)', async (mode) => {
    const texts = await expectBlocks(mode, LOADED_BLOCKS, (tx) => loadTexts(tx, BATCH));
    expect(texts).toHaveLength(BATCH.length);
    const summaries = texts.map(({ articleId, contentHash }) => ({
      articleId,
      contentHash: Buffer.concat([contentHash, Buffer.from('new')]),
      language: 'en',
      engine: 'extractive',
      summary: 'A summary.',
      sentences: [],
      score: null,
      note: null,
    }));
    await expectBlocks(mode, 1_500, (tx) => saveSummaries(tx, summaries));
  });

  test('of the many readers of a feed only some are asked for their language', async () => {
    const [text] = await expectBlocks('force_generic_plan', LOADED_BLOCKS, (tx) => loadTexts(tx, [1]));
    expect(text).toMatchObject({ isWanted: true, languages: ['ja'], present: [{ engine: 'extractive' }] });
  });
});

/** Does work twice, which is taken back; the first time reads the catalogue too. What functions read counts. */
async function expectBlocks<T>(mode: PlanMode, maximum: number, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const { result, seen } = await explainUndone(role, mode, async (tx) => {
    await work(tx);
    return work(tx);
  });
  for (const { name, blocks } of seen.slice(seen.length / 2)) expect(blocks, name).toBeLessThanOrEqual(maximum);
  return result;
}

const LOAD = `
  set local session_replication_role = replica;
  insert into tenants (id) values ('018f0000-0000-7000-8000-0000000000ff');
  insert into readers (user_id, tenant_id, settings)
    select gen_random_uuid(), '018f0000-0000-7000-8000-0000000000ff', '{"language": "ja"}' from generate_series(1, 3000);
  insert into feeds (url, host) select 'https://h.example/' || n, 'h.example' from generate_series(1, 1000) n;
  insert into subscriptions (reader_id, feed_id) select id, 1 from readers;
  insert into subscriptions (reader_id, feed_id) select 1 + id % 90, id from feeds where id > 100;
  insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
    select n, 1 + (n - 1) % 1000, int4send(n), 'title', '', now(), now(), '\\x01' from generate_series(1, ${ARTICLES}) n;
  insert into article_contents (article_id, content_html, text) select id, '', 'A text.' from articles;
  insert into article_summaries (article_id, language, engine, content_hash, summary)
    select id, 'en', 'extractive', '\\x01', 'A text.' from articles;
  insert into article_stages (article_id, stage, content_hash, state)
    select id, unnest(array['index', 'summarise']), '\\x01', 'done' from articles;
`;
