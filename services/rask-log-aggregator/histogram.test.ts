import { readFile } from 'node:fs/promises';
import type { LogHistogram } from '@alt/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gridOf } from './grid.ts';
import { createPostgresStore } from './store/postgres.ts';
import { line, type StoreName, startTestAggregator, type TestAggregator } from './testing.ts';

const LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

interface Sent {
  id: string;
  timestamp: string;
  level: (typeof LEVELS)[number];
  service_name: string;
  message: string;
}

const noon = Math.floor(Date.now() / DAY_MS) * DAY_MS - 2 * DAY_MS + 12 * HOUR_MS;
/** Moments of some hours, many of them where minutes meet; to the microsecond. */
const moment = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: -20 * HOUR_MS, max: 20 * HOUR_MS }),
      fc.tuple(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -1, max: 1 })).map(([m, ms]) => m * MINUTE_MS + ms),
    ),
    fc.constantFrom('000', '001', '999'),
  )
  .map(([offset, micros]) => new Date(noon + offset).toISOString().replace('Z', `${micros}Z`));
const someLines = fc.array(
  fc.record({
    id: fc.integer({ min: 0, max: 40 }).map((number) => `id-${number}`),
    timestamp: moment,
    level: fc.constantFrom(...LEVELS),
    service_name: fc.constantFrom('alt-backend', 'auth-service', 'a, service of "others"'),
    message: fc.constantFrom('a feed was polled', 'nothing happened'),
  }),
  { minLength: 1, maxLength: 150 },
);
const question = fc.record({
  from: fc.integer({ min: -22 * HOUR_MS, max: 20 * HOUR_MS }).map((offset) => noon + offset),
  lengthMs: fc.oneof(
    fc.integer({ min: 1, max: 10 * MINUTE_MS }),
    fc.integer({ min: 1, max: 40 * HOUR_MS }),
    fc.constant(2 * HOUR_MS),
  ),
  isRound: fc.boolean(),
  buckets: fc.integer({ min: 1, max: 200 }),
  services: fc.subarray(['alt-backend', 'auth-service', 'a, service of "others"']),
  level: fc.option(fc.constantFrom(...LEVELS), { nil: undefined }),
  q: fc.option(fc.constant('polled'), { nil: undefined }),
});

/** The key of a line, as the store tells lines apart. */
const keyOf = ({ timestamp, id }: Sent) => `${timestamp} ${id}`;
const microsecondsOf = (timestamp: string) =>
  BigInt(Date.parse(`${timestamp.slice(0, 23)}Z`)) * 1_000n + BigInt(timestamp.slice(23, 26));

type Question = typeof question extends fc.Arbitrary<infer Asked> ? Asked : never;

async function expectCounted(alt: TestAggregator, all: readonly Sent[], asked: Question): Promise<void> {
  const from = asked.isRound ? Math.floor(asked.from / HOUR_MS) * HOUR_MS : asked.from;
  const to = from + asked.lengthMs;
  const query = new URLSearchParams({
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    buckets: String(asked.buckets),
    ...(asked.level && { level: asked.level }),
    ...(asked.q && { q: asked.q }),
  });
  for (const service of asked.services) query.append('service', service);
  const response = await alt.ask(`/v1/logs/histogram?${query}`);
  const { items, bucketSeconds } = (await response.json()) as LogHistogram;
  expect(items.length).toBeLessThanOrEqual(asked.buckets);
  expect(Date.parse(items[0]?.at ?? '')).toBeLessThanOrEqual(from);
  expect(Date.parse(items.at(-1)?.at ?? '') + bucketSeconds * 1_000).toBeGreaterThanOrEqual(to);
  const lowest = LEVELS.indexOf(asked.level ?? 'debug');
  const matching = all.filter(
    ({ timestamp, level, service_name, message }) =>
      microsecondsOf(timestamp) >= BigInt(from) * 1_000n &&
      microsecondsOf(timestamp) < BigInt(to) * 1_000n &&
      LEVELS.indexOf(level) >= lowest &&
      (asked.services.length === 0 || asked.services.includes(service_name)) &&
      message.includes(asked.q ?? ''),
  );
  const recounted = items.map(({ at }, index) => {
    const start = BigInt(Date.parse(at)) * 1_000n;
    const end = BigInt(Date.parse(items[index + 1]?.at ?? '9999-01-01T00:00:00Z')) * 1_000n;
    const here = matching.filter(({ timestamp }) => {
      const microseconds = microsecondsOf(timestamp);
      return microseconds >= start && microseconds < end;
    });
    return Object.fromEntries(LEVELS.map((level) => [level, here.filter((each) => each.level === level).length]));
  });
  expect(items.map(({ counts }) => counts)).toEqual(recounted);
}

