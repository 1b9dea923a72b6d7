import { createHash, randomBytes } from 'node:crypto';
import { type Database, type Queryable, statement } from '@alt/database';
import { interval } from '../store.ts';

export type LinkPurpose = 'recovery' | 'verification' | 'email-change';

/** How long a link may be followed. */
const LIFE_MS: Record<LinkPurpose, number> = {
  recovery: 30 * 60_000,
  verification: 3 * 86_400_000,
  'email-change': 86_400_000,
};

/** The pages that take a link's secret; `app` has them. */
const PAGES: Record<LinkPurpose, string> = {
  recovery: '/recovery',
  verification: '/verification',
  'email-change': '/verification',
};

/**
 * Makes a link for an account, in place of an older one for the same purpose. Its secret stands after the `#`, which
 * browsers send to no server, and the address is the public one, whatever Host a request named.
 */
export async function makeLink(
  database: Database,
  publicUrl: URL,
  link: { purpose: LinkPurpose; account: { account_id: string; tenant_id: string }; email: string },
): Promise<string> {
  const { purpose, account, email } = link;
  const secret = randomBytes(32).toString('base64url');
  const reader = { userId: account.account_id, tenantId: account.tenant_id };
  await database.asReader(reader, async (tx) => {
    await tx.run(dropStatement, [reader.userId, [purpose]]);
    await tx.run(insertStatement, [hashOf(secret), reader.userId, purpose, email, interval(LIFE_MS[purpose])]);
  });
  const address = new URL(PAGES[purpose], publicUrl);
  address.hash = `token=${secret}`;
  return address.href;
}

export interface KeptLink {
  account_id: string;
  purpose: LinkPurpose;
  email: string;
}

/** What a link's secret is for; null if it is unknown, over, used or replaced. */
export function findLink(database: Queryable, secret: string): Promise<KeptLink | null> {
  return database.one(findStatement, [hashOf(secret)]);
}

/** Uses a link up, as the account that it belongs to. False where that happened meanwhile. */
export async function useLink(tx: Queryable, userId: string, secret: string): Promise<boolean> {
  return (await tx.run(useStatement, [userId, hashOf(secret)])) === 1;
}

/** Makes links worthless that were sent before. */
export async function dropLinks(tx: Queryable, userId: string, purposes: readonly LinkPurpose[]): Promise<void> {
  await tx.run(dropStatement, [userId, purposes]);
}

const dropStatement = statement(
  'auth_drop_links',
  'delete from mail_tokens where account_id = $1 and purpose = any ($2::text[])',
);

const insertStatement = statement(
  'auth_insert_link',
  `insert into mail_tokens (token_hash, account_id, purpose, email, expires_at)
   values ($1, $2, $3, $4, now() + $5::interval)`,
);

const findStatement = statement<KeptLink>('auth_find_link', 'select * from find_mail_token($1)');

const useStatement = statement(
  'auth_use_link',
  'delete from mail_tokens where account_id = $1 and token_hash = $2 and expires_at > now()',
);

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
