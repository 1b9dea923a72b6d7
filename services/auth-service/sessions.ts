import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import {
  findSession,
  type Identity,
  insertSession,
  replaceSessionSecret,
  revokeSession,
  type SessionIdentity,
  writeAudit,
} from './store.ts';

/** The pages that were under way with the old secret of a refreshed session are still answered for this long. */
const GRACE_MS = 30_000;
const COOKIE = 'alt_session';

export interface SessionLife {
  idleMs: number;
  longestMs: number;
}

/** Where a sign-in came from, for the list of sessions and the audit log. */
export interface Visitor {
  address: string;
  device: string;
}

/** Begins a session. Returns its secret, for the cookie alone, and its CSRF token. */
export async function openSession(
  database: Database,
  identity: Identity,
  visitor: Visitor,
  life: SessionLife,
): Promise<{ secret: string; csrfToken: string }> {
  const secret = randomBytes(32).toString('base64url');
  const csrfSecret = randomBytes(32);
  const { account_id: userId, tenant_id: tenantId } = identity;
  await database.asReader({ userId, tenantId }, async (tx) => {
    const session = { tenantId, secretHash: hashOf(secret), csrfSecret, ...visitor, idleMs: life.idleMs };
    const sessionId = await insertSession(tx, userId, session);
    await writeAudit(tx, { action: 'signed-in', userId, tenantId, address: visitor.address, detail: { sessionId } });
  });
  return { secret, csrfToken: csrfTokenOf(csrfSecret) };
}

/** Whose session a cookie names; null if it is unknown, over or revoked, or its account left the tenant. */
export function resumeSession(
  database: Database,
  secret: string,
  address: string,
  life: SessionLife,
): Promise<SessionIdentity | null> {
  return findSession(database, hashOf(secret), life, address.slice(0, 100));
}

/**
 * Gives a session a new secret and its full idle time again. Null where the secret shown has been replaced already:
 * of two tabs that refresh at once only one makes a cookie, so that the browser cannot end up with the older one.
 */
export async function renewSession(
  database: Database,
  reader: Reader,
  shown: { sessionId: string; secret: string },
  life: SessionLife,
): Promise<string | null> {
  const secret = randomBytes(32).toString('base64url');
  const change = {
    id: shown.sessionId,
    shownHash: hashOf(shown.secret),
    secretHash: hashOf(secret),
    graceMs: GRACE_MS,
    ...life,
  };
  const changed = await database.asReader(reader, (tx) => replaceSessionSecret(tx, reader.userId, change));
  return changed === 1 ? secret : null;
}

/** Ends a session at once; what a caller still keeps of it lasts no longer than its few seconds. */
export async function endSession(
  database: Database,
  reader: Reader,
  sessionId: string,
  address: string,
): Promise<void> {
  const { userId, tenantId } = reader;
  await database.asReader(reader, async (tx) => {
    if ((await revokeSession(tx, userId, sessionId)) === 0) return;
    await writeAudit(tx, { action: 'signed-out', userId, tenantId, address, detail: { sessionId } });
  });
}

/** Bound to the session by lying in its row; it stays the same over a refresh, so that other tabs go on working. */
export function csrfTokenOf(csrfSecret: Buffer): string {
  return csrfSecret.toString('base64url');
}

/**
 * The Set-Cookie header of a session; an empty secret removes it. The cookie lives as long as the longest session: when
 * a session ends is the server's to say.
 */
export function sessionCookie(secret: string, life: SessionLife, isSecure: boolean): string {
  const maxAgeSeconds = secret === '' ? 0 : Math.floor(life.longestMs / 1000);
  const cookie = `${COOKIE}=${secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}`;
  return isSecure ? `${cookie}; Secure` : cookie;
}

export function visitorOf(request: Request, address: string): Visitor {
  const device = (request.headers.get('user-agent') ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, 300);
  return { address: address.slice(0, 100), device };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
