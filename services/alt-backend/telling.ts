import { type Database, statement } from '@alt/database';
import { type Host, type Logger, oneAtATime } from '@alt/service-kit';

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
  let due: NodeJS.Timeout | null = null;

  const telling = oneAtATime(
    async (signal) => {
      while (!signal.aborted && (await database.one(callTouchNext, [READERS_AT_ONCE]))?.isDone);
    },
    (error) => log.warn({ error: String(error) }, 'readers are not told of changes just now'),
  );
  const look = () => {
    due = null;
    void telling.ask();
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
      clearInterval(timer);
      if (due) clearTimeout(due);
      await stopListening();
      await telling.stop();
    },
  };
}
