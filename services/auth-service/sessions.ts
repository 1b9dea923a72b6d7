import { createHash, randomBytes } from 'node:crypto';
import { type listSessions, Problem, type ResponseOf } from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import { credentialOf, type Reader } from '@alt/service-kit';
import type { Dependencies } from './dependencies.ts';
import type { Proven } from './providers/provider.ts';
import {
  elevateSession,
  insertSession,
  listLiveSessions,
  replaceSessionSecret,
  revokeOtherSessions,
  revokeSession,
  type SessionRow,
} from './session-store.ts';
import { findSession, type Identity, type SessionIdentity, writeAudit } from './store.ts';

/** The pages that were under way with the old secret of a refreshed session are still answered for this long. */
const GRACE_MS = 30_000;
const COOKIE = 'alt_session';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface SessionLife {
  idleMs: number;
  longestMs: number;
}

/** Where a sign-in came from, for the list of sessions and the audit log. */
export interface Visitor {
  address: string;
  device: string;
}

/** What signed somebody in, for the audit log. */
export type SignInMethod =
  | 'registration'
  | 'password'
  | 'password+totp'
  | 'password+recovery-code'
  | 'passkey'
  | 'kratos'
  | 'single-sign-on';

/** Begins a session for somebody who has just proved who they are; bound to the keeper's own, where that has one. */
export function openBoundSession(
  { database, config, provider }: Pick<Dependencies, 'database' | 'config' | 'provider'>,
  { proven, method }: { proven: Proven; method: SignInMethod },
  visitor: Visitor,
): Promise<{ secret: string; csrfToken: string }> {
  const { identity, outside } = proven;
  const bind = async (tx: Queryable, sessionId: string) => {
    if (outside) await provider.sessions?.bind(tx, identity.account_id, sessionId, outside);
  };
  return openSession(database, identity, visitor, { life: config.life, method, bind });
}

/** Begins a session. Returns its secret, for the cookie alone, and its CSRF token. */
async function openSession(
  database: Database,
  identity: Identity,
  visitor: Visitor,
  { life, method, bind }: { life: SessionLife; method: SignInMethod; bind(tx: Queryable, id: string): Promise<void> },
): Promise<{ secret: string; csrfToken: string }> {
  const secret = randomBytes(32).toString('base64url');
  const csrfSecret = randomBytes(32);
  const { account_id: userId, tenant_id: tenantId } = identity;
  await database.asReader({ userId, tenantId }, async (tx) => {
    const session = { tenantId, secretHash: hashOf(secret), csrfSecret, ...visitor, idleMs: life.idleMs };
    const sessionId = await insertSession(tx, userId, session);
    await bind(tx, sessionId);
    const detail = { sessionId, method };
    await writeAudit(tx, { action: 'signed-in', userId, tenantId, address: visitor.address, detail });
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
  shown: ShownSession,
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

/** The session of a browser, as it showed itself; a program's key has none to end, refresh or confirm. */
export interface ShownSession {
  sessionId: string;
  secret: string;
}

export function shownSession({ sessionId }: Reader, request: Request): ShownSession {
  return { sessionId: requireSession(sessionId), secret: credentialOf(request)?.secret ?? '' };
}

export function requireSession(sessionId: string | null): string {
  if (sessionId === null) throw new Problem('invalid-request', 'This is for browser sessions; an API key needs none.');
  return sessionId;
}

/**
 * A new secret for a session whose standing changes, so that one that was known before is worth nothing after. Within the
 * transaction of the change, as the reader in `tenantId`. Throws `conflict` where another tab replaced it just now.
 */
export async function rotateSession(
  tx: Queryable,
  userId: string,
  shown: ShownSession,
  standing: { tenantId: string; isProved: boolean },
): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  const change = { id: shown.sessionId, shownHash: hashOf(shown.secret), secretHash: hashOf(secret), ...standing };
  if ((await elevateSession(tx, userId, change)) === 1) return secret;
  throw new Problem('conflict', 'This session was renewed in another tab just now. Send this again.');
}

/** The account's live sessions, newest first. */
export async function listReaderSessions(
  database: Database,
  reader: Reader,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<ResponseOf<typeof listSessions>> {
  if (cursor !== undefined && !UUID.test(cursor))
    throw new Problem('invalid-cursor', 'Begin with the first page again.');
  const page = { beforeId: cursor ?? null, limit: limit + 1 };
  const rows = await database.asReader(reader, (tx) => listLiveSessions(tx, reader.userId, page), { isReadOnly: true });
  const items = rows.slice(0, limit).map((row) => toListedSession(row, reader.sessionId));
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

export function toListedSession(
  { created_at, last_seen_at, expires_at, ...row }: SessionRow,
  currentId: string | null,
) {
  return {
    ...row,
    createdAt: created_at.toISOString(),
    lastSeenAt: last_seen_at.toISOString(),
    expiresAt: expires_at.toISOString(),
    isCurrent: row.id === currentId,
  };
}

/**
 * Ends a session of the reader's at once; what a caller still keeps of it lasts no longer than its few seconds. False
 * where they have no such session, or it has ended.
 */
export function endSession(database: Database, reader: Reader, sessionId: string, address: string): Promise<boolean> {
  const { userId, tenantId } = reader;
  return database.asReader(reader, async (tx) => {
    if ((await revokeSession(tx, userId, sessionId)) === 0) return false;
    const action = sessionId === reader.sessionId ? 'signed-out' : 'session-ended';
    await writeAudit(tx, { action, userId, tenantId, address, detail: { sessionId } });
    return true;
  });
}

/** Ends every session of the reader's but the one that asks. Returns how many. */
export function endOtherSessions(database: Database, reader: Reader, address: string): Promise<number> {
  const { userId, tenantId } = reader;
  return database.asReader(reader, async (tx) => {
    const ended = await revokeOtherSessions(tx, userId, reader.sessionId);
    const detail = { endedSessions: ended };
    if (ended > 0) await writeAudit(tx, { action: 'other-sessions-ended', userId, tenantId, address, detail });
    return ended;
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

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
