import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { EntryQuery, FullEntry } from '../api/api.ts';
import { type ChangedEntry, listenToEvents, type MarkedFeed } from '../api/events.ts';
import { refreshLists } from './changes.ts';
import { changeEntry, markFeedsRead, removeEntries } from './entry-cache.ts';
import { keys } from './keys.ts';
import { waitMs } from './unfinished.ts';

/** The feed of each entry, by the entry's id. */
export type Arrived = ReadonlyMap<string, string>;

export interface Live {
  isConnected: boolean;
  /** Entries that arrived since the lists were loaded, each with its feed. */
  arrived: Arrived;
  /** The lists have been loaded again: nothing is new any more. */
  forgetArrived(): void;
}

const searchesMs = 10_000;

/** Keeps the page in step with the server while it is shown. */
export function useLive(): Live {
  const cache = useQueryClient();
  const [isConnected, setIsConnected] = useState(true);
  const [arrived, setArrived] = useState<Arrived>(new Map());
  const subscriptionsTimer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const searchesTimer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const tagsTimer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    const stop = listenToEvents({
      connected: setIsConnected,
      entries: (items, removed) => {
        for (const { id, read, starred, labels } of items) changeEntry(cache, id, { read, starred, labels });
        removeEntries(cache, new Set(removed));
        reloadUnfinished(cache, items);
        // Arrivals have no labels yet: what is left are changes, perhaps of labels and so of their counts.
        if (items.some(({ isNew }) => !isNew)) void cache.invalidateQueries({ queryKey: keys.labels });
        setArrived((before) => withArrivals(before, items, removed));
      },
      marked: (feeds) => {
        markFeedsRead(cache, feeds);
        setArrived((before) => withoutMarked(before, feeds));
      },
      counters: (counters) => {
        cache.setQueryData(keys.counters, counters);
        // Counting what saved searches find asks the engine for each.
        searchesTimer.current ??= setTimeout(() => {
          searchesTimer.current = undefined;
          void cache.invalidateQueries({ queryKey: keys.savedSearches });
        }, searchesMs);
      },
      subscriptions: () => {
        // An import announces hundreds of feeds within seconds; one reload a second is enough.
        subscriptionsTimer.current ??= setTimeout(() => {
          subscriptionsTimer.current = undefined;
          void reloadSubscriptions(cache);
        }, 1_000);
      },
      tags: () => {
        // Who tidies up their tags changes many in a row.
        tagsTimer.current ??= setTimeout(() => {
          tagsTimer.current = undefined;
          void reloadTags(cache);
        }, 1_000);
      },
      imports: () => void cache.invalidateQueries({ queryKey: keys.imports }),
      reset: () => {
        setArrived(new Map());
        cache.removeQueries({ queryKey: keys.anyEntry, type: 'inactive' });
        void Promise.all([
          refreshLists(cache),
          reloadSubscriptions(cache),
          cache.invalidateQueries({ queryKey: keys.counters }),
          cache.invalidateQueries({ queryKey: keys.labels }),
        ]);
      },
    });
    return () => {
      stop();
      for (const timer of [subscriptionsTimer, searchesTimer, tagsTimer]) {
        clearTimeout(timer.current);
        timer.current = undefined;
      }
    };
  }, [cache]);

  return { isConnected, arrived, forgetArrived: () => setArrived(new Map()) };
}

async function reloadSubscriptions(cache: QueryClient): Promise<void> {
  await Promise.all([
    cache.invalidateQueries({ queryKey: keys.subscriptions }),
    cache.invalidateQueries({ queryKey: keys.folders }),
  ]);
}

/** Loads again what shows tags: articles, lists of a tag and facets. The lines of other lists show none. */
async function reloadTags(cache: QueryClient): Promise<void> {
  cache.removeQueries({ queryKey: keys.anyEntry, type: 'inactive' });
  await Promise.all([
    cache.invalidateQueries({ queryKey: keys.tags }),
    cache.invalidateQueries({ queryKey: keys.anyEntry }),
    cache.invalidateQueries({ queryKey: keys.search }),
    cache.invalidateQueries({
      queryKey: keys.entries,
      predicate: ({ queryKey: [, query] }) => (query as EntryQuery | undefined)?.tag !== undefined,
    }),
  ]);
}

/** Loads articles again that changed and lack what is still being made of them, and what is written on them. */
function reloadUnfinished(cache: QueryClient, items: readonly ChangedEntry[]): void {
  for (const { id } of items) {
    void cache.invalidateQueries({ queryKey: keys.annotations(id) });
    const entry = cache.getQueryData<FullEntry>(keys.entry(id));
    if (entry && waitMs(entry) !== false) void cache.invalidateQueries({ queryKey: keys.entry(id) });
  }
}

/** Arrivals with those of one event, without what was read or taken out of the lists; the same map if nothing changed. */
export function withArrivals(
  before: Arrived,
  items: readonly ChangedEntry[],
  removed: readonly string[] = [],
): Arrived {
  const fresh = items.filter((item) => item.isNew && !item.read);
  const gone = [...removed, ...items.flatMap(({ id, read }) => (read ? [id] : []))];
  if (fresh.length === 0 && !gone.some((id) => before.has(id))) return before;
  const after = new Map(before);
  for (const { id, feedId } of fresh) after.set(id, feedId);
  for (const id of gone) after.delete(id);
  return after;
}

/** Arrivals without those of feeds that were marked read as a whole; what arrives after the mark comes by event again. */
function withoutMarked(before: Arrived, feeds: readonly MarkedFeed[]): Arrived {
  const marked = new Set(feeds.flatMap(({ feedId, before: time }) => (time === null ? [feedId] : [])));
  const after = new Map([...before].filter(([, feedId]) => !marked.has(feedId)));
  return after.size === before.size ? before : after;
}
