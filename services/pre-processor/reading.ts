import { Piscina } from 'piscina';
import type { PageResult, PageTask } from './article.ts';
import type { DocumentResult, DocumentTask } from './document.ts';
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
  const pool = new Piscina({
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_TIMEOUT_MS,
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MEMORY_MB },
    recordTiming: false,
  });
  // A thread that dies rejects its task; the event would end the process without a listener.
  pool.on('error', () => {});
  const memory = createMemoryRelief(() => pool.queueSize > 0 || pool.threads.length > 0);

  /** Runs a task in a thread; null if it was too much for one. */
  async function run<Result>(name: string, filename: string, task: { bytes: Uint8Array }): Promise<Result | null> {
    const signal = AbortSignal.timeout(TASK_TIMEOUT_MS);
    const transferList = [task.bytes.buffer] as unknown as Transfers;
    try {
      return await pool.run(task, { name, filename, signal, transferList });
    } catch (error) {
      if (signal.aborted || (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY') return null;
      throw error;
    } finally {
      memory.used();
    }
  }

  return {
    async readDocument(task) {
      const result = await run<DocumentResult>('readDocument', DOCUMENT_THREAD, task);
      return result ?? { kind: 'refused', hash: '\\x', found: [], ...TOO_MUCH };
    },
    async extractArticle(task) {
      const result = await run<PageResult>('extractArticle', PAGE_THREAD, task);
      return (
        result ?? {
          ok: false,
          code: 'page-too-large',
          reason: 'The page needs more time or memory than Alt gives to one article.',
        }
      );
    },
    async stop() {
      memory.stop();
      await pool.close({ force: true });
    },
  };
}

const DOCUMENT_THREAD = new URL('./document-thread.ts', import.meta.url).href;
/** A file of its own, because linkedom takes 20 MB that threads which only read feeds need not have. */
const PAGE_THREAD = new URL('./article.ts', import.meta.url).href;
const TOO_MUCH = {
  code: 'document-too-large',
  message: 'The document needs more time or memory than Alt gives to one feed.',
};
