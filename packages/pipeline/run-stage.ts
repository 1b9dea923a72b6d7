import type { Database, Queryable } from '@alt/database';
import type { Span, Tracer } from '@alt/tracing';
import { createAlarm } from './alarm.ts';
import { OutageError, ParkedError, PostponedError } from './errors.ts';
import {
  claimStage,
  completeStages,
  failStage,
  nextStageSeconds,
  postponeStage,
  renewStage,
  type StageItem,
} from './stages.ts';

/** Saves the result; runs in the transaction that completes the stage, again if that met a deadlock. */
export type SaveStage = (tx: Queryable) => Promise<void>;

/** Saves the results of those articles of a batch that are still this worker's; otherwise as SaveStage. */
export type SaveBatch = (tx: Queryable, mine: ReadonlySet<number>) => Promise<void>;

interface CommonOptions {
  database: Database;
  stage: string;
  /** Names this process in the rows it takes; another for every process. */
  worker: string;
  /** How many articles (or batches) are worked on at the same time. */
  concurrency: number;
  /** Saves why an article was parked, in the transaction that parks it. `error` is what the last try threw. */
  onParked?: (tx: Queryable, item: StageItem, reason: string, error: unknown) => Promise<void>;
  /** Hears how each piece of work ended, for metrics. */
  onEnded?: (result: StageResult) => void;
  /** Aborts what runs; the articles go back. */
  signal: AbortSignal;
  /** Hears that there may be work; answers how to stop hearing. */
  listen?: (onNotify: () => void) => Promise<() => Promise<void>>;
  log?: (message: string, details: Record<string, unknown>) => void;
  /** Tells of the work, in the trace in which each article came to the stage. */
  tracer?: Tracer | null;
  leaseSeconds?: number;
  maxAttempts?: number;
  /** Length of a pause after an outage, and of the first wait after a failure; both double. */
  retrySeconds?: number;
}

export interface StageOptions extends CommonOptions {
  /**
   * The work on one article, outside any transaction; answers how to save it. Errors are tried again later and parked
   * after the last try, but see PostponedError, OutageError and ParkedError.
   */
  work(item: StageItem, signal: AbortSignal): Promise<SaveStage>;
}

