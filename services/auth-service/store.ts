import type { Role } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';

/** Who a secret belongs to, and in which tenant it speaks. */
export interface Identity {
  account_id: string;
  tenant_id: string;
  role: Role;
  email: string;
  name: string;
}

export interface SessionIdentity extends Identity {
  session_id: string;
  csrf_secret: Buffer;
  expires_at: Date;
  proved_at: Date;
  is_suspended: boolean;
  owns_instance: boolean;
}

export interface KeyIdentity extends Identity {
  key_id: string;
  scope: KeyScope;
  is_suspended: boolean;
  owns_instance: boolean;
}

export type KeyKind = 'api-key' | 'app-password';
export type KeyScope = 'full' | 'reader-clients';

/** An account as whoever signs in meets it. */
export interface FoundAccount extends Identity {
  created_at: Date;
}

export interface AccountByEmail extends FoundAccount {
  password_hash: string | null;
  has_totp: boolean;
}

export interface AccountRow {
  id: string;
  email: string;
  name: string;
  created_at: Date;
}

export interface KeyRow {
  id: string;
  name: string;
  created_at: Date;
  last_used_at: Date | null;
}

// Before anyone is known: functions of the database that look past row-level security, one row each.

const hasAccountsStatement = statement<{ has: boolean }>('auth_has_accounts', 'select has_accounts() as has');

export async function hasAccounts(database: Queryable): Promise<boolean> {
  return (await database.one(hasAccountsStatement))?.has ?? false;
}

const setupCodeStatement = statement<{ code: string }>(
  'auth_setup_code',
  `with made as (insert into setup_codes (code) values ($1) on conflict do nothing returning code)
   select code from made union all select code from setup_codes limit 1`,
);

/** The one-time code that is kept, or `proposal` if there was none. */
export async function keepSetupCode(database: Queryable, proposal: string): Promise<string> {
  // Two starts at once: the loser's statement does not see the winner's row yet; its second look does.
  const row =
    (await database.one(setupCodeStatement, [proposal])) ?? (await database.one(setupCodeStatement, [proposal]));
  return row?.code ?? proposal;
}

export interface NewAccount {
  email: string;
  name: string;
  /** Null for an account that has no password here. */
  passwordHash: string | null;
  registration: 'first' | 'open' | 'closed' | 'operator';
  isCodeRequired: boolean;
  code: string;
  tenantId: string | null;
  tenantRole: Role;
  address: string;
  /** SHA-256 of an invitation's secret; one that is alive opens registration for its address. */
  invitationHash?: Buffer | null;
}

export type NewAccountOutcome =
  | { outcome: 'created'; account_id: string; tenant_id: string; role: Role; created_at: Date }
  | { outcome: 'registration-closed' | 'setup-code-required' | 'email-taken' | 'no-tenant' };

const createAccountStatement = statement<NewAccountOutcome>(
  'auth_create_account',
  'select * from create_account($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
);

/** Makes an account with its personal tenant, or says why not; two at once are decided by the database. */
export async function createAccount(database: Queryable, account: NewAccount): Promise<NewAccountOutcome> {
  const { email, name, passwordHash, registration, isCodeRequired, code, tenantId, tenantRole, address } = account;
  const invitationHash = account.invitationHash ?? null;
  const asked = [registration, isCodeRequired, code, tenantId, tenantRole, address, invitationHash];
  const values = [email, name, passwordHash, ...asked];
  const row = await database.one(createAccountStatement, values);
  if (!row) throw new Error('create_account answered nothing');
  return row;
}

const accountByEmailStatement = statement<AccountByEmail>(
  'auth_find_account_by_email',
  'select * from find_account_by_email($1)',
);

export function findAccount(database: Queryable, email: string): Promise<AccountByEmail | null> {
  return database.one(accountByEmailStatement, [email]);
}

const accountByIdStatement = statement<FoundAccount>('auth_find_account_by_id', 'select * from find_account_by_id($1)');

/** For whom a challenge or a link was kept. */
export function findAccountById(database: Queryable, accountId: string): Promise<FoundAccount | null> {
  return database.one(accountByIdStatement, [accountId]);
}

const emailVerifiedStatement = statement<{ is_verified: boolean | null }>(
  'auth_is_email_verified',
  'select is_email_verified($1) as is_verified',
);

