import { Piscina } from 'piscina';
import type { Comparison, comparePairs, findKeys } from './comparing-thread.ts';
import type { StoryText } from './profile.ts';

/** Reads and compares articles in other threads, which wait for polling and the API. */
export interface Comparing {
  findKeys(stories: StoryText[]): Promise<ReturnType<typeof findKeys>>;
  comparePairs(comparison: Comparison): Promise<ReturnType<typeof comparePairs>>;
  stop(): Promise<void>;
}

const IDLE_TIMEOUT_MS = 5_000;
const TASK_TIMEOUT_MS = 60_000;
const NICE_INCREMENT = 10;

/** A thread that runs only while there is work. */
export function createComparing(threads = 1): Comparing {
  const pool = new Piscina({
    filename: new URL('./comparing-thread.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_TIMEOUT_MS,
    niceIncrement: NICE_INCREMENT,
    recordTiming: false,
  });
  // A thread that dies rejects its task; the event would end the process without a listener.
  pool.on('error', () => {});
  const run = (name: string, task: unknown) => pool.run(task, { name, signal: AbortSignal.timeout(TASK_TIMEOUT_MS) });
  return {
    findKeys: (stories) => run('findKeys', stories),
    comparePairs: (comparison) => run('comparePairs', comparison),
    stop: () => pool.close({ force: true }),
  };
}
