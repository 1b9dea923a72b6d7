import type { Library } from './library.ts';

export interface Keeping {
  wake(): void;
  /** The sentence that says why nothing can be kept now; null where all is well. */
  trouble(): string | null;
  stop(): Promise<void>;
}

const EVERY_MS = 30_000;
/** Wakes that come in a row are one. */
const GATHER_MS = 200;
const AFTER_ERROR_MS = 5_000;

/** Keeps the indexes up with what went and with wishes to rebuild: when woken, and now and then. */
export function startKeeping(
  library: Library,
  { onError, onRecovered }: { onError(error: unknown): void; onRecovered(): void },
): Keeping {
  let trouble: string | null = null;
  let isStopped = false;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> = Promise.resolve();
  const schedule = (delayMs: number): void => {
    if (isStopped) return;
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      running = run();
    }, delayMs);
  };
  let isRunning = false;
  let isWoken = false;
  const run = async (): Promise<void> => {
    isRunning = true;
    isWoken = false;
    try {
      await library.keep();
      if (trouble !== null) onRecovered();
      trouble = null;
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error);
      onError(error);
    }
    isRunning = false;
    schedule(trouble === null ? (isWoken ? GATHER_MS : EVERY_MS) : AFTER_ERROR_MS);
  };
  schedule(0);
  return {
    wake() {
      isWoken = true;
      if (!isRunning && trouble === null) schedule(GATHER_MS);
    },
    trouble: () => trouble,
    async stop() {
      isStopped = true;
      if (timer) clearTimeout(timer);
      await running;
    },
  };
}
