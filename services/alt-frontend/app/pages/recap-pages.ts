import { useInfiniteQuery } from '@tanstack/react-query';
import type { Recap, RecapDelay, RecapPeriod } from '../api/enrichment.ts';
import { ApiProblem } from '../api/problem.ts';
import { useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';

/** So often a recap that is still being written is asked for again. */
const lateMs = 30_000;

/** The recaps of a period, one a page, the latest first; one that is still being written is waited for. */
export function useRecapPages(period: RecapPeriod) {
  const api = useEnrichment();
  const query = useInfiniteQuery({
    queryKey: [...keys.recaps, period],
    queryFn: ({ pageParam, signal }) => api.recaps(period, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    staleTime: 60_000,
    retry: false,
    refetchInterval: ({ state }) => ((state.data?.pages[0]?.unavailableCode ?? delayIn(state.error)) ? lateMs : false),
  });
  const { data, error, isFetchNextPageError } = query;
  const delay = data?.pages[0]?.unavailableCode ?? (data ? null : delayIn(error));
  const recaps = data?.pages.flatMap(({ items }) => items) ?? [];
  return {
    recaps,
    /** Not of the latest that is late: that is said by `delay`. */
    error: data || delay === null ? error : null,
    isPending: query.isPending,
    isEmpty: data !== undefined && recaps.length === 0 && delay === null,
    /** Why the latest is not there yet; it is asked for again by itself. */
    delay,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    /** Loads the next page; answers whether it came. */
    loadMore: async () => !(await query.fetchNextPage()).isError,
    retry: () => void (isFetchNextPageError ? query.fetchNextPage() : query.refetch()),
  };
}

/** What the problem says of a recap that is late. */
function delayIn(error: unknown): RecapDelay | null {
  return error instanceof ApiProblem ? ((error.document.unavailableCode as RecapDelay | undefined) ?? null) : null;
}

/** The articles of a recap that stand for its stories, then those that tell them too. */
export function storyIdsOf({ topics }: Recap): string[] {
  const stories = topics.flatMap((topic) => topic.stories);
  return [...new Set(stories.flatMap(({ id, articles }) => [id, ...articles.map((article) => article.id)]))];
}
