import type { Database } from '@alt/database';
import type { Jobs } from '@alt/service-kit';
import { markForIndex } from './store/projections.ts';
import { retireTags } from './store/tags.ts';
import { VOCABULARY_MAXIMUM } from './vocabulary.ts';

const EVERY_MS = 3_600_000;
const BATCH = 500;
/** From this size on a vocabulary makes room. */
const FULL_SIZE = VOCABULARY_MAXIMUM * 0.9;

/** Removes tags that came to nothing, every hour. Answers how to stop. */
export function startRetiring(database: Database, jobs: Jobs, onError: (error: unknown) => void): () => Promise<void> {
  const round = jobs.watched('retire-tags', EVERY_MS, () => retire(database));
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = round().catch(onError);
  }, EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/** One round: at most 500 tags. */
export async function retire(database: Database): Promise<void> {
  await database.transaction(async (tx) => markForIndex(tx, await retireTags(tx, FULL_SIZE, BATCH)), { retry: true });
}
