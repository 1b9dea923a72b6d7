import { hash } from 'node:crypto';

/** Postgres stores neither U+0000 nor half a character. Cuts after so many UTF-16 units. */
export function clean(text: string, maximum = Number.POSITIVE_INFINITY): string {
  const cut = text.length > maximum ? text.slice(0, maximum) : text;
  return (cut.includes('\0') ? cut.replaceAll('\0', '') : cut).toWellFormed();
}

/** The same, trimmed; null for nothing. */
export function cleanOrNull(text: string | null, maximum: number): string | null {
  return text === null ? null : clean(text, maximum).trim() || null;
}

/** Milliseconds since the epoch; null for what no calendar of ours reaches. */
export function timeOf(date: Date | null): number | null {
  const time = date?.getTime() ?? Number.NaN;
  return time > 0 && time < LATEST_TIME ? time : null;
}

const LATEST_TIME = Date.UTC(2200, 0, 1);

/** The same as Postgres reads it. */
export function isoTime(date: Date | null): string | null {
  const time = timeOf(date);
  return time === null ? null : new Date(time).toISOString();
}

/** Bytes as Postgres reads a bytea. */
export function byteaOf(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`;
}

export function sha256(data: string | Uint8Array): Buffer {
  return hash('sha256', data, 'buffer');
}

/** The beginning of a SHA-256, as a bytea: enough to tell texts apart, in half the room. */
export function shortHash(text: string): string {
  return byteaOf(sha256(text).subarray(0, SHORT_HASH_BYTES));
}

const SHORT_HASH_BYTES = 16;
