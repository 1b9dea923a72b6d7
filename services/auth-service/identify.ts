import { type BodyOf, type exchange, Problem } from '@alt/contracts';
import type { Database } from '@alt/database';
import { credentialOf, type Reader } from '@alt/service-kit';
import { resumeKey } from './keys.ts';
import type { OutsideSessions } from './providers/provider.ts';
import { csrfTokenOf, resumeSession, type SessionLife } from './sessions.ts';
import type { TokenIssuer, TokenSubject } from './tokens.ts';
import { noteSession } from './visit.ts';

/** Who sent a request to auth-service itself. App passwords are for reader clients and open nothing here. */
export async function identifyRequest(where: Where, request: Request, address: string): Promise<Reader | null> {
  const credential = credentialOf(request);
  if (!credential) return null;
  const found = await resume(where, credential, address);
  if (found?.subject.scope !== 'full') return null;
  const { account_id, tenant_id, role, email, name, sessionId, keyId, ...standing } = found.subject;
  const { provedAt, isSuspended, ownsInstance } = standing;
  const { csrfToken } = found;
  const who = { userId: account_id, tenantId: tenant_id, role, email, name, sessionId, keyId };
  return { ...who, scope: 'full', csrfToken, provedAt, isSuspended, ownsInstance };
}

/** A user token for the cookie or the key that a service was shown. Nothing here is kept: a revocation holds at once. */
export async function exchangeCredential(
  where: Where,
  tokens: TokenIssuer,
  { bearer, sessionCookie, address }: BodyOf<typeof exchange>,
) {
  if (!/^[0-9a-f:.]*$/i.test(address)) throw new Problem('invalid-request', '"address" must be an IP address.');
  const credential: Credential =
    bearer === undefined ? { kind: 'cookie', secret: sessionCookie ?? '' } : { kind: 'bearer', secret: bearer };
  const found = await resume(where, credential, address);
  if (!found) throw new Problem('not-signed-in', 'The session or the key is unknown, over or revoked.');
  const { token, expiresAt } = await tokens.issue(found.subject);
  return { token, csrfToken: found.csrfToken, expiresAt: expiresAt.toISOString() };
}

type Credential = NonNullable<ReturnType<typeof credentialOf>>;

/** Where sessions and keys are looked up: here, and at the keeper of identities where it has sessions of its own. */
interface Where {
  database: Database;
  life: SessionLife;
  sessions: OutsideSessions | null;
}

async function resume(
  { database, life, sessions }: Where,
  { kind, secret }: Credential,
  address: string,
): Promise<{ subject: TokenSubject; csrfToken: string | null } | null> {
  if (kind === 'bearer') {
    const key = await resumeKey(database, secret);
    if (key && sessions && !(await sessions.isActive(key.account_id))) return null;
    const standing = {
      provedAt: null,
      isSuspended: key?.is_suspended ?? false,
      ownsInstance: key?.owns_instance ?? false,
    };
    return key && { subject: { ...key, ...standing, sessionId: null, keyId: key.key_id }, csrfToken: null };
  }
  const session = await resumeSession(database, secret, address, life);
  if (session && sessions && !(await sessions.isLive(session))) return null;
  if (session) noteSession({ id: session.session_id, userId: session.account_id, tenantId: session.tenant_id });
  return (
    session && {
      subject: {
        ...session,
        sessionId: session.session_id,
        keyId: null,
        scope: 'full',
        provedAt: session.proved_at,
        isSuspended: session.is_suspended,
        ownsInstance: session.owns_instance,
      },
      csrfToken: csrfTokenOf(session.csrf_secret),
    }
  );
}
