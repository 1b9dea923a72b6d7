import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useAccountProblem } from '../account/account-problem.ts';
import { type AccountApi, createAccountApi } from '../api/account.ts';
import { ApiProblem } from '../api/problem.ts';
import { useToasts } from '../ui/toasts.tsx';
import { useConnection } from './api-context.ts';
import { keys } from './keys.ts';

export function useAccountApi(): AccountApi {
  const { client } = useConnection();
  return useMemo(() => createAccountApi(client), [client]);
}

export const securityQuery = (api: AccountApi) =>
  queryOptions({ queryKey: [...keys.account, 'security'], queryFn: api.security });

/** What the button of the single sign-on says; null where the server has none. */
export const singleSignOnQuery = (api: AccountApi) =>
  queryOptions({
    // Under `setup`: the way in needs it, and signing out must not forget it while it is asked for.
    queryKey: [...keys.setup, 'single-sign-on'],
    queryFn: async () => (await api.singleSignOn()).name,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const useSecurity = () => useQuery(securityQuery(useAccountApi())).data;

/** The page of Kratos at our own address that has what this API leaves to it; null where a problem is another one. */
export function pageElsewhere(error: unknown): string | null {
  if (!(error instanceof ApiProblem) || error.code !== 'not-kept-here') return null;
  const { page } = error.document;
  return typeof page === 'string' && page.startsWith('/self-service/') ? page : null;
}

/**
 * Does something to the account or the tenant and loads again what shows them; where it fails it says why. Answers whether
 * it was done. What Kratos keeps is done at its page, which is opened.
 */
export function useAttempt(
  ...queryKeys: ReadonlyArray<readonly unknown[]>
): (work: () => Promise<unknown>) => Promise<boolean> {
  const cache = useQueryClient();
  const problem = useAccountProblem();
  const { show } = useToasts();
  return async (work) => {
    try {
      await work();
      return true;
    } catch (error) {
      const page = pageElsewhere(error);
      if (page !== null) window.location.assign(page);
      else show({ text: problem(error), tone: 'error' });
      return false;
    } finally {
      await Promise.all(queryKeys.map((queryKey) => cache.invalidateQueries({ queryKey })));
    }
  };
}

/** Makes sure that what needs proof is not refused: asks the reader who they are unless they said so lately. */
export function useProofFirst(): () => Promise<boolean> {
  const api = useAccountApi();
  const { client } = useConnection();
  return async () => {
    const { provedUntil } = await api.security();
    // Half a minute more than the request needs.
    const isProved = provedUntil !== null && Date.parse(provedUntil) > Date.now() + 30_000;
    return isProved || (await client.prove());
  };
}
