import {
  apiKeys,
  appPasswords,
  csrf,
  exchange,
  keySet,
  login,
  logout,
  Problem,
  readProfile,
  refresh,
  register,
  setup,
  validate,
  writeProfile,
} from '@alt/contracts';
import type { Database } from '@alt/database';
import { credentialOf, type Reader, type Route, reply, route } from '@alt/service-kit';
import { changeProfile, readUser, registerAccount, type SignedIn, signIn } from './accounts.ts';
import { changeRoutes } from './changes.ts';
import type { Config } from './config.ts';
import { exchangeCredential } from './identify.ts';
import { createReaderKey, listReaderKeys, revokeReaderKey } from './keys.ts';
import { endSession, openSession, renewSession, sessionCookie, type Visitor, visitorOf } from './sessions.ts';
import { readSetup } from './setup.ts';
import { type KeyKind, readSessionEnd } from './store.ts';
import type { TokenIssuer } from './tokens.ts';

export interface RouteDependencies {
  database: Database;
  config: Config;
  tokens: TokenIssuer;
  /** Whether the public address is https; the cookie then travels over nothing else. */
  isSecure: boolean;
}

/** Every endpoint of auth-service. */
export function createRoutes(dependencies: RouteDependencies): Route[] {
  const { database, config, tokens } = dependencies;
  return [
    route(setup, () => readSetup(database, config)),
    route(register, async ({ body, request, address }) => {
      const visitor = visitorOf(request, address);
      return startSession(dependencies, 201, await registerAccount(database, config, body, visitor), visitor);
    }),
    route(login, async ({ body, request, address }) => {
      const visitor = visitorOf(request, address);
      return startSession(dependencies, 200, await signIn(database, body, visitor), visitor);
    }),
    route(logout, async ({ reader, address }) => {
      await endSession(database, reader, sessionOf(reader), address);
      return reply(204, undefined, setCookie(dependencies, ''));
    }),
    route(refresh, async ({ reader, request }) => {
      const shown = { sessionId: sessionOf(reader), secret: credentialOf(request)?.secret ?? '' };
      const secret = await renewSession(database, reader, shown, config.life);
      const session = { user: await readUser(database, reader), csrfToken: reader.csrfToken ?? '' };
      return reply(200, session, secret === null ? {} : setCookie(dependencies, secret));
    }),
    route(csrf, async ({ reader }) => {
      sessionOf(reader);
      return { csrfToken: reader.csrfToken ?? '' };
    }),
    route(validate, async ({ reader }) => {
      const { userId, tenantId, email, name, role } = reader;
      return { valid: true as const, userId, tenantId, email, name, role, expiresAt: await endOf(database, reader) };
    }),
    route(readProfile, ({ reader }) => readUser(database, reader)),
    route(writeProfile, ({ reader, body, request, address }) =>
      changeProfile(database, reader, body, visitorOf(request, address)),
    ),
    ...keyRoutes(database, apiKeys, 'api-key'),
    ...keyRoutes(database, appPasswords, 'app-password'),
    route(exchange, ({ body }) => exchangeCredential(database, config.life, tokens, body)),
    route(keySet, () => tokens.keySet()),
    ...changeRoutes(database),
  ];
}

function keyRoutes(database: Database, endpoints: typeof apiKeys, kind: KeyKind): Route[] {
  return [
    route(endpoints.list, ({ reader }) => listReaderKeys(database, reader, kind)),
    route(endpoints.create, async ({ reader, body, address }) =>
      reply(201, await createReaderKey(database, reader, kind, body.name, address)),
    ),
    route(endpoints.revoke, async ({ reader, params, address }) => {
      await revokeReaderKey(database, reader, kind, params.id, address);
      return reply(204, undefined);
    }),
  ];
}

async function startSession(
  dependencies: RouteDependencies,
  status: number,
  { identity, user }: SignedIn,
  visitor: Visitor,
) {
  const { secret, csrfToken } = await openSession(dependencies.database, identity, visitor, dependencies.config.life);
  return reply(status, { user, csrfToken }, setCookie(dependencies, secret));
}

function setCookie({ config, isSecure }: RouteDependencies, secret: string) {
  return { 'set-cookie': sessionCookie(secret, config.life, isSecure) };
}

/** The session of a browser; a program's key has none to end, refresh or protect. */
function sessionOf({ sessionId }: Reader): string {
  if (sessionId === null) throw new Problem('invalid-request', 'This is for browser sessions; an API key needs none.');
  return sessionId;
}

async function endOf(database: Database, reader: Reader): Promise<string | null> {
  const { sessionId, userId } = reader;
  if (sessionId === null) return null;
  const end = await database.asReader(reader, (tx) => readSessionEnd(tx, userId, sessionId), { isReadOnly: true });
  return end?.toISOString() ?? null;
}
