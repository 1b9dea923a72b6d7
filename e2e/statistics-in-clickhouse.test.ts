import { statement } from '@alt/database';
import { startClickHouse, type TestClickHouse } from '@alt/testing/clickhouse/clickhouse.ts';
import { startStaticFeeds } from '@alt/testing/hostile/index.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, register } from './client.ts';
import { eventually, type Machine, startMachine } from './harness.ts';
import { makeAllDue, stagesDone, withDatabase } from './stored.ts';

const FEEDS = 2;
const ARTICLES = 6;
const WORKERS = ['pre-processor', 'tag-generator', 'search-indexer'] as const;

const countDue = statement<{ count: number }>(
  'e2e_feeds_due',
  'select count(*)::int as count from feeds where next_poll_at <= now() or claimed_until is not null',
);

let engine: TestClickHouse;
let web: Awaited<ReturnType<typeof startStaticFeeds>>;
let machine: Machine;
let owner: Client;

beforeAll(async () => {
  engine = await startClickHouse();
  web = await startStaticFeeds({ feeds: FEEDS, items: ARTICLES / FEEDS });
  machine = await startMachine('a process per service', {
    allow: [new URL(web.origin).host],
    environment: {
      CLICKHOUSE_URL: `${engine.url}/${engine.database}`,
      CLICKHOUSE_USER: engine.user,
      CLICKHOUSE_PASSWORD: engine.password,
    },
  });
  owner = await register(machine.origin, 'ada@example.org');
}, 240_000);
afterAll(async () => {
  await machine?.stop();
  await web?.stop();
  await engine?.stop();
});

test('what services of their own processes did lies in ClickHouse as events, and their owner is told of it', async () => {
  // As soon as alt-backend has looked once, which it does when it is asked.
  expect((await owner.get('/v1/stats/platform')).status).toBe(200);
  for (const url of web.urls) await owner.post('/v1/subscriptions', { url });
  await eventually(async () => (await owner.get('/v1/counters')).json.unread === ARTICLES, 'articles');
  await stagesDone(machine);
  await makeAllDue(machine);
  await withDatabase(machine, (database) =>
    eventually(async () => (await database.one(countDue))?.count === 0, 'polls of all feeds'),
  );
  // Who stops tells what it did; else that takes a minute.
  for (const service of WORKERS) await machine.kill(service, 'SIGTERM');
  const { json: told } = await owner.get('/v1/stats/platform');
  const stages = new Map<string, number>(
    told.stages.map(({ stage, done }: { stage: string; done: number }) => [stage, done]),
  );
  // An article is indexed anew when more of it is known.
  for (const stage of ['tag', 'index']) expect(stages.get(stage), stage).toBeGreaterThanOrEqual(ARTICLES);
  const sum = (name: 'polls' | 'articles') =>
    told.growth.reduce((all: number, day: Record<string, number>) => all + (day[name] ?? 0), 0);
  expect(told.isComplete).toBe(true);
  expect(sum('polls')).toBeGreaterThanOrEqual(FEEDS);
  const polls = await engine.query("select sum(done + failed) from alt.work_events final where kind = 'poll'");
  expect(Number(polls)).toBe(sum('polls'));
  // What is read lies there too.
  expect((await owner.get('/v1/stats/reading')).json.store).toBe('clickhouse');
}, 240_000);
