import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import {
  createDatabase,
  type Database,
  loadRolePasswords,
  migrate,
  roleConnection,
  startEmbedded,
  statement,
} from '@alt/database';
import { createEgress } from '@alt/egress';
import {
  createHost,
  createLogger,
  generateServiceKey,
  parseConfig,
  parseTrustedProxies,
  publicHalf,
} from '@alt/service-kit';
import { service } from '../services/pre-processor/service.ts';

export interface RefreshOptions {
  feeds: number;
  /** Articles a document. */
  items: number;
  /** Loopback hosts that the feeds are spread over. */
  hosts?: number;
  /** One request at a time and a second apart, also on these hosts. */
  isSpaced?: boolean;
  concurrency?: number;
  threads?: number;
  /** Readers who follow all feeds. */
  readers?: number;
}

export interface RefreshResult {
  seconds: number;
  feedsPerSecond: number;
  articlesPerSecond: number;
  /** Processor time of the measured process: its event loop, and its other threads. */
  cpuSeconds: { eventLoop: number; threads: number };
  eventLoopDelayMs: { p50: number; p99: number; max: number };
  settings: Record<string, string>;
}

/** All feeds have `items` new articles each; how long until all of them are stored and delivered. */
export async function benchRefreshChanged(options: RefreshOptions): Promise<RefreshResult> {
  return withPlatform(options, async (platform) => {
    await platform.pollAll();
    await platform.publish(options.items);
    return platform.measure(options.feeds * options.items);
  });
}

/** No feed has changed (304); how long until all have been asked. */
export async function benchRefreshUnchanged(options: RefreshOptions): Promise<RefreshResult> {
  return withPlatform(options, async (platform) => {
    await platform.pollAll();
    return platform.measure(0);
  });
}

interface Platform {
  publish(items: number): Promise<void>;
  pollAll(): Promise<void>;
  measure(articles: number): Promise<RefreshResult>;
}

