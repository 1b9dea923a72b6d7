import { statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { spendRequest } from './spending.ts';
import { makeReader, openBackend, type TestBackend } from './testing.ts';

const TENANT = '018f0000-0000-7000-8000-0000000000aa';
const ada: Reader = { ...makeReader(1), tenantId: TENANT };
const bo: Reader = { ...makeReader(2), tenantId: TENANT, role: 'member' };
const eve = makeReader(3);
const DAY_MS = 86_400_000;

let backend: TestBackend;

beforeAll(async () => {
  backend = await openBackend();
});

afterAll(() => backend.drop());

beforeEach(async () => {
  await backend.superuser.script(
    'truncate subscriptions, entries, counters, articles, feeds, llm_usage restart identity cascade',
  );
  for (const reader of [ada, bo, eve]) await backend.asReader(reader, async () => undefined);
});

const limit = (limits: Record<string, number>) =>
  backend.superuser.run(statement('test_limit', 'update tenants set limits = $2 where id = $1'), [
    TENANT,
    JSON.stringify(limits),
  ]);
const retain = statement('test_retain', 'select retain(1000)');
const held = statement<{ id: number }>(
  'test_held',
  'select article_id as id from entries where reader_id = $1 order by 1',
);
const heldBy = async (as: Reader) =>
  (await backend.asReader(as, (tx, readerId) => tx.all(held, [readerId]))).map(({ id }) => id);
const usage = statement<{ feeds: number; articles: number; llmRequests: number }>(
  'test_usage',
  'select feeds, articles, llm_requests as "llmRequests" from tenant_usage($1)',
);
const usageOf = (tenantId: string) => backend.database.one(usage, [tenantId]);

test('a limited tenant keeps its newest articles, and what somebody marked', async () => {
  const feed = await backend.makeFeed('paper', ada, bo, eve);
  const ids: number[] = [];
  for (let day = 5; day > 0; day -= 1) {
    ids.push(await backend.makeArticle(feed, { title: `${day}`, at: new Date(Date.now() - day * DAY_MS) }));
  }
  const oldest = ids[0] ?? 0;
  await backend.asReader(bo, (tx) => tx.script(`update entries set is_starred = true where article_id = ${oldest}`));
  await limit({ articlesKept: 2 });
  await backend.database.run(retain);
  expect(await heldBy(ada)).toEqual(ids.slice(3));
  expect(await heldBy(bo)).toEqual([oldest, ...ids.slice(3)]);
  expect(await heldBy(eve)).toEqual(ids);
  expect(await usageOf(TENANT)).toMatchObject({ articles: 3, feeds: 1 });
});

test('a tenant that has no more than it may keep loses nothing', async () => {
  const feed = await backend.makeFeed('paper', ada);
  const id = await backend.makeArticle(feed, { title: 'one', at: new Date(Date.now() - 900 * DAY_MS) });
  await limit({ articlesKept: 2 });
  await backend.database.run(retain);
  expect(await heldBy(ada)).toEqual([id]);
});

const answered = async () => ({ engine: 'ollama/small' });

test('of 50 questions at once for the last one that a tenant may ask exactly one is asked', async () => {
  await limit({ llmRequestsPerMonth: 3 });
  for (const reader of [ada, bo]) await spendRequest(backend.asReader, reader, answered);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, (_, index) => spendRequest(backend.asReader, index % 2 ? ada : bo, answered)),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const refused = outcomes.find((outcome) => outcome.status === 'rejected');
  expect(refused?.reason).toMatchObject({ code: 'limit-reached', extra: { limit: 'llmRequestsPerMonth' } });
  expect(await usageOf(TENANT)).toMatchObject({ llmRequests: 3 });
  expect(await spendRequest(backend.asReader, eve, answered)).toEqual({ engine: 'ollama/small' });
});

test('what no model worked on costs nothing', async () => {
  await limit({ llmRequestsPerMonth: 1 });
  await spendRequest(backend.asReader, ada, async () => ({ engine: 'extractive' }));
  await expect(
    spendRequest(backend.asReader, ada, async () => {
      throw new Error('the model is down');
    }),
  ).rejects.toThrow('down');
  expect(await usageOf(TENANT)).toMatchObject({ llmRequests: 0 });
});
