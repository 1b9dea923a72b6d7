import { randomBytes } from 'node:crypto';
import { Problem } from '@alt/contracts';
import type { Database } from '@alt/database';
import type { Session, SuccessfulNativeLogin, SuccessfulNativeRegistration } from '@ory/client-fetch';
import { dropLinks } from '../../mail/links.ts';
import type { NewAccountOutcome } from '../../store.ts';
import { findAccount } from '../../store.ts';
import type { OutsideSession, PasswordKeeper, PasswordVerdict } from '../provider.ts';
import { type KratosClient, orNull, refusalOf, whoami } from './client.ts';
import { accountOf, knownIdentity, provenBy } from './identities.ts';
import type { KratosSessions } from './sessions.ts';
import { registrationTicket } from './tickets.ts';

/** Messages of Kratos: there is such an identity; the password is too short, too long, too close to the address. */
const TAKEN = 4_000_007;
const WEAK = new Set([4_000_005, 4_000_031, 4_000_032, 4_000_033, 4_000_034]);
const DECOY = 'nobody@alt.invalid';

/** Passwords as Kratos keeps them, by its flows for programs and its admin API. */
export function createKratosPasswords(options: {
  client: KratosClient;
  database: Database;
  sessions: KratosSessions;
  token: string;
}): PasswordKeeper {
  const { client, database, sessions, token } = options;
  const { admin } = client;
  return {
    async register({ email, name, password }, makeAccount) {
      const made = await registerIdentity(client, { email, name, password, ticket: registrationTicket(token, email) });
      if (made === null) return { outcome: 'email-taken' };
      const { identity, session, session_token: value = '' } = made;
      let outcome: NewAccountOutcome | null = null;
      try {
        outcome = await makeAccount({ passwordHash: null, identityId: identity.id });
      } finally {
        if (outcome?.outcome !== 'created') await orNull(admin.deleteIdentity({ id: identity.id }));
      }
      return session ? { ...outcome, outside: { id: session.id, credential: { kind: 'token', value } } } : outcome;
    },
    async check(email, password) {
      const identifier = (await hasPassword(client, email)) ? email : await decoyOf(client);
      const entered = await enter(client, identifier, password);
      if (!entered || identifier !== email) {
        const accountId = (await findAccount(database, email))?.account_id ?? null;
        return { isRight: false, accountId, reason: 'refused by Kratos' };
      }
      return judge(client, database, entered);
    },
    isOwn: (reader, password) => sessions.proveAgain(reader, password),
    async change(userId, password, keptSessionId = null) {
      const identity = await sessions.identityOf(userId);
      return async (tx) => {
        // A link that was asked for before is no way around the new password.
        await dropLinks(tx, userId, ['recovery']);
        await setPassword(client, identity, password);
        await sessions.endAllBut(tx, { userId, identity, keptSessionId });
      };
    },
  };
}

/** What Kratos made of a registration; null where the address has an identity already. Throws `weak-password`. */
async function registerIdentity(
  { people }: KratosClient,
  { email, name, password, ticket }: { email: string; name: string; password: string; ticket: string },
): Promise<SuccessfulNativeRegistration | null> {
  const { id: flow } = await people.createNativeRegistrationFlow().catch(rethrow);
  try {
    const body = { method: 'password' as const, password, traits: { email, name }, transient_payload: { ticket } };
    return await people.updateRegistrationFlow({ flow, updateRegistrationFlowBody: body });
  } catch (error) {
    const { messages } = await refusalOf(error);
    if (messages.some(({ id }) => id === TAKEN)) return null;
    const weak = messages.find(({ id }) => WEAK.has(id));
    if (weak) throw new Problem('weak-password', weak.text);
    throw error;
  }
}

async function rethrow(error: unknown): Promise<never> {
  await refusalOf(error);
  throw error;
}

/** Without telling by the work done: whoever is unknown is looked up and tried like everybody, as somebody else. */
async function hasPassword({ admin }: KratosClient, email: string): Promise<boolean> {
  const found = await admin.listIdentities({ credentialsIdentifier: email }).catch(rethrow);
  return found.length > 0;
}

/** An identity that nobody knows the password of. */
async function decoyOf({ admin }: KratosClient): Promise<string> {
  const body = {
    schema_id: 'reader',
    traits: { email: DECOY },
    credentials: { password: { config: { password: randomBytes(32).toString('base64url') } } },
  };
  const isThere = (await admin.listIdentities({ credentialsIdentifier: DECOY }).catch(rethrow)).length > 0;
  if (!isThere) {
    await admin.createIdentity({ createIdentityBody: body }).catch(async (error: unknown) => {
      if ((await refusalOf(error)).status !== 409) throw error;
    });
  }
  return DECOY;
}

/** What a right password opens at Kratos; null for a wrong one, an unknown account, a disabled one. */
export async function enter(
  { people }: KratosClient,
  identifier: string,
  password: string,
): Promise<SuccessfulNativeLogin | null> {
  const { id: flow } = await people.createNativeLoginFlow().catch(rethrow);
  try {
    return await people.updateLoginFlow({
      flow,
      updateLoginFlowBody: { method: 'password', identifier, password },
    });
  } catch (error) {
    const { status } = await refusalOf(error);
    if (status === 400 || status === 401) return null;
    throw error;
  }
}

async function judge(
  client: KratosClient,
  database: Database,
  { session, session_token: value = '' }: SuccessfulNativeLogin,
): Promise<PasswordVerdict> {
  const outside: OutsideSession = { id: session.id, credential: { kind: 'token', value } };
  const seen = await whoami(client, outside.credential);
  if (seen === 'none') return { isRight: false, accountId: null, reason: 'ended by Kratos' };
  if (seen !== 'second-factor') {
    const proven = await provenBy(database, seen, outside);
    return proven
      ? { isRight: true, proven, secondFactors: [], state: null }
      : { isRight: false, accountId: null, reason: 'disabled' };
  }
  const half: Session = await client.admin.getSession({ id: session.id, expand: ['identity'] });
  const account = half.identity && (await accountOf(database, knownIdentity(half.identity)));
  if (!account) return { isRight: false, accountId: null, reason: 'disabled' };
  const { created_at: createdAt, ...identity } = account;
  const state = JSON.stringify(outside);
  return { isRight: true, proven: { identity, createdAt }, secondFactors: ['totp', 'recovery-code'], state };
}

/** Kratos' policy for passwords is asked by its own flows only; ours was asked before. */
async function setPassword({ admin }: KratosClient, id: string, password: string): Promise<void> {
  const { schema_id, traits, state, metadata_public, metadata_admin } = await admin.getIdentity({ id }).catch(rethrow);
  const credentials = { password: { config: { password } } };
  await admin
    .updateIdentity({
      id,
      updateIdentityBody: {
        schema_id,
        traits,
        state: state ?? 'active',
        metadata_public,
        metadata_admin,
        credentials,
      },
    })
    .catch(rethrow);
}
