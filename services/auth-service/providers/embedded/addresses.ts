import { Problem } from '@alt/contracts';
import { type Database, type Queryable, sqlState, statement } from '@alt/database';
import { dropLinks, findLink, type LinkPurpose, useLink } from '../../mail/links.ts';
import type { MailContent } from '../../mail/outbox.ts';
import type { Mails } from '../../mail/worker.ts';
import { findAccountById } from '../../store.ts';
import type { AddressKeeper, FoundLink } from '../provider.ts';

const UNIQUE_VIOLATION = '23505';
const PURPOSES: Record<'address' | 'recovery', readonly LinkPurpose[]> = {
  address: ['verification', 'email-change'],
  recovery: ['recovery'],
};

/** Addresses by links in mails of our own; without a relay there are none. */
export function createAddresses(database: Database, mails: Mails | null): AddressKeeper {
  async function queue(content: MailContent): Promise<void> {
    if (!mails) throw mailNotConfigured();
    await mails.queue(database, content);
    mails.sendSoon();
  }
  return {
    requestVerification: ({ userId, email }, language) =>
      queue({ kind: 'verification', to: email, accountId: userId, language }),
    requestChange: ({ userId }, email, language) =>
      queue({ kind: 'email-change', to: email, accountId: userId, language }),
    requestRecovery: (email, language) => queue({ kind: 'recovery', to: email, language }),
    async find(token, purpose) {
      const link = await findLink(database, token);
      if (!link || !PURPOSES[purpose].includes(link.purpose)) return null;
      const account = await findAccountById(database, link.account_id);
      if (!account) return null;
      const { email } = link;
      return { account, email, use: (tx) => follow(tx, token, link.purpose, { account, email }) };
    },
  };
}

export function mailNotConfigured(): Problem {
  return new Problem('mail-not-configured', 'No mail can be sent here. Ask whoever runs this Alt.');
}

async function follow(
  tx: Queryable,
  token: string,
  purpose: LinkPurpose,
  { account, email }: Pick<FoundLink, 'account' | 'email'>,
): Promise<boolean> {
  const userId = account.account_id;
  if (!(await useLink(tx, userId, token))) return false;
  if (purpose !== 'email-change') {
    // Who followed a link that was sent there reads the mails of the address.
    return (await tx.run(verifyStatement, [userId, email])) === 1;
  }
  await dropLinks(tx, userId, ['recovery', 'verification']);
  const changed = await tx.run(changeStatement, [userId, email]).catch((error: unknown) => {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    throw new Problem('email-taken', 'This address belongs to another account by now.');
  });
  return changed === 1;
}

const verifyStatement = statement(
  'auth_verify_email',
  'update accounts set email_verified_at = now(), updated_at = now() where id = $1 and email = $2',
);

const changeStatement = statement(
  'auth_change_email',
  'update accounts set email = $2, email_verified_at = now(), updated_at = now() where id = $1',
);
