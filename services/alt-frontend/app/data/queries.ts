import { infiniteQueryOptions, keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import type { Api, Counters, EntryQuery, Folder, Label, SearchQuery, Settings, Subscription } from '../api/api.ts';
import { useApi } from './api-context.ts';
import { findEntry } from './entry-cache.ts';
import { keys } from './keys.ts';
import { waitMs } from './unfinished.ts';

const minuteMs = 60_000;

export const identityQuery = (api: Api) =>
  queryOptions({ queryKey: keys.identity, queryFn: api.validate, staleTime: 5 * minuteMs, retry: false });

/** Asked for again whenever the way in is shown: the first account may have been made meanwhile. */
export const setupQuery = (api: Api) => queryOptions({ queryKey: keys.setup, queryFn: api.setup, staleTime: 2_000 });

export const settingsQuery = (api: Api) =>
  queryOptions({ queryKey: keys.settings, queryFn: api.settings, staleTime: 5 * minuteMs });

export const subscriptionsQuery = (api: Api) =>
  queryOptions({
    queryKey: keys.subscriptions,
    queryFn: api.subscriptions,
    staleTime: minuteMs,
    // Events announce first fetches; this is for the moments when they do not come through.
    refetchInterval: (query) =>
      query.state.data?.some((subscription) => subscription.status.state === 'pending') ? 5_000 : 5 * minuteMs,
  });

export const foldersQuery = (api: Api) =>
  queryOptions({ queryKey: keys.folders, queryFn: api.folders, staleTime: minuteMs });

export const labelsQuery = (api: Api) =>
  queryOptions({ queryKey: keys.labels, queryFn: api.labels, staleTime: minuteMs });

export const countersQuery = (api: Api) =>
  queryOptions({ queryKey: keys.counters, queryFn: api.counters, staleTime: minuteMs });

/** The pages of a list; stays as it is until somebody asks for it again, so that no line moves under the reader. */
export const entriesQuery = (api: Api, query: EntryQuery) =>
  infiniteQueryOptions({
    queryKey: [...keys.entries, query],
    queryFn: ({ pageParam, signal }) => api.entries(query, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10 * minuteMs,
  });

export const searchQuery = (api: Api, query: SearchQuery) =>
  infiniteQueryOptions({
    queryKey: [...keys.search, query],
    queryFn: ({ pageParam, signal }) => api.search(query, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    enabled: query.q !== '',
    // Under an empty field nothing was found.
    ...(query.q !== '' && { placeholderData: keepPreviousData }),
    staleTime: minuteMs,
  });

/**
 * One article. What the page knows of read and starred stands over what the answer says: the answer may have been on its
 * way while the reader changed them, and changes from elsewhere come as events.
 */
export const entryQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: keys.entry(id),
    queryFn: async ({ signal, client }) => {
      const entry = await api.entry(id, signal);
      const known = findEntry(client, id);
      return known ? { ...entry, read: known.read, starred: known.starred } : entry;
    },
    staleTime: 5 * minuteMs,
    refetchInterval: ({ state }) => (state.data ? waitMs(state.data) : false),
  });

/** What the reader has before the first answer: the defaults of the contract that the list needs. */
export const firstSettings: Pick<Settings, 'view' | 'order' | 'density'> = {
  view: 'unread',
  order: 'newest',
  density: 'list',
};

const noCounters: Counters = { unread: 0, starred: 0, bySubscription: {}, byFolder: {} };
const noSubscriptions: Subscription[] = [];
const noFolders: Folder[] = [];
const noLabels: Label[] = [];

export const useSubscriptions = () => useQuery(subscriptionsQuery(useApi())).data ?? noSubscriptions;
export const useFolders = () => useQuery(foldersQuery(useApi())).data ?? noFolders;
export const useLabels = () => useQuery(labelsQuery(useApi())).data ?? noLabels;
export const useCounters = () => useQuery(countersQuery(useApi())).data ?? noCounters;
export const useSettings = () => useQuery(settingsQuery(useApi())).data;
