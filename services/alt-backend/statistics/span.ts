import { Problem, STATISTICS_DAYS_MAXIMUM } from '@alt/contracts';

const USUAL_DAYS = 30;

/** The days that are asked for, both inclusive; the last 30 unless told otherwise. Throws `invalid-query`. */
export function checkSpan(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  timeZone: string,
): { from: string; to: string } {
  const last = to ? Temporal.PlainDate.from(to) : Temporal.Now.plainDateISO(timeZone);
  const first = from ? Temporal.PlainDate.from(from) : last.subtract({ days: USUAL_DAYS - 1 });
  const days = first.until(last, { largestUnit: 'days' }).days + 1;
  if (days < 1) throw new Problem('invalid-query', '"from" must not be after "to", which is today unless given.');
  if (days > STATISTICS_DAYS_MAXIMUM) {
    throw new Problem('invalid-query', `Ask for at most ${STATISTICS_DAYS_MAXIMUM} days at once.`);
  }
  return { from: first.toString(), to: last.toString() };
}
