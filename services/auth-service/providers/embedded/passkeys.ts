import { type BodyOf, type createPasskey, Problem, type passkeyLogin } from '@alt/contracts';
import { type Database, type Queryable, statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import {
  type AuthenticatorTransport,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { type ChallengeKind, makeChallenge, takeChallenge } from '../../challenges.ts';
import type { Identity } from '../../store.ts';
import type { PasskeyKeeper, PasskeyRow, Proven } from '../provider.ts';

const MAXIMUM = 20;
const TIMEOUT_MS = 5 * 60_000;
const NAME = 'Alt';
/** EdDSA, ES256, RS256 (RFC 9053, RFC 8812): what every authenticator has one of. */
const ALGORITHMS = [-8, -7, -257];

type Assertion = BodyOf<typeof passkeyLogin>['passkey'];
type Registration = BodyOf<typeof createPasskey>['passkey'];

/**
 * WebAuthn Level 3. Origin and relying party follow from the public address alone. Only passkeys that are found without a
 * name (discoverable), and only answers in which the authenticator verified its user.
 */
export function createPasskeys(database: Database, publicUrl: URL): PasskeyKeeper {
  const expected = { expectedOrigin: publicUrl.origin, expectedRPID: publicUrl.hostname };

  return {
    registrationOptions: (reader) => makeRegistrationOptions(database, publicUrl.hostname, reader),
    async add(reader, { name, passkey }) {
      const challenge = await take(database, 'passkey-registration', passkey);
      if (challenge?.accountId !== reader.userId) throw refused('It was not asked for, or more than 5 minutes ago.');
      const made = await verifyRegistration(passkey, { ...expected, expectedChallenge: challenge.text });
      const { id, publicKey, counter } = made.credential;
      const transports = passkey.response.transports ?? [];
      const values = [reader.userId, fromBase64url(id), Buffer.from(publicKey), counter, transports, name, MAXIMUM];
      return async (tx) => {
        const row = await tx.one(insertStatement, values);
        if (row) return row;
        const [present] = await tx.all(countStatement, [reader.userId]);
        if ((present?.count ?? 0) >= MAXIMUM) throw tooMany();
        throw new Problem('conflict', 'This passkey is known already.');
      };
    },
    list: (reader) => database.asReader(reader, (tx) => tx.all(listStatement, [reader.userId]), { isReadOnly: true }),
    rename:
      async ({ userId }, id, name) =>
      (tx) =>
        tx.one(renameStatement, [userId, id, name]),
    remove:
      async ({ userId }, id) =>
      async (tx) =>
        (await tx.run(removeStatement, [userId, id])) === 1,
    async signInOptions() {
      const challenge = await makeChallenge(database, 'passkey', null);
      return generateAuthenticationOptions({
        rpID: publicUrl.hostname,
        challenge: fromBase64url(challenge),
        userVerification: 'required',
        timeout: TIMEOUT_MS,
      });
    },
    async check(assertion) {
      const challenge = await take(database, 'passkey', assertion);
      const found = await database.one(findStatement, [fromBase64url(assertion.id)]);
      if (!challenge || !found || !isOwnerNamed(assertion, found)) return null;
      const counter = await verifyAssertion(assertion, found, { ...expected, expectedChallenge: challenge.text });
      if (counter === null) return null;
      // Once more where it is written: of two answers that were copied from one key, one raises the counter.
      const reader = { userId: found.account_id, tenantId: found.tenant_id };
      const used = await database.asReader(reader, (tx) =>
        tx.run(useStatement, [reader.userId, found.passkey_id, counter]),
      );
      return used === 1 ? provenBy(found) : null;
    },
  };
}

async function makeRegistrationOptions(database: Database, rpID: string, reader: Reader) {
  const { userId, email, name } = reader;
  const rows = await database.asReader(reader, (tx) => tx.all(credentialsStatement, [userId]), { isReadOnly: true });
  if (rows.length >= MAXIMUM) throw tooMany();
  const challenge = await makeChallenge(database, 'passkey-registration', userId);
  return generateRegistrationOptions({
    rpName: NAME,
    rpID,
    userName: email,
    userDisplayName: name,
    userID: idBytes(userId),
    challenge: fromBase64url(challenge),
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: rows.map(({ credential_id, transports }) => ({
      id: credential_id.toString('base64url'),
      transports: transports as AuthenticatorTransport[],
    })),
  });
}

/** Uses up the challenge that an answer names, whatever becomes of the answer. */
async function take(database: Queryable, kind: ChallengeKind, { response }: Assertion | Registration) {
  const text = challengeOf(response.clientDataJSON);
  const taken = text === null ? null : await takeChallenge(database, kind, text);
  return taken && text !== null ? { text, accountId: taken.account_id } : null;
}

function challengeOf(clientDataJson: string): string | null {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJson, 'base64url').toString('utf8'));
    return typeof challenge === 'string' ? challenge : null;
  } catch {
    return null;
  }
}

