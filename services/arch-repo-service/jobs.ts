import { randomUUID } from 'node:crypto';
import { Problem, type ProjectJob, readProjectJob } from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import { type Host, type Logger, oneAtATime, type Route, route, type Jobs as WatchedJobs } from '@alt/service-kit';
import { type AsPerson, partNotFound } from './people.ts';
import * as store from './store/jobs.ts';

/** What the work on one job may use. Everything it reads and writes is its person's. */
export interface Work {
  id: string;
  projectId: string | null;
  tenantId: string;
  input: Record<string, unknown>;
  /** What an earlier attempt had done. */
  kept: Record<string, unknown>;
  /** Aborted when the job is somebody else's, or the service stops. */
  signal: AbortSignal;
  inTransaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Saves how far it is, in a transaction of its own or in that of `tx`. Throws where the job is somebody else's. */
  progress(progress: { done: number; total: number; kept?: Record<string, unknown> }, tx?: Queryable): Promise<void>;
  /** Ends the job in the transaction of what it made. Throws where the job is somebody else's. */
  finish(tx: Queryable, result: Record<string, unknown>, projectId?: string): Promise<void>;
}

export type Workers = Record<store.JobKind, (work: Work) => Promise<void>>;

export interface JobOptions {
  database: Database;
  log: Logger;
  workers: Workers;
  watched: WatchedJobs['watched'];
  listen?: Host['listen'];
  leaseMs?: number;
}

export interface Jobs {
  /** Works what is due now; resolves when nothing is any more. */
  workNow(): Promise<void>;
  stop(): Promise<void>;
}

const LEASE_MS = 60_000;
const AT_ONCE = 2;
const LOOK_EVERY_MS = 30_000;
const ATTEMPTS_MAXIMUM = 5;
const OUTAGE_DELAY_MS = 15_000;
const RETRY_DELAY_MS = 5_000;
/** Problems that pass by themselves: what the job needs is down, and the job waits for it. */
const OUTAGES = new Set(['unavailable', 'timeout', 'too-many-requests', 'database-unavailable', 'search-unavailable']);

/**
 * Works the jobs of projects: claimed for a lease that is renewed while the work goes on, so that what a killed process
 * left is taken up by another. Any number of processes may do this.
 */
export async function startJobs(options: JobOptions): Promise<Jobs> {
  const { log } = options;
  const worker = randomUUID();
  const working = oneAtATime(
    options.watched('jobs', LOOK_EVERY_MS, async (signal: AbortSignal) => {
      while (!signal.aborted) {
        const claimed = await store.claimJobs(options.database, worker, AT_ONCE, options.leaseMs ?? LEASE_MS);
        if (claimed.length === 0) return;
        await Promise.all(claimed.map((job) => workOne(options, worker, job, signal)));
      }
    }),
    (error) => log.warn({ error: String(error) }, 'jobs of projects could not be worked'),
  );
  const timer = setInterval(working.ask, LOOK_EVERY_MS).unref();
  const unlisten = await options.listen?.(store.JOBS_CHANNEL, () => void working.ask());
  void working.ask();
  return {
    workNow: working.ask,
    async stop() {
      clearInterval(timer);
      await unlisten?.();
      await working.stop();
    },
  };
}

async function workOne(
  options: JobOptions,
  worker: string,
  job: store.ClaimedJob,
  stopping: AbortSignal,
): Promise<void> {
  const { log, leaseMs = LEASE_MS } = options;
  const lost = new AbortController();
  const inTransaction: Work['inTransaction'] = (run) => options.database.asReader(job, run);
  const renewing = setInterval(() => {
    inTransaction((tx) => store.renewJob(tx, job.id, worker, leaseMs)).then(
      (isMine) => isMine || lost.abort(),
      () => {},
    );
  }, leaseMs / 3);
  try {
    const found = await inTransaction((tx) => store.findWork(tx, job.id, worker));
    if (!found) return;
    const signal = AbortSignal.any([stopping, lost.signal]);
    const work = { ...job, ...found, signal, inTransaction, ...savingFor(job, worker, inTransaction) };
    if (job.attempts > ATTEMPTS_MAXIMUM) throw new Problem('internal', 'It was tried too often without an end.');
    await options.workers[job.kind](work);
  } catch (error) {
    if (error instanceof LostJob) return;
    const isStopped = stopping.aborted;
    if (!isStopped) log.warn({ job: job.id, kind: job.kind, error: String(error) }, 'a job of a project ended early');
    const end = endOf(error, job, isStopped);
    await inTransaction((tx) =>
      'isFree' in end
        ? store.giveBack(tx, job.id, worker, end)
        : store.failJob(tx, job.id, worker, end.code, end.error),
    ).catch(() => {}); // its lease ends by itself
  } finally {
    clearInterval(renewing);
  }
}

/** The job is somebody else's by now; whoever has it goes on. */
class LostJob extends Error {}

function savingFor(
  job: store.ClaimedJob,
  worker: string,
  inTransaction: Work['inTransaction'],
): Pick<Work, 'progress' | 'finish'> {
  return {
    async progress(progress, tx) {
      const save = (within: Queryable) => store.saveProgress(within, job.id, worker, progress);
      if (!(await (tx ? save(tx) : inTransaction(save)))) throw new LostJob();
    },
    async finish(tx, result, projectId) {
      if (!(await store.finishJob(tx, job.id, worker, result, projectId))) throw new LostJob();
    },
  };
}

/** What becomes of a job that met an error: it waits for what is down, is tried again, or has failed. */
function endOf(
  error: unknown,
  job: store.ClaimedJob,
  isStopped: boolean,
): store.GivingBack | { code: string; error: string } {
  if (isStopped) return { delayMs: 0, isFree: true, code: null, error: null };
  const code = error instanceof Problem ? error.code : 'internal';
  const message = error instanceof Problem ? error.message : 'This should not have happened; the log has the details.';
  if (OUTAGES.has(code) || (error instanceof Error && error.name === 'DatabaseUnavailableError')) {
    return { delayMs: OUTAGE_DELAY_MS, isFree: true, code, error: message };
  }
  const isFinal =
    error instanceof Problem && ['not-found', 'forbidden', 'invalid-request', 'limit-reached'].includes(code);
  if (isFinal || job.attempts >= ATTEMPTS_MAXIMUM) return { code, error: message };
  return { delayMs: RETRY_DELAY_MS * 2 ** job.attempts, isFree: false, code, error: message };
}

export function jobRoutes(asPerson: AsPerson): Route[] {
  return [
    route(readProjectJob, ({ params, reader }) =>
      asPerson(
        reader,
        async (tx) => {
          const row = await store.findJob(tx, params.id);
          if (!row) throw partNotFound('job');
          return presentJob(row);
        },
        { isReadOnly: true },
      ),
    ),
  ];
}

export function presentJob(row: store.JobRow): ProjectJob {
  const { id, kind, projectId, state, done, total, result, errorCode, error } = row;
  return {
    id,
    kind,
    projectId,
    state,
    done,
    total,
    result,
    error: errorCode === null ? null : { code: errorCode, message: error ?? '' },
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