/** Whether somebody showed that the present address of an account reaches them. */
export async function isEmailVerified(database: Queryable, accountId: string): Promise<boolean> {
  return (await database.one(emailVerifiedStatement, [accountId]))?.is_verified ?? false;
}

const sessionStatement = statement<SessionIdentity>(
  'auth_find_session',
  'select *, owns_instance(account_id) from find_session($1, $2, $3, $4)',
);

/** The live session with this secret; moves its end once a minute, never past its longest life. */
export function findSession(
  database: Queryable,
  secretHash: Buffer,
  life: { idleMs: number; longestMs: number },
  address: string,
): Promise<SessionIdentity | null> {
  return database.one(sessionStatement, [secretHash, interval(life.idleMs), interval(life.longestMs), address]);
}

const keyStatement = statement<KeyIdentity>(
  'auth_find_access_key',
  'select *, owns_instance(account_id) from find_access_key($1)',
);

export function findAccessKey(database: Queryable, secretHash: Buffer): Promise<KeyIdentity | null> {
  return database.one(keyStatement, [secretHash]);
}

// As a reader: in a transaction of `asReader`, where row-level security shows their own rows alone.

const accountStatement = statement<AccountRow>(
  'auth_read_account',
  'select id, email, name, created_at from accounts where id = $1',
);

export function readAccount(tx: Queryable, userId: string): Promise<AccountRow | null> {
  return tx.one(accountStatement, [userId]);
}

const renameStatement = statement(
  'auth_rename_account',
  'update accounts set name = $2, updated_at = now() where id = $1 and name <> $2',
);

export function renameAccount(tx: Queryable, userId: string, name: string): Promise<number> {
  return tx.run(renameStatement, [userId, name]);
}

const passwordHashStatement = statement<{ password_hash: string }>(
  'auth_read_password_hash',
  'select password_hash from credentials where account_id = $1',
);

export async function readPasswordHash(tx: Queryable, userId: string): Promise<string | null> {
  return (await tx.one(passwordHashStatement, [userId]))?.password_hash ?? null;
}

const listKeysStatement = statement<KeyRow>(
  'auth_list_keys',
  `select id, name, created_at, last_used_at from access_keys
   where account_id = $1 and kind = $2 and revoked_at is null order by created_at desc, id desc`,
);

export function listKeys(tx: Queryable, userId: string, kind: KeyKind): Promise<KeyRow[]> {
  return tx.all(listKeysStatement, [userId, kind]);
}

const insertKeyStatement = statement<KeyRow>(
  'auth_insert_key',
  `insert into access_keys (account_id, tenant_id, kind, scope, name, secret_hash)
   select $1, $2, $3, $4, $5, $6
   where (select count(*) from access_keys where account_id = $1 and kind = $3 and revoked_at is null) < $7
   returning id, name, created_at, last_used_at`,
);

/** Stores a key; null where the account has `maximum` of its kind already. */
export function insertKey(
  tx: Queryable,
  userId: string,
  key: { tenantId: string; kind: KeyKind; scope: KeyScope; name: string; secretHash: Buffer; maximum: number },
): Promise<KeyRow | null> {
  const { tenantId, kind, scope, name, secretHash, maximum } = key;
  return tx.one(insertKeyStatement, [userId, tenantId, kind, scope, name, secretHash, maximum]);
}

const revokeKeyStatement = statement(
  'auth_revoke_key',
  `update access_keys set revoked_at = now()
   where account_id = $1 and kind = $2 and id = $3::uuid and revoked_at is null`,
);

export function revokeKey(tx: Queryable, userId: string, kind: KeyKind, id: string): Promise<number> {
  return tx.run(revokeKeyStatement, [userId, kind, id]);
}

// The instance's own.

export { type AuditLine, writeAudit } from './audit/writing.ts';

const removeExpiredStatement = statement('auth_remove_expired', 'select remove_expired()');
const removeExpiredIdentitiesStatement = statement(
  'auth_remove_expired_identities',
  'select remove_expired_identities()',
);

const removeUsedCodesStatement = statement('auth_remove_used_codes', 'select remove_used_codes()');

export async function removeExpired(database: Queryable): Promise<void> {
  await database.run(removeExpiredStatement);
  await database.run(removeExpiredIdentitiesStatement);
  await database.run(removeUsedCodesStatement);
}

/** A duration as Postgres reads it. */
export function interval(durationMs: number): string {
  return `${durationMs / 1000} seconds`;
}
