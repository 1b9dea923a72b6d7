import { type LogLine, logLevel, type logQuery, problemSchema } from '@alt/contracts';
import type { z } from 'zod';
import { followLogs, searchLogs } from '../services/rask-log-aggregator/asking.ts';
import type { LogStore } from '../services/rask-log-aggregator/store/log-store.ts';
import { createPostgresStore } from '../services/rask-log-aggregator/store/postgres.ts';
import { readArguments, UsageError } from './arguments.ts';
import { withDatabases } from './session.ts';
import type { Environment } from './settings.ts';
import { untilStopped } from './signals.ts';
import type { Terminal } from './terminal.ts';

type Query = z.output<typeof logQuery>;

/** Where lines are asked for: an aggregator over HTTP, or the store that one on this machine writes to. */
interface Source {
  search(query: Query): Promise<{ items: LogLine[]; nextCursor: string | null }>;
  follow(query: Query, signal: AbortSignal): AsyncIterable<LogLine[]>;
}

const PAGE = 1_000;
const LINES_SHOWN = 1_000;
/** Of no concern to a store that only answers. */
const DAYS_KEPT = 14;

/** `alt logs`: lines of the platform's own log, the oldest first, and those that come. */
export async function showLogs(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, {
    least: 0,
    most: 20,
    options: {
      service: 'string',
      level: 'string',
      since: 'string',
      request: 'string',
      trace: 'string',
      follow: 'boolean',
      json: 'boolean',
    },
  });
  const level = logLevel.optional().safeParse(options.level);
  if (!level.success) throw new UsageError(`--level is one of ${logLevel.options.join(', ')}.`);
  const query: Query = {
    service: options.service?.split(',') ?? [],
    level: level.data,
    q: given.join(' '),
    trace: options.trace,
    request: options.request,
    from: new Date(Date.now() - sinceMs(options.since ?? '1h')).toISOString(),
    limit: PAGE,
  };
  const show = (line: LogLine) => terminal.print(options.json ? JSON.stringify(line) : asText(line));
  await withSource(terminal, async (source) => {
    const shown = await showPast(source, query, show);
    if (shown === LINES_SHOWN)
      terminal.remark(`Only the last ${LINES_SHOWN} lines; narrow them, or ask for less time.`);
    if (options.follow) await showComing(source, query, show);
    else if (shown === 0) terminal.remark(await whyNone(source));
  });
  return 0;
}

async function showPast(source: Source, query: Query, show: (line: LogLine) => void): Promise<number> {
  const { items } = await source.search({ ...query, limit: LINES_SHOWN });
  for (const line of items.toReversed()) show(line);
  return items.length;
}

async function whyNone(source: Source): Promise<string> {
  const { items } = await source.search({ service: [], limit: 1 });
  if (items.length > 0) return 'No line is like that.';
  return 'The log is empty: nothing was kept yet. LOG_LEVEL says how grave a line must be to be written.';
}

/** Until Ctrl+C. What was shown a moment ago is not shown again. */
async function showComing(source: Source, query: Query, show: (line: LogLine) => void): Promise<void> {
  const stopping = new AbortController();
  void untilStopped().then(() => stopping.abort());
  for await (const lines of source.follow(query, stopping.signal)) for (const line of lines) show(line);
}

async function withSource(terminal: Terminal, work: (source: Source) => Promise<void>): Promise<void> {
  const { environment } = terminal;
  if (environment.RASK_LOG_AGGREGATOR_URL) return work(overHttp(environment.RASK_LOG_AGGREGATOR_URL, environment));
  if (environment.CLICKHOUSE_URL) return withClickHouse(environment, work);
  return withDatabases(terminal, async (databases) => {
    const database = databases.connectAs('rask-log-aggregator');
    if (!database) throw new Error('There is no database with log lines.');
    try {
      await work(inStore(createPostgresStore({ database, daysKept: DAYS_KEPT })));
    } finally {
      await database.end();
    }
  });
}

async function withClickHouse(environment: Environment, work: (source: Source) => Promise<void>): Promise<void> {
  const { createClickHouseStore } = await import('../services/rask-log-aggregator/store/clickhouse.ts');
  const store = createClickHouseStore({
    url: environment.CLICKHOUSE_URL ?? '',
    user: environment.CLICKHOUSE_USER ?? 'default',
    password: environment.CLICKHOUSE_PASSWORD ?? '',
    database: environment.CLICKHOUSE_DATABASE ?? 'alt',
    daysKept: DAYS_KEPT,
  });
  try {
    await work(inStore(store));
  } finally {
    await store.close();
  }
}

function inStore(store: LogStore): Source {
  return {
    search: (query) => searchLogs(store, query),
    follow: (query, signal) => followLogs(store, query, signal),
  };
}

function overHttp(address: string, { RASK_QUERY_TOKEN: token }: Environment): Source {
  if (!token) throw new Error('Set RASK_QUERY_TOKEN to the token with which the aggregator answers questions.');
  const ask = async (path: string, query: Query, signal?: AbortSignal): Promise<Response> => {
    const url = new URL(path, address);
    for (const [name, value] of Object.entries(query)) {
      for (const each of [value].flat())
        if (each !== undefined && each !== '') url.searchParams.append(name, String(each));
    }
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(url, { headers, ...(signal ? { signal } : {}) }).catch(() => {
      throw new Error(`No aggregator answers at ${url.origin}. Check RASK_LOG_AGGREGATOR_URL.`);
    });
    if (response.ok) return response;
    if (response.status === 404) throw new Error('The aggregator does not know this RASK_QUERY_TOKEN.');
    const problem = problemSchema.safeParse(await response.json().catch(() => null));
    throw new Error(problem.success ? problem.data.detail : `The aggregator answered ${response.status}.`);
  };
  return {
    search: async (query) => (await ask('/v1/logs', query)).json() as never,
    async *follow({ from: _from, limit: _limit, ...query }, signal) {
      const { body } = await ask('/v1/logs/follow', query as Query, signal);
      let text = '';
      try {
        for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
          text += Buffer.from(chunk).toString('utf8');
          const events = text.split('\n\n');
          text = events.pop() ?? '';
          yield events
            .flatMap((event) => /^data: (.*)$/m.exec(event)?.[1] ?? [])
            .map((data) => JSON.parse(data) as LogLine);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}

/** `30m`, `2h`, `3d` in milliseconds. */
function sinceMs(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,5})\s*([smhd])$/.exec(text) ?? [];
  const factor = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit];
  if (!factor) throw new UsageError('--since is a number with s, m, h or d, such as 30m.');
  return Number(count) * factor;
}

/** One line for people. Whatever could move the cursor of a terminal is shown instead of done. */
function asText({ timestamp, level, service, message, requestId, fields }: LogLine): string {
  const more = Object.entries({ ...(requestId ? { requestId } : {}), ...fields }).map(
    ([name, value]) => `${name}=${value}`,
  );
  const text = [timestamp.slice(0, 23), level.padEnd(5), service, message, ...more].join('  ');
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => (character === '\n' ? ' ⏎ ' : '·'));
}
