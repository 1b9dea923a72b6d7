import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PlatformStatistics } from '@alt/contracts';
import { statement } from '@alt/database';
import { bucketBounds, createWorkRecord } from '@alt/pipeline';
import { createLogger, type Reader } from '@alt/service-kit';
import { startClickHouse, type TestClickHouse } from '@alt/testing/clickhouse/clickhouse.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeReader, openBackend, type TestBackend } from '../testing.ts';
import { type ClickHouse, createClickHouse } from './clickhouse-client.ts';
import { startStatistics } from './start.ts';
import { seededRandom, serveStatistics, type TestStatistics } from './testing.ts';

const owner: Reader = { ...makeReader(1), ownsInstance: true };
const DAY_MS = 86_400_000;
const YEAR = 365;
const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const daysAgo = (count: number) => new Date(today - count * DAY_MS).toISOString().slice(0, 10);
const SPANS = [
  `from=${daysAgo(YEAR)}&to=${daysAgo(0)}`,
  `from=${daysAgo(60)}&to=${daysAgo(31)}`,
  `from=${daysAgo(7)}&to=${daysAgo(7)}`,
];

let backend: TestBackend;
let engine: TestClickHouse;
let clickHouse: ClickHouse;
let feeds: number[];

beforeAll(async () => {
  backend = await openBackend();
  engine = await startClickHouse();
  const { user, password } = engine;
  clickHouse = createClickHouse({ url: `${engine.url}/${engine.database}`, user, password });
  feeds = [];
  for (let number = 0; number < 5; number += 1) feeds.push(await backend.makeFeed(`feed-${number}`, owner));
}, 120_000);
afterAll(async () => {
  await clickHouse.close();
  await engine.stop();
  await backend.drop();
});
beforeEach(async () => {
  await backend.superuser.script('truncate work_inbox, work_hours, feed_days, statistics_switch');
  await clickHouse.run('drop table if exists work_events');
});

/** What a process did in a minute, one by one. */
interface WorkReport {
  kind: 'stage' | 'model' | 'search';
  name: string;
  variant: string;
  at: Date;
  took: { ms: number; isDone: boolean }[];
  tokensIn: number;
  tokensOut: number;
}
/** What its polls of a feed did. */
interface PollReport {
  id: number;
  day: string;
  polls: number;
  unchanged: number;
  failed: number;
  articles: number;
  bytes: number;
  milliseconds: number;
}
interface Reports {
  work: WorkReport[];
  polls: PollReport[];
}

const NAMES = [
  ['stage', 'extract', ''],
  ['stage', 'tag', ''],
  ['model', 'chat', 'Large'],
  ['model', 'chat', 'small'],
  ['model', 'embed', 'a-b'],
  ['search', 'search', ''],
] as const;

function seededReports(count: number, seed: number, fromDaysAgo = YEAR): Reports {
  const random = seededRandom(seed);
  const upTo = (most: number) => Math.floor(random() * most);
  const work = Array.from({ length: count }, (): WorkReport => {
    const [kind, name, variant] = NAMES[upTo(NAMES.length)] ?? NAMES[0];
    return {
      ...{ kind, name, variant, at: new Date(today - random() * fromDaysAgo * DAY_MS) },
      took: Array.from({ length: 1 + upTo(4) }, () => ({
        ms: Math.floor(10 ** (random() * 6)),
        isDone: random() < 0.9,
      })),
      ...(kind === 'model' ? { tokensIn: upTo(5_000), tokensOut: upTo(900) } : { tokensIn: 0, tokensOut: 0 }),
    };
  });
  const polls = Array.from({ length: count }, (): PollReport => {
    const failed = upTo(2);
    const unchanged = upTo(3);
    return {
      ...{ id: feeds[upTo(feeds.length)] ?? 0, day: daysAgo(upTo(fromDaysAgo)), failed, unchanged },
      ...{ polls: failed + unchanged + 1, articles: upTo(20), bytes: upTo(1e6), milliseconds: upTo(3_000) },
    };
  });
  return { work, polls };
}

const together = (...all: Reports[]): Reports => ({
  work: all.flatMap(({ work }) => work),
  polls: all.flatMap(({ polls }) => polls),
});

const callWork = statement('test_record_work', 'select record_work($1)');
const callPolls = statement('test_record_polls', 'select record_polls($1)');

