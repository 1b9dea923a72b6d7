import type { Database } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { explaining, type PlanMode, type PlanNode, type Seen } from '@alt/testing/explaining.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { followLogs } from '../asking.ts';
import { gridOf } from '../grid.ts';
import type { LogFilter, LogSpan, LogStore } from './log-store.ts';
import { createPostgresStore } from './postgres.ts';

const DAYS = 14;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const LINES_A_DAY = 20_000;
const LINES_AN_HOUR = LINES_A_DAY / 24;
/** One line in so many is of the service that says little. */
const RARELY = 2_500;
const LINES_OF_A_TRACE = 20;
const LINES_OF_A_REQUEST = 5;
const PAGE = { before: null, limit: 201 };
const all: LogFilter = { services: [], level: null, words: [], trace: null, request: null };

let database: TestDatabase;
let role: Database;
/** The newest line. */
let end: number;

beforeAll(async () => {
  database = await createTestDatabase();
  role = database.connectAs('rask_log_aggregator');
  end = Date.now() - 1_000;
  await database.superuser('alt').script(
    `select prepare_service_logs(array(select (now() at time zone 'UTC')::date - d from generate_series(0, ${DAYS}) d), ${DAYS});
     insert into service_logs (at, id, level, service, message, service_type, log_type, service_group, stream, container_id,
         trace_id, span_id, request_id, fields)
       select to_timestamp(${end / 1_000}) - n * interval '1 day' / ${LINES_A_DAY}, 'line-' || n,
         case when n % 40 = 0 then 2 when n % 1000 = 7 then 3 else 1 end,
         case when n % ${RARELY} = 3 then 'rare' else (array['alt-backend', 'pre-processor', 'auth-service'])[1 + n % 3] end,
         'feed ' || n % 1000 || ' was polled' || case when n % 5000 = 11 then ' with a Surprise' else '' end,
         'alt', '', '', '', '', 'trace-' || n / ${LINES_OF_A_TRACE}, '', case when n % 2 = 0 then 'request-' || n / 10 else '' end, '{}'
       from generate_series(0, ${LINES_A_DAY * (DAYS - 1)}) n;
     analyze service_logs; analyze service_log_counts`,
  );
}, 300_000);
afterAll(() => database.drop());

/** What one question read; nothing that was planned and not run. */
interface Read {
  /** Of lines and of counts. */
  rowsRead: number;
  linesRead: number;
  rowsSorted: number;
  /** Days of which any line was read. */
  daysWithLines: string[];
  /** Indexes by which anything was read, without the name of their day. */
  indexes: string[];
}

async function read(mode: PlanMode, ask: (store: LogStore) => Promise<unknown>): Promise<Read> {
  const seen: Seen[] = [];
  await role.transaction(async (tx) => {
    const explained = explaining(tx, mode, seen);
    await ask(createPostgresStore({ database: explained as Database, daysKept: DAYS }));
  });
  const [only] = seen;
  if (!only || seen.length > 1) throw new Error(`${seen.length} statements were run.`);
  const scans = flatten(only.plan).filter((node) => node['Relation Name'] && rowsOf(node) > 0);
  const dayOfScan = (node: PlanNode) => /^service_logs_(\d{4}_\d\d_\d\d)/.exec(node['Relation Name'] ?? '')?.[1];
  const lines = scans.filter(dayOfScan);
  // A day without lines may be read as a whole.
  expect(lines.map((node) => node['Node Type']).filter((type) => type === 'Seq Scan')).toEqual([]);
  const sumOf = (nodes: PlanNode[]) => nodes.reduce((sum, node) => sum + rowsOf(node), 0);
  return {
    rowsRead: sumOf(scans),
    linesRead: sumOf(lines),
    rowsSorted: only.rowsSorted,
    daysWithLines: lines.map((node) => (dayOfScan(node) ?? '').replaceAll('_', '-')).sort(),
    indexes: [
      ...new Set(scans.flatMap((node) => node['Index Name']?.replace(/^service_logs_\d{4}_\d\d_\d\d_/, '') ?? [])),
    ],
  };
}

