import type { Passage } from '@alt/contracts';
import { Piscina } from 'piscina';
import type { PassageTask } from './passages.ts';
import type { Question } from './question.ts';

export interface AskReading {
  readQuestion(text: string): Promise<Question>;
  selectPassages(task: PassageTask): Promise<Passage[]>;
  stop(): Promise<void>;
}

const IDLE_TIMEOUT_MS = 5_000;
const TASK_TIMEOUT_MS = 20_000;

/** A thread that reads questions and texts, so that lists stay quick meanwhile. It runs only when there is a question. */
export function createAskReading(): AskReading {
  const pool = new Piscina({
    filename: new URL('./thread.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_TIMEOUT_MS,
    recordTiming: false,
  });
  // A thread that dies rejects its task; the event would end the process without a listener.
  pool.on('error', () => {});
  const run = (name: string, task: unknown) => pool.run(task, { name, signal: AbortSignal.timeout(TASK_TIMEOUT_MS) });
  return {
    readQuestion: (text) => run('readQuestion', text),
    selectPassages: (task) => run('selectPassages', task),
    stop: () => pool.close({ force: true }),
  };
}
