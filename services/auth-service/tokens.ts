import { type Database, type Queryable, statement } from '@alt/database';
import { ConfigError } from '@alt/service-kit';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { Identity, KeyScope } from './store.ts';
import type { Vault } from './vault.ts';

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
  /** When the session's owner last proved who they are; null for a key. */
  provedAt: Date | null;
  isSuspended: boolean;
  /** Whether the account owns the instance: the first one that was made. */
  ownsInstance: boolean;
}

/** Makes the user tokens of this instance: EdDSA, five minutes, audience `alt` (RFC 7519, RFC 8037). */
export interface TokenIssuer {
  issue(subject: TokenSubject): Promise<{ token: string; expiresAt: Date }>;
  /** The public keys: the one that signs, the next one, and those whose tokens may still live (RFC 7517). */
  keySet(): Promise<{ keys: (JWK & { kid: string })[] }>;
}

export interface TokenIssuerOptions {
  database: Database;
  /** Seals the private halves. */
  vault: Vault;
  /** How long a key signs. */
  rotationMs: number;
  now?: () => Date;
}

/**
 * The keys lie in the database, so that every process signs with the same one and none is lost by a restart. Which key
 * signs follows from the clock alone; a process that finds the last one begun publishes the one after it. Their private
 * halves lie there sealed; where they were sealed under another key, all of this throws a ConfigError.
 */
export function createTokenIssuer({ database, vault, ...options }: TokenIssuerOptions): TokenIssuer {
  const { rotationMs, now = () => new Date() } = options;
  let loaded: { keys: SigningKey[]; at: number } | null = null;
  const imported = new Map<string, Promise<CryptoKey>>();

  async function currentKeys(): Promise<SigningKey[]> {
    const time = now().getTime();
    const isFresh = loaded !== null && time - loaded.at < RELOAD_MS && !isRotationDue(loaded.keys, time);
    if (!isFresh || loaded === null) loaded = { keys: await rotateKeys(database, vault, rotationMs, now()), at: time };
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

function claimsOf(subject: TokenSubject) {
  const { tenant_id, role, email, name, sessionId, keyId, scope, provedAt, isSuspended, ownsInstance } = subject;
  const who = { tenant: tenant_id, role, email, name, session: sessionId, key: keyId, scope };
  const proved = provedAt && Math.floor(provedAt.getTime() / 1000);
  return { ...who, proved, suspended: isSuspended, instance_owner: ownsInstance };
}

interface StoredKey {
  id: string;
  public_jwk: JWK;
  /** One of both. Keys that an earlier release made are in the clear until a start finds them. */
  private_jwk: JWK | null;
  sealed_jwk: Buffer | null;
  active_from: Date;
}

interface SigningKey extends StoredKey {
  private_jwk: JWK;
}

/** Newest first, as the database gives them. */
function signingKeyAt(keys: SigningKey[], time: number): SigningKey {
  const key = keys.find(({ active_from }) => active_from.getTime() <= time) ?? keys.at(-1);
  if (!key) throw new Error('There is no signing key');
  return key;
}

function isRotationDue(keys: StoredKey[], time: number): boolean {
  return keys[0] === undefined || keys[0].active_from.getTime() <= time;
}

const lockStatement = statement(
  'auth_lock_keys',
  "select pg_advisory_xact_lock(hashtextextended('auth.signing_keys', 0))",
);

const listStatement = statement<StoredKey>(
  'auth_list_signing_keys',
  'select id, public_jwk, private_jwk, sealed_jwk, active_from from signing_keys order by active_from desc',
);

const insertStatement = statement(
  'auth_insert_signing_key',
  'insert into signing_keys (id, public_jwk, sealed_jwk, active_from) values ($1, $2, $3, $4)',
);

const sealStatement = statement(
  'auth_seal_signing_key',
  'update signing_keys set sealed_jwk = $2, private_jwk = null where id = $1',
);

const removeStatement = statement('auth_remove_signing_keys', 'delete from signing_keys where id = any ($1::text[])');

/** Brings the keys up to `now` and returns them, newest first. Any number of processes may do it at once. */
async function rotateKeys(database: Database, vault: Vault, rotationMs: number, now: Date): Promise<SigningKey[]> {
  const present = await database.all(listStatement);
  const time = now.getTime();
  const isSettled =
    !isRotationDue(present, time) &&
    retiredKeys(present, time).length === 0 &&
    present.every(({ sealed_jwk }) => sealed_jwk);
  if (isSettled) return openAll(vault, present);
  return database.transaction(async (tx) => {
    await tx.run(lockStatement);
    const keys = await tx.all(listStatement);
    // Before one is made: a process with the wrong key must not leave any behind.
    for (const { id, private_jwk } of openAll(vault, keys)) {
      const isClear = keys.some((key) => key.id === id && !key.sealed_jwk);
      if (isClear) await tx.run(sealStatement, [id, seal(vault, id, private_jwk)]);
    }
    if (keys.length === 0) await insertKey(tx, vault, now);
    if (isRotationDue(keys, time)) await insertKey(tx, vault, new Date(time + rotationMs));
    const retired = retiredKeys(keys, time);
    if (retired.length > 0) await tx.run(removeStatement, [retired]);
    return openAll(vault, await tx.all(listStatement));
  });
}

function openAll(vault: Vault, keys: StoredKey[]): SigningKey[] {
  return keys.map((key) => ({ ...key, private_jwk: key.private_jwk ?? open(vault, key) }));
}

const contextOf = (id: string) => `signing key ${id}`;

function seal(vault: Vault, id: string, jwk: JWK): Buffer {
  return vault.seal(JSON.stringify(jwk), contextOf(id));
}

function open(vault: Vault, { id, sealed_jwk }: StoredKey): JWK {
  try {
    return JSON.parse(vault.open(sealed_jwk ?? Buffer.alloc(0), contextOf(id)));
  } catch (cause) {
    const sentence =
      'ALT_SECRET_KEY is not the one under which the database "auth" was sealed. Set the right one. Where it is lost, run ' +
      '"delete from signing_keys" there: sessions go on, and authenticators are set up anew.';
    throw Object.assign(new ConfigError(sentence), { cause });
  }
}

/** Keys that stopped signing so long ago that none of their tokens is alive. */
function retiredKeys(keys: StoredKey[], time: number): string[] {
  return keys
    .filter((_, index) => {
      const successor = keys[index - 1];
      return successor !== undefined && successor.active_from.getTime() + KEPT_AFTER_MS < time;
    })
    .map(({ id }) => id);
}

async function insertKey(tx: Queryable, vault: Vault, activeFrom: Date): Promise<void> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const id = await calculateJwkThumbprint(publicJwk);
  await tx.run(insertStatement, [id, publicJwk, seal(vault, id, await exportJWK(privateKey)), activeFrom]);
}
