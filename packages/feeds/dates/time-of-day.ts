import { ZONE_OFFSETS } from './time-zones.ts';

export interface TimeOfDay {
  inDayMs: number;
  offsetMinutes: number;
  /** A zone of the tz database whose offset depends on the day, e.g. `Europe/Berlin`. */
  region: string | null;
  /** What is left of the text without time and zone. */
  rest: string;
}

const MIDNIGHT: Omit<TimeOfDay, 'rest'> = { inDayMs: 0, offsetMinutes: 0, region: null };
const CLOCK =
  /(?<!\d)(\d{1,2}) ?[:h時时시点點] ?(\d{1,2})(?: ?[:m分분] ?(\d{1,2})(?:[.,:](\d{1,9}))?)? ?(?:[秒초s分분](?!\w))?|(?<![\d:+-])(\d\d)(\d\d)(\d\d)?(?:[.,](\d{1,9}))?(?= ?(?:z|[+-]\d\d:?\d\d)?$)/i;
const MERIDIEM = /^ ?([ap])(?: ?m\b|\.m\.|\. ?m\.)/i;
const EAST_ASIAN_MERIDIEM = /(午前|오전|上午|凌晨)|(午後|오후|下午|晚上)/;

/** Takes the time of day and its zone out of a text; midnight UTC when it has none; null when it has an impossible one. */
export function readTimeAndZone(text: string): TimeOfDay | null {
  const clock = /^[+-]\d\d:?\d\d$/.test(text) ? null : clockIn(text);
  if (clock === null) return { ...MIDNIGHT, rest: withoutLoneZone(text) };
  const [whole, hours, minutes, seconds, fraction, basicHours, basicMinutes, basicSeconds, basicFraction] = clock;
  const eastAsian = EAST_ASIAN_MERIDIEM.exec(text);
  const behind = text.slice(clock.index + whole.length);
  const meridiem = MERIDIEM.exec(behind);
  const half =
    meridiem?.[1]?.toLowerCase() ?? (eastAsian?.[1] !== undefined ? 'a' : eastAsian?.[2] !== undefined ? 'p' : null);
  const inDayMs = milliseconds(
    hours ?? basicHours,
    minutes ?? basicMinutes,
    seconds ?? basicSeconds,
    fraction ?? basicFraction,
    half,
  );
  if (inDayMs === null) return null;
  const zone = readZone(behind.slice(meridiem?.[0].length ?? 0));
  const before = text.slice(0, clock.index).replace(EAST_ASIAN_MERIDIEM, ' ');
  return {
    inDayMs,
    offsetMinutes: zone.offsetMinutes,
    region: zone.region ?? null,
    rest: `${before} ${zone.rest}`.trim(),
  };
}

/** Four or six bare digits are a time only at the very beginning, behind the `T` of a basic ISO date. */
function clockIn(text: string): RegExpExecArray | null {
  const clock = CLOCK.exec(text);
  return clock !== null && (clock[5] === undefined || clock.index === 0) ? clock : null;
}

function milliseconds(
  hours: string | undefined,
  minutes: string | undefined,
  seconds: string | undefined,
  fraction: string | undefined,
  half: string | null,
): number | null {
  let hour = Number(hours);
  const minute = Number(minutes);
  const second = Math.min(Number(seconds ?? 0), 60);
  if (half !== null && hour <= 12) hour = (hour % 12) + (half === 'p' ? 12 : 0);
  // 24:00 is the end of the day; 23:59:60 is a leap second.
  if (hour > 24 || (hour === 24 && (minute > 0 || second > 0)) || minute > 59 || Number(seconds ?? 0) > 60) return null;
  return ((hour * 60 + minute) * 60 + second) * 1_000 + Math.trunc(Number(`0.${fraction ?? 0}`) * 1_000);
}

function readZone(text: string): { offsetMinutes: number; region?: string; rest: string } {
  const offset = /^ ?(?:gmt|utc?|z|[a-z]{3,4})? ?([+-]) ?(\d{1,2})(?::? ?(\d\d))?(?!\d)/i.exec(text);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
    const isPossible = minutes <= 15 * 60 && Number(offset[3] ?? 0) < 60;
    // `-9900` and the like: the instant is still best read as UTC.
    const offsetMinutes = isPossible ? minutes * (offset[1] === '-' ? -1 : 1) : 0;
    return { offsetMinutes, rest: withoutComment(text.slice(offset[0].length)) };
  }
  const region = /^ ?\[?([A-Z][a-z]+(?:\/[A-Za-z_+-]+\d{0,2}){1,2})\]?/.exec(text);
  if (region?.[1] !== undefined)
    return { offsetMinutes: 0, region: region[1], rest: text.slice(region[0].length).trim() };
  const name = /^ ?([a-z]{1,5})(?![\p{L}\d])\.?/iu.exec(text);
  if (name === null) return { offsetMinutes: 0, rest: text.replace(/^[ ,;]+/, '').trim() };
  const known = ZONE_OFFSETS.get(name[1]?.toLowerCase() ?? '');
  // One letter is a military zone, whose sign RFC 822 got wrong; RFC 2822 reads all of them as UTC.
  const isZone = known !== undefined || name[1]?.length === 1;
  return isZone
    ? { offsetMinutes: known ?? 0, rest: text.slice(name[0].length).trim() }
    : { offsetMinutes: 0, rest: text.trim() };
}

function withoutComment(text: string): string {
  const name = /^ ?[[(]?([a-z]{2,5})[\])]?(?![\p{L}\d])/iu.exec(text);
  const isZone = name !== null && ZONE_OFFSETS.has(name[1]?.toLowerCase() ?? '');
  return (isZone ? text.slice(name[0].length) : text).trim();
}

/** `2025-06-03Z`, `2025-06-03+09:00`: a day with a zone is the day, at midnight UTC. */
function withoutLoneZone(text: string): string {
  return text.replace(/ ?(?:\bz|[+-]\d\d:\d\d|^[+-]\d{4}|\b(?:utc|gmt))$/i, '').trim();
}
