import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, readlinkSync, renameSync, statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DatabaseStartError } from './errors.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { unprivileged } from './unprivileged.ts';

const run = promisify(execFile);

/** Makes a new cluster in `clusterDir`: UTF-8, builtin C.UTF-8 collation, scram passwords, data checksums. */
export async function initialiseCluster(
  binaries: PostgresBinaries,
  cluster: { dir: string; user: string; passwordFile: string; isDurable: boolean },
): Promise<void> {
  const [program, args] = unprivileged(binaries.initdb, [
    `--pgdata=${cluster.dir}`,
    `--username=${cluster.user}`,
    `--pwfile=${cluster.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
    ...(cluster.isDurable ? [] : ['--no-sync']),
  ]);
  try {
    await run(program, args, { env: childEnvironment(binaries) });
  } catch (cause) {
    const text = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    throw new DatabaseStartError(`Postgres could not make its data folder ${cluster.dir}: ${lastLines(text)}`, {
      cause,
    });
  }
}

/** Starts the server in a session of its own, so that Ctrl-C in the terminal reaches only us. Output goes to `logFile`. */
export function spawnPostgres(binaries: PostgresBinaries, args: string[], logFile: string): ChildProcess {
  const [program, programArgs] = unprivileged(binaries.postgres, args);
  rotate(logFile);
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(program, programArgs, {
      detached: true,
      stdio: ['ignore', log, log],
      env: childEnvironment(binaries),
      windowsHide: true,
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** Resolves once the server of `clusterDir` accepts connections; rejects with the end of its log if it ends first. */
export async function waitUntilReady(child: ChildProcess, clusterDir: string, logFile: string): Promise<void> {
  const spawnError = new Promise<never>((_, reject) => child.once('error', reject));
  spawnError.catch(() => {});
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new DatabaseStartError(`Postgres did not start: ${lastLines(readText(logFile))}`);
    }
    const file = readPostmasterFile(clusterDir);
    if (file?.pid === child.pid && file?.status === 'ready') return;
    await Promise.race([sleep(POLL_MS), spawnError]);
  }
  child.kill('SIGQUIT');
  throw new DatabaseStartError(`Postgres was not ready after ${START_TIMEOUT_MS / 1000} s; its log is ${logFile}.`);
}

/** Fast shutdown: clients are cut off, a checkpoint is written. Escalates if the server does not end. */
export async function stopPostgres(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.ref();
  child.kill('SIGINT');
  const escalate = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS);
  await exit;
  clearTimeout(escalate);
}

/**
 * Ends what an earlier process of ours, killed with no time to clean up, left running on this cluster, and removes a
 * `postmaster.pid` whose number now belongs to somebody else. Call it only while holding the instance lock.
 */
export async function stopOrphans(clusterDir: string): Promise<boolean> {
  const file = readPostmasterFile(clusterDir);
  if (file === null) return false;
  const orphans = await findClusterProcesses(clusterDir, file.pid);
  const isServerAlive = orphans.includes(file.pid); // it ends its backends itself, in the right order
  const targets = isServerAlive ? [file.pid] : orphans;
  for (const pid of targets) signal(pid, isServerAlive ? 'SIGINT' : 'SIGTERM');
  await waitUntilGone(targets, STOP_TIMEOUT_MS, 'SIGQUIT');
  await waitUntilGone(targets, ABORT_TIMEOUT_MS, 'SIGKILL');
  await waitUntilGone(orphans, ABORT_TIMEOUT_MS, null);
  // Postgres takes any process with that number for a server, even a stranger or a zombie; we know that none is left.
  if (isTaken(file.pid)) await rm(join(clusterDir, 'postmaster.pid'), { force: true });
  return orphans.length > 0;
}

export interface PostmasterFile {
  pid: number;
  port: number;
  /** A folder (Unix socket) or an address. */
  host: string;
  /** `starting`, `ready`, `stopping`, … */
  status: string;
}

/** Reads `postmaster.pid`, whose lines are described in PostgreSQL's `src/include/utils/pidfile.h`. */
export function readPostmasterFile(clusterDir: string): PostmasterFile | null {
  const lines = readText(join(clusterDir, 'postmaster.pid')).split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return { pid, port: Number(lines[3]), host: lines[4] || lines[5] || '', status: (lines[7] ?? '').trim() };
}

const START_TIMEOUT_MS = 120_000; // crash recovery replays up to max_wal_size
const STOP_TIMEOUT_MS = 30_000;
const ABORT_TIMEOUT_MS = 5_000;
const POLL_MS = 5;
const MAX_LOG_BYTES = 10 * 1024 * 1024;

/** The server and its backends: on Linux every process whose working folder is the cluster, else by the command line. */
async function findClusterProcesses(clusterDir: string, postmasterPid: number): Promise<number[]> {
  if (process.platform === 'linux') {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
    return pids.filter((pid) => workingFolder(pid) === clusterDir);
  }
  if (!isProcessAlive(postmasterPid)) return [];
  if (process.platform === 'win32') return [];
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(postmasterPid)]).catch(() => ({ stdout: '' }));
  return stdout.includes(clusterDir) ? [postmasterPid] : [];
}

function workingFolder(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

async function waitUntilGone(pids: number[], timeoutMs: number, lastResort: NodeJS.Signals | null): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (pids.some(isProcessAlive)) {
    if (Date.now() > deadline) {
      if (lastResort === null) throw new DatabaseStartError(`An earlier Postgres (process ${pids[0]}) does not end.`);
      for (const pid of pids) signal(pid, lastResort);
      return;
    }
    await sleep(POLL_MS);
  }
}

/** Whether a process with this number runs; a zombie does not. */
export function isProcessAlive(pid: number): boolean {
  return isTaken(pid) && !isZombie(pid);
}

function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** In a container without an init, a dead orphan stays in the table for ever. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  return / Z /.test(readText(`/proc/${pid}/stat`).replace(/^.*\)/, ''));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // gone already
  }
}

function rotate(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_LOG_BYTES) renameSync(logFile, `${logFile}.1`);
}

/** Nothing of our own environment reaches Postgres (PGDATA, PGPORT, secrets), except what programs need to run. */
function childEnvironment(binaries: PostgresBinaries): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP, TMP, TMPDIR } = process.env;
  return { PATH, SystemRoot, TEMP, TMP, TMPDIR, LC_ALL: 'C', ...binaries.env };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-4).join(' | ') || 'it said nothing';
}
