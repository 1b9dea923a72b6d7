import { randomUUID } from 'node:crypto';
import { Problem } from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import { SETTLED_CHANNEL } from '@alt/pipeline';
import { type Host, type Logger, oneAtATime } from '@alt/service-kit';
import { orLimitReached } from '../sharing.ts';
import { ImportFailure } from './failures.ts';
import { importAccount, type Work } from './importing.ts';
import { isRecord, jsonOf } from './reader-api.ts';
import type { Sealing } from './sealing.ts';
import * as store from './store.ts';

export interface ImportJobs {
  stop(): Promise<void>;
}

export interface ImportJobOptions {
  database: Database;
  egress: Host['egress'];
  sealing: Sealing;
  listen: Host['listen'];
  log: Logger;
  leaseMs?: number;
}

const LEASE_MS = 20_000;
const AT_ONCE = 2;
const LOOK_EVERY_MS = 30_000;
const ATTEMPTS_MAXIMUM = 20;
const LONGEST_DELAY_MS = 6 * 3_600_000;
const PURGE_BATCH = 1_000;

/** Whose secret it is: sealed, it opens for nobody else's import. */
export function secretContext({ userId, tenantId }: { userId: string; tenantId: string }): string {
  return `import of ${userId} in ${tenantId}`;
}

/**
 * Works imports: claimed for a lease that is renewed while the work goes on, so that what a killed process left is taken up by
 * another. Any number of processes may do this.
 */
export async function startImports(options: ImportJobOptions): Promise<ImportJobs> {
  const { database, log, leaseMs = LEASE_MS } = options;
  const worker = randomUUID();
  const waiters = new Set<() => void>();
  const working = oneAtATime(
    async (signal) => {
      while (!signal.aborted) {
        const claimed = await store.claimImports(database, worker, AT_ONCE, leaseMs);
        if (claimed.length === 0) break;
        const place = { worker, waiters, lookLater };
        await Promise.all(claimed.map((job) => workOne({ ...options, leaseMs }, place, job, signal)));
      }
      while (!signal.aborted && (await store.purgeImports(database, PURGE_BATCH)) === PURGE_BATCH);
    },
    (error) => log.warn({ error: String(error) }, 'imports could not be worked'),
  );
  const timer = setInterval(working.ask, LOOK_EVERY_MS).unref();
  const lookLater = (delayMs: number) => void setTimeout(working.ask, delayMs).unref();
  const unlisten = [
    await options.listen(store.IMPORTS_CHANNEL, () => void working.ask()),
    await options.listen(SETTLED_CHANNEL, () => {
      for (const wake of waiters) wake();
      waiters.clear();
    }),
  ];
  void working.ask();
  // What a process that was killed just now had taken is free by then.
  lookLater(leaseMs + 1_000);
  return {
    async stop() {
      clearInterval(timer);
      for (const end of unlisten) await end();
      await working.stop();
    },
  };
}

type Options = ImportJobOptions & { leaseMs: number };

interface Place {
  worker: string;
  /** Called when pre-processor has settled something. */
  waiters: Set<() => void>;
  lookLater(delayMs: number): void;
}

/** The import is somebody else's by now; whoever has it goes on. */
class LostImport extends Error {}

