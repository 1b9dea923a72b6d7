import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { type Connection, startEmbedded } from '@alt/database';
import { loadRolePasswords, roleConnection, serviceRole } from '@alt/database/roles.ts';
import { copyDataFolder } from '@alt/database/testing.ts';
import { freePort } from '@alt/testing/free-port.ts';
import { environmentNameOf, services } from '@alt/topology';
import { type BuiltService, builtServices } from '../cli/registry.ts';
import { projectRoot } from '../cli/settings.ts';

/** Guards against what hangs: machines of tests are busy. */
const START_TIMEOUT_MS = 90_000;

export type Shape = 'one process' | 'a process per service';
export const shapes: Shape[] = ['one process', 'a process per service'];

/**
 * The shapes that a file runs in where both take long: one of them in `npm test`, both in `npm run test:long`, and what
 * `npm test` left out in `--only-long`.
 */
export function shapesInTime(first: Shape): Shape[] {
  if (!process.env.ALT_TEST_LONG) return [first];
  return process.env.ALT_TEST_REST ? shapes.filter((shape) => shape !== first) : shapes;
}

export interface Machine {
  shape: Shape;
  origin: string;
  dataDir: string;
  /** The superuser of the embedded Postgres. */
  admin: Connection;
  /** Sends a signal to a service's process (`alt up` itself in one process) and waits until it is gone. */
  kill(service: BuiltService, signal: NodeJS.Signals): Promise<void>;
  /** Stops a service's process in its tracks, or lets it go on. */
  freeze(service: BuiltService, isFrozen: boolean): Promise<void>;
  /** Starts what `kill` ended and waits until it answers. */
  start(service: BuiltService): Promise<void>;
  stop(): Promise<void>;
}

export interface MachineOptions {
  environment?: Record<string, string>;
  /** Hosts that may be reached although they are on this machine. */
  allow?: string[];
  /** Further words for `up`; in one process alone. */
  args?: string[];
}

/** Alt as a user runs it, in either shape: real processes, a real Postgres, its own data folder. */
export async function startMachine(shape: Shape, options: MachineOptions = {}): Promise<Machine> {
  const dataDir = await copyDataFolder('alt-e2e-');
  const environment = {
    ...process.env,
    ALT_DATA_DIR: dataDir,
    ALT_EGRESS_ALLOW: (options.allow ?? []).join(','),
    LOG_LEVEL: 'warn',
    ...options.environment,
  };
  return shape === 'one process' ? startOne(dataDir, environment, options.args) : startMany(dataDir, environment);
}

async function startOne(dataDir: string, environment: NodeJS.ProcessEnv, args: string[] = []): Promise<Machine> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const { findRunningEmbedded } = await import('@alt/database');
  let child: ChildProcess | null = null;
  const start = async () => {
    child = run(['main.ts', 'up', ...args], { ...environment, PORT: String(port) });
    await untilReady(child, `${origin}/v1/ready`);
  };
  const stop = async () => {
    await end(child, 'SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    shape: 'one process',
    origin,
    dataDir,
    get admin() {
      const connection = findRunningEmbedded(dataDir);
      if (!connection) throw new Error('the embedded Postgres is not running');
      return connection;
    },
    kill: (_service, signal) => end(child, signal),
    freeze: async (_service, isFrozen) => void child?.kill(isFrozen ? 'SIGSTOP' : 'SIGCONT'),
    start,
    stop,
  };
}

async function startMany(dataDir: string, environment: NodeJS.ProcessEnv): Promise<Machine> {
  const server = await startEmbedded({ dataDir });
  const passwords = loadRolePasswords(dataDir);
  const ports = new Map(await Promise.all(builtServices.map(async (name) => [name, await freePort()] as const)));
  const portOf = (name: BuiltService) => ports.get(name) ?? 0;
  const origin = `http://localhost:${portOf('gateway')}`;
  const urls = Object.fromEntries(
    builtServices.map((name) => [environmentNameOf(name), `http://127.0.0.1:${portOf(name)}`]),
  );
  const children = new Map<BuiltService, ChildProcess>();
  const start = async (name: BuiltService) => {
    const { database } = services[name];
    const child = run(['main.ts', 'serve', name], {
      ...environment,
      ...urls,
      PORT: String(portOf(name)),
      ALT_PUBLIC_URL: origin,
      ...(database
        ? { DATABASE_URL: databaseUrl(roleConnection(server.connection, database, serviceRole(name), passwords)) }
        : {}),
    });
    children.set(name, child);
    await untilReady(child, `http://127.0.0.1:${portOf(name)}/v1/live`);
  };
  const stop = async () => {
    await Promise.all([...children.values()].map((child) => end(child, 'SIGTERM')));
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await start('sidecar-proxy'); // makes the secrets of the data folder, which the others share
    await Promise.all(builtServices.filter((name) => name !== 'sidecar-proxy').map(start));
    await untilReady(children.get('gateway') ?? null, `${origin}/v1/ready`);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    shape: 'a process per service',
    origin,
    dataDir,
    admin: server.connection,
    kill: (name, signal) => end(children.get(name) ?? null, signal),
    freeze: async (name, isFrozen) => void children.get(name)?.kill(isFrozen ? 'SIGSTOP' : 'SIGCONT'),
    start,
    stop,
  };
}

function run(args: string[], environment: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, args, {
    cwd: projectRoot,
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => {
    errors.push(chunk.toString());
    if (process.env.ALT_TEST_LOG) process.stderr.write(chunk);
  });
  Object.assign(child, { errors });
  return child;
}

async function end(child: ChildProcess | null, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill(signal);
  await closed;
}

async function untilReady(child: ChildProcess | null, url: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const response = await fetch(url).catch(() => null);
    if (child && child.exitCode !== null) throw new Error(`ended while starting: ${logOf(child)}`);
    if (response?.ok) return;
    if (Date.now() > deadline)
      throw new Error(`not ready: ${url} ${await response?.text()} ${child ? logOf(child) : ''}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function logOf(child: ChildProcess): string {
  return ((child as ChildProcess & { errors?: string[] }).errors ?? []).join('').slice(-4_000);
}

function databaseUrl({ host, port, user, password, database }: Connection): string {
  return `postgres://${user}:${encodeURIComponent(password)}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}

/** Waits until `look` gives something other than null or false; fails with what it saw last. */
export async function eventually<T>(
  look: () => Promise<T | null | false | undefined>,
  what: string,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== false && seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
