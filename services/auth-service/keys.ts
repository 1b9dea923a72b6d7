import { createHash, randomBytes } from 'node:crypto';
import { Problem } from '@alt/contracts';
import type { Database } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import {
  findAccessKey,
  insertKey,
  type KeyIdentity,
  type KeyKind,
  type KeyScope,
  listKeys,
  revokeKey,
  writeAudit,
} from './store.ts';

/** Without 0, 1, l and o: an app password is sometimes typed on a phone. */
const ALPHABET = '23456789abcdefghijkmnpqrstuvwxyz';
const LENGTH = 32;

const SCOPES: Record<KeyKind, KeyScope> = { 'api-key': 'full', 'app-password': 'reader-clients' };

const MAXIMUM_OF_A_KIND = 50;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The keys of a reader's account, newest first, without their secrets. */
export async function listReaderKeys(database: Database, reader: Reader, kind: KeyKind) {
  const rows = await database.asReader(reader, (tx) => listKeys(tx, reader.userId, kind), { isReadOnly: true });
  const items = rows.map(({ id, name, created_at, last_used_at }) => ({
    id,
    name,
    createdAt: created_at.toISOString(),
    lastUsedAt: last_used_at?.toISOString() ?? null,
  }));
  return { items, nextCursor: null };
}

/** Makes a key for the reader's account in their present tenant. The answer is the only place where it is shown. */
export async function createReaderKey(
  database: Database,
  reader: Reader,
  kind: KeyKind,
  name: string,
  address: string,
) {
  const { userId, tenantId } = reader;
  const key = makeKey();
  const row = await database.asReader(reader, async (tx) => {
    const stored = { tenantId, kind, scope: SCOPES[kind], name, secretHash: hashOf(key), maximum: MAXIMUM_OF_A_KIND };
    const inserted = await insertKey(tx, userId, stored);
    if (inserted) {
      const detail = { keyId: inserted.id, name };
      await writeAudit(tx, { action: `${kind}-created`, userId, tenantId, address, detail });
    }
    return inserted;
  });
  if (!row) {
    throw new Problem('limit-reached', `You have ${MAXIMUM_OF_A_KIND} of these. Revoke one that you no longer use.`);
  }
  return { id: row.id, name: row.name, key, createdAt: row.created_at.toISOString() };
}

/** Revokes a key of the reader's; another account's is as unknown as one that never was. */
export async function revokeReaderKey(database: Database, reader: Reader, kind: KeyKind, id: string, address: string) {
  const { userId, tenantId } = reader;
  await database.asReader(reader, async (tx) => {
    const revoked = UUID.test(id) ? await revokeKey(tx, userId, kind, id) : 0;
    if (revoked === 0) throw new Problem('not-found', 'There is no such key.');
    await writeAudit(tx, { action: `${kind}-revoked`, userId, tenantId, address, detail: { keyId: id } });
  });
}

/** Whose API key or app password this is; null if it is unknown or revoked, or its account left the tenant. */
export async function resumeKey(database: Database, key: string): Promise<KeyIdentity | null> {
  if (!key.startsWith('alt_')) return null;
  return findAccessKey(database, hashOf(key));
}

/** `alt_` and 160 random bits in letters and digits that need no escaping anywhere. */
function makeKey(): string {
  const letters = [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]);
  return `alt_${letters.join('')}`;
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
