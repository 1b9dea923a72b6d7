import { assertNames, DEFAULT_ACCOUNT } from '@alt/external-tokens';
import { type ProviderName, providers } from '../../services/auth-token-manager/providers.ts';
import { UsageError } from '../arguments.ts';
import { readAccount, takenBy } from '../inoreader/accounts.ts';
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
  if (user !== undefined && (await takenBy(terminal, account, user))) {
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
  const own = await readAccount(terminal, user);
  if (own !== null && account !== undefined && own !== account) {
    throw new Error(`${user} has the account "${own}", not "${account}". Leave out one of --user and --account.`);
  }
  return own;
}