function told({ took, at, ...report }: WorkReport) {
  const buckets = Array<number>(bucketBounds.length + 1).fill(0);
  for (const { ms } of took) {
    const place = bucketBounds.filter((bound) => bound < ms).length;
    buckets[place] = (buckets[place] ?? 0) + 1;
  }
  const done = took.filter(({ isDone }) => isDone).length;
  const milliseconds = took.reduce((sum, { ms }) => sum + ms, 0);
  return { ...report, at: at.toISOString(), done, failed: took.length - done, milliseconds, buckets };
}

/** Tells them as processes do, some at once. */
async function record({ work, polls }: Reports): Promise<void> {
  for (let from = 0; from < work.length; from += 5) {
    await backend.database.run(callWork, [JSON.stringify(work.slice(from, from + 5).map(told))]);
  }
  // Of a process each feed and day comes once in a report.
  const once = new Map<string, PollReport[]>();
  for (const poll of polls) once.set(`${poll.id}/${poll.day}`, [...(once.get(`${poll.id}/${poll.day}`) ?? []), poll]);
  for (let turn = 0; [...once.values()].some((list) => turn < list.length); turn += 1) {
    const report = [...once.values()].flatMap((list) => list[turn] ?? []);
    await backend.superuser.run(callPolls, [JSON.stringify(report)]);
  }
}

/** Statistics with events in a store, for as long as something is done with them. */
async function withStore<Answer>(
  store: 'postgres' | ClickHouse,
  work: (served: TestStatistics) => Promise<Answer>,
): Promise<Answer> {
  const served = serveStatistics(backend, store === 'postgres' ? null : store);
  try {
    await served.moving.moveAll();
    return await work(served);
  } finally {
    await served.moving.stop();
  }
}

async function ask({ request, moving }: TestStatistics, query: string): Promise<PlatformStatistics> {
  await moving.moveAll();
  const response = await request('GET', `/v1/stats/platform?${query}`, { as: owner });
  expect(response.status).toBe(200);
  return response.json() as Promise<PlatformStatistics>;
}

/** What of the statistics comes from reports. */
const reported = ({ stages, models, searches, growth }: PlatformStatistics) => ({ stages, models, searches, growth });

