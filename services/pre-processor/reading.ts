import { Piscina } from 'piscina';
import type { DocumentResult, DocumentTask } from './document.ts';
import type { PageResult, PageTask } from './extraction/article.ts';
import { refuse } from './extraction/judgement.ts';
import { createMemoryRelief } from './memory.ts';

export interface Reading {
  /**
   * Reads a document in another thread; takes its bytes away from the caller. A document that no thread can bear (time,
   * memory) is refused like any other that is no feed.
   */
  readDocument(task: DocumentTask): Promise<DocumentResult>;
  /** Finds the article of a page in another thread; takes the bytes away too. */
  extractArticle(task: PageTask): Promise<PageResult>;
  stop(): Promise<void>;
}

/** Piscina does not export the name of its own type. */
type Transfers = NonNullable<NonNullable<Parameters<Piscina['run']>[1]>['transferList']>;

const IDLE_TIMEOUT_MS = 5_000;
const TASK_TIMEOUT_MS = 30_000;
/** The worst documents need 256 MB (see packages/feeds); more is an attack. */
const THREAD_MEMORY_MB = 512;

/** Threads that read documents and pages. None runs until there is work, and idle ones end. */
export function createReading(threads: number): Reading {
  const documents = createPool(threads, { filename: DOCUMENT_THREAD, name: 'readDocument' });
  // Pages wait for feeds: threads of their own, which the system lets run after others.
  const pages = createPool(threads, { filename: PAGE_THREAD, name: 'extractArticle', niceIncrement: 10 });
  const pools = [documents, pages];
  const memory = createMemoryRelief(() => pools.some((pool) => pool.queueSize > 0 || pool.threads.length > 0));

  /** Runs a task in a thread; null if it was too much for one. */
  async function run<Result>(pool: Piscina, task: { bytes: Uint8Array }): Promise<Result | null> {
    const signal = AbortSignal.timeout(TASK_TIMEOUT_MS);
    const transferList = [task.bytes.buffer] as unknown as Transfers;
    try {
      return await pool.run(task, { signal, transferList });
    } catch (error) {
      if (signal.aborted || (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY') return null;
      throw error;
    } finally {
      memory.used();
    }
  }

  return {
    async readDocument(task) {
      const result = await run<DocumentResult>(documents, task);
      return result ?? { kind: 'refused', hash: '\\x', found: [], ...TOO_MUCH };
    },
    async extractArticle(task) {
      const result = await run<PageResult>(pages, task);
      return result ?? { ...refuse('page-too-large'), elsewhere: null };
    },
    async stop() {
      memory.stop();
      await Promise.all(pools.map((pool) => pool.close({ force: true })));
    },
  };
}

function createPool(maxThreads: number, options: { filename: string; name: string; niceIncrement?: number }): Piscina {
  const pool = new Piscina({
    ...options,
    minThreads: 0,
    maxThreads,
    idleTimeout: IDLE_TIMEOUT_MS,
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MEMORY_MB },
    recordTiming: false,
  });
  // A thread that dies rejects its task; the event would end the process without a listener.
  pool.on('error', () => {});
  return pool;
}

const DOCUMENT_THREAD = new URL('./document-thread.ts', import.meta.url).href;
const PAGE_THREAD = new URL('./extraction/article.ts', import.meta.url).href;
const TOO_MUCH = {
  code: 'document-too-large',
  message: 'The document needs more time or memory than Alt gives to one feed.',
};
