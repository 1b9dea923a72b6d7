import { Problem, type ReadingStatistics, type ReadingSums } from '@alt/contracts';
import { statement } from '@alt/database';
import { startClickHouse, type TestClickHouse } from '@alt/testing/clickhouse/clickhouse.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeReader, openBackend, type TestBackend } from '../testing.ts';
import { type ClickHouse, createClickHouse } from './clickhouse-client.ts';
import { noSums, sumColumns } from './sums.ts';
import { type SeededEvent, seedEvents, seededYear, serveStatistics, type TestStatistics } from './testing.ts';

const ada = makeReader(1);
const bo = makeReader(2);
const END = new Date('2026-11-20T12:00:00Z');
const isLong = process.env.ALT_TEST_LONG === '1';
const EVENTS = isLong ? 200_000 : 20_000;
/** Whole hours, halves and quarters off, half an hour of summer time, days that begin at one o'clock. */
const ZONES = ['UTC', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns', 'Africa/Cairo'];

let backend: TestBackend;
let engine: TestClickHouse;
let clickHouse: ClickHouse;
const stores: Record<string, TestStatistics> = {};
let feeds: number[];

beforeAll(async () => {
  backend = await openBackend();
  engine = await startClickHouse();
  const { user, password } = engine;
  clickHouse = createClickHouse({ url: `${engine.url}/${engine.database}`, user, password });
  stores.postgres = serveStatistics(backend);
  stores.clickhouse = serveStatistics(backend, clickHouse);
}, 120_000);
afterAll(async () => {
  for (const { moving } of Object.values(stores)) await moving.stop();
  await clickHouse.close();
  await engine.stop();
  await backend.drop();
});
beforeEach(async () => {
  await backend.superuser.script(
    `truncate subscriptions, feeds, reading_inbox, reading_events, reading_slots, reading_feed_days, reading_feed_months,
       reading_erasures
       restart identity cascade`,
  );
  await stores.clickhouse?.moving.stop();
  await clickHouse.run('drop table if exists reading_events');
  stores.clickhouse = serveStatistics(backend, clickHouse);
  feeds = [];
  for (let number = 0; number < 12; number += 1) feeds.push(await backend.makeFeed(`feed-${number}`, ada));
  await backend.asReader(bo, async () => undefined);
});

const ask = async (store: string, query: string, as = ada): Promise<ReadingStatistics> => {
  await stores[store]?.moving.moveAll();
  const response = await stores[store]?.request('GET', `/v1/stats/reading?${query}`, { as });
  expect(response?.status).toBe(200);
  return response?.json() as Promise<ReadingStatistics>;
};

/** What statistics have to say, from the events alone. */
function recount(events: SeededEvent[], from: string, to: string, zone: string) {
  const totals = noSums();
  const days = new Map<string, ReadingSums>();
  const byFeed = new Map<string, ReadingSums>();
  const opened = Array.from({ length: 7 }, () => Array<number>(24).fill(0));
  for (const { at, kind, feedId, amount, seconds } of events) {
    const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone);
    const day = local.toPlainDate().toString();
    if (day < from || day > to) continue;
    const row = opened[local.dayOfWeek - 1];
    if (row && kind === 'opened') row[local.hour] = (row[local.hour] ?? 0) + amount;
    if (!days.has(day)) days.set(day, noSums());
    if (feedId !== null && !byFeed.has(String(feedId))) byFeed.set(String(feedId), noSums());
    for (const sums of [totals, days.get(day), feedId === null ? undefined : byFeed.get(String(feedId))]) {
      for (const column of sumColumns) {
        if (sums && column.kind === kind) sums[column.name] += column.of === 'amount' ? amount : seconds;
      }
    }
  }
  return { totals, days, byFeed, opened };
}

function expectRecounted(stats: ReadingStatistics, events: SeededEvent[]): void {
  const truth = recount(events, stats.from, stats.to, stats.timeZone);
  expect(stats.totals).toEqual(truth.totals);
  expect(stats.week.opened).toEqual(truth.opened);
  const names = Object.keys(truth.totals) as (keyof ReadingSums)[];
  const only = (sums: ReadingSums) => Object.fromEntries(names.map((name) => [name, sums[name]]));
  expect(Object.fromEntries(stats.days.map((day) => [day.date, only(day)]))).toEqual(Object.fromEntries(truth.days));
  const told = stats.feeds.filter((feed) => names.some((name) => feed[name] > 0));
  const happened = [...truth.byFeed].filter(([, sums]) => names.some((name) => sums[name] > 0));
  expect(Object.fromEntries(told.map((feed) => [feed.feedId, only(feed)]))).toEqual(Object.fromEntries(happened));
}

test.each(['postgres', 'clickhouse'])(
  '%s: statistics of a year equal a recount from the events in any zone and span',
  async (store) => {
    const events = seededYear(EVENTS, feeds, END);
    await seedEvents(backend, ada, events);
    await seedEvents(backend, bo, seededYear(1_000, feeds, END));
    for (const zone of ZONES) {
      for (const span of [
        'from=2025-11-20&to=2026-11-20',
        'from=2026-03-28&to=2026-04-26',
        'from=2026-10-04&to=2026-10-04',
      ]) {
        expectRecounted(await ask(store, `${span}&zone=${zone}`), events);
      }
    }
  },
  300_000,
);

