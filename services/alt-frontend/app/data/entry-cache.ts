import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Counters, Entry, FullEntry, Page } from '../api/api.ts';
import type { MarkedFeed } from '../api/events.ts';
import { keys } from './keys.ts';

export interface EntryChange {
  read?: boolean;
  starred?: boolean;
  labels?: string[];
  tags?: string[];
  alsoIn?: Entry['alsoIn'];
}

export type EntryPages = InfiniteData<Page<Entry>, string | undefined>;

/** Writes a change of one entry into every list and article that the page holds. */
export function changeEntry(cache: QueryClient, id: string, change: EntryChange): void {
  for (const key of [keys.entries, keys.search]) {
    cache.setQueriesData<EntryPages>({ queryKey: key }, (pages) => pages && changeInPages(pages, id, change));
  }
  cache.setQueryData<FullEntry>(keys.entry(id), (entry) => entry && { ...entry, ...change });
}

/** The same pages with one entry changed; pages without it keep their identity, so that nothing else renders again. */
export function changeInPages(pages: EntryPages, id: string, change: EntryChange): EntryPages {
  const pageIndex = pages.pages.findIndex((page) => page.items.some((entry) => entry.id === id));
  const page = pages.pages[pageIndex];
  if (!page || page.items.every((entry) => entry.id !== id || !differs(entry, change))) return pages;
  const items = page.items.map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
  return { ...pages, pages: pages.pages.with(pageIndex, { ...page, items }) };
}

/** Takes entries out of every list that the page holds; an open article stays. */
export function removeEntries(cache: QueryClient, ids: ReadonlySet<string>): void {
  if (ids.size === 0) return;
  for (const key of [keys.entries, keys.search]) {
    cache.setQueriesData<EntryPages>({ queryKey: key }, (pages) => pages && withoutEntries(pages, ids));
  }
}

function withoutEntries(pages: EntryPages, ids: ReadonlySet<string>): EntryPages {
  if (!pages.pages.some(({ items }) => items.some(({ id }) => ids.has(id)))) return pages;
  return {
    ...pages,
    pages: pages.pages.map((page) => ({ ...page, items: page.items.filter(({ id }) => !ids.has(id)) })),
  };
}

/** Marks everything of these feeds read that the page holds and that was received before their times. */
export function markFeedsRead(cache: QueryClient, feeds: readonly MarkedFeed[]): void {
  const times = new Map(feeds.map(({ feedId, before }) => [feedId, before === null ? null : Date.parse(before)]));
  const mark = <Item extends Entry>(entry: Item): Item => (isCovered(entry, times) ? { ...entry, read: true } : entry);
  for (const key of [keys.entries, keys.search]) {
    cache.setQueriesData<EntryPages>({ queryKey: key }, (pages) => pages && mapEntries(pages, mark));
  }
  cache.setQueriesData<FullEntry>({ queryKey: keys.anyEntry }, (entry) => entry && mark(entry));
}

function isCovered(entry: Entry, times: ReadonlyMap<string, number | null>): boolean {
  const before = times.get(entry.feed.id);
  if (entry.read || before === undefined) return false;
  return before === null || Date.parse(entry.receivedAt) < before;
}

/** The same pages with each entry passed through a function; what comes back unchanged keeps its identity. */
function mapEntries(pages: EntryPages, change: (entry: Entry) => Entry): EntryPages {
  const mapped = pages.pages.map((page) => {
    const items = page.items.map(change);
    return items.some((entry, index) => entry !== page.items[index]) ? { ...page, items } : page;
  });
  return mapped.some((page, index) => page !== pages.pages[index]) ? { ...pages, pages: mapped } : pages;
}

/** What an entry is now, wherever the page has it. */
export function findEntry(cache: QueryClient, id: string): Entry | undefined {
  const full = cache.getQueryData<FullEntry>(keys.entry(id));
  if (full) return full;
  const lists = [keys.entries, keys.search].flatMap((key) => cache.getQueriesData<EntryPages>({ queryKey: key }));
  for (const [, pages] of lists) {
    const found = pages?.pages.flatMap((page) => page.items).find((entry) => entry.id === id);
    if (found) return found;
  }
  return undefined;
}

/** Counters after a change of one entry; the server's own numbers follow by event. */
export function countChange(
  counters: Counters,
  before: { read: boolean; starred: boolean },
  change: EntryChange,
  place: { subscriptionId: string | undefined; folderIds: readonly string[] },
): Counters {
  const unreadStep = step(before.read, change.read, -1);
  const starredStep = step(before.starred, change.starred, 1);
  if (unreadStep === 0 && starredStep === 0) return counters;
  return {
    unread: atLeastZero(counters.unread + unreadStep),
    starred: atLeastZero(counters.starred + starredStep),
    bySubscription: addTo(counters.bySubscription, place.subscriptionId ? [place.subscriptionId] : [], unreadStep),
    byFolder: addTo(counters.byFolder, place.folderIds, unreadStep),
  };
}

function step(before: boolean, after: boolean | undefined, direction: number): number {
  if (after === undefined || after === before) return 0;
  return after ? direction : -direction;
}

function addTo(counts: Record<string, number>, ids: readonly string[], by: number): Record<string, number> {
  if (by === 0) return counts;
  return { ...counts, ...Object.fromEntries(ids.map((id) => [id, atLeastZero((counts[id] ?? 0) + by)])) };
}

const atLeastZero = (value: number) => Math.max(0, value);

function differs(entry: Entry, change: EntryChange): boolean {
  return (
    (change.read !== undefined && change.read !== entry.read) ||
    (change.starred !== undefined && change.starred !== entry.starred) ||
    (change.tags !== undefined && change.tags.join('\n') !== entry.tags.join('\n')) ||
    (change.alsoIn !== undefined && change.alsoIn.length !== entry.alsoIn.length) ||
    (change.labels !== undefined && change.labels.join('\n') !== entry.labels.join('\n'))
  );
}
