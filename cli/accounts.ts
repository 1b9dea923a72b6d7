import type { Reader } from '@alt/service-kit';
import { type ListedAccount, listAccounts } from '../services/auth-service/admin.ts';
import type { DatabaseServer } from './database.ts';

/** The account in whose name a command works: the one of `--user`, else the only one. Throws a sentence. */
export async function findReader(databases: DatabaseServer, email: string | undefined): Promise<Reader> {
  const account = chooseAccount(await allAccounts(databases), email);
  if (account.tenantId === null || account.role === null) {
    throw new Error(`The account ${account.email} belongs to no tenant, so it cannot follow feeds.`);
  }
  return {
    userId: account.id,
    tenantId: account.tenantId,
    role: account.role,
    email: account.email,
    name: account.name,
    sessionId: null,
    keyId: null,
    scope: 'full',
    csrfToken: null,
    provedAt: null,
    isSuspended: false,
    ownsInstance: false,
  };
}

/** All accounts, oldest first. */
export async function allAccounts(databases: DatabaseServer): Promise<ListedAccount[]> {
  const auth = databases.connectAsAdmin('auth');
  try {
    return await listAccounts(auth);
  } finally {
    await auth.end();
  }
}

function chooseAccount(accounts: ListedAccount[], email: string | undefined): ListedAccount {
  if (accounts.length === 0) {
    throw new Error('There is no account yet. Make one: npm run alt -- user add EMAIL --password P');
  }
  if (email !== undefined) {
    const wanted = email.trim().toLowerCase();
    const account = accounts.find((item) => item.email === wanted);
    if (!account) throw new Error(`There is no account ${wanted}. "npm run alt -- user list" lists them.`);
    return account;
  }
  const [only, ...others] = accounts;
  if (!only || others.length > 0)
    throw new Error(`There are ${accounts.length} accounts. Say whose with --user EMAIL.`);
  return only;
}
