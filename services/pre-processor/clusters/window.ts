/**
 * Three days: agencies' copies appear within hours, weekend editions and feeds that are polled once a day within two or
 * three days, while what comes back weekly (columns, digests, charts) stays outside.
 */
export const WINDOW_MS = 72 * 3_600_000;
