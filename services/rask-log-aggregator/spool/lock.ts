import { AlreadyRunningError, acquireInstanceLock } from '@alt/database';

/** Another process uses the spool's folder. `message` is for the person at the terminal, `code` for programs. */
export class SpoolInUseError extends Error {
  override readonly name = 'SpoolInUseError';
  readonly code = 'spool-in-use';
}

/**
 * Keeps other processes from a folder: two that read and delete the same segments would lose lines. The lock is one of the operating
 * system, the same as of Alt's data folder: it ends with its process, however that ends, and no number of a process matters to it.
 * Containers that share a volume respect it, and so do machines where the shared file system passes locks on.
 */
export function lockSpool(folder: string): { release(): void } {
  try {
    return acquireInstanceLock(folder);
  } catch (error) {
    if (!(error instanceof AlreadyRunningError)) throw error;
    const holder = error.pid === null ? '' : ` (process ${error.pid})`;
    throw new SpoolInUseError(
      `The spool ${folder} is in use by another rask-log-aggregator${holder}: spool-in-use. Stop that one, or name another folder in RASK_SPOOL_DIR.`,
      { cause: error },
    );
  }
}
