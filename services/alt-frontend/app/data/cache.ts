import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from '../api/problem.ts';

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

function mayPass(error: unknown): boolean {
  return !(error instanceof ApiProblem) || error.status >= 502;
}
