import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { chmod, lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientConfig } from 'pg';
import { openClient } from './connect.ts';
import { DURABLE_SETTINGS, LAPTOP_SETTINGS, type PostgresSettings } from './embedded-settings.ts';
import { DatabaseStartError } from './errors.ts';
import { acquireInstanceLock, type InstanceLock } from './instance-lock.ts';
import { locatePostgres, type PostgresBinaries } from './postgres-binaries.ts';
import {
  initialiseCluster,
  isProcessAlive,
  readPostmasterFile,
  spawnPostgres,
  stopOrphans,
  stopPostgres,
  waitUntilReady,
} from './postgres-process.ts';
import { type Run, supervise } from './supervision.ts';
import { checkUnprivileged } from './unprivileged.ts';

/** Where a server is reached. `host` is an address or the folder of a Unix socket. */
export interface Connection {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** As pg takes it; absent for none. */
  ssl?: ClientConfig['ssl'];
  /** Alt's own server on this machine, whose processes can be told to give way. */
  isEmbedded?: boolean;
}

export interface EmbeddedOptions {
  /** Alt's data folder; the server keeps `postgres/` and the instance lock in it. */
  dataDir: string;
  /** A lock of this folder that the caller holds already; otherwise it is taken here and released by `stop`. */
  lock?: InstanceLock;
  /** Added to, and stronger than, the laptop settings. */
  settings?: PostgresSettings;
  /** False for tests alone: no sync, and the durability of the settings is not asserted. */
  isDurable?: boolean;
  /** Called when the server ended by itself; it is started again, and who used it must try again. */
  onRestart?: (reason: string) => void;
  /** Called once if it ended so often within a minute that it is not started again. */
  onExit?: (reason: string) => void;
  log?: (message: string) => void;
}

export interface EmbeddedServer {
  connection: Connection;
  isFirstStart: boolean;
  /** Of the present server process; another one after a restart. */
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL of a data folder, and makes it on first use. Where it ends by itself, it is started
 * again at the same address.
 *
 * Throws `AlreadyRunningError` while another process holds the folder's instance lock. A server that a killed process
 * left behind is stopped first. Ends with `stop()`: the caller decides about signals.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const dataDir = realpathSync(options.dataDir);
  checkOwner(embeddedPaths(dataDir).root);
  const lock = options.lock ?? acquireInstanceLock(dataDir);
  try {
    const server = await startLocked({ ...options, dataDir });
    return {
      connection: server.connection,
      isFirstStart: server.isFirstStart,
      get pid() {
        return server.pid;
      },
      stop: () => server.stop().finally(() => (options.lock === undefined ? lock.release() : undefined)),
    };
  } catch (error) {
    if (options.lock === undefined) lock.release();
    throw error;
  }
}

/** The superuser's connection to the server that another process runs on this data folder, or null if none is ready. */
export function findRunningEmbedded(dataDir: string): Connection | null {
  const paths = embeddedPaths(existsSync(dataDir) ? realpathSync(dataDir) : dataDir);
  const running = readPostmasterFile(paths.cluster);
  if (running?.status !== 'ready' || !isProcessAlive(running.pid) || !existsSync(paths.password)) return null;
  return superuser(paths, running);
}

const SUPERUSER = 'postgres';
const SOCKET_PORT = 5432; // on a Unix socket only the name of a file: .s.PGSQL.5432
const MAX_SOCKET_PATH_BYTES = 100; // sun_path holds 104 bytes on macOS, 108 on Linux

interface EmbeddedPaths {
  root: string;
  cluster: string;
  password: string;
  log: string;
  links: string;
  sockets: string;
}

function embeddedPaths(dataDir: string): EmbeddedPaths {
  const root = join(dataDir, 'postgres');
  return {
    root,
    cluster: join(root, 'cluster'),
    password: join(root, 'superuser-password'),
    log: join(root, 'postgres.log'),
    links: join(root, 'lib'),
    sockets: join(root, 'run'),
  };
}

async function startLocked(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const log = options.log ?? (() => {});
  const isDurable = options.isDurable ?? true;
  const paths = embeddedPaths(options.dataDir);
  await mkdir(paths.root, { recursive: true, mode: 0o700 });
  await checkUnprivileged();
  const binaries = await locatePostgres(paths.links);
  const isFirstStart = !existsSync(paths.cluster);
  if (isFirstStart) {
    log('making the database cluster');
    await createCluster(binaries, paths, isDurable);
  } else if (await stopOrphans(paths.cluster)) {
    log('stopped a Postgres that an earlier process had left behind');
  }
  checkMajorVersion(paths);
  const address = await chooseAddress(options.dataDir, paths);
  const launch = () => launchServer(binaries, paths, { address, settings: options.settings ?? {}, isDurable });
  const first = launch();
  try {
    await first.ready;
  } catch (error) {
    await first.stop();
    throw error;
  }
  const supervisor = supervise(first, {
    async start() {
      // Its backends may outlive it for a moment; no other server may start on the cluster before.
      await stopOrphans(paths.cluster);
      await removeSocket(address);
      return launch();
    },
    onRestart: (reason) => options.onRestart?.(reason),
    onGivenUp: (reason) => options.onExit?.(`${reason} It ended too often within a minute.`),
  });
  return {
    connection: superuser(paths, address),
    isFirstStart,
    get pid() {
      return supervisor.pid();
    },
    async stop() {
      await supervisor.stop();
      // Of a server that was killed a moment ago, whose backends have not noticed yet.
      await stopOrphans(paths.cluster);
      if (address.host.startsWith('/') && address.host !== paths.sockets) await rm(address.host, { recursive: true });
    },
  };
}

