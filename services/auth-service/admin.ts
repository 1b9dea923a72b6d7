import type { Role } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import { emailAddress } from './email.ts';
import { hashPassword, passwordWeakness } from './passwords.ts';
import { nameFrom } from './setup.ts';
import { createAccount } from './store.ts';

/** A wish of the operator's that cannot be done; the message is a sentence for the terminal. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
}

export interface ListedAccount {
  id: string;
  email: string;
  name: string;
  isInstanceOwner: boolean;
  tenantId: string | null;
  role: Role | null;
  createdAt: Date;
  lastSeenAt: Date | null;
}

/**
 * Makes an account, whatever ALT_REGISTRATION says, also beside a running instance. `tenant` is the id or the short name
 * of a tenant that it joins besides its own. `database` is `auth` as `alt_admin`. Throws AdminError.
 */
export async function addAccount(
  database: Queryable,
  wish: { email: string; password: string; name?: string; tenant?: string; role?: Role },
): Promise<{ id: string; tenantId: string; role: Role }> {
  const email = checkedEmail(wish.email);
  refuseWeak(wish.password, email);
  const made = await createAccount(database, {
    email,
    name: wish.name?.trim().slice(0, 100) || nameFrom(email),
    passwordHash: await hashPassword(wish.password),
    registration: 'operator',
    isCodeRequired: false,
    code: '',
    tenantId: wish.tenant === undefined ? null : await findTenant(database, wish.tenant),
    tenantRole: wish.role ?? 'member',
    address: '',
  });
  if (made.outcome === 'created') return { id: made.account_id, tenantId: made.tenant_id, role: made.role };
  if (made.outcome === 'email-taken') throw new AdminError(`There is an account ${email} already.`);
  throw new AdminError(`The account could not be made: ${made.outcome}.`);
}

/** All accounts in the order in which they were made. `database` is `auth` as `alt_admin`. */
export async function listAccounts(database: Queryable): Promise<ListedAccount[]> {
  const rows = await database.all(listStatement);
  return rows.map((row) => ({
    id: row.account_id,
    email: row.email,
    name: row.name,
    isInstanceOwner: row.is_instance_owner,
    tenantId: row.tenant_id,
    role: row.role,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
  }));
}

/** Sets a password and ends every session of the account. `database` is `auth` as `alt_admin`. Throws AdminError. */
export async function replacePassword(database: Queryable, wish: { email: string; password: string }): Promise<void> {
  const email = checkedEmail(wish.email);
  refuseWeak(wish.password, email);
  const row = await database.one(replaceStatement, [email, await hashPassword(wish.password)]);
  if (!row?.id) throw new AdminError(`There is no account ${email}.`);
}

/**
 * Takes the authenticator and the recovery codes of an account away, and ends its sessions. False where it had none.
 * `database` is `auth` as `alt_admin`. Throws AdminError.
 */
export async function removeSecondFactor(database: Queryable, { email: typed }: { email: string }): Promise<boolean> {
  const email = checkedEmail(typed);
  const row = await database.one(removeSecondFactorStatement, [email]);
  if (!row) throw new AdminError(`There is no account ${email}.`);
  return row.had_totp;
}

const removeSecondFactorStatement = statement<{ had_totp: boolean }>(
  'auth_remove_second_factor',
  'select had_totp from remove_second_factor($1)',
);

const listStatement = statement<{
  account_id: string;
  email: string;
  name: string;
  is_instance_owner: boolean;
  tenant_id: string | null;
  role: Role | null;
  created_at: Date;
  last_seen_at: Date | null;
}>('auth_list_accounts', 'select * from list_accounts()');

const replaceStatement = statement<{ id: string | null }>(
  'auth_replace_password',
  'select replace_password($1, $2) as id',
);

const findTenantStatement = statement<{ id: string | null }>('auth_find_tenant', 'select find_tenant($1) as id');

async function findTenant(database: Queryable, reference: string): Promise<string> {
  const id = (await database.one(findTenantStatement, [reference]))?.id;
  if (!id) throw new AdminError(`There is no tenant "${reference}". Give its id or its short name.`);
  return id;
}

function checkedEmail(text: string): string {
  const result = emailAddress.safeParse(text);
  if (!result.success) throw new AdminError(`"${text}" is not an e-mail address.`);
  return result.data;
}

function refuseWeak(password: string, email: string): void {
  if (password.length > 1024) throw new AdminError('Take a password of at most 1024 characters.');
  const weakness = passwordWeakness(password, email);
  if (weakness) throw new AdminError(weakness);
}
