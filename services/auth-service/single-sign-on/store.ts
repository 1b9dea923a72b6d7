import { type Queryable, statement } from '@alt/database';
import type { FoundAccount } from '../store.ts';

const findStatement = statement<FoundAccount>(
  'auth_find_account_by_sign_on',
  'select * from find_account_by_sign_on($1, $2)',
);

/** Whose account somebody at an OpenID provider opens. */
export function findAccountBySignOn(
  database: Queryable,
  issuer: string,
  subject: string,
): Promise<FoundAccount | null> {
  return database.one(findStatement, [issuer, subject]);
}

const confirmEmailStatement = statement('auth_confirm_new_email', 'select confirm_new_email($1)');

/** The address of an account that is made in this transaction counts as confirmed. */
export async function confirmNewEmail(tx: Queryable, accountId: string): Promise<void> {
  await tx.run(confirmEmailStatement, [accountId]);
}

// As a reader.

const linkStatement = statement(
  'auth_link_sign_on',
  `insert into single_sign_ons (issuer, subject, account_id, email) values ($1, $2, $3, $4) on conflict do nothing`,
);

/** False where the account has a single sign-on, or somebody else this one. */
export async function linkSignOn(
  tx: Queryable,
  userId: string,
  { issuer, subject, email }: { issuer: string; subject: string; email: string },
): Promise<boolean> {
  return (await tx.run(linkStatement, [issuer, subject, userId, email.slice(0, 254)])) === 1;
}

const useStatement = statement(
  'auth_use_sign_on',
  `update single_sign_ons set last_used_at = now(), email = $3 where account_id = $1 and issuer = $2`,
);

export async function useSignOn(tx: Queryable, userId: string, issuer: string, email: string): Promise<void> {
  await tx.run(useStatement, [userId, issuer, email.slice(0, 254)]);
}

export interface SignOnRow {
  issuer: string;
  subject: string;
  email: string;
  created_at: Date;
  last_used_at: Date;
}

const readStatement = statement<SignOnRow>(
  'auth_read_sign_on',
  'select issuer, subject, email, created_at, last_used_at from single_sign_ons where account_id = $1',
);

export function readSignOn(tx: Queryable, userId: string): Promise<SignOnRow | null> {
  return tx.one(readStatement, [userId]);
}

const unlinkStatement = statement('auth_unlink_sign_on', 'delete from single_sign_ons where account_id = $1');

export async function unlinkSignOn(tx: Queryable, userId: string): Promise<boolean> {
  return (await tx.run(unlinkStatement, [userId])) === 1;
}
