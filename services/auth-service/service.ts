import { type Database, statement } from '@alt/database';
import { createApp, type Host, type RunningService, type Service } from '@alt/service-kit';
import { createAnalyser } from './analyser/analyser.ts';
import { prepareAuditLog } from './audit/writing.ts';
import { type Config, config } from './config.ts';
import { deviceCookie, keepGuardSecret } from './devices.ts';
import { identifyRequest } from './identify.ts';
import { forgetOrigins } from './lockouts.ts';
import { createMails, type Mails } from './mail/worker.ts';
import { openProvider } from './providers/open.ts';
import { createRoutes } from './routes.ts';
import { createAdministrator, readSetupCode } from './setup.ts';
import type { Issuer } from './single-sign-on/issuer.ts';
import { removeExpired } from './store.ts';
import { createTokenIssuer } from './tokens.ts';
import { createVault, type Vault } from './vault.ts';
import { visiting } from './visit.ts';

const UPKEEP_EVERY_MS = 6 * 3_600_000;

/** Identities, sessions, CSRF, keys and user tokens. */
export const service: Service<Config, 'auth-service'> = { name: 'auth-service', config, start };

async function start(config: Config, host: Host): Promise<RunningService> {
  const { database, log, publicUrl } = host;
  const vault = createVault(config.secretKey);
  const tokens = createTokenIssuer({ database, vault, rotationMs: config.keyRotationMs });
  await tokens.keySet(); // the first keys stand before anyone asks, and are of this ALT_SECRET_KEY
  await prepareAuditLog(database, config.auditMonths);
  await createAdministrator(database, config);
  const setupCode = await readSetupCode(database, config);
  // In the sentence, where the log masks nothing: whoever reads this log is the one to make the account.
  if (setupCode) log.info(`To make the first account, open ${publicUrl.href} and enter the code ${setupCode}`);

  const mails = await openMails(config, host, vault);
  const { kratos } = config;
  const provider = await openProvider({ database, vault, publicUrl, mails, kratos, metrics: host.metrics, log });
  const { sessions } = provider;
  const issuer = await openIssuer(config, host);
  const isSecure = publicUrl.protocol === 'https:';
  const secret = await keepGuardSecret(database);
  const analyser = createAnalyser({ database, secret, ...config.guard });
  const routes = createRoutes({ database, config, tokens, provider, vault, mails, issuer, publicUrl, isSecure });
  const identify = (request: Request, address: string) =>
    identifyRequest({ database, life: config.life, sessions }, request, address);
  const app = createApp({
    host,
    routes: routes.map(analyser.watch),
    async onMissing(request, address) {
      // Who is known may mistype an address.
      if (!(await identify(request, address))) await analyser.missing(request, address);
    },
    identify,
    checks: {
      database: () => database.one(statement('auth_ping', 'select 1 as ok')),
      ...(sessions ? { kratos: () => sessions.ping() } : {}),
    },
  });

  const keepingUp = host.jobs.watched('upkeep', UPKEEP_EVERY_MS, () => keepUp(database, config.auditMonths));
  const upkeep = () => keepingUp().catch((error: unknown) => log.warn({ error: String(error) }, 'upkeep failed'));
  const timer = setInterval(() => void upkeep(), UPKEEP_EVERY_MS).unref();
  return {
    fetch: (request) =>
      visiting(request, secret, async (visit) => {
        const response = await app.fetch(request);
        const cookie = response.ok ? deviceCookie(visit, isSecure) : null;
        if (cookie !== null) response.headers.append('set-cookie', cookie);
        // What ended here ends at the keeper of identities as well.
        if (request.method !== 'GET') sessions?.sweepSoon();
        return response;
      }),
    async stop() {
      clearInterval(timer);
      await analyser.stop();
      await sessions?.stop();
      await issuer?.close();
      await mails?.stop();
    },
  };
}

/** The OpenID provider, whose client is loaded where there is one. */
async function openIssuer({ singleSignOn }: Config, { egress, publicUrl }: Host): Promise<Issuer | null> {
  if (!singleSignOn) return null;
  const { createIssuer } = await import('./single-sign-on/issuer.ts');
  return createIssuer(singleSignOn, { egress, callback: new URL('/v1/auth/oidc/callback', publicUrl) });
}

/** The way to the mail relay, loaded where there is one. */
async function openMails({ mail }: Config, host: Host, vault: Vault): Promise<Mails | null> {
  if (!mail) return null;
  const { database, publicUrl, log, jobs } = host;
  const { createRelay } = await import('./mail/relay.ts');
  const { hostname } = publicUrl;
  const { smtpUrl, proxyUrl, from = `alt@${hostname}` } = mail;
  return createMails({
    database,
    vault,
    relay: createRelay({ smtpUrl, from, hostname, proxyUrl }),
    publicUrl,
    log,
    jobs,
  });
}

/** What nobody asks for: what is over goes, and the months of the log are there before they begin. */
async function keepUp(database: Database, auditMonths: number): Promise<void> {
  await removeExpired(database);
  await forgetOrigins(database);
  await prepareAuditLog(database, auditMonths);
}
