import type { RecapPeriod } from '@alt/contracts';
import { type Database, type Queryable, statement } from '@alt/database';
import type { StoredRecap } from './recaps.ts';

/** Longer than a relay may take; whoever dies while sending leaves the recap to others after it. */
const CLAIM_MINUTES = 10;
const ATTEMPTS_MAXIMUM = 8;
/** Of one account to one address, and to one address of all accounts within 30 days. */
export const CONFIRMATIONS_MAXIMUM = 3;

/** Where a mail goes, and the token of its links. */
export interface Recipient {
  mailTo: string;
  token: string;
}

const selectUnmailed = statement<Recipient & { id: string; isClaimed: boolean }>(
  'recap_unmailed',
  `select r.id, o.mail_to as "mailTo", o.mail_token as token, coalesce(r.mail_claimed_until > now(), false) as "isClaimed"
   from recaps r join recap_outlets o on o.reader_id = r.reader_id
   where r.reader_id = $1 and r.period = $2 and r.local_date = $3 and r.is_final and r.story_count > 0
     and r.mailed_at is null and r.mail_attempts < ${ATTEMPTS_MAXIMUM} and o.mail_confirmed_at is not null
     and case r.period when 'daily' then o.is_daily_mailed else o.is_weekly_mailed end
   for update of r`,
);
const claimMail = statement(
  'recap_mail_claim',
  `update recaps set mail_claimed_until = now() + interval '${CLAIM_MINUTES} minutes' where reader_id = $1 and id = $2`,
);

/**
 * The recap of that time, if it is to go by mail and has not gone; for a while it is the caller's alone to send. Throws
 * where somebody else is sending it.
 */
export async function claimUnmailed(
  tx: Queryable,
  readerId: number,
  of: Pick<StoredRecap, 'period' | 'date'>,
): Promise<(Recipient & { id: string }) | null> {
  const unmailed = await tx.one(selectUnmailed, [readerId, of.period satisfies RecapPeriod, of.date]);
  if (!unmailed) return null;
  if (unmailed.isClaimed) throw new Error('somebody else is sending this recap');
  await tx.run(claimMail, [readerId, unmailed.id]);
  return unmailed;
}

/** What became of a mail. A relay that could not be reached has not been tried. */
export interface MailOutcome {
  error: string | null;
  isAttempt: boolean;
}

const updateMailed = statement(
  'recap_mailed',
  `with tried as (
     update recaps set mail_attempts = mail_attempts + case when $4 then 1 else 0 end, mail_claimed_until = null,
       mailed_at = case when $3::text is null then now() end
     where reader_id = $1 and id = $2
   )
   update recap_outlets set mail_error = $3 where reader_id = $1`,
);

/** It went, or why it did not. */
export async function noteMailed(tx: Queryable, readerId: number, id: string, outcome: MailOutcome): Promise<void> {
  await tx.run(updateMailed, [readerId, id, outcome.error, outcome.isAttempt]);
}

const claimAsking = statement<Recipient>(
  'recap_confirmation_claim',
  `update recap_outlets set confirmation_sent_at = now(), confirmation_count = confirmation_count + 1
   where reader_id = $1 and mail_confirmed_at is null and confirmation_sent_at is null
     and (is_daily_mailed or is_weekly_mailed) and confirmation_count < ${CONFIRMATIONS_MAXIMUM}
   returning mail_to as "mailTo", mail_token as token`,
);

const countAsking = statement<{ isFree: boolean }>(
  'recap_asking_count',
  `select count_asking($1, ${CONFIRMATIONS_MAXIMUM}) as "isFree"`,
);
const keepCount = statement(
  'recap_confirmation_spare',
  'update recap_outlets set confirmation_count = confirmation_count - 1 where reader_id = $1',
);

/**
 * Whom to ask whether they want recaps, if somebody is to be asked; asked at once, they are not asked again. An address
 * that was asked enough for others is not asked, and the account cannot tell that from a mail that was overlooked: else
 * it could find out who else has the address.
 */
export async function claimConfirmation(tx: Queryable, readerId: number): Promise<Recipient | null> {
  const recipient = await tx.one(claimAsking, [readerId]);
  if (!recipient) return null;
  if ((await tx.one(countAsking, [recipient.mailTo]))?.isFree) return recipient;
  await tx.run(keepCount, [readerId]);
  return null;
}

const uncountAsking = statement('recap_asking_uncount', 'select uncount_asking($1)');
const updateAsked = statement(
  'recap_confirmation_sent',
  `update recap_outlets set mail_error = $3,
     confirmation_sent_at = case when $3::text is null then confirmation_sent_at end,
     confirmation_count = confirmation_count - case when $4 then 0 else 1 end
   where reader_id = $1 and mail_token = $2`,
);

export async function noteConfirmation(
  tx: Queryable,
  readerId: number,
  { mailTo, token }: Recipient,
  outcome: MailOutcome,
): Promise<void> {
  await tx.run(updateAsked, [readerId, token, outcome.error, outcome.isAttempt]);
  if (!outcome.isAttempt) await tx.run(uncountAsking, [mailTo]);
}

export interface MailConsent {
  language: string | null;
  isConfirmed: boolean;
  isWanted: boolean;
}

const selectConsent = statement<MailConsent>(
  'recap_consent',
  'select language, is_confirmed as "isConfirmed", is_wanted as "isWanted" from recap_mail($1)',
);

/** What stands at the address that this token was mailed to; null for a token that is none. */
export function mailConsent(database: Database, token: string): Promise<MailConsent | null> {
  return database.one(selectConsent, [token]);
}

const callConfirm = statement('recap_confirm', 'select confirm_recap_mail($1)');
const callEnd = statement('recap_end', 'select end_recap_mail($1)');

export async function confirmMail(database: Database, token: string): Promise<void> {
  await database.run(callConfirm, [token]);
}

export async function endMail(database: Database, token: string): Promise<void> {
  await database.run(callEnd, [token]);
}