export interface BatchOptions extends CommonOptions {
  /** Articles a batch, at most; at most 1,000 in all batches. */
  batch: number;
  /**
   * The same for many articles of one priority or several. If it throws for more than one, each is tried alone, so that
   * one that cannot be done holds up no other.
   */
  workBatch(items: readonly StageItem[], signal: AbortSignal): Promise<SaveBatch>;
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
export function runStage({ work, ...options }: StageOptions): Promise<RunningStage> {
  const workBatch: BatchOptions['workBatch'] = async ([item], signal) => {
    const save = item ? await work(item, signal) : null;
    return async (tx) => save?.(tx);
  };
  return runBatches({ ...options, batch: 1, workBatch });
}

/** The same for work that goes better in batches: one load, one save, one commit for many articles. */
export async function runBatches(options: BatchOptions): Promise<RunningStage> {
  const { database, stage, worker, concurrency, batch } = options;
  const leaseSeconds = options.leaseSeconds ?? LEASE_SECONDS;
  const alarm = createAlarm();
  const running = new Map<number, Promise<void>>();
  let batches = 0;
  const outage: Outage = { count: 0, until: 0 };

  const start = (items: StageItem[]): void => {
    batches += 1;
    const task = inTraces(items, options, (span) => workOn(items, withSpan(options, span), outage)).finally(() => {
      for (const { articleId } of items) running.delete(articleId);
      batches -= 1;
      alarm.ring();
    });
    for (const { articleId } of items) running.set(articleId, task);
  };
  const look = async (): Promise<number> => {
    const pauseMs = outage.until - Date.now();
    if (pauseMs > 0) return pauseMs;
    // After an outage one article goes ahead to see whether it is over.
    const room = outage.count > 0 ? 1 - batches : (concurrency - batches) * batch;
    if (room <= 0) return LONGEST_WAIT_MS;
    const isRunning = [...running.keys()];
    const items = await claimStage(database, { stage, worker, limit: room, leaseSeconds, running: isRunning });
    for (let from = 0; from < items.length; from += batch) start(items.slice(from, from + batch));
    if (items.length === room) return LONGEST_WAIT_MS;
    const seconds = await nextStageSeconds(database, stage, [...running.keys()]);
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

/**
 * One span a piece of work: it continues the trace of its first article, and names those of the others. Its result is that of
 * the worst.
 */
function inTraces(
  items: readonly StageItem[],
  { tracer, stage }: BatchOptions,
  work: (span: Span | null) => Promise<void>,
): Promise<void> {
  const traces = items.map(({ trace }) => trace).filter((trace) => trace !== null);
  const [first = null] = traces;
  if (!tracer) return work(null);
  const attributes = { 'alt.stage': stage, 'alt.articles': items.length };
  return tracer.span(`stage ${stage}`, { kind: 'consumer', parent: first, links: traces.slice(1), attributes }, work);
}

/** The same options, whose results the span hears as well. */
function withSpan(options: BatchOptions, span: Span | null): BatchOptions {
  if (!span) return options;
  return {
    ...options,
    onEnded(result) {
      if (result === 'failed' || result === 'parked' || result === 'outage') span.fail(result);
      options.onEnded?.(result);
    },
  };
}

interface Outage {
  count: number;
  until: number;
}

async function workOn(items: StageItem[], options: BatchOptions, outage: Outage): Promise<void> {
  try {
    const save = await options.workBatch(items, options.signal);
    const mine = await options.database.transaction(async (tx) => {
      const completed = await completeStages(tx, items, options);
      if (completed.size > 0) await save(tx, completed);
      return completed;
    }, RETRY);
    outage.count = 0;
    for (const { articleId } of items) options.onEnded?.(mine.has(articleId) ? 'done' : 'stale');
  } catch (error) {
    if (items.length > 1 && !(error instanceof OutageError) && !options.signal.aborted) {
      for (const item of items) await workOn([item], options, outage);
      return;
    }
    if (error instanceof OutageError) pause(error, options, outage);
    for (const item of items) await giveUp(item, error, options);
  }
}

function pause(error: OutageError, { stage, retrySeconds = RETRY_SECONDS, log }: BatchOptions, outage: Outage): void {
  const seconds = Math.min(retrySeconds * 2 ** outage.count, LONGEST_PAUSE_SECONDS);
  outage.count += 1;
  outage.until = Date.now() + seconds * 1_000;
  log?.('stage paused', { stage, seconds, error: error.message });
}

async function giveUp(item: StageItem, error: unknown, options: BatchOptions): Promise<void> {
  try {
    const isMine = await afterFailure(item, error, options);
    options.onEnded?.(isMine ? resultOf(error) : 'stale');
  } catch (again) {
    // The lease ends by itself, and somebody tries again.
    options.onEnded?.(resultOf(error));
    const { stage, articleId } = item;
    options.log?.('cannot write down a failure', { stage, articleId, error: messageOf(again) });
  }
}

/** False where the article is no longer this worker's: then its failure says nothing. */
async function afterFailure(item: StageItem, error: unknown, options: BatchOptions): Promise<boolean> {
  const { database, worker, retrySeconds = RETRY_SECONDS, maxAttempts = MAX_ATTEMPTS } = options;
  if (options.signal.aborted) return postponeStage(database, item, { worker, seconds: 0 });
  if (error instanceof PostponedError) {
    return postponeStage(database, item, { worker, seconds: error.delayMs / 1_000 });
  }
  if (error instanceof OutageError) return postponeStage(database, item, { worker, seconds: 0 });
  const isLast = error instanceof ParkedError || item.attempts + 1 >= maxAttempts;
  const reason = messageOf(error);
  const waitSeconds = Math.min(retrySeconds * 2 ** item.attempts, LONGEST_RETRY_SECONDS);
  return database.transaction(async (tx) => {
    const isMine = await failStage(tx, item, { worker, reason, isLast, retrySeconds: waitSeconds });
    if (isLast && isMine) await options.onParked?.(tx, item, reason, error);
    return isMine;
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
