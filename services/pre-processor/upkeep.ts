import { type Database, statement } from '@alt/database';
import type { Jobs, Logger } from '@alt/service-kit';
import { deliverNext } from './delivering.ts';

const DELIVERY_BATCH = 500;
const LOOK_MS = 30_000;
const FIRST_ARTICLES = 1_000;

export interface Upkeep {
  /** So many articles were stored. */
  stored(count: number): void;
  stop(): Promise<void>;
}

/**
 * What goes on beside polling, every half minute: the rest of deliveries to more than 200 readers, and `tasks`. And once:
 * after the first 1,000 articles the planner learns what the tables hold, and connections are renewed, because the plans
 * of foreign-key checks stay those of empty tables otherwise (1,130 against 19,900 articles a second).
 */
export function startUpkeep(options: {
  database: Database;
  log: Logger;
  jobs: Jobs;
  /** Each works a batch and answers its size; it is called until that is 0. */
  tasks: readonly (() => Promise<number>)[];
}): Upkeep {
  const { database, log } = options;
  let isStopped = false;
  let storedCount = 0;
  let analysed: Promise<void> | null = null;

  const look = options.jobs.watched('upkeep', LOOK_MS, async () => {
    while (!isStopped && (await deliverNext(database, DELIVERY_BATCH)));
    for (const task of options.tasks) while (!isStopped && (await task()) > 0);
  });
  let looking = Promise.resolve();
  const run = () => {
    looking = looking.then(look).catch((error: unknown) => log.warn({ error: String(error) }, 'upkeep failed'));
  };
  const timer = setInterval(run, LOOK_MS);
  run();
  return {
    stored(count) {
      storedCount += count;
      if (storedCount < FIRST_ARTICLES || analysed) return;
      analysed = analyseOnce(database).catch((error: unknown) => log.warn({ error: String(error) }, 'analyse failed'));
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await looking;
      await analysed;
    },
  };
}

const analysedStatement = statement<{ isFresh: boolean }>(
  'is-analysed',
  `select reltuples < ${FIRST_ARTICLES} as "isFresh" from pg_class where oid = 'articles'::regclass`,
);
const TABLES =
  'hosts, feeds, feed_documents, articles, article_contents, article_stages, entries, counters, readers, subscriptions';

async function analyseOnce(database: Database): Promise<void> {
  const state = await database.one(analysedStatement);
  if (!state?.isFresh) return;
  await database.script(`analyze ${TABLES}`);
  database.renew();
}
