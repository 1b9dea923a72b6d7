import { type Queryable, statement } from '@alt/database';
import { interval } from './store.ts';

// As a reader: in a transaction of `asReader`, where row-level security shows their own rows alone.

const insertSessionStatement = statement<{ id: string }>(
  'auth_insert_session',
  `insert into sessions (account_id, tenant_id, secret_hash, csrf_secret, device, address, expires_at)
   values ($1, $2, $3, $4, $5, $6, now() + $7::interval) returning id`,
);

export async function insertSession(
  tx: Queryable,
  userId: string,
  session: {
    tenantId: string;
    secretHash: Buffer;
    csrfSecret: Buffer;
    device: string;
    address: string;
    idleMs: number;
  },
): Promise<string> {
  const { tenantId, secretHash, csrfSecret, device, address, idleMs } = session;
  const values = [userId, tenantId, secretHash, csrfSecret, device, address, interval(idleMs)];
  const row = await tx.one(insertSessionStatement, values);
  if (!row) throw new Error('The session was not stored');
  return row.id;
}

const sessionEndStatement = statement<{ expires_at: Date }>(
  'auth_session_end',
  'select expires_at from sessions where account_id = $1 and id = $2',
);

export async function readSessionEnd(tx: Queryable, userId: string, sessionId: string): Promise<Date | null> {
  return (await tx.one(sessionEndStatement, [userId, sessionId]))?.expires_at ?? null;
}

const replaceSecretStatement = statement(
  'auth_replace_session_secret',
  `update sessions set previous_secret_hash = secret_hash, previous_until = now() + $5::interval, secret_hash = $4,
     expires_at = greatest(expires_at, least(now() + $6::interval, created_at + $7::interval))
   where account_id = $1 and id = $2 and secret_hash = $3 and revoked_at is null`,
);

/** Gives a session a new secret in place of the one shown; that one passes for `graceMs` more. */
export function replaceSessionSecret(
  tx: Queryable,
  userId: string,
  session: { id: string; shownHash: Buffer; secretHash: Buffer; graceMs: number; idleMs: number; longestMs: number },
): Promise<number> {
  const { id, shownHash, secretHash, graceMs, idleMs, longestMs } = session;
  const values = [userId, id, shownHash, secretHash, interval(graceMs), interval(idleMs), interval(longestMs)];
  return tx.run(replaceSecretStatement, values);
}

const revokeSessionStatement = statement(
  'auth_revoke_session',
  'update sessions set revoked_at = now() where account_id = $1 and id = $2 and revoked_at is null',
);

export function revokeSession(tx: Queryable, userId: string, sessionId: string): Promise<number> {
  return tx.run(revokeSessionStatement, [userId, sessionId]);
}

const revokeOthersStatement = statement(
  'auth_revoke_other_sessions',
  `update sessions set revoked_at = now()
   where account_id = $1 and id is distinct from $2::uuid and revoked_at is null`,
);

/** Ends every session of the account but `keptId`; all of them if that is null. */
export function revokeOtherSessions(tx: Queryable, userId: string, keptId: string | null): Promise<number> {
  return tx.run(revokeOthersStatement, [userId, keptId]);
}

export interface SessionRow {
  id: string;
  device: string;
  address: string;
  created_at: Date;
  last_seen_at: Date;
  expires_at: Date;
}

const listSessionsStatement = statement<SessionRow>(
  'auth_list_sessions',
  `select id, device, address, created_at, last_seen_at, expires_at from sessions
   where account_id = $1 and revoked_at is null and expires_at > now() and ($2::uuid is null or id < $2)
   order by id desc limit $3`,
);

/** Live sessions, newest first: ids rise with time. */
export function listLiveSessions(
  tx: Queryable,
  userId: string,
  page: { beforeId: string | null; limit: number },
): Promise<SessionRow[]> {
  return tx.all(listSessionsStatement, [userId, page.beforeId, page.limit]);
}

const elevateStatement = statement(
  'auth_elevate_session',
  `update sessions set secret_hash = $4, previous_secret_hash = null, previous_until = null, tenant_id = $5,
     proved_at = case when $6 then now() else proved_at end
   where account_id = $1 and id = $2 and secret_hash = $3 and revoked_at is null`,
);

/** Gives a session that may do more, or something else, another secret; the old one is worth nothing at once. */
export function elevateSession(
  tx: Queryable,
  userId: string,
  session: { id: string; shownHash: Buffer; secretHash: Buffer; tenantId: string; isProved: boolean },
): Promise<number> {
  const { id, shownHash, secretHash, tenantId, isProved } = session;
  return tx.run(elevateStatement, [userId, id, shownHash, secretHash, tenantId, isProved]);
}