async function withPlatform<T>(options: RefreshOptions, work: (platform: Platform) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'alt-bench-'));
  const server = await startEmbedded({ dataDir });
  const web = fork(
    new URL('./feed-server.ts', import.meta.url),
    [options.feeds, options.items, options.hosts ?? 1].map(String),
  );
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const [{ urls }] = (await once(web, 'message')) as [{ urls: string[] }];
    const passwords = loadRolePasswords(dataDir);
    await migrate(server.connection, { passwords });
    const open = (connection: typeof server.connection) => {
      const database = createDatabase({ ...connection, applicationName: 'bench' });
      stops.unshift(() => database.end());
      return database;
    };
    const rows = open({ ...server.connection, database: 'alt' });
    const backend = open(roleConnection(server.connection, 'alt', 'alt_backend', passwords));
    const role = open(roleConnection(server.connection, 'alt', 'pre_processor', passwords));
    await follow(backend, urls, options.readers ?? 1);
    const running = await startService(role, options);
    stops.unshift(() => running.stop());
    return await work(createPlatform(rows, web, options));
  } finally {
    for (const stop of stops) await stop();
    web.send({ stop: true });
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function createPlatform(rows: Database, web: ChildProcess, options: RefreshOptions): Platform {
  const pollAll = async () => {
    await rows.script(
      `update hosts set next_request_at = now(); update feeds set next_poll_at = now(); notify alt_polls`,
    );
    const open = statement<{ count: number }>(
      'bench-open',
      `select count(*)::integer as count from feeds where claimed_by is not null or next_poll_at <= now()`,
    );
    while ((await rows.one(open))?.count !== 0) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  return {
    pollAll,
    async publish(items) {
      web.send({ publish: items });
      await once(web, 'message');
    },
    async measure(articles) {
      const before = await countArticles(rows);
      const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      delay.enable();
      const cpu = { all: process.cpuUsage(), eventLoop: process.threadCpuUsage() };
      const startedAt = performance.now();
      await pollAll();
      const seconds = (performance.now() - startedAt) / 1_000;
      delay.disable();
      const stored = (await countArticles(rows)) - before;
      if (stored !== articles) throw new Error(`${stored} articles were stored, not ${articles}`);
      return {
        seconds,
        feedsPerSecond: options.feeds / seconds,
        articlesPerSecond: articles / seconds,
        cpuSeconds: cpuSecondsSince(cpu),
        eventLoopDelayMs: { p50: lateness(delay, 50), p99: lateness(delay, 99), max: lateness(delay, 100) },
        settings: await readSettings(rows),
      };
    },
  };
}

function cpuSecondsSince(before: { all: NodeJS.CpuUsage; eventLoop: NodeJS.CpuUsage }) {
  const all = process.cpuUsage(before.all);
  const eventLoop = process.threadCpuUsage(before.eventLoop);
  const seconds = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6;
  return { eventLoop: seconds(eventLoop), threads: seconds(all) - seconds(eventLoop) };
}

const RESOLUTION_MS = 5;

function lateness(delay: ReturnType<typeof monitorEventLoopDelay>, percentile: number): number {
  return Math.max(0, delay.percentile(percentile) / 1e6 - RESOLUTION_MS);
}

async function countArticles(rows: Database): Promise<number> {
  return (
    (await rows.one(statement<{ count: number }>('bench-count', 'select count(*) as count from articles')))?.count ?? 0
  );
}

async function readSettings(rows: Database): Promise<Record<string, string>> {
  const found = await rows.all(
    statement<{ name: string; setting: string }>(
      'bench-settings',
      `select name, current_setting(name) as setting from pg_settings
       where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'shared_buffers', 'server_version')`,
    ),
  );
  return Object.fromEntries(found.map(({ name, setting }) => [name, setting]));
}

async function follow(backend: Database, urls: string[], readers: number): Promise<void> {
  const ids = await backend.all(
    statement<{ id: number }>(
      'bench-add-feeds',
      'select ensure_feed(w.url, w.host, null, null, null) as id from unnest($1::text[], $2::text[]) as w (url, host)',
    ),
    [urls, urls.map((url) => new URL(url).host)],
  );
  for (let reader = 0; reader < readers; reader += 1) {
    const suffix = String(reader).padStart(12, '0');
    const who = { userId: `00000000-0000-7000-8000-${suffix}`, tenantId: `00000000-0000-7000-9000-${suffix}` };
    await backend.asReader(who, async (tx) => {
      await tx.run(statement('bench-reader', 'select ensure_reader()'));
      await tx.run(statement('bench-subscribe', 'select from subscribe($1, $2)'), [
        ids.map(({ id }) => id),
        ids.map(() => null),
      ]);
    });
  }
}

async function startService(role: Database, options: RefreshOptions) {
  const environment = {
    ALT_POLL_CONCURRENCY: String(options.concurrency ?? 32),
    ALT_SPACE_OPENED_HOSTS: String(options.isSpaced ?? false),
    ...(options.threads ? { ALT_PARSE_THREADS: String(options.threads) } : {}),
  };
  const own = await generateServiceKey('pre-processor');
  const host = createHost({
    name: 'pre-processor',
    environment,
    log: createLogger(process.env.LOG_LEVEL ?? 'warn'),
    signal: new AbortController().signal,
    database: role,
    listener: role,
    egress: createEgress({ allow: ['127.0.0.0/8'], userAgent: 'Alt/bench' }),
    keys: { own, all: [publicHalf(own)] },
    publicUrl: new URL('http://localhost:8000'),
    trustedProxies: parseTrustedProxies(''),
    reach: () => ({ baseUrl: 'http://localhost', dispatch: () => Promise.reject(new Error('there is no peer')) }),
  });
  return service.start(parseConfig('pre-processor', service.config, environment), host as never);
}

if (import.meta.main) {
  const [what = 'all', feeds = '1000', hosts = '1'] = process.argv.slice(2);
  const options = { feeds: Number(feeds), items: 20, hosts: Number(hosts), isSpaced: Number(hosts) > 1 };
  const print = (name: string, result: RefreshResult) => console.log(name, JSON.stringify(result, null, 1));
  console.log(`${cpus().length} × ${cpus()[0]?.model}`);
  if (what !== 'unchanged') print('changed', await benchRefreshChanged(options));
  if (what !== 'changed') print('unchanged', await benchRefreshUnchanged({ ...options, feeds: options.feeds * 5 }));
  process.exit(0);
}
