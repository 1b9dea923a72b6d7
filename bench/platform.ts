import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDatabase, type Database, findRunningEmbedded, statement } from '@alt/database';

const root = path.dirname(import.meta.dirname);
const START_TIMEOUT_MS = 60_000;
const READY_EVERY_MS = 5;
const PASSWORD = 'a long sentence for the benchmark 7';

export interface Platform {
  origin: string;
  pid: number;
  dataDir: string;
  /** From the command to the first answer of /v1/ready that says ready. */
  startedInMs: number;
  /** Both databases' superuser. */
  open(database: 'alt' | 'auth'): Database;
  stop(): Promise<void>;
}

/** Alt as a user starts it: one process, an embedded Postgres with its usual settings, all on loopback. */
export async function startPlatform(
  options: { dataDir?: string; environment?: Record<string, string> } = {},
): Promise<Platform> {
  const dataDir = options.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'alt-bench-')));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = spawn(process.execPath, [path.join(root, 'tools/bootstrap.mjs'), 'main.ts', 'up'], {
    cwd: root,
    env: {
      ...process.env,
      ALT_DATA_DIR: dataDir,
      ALT_RATE_LIMIT_PER_SECOND: '1000000',
      ALT_REGISTRATION: 'open',
      LOG_LEVEL: 'error',
      ...options.environment,
      PORT: String(port),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await untilReady(child, `${origin}/v1/ready`);
  const startedInMs = performance.now() - startedAt;
  const opened: Database[] = [];
  return {
    origin,
    pid: child.pid ?? 0,
    dataDir,
    startedInMs,
    open(database) {
      const connection = findRunningEmbedded(dataDir);
      if (!connection) throw new Error('the embedded Postgres is not running');
      const result = createDatabase({ ...connection, database, applicationName: 'bench', statementTimeoutMs: 0 });
      opened.push(result);
      return result;
    },
    async stop() {
      await Promise.all(opened.splice(0).map((database) => database.end()));
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await closed;
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (await fetch(url).then(drained, () => false)) return;
    if (child.exitCode !== null) throw new Error('alt ended while it started');
    if (Date.now() > deadline) throw new Error(`not ready: ${url}`);
    await new Promise((resolve) => setTimeout(resolve, READY_EVERY_MS));
  }
}

async function drained(response: Response): Promise<boolean> {
  await response.arrayBuffer();
  return response.ok;
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface BenchReader {
  userId: string;
  tenantId: string;
  /** A request with an API key; answers the parsed body. Throws unless it succeeded. */
  call: Call;
  /** The same at another origin: that of a service. */
  at(origin: string): Call;
}

export type Call = (method: string, path: string, body?: unknown) => Promise<unknown>;

/** An account with an API key. */
export async function makeReader(origin: string): Promise<BenchReader> {
  const post = (path: string, body: unknown, headers: Record<string, string>) =>
    request(origin, 'POST', path, body, headers);
  const { user, csrfToken, cookie } = await register(origin);
  const made = await post('/v1/user/api-keys', { name: 'bench' }, { cookie, 'x-csrf-token': csrfToken });
  const { key } = made as { key: string };
  return {
    userId: user.id,
    tenantId: user.tenantId,
    call: callerOf(origin, key),
    at: (other) => callerOf(other, key),
  };
}

function callerOf(origin: string, key: string): Call {
  return (method, path, body) => request(origin, method, path, body, { authorization: `Bearer ${key}` });
}

async function register(origin: string) {
  const response = await fetch(`${origin}/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'bench@example.org', password: PASSWORD }),
  });
  if (!response.ok) throw new Error(`register: ${response.status} ${await response.text()}`);
  const answer = (await response.json()) as { user: { id: string; tenantId: string }; csrfToken: string };
  return {
    ...answer,
    cookie: response.headers
      .getSetCookie()
      .map((item) => item.split(';')[0])
      .join('; '),
  };
}

async function request(
  origin: string,
  method: string,
  pathname: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<unknown> {
  const isText = typeof body === 'string';
  const response = await fetch(origin + pathname, {
    method,
    headers: body === undefined ? headers : { ...headers, 'content-type': isText ? 'text/x-opml' : 'application/json' },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${pathname}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

const selectSettings = statement<{ name: string; setting: string }>(
  'bench_settings',
  `select name, current_setting(name) as setting from pg_settings where name = any('{server_version, fsync,
     full_page_writes, synchronous_commit, shared_buffers, work_mem, max_wal_size, io_method}') order by name`,
);

/** The settings of Postgres that measurements depend on, in one line. */
export async function databaseSettings(database: Database): Promise<string> {
  return (await database.all(selectSettings)).map(({ name, setting }) => `${name} ${setting}`).join(', ');
}

/** A folder for data of several starts; the caller removes it. */
export async function makeDataDir(): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'alt-bench-'));
  await mkdir(dir, { recursive: true });
  return dir;
}
