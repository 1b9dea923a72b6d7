import { type Database, statement } from '@alt/database';
import { startClickHouse } from '@alt/testing/clickhouse/clickhouse.ts';
import { serviceAddress } from '@alt/topology';
import { type Call, databaseSettings, makeReader, startPlatform } from './platform.ts';
import type { Measure, Section } from './report.ts';

const FEEDS = 500;

/** A year of one reader's events: how fast they are written, moved and answered, in Postgres and in ClickHouse. */
export async function benchStatistics({ isQuick }: { isQuick: boolean }): Promise<Section> {
  const events = isQuick ? 100_000 : 1_000_000;
  const runs = isQuick ? 10 : 40;
  const measures: Measure[] = [];
  const notes: string[] = [];
  for (const store of ['Postgres', 'ClickHouse'] as const) {
    const engine = store === 'ClickHouse' ? await startClickHouse() : null;
    const environment: Record<string, string> = engine
      ? {
          CLICKHOUSE_URL: `${engine.url}/${engine.database}`,
          CLICKHOUSE_USER: engine.user,
          CLICKHOUSE_PASSWORD: engine.password,
        }
      : {};
    const platform = await startPlatform({ environment: { ALT_EXPOSE: 'alt-backend', ...environment } });
    try {
      const reader = await makeReader(platform.origin);
      const call = reader.at(serviceAddress('alt-backend', 'machine'));
      const database = platform.open('alt');
      await call('GET', '/v1/stats');
      if (store === 'Postgres') notes.push(`Postgres: ${await databaseSettings(database)}.`);
      await seed(database, reader.userId, events);
      const movedAt = performance.now();
      await call('GET', '/v1/stats/reading');
      while ((await database.one(selectLeft))?.count) await call('GET', '/v1/stats/reading');
      const perSecond = events / ((performance.now() - movedAt) / 1_000);
      await database.script('vacuum (analyze) reading_slots, reading_feed_days, reading_events');
      measures.push(
        { what: `${store}: events taken from the inbox`, unit: '/s', values: [perSecond] },
        ...(await measureAnswers(store, call, runs)),
      );
    } finally {
      await engine?.stop();
      await platform.stop();
    }
  }
  return {
    title: `Statistics of ${events.toLocaleString('en')} events in a year`,
    notes: [
      `One reader, ${FEEDS} feeds, ten kinds of events, evenly over the year; HTTP to alt-backend, so session, policies and JSON included. Zone: Asia/Kathmandu, a quarter of an hour off.`,
      'ClickHouse is the engine in a process of its own behind HTTP, on the same two cores.',
      ...notes,
    ],
    measures,
  };
}

async function measureAnswers(store: string, call: Call, runs: number): Promise<Measure[]> {
  const day = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
  const spans = { year: day(364), month: day(29), day: day(0) };
  const measures: Measure[] = [];
  for (const [name, from] of Object.entries(spans)) {
    const values: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const startedAt = performance.now();
      await call('GET', `/v1/stats/reading?from=${from}&zone=Asia/Kathmandu`);
      values.push(performance.now() - startedAt);
    }
    const target = name === 'year' ? { target: '≤ 200 ms' } : {};
    measures.push({ what: `${store}: statistics of a ${name}`, unit: 'ms', values, ...target });
  }
  return measures;
}

const selectLeft = statement<{ count: number }>('bench_left', 'select count(*)::integer as count from reading_inbox');

async function seed(database: Database, userId: string, events: number): Promise<void> {
  await database.script(
    `insert into feeds (url, host) select 'https://feed-' || n || '.example/', 'feed-' || n || '.example' from generate_series(1, ${FEEDS}) n;
     insert into subscriptions (reader_id, feed_id) select r.id, f.id from readers r, feeds f where r.user_id = '${userId}';
     insert into reading_inbox (tenant_id, reader_id, at, kind, feed_id, amount, seconds)
       select r.tenant_id, r.id, now() - random() * interval '365 days',
         ('{opened,spent,read,unread,starred,unstarred,summary,shared,searched,cleared}'::text[])[1 + floor(power(random(), 2) * 10)::integer],
         (select min(id) from feeds) + floor(power(random(), 2) * ${FEEDS})::integer, 1, floor(random() * 300)::integer
       from readers r, generate_series(1, ${events}) where r.user_id = '${userId}'`,
  );
}
