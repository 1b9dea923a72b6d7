import type { Database } from '@alt/database';
import { runBatches } from '@alt/pipeline';
import type { Courtesy, Logger } from '@alt/service-kit';
import { foldNext, pruneKeys } from '../store/clusters.ts';
import { createClustering } from './clustering.ts';
import { createComparing } from './comparing.ts';

const BATCH = 50;
const CONCURRENCY = 2;
const READERS_A_BATCH = 500;
/** Longer than anything is looked for (WINDOW_MS), because some articles come late: a new feed, or one that was away. */
const KEPT_DAYS = 14;

export interface ClusterStage {
  wake(): void;
  /** What goes on beside it, for upkeep: each works a batch and answers its size. */
  tasks: readonly (() => Promise<number>)[];
  stop(): Promise<void>;
}

export interface ClusterStageOptions {
  database: Database;
  log: Logger;
  worker: string;
  courtesy?: Courtesy;
  signal: AbortSignal;
  listen: (onNotify: () => void) => Promise<() => Promise<void>>;
}

/** One story, once: finds articles that tell the same, and folds them for each reader. */
export async function startClusterStage(options: ClusterStageOptions): Promise<ClusterStage> {
  const { database, log } = options;
  const comparing = createComparing(options.courtesy);
  const folding = startFolding(database, log);
  const stage = await runBatches({
    ...options,
    stage: 'cluster',
    concurrency: CONCURRENCY,
    batch: BATCH,
    workBatch: createClustering({ database, comparing }),
    onEnded: folding.foldSoon,
    log: (message, details) => log.info(details, message),
  });
  return {
    wake: stage.wake,
    tasks: [folding.foldBatch, () => pruneKeys(database, KEPT_DAYS)],
    async stop() {
      await stage.stop();
      await folding.stop();
      await comparing.stop();
    },
  };
}

/** Works what waits to be folded; what it misses, upkeep finds within half a minute. */
function startFolding(database: Database, log: Logger) {
  let running: Promise<void> | null = null;
  let isAgain = false;
  let isStopped = false;

  const foldBatch = async (): Promise<number> => {
    const changed = await foldNext(database, READERS_A_BATCH);
    return changed === null ? 0 : changed + 1;
  };
  const foldAll = async (): Promise<void> => {
    do {
      isAgain = false;
      while (!isStopped && (await foldBatch()) > 0);
    } while (isAgain && !isStopped);
  };
  return {
    foldBatch,
    foldSoon() {
      isAgain = true;
      running ??= foldAll()
        .catch((error: unknown) => log.warn({ error: String(error) }, 'folding failed; it will be tried again'))
        .finally(() => {
          running = null;
        });
    },
    async stop() {
      isStopped = true;
      await running;
    },
  };
}
