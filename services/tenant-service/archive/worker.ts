import { randomUUID } from 'node:crypto';
import { Problem } from '@alt/contracts';
import { oneAtATime } from '@alt/service-kit';
import * as jobs from '../store/jobs.ts';
import { exportTenant } from './exporting.ts';
import { ArchiveError } from './format.ts';
import { importTenant } from './importing.ts';
import { type ArchiveTools, FinalError, NO_TENANT, type Work } from './work.ts';

export interface ArchiveWorker {
  /** There is a new job. */
  soon(): void;
  stop(): Promise<void>;
}

const LEASE_MS = 60_000;
const RENEW_MS = 10_000;
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 5_000;

/** Works jobs one after the other, in any number of processes; what a process leaves behind another one begins anew. */
export function startArchiveWorker(tools: ArchiveTools, everyMs: number): ArchiveWorker {
  const { database, log } = tools;
  const worker = randomUUID();
  const working = oneAtATime(
    tools.jobs.watched('archives', everyMs, async (signal: AbortSignal) => {
      await jobs.removeExpiredJobs(database);
      while (!signal.aborted) {
        const job = await jobs.claimJob(database, worker, LEASE_MS, ATTEMPTS);
        if (!job) return;
        await workOn(tools, job, worker, signal);
      }
    }),
    (error) => log.warn({ error: String(error) }, 'archives are not worked on just now; trying on'),
  );
  const timer = setInterval(working.ask, everyMs).unref();
  return {
    soon: () => void working.ask(),
    async stop() {
      clearInterval(timer);
      await working.stop();
    },
  };
}

async function workOn(tools: ArchiveTools, job: jobs.ClaimedJob, worker: string, stopping: AbortSignal): Promise<void> {
  const lost = new AbortController();
  const work: Work = {
    job,
    worker,
    reader: { userId: job.accountId, tenantId: (job.kind === 'export' ? job.tenantId : null) ?? NO_TENANT },
    signal: AbortSignal.any([stopping, lost.signal]),
    progress: { step: '', rows: 0 },
  };
  const renew = async () => {
    const claim = { id: job.id, worker, leaseMs: LEASE_MS, ...work.progress };
    const isMine = await tools.database.asReader(work.reader, (tx) => jobs.renewJob(tx, claim));
    if (!isMine) lost.abort();
  };
  // A renewal that fails is tried again before the lease is over; if none succeeds, another worker takes the job.
  const timer = setInterval(() => void renew().catch(() => {}), RENEW_MS);
  try {
    await (job.kind === 'export' ? exportTenant(tools, work) : importTenant(tools, work));
  } catch (error) {
    if (!lost.signal.aborted) await giveBack(tools, work, error, stopping.aborted);
  } finally {
    clearInterval(timer);
  }
}

async function giveBack({ database, log }: ArchiveTools, work: Work, error: unknown, isStopping: boolean) {
  const { job, worker, reader } = work;
  const isFinal = error instanceof FinalError || error instanceof ArchiveError;
  const isOver = !isStopping && (isFinal || job.attempts >= ATTEMPTS);
  if (!isFinal && !isStopping) log.warn({ job: job.id, kind: job.kind, error: String(error) }, 'an archive failed');
  await database.asReader(reader, async (tx) => {
    if (isOver && job.kind === 'import') await jobs.undoImport(tx, job.id);
    await jobs.releaseJob(tx, {
      id: job.id,
      worker,
      state: isOver ? 'failed' : 'queued',
      error: isStopping ? null : sentenceOf(error),
      waitMs: isStopping ? 0 : FIRST_WAIT_MS * 2 ** (job.attempts - 1),
    });
  });
}

/** Sentences of ours are for people; what else went wrong stands in the log. */
function sentenceOf(error: unknown): string {
  const isOurs = error instanceof FinalError || error instanceof ArchiveError || error instanceof Problem;
  return isOurs ? error.message : 'Something went wrong on our side; the log has the details.';
}
