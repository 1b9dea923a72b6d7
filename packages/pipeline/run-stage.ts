import type { Database, Queryable } from '@alt/database';
import { createAlarm } from './alarm.ts';
import { OutageError, ParkedError, PostponedError } from './errors.ts';
import {
  claimStage,
  completeStage,
  failStage,
  nextStageSeconds,
  postponeStage,
  renewStage,
  type StageItem,
} from './stages.ts';

/** Saves the result; runs in the transaction that completes the stage, again if that met a deadlock. */
export type SaveStage = (tx: Queryable) => Promise<void>;

export interface StageOptions {
  database: Database;
  stage: string;
  /** Names this process in the rows it takes; another for every process. */
  worker: string;
  /** How many articles are worked on at the same time. */
  concurrency: number;
  /**
   * The work on one article, outside any transaction; answers how to save it. Errors are tried again later and parked
   * after the last try, but see PostponedError, OutageError and ParkedError.
   */
  work(item: StageItem, signal: AbortSignal): Promise<SaveStage>;
  /** Saves why an article was parked, in the transaction that parks it. `error` is what the last try threw. */
  onParked?: (tx: Queryable, item: StageItem, reason: string, error: unknown) => Promise<void>;
  /** Hears how each piece of work ended, for metrics. */
  onEnded?: (result: StageResult) => void;
  /** Aborts what runs; the articles go back. */
  signal: AbortSignal;
  /** Hears that there may be work; answers how to stop hearing. */
  listen?: (onNotify: () => void) => Promise<() => Promise<void>>;
  log?: (message: string, details: Record<string, unknown>) => void;
  leaseSeconds?: number;
  maxAttempts?: number;
  /** Length of a pause after an outage, and of the first wait after a failure; both double. */
  retrySeconds?: number;
}

export type StageResult = 'done' | 'stale' | 'failed' | 'parked' | 'postponed' | 'outage';

export interface RunningStage {
  wake(): void;
  /** Takes no more and waits for what runs. */
  stop(): Promise<void>;
}

const LEASE_SECONDS = 120;
const MAX_ATTEMPTS = 5;
const RETRY_SECONDS = 60;
const LONGEST_RETRY_SECONDS = 86_400;
const LONGEST_PAUSE_SECONDS = 600;
const LONGEST_WAIT_MS = 30_000;
const AFTER_ERROR_MS = 1_000;
/** A save takes readers' rows after others, and may meet who takes them first; then it runs again. */
const RETRY = { retry: true };

/**
 * Works a stage until stopped: claims as many articles as there is room for, renews their leases, completes, retries and
 * parks. Any number of processes may run the same stage.
 */
export async function runStage(options: StageOptions): Promise<RunningStage> {
  const { database, stage, worker, concurrency } = options;
  const leaseSeconds = options.leaseSeconds ?? LEASE_SECONDS;
  const alarm = createAlarm();
  const running = new Map<number, Promise<void>>();
  const outage = { count: 0, until: 0 };

  const start = (item: StageItem): void => {
    const task = workOn(item, options, outage).finally(() => {
      running.delete(item.articleId);
      alarm.ring();
    });
    running.set(item.articleId, task);
  };
  const look = async (): Promise<number> => {
    const pauseMs = outage.until - Date.now();
    if (pauseMs > 0) return pauseMs;
    // After an outage one article goes ahead to see whether it is over.
    const room = (outage.count > 0 ? 1 : concurrency) - running.size;
    if (room <= 0) return LONGEST_WAIT_MS;
    const items = await claimStage(database, { stage, worker, limit: room, leaseSeconds });
    for (const item of items) if (!running.has(item.articleId)) start(item);
    if (items.length === room) return LONGEST_WAIT_MS;
    const seconds = await nextStageSeconds(database, stage);
    return seconds === null ? LONGEST_WAIT_MS : Math.min(Math.max(seconds * 1_000, 100), LONGEST_WAIT_MS);
  };
  const renew = setInterval(() => {
    if (running.size === 0) return;
    renewStage(database, { stage, worker, articleIds: [...running.keys()], leaseSeconds }).catch(() => {});
  }, leaseSeconds * 333);
  renew.unref();

  let isStopped = false;
  const loop = async (): Promise<void> => {
    while (!isStopped) {
      const waitMs = await look().catch((error: unknown) => {
        options.log?.('cannot look for work', { stage, error: messageOf(error) });
        return AFTER_ERROR_MS;
      });
      if (!isStopped) await alarm.wait(waitMs);
    }
  };
  const looping = loop();
  const stopListening = (await options.listen?.(alarm.ring)) ?? null;
  return {
    wake: alarm.ring,
    async stop() {
      isStopped = true;
      alarm.ring();
      await stopListening?.();
      await looping;
      await Promise.all(running.values());
      clearInterval(renew);
    },
  };
}

async function workOn(item: StageItem, options: StageOptions, outage: { count: number; until: number }): Promise<void> {
  try {
    const save = await options.work(item, options.signal);
    const isMine = await options.database.transaction(async (tx) => {
      const isComplete = await completeStage(tx, item, options.worker);
      if (isComplete) await save(tx);
      return isComplete;
    }, RETRY);
    outage.count = 0;
    options.onEnded?.(isMine ? 'done' : 'stale');
  } catch (error) {
    options.onEnded?.(resultOf(error));
    await afterFailure(item, error, options, outage).catch((again: unknown) => {
      // The lease ends by itself, and somebody tries again.
      options.log?.('cannot write down a failure', {
        stage: item.stage,
        articleId: item.articleId,
        error: messageOf(again),
      });
    });
  }
}

async function afterFailure(
  item: StageItem,
  error: unknown,
  options: StageOptions,
  outage: { count: number; until: number },
): Promise<void> {
  const { database, worker, retrySeconds = RETRY_SECONDS, maxAttempts = MAX_ATTEMPTS } = options;
  if (options.signal.aborted) return postponeStage(database, item, { worker, seconds: 0 });
  if (error instanceof PostponedError) {
    return postponeStage(database, item, { worker, seconds: error.delayMs / 1_000 });
  }
  if (error instanceof OutageError) {
    const seconds = Math.min(retrySeconds * 2 ** outage.count, LONGEST_PAUSE_SECONDS);
    outage.count += 1;
    outage.until = Date.now() + seconds * 1_000;
    options.log?.('stage paused', { stage: item.stage, seconds, error: error.message });
    return postponeStage(database, item, { worker, seconds: 0 });
  }
  const isLast = error instanceof ParkedError || item.attempts + 1 >= maxAttempts;
  const reason = messageOf(error);
  const waitSeconds = Math.min(retrySeconds * 2 ** item.attempts, LONGEST_RETRY_SECONDS);
  await database.transaction(async (tx) => {
    await failStage(tx, item, { worker, reason, isLast, retrySeconds: waitSeconds });
    if (isLast) await options.onParked?.(tx, item, reason, error);
  }, RETRY);
}

function resultOf(error: unknown): StageResult {
  if (error instanceof PostponedError) return 'postponed';
  if (error instanceof OutageError) return 'outage';
  return error instanceof ParkedError ? 'parked' : 'failed';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
