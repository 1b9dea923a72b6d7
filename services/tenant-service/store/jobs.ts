import { type Queryable, statement } from '@alt/database';

export type JobKind = 'export' | 'import';

export interface JobRow {
  id: string;
  kind: JobKind;
  tenantId: string | null;
  state: 'uploading' | 'queued' | 'running' | 'done' | 'failed';
  step: string;
  rows: number;
  sizeBytes: number;
  remarks: string[];
  error: string | null;
  createdAt: Date;
  finishedAt: Date | null;
  expiresAt: Date;
}

const columns = `id, kind, tenant_id as "tenantId", state, step, rows, size_bytes as "sizeBytes", remarks, error,
  created_at as "createdAt", finished_at as "finishedAt", expires_at as "expiresAt"`;

const insertExportStatement = statement<{ id: string }>(
  'jobs_insert_export',
  `insert into tenant_jobs (kind, tenant_id, account_id, state) values ('export', $1, $2, 'queued')
   on conflict do nothing returning id`,
);

/** Begins an export; false where one is under way. */
export async function insertExport(tx: Queryable, tenantId: string, accountId: string): Promise<boolean> {
  return (await tx.one(insertExportStatement, [tenantId, accountId])) !== null;
}

const newestStatement = statement<JobRow>(
  'jobs_newest_export',
  `select ${columns} from tenant_jobs where tenant_id = $1 and kind = 'export' order by id desc limit 1`,
);

export function readNewestExport(tx: Queryable, tenantId: string): Promise<JobRow | null> {
  return tx.one(newestStatement, [tenantId]);
}

const newestFileStatement = statement<JobRow>(
  'jobs_newest_file',
  `select ${columns} from tenant_jobs where tenant_id = $1 and kind = 'export' and state = 'done' order by id desc limit 1`,
);

export function readNewestFile(tx: Queryable, tenantId: string): Promise<JobRow | null> {
  return tx.one(newestFileStatement, [tenantId]);
}

const forgetUploadsStatement = statement(
  'jobs_forget_uploads',
  `delete from tenant_jobs where account_id = $1 and kind = 'import' and state = 'uploading'
     and created_at < now() - interval '10 minutes'`,
);
const insertImportStatement = statement<{ id: string }>(
  'jobs_insert_import',
  `insert into tenant_jobs (kind, account_id, state) values ('import', $1, 'uploading') on conflict do nothing returning id`,
);

/** Begins an upload; null where the account has an import under way. An upload that was broken off does not count. */
export async function insertImport(tx: Queryable, accountId: string): Promise<string | null> {
  await tx.run(forgetUploadsStatement, [accountId]);
  return (await tx.one(insertImportStatement, [accountId]))?.id ?? null;
}

const uploadedStatement = statement(
  'jobs_uploaded',
  `update tenant_jobs set state = 'queued', digest = $3, size_bytes = $4 where account_id = $1 and id = $2 and state = 'uploading'`,
);

export async function markUploaded(
  tx: Queryable,
  accountId: string,
  { id, digest, sizeBytes }: { id: string; digest: Buffer; sizeBytes: number },
): Promise<void> {
  await tx.run(uploadedStatement, [accountId, id, digest, sizeBytes]);
}

const readImportStatement = statement<JobRow>(
  'jobs_read_import',
  `select ${columns} from tenant_jobs where account_id = $1 and id = $2 and kind = 'import'`,
);

export function readImport(tx: Queryable, accountId: string, id: string): Promise<JobRow | null> {
  return tx.one(readImportStatement, [accountId, id]);
}

const removeStatement = statement('jobs_remove', 'delete from tenant_jobs where id = $1');

export async function removeJob(tx: Queryable, id: string): Promise<void> {
  await tx.run(removeStatement, [id]);
}

// Pieces of the file.

const insertPieceStatement = statement(
  'jobs_insert_piece',
  'insert into tenant_job_pieces (job_id, position, bytes) values ($1, $2, $3)',
);

