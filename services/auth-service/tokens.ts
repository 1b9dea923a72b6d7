import { type Database, type Queryable, statement } from '@alt/database';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { Identity, KeyScope } from './store.ts';

/** How long a user token lives. A revoked session outlives its token by no more than callers keep the exchange. */
const TOKEN_SECONDS = 300;
/** A retired key is kept for its last token, and as long again for clocks that differ. */
const KEPT_AFTER_MS = 2 * TOKEN_SECONDS * 1000;
const RELOAD_MS = 60_000;
const ISSUER = 'auth-service';
const AUDIENCE = 'alt';

/** What a token says beside the account: the session or the key that it was made for. */
export interface TokenSubject extends Identity {
  sessionId: string | null;
  keyId: string | null;
  scope: KeyScope;
}

/** Makes the user tokens of this instance: EdDSA, five minutes, audience `alt` (RFC 7519, RFC 8037). */
export interface TokenIssuer {
  issue(subject: TokenSubject): Promise<{ token: string; expiresAt: Date }>;
  /** The public keys: the one that signs, the next one, and those whose tokens may still live (RFC 7517). */
  keySet(): Promise<{ keys: (JWK & { kid: string })[] }>;
}

export interface TokenIssuerOptions {
  database: Database;
  /** How long a key signs. */
  rotationMs: number;
  now?: () => Date;
}

/**
 * The keys lie in the database, so that every process signs with the same one and none is lost by a restart. Which key
 * signs follows from the clock alone; a process that finds the last one begun publishes the one after it.
 */
export function createTokenIssuer({ database, rotationMs, now = () => new Date() }: TokenIssuerOptions): TokenIssuer {
  let loaded: { keys: SigningKey[]; at: number } | null = null;
  const imported = new Map<string, Promise<CryptoKey>>();

  async function currentKeys(): Promise<SigningKey[]> {
    const time = now().getTime();
    const isFresh = loaded !== null && time - loaded.at < RELOAD_MS && !isRotationDue(loaded.keys, time);
    if (!isFresh || loaded === null) loaded = { keys: await rotateKeys(database, rotationMs, now()), at: time };
    return loaded.keys;
  }

  function privateKey({ id, private_jwk }: SigningKey): Promise<CryptoKey> {
    const present = imported.get(id) ?? (importJWK(private_jwk, 'EdDSA') as Promise<CryptoKey>);
    if (imported.size > 8) imported.clear();
    imported.set(id, present);
    return present;
  }

  return {
    async issue(subject) {
      const keys = await currentKeys();
      const issuedAt = Math.floor(now().getTime() / 1000);
      const key = signingKeyAt(keys, now().getTime());
      const token = await new SignJWT(claimsOf(subject))
        .setProtectedHeader({ alg: 'EdDSA', kid: key.id, typ: 'JWT' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(subject.account_id)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + TOKEN_SECONDS)
        .sign(await privateKey(key));
      return { token, expiresAt: new Date((issuedAt + TOKEN_SECONDS) * 1000) };
    },
    async keySet() {
      const keys = await currentKeys();
      return { keys: keys.map(({ id, public_jwk }) => ({ ...public_jwk, kid: id, alg: 'EdDSA', use: 'sig' })) };
    },
  };
}

function claimsOf({ tenant_id, role, email, name, sessionId, keyId, scope }: TokenSubject) {
  return { tenant: tenant_id, role, email, name, session: sessionId, key: keyId, scope };
}

interface SigningKey {
  id: string;
  public_jwk: JWK;
  private_jwk: JWK;
  active_from: Date;
}

/** Newest first, as the database gives them. */
function signingKeyAt(keys: SigningKey[], time: number): SigningKey {
  const key = keys.find(({ active_from }) => active_from.getTime() <= time) ?? keys.at(-1);
  if (!key) throw new Error('There is no signing key');
  return key;
}

function isRotationDue(keys: SigningKey[], time: number): boolean {
  return keys[0] === undefined || keys[0].active_from.getTime() <= time;
}

const lockStatement = statement(
  'auth_lock_keys',
  "select pg_advisory_xact_lock(hashtextextended('auth.signing_keys', 0))",
);

const listStatement = statement<SigningKey>(
  'auth_list_signing_keys',
  'select id, public_jwk, private_jwk, active_from from signing_keys order by active_from desc',
);

const insertStatement = statement(
  'auth_insert_signing_key',
  'insert into signing_keys (id, public_jwk, private_jwk, active_from) values ($1, $2, $3, $4)',
);

const removeStatement = statement('auth_remove_signing_keys', 'delete from signing_keys where id = any ($1::text[])');

/** Brings the keys up to `now` and returns them, newest first. Any number of processes may do it at once. */
async function rotateKeys(database: Database, rotationMs: number, now: Date): Promise<SigningKey[]> {
  const present = await database.all(listStatement);
  const time = now.getTime();
  if (!isRotationDue(present, time) && retiredKeys(present, time).length === 0) return present;
  return database.transaction(async (tx) => {
    await tx.run(lockStatement);
    const keys = await tx.all(listStatement);
    if (keys.length === 0) await insertKey(tx, now);
    if (isRotationDue(keys, time)) await insertKey(tx, new Date(time + rotationMs));
    const retired = retiredKeys(keys, time);
    if (retired.length > 0) await tx.run(removeStatement, [retired]);
    return tx.all(listStatement);
  });
}

/** Keys that stopped signing so long ago that none of their tokens is alive. */
function retiredKeys(keys: SigningKey[], time: number): string[] {
  return keys
    .filter((_, index) => {
      const successor = keys[index - 1];
      return successor !== undefined && successor.active_from.getTime() + KEPT_AFTER_MS < time;
    })
    .map(({ id }) => id);
}

async function insertKey(tx: Queryable, activeFrom: Date): Promise<void> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const values = [await calculateJwkThumbprint(publicJwk), publicJwk, await exportJWK(privateKey), activeFrom];
  await tx.run(insertStatement, values);
}
