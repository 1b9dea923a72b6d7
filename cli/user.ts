import { AdminError, addAccount, removeSecondFactor, replacePassword } from '../services/auth-service/admin.ts';
import { allAccounts } from './accounts.ts';
import { readArguments } from './arguments.ts';
import type { DatabaseServer } from './database.ts';
import { withDatabases } from './session.ts';
import { askPassword, type Terminal } from './terminal.ts';
import { stamp, table } from './wording.ts';

/** `alt user add`. */
export async function addUser(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, {
    least: 1,
    options: { password: 'string', name: 'string', tenant: 'string' },
  });
  const [email = ''] = given;
  const password = options.password ?? (await askPassword(terminal, `Password for ${email}`));
  const { name, tenant } = options;
  const account = await withAuth(terminal, (auth) =>
    addAccount(auth, { email, password, ...(name ? { name } : {}), ...(tenant ? { tenant } : {}) }),
  );
  terminal.print(`Made the account ${email} (${account.role} of ${tenant ?? 'a tenant of its own'}).`);
  return 0;
}

/** `alt user list`. */
export async function listUsers(args: string[], terminal: Terminal): Promise<number> {
  readArguments(args, { least: 0, options: {} });
  const accounts = await withDatabases(terminal, allAccounts);
  if (accounts.length === 0) terminal.print('There is no account yet. Make one: npm run alt -- user add EMAIL');
  else {
    const rows = accounts.map((account) => [
      account.email,
      account.name,
      account.isInstanceOwner ? 'owner of this Alt' : (account.role ?? 'no tenant'),
      stamp(account.createdAt),
      account.lastSeenAt ? stamp(account.lastSeenAt) : 'never',
    ]);
    terminal.print(table(['e-mail', 'name', 'role', 'since', 'last seen'], rows));
  }
  return 0;
}

/** `alt user password`. */
export async function setPassword(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, { least: 1, options: { password: 'string' } });
  const [email = ''] = given;
  const password = options.password ?? (await askPassword(terminal, `New password for ${email}`));
  await withAuth(terminal, (auth) => replacePassword(auth, { email, password }));
  terminal.print(`${email} has a new password. Its sessions are ended.`);
  return 0;
}

/** `alt user without-code`. */
export async function liftSecondFactor(args: string[], terminal: Terminal): Promise<number> {
  const [email = ''] = readArguments(args, { least: 1, options: {} }).given;
  const hadOne = await withAuth(terminal, (auth) => removeSecondFactor(auth, { email }));
  terminal.print(
    hadOne
      ? `${email} signs in without a code now. Its sessions are ended.`
      : `${email} has no authenticator; nothing was changed.`,
  );
  return 0;
}

function withAuth<T>(
  terminal: Terminal,
  work: (auth: ReturnType<DatabaseServer['connectAsAdmin']>) => Promise<T>,
): Promise<T> {
  if (terminal.environment.ALT_IDENTITY_PROVIDER === 'kratos') {
    throw new AdminError('Kratos keeps passwords and authenticators here. Use its admin API, or its pages.');
  }
  return withDatabases(terminal, async (databases) => {
    const auth = databases.connectAsAdmin('auth');
    try {
      return await work(auth);
    } finally {
      await auth.end();
    }
  });
}
