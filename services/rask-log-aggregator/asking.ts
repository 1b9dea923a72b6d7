import {
  type LogHistogram,
  type LogLine,
  type logFilter,
  type logHistogramQuery,
  type logQuery,
  Problem,
} from '@alt/contracts';
import type { z } from 'zod';
import { gridOf } from './grid.ts';
import type { LogFilter, LogPlace, LogSpan, LogStore } from './store/log-store.ts';

const HOUR_MS = 3_600_000;
const FOLLOW_EVERY_MS = 1_000;
/** Lines may reach the store this much later than they were written, and are shown all the same by whoever follows. */
const LATENESS_MS = 15_000;
const FOLLOW_LIMIT = 1_000;

type Query = z.output<typeof logQuery>;
type Filter = z.output<typeof logFilter>;

/** One page of lines, the newest first. Throws `invalid-cursor`. */
export async function searchLogs(
  store: LogStore,
  query: Query,
): Promise<{ items: LogLine[]; nextCursor: string | null }> {
  const before = query.cursor === undefined ? null : placeOf(query.cursor);
  const span = {
    from: query.from ? new Date(query.from) : new Date(0),
    to: query.to ? new Date(query.to) : new Date(Date.now() + 2 * 24 * HOUR_MS),
  };
  const items = await store.search(filterOf(query), span, { before, limit: query.limit + 1 });
  const shown = items.slice(0, query.limit);
  const last = shown.at(-1);
  return { items: shown, nextCursor: items.length > query.limit && last ? cursorOf(last) : null };
}

/** Counts over time; the last hour unless the query says otherwise. */
export async function countLogs(store: LogStore, query: z.output<typeof logHistogramQuery>): Promise<LogHistogram> {
  const to = query.to ? new Date(query.to) : new Date();
  const from = query.from ? new Date(query.from) : new Date(to.getTime() - HOUR_MS);
  if (from >= to) throw new Problem('invalid-query', '"from" must be before "to".');
  const grid = gridOf({ from, to }, query.buckets);
  const items = await store.count(filterOf(query), { from, to }, grid);
  return { from: from.toISOString(), to: to.toISOString(), bucketSeconds: grid.stepMs / 1_000, items };
}

/** New lines as the store has them, the oldest first, until `signal` aborts; whatever writes to the same store is seen. */
export async function* followLogs(
  store: Pick<LogStore, 'search'>,
  filter: Filter,
  signal: AbortSignal,
  options: { since?: Date } = {},
): AsyncGenerator<LogLine[]> {
  const shown = new Set<string>();
  const keyOf = ({ timestamp, id }: LogLine) => `${timestamp} ${id}`;
  const startedAt = options.since ?? new Date();
  while (!signal.aborted) {
    const span: LogSpan = {
      from: new Date(Math.max(startedAt.getTime(), Date.now() - LATENESS_MS)),
      to: new Date(Date.now() + 2 * 24 * HOUR_MS),
    };
    const lines = await store.search(filterOf(filter), span, { before: null, limit: FOLLOW_LIMIT });
    const fresh = lines.filter((line) => !shown.has(keyOf(line))).reverse();
    for (const line of fresh) shown.add(keyOf(line));
    if (shown.size > 5 * FOLLOW_LIMIT) {
      // Only those may come again that are in the window.
      shown.clear();
      for (const line of lines) shown.add(keyOf(line));
    }
    yield fresh;
    await pause(FOLLOW_EVERY_MS, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

function filterOf({ service, level, q, trace, request }: Filter): LogFilter {
  const words = (q ?? '').split(/\s+/).filter(Boolean).slice(0, 10);
  return { services: service, level: level ?? null, words, trace: trace ?? null, request: request ?? null };
}

function cursorOf({ timestamp, id }: LogLine): string {
  return Buffer.from(`${timestamp} ${id}`).toString('base64url');
}

function placeOf(cursor: string): LogPlace {
  const [, timestamp, id] =
    /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (\S*)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (timestamp === undefined || id === undefined || Number.isNaN(Date.parse(timestamp))) {
    throw new Problem('invalid-cursor', 'The cursor is not one of this list. Begin again without it.');
  }
  return { timestamp, id };
}
