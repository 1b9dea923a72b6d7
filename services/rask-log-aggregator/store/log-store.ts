import type { LogHistogram, LogLevel, LogLine } from '@alt/contracts';

/** What is sought; empty lists and missing values do not narrow. */
export interface LogFilter {
  services: readonly string[];
  level: LogLevel | null;
  /** Each stands in the message, whatever its case. */
  words: readonly string[];
  trace: string | null;
  request: string | null;
}

/** A place in the order of lines: by time, then by id. */
export interface LogPlace {
  /** RFC 3339, to the microsecond. */
  timestamp: string;
  id: string;
}

export interface LogSpan {
  from: Date;
  /** Not included. */
  to: Date;
}

/** Equal parts of time, one after the other, the first at `startMs`. */
export interface LogGrid {
  startMs: number;
  stepMs: number;
  parts: number;
}

/** Where log lines are kept. One of them is chosen by configuration; none stands in for another. */
export interface LogStore {
  name: 'clickhouse' | 'postgres';
  /**
   * Keeps the lines of these records (NDJSON of `StoredLine`). A line that came before, by its time and id, is there once. Throws a
   * `RefusedLines` where the store took the request and not the lines; with anything else it is worth trying again.
   */
  insert(records: readonly Buffer[]): Promise<void>;
  /** The newest first, from after `before` on. */
  search(filter: LogFilter, span: LogSpan, page: { before: LogPlace | null; limit: number }): Promise<LogLine[]>;
  /** Counts of each level in each part of a grid that covers the span; what is outside of the span does not count. */
  count(filter: LogFilter, span: LogSpan, grid: LogGrid): Promise<LogHistogram['items']>;
  /** Throws where the store does not answer. */
  check(): Promise<void>;
  /** Makes what is needed soon and drops what is too old; called every hour. */
  keepUp(): Promise<void>;
  close(): Promise<void>;
}

/** The store answered, and will answer the same to the same lines. */
export class RefusedLines extends Error {
  override name = 'RefusedLines';
}

export const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'fatal'];

export function levelNumber(level: LogLevel): number {
  return LEVELS.indexOf(level);
}

/** All parts of a grid with what was counted in them; `atMs` is when the part begins. */
export function partsOf(
  { startMs, stepMs, parts }: LogGrid,
  counted: readonly { atMs: number; level: LogLevel | undefined; lines: number }[],
): LogHistogram['items'] {
  const items = Array.from({ length: parts }, (_, index) => ({
    at: new Date(startMs + index * stepMs).toISOString(),
    counts: { debug: 0, info: 0, warn: 0, error: 0, fatal: 0 },
  }));
  for (const { atMs, level, lines } of counted) {
    const item = items[Math.round((atMs - startMs) / stepMs)];
    if (item && level) item.counts[level] += lines;
  }
  return items;
}
