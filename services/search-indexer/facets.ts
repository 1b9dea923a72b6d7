import type { FacetName } from '@alt/contracts';

/** What facets count of an article. */
export interface FacetValues {
  feedId: number;
  /** `und` is unknown. */
  language: string;
  /** Milliseconds since 1970. */
  sortAt: number;
}

export interface Facets {
  count(values: FacetValues): void;
  result(): Partial<Record<FacetName, { value: string; count: number }[]>>;
}

const DAY_MS = 86_400_000;

const keys: Record<FacetName, (values: FacetValues) => number | string> = {
  feed: ({ feedId }) => feedId,
  language: ({ language }) => language,
  day: ({ sortAt }) => Math.floor(sortAt / DAY_MS),
};

/** Counts by feed, language and day. */
export function createFacets(names: readonly FacetName[]): Facets {
  const counts = names.map((name) => ({ name, of: new Map<number | string, number>() }));
  return {
    count(values) {
      for (const { name, of } of counts) {
        const key = keys[name](values);
        of.set(key, (of.get(key) ?? 0) + 1);
      }
    },
    result: () => Object.fromEntries(counts.map(({ name, of }) => [name, sorted(name, of)])),
  };
}

function sorted(name: FacetName, counts: Map<number | string, number>): { value: string; count: number }[] {
  return [...counts]
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([key, count]) => ({ value: name === 'day' ? dayOf(Number(key)) : String(key), count }));
}

function dayOf(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}
