import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from '../api/problem.ts';
import { keys } from './keys.ts';

const maximumRetries = 2;

/** Keeps answers for the page. Only what may pass by itself (no network, a service starting) is tried again. */
export function createCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < maximumRetries && mayPass(error),
        refetchOnWindowFocus: false,
      },
    },
  });
}

/** Forgets all that belongs to the reader; what the way in needs stays, for it may be on the page already. */
export function forgetReader(cache: QueryClient): void {
  cache.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.setup[0] });
}

function mayPass(error: unknown): boolean {
  return !(error instanceof ApiProblem) || error.status >= 502;
}
