import { type Queryable, statement } from '@alt/database';
import type { FoundAccount } from '../../store.ts';

// Before anyone is known: functions of the database, one row each.

const byIdentityStatement = statement<FoundAccount>(
  'auth_find_account_by_identity',
  'select * from find_account_by_identity($1)',
);

export function findAccountByIdentity(database: Queryable, identityId: string): Promise<FoundAccount | null> {
  return database.one(byIdentityStatement, [identityId]);
}

const linkStatement = statement<{ is_linked: boolean }>(
  'auth_link_identity',
  'select link_identity($1, $2) as is_linked',
);

/** Says which identity an account is; false where it is another one already. */
export async function linkIdentity(tx: Queryable, accountId: string, identityId: string): Promise<boolean> {
  return (await tx.one(linkStatement, [accountId, identityId]))?.is_linked ?? false;
}

const followStatement = statement<{ is_free: boolean }>(
  'auth_follow_identity',
  'select follow_identity($1, $2, $3) as is_free',
);

/** Takes over address and confirmation; false where the address is another account's. */
export async function followIdentity(
  database: Queryable,
  identityId: string,
  address: { email: string; verifiedAt: Date | null },
): Promise<boolean> {
  return (await database.one(followStatement, [identityId, address.email, address.verifiedAt]))?.is_free ?? false;
}

const endedStatement = statement<{ session_id: string; outside_id: string }>(
  'auth_ended_outside_sessions',
  'select * from ended_outside_sessions($1)',
);

export function endedOutsideSessions(database: Queryable, limit: number) {
  return database.all(endedStatement, [limit]);
}

const wasEndedStatement = statement('auth_outside_session_ended', 'select outside_session_ended($1)');

export async function outsideSessionEnded(database: Queryable, sessionId: string): Promise<void> {
  await database.run(wasEndedStatement, [sessionId]);
}

// As a reader.

const identityStatement = statement<{ identity_id: string | null }>(
  'auth_read_identity_id',
  'select identity_id from accounts where id = $1',
);

export async function readIdentityId(tx: Queryable, userId: string): Promise<string | null> {
  return (await tx.one(identityStatement, [userId]))?.identity_id ?? null;
}

const keepStatement = statement(
  'auth_keep_outside_session',
  `insert into outside_sessions (session_id, account_id, outside_id, sealed_credential) values ($1, $2, $3, $4)`,
);

export async function keepOutsideSession(
  tx: Queryable,
  userId: string,
  session: { id: string; outsideId: string; sealedCredential: Buffer },
): Promise<void> {
  await tx.run(keepStatement, [session.id, userId, session.outsideId, session.sealedCredential]);
}

const readOutsideStatement = statement<{
  outside_id: string;
  sealed_credential: Buffer;
  settings_flow_id: string | null;
}>(
  'auth_read_outside_session',
  'select outside_id, sealed_credential, settings_flow_id from outside_sessions where account_id = $1 and session_id = $2',
);

export function readOutsideSession(tx: Queryable, userId: string, sessionId: string) {
  return tx.one(readOutsideStatement, [userId, sessionId]);
}

const settingsFlowStatement = statement(
  'auth_keep_settings_flow',
  'update outside_sessions set settings_flow_id = $3 where account_id = $1 and session_id = $2',
);

/** Remembers which settings at Kratos a session is changing; null once that is done. */
export async function keepSettingsFlow(
  tx: Queryable,
  userId: string,
  sessionId: string,
  flowId: string | null,
): Promise<void> {
  await tx.run(settingsFlowStatement, [userId, sessionId, flowId]);
}

const useCodeStatement = statement(
  'auth_use_code',
  'insert into used_codes (account_id, code_hash) values ($1, $2) on conflict do nothing',
);

/** Uses a code up; false where it was used already. Of two at once one is true. */
export async function useCode(tx: Queryable, userId: string, codeHash: Buffer): Promise<boolean> {
  return (await tx.run(useCodeStatement, [userId, codeHash])) === 1;
}
