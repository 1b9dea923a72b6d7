import { Problem } from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import type { Logger, Reader } from '@alt/service-kit';
import { revokeSession } from '../../session-store.ts';
import { type SessionIdentity, writeAudit } from '../../store.ts';
import type { Vault } from '../../vault.ts';
import type { OutsideSession, OutsideSessions } from '../provider.ts';
import { type KratosClient, type KratosCredential, orNull, refusalOf, whoami } from './client.ts';
import { accountOf, knownIdentity, provenBy } from './identities.ts';
import { enter } from './passwords.ts';
import { keepOutsideSession, readIdentityId, readOutsideSession } from './store.ts';
import { createSweeper } from './sweeper.ts';

/** Callers keep an exchange 5 s on top: what Kratos ended is refused everywhere within 10 s. */
const KEPT_MS = 4_000;
const KEPT_MAXIMUM = 5_000;

export interface KratosSessions extends OutsideSessions {
  identityOf(userId: string): Promise<string>;
  /** The session at Kratos that a session of ours is bound to, and the settings that it is changing there. */
  boundTo(reader: SessionOwner): Promise<BoundSession | null>;
  /** Whether this is the reader's password; their session at Kratos is proved again by it. */
  proveAgain(reader: Reader, password: string): Promise<boolean>;
  /** Ends every session of an identity at Kratos but the one that is kept. Within the transaction of the change. */
  endAllBut(tx: Queryable, whose: { userId: string; identity: string; keptSessionId: string | null }): Promise<void>;
}

export type SessionOwner = Pick<Reader, 'userId' | 'tenantId' | 'sessionId'>;
export type BoundSession = OutsideSession & { settingsFlowId: string | null };

interface World {
  client: KratosClient;
  database: Database;
  vault: Vault;
  log: Logger;
}

/** Sessions at Kratos, to which ours are bound: ours ends with it, and it with ours. */
export function createKratosSessions(world: World): KratosSessions {
  const { client, database, vault } = world;
  const live = createKeeping<boolean>();
  const active = createKeeping<boolean>();
  const { sweepSoon, stop } = createSweeper(world);
  return {
    boundTo: (reader) => boundTo(world, reader),
    isLive: (session) => live(session.session_id, () => isLive(world, session)),
    isActive: (userId) => active(userId, () => isActive(world, userId)),
    async identityOf(userId) {
      const id = await identityOrNull(world, userId);
      if (id) return id;
      throw new Problem('not-kept-here', 'Kratos keeps no identity of this account. Sign in with Kratos once.');
    },
    async bind(tx, userId, sessionId, { id, credential }) {
      const sealedCredential = vault.seal(JSON.stringify(credential), contextOf(sessionId));
      await keepOutsideSession(tx, userId, { id: sessionId, outsideId: id, sealedCredential });
    },
    inState: (state) => JSON.parse(state) as OutsideSession,
    async enter(cookie) {
      const credential = { kind: 'cookie' as const, value: cookie };
      const seen = await whoami(client, credential);
      if (typeof seen === 'string') return seen;
      return (await provenBy(database, seen, { id: seen.id, credential })) ?? 'none';
    },
    proveAgain: (reader, password) => proveAgain(world, reader, password),
    async endAllBut(tx, { userId, identity, keptSessionId }) {
      const kept = keptSessionId === null ? null : await readOutsideSession(tx, userId, keptSessionId);
      const sessions = (await orNull(client.admin.listIdentitySessions({ id: identity, active: true }))) ?? [];
      for (const { id } of sessions) {
        if (id !== kept?.outside_id) await orNull(client.admin.disableSession({ id }));
      }
    },
    sweepSoon,
    async ping() {
      await orNull(client.admin.listIdentities({ pageSize: 1 }));
    },
    stop,
  };
}

async function boundTo(
  { database, vault }: World,
  { userId, tenantId, sessionId }: SessionOwner,
): Promise<BoundSession | null> {
  if (sessionId === null) return null;
  const read = (tx: Queryable) => readOutsideSession(tx, userId, sessionId);
  const row = await database.asReader({ userId, tenantId }, read, { isReadOnly: true });
  if (!row) return null;
  const credential = JSON.parse(vault.open(row.sealed_credential, contextOf(sessionId))) as KratosCredential;
  return { id: row.outside_id, credential, settingsFlowId: row.settings_flow_id };
}

async function isLive(world: World, session: SessionIdentity): Promise<boolean> {
  const { client, database } = world;
  const { account_id: userId, tenant_id: tenantId, session_id: sessionId } = session;
  const outside = await boundTo(world, { userId, tenantId, sessionId });
  // One that single sign-on opened, or that was there before Kratos, stands as long as the identity does.
  if (!outside && (await isActive(world, userId))) return true;
  const seen = outside && (await whoami(client, outside.credential));
  if (seen && typeof seen === 'object' && seen.identity) {
    const account = await accountOf(database, knownIdentity(seen.identity));
    if (account?.account_id === userId) return true;
  }
  await database.asReader({ userId, tenantId }, async (tx) => {
    if ((await revokeSession(tx, userId, sessionId)) === 0) return;
    await writeAudit(tx, { action: 'session-ended', userId, tenantId, detail: { sessionId, by: 'kratos' } });
  });
  return false;
}

async function isActive(world: World, userId: string): Promise<boolean> {
  const id = await identityOrNull(world, userId);
  const identity = id && (await orNull(world.client.admin.getIdentity({ id })));
  return identity ? identity.state !== 'inactive' : false;
}

function identityOrNull({ database }: World, userId: string): Promise<string | null> {
  // The account's own row; no tenant is read.
  return database.asReader({ userId, tenantId: userId }, (tx) => readIdentityId(tx, userId), { isReadOnly: true });
}

async function proveAgain(world: World, reader: Reader, password: string): Promise<boolean> {
  const { client } = world;
  const own = await boundTo(world, reader);
  if (own?.credential.kind === 'token') return isRightAgain(client, own.credential.value, reader.email, password);
  const entered = await enter(client, reader.email, password);
  if (!entered) return false;
  // It was opened for the question alone.
  const { id, identity } = entered.session;
  await orNull(client.admin.disableSession({ id }));
  return !identity || identity.id === (await identityOrNull(world, reader.userId));
}

async function isRightAgain(
  { people }: KratosClient,
  xSessionToken: string,
  identifier: string,
  password: string,
): Promise<boolean> {
  try {
    const { id: flow } = await people.createNativeLoginFlow({ refresh: true, xSessionToken });
    const updateLoginFlowBody = { method: 'password' as const, identifier, password };
    await people.updateLoginFlow({ flow, updateLoginFlowBody, xSessionToken });
    return true;
  } catch (error) {
    const { status } = await refusalOf(error);
    if (status === 400 || status === 401) return false;
    throw error;
  }
}

/** Asks once for what several want, and keeps the answer for a moment. What failed is asked again. */
function createKeeping<Value>() {
  const kept = new Map<string, { answer: Promise<Value>; until: number }>();
  return (key: string, ask: () => Promise<Value>): Promise<Value> => {
    const present = kept.get(key);
    if (present && Date.now() < present.until) return present.answer;
    if (kept.size >= KEPT_MAXIMUM) kept.clear();
    const answer = ask();
    kept.set(key, { answer, until: Date.now() + KEPT_MS });
    answer.catch(() => kept.delete(key));
    return answer;
  };
}

function contextOf(sessionId: string): string {
  return `outside session ${sessionId}`;
}
