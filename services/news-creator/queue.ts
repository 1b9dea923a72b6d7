import { Problem } from '@alt/contracts';

export type Priority = 'reader' | 'background';

export interface Queue {
  /**
   * Runs a task when there is room: those that a reader waits for first, else the one that waits longest. Whoever gives
   * up while waiting leaves the queue. Throws `too-many-requests` if it is full, for background work earlier.
   */
  run<T>(task: () => Promise<T>, options: { priority: Priority; signal: AbortSignal }): Promise<T>;
  /** How many wait, and how many run. */
  size(): { waiting: number; running: number };
}

interface Waiting {
  priority: Priority;
  start(): void;
}

const RETRY_SECONDS = 30;

/** Bounded in what runs and in what waits; the last tenth of the places is the readers'. */
export function createQueue(options: { concurrency: number; maximumWaiting: number }): Queue {
  const waiting: Waiting[] = [];
  let running = 0;

  const next = () => {
    while (running < options.concurrency && waiting.length > 0) {
      const firstReader = waiting.findIndex(({ priority }) => priority === 'reader');
      const [entry] = waiting.splice(Math.max(firstReader, 0), 1);
      running += 1;
      entry?.start();
    }
  };
  const waitForRoom = (priority: Priority, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const entry = { priority, start: () => settle(resolve) };
      const giveUp = () => {
        waiting.splice(waiting.indexOf(entry), 1);
        settle(() => reject(signal.reason));
      };
      const settle = (end: () => void) => {
        signal.removeEventListener('abort', giveUp);
        end();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.push(entry);
      next();
    });

  return {
    async run(task, { priority, signal }) {
      signal.throwIfAborted();
      const places = priority === 'reader' ? options.maximumWaiting : Math.floor(options.maximumWaiting * 0.9);
      if (waiting.length >= places) {
        throw new Problem('too-many-requests', 'The model has too much to do. Try again in a while.', {
          headers: { 'retry-after': String(RETRY_SECONDS) },
        });
      }
      await waitForRoom(priority, signal);
      try {
        return await task();
      } finally {
        running -= 1;
        next();
      }
    },
    size: () => ({ waiting: waiting.length, running }),
  };
}
