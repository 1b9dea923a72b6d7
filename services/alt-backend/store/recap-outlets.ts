import type { RecapPeriod } from '@alt/contracts';
import { type Database, type Queryable, statement } from '@alt/database';
import type { StoredRecap } from './recaps.ts';

export interface RecapOutlet {
  isDailyMailed: boolean;
  isWeeklyMailed: boolean;
  mailTo: string | null;
  mailError: string | null;
  hasFeed: boolean;
  feedCreatedAt: Date | null;
}

const COLUMNS = `is_daily_mailed as "isDailyMailed", is_weekly_mailed as "isWeeklyMailed", mail_to as "mailTo",
  mail_error as "mailError", feed_secret_hash is not null as "hasFeed", feed_created_at as "feedCreatedAt"`;

const selectOutlet = statement<RecapOutlet>(
  'recap_outlet',
  `select ${COLUMNS} from recap_outlets where reader_id = $1`,
);

export function findOutlet(tx: Queryable, readerId: number): Promise<RecapOutlet | null> {
  return tx.one(selectOutlet, [readerId]);
}

const upsertMail = statement(
  'recap_mail',
  `insert into recap_outlets as o (reader_id, is_daily_mailed, is_weekly_mailed, mail_to)
     values ($1, coalesce($2, false), coalesce($3, false), $4)
   on conflict (reader_id) do update set
     is_daily_mailed = coalesce($2, o.is_daily_mailed), is_weekly_mailed = coalesce($3, o.is_weekly_mailed),
     mail_to = $4, mail_error = null, next_check_at = now()`,
);

/** What comes by mail, where given, and to where. */
export async function writeMail(
  tx: Queryable,
  readerId: number,
  wish: { daily: boolean | null; weekly: boolean | null },
  address: string,
): Promise<void> {
  await tx.run(upsertMail, [readerId, wish.daily, wish.weekly, address]);
}

const updateAddress = statement(
  'recap_address',
  'update recap_outlets set mail_to = $2 where reader_id = $1 and mail_to is distinct from $2 and mail_to is not null',
);

/** Mail follows the account's address. */
export async function followAddress(tx: Queryable, readerId: number, address: string): Promise<void> {
  await tx.run(updateAddress, [readerId, address]);
}

const upsertFeed = statement(
  'recap_feed_set',
  `insert into recap_outlets as o (reader_id, feed_secret_hash, feed_created_at)
     values ($1, $2, now())
   on conflict (reader_id) do update set
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

export async function checkAgainAfter(tx: Queryable, readerId: number, seconds: number): Promise<void> {
  await tx.run(release, [readerId, seconds]);
}

const selectUnmailed = statement<{ id: string; attempts: number }>(
  'recap_unmailed',
  `select r.id, r.mail_attempts as attempts from recaps r join recap_outlets o on o.reader_id = r.reader_id
   where r.reader_id = $1 and r.period = $2 and r.local_date = $3 and r.is_final and r.story_count > 0
     and r.mailed_at is null and r.mail_attempts < $4 and o.mail_to is not null
     and case r.period when 'daily' then o.is_daily_mailed else o.is_weekly_mailed end`,
);

/** The recap of that time, if it is to go by mail and has not gone. */
export function unmailedRecap(
  tx: Queryable,
  readerId: number,
  of: Pick<StoredRecap, 'period' | 'date'>,
  attemptsMaximum: number,
): Promise<{ id: string; attempts: number } | null> {
  return tx.one(selectUnmailed, [readerId, of.period satisfies RecapPeriod, of.date, attemptsMaximum]);
}

const updateMailed = statement(
  'recap_mailed',
  `with tried as (
     update recaps set mail_attempts = mail_attempts + case when $4 then 1 else 0 end, mailed_at = case when $3::text is null then now() end
     where reader_id = $1 and id = $2
   )
   update recap_outlets set mail_error = $3 where reader_id = $1`,
);

/** It went, or why it did not. A relay that could not be reached has not been tried. */
export async function noteMailed(
  tx: Queryable,
  readerId: number,
  id: string,
  outcome: { error: string | null; isAttempt: boolean },
): Promise<void> {
  await tx.run(updateMailed, [readerId, id, outcome.error, outcome.isAttempt]);
}
