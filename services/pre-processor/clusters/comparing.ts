import type { Courtesy } from '@alt/service-kit';
import { createThreads } from '../threads.ts';
import type { Comparison, comparePairs, findKeys } from './comparing-thread.ts';
import type { StoryText } from './profile.ts';

/** Reads and compares articles in other threads, which wait for polling and the API. */
export interface Comparing {
  findKeys(stories: StoryText[]): Promise<ReturnType<typeof findKeys>>;
  comparePairs(comparison: Comparison): Promise<ReturnType<typeof comparePairs>>;
  stop(): Promise<void>;
}

const TASK_TIMEOUT_MS = 60_000;
const NICE_INCREMENT = 10;

/** A thread that runs only while there is work. */
export function createComparing(courtesy?: Courtesy): Comparing {
  const filename = new URL('./comparing-thread.ts', import.meta.url).href;
  const pool = createThreads({
    filename,
    threads: 1,
    niceIncrement: NICE_INCREMENT,
    ...(courtesy ? { courtesy } : {}),
  });
  return {
    findKeys: (stories) => pool.run('findKeys', stories, { timeoutMs: TASK_TIMEOUT_MS }),
    comparePairs: (comparison) => pool.run('comparePairs', comparison, { timeoutMs: TASK_TIMEOUT_MS }),
    stop: pool.stop,
  };
}
