import type { Identity as KratosIdentity } from '@ory/client-fetch';
import type { AddressKeeper } from '../provider.ts';
import { type KratosClient, orNull, refusalOf } from './client.ts';
import type { KratosSessions } from './sessions.ts';

/**
 * Addresses by links of our own, as where Alt keeps identities itself; what came of a followed link is told to Kratos by
 * its admin API. The codes that Kratos' own pages send go out as well (webhooks.ts).
 */
export function createKratosAddresses(
  { admin }: KratosClient,
  sessions: KratosSessions,
  own: AddressKeeper,
): AddressKeeper {
  return {
    ...own,
    async find(token, purpose) {
      const found = await own.find(token, purpose);
      if (!found) return null;
      return {
        ...found,
        async use(tx) {
          if (!(await found.use(tx))) return false;
          const id = await sessions.identityOf(found.account.account_id);
          await tellAddress(id, found.email);
          return true;
        },
      };
    },
  };

  async function tellAddress(id: string, email: string): Promise<void> {
    const identity = await admin.getIdentity({ id });
    const { email: present } = identity.traits as { email: string };
    if (present.toLowerCase() !== email) {
      await admin.patchIdentity({ id, jsonPatch: [{ op: 'replace', path: '/traits/email', value: email }] });
    }
    await confirmAddress({ admin }, (await orNull(admin.getIdentity({ id }))) ?? identity, email);
  }
}

/** Marks an address as confirmed at Kratos. Throws what Kratos refused. */
export async function confirmAddress(
  { admin }: Pick<KratosClient, 'admin'>,
  { id, verifiable_addresses: addresses = [] }: KratosIdentity,
  email: string,
): Promise<void> {
  const index = addresses.findIndex(({ value }) => value.toLowerCase() === email);
  if (index < 0 || addresses[index]?.verified) return;
  const path = `/verifiable_addresses/${index}`;
  try {
    await admin.patchIdentity({
      id,
      jsonPatch: [
        { op: 'replace', path: `${path}/verified`, value: true },
        { op: 'replace', path: `${path}/status`, value: 'completed' },
      ],
    });
  } catch (error) {
    await refusalOf(error);
    throw error;
  }
}
