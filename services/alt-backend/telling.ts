import { type Database, statement } from '@alt/database';
import type { Host, Logger } from '@alt/service-kit';

const callTouchNext = statement<{ isDone: boolean }>('touch_next', 'select touch_next($1) as "isDone"');

/** Each holds the row of a hundred articles at most for this long: milliseconds. */
const READERS_AT_ONCE = 50;
/** What comes within this time is one look. */
const LOOK_AFTER_MS = 200;
/** For what no notification told of. */
const LOOK_EVERY_MS = 30_000;

export interface Telling {
  stop(): Promise<void>;
}

/**
 * Raises the revision of entries whose tags or summaries came, so that event streams and clients learn of it: after the
 * transaction that stored them, in short ones of its own. Any number of processes may do it.
 */
export async function startTelling(options: {
  database: Database;
  listen: Host['listen'];
  log: Logger;
}): Promise<Telling> {
  const { database, log } = options;
  let running: Promise<void> | null = null;
  let isAgain = false;
  let isStopped = false;
  let due: NodeJS.Timeout | null = null;

  const work = async () => {
    do {
      isAgain = false;
      while (!isStopped && (await database.one(callTouchNext, [READERS_AT_ONCE]))?.isDone);
    } while (isAgain && !isStopped);
  };
  const look = () => {
    due = null;
    isAgain = true;
    running ??= work()
      .catch((error: unknown) => log.warn({ error: String(error) }, 'readers are not told of changes just now'))
      .finally(() => {
        running = null;
      });
  };
  const lookSoon = () => {
    due ??= setTimeout(look, LOOK_AFTER_MS);
  };
  const stopListening = await options.listen('alt_touches', lookSoon);
  const timer = setInterval(lookSoon, LOOK_EVERY_MS);
  timer.unref();
  lookSoon();
  return {
    async stop() {
      isStopped = true;
      clearInterval(timer);
      if (due) clearTimeout(due);
      await stopListening();
      await running;
    },
  };
}
