import type { ImportErrorCode } from '@alt/contracts';
import type { EgressError } from '@alt/egress';

/** Why an import cannot go on. The message is a sentence that says what to do; with `retryAfterMs` it passes by itself. */
export class ImportFailure extends Error {
  override readonly name = 'ImportFailure';
  readonly code: ImportErrorCode;
  /** Null for what will not pass by itself. */
  readonly retryAfterMs: number | null;
  /** The answer was larger than one may be: less at a time may do. */
  readonly isTooLarge: boolean;

  constructor(code: ImportErrorCode, message: string, retryAfterMs: number | null = null, isTooLarge = false) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.isTooLarge = isTooLarge;
  }
}

const REFUSED = new Set([
  'egress-refused-address',
  'egress-refused-scheme',
  'egress-refused-port',
  'egress-invalid-url',
]);
/** Doubled with each try that brings nothing. */
const RETRY_MS = 5_000;

/** What the way out says of an address, as a failure of the import. */
export function failureOf(error: EgressError): ImportFailure {
  if (REFUSED.has(error.code)) return new ImportFailure('address-refused', error.message);
  if (error.code === 'body-too-large') return new ImportFailure('answer-unusable', error.message, null, true);
  if (error.code === 'dns-not-found') return new ImportFailure('unreachable', error.message);
  return new ImportFailure('unreachable', error.message, error.retryAfterMs ?? RETRY_MS);
}

/** A server that asks for patience, or is in trouble. */
export function busyFailure(host: string, status: number, retryAfter: string | null): ImportFailure {
  const seconds = Number(retryAfter);
  const waitMs = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1_000, LONGEST_WAIT_MS) : RETRY_MS;
  const message =
    status === 429
      ? `${host} takes no more requests just now. The import goes on by itself when it does.`
      : `${host} is in trouble just now (status ${status}). The import tries again by itself.`;
  return new ImportFailure('unreachable', message, waitMs);
}

const LONGEST_WAIT_MS = 86_400_000;
