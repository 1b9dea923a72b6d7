import {
  apiKeys,
  appPasswords,
  beginPasskeyLogin,
  confirm,
  csrf,
  enterByKratos,
  exchange,
  finishLogin,
  keySet,
  login,
  logout,
  passkeyLogin,
  readProfile,
  refresh,
  register,
  setup,
  validate,
  writeProfile,
} from '@alt/contracts';
import type { Database } from '@alt/database';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import { dataRoutes } from './account-data.ts';
import { accountMailRoutes } from './account-mail.ts';
import { securityRoutes } from './account-security.ts';
import { changeProfile, readUser, registerAccount, toUser } from './accounts.ts';
import { auditRoutes } from './audit/routes.ts';
import { changeRoutes } from './changes.ts';
import { type Dependencies, setCookie } from './dependencies.ts';
import { signInByKratos } from './entering-by-kratos.ts';
import { exchangeCredential } from './identify.ts';
import { createReaderKey, listReaderKeys, revokeReaderKey } from './keys.ts';
import { countRequest } from './lockouts.ts';
import { passkeyRoutes } from './passkey-routes.ts';
import { peopleRoutes } from './people.ts';
import { kratosWebhooks } from './providers/kratos/webhooks.ts';
import { confirmIdentity } from './proving.ts';
import { sessionRoutes } from './session-routes.ts';
import { readSessionEnd } from './session-store.ts';
import { endSession, openBoundSession, renewSession, requireSession, shownSession, type Visitor } from './sessions.ts';
import { readSetup } from './setup.ts';
import { finishSignIn, type SignedIn, signIn, signInByPasskey } from './signing-in.ts';
import { singleSignOnRoutes } from './single-sign-on/routes.ts';
import type { KeyKind } from './store.ts';
import { visitorOf } from './visitor.ts';

/** Services with routes for readers, who must know whom they serve. */
const EXCHANGERS = ['alt-backend', 'tenant-service', 'arch-repo-service'] as const;

/** Every endpoint of auth-service. */
export function createRoutes(dependencies: Dependencies): Route[] {
  const { database, config, tokens, provider } = dependencies;
  return [
    route(setup, async () => ({ ...(await readSetup(database, config)), provider: provider.name })),
    ...signInRoutes(dependencies),
    route(logout, async ({ reader, address }) => {
      await endSession(database, reader, requireSession(reader.sessionId), address);
      return reply(204, undefined, setCookie(dependencies, ''));
    }),
    route(refresh, async ({ reader, request }) => {
      const secret = await renewSession(database, reader, shownSession(reader, request), config.life);
      const session = { user: await readUser(dependencies, reader), csrfToken: reader.csrfToken ?? '' };
      return reply(200, session, secret === null ? {} : setCookie(dependencies, secret));
    }),
    route(csrf, async ({ reader }) => {
      requireSession(reader.sessionId);
      return { csrfToken: reader.csrfToken ?? '' };
    }),
    route(validate, async ({ reader }) => {
      const { userId, tenantId, email, name, role, ownsInstance } = reader;
      const who = { userId, tenantId, email, name, role, ownsInstance };
      return { valid: true as const, ...who, expiresAt: await endOf(database, reader) };
    }),
    route(confirm, async ({ reader, body, request, address }) => {
      const shown = shownSession(reader, request);
      const secret = await confirmIdentity(dependencies, reader, body, { shown, address });
      const session = { user: await readUser(dependencies, reader), csrfToken: reader.csrfToken ?? '' };
      return reply(200, session, setCookie(dependencies, secret));
    }),
    route(readProfile, ({ reader }) => readUser(dependencies, reader)),
    route(writeProfile, ({ reader, body, request, address }) =>
      changeProfile(dependencies, reader, body, visitorOf(request, address)),
    ),
    ...sessionRoutes(dependencies),
    ...securityRoutes(dependencies),
    ...passkeyRoutes(dependencies),
    ...accountMailRoutes(dependencies),
    ...dataRoutes(dependencies),
    ...singleSignOnRoutes(dependencies),
    ...keyRoutes(database, apiKeys, 'api-key'),
    ...keyRoutes(database, appPasswords, 'app-password'),
    route(
      exchange,
      ({ body }) => exchangeCredential({ database, life: config.life, sessions: provider.sessions }, tokens, body),
      { callers: EXCHANGERS },
    ),
    route(keySet, () => tokens.keySet(), { callers: EXCHANGERS }),
    ...changeRoutes(database),
    ...peopleRoutes(database),
    ...auditRoutes(database),
    ...kratosWebhooks(dependencies),
  ];
}

/** The ways to get a session. Each makes a new one, whatever cookie came along. */
function signInRoutes(dependencies: Dependencies): Route[] {
  const { database, provider } = dependencies;
  return [
    route(register, async ({ body, request, address }) => {
      const visitor = visitorOf(request, address);
      const proven = await registerAccount(dependencies, body, visitor);
      return startSession(dependencies, 201, { proven, method: 'registration' }, visitor);
    }),
    route(login, async ({ body, request, address }) => {
      const visitor = visitorOf(request, address);
      return startSession(dependencies, 200, await signIn(dependencies, body, visitor), visitor);
    }),
    route(finishLogin, async ({ body, request, address }) => {
      const visitor = visitorOf(request, address);
      return startSession(dependencies, 200, await finishSignIn(dependencies, body, visitor), visitor);
    }),
    route(beginPasskeyLogin, async ({ address }) => {
      await countRequest(database, 'login', address);
      return { ...(await provider.passkeys.signInOptions()) };
    }),
    route(passkeyLogin, async ({ body, request, address }) => {
      const visitor = visitorOf(request, address);
      return startSession(dependencies, 200, await signInByPasskey(dependencies, body, visitor), visitor);
    }),
    route(enterByKratos, async ({ request, address }) => {
      const from = { address, origin: dependencies.publicUrl.origin };
      const signedIn = await signInByKratos(dependencies, request, from);
      return startSession(dependencies, 200, signedIn, visitorOf(request, address));
    }),
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

async function startSession(dependencies: Dependencies, status: number, signedIn: SignedIn, visitor: Visitor) {
  const { secret, csrfToken } = await openBoundSession(dependencies, signedIn, visitor);
  return reply(status, { user: toUser(signedIn.proven), csrfToken }, setCookie(dependencies, secret));
}

async function endOf(database: Database, reader: Reader): Promise<string | null> {
  const { sessionId, userId } = reader;
  if (sessionId === null) return null;
  const end = await database.asReader(reader, (tx) => readSessionEnd(tx, userId, sessionId), { isReadOnly: true });
  return end?.toISOString() ?? null;
}