async function workOne(options: Options, place: Place, job: store.ClaimedImport, stopping: AbortSignal): Promise<void> {
  const { log, leaseMs } = options;
  const { worker } = place;
  const lost = new AbortController();
  const inTransaction = <T>(run: (tx: Queryable) => Promise<T>) => options.database.asReader(job, run, { retry: true });
  const renewing = setInterval(() => {
    inTransaction((tx) => store.renewImport(tx, job.id, worker, leaseMs)).then(
      (isMine) => isMine || lost.abort(),
      () => {},
    );
  }, leaseMs / 3);
  try {
    const signal = AbortSignal.any([stopping, lost.signal]);
    const work = await openWork(options, place, job, signal);
    if (!work) return;
    const result = await orLimitReached(importAccount(work));
    await inTransaction((tx) => store.endImport(tx, job.id, worker, { result }));
    log.info({ import: job.id, ...result.articles, left: undefined }, 'an import has ended');
  } catch (error) {
    if (error instanceof LostImport || lost.signal.aborted) return;
    const end = endOf(error, job, stopping.aborted);
    // Of errors that are not ours only the kind: a message may quote what somebody typed.
    if (!stopping.aborted) log.warn({ import: job.id, code: end.code }, 'an import ended early');
    if (end.code === 'internal')
      log.error({ import: job.id, error: String(error) }, 'an import met what it should not');
    const { code, error: message } = end;
    await inTransaction(async (tx) => {
      if ('isFree' in end) await store.giveBack(tx, job.id, worker, end);
      else await store.endImport(tx, job.id, worker, { result: null, code: code ?? 'internal', error: message ?? '' });
    }).catch(() => {}); // its lease ends by itself
    if ('isFree' in end && end.delayMs < LOOK_EVERY_MS) place.lookLater(end.delayMs + 100);
  } finally {
    clearInterval(renewing);
  }
}

async function openWork(
  options: Options,
  { worker, waiters }: Place,
  job: store.ClaimedImport,
  signal: AbortSignal,
): Promise<Work | null> {
  const { database, egress, sealing } = options;
  const inTransaction: Work['inTransaction'] = (run) =>
    database.asReader(
      job,
      async (tx) => {
        const row = await tx.one(store.ownNumber);
        return run(tx, row?.id ?? 0);
      },
      { retry: true },
    );
  const found = await inTransaction((tx) => store.findWork(tx, job.id, worker));
  if (!found) return null;
  const { address, account, secret, kept, result } = found;
  const opened = secret && sealing.open(secret, secretContext(job));
  const given = opened ? jsonOf(opened) : null;
  if (!isRecord(given)) {
    throw new ImportFailure('secret-lost', 'The password of this import cannot be read any more. Begin it again.');
  }
  const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    id: job.id,
    address,
    credentials: { username: account, password: textOf(given.password), apiToken: textOf(given.apiToken) },
    kept,
    result,
    egress,
    signal,
    inTransaction,
    async progress(progress, tx) {
      const save = (within: Queryable) => store.saveProgress(within, job.id, worker, progress);
      if (!(await (tx ? save(tx) : inTransaction(save)))) throw new LostImport();
    },
    settled: () => new Promise((resolve) => waiters.add(resolve)),
  };
}

type End = store.GivingBack | { code: string; error: string };

/** What becomes of an import that met an error: it waits, is tried again, or has failed. */
function endOf(error: unknown, { attempts }: store.ClaimedImport, isStopped: boolean): End {
  if (isStopped) return { delayMs: 0, isFree: true, code: null, error: null };
  if (error instanceof Error && error.name === 'DatabaseUnavailableError') {
    return { delayMs: 15_000, isFree: true, code: 'unreachable', error: 'The database of Alt is away.' };
  }
  if (error instanceof ImportFailure) {
    const { code, message, retryAfterMs } = error;
    if (retryAfterMs === null || attempts >= ATTEMPTS_MAXIMUM) return { code, error: message };
    const delayMs = Math.max(retryAfterMs, Math.min(retryAfterMs * 2 ** Math.min(attempts - 1, 10), LONGEST_DELAY_MS));
    return { delayMs, isFree: false, code, error: message };
  }
  if (error instanceof Problem && error.code === 'limit-reached') return { code: error.code, error: error.message };
  const message = 'This should not have happened; the log has the details.';
  if (attempts >= ATTEMPTS_MAXIMUM / 4) return { code: 'internal', error: message };
  return { delayMs: 5_000 * 2 ** attempts, isFree: false, code: 'internal', error: message };
}
