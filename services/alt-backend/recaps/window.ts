import type { RecapPeriod } from '@alt/contracts';

/** A day or a week of a reader's. */
export interface RecapWindow {
  period: RecapPeriod;
  /** The day, or the Monday of the week: `2026-11-21`. */
  date: string;
  timeZone: string;
  /** Inclusive. */
  from: Date;
  /** Exclusive. */
  to: Date;
}

/** The window that a day lies in. Days begin at their first moment, also where clocks are changed at midnight. */
export function windowOf(period: RecapPeriod, day: string, timeZone: string): RecapWindow {
  const given = Temporal.PlainDate.from(day);
  const first = period === 'daily' ? given : given.subtract({ days: given.dayOfWeek - 1 });
  const next = first.add(period === 'daily' ? { days: 1 } : { weeks: 1 });
  const begin = (date: Temporal.PlainDate) => new Date(date.toZonedDateTime(timeZone).epochMilliseconds);
  return { period, date: first.toString(), timeZone, from: begin(first), to: begin(next) };
}

/** The window that is under way. */
export function presentWindow(period: RecapPeriod, now: Date, timeZone: string): RecapWindow {
  return windowOf(period, dayOf(now, timeZone), timeZone);
}

/** The latest window that is over. */
export function lastWindow(period: RecapPeriod, now: Date, timeZone: string): RecapWindow {
  const present = Temporal.PlainDate.from(presentWindow(period, now, timeZone).date);
  return windowOf(period, present.subtract({ days: 1 }).toString(), timeZone);
}

/** So much of what an outage kept back is made up for. */
const MISSED_MAXIMUM = { daily: 7, weekly: 4 };

/** The windows that are over and not done, the oldest first: those behind `done`, without it the latest alone. */
export function dueWindows(period: RecapPeriod, now: Date, timeZone: string, done: string | null): RecapWindow[] {
  const last = lastWindow(period, now, timeZone);
  const windows = [last];
  for (const unit = period === 'daily' ? { days: 1 } : { weeks: 1 }; ; ) {
    const before = Temporal.PlainDate.from(windows[0]?.date ?? last.date)
      .subtract(unit)
      .toString();
    if (done === null || before <= done || windows.length === MISSED_MAXIMUM[period]) break;
    windows.unshift(windowOf(period, before, timeZone));
  }
  return windows.filter(({ date }) => done === null || date > done);
}

/** The date in a time zone. */
export function dayOf(at: Date, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}
