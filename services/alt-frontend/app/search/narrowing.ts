export type FacetName = 'feed' | 'tag' | 'language' | 'day';

/** A query with one more condition; what was asked before stays as it was typed. */
export function narrowed(query: string, facet: FacetName, { value, title }: { value: string; title: string }): string {
  return `${query} ${conditionOf(facet, value, title)}`.trim();
}

function conditionOf(facet: FacetName, value: string, title: string): string {
  if (facet === 'language') return `lang:${value}`;
  if (facet === 'day') return `after:${value} before:${dayAfter(value)}`;
  return `${facet}:${quoted(facet === 'feed' ? title : value)}`;
}

/** Quotation marks cannot stand inside quoted words of a query. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', ' ')}"`;
}

/** The day after a day in UTC, both as `2026-11-21`. */
function dayAfter(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}
