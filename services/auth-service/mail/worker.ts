import type { Database, Queryable } from '@alt/database';
import { type Jobs, type Logger, oneAtATime } from '@alt/service-kit';
import { findAccount, findAccountById } from '../store.ts';
import type { Vault } from '../vault.ts';
import { makeLink } from './links.ts';
import { type ClaimedMail, claimMails, type MailContent, postponeMail, queueMail, removeMail } from './outbox.ts';
import { isAddressRefused, type Relay } from './relay.ts';
import { type MailText, wordings } from './wording.ts';

const LOOK_EVERY_MS = 30_000;
/** Longer than a relay is waited for. */
const LEASE_MS = 5 * 60_000;
const FIRST_DELAY_MS = 60_000;
const LONGEST_DELAY_MS = 4 * 3_600_000;
const GIVE_UP_AFTER_MS = 3 * 86_400_000;

/** The mails of accounts: kept with what causes them, and sent when the relay takes them. */
export interface Mails {
  /** Keeps a mail, within the transaction of what causes it. Call `sendSoon` once that is committed. */
  queue(tx: Queryable, content: MailContent): Promise<void>;
  sendSoon(): void;
  stop(): Promise<void>;
}

/** Sends what waits: when told, and every half minute what was put off or left behind by another process. */
export function createMails(options: {
  database: Database;
  vault: Vault;
  relay: Relay;
  publicUrl: URL;
  log: Logger;
  jobs: Jobs;
}): Mails {
  const { database, vault, log } = options;
  const sending = oneAtATime(
    options.jobs.watched('mails', LOOK_EVERY_MS, async (signal: AbortSignal) => {
      while (!signal.aborted) {
        const claimed = await claimMails(database.background, vault, LEASE_MS);
        if (claimed.length === 0) return;
        for (const mail of claimed) await deliver(mail, options);
      }
    }),
    (error) => log.warn({ error: String(error) }, 'mails wait'),
  );
  const timer = setInterval(sending.ask, LOOK_EVERY_MS).unref();
  void sending.ask();
  return {
    queue: (tx, content) => queueMail(tx, vault, content),
    sendSoon: () => void sending.ask(),
    async stop() {
      clearInterval(timer);
      await sending.stop();
    },
  };
}

interface Delivery {
  database: Database;
  relay: Relay;
  publicUrl: URL;
  log: Logger;
}

async function deliver({ id, content, attempts, createdAt }: ClaimedMail, delivery: Delivery): Promise<void> {
  const { relay, log } = delivery;
  const database = delivery.database.background;
  try {
    if (content === null) throw new Error('It was sealed under another ALT_SECRET_KEY');
    const text = await compose(content, delivery);
    if (text) await relay({ id, to: content.to, ...text });
    await removeMail(database, id);
  } catch (error) {
    const isOver = isAddressRefused(error) || Date.now() - createdAt.getTime() > GIVE_UP_AFTER_MS;
    const sentence = error instanceof Error ? error.message : String(error);
    log.warn({ mail: id, kind: content?.kind, attempts, isOver, error: sentence }, 'a mail did not go');
    if (isOver) return removeMail(database, id);
    await postponeMail(database, id, Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), LONGEST_DELAY_MS), sentence);
  }
}

/** The words of a mail, with a link made now; null where there is nothing to say any more. */
async function compose(content: MailContent, { database, publicUrl }: Delivery): Promise<MailText | null> {
  if (content.kind === 'text') return { subject: content.subject, text: content.text };
  const { kind, to, language } = content;
  const wording = wordings[language];
  if (kind === 'recovery') {
    const account = await findAccount(database, to);
    return account && wording.recovery(await makeLink(database, publicUrl, { purpose: kind, account, email: to }));
  }
  const account = await findAccountById(database, content.accountId);
  if (!account) return null;
  const isMeant = kind === 'verification' ? account.email === to : (await findAccount(database, to)) === null;
  if (!isMeant) return null;
  const link = await makeLink(database, publicUrl, { purpose: kind, account, email: to });
  return kind === 'verification' ? wording.verification(link) : wording.emailChange(link);
}
