import { MONTH_WORDS } from './month-words.ts';
import { readTimeAndZone } from './time-of-day.ts';

const MAX_LENGTH = 120;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

interface CalendarDay {
  year: number;
  month: number;
  day: number;
}

/**
 * The instant a publisher means, or null. Reads ISO 8601 (calendar, week and ordinal dates, basic and extended), RFC 822, 850,
 * 2822 and 3339, asctime, numeric dates with `.`, `/` and `-`, Chinese, Japanese and Korean dates, month names in 40
 * languages, times with am/pm, and Unix seconds and milliseconds. A missing zone is UTC; a missing time is midnight; two digits
 * of a year are 2000–2069 or 1970–1999. `a/b/year` is month first unless only day first makes sense; `a.b.year` and `a-b-year`
 * are day first. Years outside 1900–2199 are nobody's publication date. The grammar stands in docs/feeds.md.
 */
export function parseDate(value: string | null | undefined): Date | null {
  if (value === null || value === undefined || value.length > MAX_LENGTH) return null;
  const text = normalise(value);
  if (text === '') return null;
  return readCommon(text) ?? readIso(text) ?? readEpoch(text) ?? readWritten(text);
}

const ENGLISH_MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';

/** RFC 822 and RFC 3339 as written by nearly everybody, without the detour through the grammar. */
function readCommon(text: string): Date | null {
  const mail =
    /^(?:[a-z]{3}, )?(\d{1,2}) ([a-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:gmt|utc|z|([+-])(\d\d)(\d\d))$/i.exec(text);
  const stamp = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(text);
  const match = mail ?? stamp;
  if (match === null) return null;
  const [, first = '', second = '', third = '', hour, minute, seconds, sign, zoneHours, zoneMinutes] = match;
  const month = mail === null ? Number(second) : ENGLISH_MONTHS.indexOf(second.toLowerCase()) / 3 + 1;
  const day =
    mail === null
      ? { year: Number(first), month, day: Number(third) }
      : { year: Number(third), month, day: Number(first) };
  const offset = sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes));
  const isPlain = Number.isInteger(month) && Number(hour) < 24 && Number(minute) < 60 && Number(seconds) < 60;
  if (!isPlain) return null;
  const fraction = stamp === null ? '' : (/\.(\d{1,3})/.exec(text)?.[1] ?? '');
  const inDayMs =
    Number(hour) * 3_600_000 + Number(minute) * MINUTE_MS + Number(seconds) * 1_000 + Number(fraction.padEnd(3, '0'));
  return instant(day, inDayMs, offset);
}

function readIso(text: string): Date | null {
  const match =
    /^(\d{4})(?:-?W(\d\d)(?:-?([1-7]))?|-(\d{3})|-(\d{1,2})(?:-(\d{1,2}))?|(\d\d)(\d\d)?)?(?=$|[T\s,_]|\d\d:?\d\d|z$|[+-]\d\d:?\d\d$)/i.exec(
      text,
    );
  if (match === null) return null;
  const [whole, year = '', week, weekday, ordinal, month, day, basicMonth, basicDay] = match;
  const rest = text.slice(whole.length).replace(/^[\s,_]*(?:T\s*)?/i, '');
  const time = readTimeAndZone(rest);
  if (time === null || time.rest !== '') return null;
  const calendarDay =
    week !== undefined
      ? weekDay(Number(year), Number(week), Number(weekday ?? 1))
      : ordinal !== undefined
        ? ordinalDay(Number(year), Number(ordinal))
        : { year: Number(year), month: Number(month ?? basicMonth ?? 1), day: Number(day ?? basicDay ?? 1) };
  return inRegion(instant(calendarDay, time.inDayMs, time.offsetMinutes), time.region);
}

function readEpoch(text: string): Date | null {
  if (!/^\d{9,13}(?:\.\d{1,9})?$/.test(text)) return null;
  const number = Number(text);
  const date = new Date(number >= 1e11 ? Math.trunc(number) : Math.trunc(number * 1_000));
  return isPublicationYear(date.getUTCFullYear()) ? date : null;
}

/** Dates as people write them: the time is taken out first, what remains are words and numbers. */
function readWritten(text: string): Date | null {
  const time = readTimeAndZone(text);
  if (time === null) return null;
  const day = readDay(time.rest);
  return day === null ? null : inRegion(instant(day, time.inDayMs, time.offsetMinutes), time.region);
}

