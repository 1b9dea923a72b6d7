import type { LogLine } from '@alt/contracts';
import { type Database, sqlState, statement } from '@alt/database';
import { emptyCounts, LEVELS, type LogFilter, type LogStore, RefusedLines } from './log-store.ts';

/** A statement gets about so much: what it holds is in memory here and in Postgres at once. */
const STATEMENT_BYTES = 1024 * 1024;

const insertLines = statement(
  'logs_insert',
  `insert into service_logs (at, id, level, service, message, service_type, log_type, service_group, stream, container_id,
     trace_id, span_id, request_id, fields)
   select "timestamp", id, array_position('{debug,info,warn,error,fatal}'::text[], level) - 1, service_name, message, service_type,
     log_type, service_group, stream, container_id, trace_id, span_id, request_id, fields
   from json_to_recordset($1::json) as line ("timestamp" timestamptz, id text, level text, service_name text, message text,
     service_type text, log_type text, service_group text, stream text, container_id text, trace_id text, span_id text,
     request_id text, fields jsonb)
   where "timestamp" >= $2::timestamptz
   on conflict do nothing`,
);

const prepare = statement('logs_prepare', 'select prepare_service_logs($1::date[], $2)');
const ping = statement('logs_ping', 'select 1 from service_logs limit 1');

interface Row {
  timestamp: string;
  id: string;
  level: number;
  service: string;
  message: string;
  serviceType: string;
  logType: string;
  serviceGroup: string;
  stream: string;
  containerId: string;
  traceId: string;
  spanId: string;
  requestId: string;
  fields: Record<string, string>;
}

const WHERE = `at >= $1::timestamptz and at < $2::timestamptz
     and ($3::text[] = '{}' or service = any ($3::text[]))
     and level >= $4::smallint
     and ($5::text[] = '{}' or message ilike all ($5::text[]))
     and ($6::text is null or trace_id = $6::text)
     and ($7::text is null or request_id = $7::text)`;

const searchLines = statement<Row>(
  'logs_search',
  `select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as timestamp, id, level, service, message,
     service_type as "serviceType", log_type as "logType", service_group as "serviceGroup", stream,
     container_id as "containerId", trace_id as "traceId", span_id as "spanId", request_id as "requestId", fields
   from service_logs
   where ${WHERE} and (at, id) < ($8::timestamptz, $9::text)
   order by at desc, id desc limit $10`,
);

const countLines = statement<{ bucket: number; level: number; count: number }>(
  'logs_count',
  `select floor(extract(epoch from at - $1::timestamptz) * $8::float8 / extract(epoch from $2::timestamptz - $1::timestamptz))::integer as bucket,
     level, count(*)::integer as count
   from service_logs where ${WHERE} group by 1, 2`,
);

export interface PostgresStoreOptions {
  database: Database;
  daysKept: number;
}

/** Log lines in the table `service_logs`: a partition a day, told apart by time and id. */
export function createPostgresStore({ database, daysKept }: PostgresStoreOptions): LogStore {
  const known = new Set<string>();
  const oldestDay = () => new Date(Date.now() - daysKept * 86_400_000).toISOString().slice(0, 10);

  async function prepareDays(days: string[]): Promise<void> {
    if (days.every((day) => known.has(day))) return;
    await database.run(prepare, [days, daysKept]);
    for (const day of days) known.add(day);
  }

  async function insertText(text: string): Promise<void> {
    const oldest = oldestDay();
    const days = new Set([...text.matchAll(/^\{"timestamp":"(\d{4}-\d\d-\d\d)/gm)].map(([, day = '']) => day));
    await prepareDays([...days].filter((day) => day >= oldest));
    try {
      await database.run(insertLines, [`[${text.trimEnd().replaceAll('\n', ',')}]`, `${oldest}T00:00:00Z`]);
    } catch (error) {
      // A restored database has other days than the one before it.
      known.clear();
      if (isAboutRows(error)) throw new RefusedLines(String(error), { cause: error });
      throw error;
    }
  }

  return {
    name: 'postgres',
    async insert(records) {
      for (const text of inStatements(records)) await insertText(text);
    },
    async search(filter, span, { before, limit }) {
      const rows = await database.all(searchLines, [
        ...valuesOf(filter, span),
        before?.timestamp ?? 'infinity',
        before?.id ?? '',
        limit,
      ]);
      return rows.map(present);
    },
    async count(filter, span, buckets) {
      const rows = await database.all(countLines, [...valuesOf(filter, span), buckets]);
      const width = (span.to.getTime() - span.from.getTime()) / buckets;
      const items = Array.from({ length: buckets }, (_, index) => ({
        at: new Date(span.from.getTime() + index * width).toISOString(),
        counts: emptyCounts(),
      }));
      for (const { bucket, level, count } of rows) {
        const name = LEVELS[level];
        const item = items[Math.min(bucket, buckets - 1)];
        if (item && name) item.counts[name] += count;
      }
      return items;
    },
    check: async () => void (await database.run(ping)),
    async keepUp() {
      known.clear();
      await database.run(prepare, [[], daysKept]);
    },
    close: async () => {},
  };
}

/** Records in texts of about a mebibyte. */
function* inStatements(records: readonly Buffer[]): Generator<string> {
  let group: Buffer[] = [];
  let bytes = 0;
  for (const record of records) {
    group.push(record);
    bytes += record.length;
    if (bytes < STATEMENT_BYTES) continue;
    yield Buffer.concat(group).toString();
    [group, bytes] = [[], 0];
  }
  if (group.length > 0) yield Buffer.concat(group).toString();
}

/** Data exceptions and broken constraints; but a missing partition is made the next time. */
function isAboutRows(error: unknown): boolean {
  const state = sqlState(error) ?? '';
  const isMissingPartition = state === '23514' && String(error).includes('no partition');
  return /^2[23]/.test(state) && !isMissingPartition;
}

function valuesOf({ services, level, words, trace, request }: LogFilter, { from, to }: { from: Date; to: Date }) {
  const patterns = words.map((word) => `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`);
  return [from, to, services, level ? LEVELS.indexOf(level) : 0, patterns, trace, request];
}

function present({ level, ...row }: Row): LogLine {
  return { ...row, level: LEVELS[level] ?? 'info' };
}
