import { type BodyOf, type exchange, Problem } from '@alt/contracts';
import type { Database } from '@alt/database';
import { credentialOf, type Reader } from '@alt/service-kit';
import { resumeKey } from './keys.ts';
import { csrfTokenOf, resumeSession, type SessionLife } from './sessions.ts';
import type { TokenIssuer, TokenSubject } from './tokens.ts';

/** Who sent a request to auth-service itself. App passwords are for reader clients and open nothing here. */
export async function identifyRequest(
  database: Database,
  life: SessionLife,
  request: Request,
  address: string,
): Promise<Reader | null> {
  const credential = credentialOf(request);
  if (!credential) return null;
  const found = await resume(database, life, credential, address);
  if (found?.subject.scope !== 'full') return null;
  const { account_id, tenant_id, role, email, name, sessionId, keyId } = found.subject;
  const { csrfToken } = found;
  return { userId: account_id, tenantId: tenant_id, role, email, name, sessionId, keyId, scope: 'full', csrfToken };
}

/** A user token for the cookie or the key that a service was shown. Nothing here is kept: a revocation holds at once. */
export async function exchangeCredential(
  database: Database,
  life: SessionLife,
  tokens: TokenIssuer,
  { bearer, sessionCookie, address }: BodyOf<typeof exchange>,
) {
  if (!/^[0-9a-f:.]*$/i.test(address)) throw new Problem('invalid-request', '"address" must be an IP address.');
  const credential: Credential =
    bearer === undefined ? { kind: 'cookie', secret: sessionCookie ?? '' } : { kind: 'bearer', secret: bearer };
  const found = await resume(database, life, credential, address);
  if (!found) throw new Problem('not-signed-in', 'The session or the key is unknown, over or revoked.');
  const { token, expiresAt } = await tokens.issue(found.subject);
  return { token, csrfToken: found.csrfToken, expiresAt: expiresAt.toISOString() };
}

type Credential = NonNullable<ReturnType<typeof credentialOf>>;

async function resume(
  database: Database,
  life: SessionLife,
  { kind, secret }: Credential,
  address: string,
): Promise<{ subject: TokenSubject; csrfToken: string | null } | null> {
  if (kind === 'bearer') {
    const key = await resumeKey(database, secret);
    return key && { subject: { ...key, sessionId: null, keyId: key.key_id }, csrfToken: null };
  }
  const session = await resumeSession(database, secret, address, life);
  return (
    session && {
      subject: { ...session, sessionId: session.session_id, keyId: null, scope: 'full' },
      csrfToken: csrfTokenOf(session.csrf_secret),
    }
  );
}
