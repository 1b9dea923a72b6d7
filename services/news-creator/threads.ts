import type { Courtesy } from '@alt/service-kit';
import { Piscina } from 'piscina';
import type * as tasks from './creating-thread.ts';

type Tasks = typeof tasks;
type TaskName = keyof Tasks;

/** The built-in engine, in threads of its own: they start when there is work and end when there is none. */
export interface Threads {
  run<Name extends TaskName>(
    name: Name,
    task: Parameters<Tasks[Name]>[0],
    signal?: AbortSignal,
  ): Promise<ReturnType<Tasks[Name]>>;
  stop(): Promise<void>;
}

const IDLE_TIMEOUT_MS = 5_000;
const TASK_TIMEOUT_MS = 60_000;
const THREAD_MEMORY_MB = 256;

export function createThreads(count: number, courtesy?: Courtesy): Threads {
  const pool = new Piscina({
    filename: new URL('./creating-thread.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: count,
    idleTimeout: IDLE_TIMEOUT_MS,
    niceIncrement: 10,
    workerData: courtesy?.shared,
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MEMORY_MB },
    recordTiming: false,
  });
  // A thread that dies rejects its task; the event would end the process without a listener.
  pool.on('error', () => {});
  return {
    run: (name, task, signal) => {
      const limit = AbortSignal.timeout(TASK_TIMEOUT_MS);
      return pool.run(task, { name, signal: signal ? AbortSignal.any([signal, limit]) : limit });
    },
    stop: () => pool.close({ force: true }),
  };
}
