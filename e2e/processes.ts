import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { type Connection, findRunningEmbedded, startEmbedded } from '@alt/database';
import { loadRolePasswords, roleConnection, serviceRole } from '@alt/database/roles.ts';
import { freePort } from '@alt/testing/free-port.ts';
import { environmentNameOf, services } from '@alt/topology';
import { type BuiltService, builtServices } from '../cli/registry.ts';
import { projectRoot } from '../cli/settings.ts';

/** Guards against what hangs: machines of tests are busy. */
const START_TIMEOUT_MS = 90_000;
/** A dozen processes that start are asked at once, and to be asked costs the time that they need. */
const READY_LOOK_MS = 150;

export type Shape = 'one process' | 'a process per service';

export interface Machine {
  shape: Shape;
  origin: string;
  dataDir: string;
  /** Where a service listens by itself, or its replica of that number; the public origin in one process. */
  originOf(service: BuiltService, replica?: number): string;
  /** The superuser of the embedded Postgres. */
  admin: Connection;
  /** Sends a signal to a service's process (`alt up` itself in one process) and waits until it is gone. */
  kill(service: BuiltService, signal: NodeJS.Signals, replica?: number): Promise<void>;
  /** Stops a service's process in its tracks, or lets it go on. */
  freeze(service: BuiltService, isFrozen: boolean): Promise<void>;
  /** Starts what `kill` ended and waits until it answers. */
  start(service: BuiltService, replica?: number): Promise<void>;
  stop(): Promise<void>;
}

export interface MachineOptions {
  /** How many processes a service has where each has its own; one unless said. Others call the first. */
  replicas?: Partial<Record<BuiltService, number>>;
  /** Left out where each service has a process: what neither the test nor the gateway needs. A process costs a second to start. */
  without?: BuiltService[];
  environment?: Record<string, string>;
  /** Hosts that may be reached although they are on this machine. */
  allow?: string[];
  /** Further words for `up`; in one process alone. */
  args?: string[];
}

/** `alt up` on a data folder that is its own, removed at the end. */
export async function startOne(dataDir: string, environment: NodeJS.ProcessEnv, args: string[] = []): Promise<Machine> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
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
    originOf: () => origin,
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

/** `alt serve` for each service, with one Postgres, on a migrated data folder that is removed at the end. */
export async function startMany(
  dataDir: string,
  environment: NodeJS.ProcessEnv,
  { replicas = {}, without = [] }: Pick<MachineOptions, 'replicas' | 'without'> = {},
): Promise<Machine> {
  const server = await startEmbedded({ dataDir });
  const passwords = loadRolePasswords(dataDir);
  const all = builtServices
    .filter((name) => !without.includes(name))
    .flatMap((name) => Array.from({ length: replicas[name] ?? 1 }, (_, replica) => ({ name, replica })));
  const ports = new Map(
    await Promise.all(all.map(async ({ name, replica }) => [keyOf(name, replica), await freePort()] as const)),
  );
  const originOf = (name: BuiltService, replica = 0) => `http://127.0.0.1:${ports.get(keyOf(name, replica)) ?? 0}`;
  const origin = originOf('gateway').replace('127.0.0.1', 'localhost');
  const urls = Object.fromEntries(builtServices.map((name) => [environmentNameOf(name), originOf(name)]));
  const children = new Map<string, ChildProcess>();
  const start = async (name: BuiltService, replica = 0) => {
    const { database } = services[name];
    const child = run(['main.ts', 'serve', name], {
      ...environment,
      ...urls,
      PORT: new URL(originOf(name, replica)).port,
      ALT_PUBLIC_URL: origin,
      ...(database
        ? { DATABASE_URL: databaseUrl(roleConnection(server.connection, database, serviceRole(name), passwords)) }
        : {}),
    });
    children.set(keyOf(name, replica), child);
    await untilReady(child, `${originOf(name, replica)}/v1/live`);
  };
  const stop = async () => {
    await Promise.all([...children.values()].map((child) => end(child, 'SIGTERM')));
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await start('sidecar-proxy'); // makes the secrets of the data folder, which the others share
    await Promise.all(
      all.filter(({ name }) => name !== 'sidecar-proxy').map(({ name, replica }) => start(name, replica)),
    );
    await untilReady(children.get(keyOf('gateway')) ?? null, `${origin}/v1/ready`);
  } catch (error) {
    await stop();
    throw error;
  }
  const childOf = (name: BuiltService, replica = 0) => children.get(keyOf(name, replica)) ?? null;
  return {
    shape: 'a process per service',
    origin,
    dataDir,
    originOf,
    admin: server.connection,
    kill: (name, signal, replica) => end(childOf(name, replica), signal),
    freeze: async (name, isFrozen) => void childOf(name)?.kill(isFrozen ? 'SIGSTOP' : 'SIGCONT'),
    start,
    stop,
  };
}

function keyOf(name: BuiltService, replica = 0): string {
  return `${name} ${replica}`;
}

/** A process of `alt`; what it says on standard error is kept, and shown under ALT_TEST_LOG. */
export function run(args: string[], environment: NodeJS.ProcessEnv): ChildProcess {
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

/** Sends a signal to a process that runs and waits until it is gone. */
export async function end(child: ChildProcess | null, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill(signal);
  await closed;
}

/** Waits until an address answers well; rejects with what the process said if that ends first. */
export async function untilReady(child: ChildProcess | null, url: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const response = await fetch(url).catch(() => null);
    if (child && child.exitCode !== null) throw new Error(`ended while starting: ${logOf(child)}`);
    if (response?.ok) return;
    if (Date.now() > deadline)
      throw new Error(`not ready: ${url} ${await response?.text()} ${child ? logOf(child) : ''}`);
    await new Promise((resolve) => setTimeout(resolve, READY_LOOK_MS));
  }
}

/** The last that a process said on standard error. */
export function logOf(child: ChildProcess): string {
  return ((child as ChildProcess & { errors?: string[] }).errors ?? []).join('').slice(-4_000);
}

/** DATABASE_URL of a connection to the embedded server. */
export function databaseUrl({ host, port, user, password, database }: Connection): string {
  return `postgres://${user}:${encodeURIComponent(password)}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}
