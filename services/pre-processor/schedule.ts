/**
 * When a feed is asked again. Pure; times in milliseconds since the epoch, durations in seconds, as the rows hold them.
 * The rules stand in docs/polling.md.
 */

const MINUTE = 60;
const HOUR = 3_600;
export const DAY = 86_400;

export const SHORTEST_INTERVAL = 15 * MINUTE;
export const LONGEST_INTERVAL = DAY;
export const GONE_AFTER_SECONDS = 30 * DAY;
export const LONGEST_RETRY_AFTER = 7 * DAY;
const GONE_INTERVAL = 7 * DAY;
/** Until a feed has shown its rhythm. */
const UNKNOWN_INTERVAL = HOUR;
const SMOOTHING = 0.2;
const RHYTHM_ITEMS = 30;

/** A feed that has not posted for so many days is asked at most this often. */
const IDLE_STEPS = [
  { idleDays: 30, interval: 24 * HOUR },
  { idleDays: 14, interval: 12 * HOUR },
  { idleDays: 7, interval: 4 * HOUR },
];

export interface Rhythm {
  /** The smoothed gap between posts; null until there were two. */
  gapSeconds: number | null;
  /** The newest post, never in the future. */
  newestItemAt: number | null;
}

/** Seconds until the next poll after a success. `minimumSeconds` is what `ttl` and `max-age` ask for. */
export function pollInterval(feed: {
  id: number;
  rhythm: Rhythm;
  minimumSeconds: number;
  /** A hub tells us of news, so a daily look is enough. */
  isPushed: boolean;
  now: number;
}): number {
  if (feed.isPushed) return LONGEST_INTERVAL * (1 + Math.min(0, jitter(feed.id)));
  const { gapSeconds, newestItemAt } = feed.rhythm;
  const wanted = gapSeconds === null ? UNKNOWN_INTERVAL : gapSeconds / 2;
  const idleSeconds = newestItemAt === null ? 0 : (feed.now - newestItemAt) / 1_000;
  const step = IDLE_STEPS.find(({ idleDays }) => idleSeconds >= idleDays * DAY);
  const interval = Math.max(wanted, step?.interval ?? 0) * (1 + jitter(feed.id));
  const shortest = Math.max(SHORTEST_INTERVAL, Math.min(feed.minimumSeconds, LONGEST_INTERVAL));
  return clamp(interval, shortest, LONGEST_INTERVAL);
}

/** Seconds until the next try after `errorCount` failures in a row: doubling from a quarter of an hour to a day. */
export function errorInterval(feed: { id: number; errorCount: number }): number {
  const doublings = Math.min(feed.errorCount - 1, 20);
  return Math.min(SHORTEST_INTERVAL * 2 ** doublings, LONGEST_INTERVAL) * (1 + jitter(feed.id));
}

/** Seconds until a feed that is gone is probed again: about a week. */
export function goneInterval(feedId: number): number {
  return GONE_INTERVAL * (1 + jitter(feedId));
}

/** Seconds for which a host is left alone after its nth 429 or 503 in a row that named no time. */
export function penaltySeconds(count: number): number {
  return Math.min(5 * MINUTE * 2 ** Math.min(count - 1, 20), DAY);
}

/** From -0.1 to 0.1, the same for a feed always, so that feeds that were added together drift apart. */
export function jitter(feedId: number): number {
  const mixed = Math.imul(feedId ^ (feedId >>> 16), 0x45d9f3b) >>> 0;
  return ((mixed % 2_001) - 1_000) / 10_000;
}

/**
 * The rhythm after `itemTimes`, the publication times of new items (null where they give none), were found at `now`.
 * The first document teaches its mean gap; later ones move the mean by a fifth per item.
 */
export function learnRhythm(known: Rhythm, itemTimes: readonly (number | null)[], now: number): Rhythm {
  if (itemTimes.length === 0) return known;
  const { newestItemAt } = known;
  if (newestItemAt === null) return firstRhythm(itemTimes, now);
  const newest = itemTimes.reduce<number>((latest, time) => Math.max(latest, Math.min(time ?? now, now)), newestItemAt);
  if (newest === newestItemAt) return known;
  const meanSeconds = (newest - newestItemAt) / 1_000 / itemTimes.length;
  const weight = (1 - SMOOTHING) ** itemTimes.length;
  const gapSeconds = known.gapSeconds === null ? meanSeconds : meanSeconds + (known.gapSeconds - meanSeconds) * weight;
  return { gapSeconds, newestItemAt: newest };
}

function firstRhythm(itemTimes: readonly (number | null)[], now: number): Rhythm {
  const dated = itemTimes.filter((time) => time !== null).map((time) => Math.min(time, now));
  const newestFirst = dated.sort((a, b) => b - a).slice(0, RHYTHM_ITEMS);
  const [newest] = newestFirst;
  const oldest = newestFirst.at(-1);
  if (newest === undefined || oldest === undefined) return { gapSeconds: null, newestItemAt: now };
  const gaps = newestFirst.length - 1;
  return { gapSeconds: gaps === 0 ? null : (newest - oldest) / 1_000 / gaps, newestItemAt: newest };
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
