import { queryOptions, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { createEnrichmentApi, type EnrichmentApi, type SavedSearch } from '../api/enrichment.ts';
import { useTexts } from '../language/translate.ts';
import { useToasts } from '../ui/toasts.tsx';
import { useConnection } from './api-context.ts';
import { keys } from './keys.ts';

export function useEnrichment(): EnrichmentApi {
  const { client } = useConnection();
  return useMemo(() => createEnrichmentApi(client), [client]);
}

export const savedSearchesQuery = (api: EnrichmentApi) =>
  queryOptions({
    queryKey: keys.savedSearches,
    queryFn: async () => (await api.savedSearches()).items,
    staleTime: 60_000,
    refetchInterval: 5 * 60_000,
  });

const noSearches: SavedSearch[] = [];

export const useSavedSearches = () => useQuery(savedSearchesQuery(useEnrichment())).data ?? noSearches;

/** Does something on the server; where that fails it says why. Answers whether it was done. */
export function useAct(): (work: () => Promise<unknown>) => Promise<boolean> {
  const { problem } = useTexts();
  const { show } = useToasts();
  return useCallback(
    async (work) => {
      try {
        await work();
        return true;
      } catch (error) {
        show({ text: problem(error), tone: 'error' });
        return false;
      }
    },
    [problem, show],
  );
}
