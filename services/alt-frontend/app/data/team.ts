import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { createTeamApi, type MyTenant, type Role, type TeamApi } from '../api/team.ts';
import { useApi, useConnection } from './api-context.ts';
import { keys } from './keys.ts';
import { identityQuery } from './queries.ts';

export function useTeamApi(): TeamApi {
  const { client } = useConnection();
  return useMemo(() => createTeamApi(client), [client]);
}

export const tenantsQuery = (api: TeamApi) =>
  queryOptions({ queryKey: keys.tenants, queryFn: async () => (await api.tenants()).items, staleTime: 5 * 60_000 });

export const tenantQuery = (api: TeamApi) =>
  queryOptions({ queryKey: [...keys.tenant, 'current'], queryFn: api.tenant });

export const limitsQuery = (api: TeamApi) =>
  queryOptions({ queryKey: [...keys.tenant, 'limits'], queryFn: api.limits, staleTime: 30_000 });

const noTenants: MyTenant[] = [];

export const useTenants = () => useQuery(tenantsQuery(useTeamApi())).data ?? noTenants;

/** The role of the reader in the present tenant; the least until it is known. */
export const useRole = (): Role => useQuery(identityQuery(useApi())).data?.role ?? 'reader';

const order: readonly Role[] = ['owner', 'admin', 'member', 'reader'];

export const isAtLeast = (present: Role, least: Role): boolean => order.indexOf(present) <= order.indexOf(least);

/**
 * Works in another tenant from now on. The page begins anew: nothing that it keeps of one tenant may show in another.
 */
export function useSwitchTenant(): (tenantId: string, path?: string) => Promise<void> {
  const api = useTeamApi();
  const { client } = useConnection();
  return async (tenantId, path = '/') => {
    const session = await api.switchTenant(tenantId);
    client.keepCsrfToken(session.csrfToken);
    window.location.assign(path);
  };
}
