import path from 'node:path';
import { type Database, statement } from '@alt/database';
import { createImageAddresses } from '@alt/feeds/html/image-address.ts';
import { createApp, createIdentify, type Host, type Route, type Service } from '@alt/service-kit';
import type { PeerOf } from '@alt/topology';
import { annotationRoutes } from './annotations.ts';
import { createAskReading } from './ask/reading.ts';
import { askRoutes } from './ask/routes.ts';
import { type Config, config } from './config.ts';
import { addConnectionMetrics } from './connection-metrics.ts';
import { connectionRoutes } from './connections.ts';
import { entryRoutes, presentEntries } from './entries.ts';
import { createEventHub } from './events.ts';
import { extractionRoutes } from './extraction.ts';
import { folderRoutes } from './folders.ts';
import { startFollowing } from './following.ts';
import { imageRoute } from './images.ts';
import { startImports } from './imports/jobs.ts';
import { importRoutes } from './imports/routes.ts';
import { createSealing } from './imports/sealing.ts';
import { instanceLogRoutes } from './instance-logs.ts';
import { labelRoutes } from './labels.ts';
import { startMaintenance } from './maintenance.ts';
import { openapiRoutes } from './openapi.ts';
import { opmlRoutes } from './opml.ts';
import { startDelivering } from './recaps/delivering.ts';
import { createRecapKeeping } from './recaps/keeping.ts';
import type { RecapMailer } from './recaps/mail.ts';
import { recapRoutes } from './recaps/routes.ts';
import { createFindRelated } from './related.ts';
import { ruleRoutes } from './rules.ts';
import { createFindListed, type SearchTools, searchRoutes } from './search/routes.ts';
import { ruleQueryRoutes } from './search/rule-queries.ts';
import { savedSearchRoutes } from './search/saved-searches.ts';
import { settingsRoutes } from './settings.ts';
import { startStatistics } from './statistics/start.ts';
import { createAsReader } from './store/readers.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { summaryRoutes } from './summaries.ts';
import { tagRoutes } from './tags.ts';
import { startTelling } from './telling.ts';
import { tenantDataRoutes } from './tenant-data.ts';
import { websubRoutes } from './websub.ts';

/** The users' API: subscriptions, folders, entries and their state, OPML, events, images, settings. */
export const service: Service<Config, 'alt-backend'> = { name: 'alt-backend', config, start };

async function start(settings: Config, host: Host<PeerOf<'alt-backend'>>) {
  const { database } = host;
  addConnectionMetrics(host);
  const tools = createTools(settings, host);
  const work = await startWork(settings, host, tools);
  // Also what another process has applied.
  const stopListening = await host.listen('alt_tenants', () => {
    tools.identify.forget();
    tools.asReader.forget();
  });
  const hub = await createEventHub({ host, database, asReader: tools.asReader, identify: tools.identify });
  const app = createApp({
    host,
    identify: tools.identify,
    flood: { ratePerSecond: settings.ALT_RATE_LIMIT_PER_SECOND, burst: settings.ALT_RATE_LIMIT_PER_SECOND * 10 },
    checks: { database: () => checkDatabase(database) },
    routes: [...routesOf(settings, host, tools, work), hub.route],
  });
  return {
    fetch: app.fetch,
    async stop() {
      await stopListening();
      await hub.stop();
      await tools.askReading.stop();
      await work.stop();
    },
  };
}

type Tools = ReturnType<typeof createTools>;
type Work = Awaited<ReturnType<typeof startWork>>;

/** What the routes share. */
function createTools(settings: Config, host: Host<PeerOf<'alt-backend'>>) {
  return {
    identify: createIdentify(host.peer('auth-service')),
    asReader: createAsReader(host.database),
    images: createImageAddresses(settings.ALT_IMAGE_KEY),
    preProcessor: host.peer('pre-processor'),
    searchIndexer: host.peer('search-indexer'),
    creator: host.peer('news-creator'),
    askReading: createAskReading(),
    sealing: createSealing(settings.ALT_IMAGE_KEY),
  };
}

