import path from 'node:path';
import { type Database, statement } from '@alt/database';
import { createApp, createIdentify, type Host, type Service } from '@alt/service-kit';
import type { PeerOf } from '@alt/topology';
import { createAskReading } from './ask/reading.ts';
import { askRoutes } from './ask/routes.ts';
import { type Config, config } from './config.ts';
import { entryRoutes, presentEntries } from './entries.ts';
import { createEventHub } from './events.ts';
import { extractionRoutes } from './extraction.ts';
import { folderRoutes } from './folders.ts';
import { startFollowing } from './following.ts';
import { createImageAddresses } from './image-address.ts';
import { imageRoute } from './images.ts';
import { labelRoutes } from './labels.ts';
import { startMaintenance } from './maintenance.ts';
import { openapiRoutes } from './openapi.ts';
import { opmlRoutes } from './opml.ts';
import { startDelivering } from './recaps/delivering.ts';
import { createRecapKeeping } from './recaps/keeping.ts';
import type { SendRecap } from './recaps/mail.ts';
import { recapRoutes } from './recaps/routes.ts';
import { createFindRelated } from './related.ts';
import { createFindListed, type SearchTools, searchRoutes } from './search/routes.ts';
import { savedSearchRoutes } from './search/saved-searches.ts';
import { settingsRoutes } from './settings.ts';
import { createAsReader } from './store/readers.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { summaryRoutes } from './summaries.ts';
import { tagRoutes } from './tags.ts';
import { websubRoutes } from './websub.ts';

/** The users' API: subscriptions, folders, entries and their state, OPML, events, images, settings. */
export const service: Service<Config, 'alt-backend'> = { name: 'alt-backend', config, start };

async function start(settings: Config, host: Host<PeerOf<'alt-backend'>>) {
  const { database } = host;
  const identify = createIdentify(host.peer('auth-service'));
  const asReader = createAsReader(database);
  const preProcessor = host.peer('pre-processor');
  const addresses = createImageAddresses(settings.ALT_IMAGE_KEY);
  const maintenance = startMaintenance(database, host.log);
  const following = startFollowing({
    database,
    authService: host.peer('auth-service'),
    log: host.log,
    everyMs: settings.ALT_FOLLOW_SECONDS * 1000,
    onApplied: maintenance.purgeSoon,
  });
  const creator = host.peer('news-creator');
  const askReading = createAskReading();
  const sendRecap = await openMail(settings, host.publicUrl);
  const keeping = createRecapKeeping(creator, now, host.signal);
  const delivering = startDelivering({ database, keeping, sendRecap, log: host.log, now });
  const searchIndexer = host.peer('search-indexer');
  const searchTools: SearchTools = {
    asReader,
    searchIndexer,
    present: (tx, readerId, rows) => presentEntries(tx, readerId, rows, addresses),
  };
  const hub = await createEventHub({ host, database, asReader, identify });
  const app = createApp({
    host,
    identify,
    flood: { ratePerSecond: settings.ALT_RATE_LIMIT_PER_SECOND, burst: settings.ALT_RATE_LIMIT_PER_SECOND * 10 },
    checks: { database: () => checkDatabase(database) },
    routes: [
      ...subscriptionRoutes(asReader, preProcessor),
      ...extractionRoutes(asReader, preProcessor, addresses),
      ...folderRoutes(asReader),
      ...opmlRoutes(asReader, host.egress),
      ...entryRoutes({
        asReader,
        database,
        images: addresses,
        findRelated: createFindRelated({ asReader, creator, log: host.log }),
        findListed: createFindListed({ asReader, searchIndexer }),
        onMarked: maintenance.settleSoon,
      }),
      ...askRoutes({ asReader, searchIndexer: host.peer('search-indexer'), creator, reading: askReading }),
      ...recapRoutes({ asReader, database, keeping, publicUrl: host.publicUrl, canMail: sendRecap !== null, now }),
      ...searchRoutes(searchTools),
      ...savedSearchRoutes(searchTools),
      ...labelRoutes(asReader),
      ...summaryRoutes(asReader),
      ...tagRoutes(asReader, host.peer('tag-generator')),
      hub.route,
      ...settingsRoutes(asReader),
      imageRoute({
        host,
        addresses,
        cacheDirectory: path.join(settings.ALT_CACHE_DIR, 'images'),
        cacheMaximumMegabytes: settings.ALT_IMAGE_CACHE_MB,
      }),
      ...websubRoutes(preProcessor),
      ...openapiRoutes(host.publicUrl),
    ],
  });
  return {
    fetch: app.fetch,
    async stop() {
      await hub.stop();
      await delivering.stop();
      await keeping.stop();
      await askReading.stop();
      await following.stop();
      await maintenance.stop();
    },
  };
}

const now = () => new Date();

/** The way to the mail relay, loaded where there is one. */
async function openMail(
  { SMTP_URL, ALT_MAIL_FROM, EGRESS_PROXY_URL }: Config,
  publicUrl: URL,
): Promise<SendRecap | null> {
  if (!SMTP_URL) return null;
  const { createSendRecap } = await import('./recaps/mail.ts');
  return createSendRecap({
    smtpUrl: SMTP_URL,
    from: ALT_MAIL_FROM ?? `alt@${publicUrl.hostname}`,
    publicUrl,
    proxyUrl: EGRESS_PROXY_URL,
  });
}

const ping = statement('ping', 'select 1');

async function checkDatabase(database: Database): Promise<void> {
  await database.run(ping);
}