interface Expected {
  expectedOrigin: string;
  expectedRPID: string;
  expectedChallenge: string;
}

async function verifyRegistration(passkey: Registration, expected: Expected) {
  // The library throws what is wrong with an answer; it is the browser's to say to a person, so the sentence is one.
  const verified = await verifyRegistrationResponse({
    response: { ...passkey, response: { ...passkey.response, transports: [] }, clientExtensionResults: {} },
    ...expected,
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch((error: unknown) => {
    throw refused('Its answer does not fit.', error);
  });
  if (!verified.verified) throw refused('Its answer does not fit.');
  return verified.registrationInfo;
}

/** The new counter, or null if anything about the answer is wrong. */
async function verifyAssertion(assertion: Assertion, found: FoundPasskey, expected: Expected): Promise<number | null> {
  const { response } = assertion;
  const { userHandle: _handle, ...rest } = response;
  const verified = await verifyAuthenticationResponse({
    response: { ...assertion, response: rest, clientExtensionResults: {} },
    ...expected,
    credential: {
      id: assertion.id,
      publicKey: new Uint8Array(found.public_key),
      counter: found.counter,
    },
    requireUserVerification: true,
  }).catch(() => null);
  return verified?.verified ? verified.authenticationInfo.newCounter : null;
}

/** A discoverable passkey names the account that it was made for; it must be the one that it is kept with. */
function isOwnerNamed({ response }: Assertion, found: FoundPasskey): boolean {
  return response.userHandle === Buffer.from(idBytes(found.account_id)).toString('base64url');
}

function provenBy({ account_id, tenant_id, role, email, name, created_at }: FoundPasskey): Proven {
  return { identity: { account_id, tenant_id, role, email, name }, createdAt: created_at };
}

/** The sixteen bytes of an account's id: no name and no address (WebAuthn 14.6.1). */
function idBytes(accountId: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(accountId.replaceAll('-', ''), 'hex'));
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

function refused(why: string, cause?: unknown): Problem {
  return new Problem('passkey-refused', `The passkey was not accepted. ${why} Begin again.`, { cause });
}

function tooMany(): Problem {
  return new Problem('limit-reached', `You have ${MAXIMUM} passkeys. Remove one that you no longer use.`);
}

interface FoundPasskey extends Identity {
  passkey_id: string;
  public_key: Buffer;
  counter: number;
  created_at: Date;
}

const findStatement = statement<FoundPasskey>('auth_find_passkey', 'select * from find_passkey($1)');

const columns = 'id, name, created_at, last_used_at';

const listStatement = statement<PasskeyRow>(
  'auth_list_passkeys',
  `select ${columns} from passkeys where account_id = $1 order by id desc`,
);

const countStatement = statement<{ count: number }>(
  'auth_count_passkeys',
  'select count(*) as count from passkeys where account_id = $1',
);

const credentialsStatement = statement<{ credential_id: Buffer; transports: string[] }>(
  'auth_list_passkey_credentials',
  'select credential_id, transports from passkeys where account_id = $1',
);

const insertStatement = statement<PasskeyRow>(
  'auth_insert_passkey',
  `insert into passkeys (account_id, credential_id, public_key, counter, transports, name)
   select $1, $2, $3, $4, $5, $6 where (select count(*) from passkeys where account_id = $1) < $7
   on conflict (credential_id) do nothing returning ${columns}`,
);

const renameStatement = statement<PasskeyRow>(
  'auth_rename_passkey',
  `update passkeys set name = $3 where account_id = $1 and id = $2 returning ${columns}`,
);

const removeStatement = statement('auth_remove_passkey', 'delete from passkeys where account_id = $1 and id = $2');

/** Keys without a counter always say 0 (WebAuthn 6.1.1). */
const useStatement = statement(
  'auth_use_passkey',
  `update passkeys set counter = $3, last_used_at = now()
   where account_id = $1 and id = $2 and (counter < $3 or (counter = 0 and $3 = 0))`,
);