function readDay(text: string): CalendarDay | null {
  const months = [...text.matchAll(/\p{L}+/gu)].map((match) => ({ month: monthNumber(match[0]), index: match.index }));
  // `mar., 3 juin` begins with a weekday that is also a month: the last name counts.
  const named = months.findLast(({ month }) => month !== null);
  const numbers = [...text.matchAll(/\d+/g)].map(([digits]) => digits);
  if (named?.month !== null && named !== undefined) return dayWithMonthName(numbers, named.month);
  return dayInNumbers(numbers, text);
}

function dayWithMonthName(numbers: readonly string[], month: number): CalendarDay | null {
  const [first, second] = numbers;
  if (first === undefined) return null;
  if (second === undefined) return first.length === 4 ? { year: Number(first), month, day: 1 } : null;
  const isYearFirst = first.length > 2 || Number(first) > 31;
  return { year: fullYear(isYearFirst ? first : second), month, day: Number(isYearFirst ? second : first) };
}

function dayInNumbers(numbers: readonly string[], text: string): CalendarDay | null {
  const [first, second, third] = numbers;
  if (first === undefined || second === undefined || third === undefined) return null;
  if (first.length === 4) return { year: Number(first), month: Number(second), day: Number(third) };
  const isMonthFirst = text.includes('/') && Number(first) <= 12;
  const [month, day] = isMonthFirst && Number(second) <= 31 ? [first, second] : [second, first];
  return { year: fullYear(third), month: Number(month), day: Number(day) };
}

/** RFC 2822 §4.3, with the turn of the century where feeds have theirs. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length > 2) return digits.length === 3 ? year + 1_900 : year;
  return year < 70 ? year + 2_000 : year + 1_900;
}

function instant({ year, month, day }: CalendarDay, inDayMs: number, offsetMinutes: number): Date | null {
  if (!isPublicationYear(year) || month < 1 || month > 12 || day < 1) return null;
  const startMs = Date.UTC(year, month - 1, day);
  if (new Date(startMs).getUTCMonth() !== month - 1) return null;
  return new Date(startMs + inDayMs - offsetMinutes * MINUTE_MS);
}

/** Moves a local time that was read as UTC into a zone such as `Europe/Berlin`; an unknown name stays UTC. */
function inRegion(local: Date | null, region: string | null): Date | null {
  if (local === null || region === null) return local;
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: region, timeZoneName: 'longOffset' });
    const name = format.formatToParts(local).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
    const offset = (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
    return new Date(local.getTime() - offset * MINUTE_MS);
  } catch {
    return local;
  }
}

function isPublicationYear(year: number): boolean {
  return year >= 1_900 && year < 2_200;
}

/** ISO 8601: week 1 is the one with 4 January in it. */
function weekDay(year: number, week: number, weekday: number): CalendarDay {
  const fourth = new Date(Date.UTC(year, 0, 4));
  const mondayMs = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * DAY_MS;
  return week < 1 || week > 53
    ? { year: 0, month: 0, day: 0 }
    : calendarDay(mondayMs + ((week - 1) * 7 + weekday - 1) * DAY_MS);
}

function ordinalDay(year: number, ordinal: number): CalendarDay {
  if (ordinal < 1 || ordinal > 366) return { year: 0, month: 0, day: 0 };
  return calendarDay(Date.UTC(year, 0, 1) + (ordinal - 1) * DAY_MS);
}

function calendarDay(timeMs: number): CalendarDay {
  const date = new Date(timeMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function monthNumber(word: string): number | null {
  const folded = word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return MONTHS.get(folded) ?? null;
}

const MONTHS: ReadonlyMap<string, number> = new Map(
  MONTH_WORDS.flatMap(([month, words]) => words.split(' ').map((word): [string, number] => [word, month])),
);

/** One kind of blank, digit and minus; no comments in brackets. */
function normalise(value: string): string {
  const trimmed = value.trim();
  if (/^[\u0020-\u007e]*$/.test(trimmed) && !trimmed.includes('(')) return trimmed.replace(/ {2,}/g, ' ');
  return trimmed
    .normalize('NFKC')
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) % 16))
    .replace(/[\u0966-\u096f]/g, (digit) => String(digit.charCodeAt(0) - 0x966))
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\([^)]{0,60}\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
