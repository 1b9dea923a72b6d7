/** Of each day's requests, the part that is never spent: what others of the reader's programs may need. */
export const RESERVE = 0.1;
/** Requests a day in each zone until Inoreader said otherwise. */
export const ALLOWED_BY_DEFAULT = 100;
/** Looks that are kept for the schedule where a reader asks for one. */
const KEPT_LOOKS = 4;
/** How often the schedule wakes the job. */
export const WAKE_MS = 30 * 60_000;

/** How many of the day's requests may be spent at all. */
export function spendable(allowed: number): number {
  return Math.max(0, allowed - Math.ceil(allowed * RESERVE));
}

export interface DayState {
  now: Date;
  dayEndsAt: Date;
  /** Requests that may still be spent until then. */
  remaining: number;
  /** Requests that a look at the ids takes, as it did last. */
  lookCost: number;
  /** Null before the first one. */
  lastLookAt: Date | null;
  /** The reader asked for it. */
  isLookWanted: boolean;
  /** Requests that it takes to bring all contents that are known to be missing. */
  missing: number;
  /** What is asked once a day and has not been today. */
  daily: number;
}

export interface DayPlan {
  isLookDue: boolean;
  nextLookAt: Date;
  /** Requests for contents, now. */
  contents: number;
}

/**
 * How the zone of reads is spread over what is left of the day: looks at regular times, at least half of what is left where
 * contents are missing, all of it where none are; contents in equal parts at every wake. Pure; whoever asks counts every
 * request again before it is sent.
 */
export function planDay(state: DayState): DayPlan {
  const { now, dayEndsAt, lookCost, lastLookAt } = state;
  const left = Math.max(0, dayEndsAt.getTime() - now.getTime());
  const wakes = Math.max(1, Math.ceil(left / WAKE_MS));
  const free = Math.max(0, state.remaining - state.daily);
  const forContents = Math.min(state.missing, Math.floor(free / 2));
  const looks = Math.floor((free - forContents) / Math.max(1, lookCost));
  const gap = Math.max(WAKE_MS, looks === 0 ? left : left / looks);
  const from = lastLookAt?.getTime() ?? 0;
  // A look that cannot end today is not begun, unless it takes most of a day anyway.
  const canLook = free >= Math.min(lookCost, 10);
  // A wake that comes a little early still counts as the one that was meant.
  // Whoever asks again and again leaves enough for the rest of the day.
  const isWanted = state.isLookWanted && free >= lookCost * KEPT_LOOKS;
  const isTime = isWanted || lastLookAt === null || now.getTime() >= from + gap - WAKE_MS / 4;
  const isLookDue = canLook && isTime;
  const afterLook = Math.max(0, free - (isLookDue ? lookCost : 0));
  const share = state.missing === 0 ? 0 : Math.max(1, Math.ceil(forContents / wakes));
  return {
    isLookDue,
    nextLookAt: new Date((isLookDue ? now.getTime() : from || now.getTime()) + gap),
    contents: Math.min(share, state.missing, afterLook),
  };
}

/** What the headers of an answer say of a zone; null where they say nothing. */
export interface ZoneReport {
  allowed: number | null;
  used: number | null;
  resetAfterSeconds: number | null;
}

const RESET_MAXIMUM_SECONDS = 8 * 86_400;

/** Reads X-Reader-Zone1-Limit, -Usage and X-Reader-Limits-Reset-After, or those of zone 2. */
export function readZone(headers: Headers, zone: 1 | 2): ZoneReport {
  const number = (name: string, least: number, most: number): number | null => {
    const text = headers.get(name)?.trim() ?? '';
    if (!/^\d{1,9}(\.\d{1,6})?$/.test(text)) return null;
    const value = Number(text);
    return value >= least && value <= most ? value : null;
  };
  const whole = (value: number | null) => (value === null ? null : Math.floor(value));
  return {
    allowed: whole(number(`x-reader-zone${zone}-limit`, 1, 1_000_000)),
    used: whole(number(`x-reader-zone${zone}-usage`, 0, 1_000_000)),
    resetAfterSeconds: number('x-reader-limits-reset-after', 0, RESET_MAXIMUM_SECONDS),
  };
}

/** Midnight UTC after a time: where the day ends until Inoreader said when. */
export function nextMidnight(now: Date): Date {
  const end = new Date(now);
  end.setUTCHours(24, 0, 0, 0);
  return end;
}
