import type { ReaderImport } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';

export type Result = NonNullable<ReaderImport['result']>;
export type Phase = ReaderImport['phase'];

export interface ImportRow {
  id: string;
  service: ReaderImport['service'];
  address: string;
  account: string;
  state: ReaderImport['state'];
  phase: Phase;
  done: number;
  total: number;
  result: Result | null;
  errorCode: string | null;
  error: string | null;
  nextAttemptAt: Date;
  createdAt: Date;
  finishedAt: Date | null;
}

const COLUMNS = `id, service, address, account, state, phase, done, total, result, error_code as "errorCode", error,
  next_attempt_at as "nextAttemptAt", created_at as "createdAt", finished_at as "finishedAt"`;

/** Who works imports hears on this channel that there is one. */
export const IMPORTS_CHANNEL = 'alt_reader_imports';

const insertImport = statement<ImportRow>(
  'imports_insert',
  `insert into reader_imports (tenant_id, reader_id, service, address, account, secret, kept)
   values (current_tenant_id(), current_reader_id(), $1, $2, $3, $4, $5)
   on conflict (reader_id) where state in ('waiting', 'running') do nothing returning ${COLUMNS}`,
);
const notify = statement('imports_notify', `select pg_notify('${IMPORTS_CHANNEL}', '')`);

/** An import of the present reader; null where one of theirs has not ended yet. */
export async function addImport(
  tx: Queryable,
  given: { service: string; address: string; account: string; secret: Buffer; what: readonly string[] },
): Promise<ImportRow | null> {
  const { service, address, account, secret, what } = given;
  const row = await tx.one(insertImport, [service, address, account, secret, JSON.stringify({ what })]);
  await tx.run(notify);
  return row;
}

const selectImport = statement<ImportRow>(
  'imports_one',
  `select ${COLUMNS} from reader_imports where id = $1 and reader_id = current_reader_id()`,
);

export function findImport(tx: Queryable, id: string): Promise<ImportRow | null> {
  return tx.one(selectImport, [id]);
}

const selectImports = statement<ImportRow>(
  'imports_list',
  `select ${COLUMNS} from reader_imports
   where reader_id = current_reader_id() and ($1::uuid is null or id < $1) order by id desc limit $2`,
);

/** The newest first, those before `cursor`. */
export function listImports(tx: Queryable, cursor: string | null, limit: number): Promise<ImportRow[]> {
  return tx.all(selectImports, [cursor, limit]);
}

const selectChanged = statement<ImportRow>(
  'imports_changed',
  `select ${COLUMNS} from reader_imports where reader_id = current_reader_id() and revision > $1 order by id desc limit 3`,
);

/** Imports that went on after a revision of the present reader. */
export function changedImports(tx: Queryable, since: number): Promise<ImportRow[]> {
  return tx.all(selectChanged, [since]);
}

export interface ClaimedImport {
  id: string;
  tenantId: string;
  userId: string;
  attempts: number;
}

const callClaim = statement<ClaimedImport>(
  'imports_claim',
  `select id, tenant_id as "tenantId", user_id as "userId", attempts
   from claim_reader_imports($1, $2, make_interval(secs => $3))`,
);

export function claimImports(database: Queryable, worker: string, wanted: number, leaseMs: number) {
  return database.all(callClaim, [worker, wanted, leaseMs / 1_000]);
}

/** What an import keeps for whoever takes it up after a crash. */
export interface Kept {
  what: string[];
  /** The feed here of each subscription there. */
  feeds?: Record<string, number>;
  folders?: string[];
}

const selectWork = statement<{
  address: string;
  account: string;
  secret: Buffer | null;
  kept: Kept;
  result: Result | null;
}>(
  'imports_work',
  'select address, account, secret, kept, result from reader_imports where id = $1 and claimed_by = $2 for update',
);

/** What is to do and what is done already; null where the import is somebody else's by now. */
export function findWork(tx: Queryable, id: string, worker: string) {
  return tx.one(selectWork, [id, worker]);
}

const updateLease = statement(
  'imports_renew',
  'update reader_imports set claimed_until = now() + make_interval(secs => $3) where id = $1 and claimed_by = $2',
);

