import type { DocumentResult, DocumentTask } from './document.ts';
import type { ArticlePage, PageResult, PageTask, Variant, VariantTask } from './extraction/article.ts';
import { refuse } from './extraction/judgement.ts';
import type { SelectorRules } from './extraction/selectors.ts';
import type { InboundRow, InboundTask } from './inbound/document.ts';
import { createMemoryRelief } from './memory.ts';
import { createThreads, ThreadError, type Threads } from './threads.ts';

/** A page, and how each of some rules wants it: in their order; null where they find nothing or take too long. */
export type ReadPage = (ArticlePage & { variants: (Variant | null)[] }) | Exclude<PageResult, ArticlePage>;

export interface Reading {
  /**
   * Reads a document in another thread; takes its bytes away from the caller. A document that no thread can bear (time,
   * memory) is refused like any other that is no feed.
   */
  readDocument(task: DocumentTask): Promise<DocumentResult>;
  /** Reads what readers had elsewhere, in its order; takes the bytes away. Null if it is too much for a thread. */
  readInbound(task: InboundTask): Promise<(InboundRow | null)[] | null>;
  /** Finds the article of a page in another thread; takes the bytes away too. No rules can spoil what is found without. */
  extractArticle(task: PageTask, rules: readonly SelectorRules[]): Promise<ReadPage>;
  stop(): Promise<void>;
}

const TASK_TIMEOUT_MS = 30_000;
/** What takes two seconds without rules at the most takes no longer with them. */
const VARIANT_TIMEOUT_MS = 5_000;
/** The worst documents need 256 MB (see packages/feeds); more is an attack. */
const THREAD_MEMORY_MB = 512;

/** Threads that read documents and pages. */
export function createReading(threads: number): Reading {
  const shared = { threads, memoryMb: THREAD_MEMORY_MB };
  const documents = createThreads({ ...shared, filename: DOCUMENT_THREAD });
  // Pages wait for feeds: threads of their own, which the system lets run after others.
  const pages = createThreads({ ...shared, filename: PAGE_THREAD, niceIncrement: 10 });
  const pools = [documents, pages];
  const memory = createMemoryRelief(() => pools.some((pool) => !pool.isIdle()));

  /** Null if the task was too much for a thread. */
  async function run<Result>(pool: Threads, name: string, task: ByteTask, timeoutMs: number): Promise<Result | null> {
    try {
      return await pool.run<Result>(name, task, { timeoutMs, moved: task.bytes });
    } catch (error) {
      if (error instanceof ThreadError) return null;
      throw error;
    } finally {
      memory.used();
    }
  }

  return {
    async readDocument(task) {
      const result = await run<DocumentResult>(documents, 'readDocument', task, TASK_TIMEOUT_MS);
      return result ?? { kind: 'refused', hash: '\\x', found: [], ...TOO_MUCH };
    },
    readInbound: (task) => run(documents, 'readInbound', task, TASK_TIMEOUT_MS),
    async extractArticle(task, rules) {
      const kept = rules.length > 0 ? task.bytes.slice() : task.bytes;
      const page = await run<PageResult>(pages, 'extractArticle', task, TASK_TIMEOUT_MS);
      if (!page?.ok) return page ?? { ...refuse('page-too-large'), elsewhere: null };
      const variants: (Variant | null)[] = [];
      const { url, contentType } = task;
      for (const rule of rules) {
        const wanted: VariantTask = { bytes: kept.slice(), url, contentType, rules: rule };
        variants.push(await run<Variant | null>(pages, 'readVariant', wanted, VARIANT_TIMEOUT_MS));
      }
      return { ...page, variants };
    },
    async stop() {
      memory.stop();
      await Promise.all(pools.map((pool) => pool.stop()));
    },
  };
}

interface ByteTask {
  bytes: Uint8Array;
}

const DOCUMENT_THREAD = new URL('./document-thread.ts', import.meta.url).href;
const PAGE_THREAD = new URL('./extraction/article.ts', import.meta.url).href;
const TOO_MUCH = {
  code: 'document-too-large',
  message: 'The document needs more time or memory than Alt gives to one feed.',
};
