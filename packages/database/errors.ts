/** A start that cannot go on. `message` is a sentence for the person at the terminal. */
export class DatabaseStartError extends Error {
  override readonly name: string = 'DatabaseStartError';
}

/** A live instance lock: another process serves this data folder now. `pid` is null where it cannot be told. */
export class AlreadyRunningError extends DatabaseStartError {
  override readonly name = 'AlreadyRunningError';
  readonly pid: number | null;

  constructor(dataDir: string, pid: number | null) {
    super(`Alt is already running on ${dataDir}${pid === null ? '' : ` (process ${pid})`}. Stop it first.`);
    this.pid = pid;
  }
}

/** The database cannot be reached, or went away in the middle of a call. The work may be tried again later. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';

  constructor(cause: unknown) {
    super(`The database cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