export async function insertPiece(tx: Queryable, jobId: string, position: number, bytes: Buffer): Promise<void> {
  await tx.run(insertPieceStatement, [jobId, position, bytes]);
}

const readPieceStatement = statement<{ bytes: Buffer }>(
  'jobs_read_piece',
  'select bytes from tenant_job_pieces where job_id = $1 and position = $2',
);

export async function readPiece(tx: Queryable, jobId: string, position: number): Promise<Buffer | null> {
  return (await tx.one(readPieceStatement, [jobId, position]))?.bytes ?? null;
}

const removePiecesStatement = statement('jobs_remove_pieces', 'delete from tenant_job_pieces where job_id = $1');

export async function removePieces(tx: Queryable, jobId: string): Promise<void> {
  await tx.run(removePiecesStatement, [jobId]);
}

// Working on a job: only its worker may, for as long as its claim holds.

export interface ClaimedJob {
  id: string;
  kind: JobKind;
  tenantId: string | null;
  accountId: string;
  attempts: number;
}

const claimStatement = statement<ClaimedJob>(
  'jobs_claim',
  `select id, kind, tenant_id as "tenantId", account_id as "accountId", attempts
   from claim_tenant_job($1, $2::interval, $3)`,
);

export function claimJob(database: Queryable, worker: string, leaseMs: number, attempts: number) {
  return database.one(claimStatement, [worker, `${leaseMs / 1000} seconds`, attempts]);
}

const renewStatement = statement(
  'jobs_renew',
  `update tenant_jobs set claimed_until = now() + $3::interval, step = $4, rows = $5
   where id = $1 and claimed_by = $2 and state = 'running'`,
);

/** Goes on holding a job, and says how far it is. False where it is somebody else's meanwhile. */
export async function renewJob(
  tx: Queryable,
  claim: { id: string; worker: string; leaseMs: number; step: string; rows: number },
): Promise<boolean> {
  const { id, worker, leaseMs, step, rows } = claim;
  return (await tx.run(renewStatement, [id, worker, `${leaseMs / 1000} seconds`, step, rows])) > 0;
}

const finishStatement = statement(
  'jobs_finish',
  `update tenant_jobs set state = 'done', step = '', finished_at = now(), expires_at = now() + interval '2 days', error = null,
     rows = $3, remarks = $4, size_bytes = coalesce($5, size_bytes), digest = coalesce($6, digest),
     claimed_by = null, claimed_until = null
   where id = $1 and claimed_by = $2 and state = 'running'`,
);

export async function finishJob(
  tx: Queryable,
  done: { id: string; worker: string; rows: number; remarks: string[]; sizeBytes?: number; digest?: Buffer },
): Promise<boolean> {
  const { id, worker, rows, remarks, sizeBytes = null, digest = null } = done;
  return (await tx.run(finishStatement, [id, worker, rows, JSON.stringify(remarks), sizeBytes, digest])) > 0;
}

const releaseStatement = statement(
  'jobs_release',
  `update tenant_jobs set state = $3, error = left($4, 1000), claimed_by = null, claimed_until = null,
     next_attempt_at = now() + $5::interval, finished_at = case when $3 = 'failed' then now() end
   where id = $1 and claimed_by = $2 and state = 'running'`,
);

/** Gives a job back for another try, or for good. */
export async function releaseJob(
  tx: Queryable,
  end: { id: string; worker: string; state: 'queued' | 'failed'; error: string | null; waitMs: number },
): Promise<void> {
  await tx.run(releaseStatement, [end.id, end.worker, end.state, end.error, `${end.waitMs / 1000} seconds`]);
}

const removeExpiredStatement = statement('jobs_remove_expired', 'select remove_expired_jobs()');

export async function removeExpiredJobs(database: Queryable): Promise<void> {
  await database.run(removeExpiredStatement);
}

const undoStatement = statement('jobs_undo_import', 'select undo_import($1)');

/** Takes back the tenant that a failed import made. */
export async function undoImport(tx: Queryable, id: string): Promise<void> {
  await tx.run(undoStatement, [id]);
}
