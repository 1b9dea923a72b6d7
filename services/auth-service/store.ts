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
}

export interface KeyIdentity extends Identity {
  key_id: string;
  scope: KeyScope;
}

export type KeyKind = 'api-key' | 'app-password';
export type KeyScope = 'full' | 'reader-clients';

export interface LoginRow extends Identity {
  created_at: Date;
  password_hash: string;
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
  passwordHash: string;
  registration: 'first' | 'open' | 'closed' | 'operator';
  isCodeRequired: boolean;
  code: string;
  tenantId: string | null;
  tenantRole: Role;
  address: string;
}

export type NewAccountOutcome =
  | { outcome: 'created'; account_id: string; tenant_id: string; role: Role; created_at: Date }
  | { outcome: 'registration-closed' | 'setup-code-required' | 'email-taken' | 'no-tenant' };

const createAccountStatement = statement<NewAccountOutcome>(
  'auth_create_account',
  'select * from create_account($1, $2, $3, $4, $5, $6, $7, $8, $9)',
);

/** Makes an account with its personal tenant, or says why not; two at once are decided by the database. */
export async function createAccount(database: Queryable, account: NewAccount): Promise<NewAccountOutcome> {
  const { email, name, passwordHash, registration, isCodeRequired, code, tenantId, tenantRole, address } = account;
  const values = [email, name, passwordHash, registration, isCodeRequired, code, tenantId, tenantRole, address];
  const row = await database.one(createAccountStatement, values);
  if (!row) throw new Error('create_account answered nothing');
  return row;
}

const loginStatement = statement<LoginRow>('auth_find_login', 'select * from find_login($1)');

export function findLogin(database: Queryable, email: string): Promise<LoginRow | null> {
  return database.one(loginStatement, [email]);
}

const sessionStatement = statement<SessionIdentity>('auth_find_session', 'select * from find_session($1, $2, $3, $4)');

/** The live session with this secret; moves its end once a minute, never past its longest life. */
export function findSession(
  database: Queryable,
  secretHash: Buffer,
  life: { idleMs: number; longestMs: number },
  address: string,
): Promise<SessionIdentity | null> {
  return database.one(sessionStatement, [secretHash, interval(life.idleMs), interval(life.longestMs), address]);
}

const keyStatement = statement<KeyIdentity>('auth_find_access_key', 'select * from find_access_key($1)');

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

const writePasswordStatement = statement(
  'auth_write_password_hash',
  'update credentials set password_hash = $2, changed_at = now() where account_id = $1',
);

export function writePasswordHash(tx: Queryable, userId: string, passwordHash: string): Promise<number> {
  return tx.run(writePasswordStatement, [userId, passwordHash]);
}

const insertSessionStatement = statement<{ id: string }>(
  'auth_insert_session',
  `insert into sessions (account_id, tenant_id, secret_hash, csrf_secret, device, address, expires_at)
   values ($1, $2, $3, $4, $5, $6, now() + $7::interval) returning id`,
);

export async function insertSession(
  tx: Queryable,
  userId: string,
  session: {
    tenantId: string;
    secretHash: Buffer;
    csrfSecret: Buffer;
    device: string;
    address: string;
    idleMs: number;
  },
): Promise<string> {
  const { tenantId, secretHash, csrfSecret, device, address, idleMs } = session;
  const values = [userId, tenantId, secretHash, csrfSecret, device, address, interval(idleMs)];
  const row = await tx.one(insertSessionStatement, values);
  if (!row) throw new Error('The session was not stored');
  return row.id;
}

const sessionEndStatement = statement<{ expires_at: Date }>(
  'auth_session_end',
  'select expires_at from sessions where account_id = $1 and id = $2',
);

export async function readSessionEnd(tx: Queryable, userId: string, sessionId: string): Promise<Date | null> {
  return (await tx.one(sessionEndStatement, [userId, sessionId]))?.expires_at ?? null;
}

const replaceSecretStatement = statement(
  'auth_replace_session_secret',
  `update sessions set previous_secret_hash = secret_hash, previous_until = now() + $5::interval, secret_hash = $4,
     expires_at = greatest(expires_at, least(now() + $6::interval, created_at + $7::interval))
   where account_id = $1 and id = $2 and secret_hash = $3 and revoked_at is null`,
);

/** Gives a session a new secret in place of the one shown; that one passes for `graceMs` more. */
export function replaceSessionSecret(
  tx: Queryable,
  userId: string,
  session: { id: string; shownHash: Buffer; secretHash: Buffer; graceMs: number; idleMs: number; longestMs: number },
): Promise<number> {
  const { id, shownHash, secretHash, graceMs, idleMs, longestMs } = session;
  const values = [userId, id, shownHash, secretHash, interval(graceMs), interval(idleMs), interval(longestMs)];
  return tx.run(replaceSecretStatement, values);
}

const revokeSessionStatement = statement(
  'auth_revoke_session',
  'update sessions set revoked_at = now() where account_id = $1 and id = $2 and revoked_at is null',
);

export function revokeSession(tx: Queryable, userId: string, sessionId: string): Promise<number> {
  return tx.run(revokeSessionStatement, [userId, sessionId]);
}

const revokeOthersStatement = statement(
  'auth_revoke_other_sessions',
  `update sessions set revoked_at = now()
   where account_id = $1 and id is distinct from $2::uuid and revoked_at is null`,
);

/** Ends every session of the account but `keptId`; all of them if that is null. */
export function revokeOtherSessions(tx: Queryable, userId: string, keptId: string | null): Promise<number> {
  return tx.run(revokeOthersStatement, [userId, keptId]);
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

export interface AuditLine {
  action: string;
  userId?: string | null;
  tenantId?: string | null;
  address?: string;
  detail?: Record<string, unknown>;
}

const auditStatement = statement(
  'auth_audit',
  'insert into audit_log (account_id, tenant_id, action, address, detail) values ($1, $2, $3, $4, $5)',
);

export async function writeAudit(database: Queryable, line: AuditLine): Promise<void> {
  const { action, userId = null, tenantId = null, address = '', detail = {} } = line;
  await database.run(auditStatement, [userId, tenantId, action, address.slice(0, 100), JSON.stringify(detail)]);
}

const removeExpiredStatement = statement('auth_remove_expired', 'select remove_expired()');

export async function removeExpired(database: Queryable): Promise<void> {
  await database.run(removeExpiredStatement);
}

/** A duration as Postgres reads it. */
export function interval(durationMs: number): string {
  return `${durationMs / 1000} seconds`;
}