/** What goes on without anybody asking: upkeep, following auth-service, recaps, telling of tags and summaries. */
async function startWork(settings: Config, host: Host<PeerOf<'alt-backend'>>, { sealing }: Tools) {
  const { database, log } = host;
  const maintenance = startMaintenance(database, log, host.jobs);
  const following = startFollowing({
    database,
    authService: host.peer('auth-service'),
    log,
    everyMs: settings.ALT_FOLLOW_SECONDS * 1000,
    onApplied() {
      maintenance.purgeSoon();
      void database
        .run(tellChanged)
        .catch((error: unknown) => log.debug({ error: String(error) }, 'a change of tenants is seen in a few seconds'));
    },
  });
  const mailer = await openMail(settings, host.publicUrl);
  const keeping = createRecapKeeping(host.peer('news-creator'), now, host.signal);
  const delivering = startDelivering({ database, keeping, mailer, log, jobs: host.jobs, now });
  const telling = await startTelling({ database, listen: host.listen, log });
  const { background } = database;
  const imports = await startImports({ database: background, egress: host.egress, sealing, listen: host.listen, log });
  const statistics = await startStatistics(settings, host);
  return {
    statistics,
    maintenance,
    following,
    keeping,
    delivering,
    canMail: mailer !== null,
    async stop() {
      await imports.stop();
      await telling.stop();
      await statistics.stop();
      await delivering.stop();
      await keeping.stop();
      await following.stop();
      await maintenance.stop();
    },
  };
}

function routesOf(settings: Config, host: Host<PeerOf<'alt-backend'>>, tools: Tools, work: Work): Route[] {
  const { database, publicUrl } = host;
  const { asReader, images, preProcessor, searchIndexer, creator } = tools;
  const searchTools: SearchTools = {
    asReader,
    searchIndexer,
    present: (tx, rows) => presentEntries(tx, rows, images),
    onSearched: work.statistics.onSearched,
  };
  return [
    ...subscriptionRoutes(asReader, preProcessor),
    ...extractionRoutes(asReader, preProcessor, images),
    ...folderRoutes(asReader),
    ...opmlRoutes(asReader, host.egress),
    ...importRoutes(asReader, tools.sealing),
    ...entryRoutes({
      asReader,
      database,
      images,
      findRelated: createFindRelated({ asReader, creator, log: host.log }),
      findListed: createFindListed({ asReader, searchIndexer }),
      onMarked: work.maintenance.settleSoon,
    }),
    ...askRoutes({ asReader, searchIndexer, creator, reading: tools.askReading }),
    ...recapRoutes({
      asReader,
      database,
      keeping: work.keeping,
      publicUrl,
      canMail: work.canMail,
      now,
      onWished: () => void work.delivering.deliver(),
      untilCurrent: work.following.untilCurrent,
    }),
    ...searchRoutes(searchTools),
    ...savedSearchRoutes(searchTools),
    ...ruleRoutes(asReader),
    ...ruleQueryRoutes(searchTools),
    ...labelRoutes(asReader),
    ...annotationRoutes(asReader),
    ...summaryRoutes(asReader),
    ...tagRoutes(asReader, host.peer('tag-generator')),
    ...settingsRoutes(asReader),
    ...work.statistics.routes(asReader),
    ...connectionRoutes(asReader),
    ...instanceLogRoutes(host.peer('rask-log-aggregator'), host.closing),
    imageRoute({
      host,
      addresses: images,
      cacheDirectory: path.join(settings.ALT_CACHE_DIR, 'images'),
      cacheMaximumMegabytes: settings.ALT_IMAGE_CACHE_MB,
    }),
    ...websubRoutes(preProcessor),
    ...openapiRoutes(publicUrl),
    ...tenantDataRoutes(database, work.following.lookNow),
  ];
}

const now = () => new Date();

/** The way to the mail relay, loaded where there is one. */
async function openMail(
  { SMTP_URL, ALT_MAIL_FROM, EGRESS_PROXY_URL }: Config,
  publicUrl: URL,
): Promise<RecapMailer | null> {
  if (!SMTP_URL) return null;
  const { createRecapMailer } = await import('./recaps/mail.ts');
  return createRecapMailer({
    smtpUrl: SMTP_URL,
    from: ALT_MAIL_FROM ?? `alt@${publicUrl.hostname}`,
    publicUrl,
    proxyUrl: EGRESS_PROXY_URL,
  });
}

const ping = statement('ping', 'select 1');
const tellChanged = statement('tell_tenants', "select pg_notify('alt_tenants', '')");

async function checkDatabase(database: Database): Promise<void> {
  await database.run(ping);
}
