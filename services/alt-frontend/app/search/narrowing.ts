export type FacetName = 'feed' | 'tag' | 'language' | 'day';

interface FacetValue {
  value: string;
  title: string;
}

/**
 * A query with one more condition, which finds about as many as the facet counted. Words alone find articles with some of
 * them, with a condition beside them all are required: several words become one choice. A feed is named by its title, by
 * its number where other titles have that title in them.
 */
export function narrowed(
  query: string,
  facet: FacetName,
  value: FacetValue,
  feedTitles: readonly string[] = [],
): string {
  return `${isSeveralWords(query) ? `(${words(query).join(' OR ')})` : query} ${conditionOf(facet, value, feedTitles)}`.trim();
}

const words = (query: string) => query.trim().split(/\s+/);

/** Words and nothing else, as far as can be seen without the grammar. */
function isSeveralWords(query: string): boolean {
  const all = words(query);
  return all.length > 1 && all.every((word) => /^[\p{L}\p{N}'’]+$/u.test(word) && !/^(?:OR|AND|NOT)$/.test(word));
}

function conditionOf(facet: FacetName, { value, title }: FacetValue, feedTitles: readonly string[]): string {
  if (facet === 'language') return `lang:${value}`;
  if (facet === 'day') return `after:${value} before:${dayAfter(value)}`;
  if (facet === 'feed' && !isUnmistakable(title, feedTitles)) return `feed:${value}`;
  return `${facet}:${quoted(facet === 'feed' ? title : value)}`;
}

function isUnmistakable(title: string, feedTitles: readonly string[]): boolean {
  const name = title.trim().toLowerCase();
  return /[\p{L}\p{N}]/u.test(name) && feedTitles.filter((other) => other.toLowerCase().includes(name)).length <= 1;
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
