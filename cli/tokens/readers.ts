import { assertNames, DEFAULT_ACCOUNT } from '@alt/external-tokens';
import { type ProviderName, providers } from '../../services/auth-token-manager/providers.ts';
import { UsageError } from '../arguments.ts';
import type { Terminal } from '../terminal.ts';

export interface Whose {
  account?: string | undefined;
  user?: string | undefined;
}

/**
 * The account that a command is about: the one that is named, that of a reader of Alt (`--user`), else the default one. Throws a
 * sentence where the two contradict each other, or the reader has none.
 */
export async function accountOf(terminal: Terminal, provider: ProviderName, whose: Whose): Promise<string> {
  const account = await namedOr(terminal, provider, whose);
  if (account === null) {
    throw new Error(
      `${whose.user} has no account of ${providers[provider].title}. Begin: npm run alt -- tokens authorize ${provider} --user ${whose.user}`,
    );
  }
  return account;
}

/** The same before an authorisation: a reader who has none gets the one that is named, or the default one if nobody has it. */
export async function accountToAuthorize(terminal: Terminal, provider: ProviderName, whose: Whose): Promise<string> {
  const account = (await namedOr(terminal, provider, whose)) ?? whose.account ?? DEFAULT_ACCOUNT;
  assertNames(provider, account);
  const { user } = whose;
  if (user !== undefined && (await (await readersAccounts()).takenBy(terminal, account, user))) {
    throw new Error(
      `The account "${account}" belongs to another reader. Choose another name for that of ${user}: --account NAME`,
    );
  }
  return account;
}

async function namedOr(terminal: Terminal, provider: ProviderName, { account, user }: Whose): Promise<string | null> {
  if (user === undefined) return account ?? DEFAULT_ACCOUNT;
  if (!providers[provider].isOfReaders) {
    throw new UsageError(`Accounts of ${providers[provider].title} belong to no reader. Leave out --user.`);
  }
  const own = await (await readersAccounts()).readAccount(terminal, user);
  if (own !== null && account !== undefined && own !== account) {
    throw new Error(`${user} has the account "${own}", not "${account}". Leave out one of --user and --account.`);
  }
  return own;
}

/** After an authorisation: the reader who has no account gets this one. Answers the exit code. */
export async function giveToReader(terminal: Terminal, account: string, user: string): Promise<number> {
  const { giveAccount, readAccount } = await readersAccounts();
  return (await readAccount(terminal, user)) === null ? giveAccount(terminal, account, user) : 0;
}

/** Who has which account is alt-backend's to know: the image of auth-token-manager holds nothing of it. */
async function readersAccounts(): Promise<typeof import('../inoreader/accounts.ts')> {
  try {
    return await import('../inoreader/accounts.ts');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      'Readers are not known in this container. Use --account NAME here; "alt inoreader connect", where the databases can be reached, gives it to its reader.',
    );
  }
}
