import type { RecapPeriod } from '@alt/contracts';
import { type Database, type Queryable, statement } from '@alt/database';
import { CONFIRMATIONS_MAXIMUM } from './recap-mails.ts';

export interface RecapOutlet {
  isDailyMailed: boolean;
  isWeeklyMailed: boolean;
  mailTo: string | null;
  mailError: string | null;
  isMailConfirmed: boolean;
  confirmationSentAt: Date | null;
  hasFeed: boolean;
  feedCreatedAt: Date | null;
  /** The last window that was looked after; null: begin with the latest. */
  done: Record<RecapPeriod, string | null>;
}

const selectOutlet = statement<RecapOutlet>(
  'recap_outlet',
  `select is_daily_mailed as "isDailyMailed", is_weekly_mailed as "isWeeklyMailed", mail_to as "mailTo",
     mail_error as "mailError", mail_confirmed_at is not null as "isMailConfirmed",
     confirmation_sent_at as "confirmationSentAt", feed_secret_hash is not null as "hasFeed",
     feed_created_at as "feedCreatedAt", json_build_object('daily', daily_done, 'weekly', weekly_done) as done
   from recap_outlets where reader_id = $1`,
);

export function findOutlet(tx: Queryable, readerId: number): Promise<RecapOutlet | null> {
  return tx.one(selectOutlet, [readerId]);
}

const upsertMail = statement(
  'recap_mail',
  `insert into recap_outlets as o (reader_id, is_daily_mailed, is_weekly_mailed, mail_to, mail_token)
     values ($1, coalesce($2, false), coalesce($3, false), $4, new_mail_token())
   on conflict (reader_id) do update set
     is_daily_mailed = coalesce($2, o.is_daily_mailed), is_weekly_mailed = coalesce($3, o.is_weekly_mailed),
     daily_done = case when $2 and not o.is_daily_mailed and o.feed_secret_hash is null then null else o.daily_done end,
     weekly_done = case when $3 and not o.is_weekly_mailed and o.feed_secret_hash is null then null else o.weekly_done end,
     mail_to = coalesce(o.mail_to, $4), mail_token = coalesce(o.mail_token, excluded.mail_token),
     confirmation_sent_at = case when (coalesce($2, false) or coalesce($3, false))
         and o.confirmation_sent_at < now() - interval '1 day' and o.confirmation_count < ${CONFIRMATIONS_MAXIMUM} then null
       else o.confirmation_sent_at end,
     mail_error = null, next_check_at = now()`,
);

/** What comes by mail, where given, and to where. */
export async function writeMail(
  tx: Queryable,
  readerId: number,
  wish: { daily: boolean | null; weekly: boolean | null },
  address: string,
): Promise<void> {
  await followAddress(tx, readerId, address);
  await tx.run(upsertMail, [readerId, wish.daily, wish.weekly, address]);
}

const updateAddress = statement(
  'recap_address',
  `update recap_outlets set mail_to = $2, mail_token = new_mail_token(), mail_confirmed_at = null,
     confirmation_sent_at = null, confirmation_count = 0, mail_error = null, next_check_at = now()
   where reader_id = $1 and mail_to <> $2 and $2 <> ''`,
);

/** Mail follows the account's address, which whoever reads it has yet to confirm. */
export async function followAddress(tx: Queryable, readerId: number, address: string): Promise<void> {
  await tx.run(updateAddress, [readerId, address]);
}

const upsertFeed = statement(
  'recap_feed_set',
  `insert into recap_outlets as o (reader_id, feed_secret_hash, feed_created_at)
     values ($1, $2, now())
   on conflict (reader_id) do update set
     daily_done = case when o.feed_secret_hash is not null or o.is_daily_mailed then o.daily_done end,
     weekly_done = case when o.feed_secret_hash is not null or o.is_weekly_mailed then o.weekly_done end,
     feed_secret_hash = excluded.feed_secret_hash, feed_created_at = excluded.feed_created_at, next_check_at = now()`,
);

/** The one secret that opens the reader's feed from now on. */
export async function writeFeedSecret(tx: Queryable, readerId: number, secretHash: Buffer): Promise<void> {
  await tx.run(upsertFeed, [readerId, secretHash]);
}

const endFeed = statement(
  'recap_feed_end',
  'update recap_outlets set feed_secret_hash = null, feed_created_at = null where reader_id = $1',
);

export async function endFeedSecret(tx: Queryable, readerId: number): Promise<void> {
  await tx.run(endFeed, [readerId]);
}

export interface ClaimedOutlet {
  readerId: number;
  userId: string;
  tenantId: string;
}

const claim = statement<ClaimedOutlet>(
  'recap_outlets_claim',
  `select reader_id as "readerId", user_id as "userId", tenant_id as "tenantId"
   from claim_recap_outlets($1, make_interval(secs => $2))`,
);

/** Readers whose recaps are to be looked after now; nobody else takes them for `leaseSeconds`. */
export function claimOutlets(database: Database, wanted: number, leaseSeconds: number): Promise<ClaimedOutlet[]> {
  return database.all(claim, [wanted, leaseSeconds]);
}

const release = statement(
  'recap_outlet_release',
  'update recap_outlets set next_check_at = now() + make_interval(secs => $2) where reader_id = $1',
);

/** Renews a lease, or ends it. */
export async function checkAgainAfter(tx: Queryable, readerId: number, seconds: number): Promise<void> {
  await tx.run(release, [readerId, seconds]);
}

const updateDone = statement(
  'recap_outlet_done',
  `update recap_outlets set daily_done = case when $2 = 'daily' then $3::date else daily_done end,
     weekly_done = case when $2 = 'weekly' then $3::date else weekly_done end
   where reader_id = $1`,
);

/** The recap of that window is where it is to be. */
export async function noteDone(tx: Queryable, readerId: number, period: RecapPeriod, date: string): Promise<void> {
  await tx.run(updateDone, [readerId, period, date]);
}
