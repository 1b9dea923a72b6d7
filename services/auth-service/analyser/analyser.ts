import { type Endpoint, Problem } from '@alt/contracts';
import type { Database } from '@alt/database';
import type { Route, RouteContext } from '@alt/service-kit';
import { challengedEmail } from '../challenges.ts';
import { countAgainstLimit } from '../limits.ts';
import { agentOf, currentVisit } from '../visit.ts';
import { admit, createAdmission } from './admission.ts';
import { noteConduct } from './conduct.ts';
import { isProbe, type Thresholds } from './score.ts';
import { createSessionCheck } from './session-check.ts';

export interface AnalyserOptions {
  database: Database;
  /** Signs challenges; see `keepGuardSecret`. */
  secret: Buffer;
  /** `watch` decides and writes its lines, but lets everything pass. */
  mode: 'on' | 'watch' | 'off';
  thresholds: Thresholds;
  now?: () => number;
}

/**
 * Judges requests to auth-service by what their address and their session did before: slows, challenges or blocks, and
 * leaves a line in the audit log for it. docs/guard.md has every threshold.
 */
export interface Analyser {
  /** The route with the rate limit of its endpoint, the judgement before its handler, and learning after it. */
  watch(route: Route): Route;
  /** For requests to what does not exist: counts them, and throws for an address that does nothing else. */
  missing(request: Request, address: string): Promise<void>;
  stop(): Promise<void>;
}

export function createAnalyser(options: AnalyserOptions): Analyser {
  const { database, mode } = options;
  const admission = createAdmission(options);
  const checkSession = createSessionCheck(options);
  const isOff = mode === 'off';

  async function before(route: Route, context: RouteContext): Promise<void> {
    const { maybeReader: reader, address, request } = context;
    await countAgainstLimit(database, route.endpoint, { reader, address });
    if (isOff) return;
    if (!reader && isProbe(new URL(request.url), agentOf(request))) admission.sightings.note(address, 'probes');
    if (isJudged(route.endpoint)) {
      const email = await accountOf(database, context);
      await admit(admission, { endpoint: route.endpoint.name, request, address, email });
    }
    if (reader) await checkSession(route.endpoint, context);
  }

  return {
    watch: (route) => ({
      ...route,
      async handle(context) {
        await before(route, context);
        try {
          return await route.handle(context);
        } catch (error) {
          const tells = error instanceof Problem && error.code === 'email-taken';
          if (tells && !isOff) await noteConduct(database, context.address, emailOf(context), ['unknownAccounts']);
          throw error;
        } finally {
          if (!isOff) await learn(route.endpoint, context, database);
          if (!isOff && route.endpoint.name === 'exchange') await checkSession(route.endpoint, context);
        }
      },
    }),
    async missing(request, address) {
      if (isOff) return;
      admission.sightings.note(address, isProbe(new URL(request.url), agentOf(request)) ? 'probes' : 'missing');
      await admit(admission, { endpoint: 'none', request, address, email: '' });
    },
    stop: () => admission.sightings.stop(),
  };
}

/** What anybody may send without being known: there guessing and asking around happens. */
function isJudged({ access, method }: Endpoint): boolean {
  return access === 'public' && method !== 'GET';
}

/** What a request did is read off the lines that it left in the audit log. */
async function learn({ name, access }: Endpoint, context: RouteContext, database: Database): Promise<void> {
  const visit = currentVisit();
  const { address } = context;
  const email = visit?.triedEmail ?? triedOf(context);
  for (const { action, userId } of visit?.lines ?? []) {
    if (action === 'sign-in-failed') {
      await noteConduct(database, address, email, userId ? ['failedAccounts'] : ['failedAccounts', 'unknownAccounts']);
    }
    // Who makes an account has not shown that they know anybody's password.
    if (action === 'signed-in' && name !== 'register')
      await noteConduct(database, address, email, ['signedInAccounts']);
  }
  const asksMail = access === 'public' && name !== 'login' && name !== 'register' && emailOf(context) !== '';
  if (asksMail) await noteConduct(database, address, emailOf(context), ['mailedAccounts']);
}

function emailOf({ body }: RouteContext): string {
  const { email } = (body ?? {}) as { email?: unknown };
  return typeof email === 'string' ? email : '';
}

/** Whose account a request is about, as far as it says so: by its e-mail, or by the sign-in that it finishes. */
async function accountOf(database: Database, context: RouteContext): Promise<string> {
  const { challenge } = (context.body ?? {}) as { challenge?: unknown };
  return typeof challenge === 'string' ? challengedEmail(database, challenge) : emailOf(context);
}

/** What was tried: the account of an e-mail, or of a passkey, which names it by itself. */
function triedOf(context: RouteContext): string {
  const { passkey } = (context.body ?? {}) as { passkey?: { id?: unknown } };
  return typeof passkey?.id === 'string' ? `passkey ${passkey.id}` : emailOf(context);
}
