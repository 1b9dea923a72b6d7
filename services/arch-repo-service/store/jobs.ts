import { type Queryable, statement } from '@alt/database';

export type JobKind = 'brief' | 'export' | 'import';

export interface JobRow {
  id: string;
  kind: JobKind;
  projectId: string | null;
  state: 'waiting' | 'running' | 'done' | 'failed';
  done: number;
  total: number;
  result: Record<string, string | number | boolean> | null;
  errorCode: string | null;
  error: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}

const COLUMNS = `id, kind, project_id as "projectId", state, done, total, result, error_code as "errorCode", error,
  created_at as "createdAt", finished_at as "finishedAt"`;

/** Who works jobs hears on this channel that there is one. */
export const JOBS_CHANNEL = 'alt_project_jobs';

const insertJob = statement<{ id: string }>(
  'job_insert',
  `with made as (
     insert into project_jobs (tenant_id, project_id, reader_id, role, kind, input)
       values (current_tenant_id(), $1, current_reader_id(), current_tenant_role(), $2, $3) returning id
   )
   select id, pg_notify('${JOBS_CHANNEL}', '') from made`,
);

/** A job of the present person. */
export async function addJob(
  tx: Queryable,
  projectId: string | null,
  kind: JobKind,
  input: Record<string, unknown>,
): Promise<string> {
  const row = await tx.one(insertJob, [projectId, kind, JSON.stringify(input)]);
  if (!row) throw new Error('no job was made');
  return row.id;
}

const selectJob = statement<JobRow>('job_one', `select ${COLUMNS} from project_jobs where id = $1`);

export function findJob(tx: Queryable, id: string): Promise<JobRow | null> {
  return tx.one(selectJob, [id]);
}

const selectOpen = statement<JobRow & { input: Record<string, unknown> }>(
  'jobs_open',
  `select ${COLUMNS}, input from project_jobs
   where project_id = $1 and kind = $2 and state in ('waiting', 'running') order by id desc`,
);

/** Jobs of a project that have not ended, the newest first. */
export function openJobs(tx: Queryable, projectId: string, kind: JobKind) {
  return tx.all(selectOpen, [projectId, kind]);
}

export interface ClaimedJob {
  id: string;
  kind: JobKind;
  projectId: string | null;
  tenantId: string;
  userId: string;
  role: string;
  attempts: number;
}

const callClaim = statement<ClaimedJob>(
  'jobs_claim',
  `select id, kind, project_id as "projectId", tenant_id as "tenantId", user_id as "userId", role, attempts
   from claim_project_jobs($1, $2, make_interval(secs => $3))`,
);

export function claimJobs(database: Queryable, worker: string, wanted: number, leaseMs: number): Promise<ClaimedJob[]> {
  return database.all(callClaim, [worker, wanted, leaseMs / 1000]);
}

const selectWork = statement<{ input: Record<string, unknown>; kept: Record<string, unknown> }>(
  'job_work',
  'select input, kept from project_jobs where id = $1 and claimed_by = $2 for update',
);

/** What is to do and what is done already; null where the job is somebody else's by now. Locks it for the transaction. */
export function findWork(tx: Queryable, id: string, worker: string) {
  return tx.one(selectWork, [id, worker]);
}

const updateLease = statement(
  'job_renew',
  `update project_jobs set claimed_until = now() + make_interval(secs => $3) where id = $1 and claimed_by = $2`,
);

/** False where the job is somebody else's by now. */
export async function renewJob(tx: Queryable, id: string, worker: string, leaseMs: number): Promise<boolean> {
  return (await tx.run(updateLease, [id, worker, leaseMs / 1000])) === 1;
}

const updateProgress = statement(
  'job_progress',
  `update project_jobs set done = $3, total = $4, kept = kept || $5 where id = $1 and claimed_by = $2`,
);

/** Says how far it is, and keeps what need not be done again. False where the job is somebody else's by now. */
export async function saveProgress(
  tx: Queryable,
  id: string,
  worker: string,
  progress: { done: number; total: number; kept?: Record<string, unknown> },
): Promise<boolean> {
  const kept = JSON.stringify(progress.kept ?? {});
  return (await tx.run(updateProgress, [id, worker, progress.done, progress.total, kept])) === 1;
}

const updateDone = statement(
  'job_done',
  `update project_jobs set state = 'done', done = total, result = $3, project_id = coalesce($4, project_id), kept = '{}',
     error_code = null, error = null, claimed_by = null, claimed_until = null, finished_at = now()
   where id = $1 and claimed_by = $2`,
);

/** False where the job is somebody else's by now. */
export async function finishJob(
  tx: Queryable,
  id: string,
  worker: string,
  result: Record<string, unknown>,
  projectId: string | null = null,
): Promise<boolean> {
  return (await tx.run(updateDone, [id, worker, JSON.stringify(result), projectId])) === 1;
}

const updateFailed = statement(
  'job_failed',
  `update project_jobs set state = 'failed', error_code = $3, error = $4, claimed_by = null, claimed_until = null,
     finished_at = now(), kept = '{}'
   where id = $1 and claimed_by = $2`,
);

export async function failJob(tx: Queryable, id: string, worker: string, code: string, error: string): Promise<void> {
  await tx.run(updateFailed, [id, worker, code, error]);
}

const updateWaiting = statement(
  'job_back',
  `update project_jobs set state = 'waiting', next_attempt_at = now() + make_interval(secs => $3),
     attempts = case when $4 then greatest(attempts - 1, 0) else attempts end, error_code = $5, error = $6,
     claimed_by = null, claimed_until = null
   where id = $1 and claimed_by = $2`,
);

export interface GivingBack {
  delayMs: number;
  /** Whether this attempt counts for nothing: what it needs was not there. */
  isFree: boolean;
  code: string | null;
  error: string | null;
}

export async function giveBack(tx: Queryable, id: string, worker: string, how: GivingBack): Promise<void> {
  await tx.run(updateWaiting, [id, worker, how.delayMs / 1000, how.isFree, how.code, how.error]);
}

const callPurge = statement<{ count: number }>('jobs_purge', 'select purge_project_work($1) as count');

/** Removes files that expired and jobs that ended long ago. Answers how many rows went. */
export async function purgeWork(database: Queryable, batch: number): Promise<number> {
  return (await database.one(callPurge, [batch]))?.count ?? 0;
}
