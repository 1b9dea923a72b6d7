import { type Database, type Queryable, statement } from '@alt/database';
import { z } from 'zod';
import type { ZoneReport } from '../budget.ts';

/** A connection that this process works for now. */
export interface Claim {
  id: number;
  /** The name of its tokens. */
  account: string;
  userId: string;
  tenantId: string;
  readerId: number;
}

const callClaim = statement<Claim>(
  'inoreader_claim',
  `select id, account, user_id as "userId", tenant_id as "tenantId", reader_id as "readerId"
   from claim_inoreader($1, $2, $3, $4)`,
);

/** Takes a connection that is due, or the one of that account, for so long; null if there is none. */
export function claim(database: Database, worker: string, now: Date, leaseSeconds: number, account: string | null) {
  return database.one(callClaim, [worker, now, leaseSeconds, account]);
}

/** A list of ids that is asked page by page, over days if need be. */
const listing = z.object({
  kind: z.enum(['arrivals', 'unread', 'starred', 'label']),
  label: z.string().default(''),
  continuation: z.string().nullable().default(null),
  /** Counts requests; what was written later is not judged by this list. */
  startedStep: z.number(),
  pages: z.number().default(0),
  restarts: z.number().default(0),
  newest: z.number().default(0),
});
export type Listing = z.infer<typeof listing>;

const time = z.coerce.date().nullable().default(null);

const progress = z.object({
  /** When subscriptions and folders were asked last; labels likewise. */
  feedsAt: time,
  labelsAt: time,
  lookedAt: time,
  /** Requests that the last look took. */
  lookCost: z.number().default(3),
  /** When the newest item that a list showed came to Inoreader, in microseconds. */
  newest: z.number().default(0),
  folders: z.array(z.string()).default([]),
  labels: z.array(z.string()).default([]),
  listing: listing.nullable().default(null),
  queue: z.array(z.object({ kind: listing.shape.kind, label: z.string().default('') })).default([]),
  /** Lists from which so much was missing that it is believed only when it is so again. */
  doubted: z.array(z.string()).default([]),
  wroteAt: time,
});
export type Progress = z.infer<typeof progress>;

export interface Connection {
  seenRevision: number;
  isWanted: boolean;
  isConfirmed: boolean;
  failures: number;
  createdAt: Date;
  progress: Progress;
}

const selectConnection = statement<Omit<Connection, 'progress'> & { progress: unknown }>(
  'inoreader_connection',
  `select seen_revision as "seenRevision", wanted_at is not null as "isWanted", confirmed_at is not null as "isConfirmed",
     failures, created_at as "createdAt", progress
   from inoreader_connections where id = $1`,
);

export async function readConnection(tx: Queryable, id: number): Promise<Connection | null> {
  const row = await tx.one(selectConnection, [id]);
  return row && { ...row, progress: progress.parse(row.progress) };
}

const updateProgress = statement('inoreader_progress', 'update inoreader_connections set progress = $2 where id = $1');

export async function saveProgress(tx: Queryable, id: number, value: Progress): Promise<void> {
  await tx.run(updateProgress, [id, JSON.stringify(value)]);
}

const spendOne = statement<{ step: number | null; isAllowed: boolean }>(
  'inoreader_spend',
  `with mine as (
     update inoreader_connections set step = step + 1, lease_until = $4::timestamptz + make_interval(secs => $5)
       where id = $1 and lease_owner = $3 returning step
   ), counted as (
     insert into inoreader_budgets as b (connection_id, zone, day_ends_at, allowed, used)
       select $1, $2::int, $6::timestamptz, $7::int, 1 from mine
       on conflict (connection_id, zone) do update set
         used = case when b.day_ends_at <= $4 then 1 else b.used + 1 end,
         day_ends_at = case when b.day_ends_at <= $4 then excluded.day_ends_at else b.day_ends_at end,
         blocked_until = null
       where (b.blocked_until is null or b.blocked_until <= $4)
         and case when b.day_ends_at <= $4 then 0 else b.used end < b.allowed - ceil(b.allowed * $8::float8)
       returning zone
   )
   select (select step from mine) as step, exists (select from counted) as "isAllowed"`,
);

export interface Spending {
  connectionId: number;
  zone: 1 | 2;
  worker: string;
  now: Date;
  leaseSeconds: number;
  /** Where the day ends as long as Inoreader has not said. */
  midnight: Date;
  allowedByDefault: number;
  reserve: number;
}

/**
 * Counts a request before it is sent, and keeps the lease. `step` is null where the lease is somebody else's by now;
 * `isAllowed` is false where the day's requests are spent.
 */
