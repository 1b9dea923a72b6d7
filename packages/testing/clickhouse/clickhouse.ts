import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../free-port.ts';

export interface TestClickHouse {
  /** Stays the same through `kill` and `start`. */
  url: string;
  user: string;
  password: string;
  /** A database that exists. */
  database: string;
  /** The answer to a statement, as text in the format that it names (else tab-separated). Throws with the server's words. */
  query(sql: string): Promise<string>;
  /** As `kill -9` ends a server: nothing is finished, nothing flushed. */
  kill(): Promise<void>;
  /** Starts it again on the same folder and port. */
  start(): Promise<void>;
  /** Ends it and removes what it kept. */
  stop(): Promise<void>;
}

/**
 * A ClickHouse on loopback: the real engine (chdb) in a process of its own, behind the HTTP interface as clients use it:
 * a query in the body or in the address with its data in the body, `param_*`, settings, `database`, FORMAT, sign-in by headers, basic
 * or the address, compressed bodies (gzip, deflate, br, zstd) and answers (gzip), exceptions with their number.
 * Data survives `kill` and `start`.
 *
 * It is no ClickHouse server in these: one account, which may do everything; no sessions across requests, no roles and no
 * quotas; an answer is sent when it is whole, so no progress in headers and no exception in the middle of a body; no
 * asynchronous inserts; binary formats can be read, not written; no TLS, no native protocol, no replication. chdb has no
 * build for Windows nor for Alpine.
 */
export async function startClickHouse(): Promise<TestClickHouse> {
  const port = await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-clickhouse-'));
  const [user, password, database] = ['alt', 'correct horse', 'alt'];
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;

  const start = async () => {
    if (child === null) child = await startProcess([String(port), path.join(folder, 'data'), user, password]);
  };
  const end = async (signal: NodeJS.Signals) => {
    const ending = child;
    child = null;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const exited = once(ending, 'exit');
    ending.ref();
    ending.kill(signal);
    await exited;
  };
  const query = async (sql: string) => {
    const headers = { 'x-clickhouse-user': user, 'x-clickhouse-key': password };
    const response = await fetch(url, { method: 'POST', headers, body: sql });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  };

  await start();
  await query(`create database if not exists ${database}`);
  return {
    url,
    user,
    password,
    database,
    query,
    start,
    kill: () => end('SIGKILL'),
    stop: async () => {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startProcess(args: string[]): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  const isReady = await Promise.race([once(child, 'message').then(() => true), once(child, 'exit').then(() => false)]);
  if (!isReady) throw new Error(`ClickHouse did not start: ${said}`);
  // A test that forgets to stop it can end all the same.
  child.unref();
  child.channel?.unref();
  return child;
}
