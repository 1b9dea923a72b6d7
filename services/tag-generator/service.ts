import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { statement } from '@alt/database';
import { runBatches, runStage } from '@alt/pipeline';
import { createApp, type Host, type Service } from '@alt/service-kit';
import type { PeerOf } from '@alt/topology';
import { type Config, config } from './config.ts';
import { createExtraction } from './extraction.ts';
import { createLearning } from './learning.ts';
import { createMetrics } from './metrics.ts';
import { startProjecting } from './projecting.ts';
import { createRefiner, createRefining } from './refining.ts';
import { startRetiring } from './retiring.ts';
import { routes } from './routes.ts';
import { createStems } from './stems.ts';
import { countRequests } from './store/requests.ts';
import { createTagging, KEPT_KEYPHRASES } from './tagging.ts';

/** Finds what articles are about, and gives each tenant's tags to them. */
export const service: Service<Config, 'tag-generator'> = { name: 'tag-generator', config, start };

async function start(settings: Config, host: Host<PeerOf<'tag-generator'>>) {
  const { database, log, signal } = host;
  const { background } = database;
  const worker = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
  const extraction = createExtraction(settings.threads, host.courtesy);
  const stems = createStems(extraction);
  const learning = createLearning(background, (error) => log.warn({ error: String(error) }, 'cannot write down terms'));
  const refiner = createRefiner(host.peer('news-creator'));
  const metrics = createMetrics(host.metrics, () => countRequests(database));
  const say = (message: string, details: Record<string, unknown>) => log.info(details, message);

  const projecting = await startProjecting({
    database: background,
    stems,
    listen: (onNotify) => host.listen('alt_tags', onNotify),
    log: say,
  });
  const common = {
    database: background,
    worker,
    concurrency: 1,
    signal,
    tracer: host.tracer,
    listen: (onNotify: () => void) => host.listen('alt_stages', onNotify),
    log: say,
  };
  const tagging = await runBatches({
    ...common,
    stage: 'tag',
    batch: settings.batch,
    workBatch: createTagging({
      database: background,
      extraction,
      learning,
      stems,
      isRefined: async () => (await refiner.look()).isConfigured !== false,
    }),
    onEnded: (result) => metrics.ended('tag', result),
  });
  const refining = await runStage({
    ...common,
    stage: 'refine',
    work: createRefining({ database: background, refiner, limit: KEPT_KEYPHRASES }),
    onEnded: (result) => metrics.ended('refine', result),
  });
  const stopRetiring = startRetiring(background, host.jobs, (error) =>
    log.warn({ error: String(error) }, 'cannot retire tags'),
  );

  const app = createApp({
    host,
    routes: routes({ database, extraction, learning, refiner }),
    checks: { database: () => database.run(ping) },
  });
  return {
    fetch: app.fetch,
    async stop() {
      await stopRetiring();
      await Promise.all([tagging.stop(), refining.stop(), projecting.stop()]);
      await learning.stop();
      await extraction.stop();
    },
  };
}

const ping = statement('ping', 'select 1');
