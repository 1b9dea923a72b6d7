import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  AlreadyRunningError,
  acquireInstanceLock,
  type Connection,
  DatabaseStartError,
  findInstanceHolder,
  findRunningEmbedded,
  openClient,
  startEmbedded,
} from './index.ts';
import { temporaryParent } from './test-server.ts';
import { copyDataFolder } from './testing.ts';

/** Ends only what hangs. */
const HANG_MS = 60_000;
let folder: string;
let dataDir: string;

beforeEach(() => {
  folder = mkdtempSync(join(temporaryParent(), 'alt-embedded-')); // mode 0700: only its owner can enter
  dataDir = join(folder, 'a folder, with ünïcode 文');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The data folder after its first start: what follows is not about that. */
async function haveCluster(): Promise<void> {
  renameSync(await copyDataFolder('alt-embedded-copy-'), dataDir);
}

async function query(connection: Connection, sql: string): Promise<unknown[]> {
  const client = await openClient({ ...connection, applicationName: 'test' });
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

/** Another node process that serves the data folder; resolves once it does. */
async function startElsewhere(): Promise<{ pid: number; postgresPid: number; killNode(): Promise<void> }> {
  const script = `
    import { startEmbedded } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const server = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)} });
    console.log(server.pid);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const [output] = await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    postgresPid: Number(String(output)),
    async killNode() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** The server processes on this cluster, without their backends. */
function clusterServers(): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const commands = pids.map((pid) => [Number(pid), readCommand(pid)] as const);
  return commands.filter(([, words]) => words.includes(join(dataDir, 'postgres', 'cluster'))).map(([pid]) => pid);
}

function readCommand(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

test('the first start makes a durable UTF-8 cluster, the next one finds its data', async () => {
  const first = await startEmbedded({ dataDir });
  expect(first.isFirstStart).toBe(true);
  const settings = "select string_agg(name || '=' || setting, ' ' order by name) from pg_settings where name in";
  expect(
    await query(first.connection, `${settings} ('fsync', 'full_page_writes', 'synchronous_commit', 'jit')`),
  ).toEqual(['fsync=on full_page_writes=on jit=off synchronous_commit=on']);
  expect(await query(first.connection, `${settings} ('data_checksums', 'server_encoding', 'autovacuum')`)).toEqual([
    'autovacuum=on data_checksums=on server_encoding=UTF8',
  ]);
  await query(first.connection, "create table kept as select 'わ' as word");
  await first.stop();
  const second = await startEmbedded({ dataDir });
  expect(second.isFirstStart).toBe(false);
  expect(await query(second.connection, 'select word from kept')).toEqual(['わ']);
  await second.stop();
});

test('only its owner can reach the socket, the password and the log', async () => {
  const server = await startEmbedded({ dataDir });
  for (const path of [server.connection.host, join(dataDir, 'postgres')]) expect(statSync(path).mode & 0o077).toBe(0);
  for (const name of ['superuser-password', 'postgres.log']) {
    expect(statSync(join(dataDir, 'postgres', name)).mode & 0o077).toBe(0);
  }
  await expect(query({ ...server.connection, password: 'wrong' }, 'select 1')).rejects.toThrow('password');
  await server.stop();
});

test('a data folder whose path is too long for a socket gets one elsewhere', async () => {
  dataDir = join(folder, 'x'.repeat(90));
  await haveCluster();
  const server = await startEmbedded({ dataDir, isDurable: false });
  expect(Buffer.byteLength(server.connection.host)).toBeLessThan(90);
  expect(await query(server.connection, 'select 1')).toEqual([1]);
  await server.stop();
});

test('settings that would lose data in a crash are refused, and nothing stays running', async () => {
  await haveCluster();
  await expect(startEmbedded({ dataDir, settings: { fsync: 'off' } })).rejects.toThrow(/fsync on/);
  const server = await startEmbedded({ dataDir });
  await server.stop();
});

test('a second start is told who is running, and does not disturb', async () => {
  await haveCluster();
  const server = await startEmbedded({ dataDir, isDurable: false });
  const error = await startEmbedded({ dataDir }).catch((reason) => reason);
  expect(error).toBeInstanceOf(AlreadyRunningError);
  expect(error.message).toContain(`process ${process.pid}`);
  expect(findInstanceHolder(dataDir)?.pid).toBe(process.pid);
  expect(await query(server.connection, 'select 1')).toEqual([1]);
  await server.stop();
  expect(findInstanceHolder(dataDir)).toBe(null);
});

test('another process finds the running server, and is refused as a second one', async () => {
  await haveCluster();
  const other = await startElsewhere();
  const error = await startEmbedded({ dataDir }).catch((reason) => reason);
  expect(error).toMatchObject({ name: 'AlreadyRunningError', pid: other.pid });
  const connection = findRunningEmbedded(dataDir);
  expect(connection && (await query(connection, 'select 1'))).toEqual([1]);
  await other.killNode();
  const server = await startEmbedded({ dataDir });
  await server.stop();
  expect(findRunningEmbedded(dataDir)).toBe(null);
});

test('a Postgres left behind by a killed process is stopped, and what it committed is there', async () => {
  await haveCluster();
  const other = await startElsewhere();
  const connection = findRunningEmbedded(dataDir);
  if (connection === null) throw new Error('nothing runs');
  await query(connection, 'create table kept as select 7 as number');
  const busy = openClient({ ...connection, applicationName: 'busy' }).then(async (client) => {
    await client.query('begin; create table lost ()');
    return client;
  });
  await busy;
  await other.killNode();
  expect(isAlive(other.postgresPid)).toBe(true);
  const messages: string[] = [];
  const server = await startEmbedded({ dataDir, log: (message) => messages.push(message) });
  expect(messages).toEqual([expect.stringContaining('left behind')]);
  expect(isAlive(other.postgresPid)).toBe(false);
  expect(await query(server.connection, "select number, to_regclass('lost') from kept")).toEqual([7, null]);
  await server.stop();
});

test('a killed Postgres comes back at the same address with what it committed, and only once', async () => {
  await haveCluster();
  const onRestart = vi.fn();
  const server = await startEmbedded({ dataDir, onRestart });
  await query(server.connection, 'create table kept as select 7 as number');
  const busy = await openClient({ ...server.connection, applicationName: 'busy' });
  await busy.query('begin; create table lost ()');
  const killed = server.pid;
  process.kill(killed, 'SIGKILL');
  await vi.waitFor(async () => {
    expect(await query(server.connection, "select number, to_regclass('lost') from kept")).toEqual([7, null]);
  }, HANG_MS);
  expect(onRestart).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('SIGKILL'));
  expect(server.pid).not.toBe(killed);
  expect(clusterServers()).toEqual([server.pid]);
  await server.stop();
  expect(clusterServers()).toEqual([]);
});

test('a killed backend costs the connections and no start', async () => {
  await haveCluster();
  const onRestart = vi.fn();
  const server = await startEmbedded({ dataDir, onRestart });
  const { pid } = server;
  await query(server.connection, 'create table kept as select 7 as number');
  const client = await openClient({ ...server.connection, applicationName: 'victim' });
  const { rows } = await client.query('select pg_backend_pid() as pid');
  process.kill(rows[0].pid, 'SIGKILL');
  await vi.waitFor(async () => {
    expect(await query(server.connection, 'select number from kept')).toEqual([7]);
  }, HANG_MS);
  expect([server.pid, onRestart.mock.calls]).toEqual([pid, []]);
  await server.stop();
});

test('a Postgres that cannot start again is given up with its reason, and the folder is free', async () => {
  await haveCluster();
  const onExit = vi.fn();
  const onRestart = vi.fn();
  const server = await startEmbedded({ dataDir, onExit, onRestart });
  writeFileSync(join(dataDir, 'postgres', 'cluster', 'postgresql.auto.conf'), "shared_preload_libraries = 'none'\n");
  process.kill(server.pid, 'SIGKILL');
  await vi.waitFor(() => expect(onExit).toHaveBeenCalledOnce(), HANG_MS);
  expect(onExit).toHaveBeenCalledWith(expect.stringMatching(/did not start: .*none.* too often within a minute/));
  expect(onRestart).toHaveBeenCalledTimes(5);
  await server.stop();
  expect(findInstanceHolder(dataDir)).toBe(null);
});

test('stopping while a killed Postgres is being started again leaves nothing running', async () => {
  await haveCluster();
  const { promise: restarting, resolve } = Promise.withResolvers<string>();
  const server = await startEmbedded({ dataDir, onRestart: resolve });
  process.kill(server.pid, 'SIGKILL');
  await restarting;
  await server.stop();
  expect(clusterServers()).toEqual([]);
  const again = await startEmbedded({ dataDir });
  expect(await query(again.connection, 'select 1')).toEqual([1]);
  await again.stop();
});

test('both killed at once: the next start recovers', async () => {
  await haveCluster();
  const other = await startElsewhere();
  process.kill(other.postgresPid, 'SIGKILL');
  await other.killNode();
  const server = await startEmbedded({ dataDir });
  expect(await query(server.connection, 'select 1')).toEqual([1]);
  await server.stop();
});

test('a pid file whose number now belongs to another process does not stop the start', async () => {
  await haveCluster();
  const first = await startEmbedded({ dataDir, isDurable: false });
  const pidFile = join(dataDir, 'postgres', 'cluster', 'postmaster.pid');
  const text = readFileSync(pidFile, 'utf8');
  await first.stop();
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  writeFileSync(pidFile, text.replace(/^\d+/, String(stranger.pid)));
  const second = await startEmbedded({ dataDir, isDurable: false });
  expect(isAlive(stranger.pid ?? 0)).toBe(true);
  await second.stop();
  stranger.kill();
});

test('what a killed first start left half made is thrown away', async () => {
  const half = join(dataDir, 'postgres', 'cluster.new-1234');
  mkdirSync(half, { recursive: true });
  writeFileSync(join(half, 'PG_VERSION'), '18');
  const server = await startEmbedded({ dataDir, isDurable: false });
  expect(server.isFirstStart).toBe(true);
  expect(existsSync(half)).toBe(false);
  await server.stop();
});

test('a cluster of another major version is refused with a sentence', async () => {
  const cluster = join(dataDir, 'postgres', 'cluster');
  mkdirSync(cluster, { recursive: true });
  chmodSync(cluster, 0o700);
  writeFileSync(join(cluster, 'PG_VERSION'), '17\n');
  const error = await startEmbedded({ dataDir }).catch((reason) => reason);
  expect(error).toBeInstanceOf(DatabaseStartError);
  expect(error.message).toContain('restore');
  expect(findInstanceHolder(dataDir)).toBe(null);
});

test('of many who take the instance lock at once, one gets it', () => {
  const taken = [1, 2, 3].flatMap(() => {
    try {
      return [acquireInstanceLock(dataDir)];
    } catch {
      return [];
    }
  });
  expect(taken).toHaveLength(1);
  taken[0]?.release();
  acquireInstanceLock(dataDir).release();
});
