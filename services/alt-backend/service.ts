import path from 'node:path';
import { type Database, statement } from '@alt/database';
import { createApp, createIdentify, type Host, type Service } from '@alt/service-kit';
import type { PeerOf } from '@alt/topology';
import { type Config, config } from './config.ts';
import { entryRoutes } from './entries.ts';
import { createEventHub } from './events.ts';
import { folderRoutes } from './folders.ts';
import { startFollowing } from './following.ts';
import { createImageAddresses } from './image-address.ts';
import { imageRoute } from './images.ts';
import { labelRoutes } from './labels.ts';
import { startMaintenance } from './maintenance.ts';
import { openapiRoutes } from './openapi.ts';
import { opmlRoutes } from './opml.ts';
import { settingsRoutes } from './settings.ts';
import { createAsReader } from './store/readers.ts';
import { subscriptionRoutes } from './subscriptions.ts';
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
  const hub = await createEventHub({ host, database, asReader, identify });
  const app = createApp({
    host,
    identify,
    flood: { ratePerSecond: settings.ALT_RATE_LIMIT_PER_SECOND, burst: settings.ALT_RATE_LIMIT_PER_SECOND * 10 },
    checks: { database: () => checkDatabase(database) },
    routes: [
      ...subscriptionRoutes(asReader, preProcessor),
      ...folderRoutes(asReader),
      ...opmlRoutes(asReader, host.egress),
      ...entryRoutes({ asReader, database, images: addresses, onMarked: maintenance.settleSoon }),
      ...labelRoutes(asReader),
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
      await following.stop();
      await maintenance.stop();
    },
  };
}

const ping = statement('ping', 'select 1');

async function checkDatabase(database: Database): Promise<void> {
  await database.run(ping);
}
