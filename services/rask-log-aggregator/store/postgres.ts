import type { LogLine } from '@alt/contracts';
import { type Database, sqlState, statement } from '@alt/database';
import { LEVELS, type LogStore, partsOf, RefusedLines } from './log-store.ts';
import { type LineRow, questionOfCounts, questionOfLines } from './postgres-questions.ts';

/** A statement gets about so much: what it holds is in memory here and in Postgres at once. */
const STATEMENT_BYTES = 1024 * 1024;

// In the order of the key: two who keep the same lines at once wait for each other one way only. A trigger counts what is new.
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
   order by 1, 2
   on conflict do nothing`,
);

const prepare = statement('logs_prepare', 'select prepare_service_logs($1::date[], $2)');
const ping = statement('logs_ping', 'select 1 from service_logs limit 1');

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
    async search(filter, span, page) {
      const { statement, values } = questionOfLines(filter, span, page);
      return (await database.all(statement, values)).map(present);
    },
    async count(filter, span, grid) {
      const { statement, values } = questionOfCounts(filter, span, grid);
      const rows = await database.all(statement, values);
      return partsOf(
        grid,
        rows.map(({ part, level, lines }) => ({ atMs: part.getTime(), level: LEVELS[level], lines })),
      );
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

function present({ level, ...row }: LineRow): LogLine {
  return { ...row, level: LEVELS[level] ?? 'info' };
}
