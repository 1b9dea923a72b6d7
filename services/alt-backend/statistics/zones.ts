/** A stretch of time in which a zone keeps its distance from UTC. */
export interface ZoneStretch {
  /** Inclusive. */
  from: Date;
  /** Exclusive. */
  to: Date;
  offsetMs: number;
}

/** A span of a zone, cut where its clocks are changed: two or three stretches a year. */
export function stretchesOf(from: Date, to: Date, timeZone: string): ZoneStretch[] {
  const stretches: ZoneStretch[] = [];
  for (let at = from; at < to; ) {
    const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
    const change = local.getTimeZoneTransition('next');
    const end = new Date(Math.min(to.getTime(), change?.epochMilliseconds ?? Number.POSITIVE_INFINITY));
    stretches.push({ from: at, to: end, offsetMs: local.offsetNanoseconds / 1e6 });
    at = end;
  }
  return stretches;
}
