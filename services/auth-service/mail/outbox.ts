import { randomUUID } from 'node:crypto';
import { type Queryable, statement } from '@alt/database';
import { z } from 'zod';
import { interval } from '../store.ts';
import type { Vault } from '../vault.ts';

/**
 * What waits to be mailed. A link is made when its mail is sent, and whether there is an account for `recovery` is looked
 * up then, so that asking takes as long for a stranger's address as for an account's.
 */
export const mailContent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), to: z.string(), subject: z.string(), text: z.string() }),
  z.object({ kind: z.literal('recovery'), to: z.string(), language: z.enum(['en', 'ja', 'ru']) }),
  z.object({
    kind: z.enum(['verification', 'email-change']),
    to: z.string(),
    accountId: z.string(),
    language: z.enum(['en', 'ja', 'ru']),
  }),
]);
export type MailContent = z.infer<typeof mailContent>;

/** Puts a mail where the worker finds it, sealed: with the key alone can it be read. Also within a transaction. */
export async function queueMail(tx: Queryable, vault: Vault, content: MailContent): Promise<void> {
  const id = randomUUID();
  await tx.run(insertStatement, [id, vault.seal(JSON.stringify(content), contextOf(id))]);
}

export interface ClaimedMail {
  id: string;
  /** Null where it cannot be opened: it was sealed under another ALT_SECRET_KEY. */
  content: MailContent | null;
  attempts: number;
  createdAt: Date;
}

/** Takes mails that are due for `leaseMs`; several workers never take the same. */
export async function claimMails(database: Queryable, vault: Vault, leaseMs: number): Promise<ClaimedMail[]> {
  const rows = await database.all(claimStatement, [interval(leaseMs)]);
  rows.sort((one, other) => one.created_at.getTime() - other.created_at.getTime());
  return rows.map(({ id, sealed_content, attempts, created_at }) => ({
    id,
    content: openContent(vault, id, sealed_content),
    attempts,
    createdAt: created_at,
  }));
}

function openContent(vault: Vault, id: string, sealed: Buffer): MailContent | null {
  try {
    return mailContent.parse(JSON.parse(vault.open(sealed, contextOf(id))));
  } catch {
    return null;
  }
}

/** Nothing is kept of a mail that went, or was given up. */
export async function removeMail(tx: Queryable, id: string): Promise<void> {
  await tx.run(removeStatement, [id]);
}

export async function postponeMail(tx: Queryable, id: string, delayMs: number, error: string): Promise<void> {
  await tx.run(postponeStatement, [id, interval(delayMs), error.slice(0, 500)]);
}

function contextOf(id: string): string {
  return `mail ${id}`;
}

const insertStatement = statement('auth_queue_mail', 'insert into mails (id, sealed_content) values ($1, $2)');

const claimStatement = statement<{ id: string; sealed_content: Buffer; attempts: number; created_at: Date }>(
  'auth_claim_mails',
  `update mails set claimed_until = now() + $1::interval, attempts = attempts + 1
   where id in (
     select id from mails
     where next_attempt_at <= now() and (claimed_until is null or claimed_until < now())
     order by next_attempt_at limit 10 for update skip locked
   )
   returning id, sealed_content, attempts, created_at`,
);

const removeStatement = statement('auth_remove_mail', 'delete from mails where id = $1');

const postponeStatement = statement(
  'auth_postpone_mail',
  'update mails set claimed_until = null, next_attempt_at = now() + $2::interval, error = $3 where id = $1',
);