test('a roll-up that breaks off counts nothing twice and loses nothing, and what comes late is counted', async () => {
  const [late = [], early = []] = Object.values(
    Object.groupBy(seededYear(3_000, feeds, END), (_event, index) => (index % 3 === 0 ? 'late' : 'early')),
  );
  await seedEvents(backend, ada, early);
  const roll = statement('test_roll', 'select roll_reading(500)');
  const crash = backend.database.transaction(async (tx) => {
    await tx.run(roll);
    throw new Error('the process ends here');
  });
  await expect(crash).rejects.toThrow('ends here');
  for (let times = 0; times < 2; times += 1) await backend.database.run(roll);
  await Promise.all([1, 2, 3].map(() => backend.database.run(roll)));
  expectRecounted(await ask('postgres', 'from=2025-11-01&to=2026-11-30'), early);
  await seedEvents(backend, ada, late);
  expectRecounted(await ask('postgres', 'from=2025-11-01&to=2026-11-30'), [...early, ...late]);
});

test('what ClickHouse took is counted once, though its taking was never committed; while it is down nothing is lost', async () => {
  const events = seededYear(2_000, feeds, END);
  await seedEvents(backend, ada, events);
  let inserts = 0;
  const forgetful: ClickHouse = {
    ...clickHouse,
    async insert(table, rows) {
      await clickHouse.insert(table, rows);
      inserts += 1;
      throw new Error('the answer never came');
    },
  };
  const broken = serveStatistics(backend, forgetful);
  for (let times = 0; times < 2; times += 1) await broken.moving.moveAll();
  await broken.moving.stop();
  expect(inserts).toBe(2);
  await engine.kill();
  const down = await stores.clickhouse?.request('GET', '/v1/stats/reading', { as: ada });
  expect(down?.status).toBe(503);
  expect(await down?.json()).toMatchObject({ code: 'unavailable' });
  await engine.start();
  expectRecounted(await ask('clickhouse', 'from=2025-11-01&to=2026-11-30'), events);
  expect((await clickHouse.rows<{ n: number }>('select count() as n from reading_events final'))[0]?.n).toBe(
    events.length,
  );
}, 120_000);

test('requests that wait for a ClickHouse that does not answer hold no connection to the database', async () => {
  let asked = 0;
  const { promise: answer, reject } = Promise.withResolvers<never>();
  const rows: ClickHouse['rows'] = () => {
    asked += 1;
    return answer;
  };
  const silent = serveStatistics(backend, { ...clickHouse, rows });
  // More than there are connections.
  const waiting = Array.from({ length: 12 }, () => silent.request('GET', '/v1/stats/reading', { as: ada }));
  await expect.poll(() => asked).toBe(2 * waiting.length);
  expect(await backend.asReader(ada, async () => 'served')).toBe('served');
  reject(new Problem('unavailable', 'It does not answer.'));
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(waiting.map(() => 503));
  await silent.moving.stop();
});

test('what Postgres kept follows when ClickHouse is configured', async () => {
  const events = seededYear(2_000, feeds, END);
  await seedEvents(backend, ada, events);
  expectRecounted(await ask('postgres', 'from=2025-11-01&to=2026-11-30'), events);
  expectRecounted(await ask('clickhouse', 'from=2025-11-01&to=2026-11-30'), events);
  const left = statement<{ n: number }>(
    'test_left',
    `select (select count(*) from reading_events) + (select count(*) from reading_slots) + (select count(*) from reading_feed_days)
       + (select count(*) from reading_feed_months) as n`,
  );
  expect(await backend.superuser.one(left)).toEqual({ n: 0 });
});

test('who deletes what was collected has it deleted in ClickHouse too, and so has who is forgotten', async () => {
  const [mine, others] = [seededYear(500, feeds, END), seededYear(400, feeds, END)];
  await seedEvents(backend, ada, mine);
  await seedEvents(backend, bo, others);
  expectRecounted(await ask('clickhouse', 'from=2025-11-01&to=2026-11-30'), mine);
  const erased = await stores.clickhouse?.request('DELETE', '/v1/stats/reading', { as: ada });
  expect(erased?.status).toBe(204);
  const count = async () =>
    (await clickHouse.rows<{ n: number }>('select count() as n from reading_events final'))[0]?.n;
  expect(await count()).toBe(others.length);
  await backend.superuser.script(`delete from readers where user_id = '${bo.userId}'`);
  await stores.clickhouse?.moving.eraseNow();
  expect(await count()).toBe(0);
});

test('both stores tell a team the same weeks, and neither tells one in which fewer than five read', async () => {
  const team = [3, 4, 5, 6, 7].map((digit) => ({
    ...makeReader(digit),
    tenantId: '018f0000-0000-7000-8000-0000000000aa',
  }));
  const [owner = ada] = team;
  for (const [index, reader] of team.entries()) {
    await backend.asReader(reader, async () => undefined);
    const all = seededYear(400, feeds, END);
    // In the last weeks the fifth reads nothing.
    const until = new Date('2026-10-26T00:00:00Z');
    await seedEvents(backend, reader, index === 4 ? all.filter(({ at }) => at < until) : all);
  }
  const weeks = async (store: string) => {
    await stores[store]?.moving.moveAll();
    const path = '/v1/stats/tenant?from=2026-09-07&to=2026-11-15';
    return (await stores[store]?.request('GET', path, { as: owner }))?.json();
  };
  const told = (await weeks('postgres')) as { reading: { week: string; readers: number | null }[] };
  expect(told.reading.map(({ week }) => week).slice(0, 2)).toEqual(['2026-09-07', '2026-09-14']);
  expect(told.reading.filter(({ week }) => week >= '2026-10-26').every(({ readers }) => readers === null)).toBe(true);
  expect(told.reading.filter(({ week }) => week < '2026-10-19').every(({ readers }) => readers === 5)).toBe(true);
  expect(await weeks('clickhouse')).toEqual(told);
});
