import type { Database } from '@alt/database';
import { runBatches } from '@alt/pipeline';
import { type Courtesy, type Logger, oneAtATime, type Tracer } from '@alt/service-kit';
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
  tracer?: Tracer | null;
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
  const foldBatch = async (): Promise<number> => {
    const changed = await foldNext(database, READERS_A_BATCH);
    return changed === null ? 0 : changed + 1;
  };
  const folding = oneAtATime(
    async (signal) => {
      while (!signal.aborted && (await foldBatch()) > 0);
    },
    (error) => log.warn({ error: String(error) }, 'folding failed; it will be tried again'),
  );
  return { foldBatch, foldSoon: () => void folding.ask(), stop: folding.stop };
}
