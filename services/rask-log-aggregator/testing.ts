import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LogLine, LogVerdicts } from '@alt/contracts';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { createEgress } from '@alt/egress';
import {
  createHost,
  createLogger,
  generateServiceKey,
  parseConfig,
  parseTrustedProxies,
  publicHalf,
} from '@alt/service-kit';
import { startClickHouse, type TestClickHouse } from '@alt/testing/clickhouse/clickhouse.ts';
import type { ServiceName } from '@alt/topology';
import { service } from './service.ts';

export const INGEST_TOKEN = 'an ingest token of the tests'.replaceAll(' ', '-');
export const QUERY_TOKEN = 'a query token of the tests'.replaceAll(' ', '-');

/** rask-log-aggregator with a spool and a store of a test's own. */
export interface TestAggregator {
  folder: string;
  /** The store, where it is ClickHouse. */
  clickhouse: TestClickHouse | null;
  database: TestDatabase | null;
  /** A request of a service, or of somebody without a service token. */
  ask(path: string, init?: RequestInit & { as?: ServiceName | null }): Promise<Response>;
  /** Sends lines as NDJSON; throws where they are not taken. */
  send(lines: readonly object[], headers?: Record<string, string>): Promise<LogVerdicts>;
  /** All lines that a query finds, page by page, the newest first. */
  find(query?: string): Promise<LogLine[]>;
  /** Resolves when the store has so many lines, or rejects after a time that only a hang takes. */
  untilStored(count: number, query?: string): Promise<LogLine[]>;
  restart(environment?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
}

export type StoreName = 'postgres' | 'clickhouse';

/** A line of a service, now, unless it says otherwise. */
export function line(message: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    service_type: 'alt',
    log_type: 'structured',
    message,
    timestamp: new Date().toISOString(),
    stream: 'stderr',
    container_id: 'c1',
    service_name: 'pre-processor',
    fields: {},
    ...more,
  };
}

export async function startTestAggregator(
  store: StoreName,
  environment: Record<string, string> = {},
): Promise<TestAggregator> {
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-logs-'));
  const database = store === 'postgres' ? await createTestDatabase() : null;
  const clickhouse = store === 'clickhouse' ? await startClickHouse() : null;
  const settings = {
    RASK_SPOOL_DIR: folder,
    RASK_FLUSH_MS: '20',
    ...storeSettings(clickhouse),
    ...tokens(),
    ...environment,
  };
  const removeAll = async () => {
    await clickhouse?.stop();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  };
  let running = await startOn(database, settings).catch(async (error: unknown) => {
    await removeAll();
    throw error;
  });
  const ask: TestAggregator['ask'] = (address, init = {}) => running.ask(address, init);
  const find = async (query = '') => {
    const found: LogLine[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const response = await ask(`/v1/logs?limit=1000&${query}${cursor ? `&cursor=${cursor}` : ''}`);
      if (!response.ok) throw new Error(await response.text());
      const page = (await response.json()) as { items: LogLine[]; nextCursor: string | null };
      found.push(...page.items);
      cursor = page.nextCursor;
    }
    return found;
  };
  return {
    folder,
    clickhouse,
    database,
    ask,
    find,
    async send(lines, headers = {}) {
      const body = lines.map((each) => `${JSON.stringify(each)}\n`).join('');
      const response = await ask('/v1/aggregate', { method: 'POST', headers, body, as: 'pre-processor' });
      if (!response.ok) throw new Error(await response.text());
      return (await response.json()) as LogVerdicts;
    },
    async untilStored(count, query) {
      for (const end = Date.now() + 120_000; ; ) {
        const found = await find(query).catch(() => []);
        if (found.length >= count) return found;
        if (Date.now() > end) throw new Error(`${found.length} of ${count} lines were stored.`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async restart(changed = {}) {
      await running.stop();
      running = await startOn(database, { ...settings, ...changed });
    },
    async stop() {
      await running.stop();
      await removeAll();
    },
  };
}

function storeSettings(clickhouse: TestClickHouse | null): Record<string, string> {
  if (!clickhouse) return {};
  return {
    CLICKHOUSE_URL: clickhouse.url,
    CLICKHOUSE_USER: clickhouse.user,
    CLICKHOUSE_PASSWORD: clickhouse.password,
    CLICKHOUSE_DATABASE: clickhouse.database,
  };
}

const tokens = () => ({ RASK_INGEST_TOKEN: INGEST_TOKEN, RASK_QUERY_TOKEN: QUERY_TOKEN });

async function startOn(database: TestDatabase | null, environment: Record<string, string>) {
  const callers = ['rask-log-aggregator', 'alt-backend', 'pre-processor'] as const;
  const keys = await Promise.all(callers.map((name) => generateServiceKey(name)));
  const stopping = new AbortController();
  const egress = createEgress({ userAgent: 'Alt/test' });
  const role = database?.connectAs('rask_log_aggregator') ?? null;
  let handler: ((request: Request) => Promise<Response>) | null = null;
  const hostOf = (name: ServiceName) =>
    createHost({
      name,
      environment,
      log: createLogger(process.env.LOG_LEVEL ?? 'silent'),
      signal: stopping.signal,
      database: role,
      listener: role,
      egress,
      keys: { own: keys[callers.indexOf(name as (typeof callers)[number])] ?? { kid: '' }, all: keys.map(publicHalf) },
      publicUrl: new URL('http://localhost:8000'),
      trustedProxies: parseTrustedProxies(''),
      reach: () => ({
        baseUrl: 'http://localhost:9600',
        dispatch: async (request) => handler?.(request) ?? Response.error(),
      }),
    });
  const config = parseConfig('rask-log-aggregator', service.config, environment);
  const running = await service.start(config, hostOf('rask-log-aggregator') as never);
  handler = running.fetch ?? null;
  return {
    async ask(address: string, { as = 'alt-backend', ...init }: RequestInit & { as?: ServiceName | null }) {
      if (as) return hostOf(as).peer('rask-log-aggregator')(address, init);
      const request = new Request(`http://localhost:9600${address}`, init);
      return handler?.(request) ?? Response.error();
    },
    async stop() {
      stopping.abort();
      await running.stop();
      await egress.close();
    },
  };
}
