import { TokenStoreError } from '@alt/external-tokens';
import type { Lease } from './lease.ts';
import type { Manager } from './manager.ts';
import type { ProviderName } from './providers.ts';

/**
 * Withdraws what was allowed and forgets the tokens. Answers whether the provider was told; one without an address for that is
 * told by the user, on its own pages. Where telling fails nothing is forgotten, unless `force`, which also forgets what cannot be
 * opened any more.
 */
export async function revokeAccount(
  manager: Manager,
  lease: Lease,
  { provider, account, force }: { provider: ProviderName; account: string; force: boolean },
): Promise<boolean> {
  const { store, log } = manager;
  const found = await store.load(provider, account).catch((error: unknown) => {
    if (!force) throw error;
    return undefined;
  });
  if (found === null) throw new TokenStoreError(`There is no account "${account}" of ${provider}.`);
  const refreshToken = found?.value.pair?.refreshToken;
  let isTold = false;
  try {
    if (refreshToken && (await lease.renew())) {
      isTold = await (await manager.protocolOf(provider)).revoke(refreshToken);
    }
  } catch (error) {
    if (!force) throw error;
  }
  await store.remove(provider, account, found?.version ?? null);
  log.info({ provider, account, isTold }, 'external account forgotten');
  return isTold;
}
