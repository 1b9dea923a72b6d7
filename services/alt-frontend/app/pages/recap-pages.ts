import { useInfiniteQuery } from '@tanstack/react-query';
import type { Recap, RecapPeriod } from '../api/enrichment.ts';
import { ApiProblem } from '../api/problem.ts';
import { useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useTexts } from '../language/translate.ts';

/** So often a recap that is still being written is asked for again. */
const lateMs = 30_000;

/** The recaps of a period, one a page, the latest first; one that is still being written is waited for. */
export function useRecapPages(period: RecapPeriod) {
  const api = useEnrichment();
  const { language } = useTexts();
  const query = useInfiniteQuery({
    queryKey: [...keys.recaps, period],
    queryFn: ({ pageParam, signal }) => api.recaps(period, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    staleTime: 60_000,
    retry: false,
    refetchInterval: ({ state }) => ((state.data?.pages[0]?.unavailable ?? lateReason(state.error)) ? lateMs : false),
  });
  const { data, error, isFetchNextPageError } = query;
  const reason = data?.pages[0]?.unavailable ?? (data ? null : lateReason(error));
  const recaps = data?.pages.flatMap(({ items }) => items) ?? [];
  return {
    recaps,
    /** Not of the latest that is late: that is said by `isLate`. */
    error: data || reason === null ? error : null,
    isPending: query.isPending,
    isEmpty: data !== undefined && recaps.length === 0 && reason === null,
    /** The latest is not there yet; it is asked for again by itself. */
    isLate: reason !== null,
    /** The server says why in English, without a code. */
    reason: language === 'en' ? reason : null,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    /** Loads the next page; answers whether it came. */
    loadMore: async () => !(await query.fetchNextPage()).isError,
    retry: () => void (isFetchNextPageError ? query.fetchNextPage() : query.refetch()),
  };
}

/** What a server says that is still at it: a model writes for minutes. */
function lateReason(error: unknown): string | null {
  return error instanceof ApiProblem && error.code === 'unavailable' ? (error.document.detail ?? '') : null;
}

/** The articles of a recap that stand for its stories, then those that tell them too. */
export function storyIdsOf({ topics }: Recap): string[] {
  const stories = topics.flatMap((topic) => topic.stories);
  return [...new Set(stories.flatMap(({ id, articles }) => [id, ...articles.map((article) => article.id)]))];
}
