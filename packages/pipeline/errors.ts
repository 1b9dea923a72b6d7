/** Not now, for a reason that is not the article's: a busy host, say. Costs no attempt. */
export class PostponedError extends Error {
  override readonly name = 'PostponedError';
  readonly delayMs: number;
  constructor(reason: string, delayMs: number) {
    super(reason);
    this.delayMs = delayMs;
  }
}

/** What the stage depends on is down. The whole stage pauses; it costs no attempt and loses nothing. */
export class OutageError extends Error {
  override readonly name = 'OutageError';
}

/** Trying again would change nothing; the article is parked with this reason, and `code` for programs. */
export class ParkedError extends Error {
  override readonly name = 'ParkedError';
  readonly code: string | null;
  constructor(reason: string, code: string | null = null) {
    super(reason);
    this.code = code;
  }
}