/** False where the import is somebody else's by now. */
export async function renewImport(tx: Queryable, id: string, worker: string, leaseMs: number): Promise<boolean> {
  return (await tx.run(updateLease, [id, worker, leaseMs / 1_000])) === 1;
}

export interface Progress {
  phase: Phase;
  done: number;
  total: number;
  address?: string;
  kept?: Partial<Kept>;
  result?: Result;
}

const updateProgress = statement(
  'imports_progress',
  `update reader_imports set phase = $3, done = $4, total = $5, address = coalesce($6, address), kept = kept || $7,
     result = coalesce($8, result), error_code = null, error = null, revision = begin_change(),
     attempts = case when $4 > done then 0 else attempts end
   where id = $1 and claimed_by = $2`,
);

/** Says how far it is, and tells the reader's event streams. False where the import is somebody else's by now. */
export async function saveProgress(tx: Queryable, id: string, worker: string, progress: Progress): Promise<boolean> {
  const { phase, done, total, address = null, kept = {}, result } = progress;
  const values = [
    id,
    worker,
    phase,
    done,
    total,
    address,
    JSON.stringify(kept),
    result ? JSON.stringify(result) : null,
  ];
  return (await tx.run(updateProgress, values)) === 1;
}

const updateOver = statement(
  'imports_over',
  `update reader_imports set state = case when $4::text is null then 'done' else 'failed' end, phase = 'over',
     result = coalesce($3, result), error_code = $4, error = $5, secret = null, kept = '{}', claimed_by = null,
     claimed_until = null, finished_at = now(), revision = begin_change()
   where id = $1 and claimed_by = $2`,
);

/** Ends an import, well or with a reason; its password is gone. False where it is somebody else's by now. */
export async function endImport(
  tx: Queryable,
  id: string,
  worker: string,
  end: { result: Result | null; code?: string; error?: string },
): Promise<boolean> {
  const { result, code = null, error = null } = end;
  return (await tx.run(updateOver, [id, worker, result && JSON.stringify(result), code, error])) === 1;
}

const updateWaiting = statement(
  'imports_back',
  `update reader_imports set state = 'waiting', next_attempt_at = now() + make_interval(secs => $3),
     attempts = case when $4 then greatest(attempts - 1, 0) else attempts end, error_code = $5, error = $6,
     claimed_by = null, claimed_until = null, revision = begin_change()
   where id = $1 and claimed_by = $2`,
);

export interface GivingBack {
  delayMs: number;
  /** Whether this attempt counts for nothing. */
  isFree: boolean;
  code: string | null;
  error: string | null;
}

export async function giveBack(tx: Queryable, id: string, worker: string, how: GivingBack): Promise<void> {
  await tx.run(updateWaiting, [id, worker, how.delayMs / 1_000, how.isFree, how.code, how.error]);
}

const selectWritten = statement<{ itemId: string }>(
  'imports_written',
  'select item_id as "itemId" from inbound_items where reader_id = current_reader_id() and source = $1',
);

/** The items of a source that are in the inbox, or were. */
export async function writtenItems(tx: Queryable, source: string): Promise<Set<string>> {
  return new Set((await tx.all(selectWritten, [source])).map(({ itemId }) => itemId));
}

const selectKept = statement<{ unread: number; starred: number; labelled: number }>(
  'imports_states',
  `select count(*) filter (where not is_read)::int as unread, count(*) filter (where is_starred)::int as starred,
     count(*) filter (where labels <> '{}')::int as labelled
   from inbound_items where reader_id = current_reader_id() and source = $1 and state = 'done'`,
);

/** Of what has become articles: how much was unread, starred and labelled there. */
export async function countStates(tx: Queryable, source: string) {
  return (await tx.one(selectKept, [source])) ?? { unread: 0, starred: 0, labelled: 0 };
}

const callPurge = statement<{ count: number }>('imports_purge', 'select purge_reader_imports($1) as count');

/** Removes imports that ended long ago. */
export async function purgeImports(database: Queryable, batch: number): Promise<number> {
  return (await database.one(callPurge, [batch]))?.count ?? 0;
}

/** The number of the present reader. */
export const ownNumber = statement<{ id: number }>('imports_reader', 'select current_reader_id() as id');
