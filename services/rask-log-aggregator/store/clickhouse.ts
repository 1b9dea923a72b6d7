import { Readable } from 'node:stream';
import { type ClickHouseClient, openClickHouse } from '@alt/clickhouse';
import type { LogLine } from '@alt/contracts';
import { emptyCounts, LEVELS, type LogFilter, type LogSpan, type LogStore, RefusedLines } from './log-store.ts';

export interface ClickHouseStoreOptions {
  url: string;
  user: string;
  password: string;
  database: string;
  daysKept: number;
}

const TIMEOUT_MS = 60_000;

/** A line in ClickHouse's types. Lines with the same key become one when parts merge, and are one in each answer. */
const tableOf = (daysKept: number) => `
  create table if not exists service_logs (
    timestamp DateTime64(6, 'UTC') codec(Delta, ZSTD),
    id String codec(ZSTD),
    level Enum8('debug' = 0, 'info' = 1, 'warn' = 2, 'error' = 3, 'fatal' = 4),
    service_name LowCardinality(String),
    message String codec(ZSTD),
    service_type LowCardinality(String),
    log_type LowCardinality(String),
    service_group LowCardinality(String),
    stream LowCardinality(String),
    container_id LowCardinality(String),
    trace_id String codec(ZSTD),
    span_id String codec(ZSTD),
    request_id String codec(ZSTD),
    fields Map(LowCardinality(String), String) codec(ZSTD)
  ) engine = ReplacingMergeTree
  partition by toDate(timestamp)
  order by (timestamp, id)
  ttl toDateTime(timestamp) + interval ${daysKept} day
  settings ttl_only_drop_parts = 1`;

/** Numbers of exceptions that are about what was sent: it cannot be parsed or does not fit its type. */
const ABOUT_ROWS = new Set([
  '6',
  '26',
  '27',
  '33',
  '38',
  '41',
  '53',
  '69',
  '72',
  '117',
  '130',
  '131',
  '190',
  '441',
  '691',
]);

const SETTINGS = {
  date_time_input_format: 'best_effort',
  /** Lines of months at once are rare, and then the partitions are meant. */
  max_partitions_per_insert_block: '0',
} as const;

/** Log lines in a table of ClickHouse, which the service makes in the database of its account. */
export function createClickHouseStore(options: ClickHouseStoreOptions): LogStore {
  const { daysKept, ...place } = options;
  const client = openClickHouse({ ...place, timeoutMs: TIMEOUT_MS });
  let isMade: Promise<unknown> | null = null;
  const table = async () => {
    isMade ??= client.command({ query: tableOf(daysKept) });
    await isMade.catch((error: unknown) => {
      isMade = null;
      throw error;
    });
  };
  return {
    name: 'clickhouse',
    async insert(records) {
      await table();
      try {
        const { stream } = await client.exec({
          query: 'insert into service_logs format JSONEachRow',
          values: Readable.from(records as Buffer[], { objectMode: false }),
          clickhouse_settings: SETTINGS,
        });
        for await (const _ of stream);
      } catch (error) {
        const code = (error as { code?: string }).code ?? '';
        if (code === '60') isMade = null; // somebody dropped the table
        if (ABOUT_ROWS.has(code)) throw new RefusedLines(String(error), { cause: error });
        throw error;
      }
    },
    search: async (filter, span, page) => {
      await table();
      return search(client, filter, span, page);
    },
    count: async (filter, span, buckets) => {
      await table();
      return count(client, filter, span, buckets);
    },
    async check() {
      const result = await client.ping({ select: true });
      if (!result.success) throw result.error;
    },
    keepUp: async () => {},
    close: () => client.close(),
  };
}

