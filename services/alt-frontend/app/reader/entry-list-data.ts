import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo } from 'react';
import type { Entry, Page, SearchPage } from '../api/api.ts';
import { useApi } from '../data/api-context.ts';
import { refreshLists } from '../data/changes.ts';
import type { EntryPages } from '../data/entry-cache.ts';
import { entriesQuery, firstSettings, searchQuery, useSettings } from '../data/queries.ts';
import { entryQueryOf, isPage, type Source } from '../data/sources.ts';

export interface EntryListData {
  entries: readonly Entry[];
  isLoading: boolean;
  isLoadingMore: boolean;
  hasMore: boolean;
  error: unknown;
  /** The first page of a search; null elsewhere. */
  search: SearchPage | null;
  loadMore(): void;
  reload(): Promise<void>;
}

/** A list becomes this old before coming back to it loads it again; shorter than anyone can leave and return. */
const freshMs = 1_000;

/** The entries of a source, page after page. */
export function useEntryListData(source: Source): EntryListData {
  const api = useApi();
  const cache = useQueryClient();
  const settings = useSettings();
  const isSearch = source.kind === 'search';
  const listOptions = entriesQuery(api, entryQueryOf(source, settings ?? firstSettings));
  const list = useInfiniteQuery({ ...listOptions, enabled: !isSearch && !isPage(source) && settings !== undefined });
  const search = useInfiniteQuery(searchQuery(api, isSearch ? { q: source.text, ...source.narrowing } : { q: '' }));
  const shown = isSearch ? search : list;
  const pages: ReadonlyArray<Page<Entry>> | undefined = shown.data?.pages;
  const entries = useMemo(() => withoutRepeats(pages?.flatMap((page) => page.items) ?? []), [pages]);

  const listKey = JSON.stringify(listOptions.queryKey);
  useEffect(() => {
    const queryKey = JSON.parse(listKey) as unknown[];
    const state = cache.getQueryState<EntryPages>(queryKey);
    if (isSearch || !state?.data || Date.now() - state.dataUpdatedAt < freshMs) return;
    void refreshLists(cache);
  }, [cache, listKey, isSearch]);

  const { refetch } = search;
  const reload = useCallback(async () => {
    await (isSearch ? refetch() : refreshLists(cache));
  }, [cache, isSearch, refetch]);
  const { fetchNextPage, hasNextPage, isFetchingNextPage, isError } = shown;
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage, isError]);

  return {
    entries,
    isLoading: isSearch ? search.isLoading : shown.isPending,
    isLoadingMore: isFetchingNextPage,
    hasMore: hasNextPage,
    error: shown.error,
    search: (isSearch && search.data?.pages[0]) || null,
    loadMore,
    reload,
  };
}

/** A list that was loaded while entries arrived can bring one twice, at the end of a page and the start of the next. */
function withoutRepeats(entries: Entry[]): Entry[] {
  const seen = new Set<string>();
  return entries.filter((entry) => !seen.has(entry.id) && seen.add(entry.id));
}
