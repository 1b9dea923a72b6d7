import { type Database, type Queryable, statement } from '@alt/database';
import type { Mails } from '../../mail/worker.ts';
import type { Vault } from '../../vault.ts';
import type { IdentityProvider } from '../provider.ts';
import { createAddresses } from './addresses.ts';
import { createPasskeys } from './passkeys.ts';
import { createPasswords } from './passwords.ts';
import { createSecondFactors } from './second-factors.ts';

export interface EmbeddedOptions {
  database: Database;
  vault: Vault;
  publicUrl: URL;
  /** Null where no mail can be sent. */
  mails: Mails | null;
  /** Told of each slow hash that is tried, of a password or a recovery code. */
  onCheck: () => void;
}

/** Identities in the database `auth` itself, beside the accounts that they prove. */
export function createEmbeddedProvider({
  database,
  vault,
  publicUrl,
  mails,
  onCheck,
}: EmbeddedOptions): IdentityProvider {
  return {
    name: 'embedded',
    settingsPage: null,
    passwords: createPasswords(database, onCheck),
    secondFactors: createSecondFactors({ database, vault, issuer: `Alt (${publicUrl.host})`, onCheck }),
    passkeys: createPasskeys(database, publicUrl),
    addresses: createAddresses(database, mails),
    sessions: null,
    admit: (_newcomer, makeAccount) => makeAccount({ link: async () => {} }),
    async describe(reader, tx) {
      const read = (within: Queryable) => within.one(stateStatement, [reader.userId]);
      const row = await (tx ? read(tx) : database.asReader(reader, read, { isReadOnly: true }));
      if (!row) throw new Error('The account has no row');
      const { has_password, passkeys, has_totp, codes_left, email_verified_at } = row;
      return {
        hasPassword: has_password,
        passkeys,
        hasTotp: has_totp,
        recoveryCodesLeft: codes_left,
        emailVerifiedAt: email_verified_at,
      };
    },
    // Everything hangs on the account's row.
    removal: async () => async () => {},
  };
}

const stateStatement = statement<{
  has_password: boolean;
  passkeys: number;
  has_totp: boolean;
  codes_left: number;
  email_verified_at: Date | null;
}>(
  'auth_identity_state',
  `select
     exists (select from credentials where account_id = a.id) as has_password,
     (select count(*) from passkeys where account_id = a.id) as passkeys,
     exists (select from totp_secrets where account_id = a.id and confirmed_at is not null) as has_totp,
     (select count(*) from recovery_codes where account_id = a.id and used_at is null) as codes_left,
     a.email_verified_at
   from accounts a where a.id = $1`,
);
