import type { LogGrid, LogSpan } from './store/log-store.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Lengths of parts; after these, days: 2, 4, 8 … */
const STEPS = [
  ...[1, 5, 10, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 5, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 3, 6, 12].map((hours) => hours * HOUR_MS),
  DAY_MS,
];

/**
 * The finest parts of round lengths, each beginning at a multiple of its length since 1970 (UTC), of which at most `most` cover a span.
 * The same parts for whoever asks a moment later, and whole minutes where they are long. One part is the span itself.
 */
export function gridOf(span: LogSpan, most: number): LogGrid {
  const [from, to] = [span.from.getTime(), span.to.getTime()];
  if (most === 1) return { startMs: from, stepMs: to - from, parts: 1 };
  const gridBy = (stepMs: number) => {
    const first = Math.floor(from / stepMs);
    return { startMs: first * stepMs, stepMs, parts: Math.ceil(to / stepMs) - first };
  };
  const fitting = STEPS.map(gridBy).find(({ parts }) => parts <= most);
  if (fitting) return fitting;
  let days = 2;
  while (gridBy(days * DAY_MS).parts > most) days *= 2;
  return gridBy(days * DAY_MS);
}