/** What a scan looked at, in all its runs. */
function rowsOf(node: PlanNode): number {
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  return Math.round((node['Actual Rows'] + removed) * node['Actual Loops']);
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
/** As a question without a time has it: all there is. */
const always = (): LogSpan => ({ from: new Date(0), to: new Date(end + 2 * DAY_MS) });
const lastHours = (hours: number): LogSpan => ({ from: new Date(end - hours * HOUR_MS), to: new Date(end + HOUR_MS) });

describe.each<PlanMode>(['force_custom_plan', 'force_generic_plan'])('%s', (mode) => {
  const search = (filter: Partial<LogFilter>, span: LogSpan, page: Parameters<LogStore['search']>[2] = PAGE) =>
    read(mode, (store) => store.search({ ...all, ...filter }, span, page));
  const count = (filter: Partial<LogFilter>, span: LogSpan) =>
    read(mode, (store) => store.count({ ...all, ...filter }, span, gridOf(span, 72)));

  test('the newest lines are read from the newest day on, and no more than are shown', async () => {
    const seen = await search({}, always());
    expect([seen.rowsRead, seen.rowsSorted, seen.indexes]).toEqual([PAGE.limit, 0, ['pkey']]);
    expect(seen.daysWithLines.every((day) => day >= dayOf(end - DAY_MS))).toBe(true);
  });

  test('the next page begins in its day, and reads none that is newer', async () => {
    const at = end - 7 * DAY_MS;
    const before = { timestamp: new Date(at).toISOString(), id: 'line-0' };
    const seen = await search({}, always(), { before, limit: 201 });
    expect([seen.rowsRead, seen.rowsSorted, seen.indexes]).toEqual([PAGE.limit, 0, ['pkey']]);
    expect(seen.daysWithLines.every((day) => day <= dayOf(at) && day >= dayOf(at - DAY_MS))).toBe(true);
  });

  test('one service is read by its index, also one that says little', async () => {
    const often = await search({ services: ['auth-service'] }, always());
    expect([often.rowsRead, often.rowsSorted, often.indexes]).toEqual([PAGE.limit, 0, ['service_at_id_idx']]);
    const rare = await search({ services: ['rare'] }, always());
    expect([rare.rowsRead, rare.indexes]).toEqual([(LINES_A_DAY * (DAYS - 1)) / RARELY, ['service_at_id_idx']]);
    const hour = await search({ services: ['rare'] }, lastHours(1));
    expect(hour.rowsRead).toBeLessThanOrEqual(1);
  });

  test('grave lines are read by their index, of a service too', async () => {
    for (const level of ['warn', 'error', 'fatal'] as const) {
      const seen = await search({ level }, lastHours(24));
      expect([seen.indexes, seen.rowsSorted], level).toEqual([['at_id_idx'], 0]);
      expect(seen.rowsRead, level).toBeLessThanOrEqual(LINES_A_DAY / 40 + LINES_A_DAY / 1_000 + 2);
    }
    const seen = await search({ level: 'warn', services: ['auth-service'] }, lastHours(24));
    expect(seen.rowsRead).toBeLessThanOrEqual(LINES_A_DAY / 40 + LINES_A_DAY / 1_000 + 2);
  });

  test('the lines of a trace and of a request are found by their ids, and nothing else is read', async () => {
    const trace = await search({ trace: 'trace-500' }, always());
    expect(trace.rowsRead).toBe(LINES_OF_A_TRACE);
    expect(trace.indexes).toContain('trace_id_at_idx');
    const request = await search({ request: 'request-500' }, always());
    expect(request.rowsRead).toBe(LINES_OF_A_REQUEST);
    expect(request.indexes).toContain('request_id_at_idx');
  });

  test('words are looked for from the newest line on, in the days of the span alone', async () => {
    const often = await search({ words: ['feed', 'polled'] }, always());
    expect([often.rowsRead, often.rowsSorted, often.indexes]).toEqual([PAGE.limit, 0, ['pkey']]);
    const rare = await search({ words: ['surprise'] }, lastHours(1));
    expect([rare.rowsSorted, rare.indexes]).toEqual([0, ['pkey']]);
    expect(rare.rowsRead).toBeLessThanOrEqual(LINES_AN_HOUR + 1);
    expect(rare.daysWithLines.every((day) => day >= dayOf(end - HOUR_MS))).toBe(true);
  });

  test('who follows reads a few seconds of lines each time', async () => {
    const seen = await read(mode, async (store) => {
      const stopping = new AbortController();
      const lines = followLogs(store, { service: [] }, stopping.signal, { since: new Date(0) });
      for await (const _ of lines) stopping.abort();
    });
    // None, where the machine took long to come here.
    expect(seen.indexes.filter((name) => name !== 'pkey')).toEqual([]);
    expect(seen.rowsRead).toBeLessThanOrEqual(LINES_AN_HOUR / 60);
  });

  test('counts of a week read the lines of two minutes at most, and of the rest its counts', async () => {
    const twoMinutes = Math.ceil((2 * LINES_AN_HOUR) / 60) + 2;
    const minutes = 7 * 24 * 60;
    for (const [filter, rowsAMinute] of [
      [{}, 14],
      [{ level: 'warn' }, 14],
      [{ services: ['rare'] }, 1],
    ] as const) {
      const seen = await count(filter, lastHours(7 * 24));
      expect(seen.indexes).toContain('service_log_counts_pkey');
      expect(seen.linesRead).toBeLessThanOrEqual(twoMinutes);
      expect(seen.rowsRead).toBeLessThanOrEqual(twoMinutes + rowsAMinute * minutes);
    }
    const words = await count({ words: ['surprise'] }, lastHours(1));
    expect(words.linesRead).toBeLessThanOrEqual(LINES_AN_HOUR + 1);
  });
});
