import { statement } from '@alt/database';
import { createApp, type Host, type RunningService, type Service } from '@alt/service-kit';
import { type Config, config } from './config.ts';
import { identifyRequest } from './identify.ts';
import { createRoutes } from './routes.ts';
import { createAdministrator, readSetupCode } from './setup.ts';
import { removeExpired } from './store.ts';
import { createTokenIssuer } from './tokens.ts';

const UPKEEP_EVERY_MS = 6 * 3_600_000;

/** Identities, sessions, CSRF, keys and user tokens. */
export const service: Service<Config, 'auth-service'> = { name: 'auth-service', config, start };

async function start(config: Config, host: Host): Promise<RunningService> {
  const { database, log, publicUrl } = host;
  const tokens = createTokenIssuer({ database, rotationMs: config.keyRotationMs });
  await tokens.keySet(); // the first keys stand before anyone asks
  await createAdministrator(database, config);
  const setupCode = await readSetupCode(database, config);
  // In the sentence, where the log masks nothing: whoever reads this log is the one to make the account.
  if (setupCode) log.info(`To make the first account, open ${publicUrl.href} and enter the code ${setupCode}`);

  const app = createApp({
    host,
    routes: createRoutes({ database, config, tokens, isSecure: publicUrl.protocol === 'https:' }),
    identify: (request, address) => identifyRequest(database, config.life, request, address),
    checks: { database: () => database.one(statement('auth_ping', 'select 1 as ok')) },
  });

  const upkeep = () =>
    removeExpired(database).catch((error: unknown) => log.warn({ error: String(error) }, 'upkeep failed'));
  const timer = setInterval(() => void upkeep(), UPKEEP_EVERY_MS).unref();
  return {
    fetch: app.fetch,
    async stop() {
      clearInterval(timer);
    },
  };
}
