import { statement } from '@alt/database';
import { createApp, createIdentify, type Host, oneAtATime, type RunningService, type Service } from '@alt/service-kit';
import type { PeerOf } from '@alt/topology';
import type { Keeper } from './archive/keepers.ts';
import { startArchiveWorker } from './archive/worker.ts';
import { type Config, config } from './config.ts';
import { createTextLookup } from './dns.ts';
import { announceTo } from './instance.ts';
import { createMailer } from './mailing.ts';
import { createRoutes } from './routes.ts';
import { applyPlans } from './store/tenants.ts';
import { keepUp } from './upkeep.ts';

/** What an archive may hold, unpacked: lines of JSON pack to a tenth or less. */
const UNPACKED_TIMES = 20;

/** Tenants, members, roles, invitations, domains, limits; their archives. */
export const service: Service<Config, 'tenant-service'> = { name: 'tenant-service', config, start };

async function start(config: Config, host: Host<PeerOf<'tenant-service'>>): Promise<RunningService> {
  const { database, log, publicUrl } = host;
  const authService = host.peer('auth-service');
  const lookUpTexts = createTextLookup(config.nameServers);
  const keepers: Keeper[] = [
    { name: 'alt-backend', peer: host.peer('alt-backend') },
    { name: 'arch-repo-service', peer: host.peer('arch-repo-service') },
  ];
  const identify = createIdentify(authService);
  const announce = announceTo(host.peer('alt-backend'), log);
  await applyPlans(database);
  const archives = startArchiveWorker(
    {
      database: database.background,
      log,
      keepers,
      plan: config.plan,
      teamsPerAccount: config.teamsPerAccount,
      importMaximumBytes: config.importMaximumBytes * UNPACKED_TIMES,
      jobs: host.jobs,
    },
    config.upkeepMs,
  );

  const app = createApp({
    host,
    routes: createRoutes({
      database,
      config,
      log,
      publicUrl,
      lookUpTexts,
      keepers,
      onJob: archives.soon,
      onChanged(tenantId) {
        identify.forget();
        announce(tenantId);
      },
      mailer: createMailer(authService, log),
    }),
    identify,
    checks: { database: () => database.one(statement('tenants_ping', 'select 1 as ok')) },
  });

  const upkeep = oneAtATime(
    host.jobs.watched('upkeep', config.upkeepMs, () => keepUp(database.background, lookUpTexts, log)),
    (error) => log.warn({ error: String(error) }, 'the upkeep of tenants failed; it will be tried again'),
  );
  const timer = setInterval(upkeep.ask, config.upkeepMs).unref();
  return {
    fetch: app.fetch,
    async stop() {
      clearInterval(timer);
      await upkeep.stop();
      await archives.stop();
    },
  };
}
