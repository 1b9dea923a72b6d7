import type { Database, Queryable } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { explainUndone, type PlanMode } from '@alt/testing/explaining.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claimStage, completeStage, failStage, nextStageSeconds, postponeStage, renewStage } from './stages.ts';

/** Prepared statements are planned for their values at first and without them later; both plans must be good. */
const MODES: PlanMode[] = ['force_custom_plan', 'force_generic_plan'];
const ARTICLES = 100_000;
const CLAIM = { stage: 'extract', worker: 'us', limit: 8, leaseSeconds: 120 };

let database: TestDatabase;
let rows: Database;
let role: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  rows = database.superuser('alt');
  role = database.connectAs('pre_processor');
  await rows.transaction((tx) => tx.script(LOAD));
});
afterAll(() => database.drop());

describe(`of ${ARTICLES} articles whose stages are done, but for a few`, () => {
  beforeAll(() => settle(`update article_stages set state = 'waiting' where article_id % 10000 = 7`));

  test.each(MODES)('claiming, renewing and ending reads a few (%s)', async (mode) => {
    const items = await expectRows(mode, 100, (tx) => claimStage(tx, CLAIM));
    const [item] = items;
    if (!item) throw new Error('nothing was claimed');
    await expectRows(mode, 100, (tx) => nextStageSeconds(tx, 'extract'));
    const articleIds = items.map(({ articleId }) => articleId);
    await expectRows(mode, 100, (tx) => renewStage(tx, { ...CLAIM, articleIds }));
    await expectRows(mode, 10, (tx) => completeStage(tx, item, 'us'));
    const failure = { worker: 'us', reason: 'no luck', isLast: false, retrySeconds: 60 };
    await expectRows(mode, 10, (tx) => failStage(tx, item, failure));
    await expectRows(mode, 10, (tx) => postponeStage(tx, item, { worker: 'us', seconds: 1 }));
  });
});

describe(`of ${ARTICLES} articles that are all put off`, () => {
  beforeAll(() =>
    settle(
      `update article_stages set state = 'waiting', priority = (article_id % 100 = 0)::integer,
         next_attempt_at = now() + article_id * interval '1 second' + interval '1 hour'`,
    ),
  );

  test.each(MODES)('a look for work reads a few (%s)', async (mode) => {
    expect(await expectRows(mode, 100, (tx) => claimStage(tx, CLAIM))).toEqual([]);
    const seconds = await expectRows(mode, 2_000, (tx) => nextStageSeconds(tx, 'extract'));
    expect(seconds).toBeGreaterThan(3_500);
    expect(seconds).toBeLessThan(3_602);
  });
});

describe(`of ${ARTICLES} articles that all wait`, () => {
  beforeAll(() => settle(`update article_stages set next_attempt_at = now() - article_id * interval '1 second'`));

  test.each(MODES)('a look for work reads a bounded part (%s)', async (mode) => {
    const items = await expectRows(mode, 100, (tx) => claimStage(tx, CLAIM));
    expect(items.map(({ priority }) => priority)).toEqual(Array(CLAIM.limit).fill(1));
    expect(await expectRows(mode, 2_000, (tx) => nextStageSeconds(tx, 'extract'))).toBeLessThan(0);
  });
});

async function settle(change: string): Promise<void> {
  await rows.script(change);
  await rows.script('vacuum (analyze) article_stages');
}

/** Does work that is taken back; each of its statements reads at most so many rows, and few blocks for each. */
async function expectRows<T>(mode: PlanMode, maximum: number, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const { result, seen } = await explainUndone(role, mode, work);
  for (const { name, rowsRead, blocks } of seen) {
    expect(rowsRead, name).toBeLessThanOrEqual(maximum);
    expect(blocks, name).toBeLessThanOrEqual(300 + 10 * maximum);
  }
  return result;
}

const LOAD = `
  set local session_replication_role = replica;
  insert into article_stages (article_id, stage, content_hash, state, next_attempt_at)
    select n, 'extract', '', 'done', now() - interval '1 day' from generate_series(1, ${ARTICLES}) n;
`;
