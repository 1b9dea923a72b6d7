import type { Database } from '@alt/database';
import type { Logger } from '@alt/service-kit';
import { judge } from './judging.ts';
import { actByRules, articlesForRules, takeRuleWaits } from './store.ts';

const BATCH = { articles: 50, readers: 200 };

/**
 * Lets rules look at a batch of articles whose tags or summaries are there by now, or that are new to a reader; false where
 * nothing waits. In one transaction: after a crash it is done again from the beginning.
 */
export function actOnWaiting(database: Database): Promise<boolean> {
  return database.transaction(
    async (tx) => {
      const found = await takeRuleWaits(tx, BATCH);
      if (found && found.cases.length > 0) {
        const articles = await articlesForRules(tx, [...new Set(found.cases.map(({ articleId }) => articleId))]);
        await actByRules(tx, await judge(found.rules, articles, found.cases));
      }
      return found !== null;
    },
    { retry: true },
  );
}

export interface WaitingRulesWorker {
  /** Works a batch and answers its size, for upkeep: what a missed wish left is found within half a minute. */
  task: () => Promise<number>;
  stop(): Promise<void>;
}

/** Works what waits for rules as soon as it is told of it. */
export async function startWaitingRules(options: {
  database: Database;
  listen: (onNotify: () => void) => Promise<() => Promise<void>>;
  log: Logger;
}): Promise<WaitingRulesWorker> {
  const { database, log } = options;
  let running: Promise<void> | null = null;
  let isAgain = false;
  let isStopped = false;
  const workAll = async (): Promise<void> => {
    do {
      isAgain = false;
      while (!isStopped && (await actOnWaiting(database)));
    } while (isAgain && !isStopped);
  };
  const stopListening = await options.listen(() => {
    isAgain = true;
    if (isStopped) return;
    running ??= workAll()
      .catch((error: unknown) => log.warn({ error: String(error) }, 'rules could not act; they will be tried again'))
      .finally(() => {
        running = null;
      });
  });
  return {
    task: async () => ((await actOnWaiting(database)) ? 1 : 0),
    async stop() {
      isStopped = true;
      await stopListening();
      await running;
    },
  };
}
