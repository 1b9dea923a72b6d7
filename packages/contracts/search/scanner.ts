import type { QueryError, QueryErrorCode } from './query.ts';

/** Where the reading of a query stands. After a mistake it stands at the end, so that all readers return. */
export interface Scanner {
  text: string;
  at: number;
  error: QueryError | null;
  leaves: number;
  hasOperators: boolean;
}

/** What stands between quotation marks, without them, and where. */
export interface Quoted {
  text: string;
  start: number;
  end: number;
}

/** As typed, as word processors write them, and as Germans and Russians do. */
const QUOTES = '"“”„‟«»';
const run = new RegExp(`[^\\s()${QUOTES}]+`, 'uy');
const quotation = new RegExp(`[${QUOTES}]([^${QUOTES}]*)([${QUOTES}]?)`, 'uy');
const blanks = /\s+/uy;

export function createScanner(text: string): Scanner {
  // Both keep the length, so that places are those of what was typed.
  const readable = text.toWellFormed().replace(/\p{Cc}/gu, ' ');
  return { text: readable, at: 0, error: null, leaves: 0, hasOperators: false };
}

/** Notes the first mistake. */
export function fail(scanner: Scanner, code: QueryErrorCode, start: number, end: number, message: string): null {
  scanner.error ??= { code, start, end, message };
  scanner.at = scanner.text.length;
  return null;
}

export function skipBlanks(scanner: Scanner): void {
  take(scanner, blanks);
}

/** The next character that is no blank; empty at the end. */
export function peek(scanner: Scanner): string {
  skipBlanks(scanner);
  return scanner.text.charAt(scanner.at);
}

/** All up to the next blank, parenthesis or quotation mark. */
export function takeRun(scanner: Scanner): string {
  return take(scanner, run)?.[0] ?? '';
}

/** What stands in quotation marks here; null where none opens. */
export function takeQuoted(scanner: Scanner): Quoted | null {
  const start = scanner.at;
  const match = take(scanner, quotation);
  if (!match) return null;
  if (match[2] === '') {
    return fail(scanner, 'unclosed-quote', start, start + 1, 'Close this quotation mark, or remove it.');
  }
  return { text: (match[1] ?? '').normalize('NFC').replace(/\s+/gu, ' ').trim(), start, end: scanner.at };
}

function take(scanner: Scanner, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = scanner.at;
  const match = pattern.exec(scanner.text);
  if (match) scanner.at = pattern.lastIndex;
  return match;
}
