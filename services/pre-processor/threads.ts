import type { Courtesy } from '@alt/service-kit';
import { Piscina } from 'piscina';
import { createGate } from './politeness.ts';

export interface Threads {
  /** Runs a function of the file in a thread. Rejects with ThreadError if that was too much for one. */
  run<Result>(name: string, task: unknown, limits: { timeoutMs: number; moved?: Uint8Array }): Promise<Result>;
  /** None runs and none waits. */
  isIdle(): boolean;
  stop(): Promise<void>;
}

/** The work took more time or memory than a thread is given. */
export class ThreadError extends Error {
  override readonly name = 'ThreadError';
}

export interface ThreadOptions {
  filename: string;
  threads: number;
  /** How far others go first (see `nice`). */
  niceIncrement?: number;
  memoryMb?: number;
  /** Given to the threads as `workerData`; see `createPauses`. */
  courtesy?: Courtesy;
}

const IDLE_TIMEOUT_MS = 5_000;

/**
 * Threads that run only while there is work. The time of a task begins when a thread is free for it: on a busy machine
 * tasks wait, and are not too much because of that.
 */
export function createThreads({ filename, threads, niceIncrement = 0, memoryMb, courtesy }: ThreadOptions): Threads {
  const pool = new Piscina({
    filename,
    niceIncrement,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_TIMEOUT_MS,
    recordTiming: false,
    workerData: courtesy?.shared,
    ...(memoryMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memoryMb } }),
  });
  // A thread that dies rejects its task; the event would end the process without a listener.
  pool.on('error', () => {});
  const gate = createGate(threads);
  let tasks = 0;

  return {
    async run(name, task, { timeoutMs, moved }) {
      tasks += 1;
      const leave = await gate.enter();
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const transferList = (moved ? [moved.buffer] : []) as unknown as Transfers;
        return await pool.run(task, { name, signal, transferList });
      } catch (error) {
        if (!signal.aborted && (error as { code?: unknown }).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
        throw new ThreadError(`${name} took too much time or memory.`, { cause: error });
      } finally {
        leave();
        tasks -= 1;
      }
    },
    isIdle: () => tasks === 0 && pool.threads.length === 0,
    stop: () => pool.close({ force: true }),
  };
}

/** Piscina does not export the name of its own type. */
type Transfers = NonNullable<NonNullable<Parameters<Piscina['run']>[1]>['transferList']>;