describe.each<StoreName>(['postgres', 'clickhouse'])('with %s', (store) => {
  let alt: TestAggregator;
  beforeAll(async () => {
    alt = await startTestAggregator(store);
  });
  afterAll(() => alt.stop());

  test('counts over time are what a recount of the lines says, whatever came twice', async () => {
    const kept = new Map<string, Sent>();
    let runs = 0;
    const send = async (lines: Sent[]) => {
      await alt.send(lines.map((each) => line(each.message, { ...each })));
      for (const each of lines) if (!kept.has(keyOf(each))) kept.set(keyOf(each), each);
    };
    // Lines reach the store in their order: with this one all before it are there.
    const settle = async () => {
      runs += 1;
      const service_name = `marker-${runs}`;
      const timestamp = new Date().toISOString().replace('Z', '000Z');
      await send([{ id: service_name, timestamp, level: 'info', service_name, message: 'the end' }]);
      await alt.untilStored(1, `service=${service_name}`);
    };
    await fc.assert(
      fc.asyncProperty(
        someLines,
        fc.array(question, { minLength: 10, maxLength: 10 }),
        fc.boolean(),
        async (lines, questions, isRestarted) => {
          // The same key twice is the same line twice, as from a sender that did not hear the answer.
          const unlike = lines.filter((each) => !kept.has(keyOf(each)));
          const first = [...new Map(unlike.toReversed().map((each) => [keyOf(each), each])).values()];
          await send(first);
          await send(first.filter((_, index) => index % 3 === 0));
          // What the spool still has comes again.
          if (isRestarted) await alt.restart();
          await send(first.slice(0, 20));
          await settle();
          for (const asked of questions) await expectCounted(alt, [...kept.values()], asked);
        },
      ),
      { numRuns: 12 },
    );
  }, 300_000);
});

describe('kept counts', () => {
  let alt: TestAggregator;
  beforeAll(async () => {
    alt = await startTestAggregator('postgres');
  });
  afterAll(() => alt.stop());

  const owner = () => {
    const database = alt.database?.superuser('alt');
    if (!database) throw new Error('There is no database.');
    return database;
  };
  const countsOf = (table: 'kept' | 'lines') =>
    owner().all<{ minute: Date; level: number; service: string; lines: number }>({
      name: `counts_of_${table}`,
      text:
        table === 'kept'
          ? 'select * from service_log_counts order by minute, level, service'
          : `select date_trunc('minute', at, 'UTC') as minute, level, service, count(*)::integer as lines
               from service_logs group by 1, 2, 3 order by 1, 2, service collate "C"`,
    });
  const recordsOf = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => {
      const number = from + index;
      const [level, service_name] = [LEVELS[number % 5], `service ${number % 3}`];
      const about = { timestamp: new Date(noon + number * 700).toISOString(), id: `n-${number}`, level, service_name };
      const empty = { service_type: '', log_type: '', service_group: '', stream: '', container_id: '' };
      return `${JSON.stringify({ ...about, message: 'm', ...empty, trace_id: '', span_id: '', request_id: '', fields: {} })}\n`;
    });

  test('two who keep the same lines at once count each once', async () => {
    const stores = [1, 2].map(() =>
      createPostgresStore({ database: alt.database?.connectAs('rask_log_aggregator') as never, daysKept: 14 }),
    );
    await Promise.all(
      stores.map(async (store, index) => {
        for (let round = 0; round < 10; round += 1) {
          const records = recordsOf(round * 500 + index * 100, 500);
          await store.insert([Buffer.from((index === 0 ? records : records.toReversed()).join(''))]);
        }
      }),
    );
    const kept = await countsOf('kept');
    expect(kept.reduce((sum, { lines }) => sum + lines, 0)).toBe(5_100);
    expect(kept).toEqual(await countsOf('lines'));
  });

  test('lines that were there before are counted when the counts begin, and counts go with their day', async () => {
    const before = await countsOf('kept');
    expect(before.length).toBeGreaterThan(0);
    const migration = new URL('../../packages/database/migrations/0096_service_log_counts.sql', import.meta.url);
    await owner().script(
      `set role alt_owner; drop trigger count_lines on service_logs; drop function count_service_logs;
       drop table service_log_counts; drop index service_logs_service; ${await readFile(migration, 'utf8')};
       grant select on service_log_counts to rask_log_aggregator; reset role`,
    );
    expect(await countsOf('kept')).toEqual(before);
    await alt.send([line('today')]);
    await alt.untilStored(1, 'q=today');
    await owner().script("select prepare_service_logs('{}', 1)");
    const left = await countsOf('kept');
    expect(left.map(({ service }) => service)).toEqual(['pre-processor']);
    expect(left).toEqual(await countsOf('lines'));
  });
});

test('parts begin at multiples of round times, are as fine as was asked for, and cover the span', () => {
  const time = fc.integer({ min: Date.parse('1960-01-01'), max: Date.parse('2100-01-01') });
  fc.assert(
    fc.property(time, fc.integer({ min: 1, max: 4e12 }), fc.integer({ min: 2, max: 200 }), (from, length, most) => {
      const { startMs, stepMs, parts } = gridOf({ from: new Date(from), to: new Date(from + length) }, most);
      expect(Math.abs(startMs % stepMs)).toBe(0);
      expect([startMs <= from, startMs + stepMs > from, parts <= most]).toEqual([true, true, true]);
      expect(startMs + parts * stepMs).toBeGreaterThanOrEqual(from + length);
      expect(startMs + (parts - 1) * stepMs).toBeLessThan(from + length);
    }),
  );
  const hour = { from: new Date('2026-11-22T10:20:30Z'), to: new Date('2026-11-22T11:20:30Z') };
  expect([200, 72, 20, 5, 2].map((most) => gridOf(hour, most).stepMs / MINUTE_MS)).toEqual([0.5, 1, 5, 15, 60]);
});
