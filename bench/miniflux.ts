import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createDatabase, type Database, startEmbedded } from '@alt/database';

export const MINIFLUX_VERSION = 'v2.3.3';
const MODULE = `miniflux.app/v2@${MINIFLUX_VERSION}`;
const USER = 'bench';
const PASSWORD = 'a long sentence for the benchmark 7';
const run = promisify(execFile);

export interface Miniflux {
  database: Database;
  /** A request of its API; answers the parsed body. Throws unless it succeeded. */
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** The program, built once from the module's own source and lock; null where there is no Go. */
export async function installMiniflux(): Promise<string | null> {
  const folder = path.join(tmpdir(), `alt-bench-miniflux-${MINIFLUX_VERSION}`);
  const binary = path.join(folder, 'miniflux');
  if (existsSync(binary)) return binary;
  const env = { ...process.env, GOTOOLCHAIN: 'local' };
  const hasGo = await run('go', ['version'], { env }).then(
    () => true,
    () => false,
  );
  if (!hasGo) return null;
  await mkdir(folder, { recursive: true });
  // `go install` also asks the proxy for the list of versions, which some proxies refuse.
  const { stdout } = await run('go', ['mod', 'download', '-json', MODULE], { env });
  const { Dir: source } = JSON.parse(stdout) as { Dir: string };
  await run('go', ['build', '-trimpath', '-o', binary, '.'], { cwd: source, env });
  return binary;
}

/** Miniflux on an embedded Postgres with the settings that Alt's has, asking `concurrency` feeds at once. */
export async function startMiniflux(binary: string, concurrency: number): Promise<Miniflux> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'alt-bench-miniflux-'));
  const server = await startEmbedded({ dataDir });
  const open = (database: string) =>
    createDatabase({ ...server.connection, database, applicationName: 'bench', statementTimeoutMs: 0 });
  const admin = open('postgres');
  await admin.script('create database miniflux');
  await admin.end();
  const { host, port, user, password } = server.connection;
  const listening = await freePort();
  const child = spawn(binary, [], {
    env: {
      ...process.env,
      DATABASE_URL: `host=${host} port=${port} user=${user} password=${password} dbname=miniflux sslmode=disable`,
      LISTEN_ADDR: `127.0.0.1:${listening}`,
      RUN_MIGRATIONS: '1',
      CREATE_ADMIN: '1',
      ADMIN_USERNAME: USER,
      ADMIN_PASSWORD: PASSWORD,
      DISABLE_SCHEDULER_SERVICE: '1',
      FETCHER_ALLOW_PRIVATE_NETWORKS: '1',
      WORKER_POOL_SIZE: String(concurrency),
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const origin = `http://127.0.0.1:${listening}`;
  while (!(await fetch(`${origin}/healthcheck`).then(drained, () => false))) {
    if (child.exitCode !== null) throw new Error('Miniflux ended while it started');
    await sleep(50);
  }
  const database = open('miniflux');
  return {
    database,
    call: (method, pathname, body) => request(origin, method, pathname, body),
    async stop() {
      await database.end();
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await closed;
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function drained(response: Response): Promise<boolean> {
  await response.arrayBuffer();
  return response.ok;
}

async function request(origin: string, method: string, pathname: string, body: unknown): Promise<unknown> {
  const response = await fetch(origin + pathname, {
    method,
    headers: { authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}` },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${pathname}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === 'string') throw new Error('no port');
  return address.port;
}