function launchServer(
  binaries: PostgresBinaries,
  paths: EmbeddedPaths,
  how: { address: Address; settings: PostgresSettings; isDurable: boolean },
): Run {
  const child = spawnPostgres(binaries, serverArguments(paths, how.address, how.settings), paths.log);
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  child.once('exit', (code, signal) =>
    resolve(`Postgres ended by itself (${signal ?? `code ${code}`}); its log is ${paths.log}.`),
  );
  const untilReady = async () => {
    await waitUntilReady(child, paths.cluster, paths.log);
    if (how.isDurable) await assertDurable(superuser(paths, how.address));
  };
  const ready = untilReady();
  ready.catch(() => {}); // reported where it is awaited
  return { pid: child.pid ?? 0, ready, ended, stop: () => stopPostgres(child) };
}

/** Postgres serves only its own user's files, and root would leave files that this user cannot touch later. */
function checkOwner(root: string): void {
  const owner = statSync(root, { throwIfNoEntry: false })?.uid;
  if (owner === undefined || process.getuid === undefined || owner === process.getuid()) return;
  throw new DatabaseStartError(`${root} belongs to another user (uid ${owner}). Start Alt as that user.`);
}

/** Makes the cluster under another name first: what a killed start left half made is never taken for a cluster. */
async function createCluster(binaries: PostgresBinaries, paths: EmbeddedPaths, isDurable: boolean): Promise<void> {
  for (const name of readdirSync(paths.root)) {
    if (name.startsWith('cluster.new')) rmSync(join(paths.root, name), { recursive: true, force: true });
  }
  await writeFile(paths.password, randomBytes(24).toString('base64url'), { mode: 0o600 });
  const dir = `${paths.cluster}.new-${randomBytes(4).toString('hex')}`;
  await initialiseCluster(binaries, { dir, user: SUPERUSER, passwordFile: paths.password, isDurable });
  await rename(dir, paths.cluster);
}

function checkMajorVersion(paths: EmbeddedPaths): void {
  const version = readFileSync(join(paths.cluster, 'PG_VERSION'), 'utf8').trim();
  if (version === '18') return;
  throw new DatabaseStartError(
    `${paths.cluster} belongs to PostgreSQL ${version}, and this Alt brings 18. ` +
      'Make a backup with the Alt that wrote it, and restore it with this one.',
  );
}

interface Address {
  host: string;
  port: number;
}

async function chooseAddress(dataDir: string, paths: EmbeddedPaths): Promise<Address> {
  if (process.platform === 'win32') return { host: '127.0.0.1', port: await freePort() };
  const id = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  for (const dir of [paths.sockets, join(tmpdir(), `alt-${id}`), join('/tmp', `alt-${id}`)]) {
    if (await canHoldSocket(dir)) return { host: dir, port: SOCKET_PORT };
  }
  throw new DatabaseStartError(`No folder for the socket of Postgres: neither in ${paths.root} nor in ${tmpdir()}.`);
}

/** Some file systems (shared folders of virtual machines) hold no sockets, so one is tried. */
async function canHoldSocket(dir: string): Promise<boolean> {
  const socket = join(dir, `.s.PGSQL.${SOCKET_PORT}`);
  if (Buffer.byteLength(socket) > MAX_SOCKET_PATH_BYTES || /[",@]/.test(dir)) return false;
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const found = await lstat(dir);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) return false; // somebody else's, in a shared /tmp
    await chmod(dir, 0o700);
    const probe = join(dir, 'probe');
    await rm(probe, { force: true });
    await listenOnce(probe);
    await removeSocket({ host: dir, port: SOCKET_PORT });
    return true;
  } catch {
    return false;
  }
}

/** Of a killed server, whose number somebody else may have now. The folder is ours alone, and nothing serves it. */
async function removeSocket({ host, port }: Address): Promise<void> {
  if (!host.startsWith('/')) return;
  const socket = join(host, `.s.PGSQL.${port}`);
  for (const leftover of [socket, `${socket}.lock`]) await rm(leftover, { force: true });
}

async function freePort(): Promise<number> {
  return listenOnce(0);
}

function listenOnce(where: string | number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    const onListening = () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    };
    if (typeof where === 'string') server.listen(where, onListening);
    else server.listen(where, '127.0.0.1', onListening);
  });
}

function serverArguments(paths: EmbeddedPaths, address: Address, settings: PostgresSettings): string[] {
  const isSocket = address.host.startsWith('/');
  const all: PostgresSettings = {
    ...LAPTOP_SETTINGS,
    ...settings,
    port: String(address.port),
    listen_addresses: isSocket ? '' : address.host,
    unix_socket_directories: isSocket ? `"${address.host}"` : '',
    unix_socket_permissions: '0700',
  };
  return ['-D', paths.cluster, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

function superuser(paths: EmbeddedPaths, address: Address): Connection {
  const password = readFileSync(paths.password, 'utf8').trim();
  return { host: address.host, port: address.port, user: SUPERUSER, password, database: 'postgres', isEmbedded: true };
}

async function assertDurable(connection: Connection): Promise<void> {
  const client = await openClient({ ...connection, applicationName: 'alt start' });
  try {
    const names = DURABLE_SETTINGS.map((name) => `current_setting('${name}') as ${name}`).join(', ');
    const { rows } = await client.query(`select ${names}`);
    const off = DURABLE_SETTINGS.filter((name) => rows[0]?.[name] !== 'on');
    if (off.length > 0)
      throw new DatabaseStartError(`Postgres must run with ${off.join(', ')} on, or a crash loses data.`);
  } finally {
    await client.end();
  }
}
