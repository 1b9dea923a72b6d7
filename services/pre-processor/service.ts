import { type Database, statement } from '@alt/database';
import { runStage } from '@alt/pipeline';
import { createApp, type Host, type Service } from '@alt/service-kit';
import type { PeerOf } from '@alt/topology';
import { createAdding } from './adding.ts';
import { startClusterStage } from './clusters/stage.ts';
import { type Config, config } from './config.ts';
import { createFetching, failureCodeOf } from './extraction/fetching.ts';
import { createPreview } from './extraction/preview.ts';
import { createExtraction } from './extraction/stage.ts';
import { createFinder } from './finding.ts';
import { startInbox } from './inbound/inbox.ts';
import { createMetrics } from './metrics.ts';
import { createPoliteness } from './politeness.ts';
import { createPolling } from './poll.ts';
import { createReading } from './reading.ts';
import { createRepair } from './repair.ts';
import { routes } from './routes.ts';
import { startWaitingRules } from './rules/waiting.ts';
import { FEED_LEASE_SECONDS, startScheduler } from './scheduler.ts';
import { claimants, queueDepth, releaseClaimants } from './store/claims.ts';
import { failFullText } from './store/pages.ts';
import { createCreator } from './summaries/creator.ts';
import { startSummarising } from './summaries/summarising.ts';
import { startUpkeep } from './upkeep.ts';
import { createUserAgent } from './user-agent.ts';
import { createWebsub } from './websub.ts';
import { isDeadHere, workerName } from './worker-name.ts';

/** Polls feeds, parses and stores what they say, and fetches full texts. */
export const service: Service<Config, 'pre-processor'> = { name: 'pre-processor', config, start };

async function start(settings: Config, host: Host<PeerOf<'pre-processor'>>) {
  const { database, egress, log, signal } = host;
  const { background } = database;
  const { hostSpacingMs: spacingMs, pollConcurrency: concurrency, publicUrl } = settings;
  const worker = workerName();
  await releaseDead(database, spacingMs);
  const userAgentFor = createUserAgent(publicUrl);
  const userAgent = userAgentFor(null);

  const reading = createReading(settings.parseThreads);
  const { spacesOpenedHosts, respectsRobots } = settings;
  const politeness = createPoliteness({ database, egress, spacingMs, spacesOpenedHosts, log, signal });
  const polling = createPolling({ database, politeness, reading, log, worker, concurrency, userAgent: userAgentFor });
  const finder = createFinder({ politeness, reading, userAgent });
  const adding = createAdding({ database, egress, finder, polling });
  const repair = createRepair({ database, egress, finder, log });
  const fetchPage = createFetching({ database, politeness, userAgent, respectsRobots });
  const websub = createWebsub({ database, politeness, polling, reading, log, userAgent, publicUrl });
  const listen = (onNotify: () => void) => host.listen('alt_stages', onNotify);
  const tell = (message: string, details: Record<string, unknown>) => log.info(details, message);
  const working = { database: background, worker, signal, listen, tracer: host.tracer };
  const clustering = await startClusterStage({ ...working, courtesy: host.courtesy, log });
  const creator = createCreator(host.peer('news-creator'));
  const summarising = startSummarising({ ...working, creator, concurrency: settings.summariseConcurrency, log: tell });
  const listenForRules = (look: () => void) => host.listen('alt_rules', look);
  const rules = await startWaitingRules({ database: background, listen: listenForRules, log });
  const tasks = [websub.askHubs, rules.task, ...clustering.tasks];
  const upkeep = startUpkeep({ database: background, log, tasks, jobs: host.jobs });

  const scheduler = startScheduler({
    database,
    polling,
    politeness,
    log,
    worker,
    concurrency,
    spacingMs,
    tracer: host.tracer,
    async onPolled(feed, polled, tookMs) {
      metrics.polled(polled, tookMs);
      upkeep.stored(polled.newCount);
      if (polled.wantsFullText) extracting.wake();
      await repair.afterPoll(feed, polled);
    },
  });
  const metrics = createMetrics(host.metrics, { depth: () => queueDepth(database), running: scheduler.running });
  const extracting = await runStage({
    ...working,
    stage: 'extract',
    concurrency: settings.extractConcurrency,
    work: createExtraction({ database: background, fetchPage, reading }),
    onParked: (tx, { articleId }, reason, error) => failFullText(tx, articleId, failureCodeOf(error), reason),
    onEnded: metrics.extracted,
    log: tell,
  });
  const inbox = await startInbox({ ...working, database, reading, listen: host.listen, log, onStored: upkeep.stored });
  const stopListening = await host.listen('alt_polls', scheduler.wake);

  const app = createApp({
    host,
    routes: routes({ adding, websub, preview: createPreview({ fetchPage, reading }) }),
    checks: {
      database: () => database.run(ping),
      scheduler: async () => checkHeartbeat(scheduler.lastLookAt()),
    },
  });
  return {
    fetch: app.fetch,
    async stop() {
      await stopListening();
      const parts = [scheduler, inbox, extracting, clustering, summarising, upkeep, rules];
      await Promise.all(parts.map((one) => one.stop()));
      await polling.idle();
      await politeness.idle();
      await reading.stop();
    },
  };
}

const ping = statement('ping', 'select 1');
const HEARTBEAT_MS = 120_000;

function checkHeartbeat(lastLookAt: number): void {
  const silentMs = Date.now() - lastLookAt;
  if (silentMs > HEARTBEAT_MS)
    throw new Error(`The scheduler last looked for due feeds ${Math.round(silentMs / 1_000)} s ago.`);
}

/** What a process that died on this machine had taken is free at once; elsewhere its lease has to end. */
async function releaseDead(database: Database, spacingMs: number): Promise<void> {
  const dead = (await claimants(database)).filter(({ worker, until }) =>
    isDeadHere(worker, until.getTime() - FEED_LEASE_SECONDS * 1_000),
  );
  await releaseClaimants(
    database,
    dead.map(({ worker }) => worker),
    spacingMs / 1_000,
  );
}
