import { setTimeout as sleep } from 'node:timers/promises';

export interface Batching<Item, Result> {
  /** Resolves once the batch that took the item is done. */
  add(item: Item): Promise<Result>;
  /** Resolves when nothing is waiting or running. */
  idle(): Promise<void>;
}

/**
 * Gathers what comes while earlier batches run, and works it together. Nothing waits for company: an item that meets an
 * idle worker goes at once. `size` weighs an item; a batch weighs at most `maximum`, or is one item.
 */
export function createBatching<Item, Result>(options: {
  work(items: Item[]): Promise<Result[]>;
  maximum: number;
  concurrency?: number;
  size?: (item: Item) => number;
  /** Rest after a batch, so that the next is worth a commit. */
  pauseMs?: number;
}): Batching<Item, Result> {
  const { work, maximum, concurrency = 1, size = () => 1, pauseMs = 0 } = options;
  const waiting: { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void }[] = [];
  const running = new Set<Promise<void>>();

  function take() {
    let total = 0;
    let count = 0;
    for (const { item } of waiting) {
      total += size(item);
      if (count > 0 && total > maximum) break;
      count += 1;
    }
    return waiting.splice(0, count);
  }

  async function runBatch(): Promise<void> {
    const batch = take();
    try {
      const results = await work(batch.map(({ item }) => item));
      for (const [index, entry] of batch.entries()) entry.resolve(results[index] as Result);
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
    if (pauseMs > 0) await sleep(pauseMs);
  }

  function startBatches(): void {
    while (running.size < concurrency && waiting.length > 0) {
      const batch = runBatch().finally(() => {
        running.delete(batch);
        startBatches();
      });
      running.add(batch);
    }
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        // After this turn of the event loop, so that what arrives together goes together.
        if (running.size < concurrency) setImmediate(startBatches);
      }),
    async idle() {
      while (running.size > 0 || waiting.length > 0) {
        startBatches();
        await Promise.all(running);
      }
    },
  };
}
