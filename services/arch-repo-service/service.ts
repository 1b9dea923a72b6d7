import { type Database, statement } from '@alt/database';
import { createImageAddresses } from '@alt/feeds/html/image-address.ts';
import { createApp, createIdentify, type Host, type Service } from '@alt/service-kit';
import type { PeerOf } from '@alt/topology';
import { createBriefWorker } from './brief-writing.ts';
import { createMeetColleagues } from './colleagues.ts';
import { type Config, config } from './config.ts';
import { exportDossier } from './exports.ts';
import { importDossier } from './imports.ts';
import { startJobs } from './jobs.ts';
import { createAsPerson } from './people.ts';
import { routesOf } from './routes.ts';
import { startRules } from './rule-applying.ts';
import { startUpkeep } from './upkeep.ts';

/** Projects: a team's dossiers of articles, notes, decisions and briefs. */
export const service: Service<Config, 'arch-repo-service'> = { name: 'arch-repo-service', config, start };

async function start(settings: Config, host: Host<PeerOf<'arch-repo-service'>>) {
  const { database, log, publicUrl } = host;
  const authService = host.peer('auth-service');
  const identify = createIdentify(authService);
  const stopListening = await host.listen('alt_tenants', identify.forget);
  const app = createApp({
    host,
    identify,
    flood: { ratePerSecond: settings.ALT_RATE_LIMIT_PER_SECOND, burst: settings.ALT_RATE_LIMIT_PER_SECOND * 10 },
    checks: { database: () => checkDatabase(database) },
    routes: routesOf({
      asPerson: createAsPerson(database),
      meetColleagues: createMeetColleagues(database, authService, log),
      database,
      searchIndexer: host.peer('search-indexer'),
      publicUrl,
      images: createImageAddresses(settings.ALT_IMAGE_KEY),
    }),
  });
  const jobs = await startJobs({
    watched: host.jobs.watched,
    database,
    log,
    workers: { brief: createBriefWorker(host.peer('news-creator')), export: exportDossier, import: importDossier },
    listen: host.listen,
  });
  const rules = startRules(database, log);
  const upkeep = startUpkeep(database, log, host.jobs);
  return {
    fetch: app.fetch,
    async stop() {
      await stopListening();
      await upkeep.stop();
      await rules.stop();
      await jobs.stop();
    },
  };
}

const ping = statement('projects_ping', 'select 1');

async function checkDatabase(database: Database): Promise<void> {
  await database.run(ping);
}
