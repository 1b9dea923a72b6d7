import { createHash } from 'node:crypto';
import { Problem } from '@alt/contracts';
import type { Database } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import type { Change, OutsideSession, SecondFactorKeeper } from '../provider.ts';
import { type KratosClient, orNull, refusalOf } from './client.ts';
import { notKeptHere } from './elsewhere.ts';
import type { KratosSessions } from './sessions.ts';
import { openSettings, settingsToken, submitSettings, textOf } from './settings-flows.ts';
import { keepSettingsFlow, useCode } from './store.ts';

const TOTP_CODE = /^\d{6}$/;
const RECOVERY_CODE = /^[a-z0-9]{8}$/;
/** Kratos takes a time-based code for a minute and a half. */
const USED_FOR_MS = 120_000;

interface World {
  client: KratosClient;
  database: Database;
  sessions: KratosSessions;
}

/**
 * Authenticators and recovery codes (its "lookup secrets") as Kratos keeps them, by its flows for programs. Kratos takes a
 * time-based code again while it is valid, so each is used up here first; of two at once one comes through.
 */
export function createKratosSecondFactors(world: World): SecondFactorKeeper {
  const { client, database, sessions } = world;
  return {
    beginTotp: (reader) => beginTotp(world, reader),
    confirmTotp: (reader, code) => confirmTotp(world, reader, code),
    async removeTotp({ userId }) {
      const id = await sessions.identityOf(userId);
      const hadTotp = (await orNull(client.admin.getIdentity({ id })))?.credentials?.totp !== undefined;
      return async () => {
        if (!hadTotp) return false;
        await orNull(client.admin.deleteIdentityCredentials({ id, type: 'totp' }));
        await orNull(client.admin.deleteIdentityCredentials({ id, type: 'lookup_secret' }));
        return true;
      };
    },
    renewRecoveryCodes: (reader) => renewRecoveryCodes(world, reader),
    async check(account, code, methods, state) {
      const typed = plain(code);
      const method = TOTP_CODE.test(typed) ? 'totp' : RECOVERY_CODE.test(typed) ? 'recovery-code' : null;
      if (method === null || !methods.includes(method)) return null;
      const { sessionId = null } = account;
      const outside = state === null ? await sessions.boundTo({ ...account, sessionId }) : sessions.inState(state);
      if (outside?.credential.kind !== 'token') throw notKeptHere('The authenticator and its recovery codes');
      if (!(await isUnused(database, account, typed))) return null;
      return (await isRight(client, outside, typed, method)) ? method : null;
    },
  };
}

async function beginTotp({ client, database, sessions }: World, reader: Reader) {
  const { xSessionToken } = await settingsToken(sessions, reader);
  const flow = await openSettings(client, xSessionToken);
  const secret = textOf(flow.ui.nodes, 'totp_secret_key');
  if (!secret) throw new Problem('conflict', 'There is an authenticator already. Remove it first.');
  // The secret belongs to these settings; the code that confirms it is sent to them.
  const { userId, sessionId, email } = reader;
  await database.asReader(reader, (tx) => keepSettingsFlow(tx, userId, sessionId ?? '', flow.id));
  const label = `Alt:${encodeURIComponent(email)}`;
  return { secret, uri: `otpauth://totp/${label}?algorithm=SHA1&digits=6&issuer=Alt&period=30&secret=${secret}` };
}

async function confirmTotp(
  { client, database, sessions }: World,
  reader: Reader,
  code: string,
): Promise<Change | null> {
  const { xSessionToken, settingsFlowId: flowId } = await settingsToken(sessions, reader);
  if (!flowId) throw new Problem('conflict', 'Ask for a secret first: POST /v1/user/totp.');
  const typed = plain(code);
  if (!TOTP_CODE.test(typed) || !(await isUnused(database, reader, typed))) return null;
  const done = await submitSettings(client, { flowId, xSessionToken }, { method: 'totp', totp_code: typed });
  return done && ((tx) => keepSettingsFlow(tx, reader.userId, reader.sessionId ?? '', null));
}

async function renewRecoveryCodes({ client, sessions }: World, reader: Reader) {
  const { xSessionToken } = await settingsToken(sessions, reader);
  const inHand = { flowId: (await openSettings(client, xSessionToken)).id, xSessionToken };
  const method = 'lookup_secret' as const;
  const shown = await submitSettings(client, inHand, { method, lookup_secret_regenerate: true });
  const codes = (textOf(shown?.ui.nodes ?? [], 'lookup_secret_codes') ?? '').split(',').map((code) => code.trim());
  if (codes.length < 2) throw new Problem('conflict', 'Kratos made no recovery codes. Try again.');
  const change: Change = async () => {
    if (await submitSettings(client, inHand, { method, lookup_secret_confirm: true })) return;
    throw new Problem('conflict', 'Kratos did not keep the recovery codes. Try again.');
  };
  return { codes, change };
}

/** Uses a code up, with its time: the same six digits come back. */
function isUnused(database: Database, account: { userId: string; tenantId: string }, code: string): Promise<boolean> {
  const { userId, tenantId } = account;
  const hash = (slot: number) => createHash('sha256').update(`${userId} ${code} ${slot}`).digest();
  const slot = Math.floor(Date.now() / USED_FOR_MS);
  return database.asReader({ userId, tenantId }, async (tx) => {
    const isFirst = await useCode(tx, userId, hash(slot));
    // A code that is used at the end of one slot is used in the next as well.
    await useCode(tx, userId, hash(slot + 1));
    return isFirst;
  });
}

async function isRight(
  { people }: KratosClient,
  { credential }: OutsideSession,
  code: string,
  method: 'totp' | 'recovery-code',
): Promise<boolean> {
  const { value: xSessionToken } = credential;
  try {
    const { id: flow } = await people.createNativeLoginFlow({ aal: 'aal2', refresh: true, xSessionToken });
    const updateLoginFlowBody =
      method === 'totp'
        ? { method: 'totp' as const, totp_code: code }
        : { method: 'lookup_secret' as const, lookup_secret: code };
    await people.updateLoginFlow({ flow, updateLoginFlowBody, xSessionToken });
    return true;
  } catch (error) {
    const { status } = await refusalOf(error);
    if (status === 400 || status === 401) return false;
    throw error;
  }
}

function plain(code: string): string {
  return code.replace(/[\s-]/g, '').toLowerCase();
}