export async function spend(tx: Queryable, by: Spending): Promise<{ step: number | null; isAllowed: boolean }> {
  const row = await tx.one(spendOne, [
    by.connectionId,
    by.zone,
    by.worker,
    by.now,
    by.leaseSeconds,
    by.midnight,
    by.allowedByDefault,
    by.reserve,
  ]);
  return row ?? { step: null, isAllowed: false };
}

const updateReport = statement(
  'inoreader_report',
  `insert into inoreader_budgets as b (connection_id, zone, day_ends_at, allowed, used)
     values ($1, $2, coalesce($5::timestamptz, $6::timestamptz), coalesce($3::int, $7::int), coalesce($4::int, 0))
     on conflict (connection_id, zone) do update set
       allowed = coalesce($3, b.allowed),
       -- A count of a later day is that day's, and has at least the request that was just answered; within a day one that was sent and not answered stays counted.
       used = case when $4 is null then b.used
         when $5 > b.day_ends_at + interval '10 minutes' and $4 < b.used then greatest($4, 1) else greatest(b.used, $4) end,
       day_ends_at = coalesce($5, b.day_ends_at)`,
);

/** Corrects a zone's budget by what an answer said. `dayEndsAt` is null where it did not say. */
export async function report(
  tx: Queryable,
  connectionId: number,
  zone: 1 | 2,
  said: ZoneReport & { dayEndsAt: Date | null },
  otherwise: { midnight: Date; allowed: number },
): Promise<void> {
  if (said.allowed === null && said.used === null && said.dayEndsAt === null) return;
  const { midnight, allowed } = otherwise;
  await tx.run(updateReport, [connectionId, zone, said.allowed, said.used, said.dayEndsAt, midnight, allowed]);
}

const updateBlock = statement(
  'inoreader_block',
  `update inoreader_budgets set blocked_until = coalesce($3::timestamptz, day_ends_at) where connection_id = $1 and zone = $2`,
);

/** Asks nothing more in this zone until then; until the end of the day where that is null. */
export async function block(tx: Queryable, connectionId: number, zone: 1 | 2, until: Date | null): Promise<void> {
  await tx.run(updateBlock, [connectionId, zone, until]);
}

export interface Budget {
  zone: 1 | 2;
  dayEndsAt: Date;
  allowed: number;
  used: number;
  blockedUntil: Date | null;
}

const selectBudgets = statement<Budget>(
  'inoreader_budgets',
  `select zone, day_ends_at as "dayEndsAt", allowed, used, blocked_until as "blockedUntil"
   from inoreader_budgets where connection_id = $1 order by zone`,
);

export function readBudgets(tx: Queryable, connectionId: number): Promise<Budget[]> {
  return tx.all(selectBudgets, [connectionId]);
}

export interface Ending {
  state: 'ok' | 'waiting' | 'unauthorised' | 'failing';
  code: string | null;
  message: string | null;
  nextRunAt: Date;
  failures: number;
  /** Null where the run did not come to its end. */
  succeededAt: Date | null;
}

const updateEnd = statement(
  'inoreader_end',
  `update inoreader_connections set state = $3, problem_code = $4, problem_message = $5, next_run_at = $6, failures = $7,
     last_success_at = coalesce($8, last_success_at), wanted_at = null, lease_owner = null, lease_until = null
   where id = $1 and lease_owner = $2`,
);

/** Writes down how a run ended and gives the lease back, if it is still this worker's. */
export async function end(tx: Queryable, connectionId: number, worker: string, ending: Ending): Promise<void> {
  const { state, code, message, nextRunAt, failures, succeededAt } = ending;
  await tx.run(updateEnd, [connectionId, worker, state, code, message, nextRunAt, failures, succeededAt]);
}

const updateRelease = statement(
  'inoreader_release',
  'update inoreader_connections set lease_owner = null, lease_until = null where id = $1 and lease_owner = $2',
);

/** Gives the lease back as if nothing had been done. */
export async function release(tx: Queryable, connectionId: number, worker: string): Promise<void> {
  await tx.run(updateRelease, [connectionId, worker]);
}

const clearConfirmed = statement(
  'inoreader_confirmed',
  'update inoreader_connections set confirmed_at = null where id = $1',
);

const updateConfirmed = statement(
  'inoreader_confirm',
  'update inoreader_connections set confirmed_at = $2 where id = $1',
);

export async function rememberConfirmation(tx: Queryable, connectionId: number, now: Date): Promise<void> {
  await tx.run(updateConfirmed, [connectionId, now]);
}

/** What the reader confirmed was done; the next mass deletion is asked about again. */
export async function forgetConfirmation(tx: Queryable, connectionId: number): Promise<void> {
  await tx.run(clearConfirmed, [connectionId]);
}