async function search(
  client: ClickHouseClient,
  filter: LogFilter,
  span: LogSpan,
  { before, limit }: Parameters<LogStore['search']>[2],
): Promise<LogLine[]> {
  const { where, params } = conditionsOf(filter, span);
  if (before) {
    where.push("(timestamp, id) < (parseDateTime64BestEffort({beforeAt:String}, 6, 'UTC'), {beforeId:String})");
    Object.assign(params, { beforeAt: before.timestamp, beforeId: before.id });
  }
  // One line of each time and id, whether or not its parts have merged; read from the newest on, as far as needed.
  const query = `
    select formatDateTime(timestamp, '%Y-%m-%dT%H:%i:%S.%fZ', 'UTC') as at, id, toString(level) as grade, service_name, message,
      service_type, log_type, service_group, stream, container_id, trace_id, span_id, request_id, fields
    from service_logs where ${where.join(' and ')}
    order by timestamp desc, id desc limit 1 by timestamp, id limit {limit:UInt32}`;
  const rows = await (await client.query({ query, query_params: { ...params, limit }, format: 'JSONEachRow' })).json<
    Record<string, string> & { fields: Record<string, string> }
  >();
  return rows.map(present);
}

async function count(
  client: ClickHouseClient,
  filter: LogFilter,
  span: LogSpan,
  buckets: number,
): Promise<Awaited<ReturnType<LogStore['count']>>> {
  const { where, params } = conditionsOf(filter, span);
  const widthMs = (span.to.getTime() - span.from.getTime()) / buckets;
  const query = `
    select toUInt32(floor((toUnixTimestamp64Micro(timestamp) / 1000 - {fromMs:Float64}) / {widthMs:Float64})) as bucket,
      toString(level) as grade, toUInt32(count()) as lines
    from service_logs final where ${where.join(' and ')} group by bucket, grade
    settings do_not_merge_across_partitions_select_final = 1`;
  const query_params = { ...params, fromMs: span.from.getTime(), widthMs };
  const rows = await (await client.query({ query, query_params, format: 'JSONEachRow' })).json<{
    bucket: number;
    grade: string;
    lines: number;
  }>();
  const items = Array.from({ length: buckets }, (_, index) => ({
    at: new Date(span.from.getTime() + index * widthMs).toISOString(),
    counts: emptyCounts(),
  }));
  for (const { bucket, grade, lines } of rows) {
    const item = items[Math.min(bucket, buckets - 1)];
    const level = LEVELS.find((name) => name === grade);
    if (item && level) item.counts[level] += Number(lines);
  }
  return items;
}

function conditionsOf({ services, level, words, trace, request }: LogFilter, { from, to }: LogSpan) {
  const where = [
    "timestamp >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')",
    "timestamp < fromUnixTimestamp64Milli({to:Int64}, 'UTC')",
  ];
  const params: Record<string, unknown> = { from: from.getTime(), to: to.getTime() };
  const add = (condition: string, name: string, value: unknown) => {
    where.push(condition);
    params[name] = value;
  };
  if (services.length > 0) add('service_name in {services:Array(String)}', 'services', services);
  if (level) add('level >= {level:Int8}', 'level', LEVELS.indexOf(level));
  for (const [index, word] of words.entries()) {
    add(`positionCaseInsensitiveUTF8(message, {word${index}:String}) > 0`, `word${index}`, word);
  }
  if (trace) add('trace_id = {trace:String}', 'trace', trace);
  if (request) add('request_id = {request:String}', 'request', request);
  return { where, params };
}

function present(row: Record<string, string> & { fields: Record<string, string> }): LogLine {
  return {
    id: row.id ?? '',
    timestamp: row.at ?? '',
    level: LEVELS.find((name) => name === row.grade) ?? 'info',
    message: row.message ?? '',
    service: row.service_name ?? '',
    serviceType: row.service_type ?? '',
    logType: row.log_type ?? '',
    serviceGroup: row.service_group ?? '',
    stream: row.stream ?? '',
    containerId: row.container_id ?? '',
    traceId: row.trace_id ?? '',
    spanId: row.span_id ?? '',
    requestId: row.request_id ?? '',
    fields: row.fields,
  };
}
