/**
 * When a date of a query begins: `2026`, `2026-11` or `2026-11-21`, in UTC, in milliseconds since 1970. Null for
 * anything else, and for a day that no calendar has.
 */
export function startOfDate(date: string): number | null {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(date);
  if (!match) return null;
  const [year = 0, month = 1, day = 1] = match.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  const start = new Date(Date.UTC(year, month - 1, day));
  const isReal = start.getUTCFullYear() === year && start.getUTCMonth() === month - 1 && start.getUTCDate() === day;
  return isReal ? start.getTime() : null;
}
