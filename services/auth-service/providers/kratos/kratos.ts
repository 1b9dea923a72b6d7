import type { Database } from '@alt/database';
import type { Logger } from '@alt/service-kit';
import type { NewAccountOutcome } from '../../store.ts';
import type { Vault } from '../../vault.ts';
import type { AddressKeeper, IdentityProvider } from '../provider.ts';
import { createKratosAddresses } from './addresses.ts';
import { createKratosClient, orNull } from './client.ts';
import { elsewherePasskeys, SETTINGS_PAGE } from './elsewhere.ts';
import { knownIdentity } from './identities.ts';
import { createKratosPasswords } from './passwords.ts';
import { createKratosSecondFactors } from './second-factors.ts';
import { createKratosSessions } from './sessions.ts';
import { linkIdentity } from './store.ts';

export interface KratosSettings {
  publicUrl: string;
  adminUrl: string;
  /** What Kratos shows when it calls us. */
  token: string;
}

/** Identities at an Ory Kratos (v1.3.1); accounts, sessions, keys and the rest stay in `auth`. */
export function createKratosProvider(options: {
  settings: KratosSettings;
  database: Database;
  vault: Vault;
  log: Logger;
  /** Links in mails of our own. */
  addresses: AddressKeeper;
}): IdentityProvider {
  const { settings, database, vault, log } = options;
  const client = createKratosClient(settings);
  const sessions = createKratosSessions({ client, database, vault, log });
  return {
    name: 'kratos',
    settingsPage: SETTINGS_PAGE,
    sessions,
    passwords: createKratosPasswords({ client, database, sessions, token: settings.token }),
    secondFactors: createKratosSecondFactors({ client, database, sessions }),
    passkeys: elsewherePasskeys,
    addresses: createKratosAddresses(client, sessions, options.addresses),
    async admit({ email, name }, makeAccount) {
      const { id } = await client.admin.createIdentity({
        createIdentityBody: {
          schema_id: 'reader',
          traits: { email, name },
          verifiable_addresses: [{ value: email, verified: true, via: 'email', status: 'completed' }],
        },
      });
      let outcome: NewAccountOutcome | null = null;
      try {
        outcome = await makeAccount({
          link: async (tx, accountId) => {
            await linkIdentity(tx, accountId, id);
          },
        });
        return outcome;
      } finally {
        if (outcome?.outcome !== 'created') await orNull(client.admin.deleteIdentity({ id }));
      }
    },
    async describe({ userId }) {
      const id = await sessions.identityOf(userId);
      const identity = await client.admin.getIdentity({ id, includeCredential: ['password', 'lookup_secret'] });
      const { credentials = {} } = identity;
      const lookup = credentials.lookup_secret?.config as { recovery_codes?: RecoveryCode[] } | undefined;
      // An identity that never had a password has the place for one all the same.
      const password = credentials.password?.config as { hashed_password?: string } | undefined;
      return {
        hasPassword: Boolean(password?.hashed_password),
        passkeys: credentials.passkey?.identifiers?.length ?? 0,
        hasTotp: credentials.totp !== undefined,
        recoveryCodesLeft: (lookup?.recovery_codes ?? []).filter(({ used_at: usedAt }) => !isUsed(usedAt)).length,
        emailVerifiedAt: knownIdentity(identity).verifiedAt,
      };
    },
    async removal({ userId }) {
      const id = await sessions.identityOf(userId);
      return async () => {
        await orNull(client.admin.deleteIdentity({ id }));
      };
    },
  };
}

interface RecoveryCode {
  used_at?: string | null;
}

/** A time that is none: Go writes the year 1. */
function isUsed(usedAt: string | null | undefined): boolean {
  return usedAt !== null && usedAt !== undefined && !usedAt.startsWith('0001-');
}
