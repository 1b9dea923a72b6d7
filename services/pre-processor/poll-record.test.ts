import { statement } from '@alt/database';
import { createTestDatabase } from '@alt/database/testing.ts';
import { createLogger } from '@alt/service-kit';
import { expect, test } from 'vitest';
import type { PolledFeed } from './poll.ts';
import { createPollRecord } from './poll-record.ts';

const polled = (result: PolledFeed['result'], newCount = 0, bytes = 0): PolledFeed => ({
  ...{ result, newCount, bytes },
  changedCount: 0,
  wantsFullText: false,
  update: null,
  newUrl: null,
});

test('polls are summed by feed, added to what was told before, and a feed that went is left out', async () => {
  const databases = await createTestDatabase();
  const admin = databases.superuser('alt');
  await admin.script(
    `insert into hosts (host) values ('a.example');
     insert into feeds (url, host) select 'https://a.example/' || n, 'a.example' from generate_series(1, 2) n`,
  );
  for (let times = 0; times < 2; times += 1) {
    const record = createPollRecord(databases.connectAs('pre_processor'), createLogger('silent'));
    record.add(1, polled('stored', 3, 500), 20);
    record.add(1, polled('failed'), 30);
    record.add(2, polled('unchanged', 0, 100), 10);
    record.add(2, polled('lost'), 10);
    record.add(99, polled('unchanged'), 10);
    await record.stop();
  }
  const sums = statement(
    'test_sums',
    `select feed_id as id, sum(polls)::integer as polls, sum(unchanged)::integer as unchanged, sum(failed)::integer as failed,
       sum(articles)::integer as articles, sum(bytes)::integer as bytes, sum(milliseconds)::integer as ms
     from feed_days group by feed_id order by 1`,
  );
  expect(await admin.all(sums)).toEqual([
    { id: 1, polls: 4, unchanged: 0, failed: 2, articles: 6, bytes: 1_000, ms: 100 },
    { id: 2, polls: 2, unchanged: 2, failed: 0, articles: 0, bytes: 200, ms: 20 },
  ]);
  await databases.drop();
});
