import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AlreadyRunningError, DatabaseStartError } from './errors.ts';

/** Longer than the moment for which `findInstanceHolder` of another process may hold the lock. */
const ACQUIRE_TIMEOUT_MS = 300;

export interface InstanceLock {
  readonly dataDir: string;
  release(): void;
}

/** Who holds a data folder: the process and when it took the lock. */
export interface InstanceHolder {
  pid: number;
  startedAt: Date;
}

/**
 * Takes the lock of a data folder for this process, or throws `AlreadyRunningError`.
 *
 * The lock is SQLite's exclusive lock on `instance.lock`: a real lock of the operating system (fcntl, LockFileEx),
 * so the kernel frees it when the process dies, a reused pid cannot fool it, and containers that share the folder
 * respect it. Node has no file locks of its own. `instance.json` only says who it is.
 */
export function acquireInstanceLock(dataDir: string): InstanceLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const handle = openLocked(dataDir, ACQUIRE_TIMEOUT_MS);
  if (handle === null) throw new AlreadyRunningError(dataDir, readHolder(dataDir)?.pid ?? null);
  const holderFile = join(dataDir, 'instance.json');
  writeFileSync(holderFile, JSON.stringify({ pid: process.pid, startedAt: new Date() }), { mode: 0o600 });
  let isHeld = true;
  return {
    dataDir,
    release() {
      if (!isHeld) return;
      isHeld = false;
      rmSync(holderFile, { force: true });
      handle.close();
    },
  };
}

/** The process that holds the lock of a data folder now, or null if nobody does. */
export function findInstanceHolder(dataDir: string): InstanceHolder | null {
  const holder = readHolder(dataDir);
  if (holder === null) return null;
  const handle = openLocked(dataDir, 0);
  handle?.close();
  return handle === null ? holder : null;
}

function openLocked(dataDir: string, timeoutMs: number): DatabaseSync | null {
  const handle = openLockFile(dataDir, timeoutMs);
  try {
    handle.exec('begin exclusive');
    return handle;
  } catch (error) {
    handle.close();
    if (isBusy(error)) return null;
    throw error;
  }
}

function openLockFile(dataDir: string, timeoutMs: number): DatabaseSync {
  try {
    return new DatabaseSync(join(dataDir, 'instance.lock'), { timeout: timeoutMs });
  } catch (cause) {
    throw new DatabaseStartError(
      `The data folder ${dataDir} cannot be written to. Give it to the user that runs Alt.`,
      {
        cause,
      },
    );
  }
}

function isBusy(error: unknown): boolean {
  const SQLITE_BUSY = 5;
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function readHolder(dataDir: string): InstanceHolder | null {
  try {
    const { pid, startedAt } = JSON.parse(readFileSync(join(dataDir, 'instance.json'), 'utf8'));
    return { pid: Number(pid), startedAt: new Date(startedAt) };
  } catch {
    return null;
  }
}
