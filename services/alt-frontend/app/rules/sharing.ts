import { isAtLeast, useRole, useTenants } from '../data/team.ts';

/** Whether there is a team with which this reader may share rules, and whether they may change those of others. */
export function useSharing(): { mayShare: boolean; isAdmin: boolean } {
  const role = useRole();
  const tenant = useTenants().find(({ isCurrent }) => isCurrent);
  const mayShare = tenant !== undefined && !tenant.isPersonal && isAtLeast(role, 'member');
  return { mayShare, isAdmin: isAtLeast(role, 'admin') };
}
