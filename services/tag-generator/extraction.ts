import { Problem } from '@alt/contracts';
import type { Courtesy } from '@alt/service-kit';
import { Piscina } from 'piscina';
import type { ExtractedDocument, ExtractionTask, PhraseToStem } from './extraction-thread.ts';

export interface Extraction {
  /** Keyphrases of documents, found in another thread, in their order. */
  extract(task: ExtractionTask): Promise<ExtractedDocument[]>;
  /** The stem of each phrase, found there too. */
  stem(phrases: readonly PhraseToStem[]): Promise<string[]>;
  stop(): Promise<void>;
}

const IDLE_TIMEOUT_MS = 5_000;
const TASK_TIMEOUT_MS = 60_000;
const THREAD_MEMORY_MB = 256;
const QUEUE_MAXIMUM = 200;

/** Threads that find keyphrases. None runs until there is work, idle ones end, and polling and the API go first. */
export function createExtraction(threads: number, courtesy?: Courtesy): Extraction {
  const pool = new Piscina({
    filename: new URL('./extraction-thread.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_TIMEOUT_MS,
    niceIncrement: 10,
    workerData: courtesy?.shared,
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MEMORY_MB },
    recordTiming: false,
  });
  // A thread that dies rejects its task; the event would end the process without a listener.
  pool.on('error', () => {});
  return {
    async extract(task) {
      if (pool.queueSize >= QUEUE_MAXIMUM)
        throw new Problem('unavailable', 'Too many texts wait. Try again in a moment.');
      return pool.run(task, { name: 'extractBatch', signal: AbortSignal.timeout(TASK_TIMEOUT_MS) });
    },
    stem: (phrases) => pool.run(phrases, { name: 'stemPhrases', signal: AbortSignal.timeout(TASK_TIMEOUT_MS) }),
    stop: () => pool.close({ force: true }),
  };
}
