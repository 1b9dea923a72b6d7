import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type ChangedEntry, listenToEvents, type MarkedFeed } from '../api/events.ts';
import { refreshLists } from './changes.ts';
import { changeEntry, markFeedsRead } from './entry-cache.ts';
import { keys } from './keys.ts';

export interface Live {
  isConnected: boolean;
  /** Entries that arrived since the lists were loaded, by feed. */
  arrived: ReadonlyMap<string, number>;
  /** The lists have been loaded again: nothing is new any more. */
  forgetArrived(): void;
}

/** Keeps the page in step with the server while it is shown. */
export function useLive(): Live {
  const cache = useQueryClient();
  const [isConnected, setIsConnected] = useState(true);
  const [arrived, setArrived] = useState<ReadonlyMap<string, number>>(new Map());
  const subscriptionsTimer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    const stop = listenToEvents({
      connected: setIsConnected,
      entries: (items) => {
        for (const { id, read, starred, labels } of items) changeEntry(cache, id, { read, starred, labels });
        // Arrivals have no labels yet: what is left are changes, perhaps of labels and so of their counts.
        if (items.some(({ isNew }) => !isNew)) void cache.invalidateQueries({ queryKey: keys.labels });
        setArrived((before) => withArrivals(before, items));
      },
      marked: (feeds) => {
        markFeedsRead(cache, feeds);
        setArrived((before) => withoutMarked(before, feeds));
      },
      counters: (counters) => {
        cache.setQueryData(keys.counters, counters);
      },
      subscriptions: () => {
        // An import announces hundreds of feeds within seconds; one reload a second is enough.
        subscriptionsTimer.current ??= setTimeout(() => {
          subscriptionsTimer.current = undefined;
          void reloadSubscriptions(cache);
        }, 1_000);
      },
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
      clearTimeout(subscriptionsTimer.current);
      subscriptionsTimer.current = undefined;
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

/** Arrivals by feed, with those of one event added; the same map if it brought none. */
export function withArrivals(
  before: ReadonlyMap<string, number>,
  items: readonly ChangedEntry[],
): ReadonlyMap<string, number> {
  const fresh = items.filter((item) => item.isNew && !item.read);
  if (fresh.length === 0) return before;
  const after = new Map(before);
  for (const { feedId } of fresh) after.set(feedId, (after.get(feedId) ?? 0) + 1);
  return after;
}

/** Arrivals without those of feeds that were marked read as a whole; what arrives after the mark comes by event again. */
function withoutMarked(before: ReadonlyMap<string, number>, feeds: readonly MarkedFeed[]): ReadonlyMap<string, number> {
  const marked = new Set(feeds.flatMap(({ feedId, before: time }) => (time === null ? [feedId] : [])));
  const after = new Map([...before].filter(([feedId]) => !marked.has(feedId)));
  return after.size === before.size ? before : after;
}