/** The same from the reports alone. */
function recount(all: Reports, query: string): ReturnType<typeof reported> {
  const [from = '', to = ''] = query.split('&').map((part) => part.split('=')[1]);
  const dayOf = ({ at }: WorkReport) => at.toISOString().slice(0, 10);
  const work = all.work.filter((report) => dayOf(report) >= from && dayOf(report) <= to);
  const polls = all.polls.filter(({ day }) => day >= from && day <= to);
  const grouped = <Row>(rows: Row[], keyOf: (row: Row) => string) =>
    [...Map.groupBy(rows, keyOf)].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const sum = <Row>(rows: Row[], of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  const sums = (rows: WorkReport[]) => {
    const took = rows.flatMap((row) => row.took).toSorted((one, other) => one.ms - other.ms);
    const percentile = (share: number) => {
      const at = took[Math.max(Math.ceil(took.length * share) - 1, 0)]?.ms;
      return at === undefined ? null : (bucketBounds.find((bound) => at <= bound) ?? bucketBounds.at(-1) ?? null);
    };
    const done = took.filter(({ isDone }) => isDone).length;
    return { done, failed: took.length - done, p50Ms: percentile(0.5), p95Ms: percentile(0.95) };
  };
  const of = (kind: WorkReport['kind']) => work.filter((report) => report.kind === kind);
  return {
    stages: grouped(of('stage'), ({ name }) => name).map(([stage, rows]) => ({
      ...{ stage, ...sums(rows) },
      days: grouped(rows, dayOf).map(([date, ofDay]) => ({ date, ...sums(ofDay) })),
    })),
    models: grouped(of('model'), ({ name, variant }) => `${name}\n${variant}`).map(([key, rows]) => {
      const [kind = '', model = ''] = key.split('\n');
      const [tokensIn, tokensOut] = [sum(rows, (row) => row.tokensIn), sum(rows, (row) => row.tokensOut)];
      return { kind, model, ...sums(rows), tokensIn, tokensOut, cost: (tokensIn * 2 + tokensOut * 8) / 1e6 };
    }),
    searches: sums(of('search')),
    growth: grouped(polls, ({ day }) => day).map(([date, rows]) => ({
      ...{ date, articles: sum(rows, (row) => row.articles), bytes: sum(rows, (row) => row.bytes) },
      ...{ polls: sum(rows, (row) => row.polls), failed: sum(rows, (row) => row.failed) },
    })),
  };
}

async function expectRecounted(served: TestStatistics, reports: Reports, spans = SPANS): Promise<void> {
  for (const span of spans) expect(reported(await ask(served, span)), span).toEqual(recount(reports, span));
}

const rowsOf = async (sql: string) =>
  (await backend.superuser.one(statement<{ n: number }>('', `select count(*)::integer as n from ${sql}`)))?.n;

test.each(['postgres', 'clickhouse'] as const)(
  '%s: what the platform did in a year equals a recount of what was told, in any span',
  async (store) => {
    const reports = seededReports(1_500, 3);
    await withStore(store === 'postgres' ? store : clickHouse, async (served) => {
      await record(reports);
      await expectRecounted(served, reports);
    });
    expect(await rowsOf('work_inbox')).toBe(0);
    expect(await rowsOf(store === 'postgres' ? 'feed_days where told is not null' : 'work_hours')).toBe(0);
  },
  300_000,
);

test('the address of a ClickHouse is all that it takes: what a process did just now is there when its owner asks', async () => {
  const statistics = await startStatistics(
    {
      ...{ ALT_STATISTICS: 'on', ALT_STATISTICS_DAYS: 400, ALT_LLM_PRICE_CURRENCY: 'USD' },
      CLICKHOUSE_URL: `${engine.url}/${engine.database}`,
      ...{ CLICKHOUSE_USER: engine.user, CLICKHOUSE_PASSWORD: engine.password },
    },
    { database: backend.database, log: createLogger('silent') },
  );
  const request = backend.serve(statistics.routes(backend.asReader));
  const seen = async () => (await request('GET', '/v1/stats/platform', { as: owner })).json();
  expect(await seen()).toMatchObject({ stages: [], growth: [], isComplete: true });
  const work = createWorkRecord(backend.database, 'stage');
  for (let times = 0; times < 3; times += 1) work.add({ name: 'tag', isDone: true, milliseconds: 4 });
  await work.stop();
  const poll = { id: feeds[0], day: daysAgo(0), polls: 2, unchanged: 1, failed: 0, articles: 7, bytes: 9 };
  await backend.superuser.run(callPolls, [JSON.stringify([{ ...poll, milliseconds: 5 }])]);
  expect(await seen()).toMatchObject({
    stages: [{ stage: 'tag', done: 3, p50Ms: 5 }],
    growth: [{ polls: 2, articles: 7 }],
    isComplete: true,
  });
  await statistics.stop();
  expect(await clickHouse.rows('select kind, done from work_events final order by kind')).toEqual([
    { kind: 'poll', done: 2 },
    { kind: 'stage', done: 3 },
  ]);
}, 120_000);

test('where no ClickHouse is set, its library is not loaded', async () => {
  const service = new URL('../service.ts', import.meta.url).href;
  const loaded = `await import('${service}'); const { createRequire } = await import('node:module');
    console.log(Object.keys(createRequire('${service}').cache).filter((name) => name.includes('@clickhouse')).length)`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', loaded]);
  expect(stdout.trim()).toBe('0');
}, 120_000);

test('whoever dies before its taking is committed, or works at once with others: every report counts once', async () => {
  const reports = seededReports(600, 5);
  let inserts = 0;
  const forgetful: ClickHouse = {
    ...clickHouse,
    async insert(table, rows) {
      await clickHouse.insert(table, rows);
      inserts += 1;
      throw new Error('the process ends here');
    },
  };
  await withStore(forgetful, async ({ moving }) => {
    await record(reports);
    for (let times = 0; times < 2; times += 1) await moving.moveAll();
  });
  expect(inserts).toBeGreaterThanOrEqual(2);
  await withStore(clickHouse, (one) =>
    withStore(clickHouse, async (other) => {
      await Promise.all([one.moving.moveAll(), other.moving.moveAll()]);
      await expectRecounted(one, reports);
    }),
  );
  const [kept] = await clickHouse.rows<{ n: number; all: number }>(
    'select count() as n, (select count() from work_events) as all from work_events final',
  );
  expect(kept?.n).toBe(reports.work.length + reports.polls.length);
}, 180_000);

test('while ClickHouse is away its owner is told so, and nothing of that time is lost', async () => {
  const [before, meanwhile] = [seededReports(200, 7), seededReports(200, 9)];
  await withStore(clickHouse, async (served) => {
    await record(before);
    await served.moving.moveAll();
    await engine.kill();
    try {
      await record(meanwhile);
      const away = await served.request('GET', '/v1/stats/platform', { as: owner });
      expect(away.status).toBe(503);
      expect(await away.json()).toMatchObject({ code: 'unavailable' });
    } finally {
      await engine.start();
    }
    await expectRecounted(served, together(before, meanwhile));
  });
}, 180_000);

test('a ClickHouse may come, go while something waits for it, and come back: then it has everything once', async () => {
  const [first, second, waiting, alone] = [11, 13, 15, 17].map((seed) => seededReports(150, seed)) as [
    Reports,
    Reports,
    Reports,
    Reports,
  ];
  await withStore('postgres', async (served) => {
    await record(first);
    await expectRecounted(served, first);
  });
  await withStore(clickHouse, async (served) => {
    await record(second);
    await expectRecounted(served, together(first, second));
  });
  await record(waiting);
  expect(await rowsOf('work_inbox')).toBeGreaterThan(0);
  await withStore('postgres', async (served) => {
    await record(alone);
    // What went to ClickHouse stays there; the rest, and all that feeds brought, is here.
    for (const span of SPANS) {
      const { growth, ...here } = reported(await ask(served, span));
      expect(here).toEqual({ ...recount(together(waiting, alone), span), growth: undefined });
      expect(growth).toEqual(recount(together(first, second, waiting, alone), span).growth);
    }
  });
  expect(await rowsOf('work_inbox')).toBe(0);
  await withStore(clickHouse, (served) => expectRecounted(served, together(first, second, waiting, alone)));
  expect(await rowsOf('work_hours')).toBe(0);
}, 240_000);

test('a process that begins its report under one store and ends it under the other has it counted', async () => {
  const reports = seededReports(40, 19);
  await withStore('postgres', async () => undefined);
  const [one, rest] = [reports.work.slice(0, 20), reports.work.slice(20)];
  const isWritten = Promise.withResolvers<void>();
  const isTurning = Promise.withResolvers<void>();
  const slow = backend.database.transaction(async (tx) => {
    await tx.run(callWork, [JSON.stringify(one.map(told))]);
    isWritten.resolve();
    await isTurning.promise;
  });
  await isWritten.promise;
  const served = serveStatistics(backend, clickHouse);
  const turned = served.moving.moveAll();
  const waits = statement<{ n: number }>(
    'test_waits',
    `select count(*)::integer as n from pg_locks where locktype = 'advisory' and not granted`,
  );
  await expect.poll(async () => (await backend.superuser.one(waits))?.n, { timeout: 60_000 }).toBeGreaterThan(0);
  isTurning.resolve();
  await Promise.all([slow, turned]);
  await record({ work: rest, polls: reports.polls });
  await expectRecounted(served, reports);
  await served.moving.stop();
}, 120_000);

test.each(['postgres', 'clickhouse'] as const)(
  '%s: what is older than is kept is forgotten, by whole days',
  async (store) => {
    const young = seededReports(100, 21, 390);
    const edge: WorkReport = {
      kind: 'stage',
      name: 'tag',
      variant: '',
      at: new Date(today - 400 * DAY_MS),
      took: [{ ms: 3, isDone: true }],
      tokensIn: 0,
      tokensOut: 0,
    };
    const old = { ...edge, at: new Date(edge.at.getTime() - 1) };
    const poll = (day: string): PollReport => ({
      id: feeds[0] ?? 0,
      day,
      polls: 1,
      unchanged: 0,
      failed: 0,
      articles: 1,
      bytes: 1,
      milliseconds: 1,
    });
    const kept = together(young, { work: [edge], polls: [poll(daysAgo(400))] });
    const all = together(kept, { work: [old], polls: [poll(daysAgo(401))] });
    const span = [`from=${daysAgo(500)}&to=${daysAgo(0)}`];
    await withStore(store === 'postgres' ? store : clickHouse, async (served) => {
      await record(all);
      await expectRecounted(served, all, span);
      await served.moving.forgetNow();
      await expectRecounted(served, kept, span);
    });
  },
  180_000,
);
