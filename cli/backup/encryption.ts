import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes, scrypt } from 'node:crypto';
import { z } from 'zod';
import { type ByteReader, createByteReader } from './byte-reader.ts';

/** A backup that cannot be used; the message says why, for the terminal. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

// The parameters are bounded, because a stranger's file must not choose how much memory opening it takes.
const encryptionSchema = z.strictObject({
  kdf: z.literal('scrypt'),
  n: z
    .int()
    .min(2 ** 14)
    .max(2 ** 20),
  r: z.int().min(8).max(16),
  p: z.int().min(1).max(4),
  salt: z.base64(),
  check: z.base64(),
});
const headerSchema = z.strictObject({
  format: z.literal('alt-backup'),
  version: z.number(),
  compression: z.literal('zstd'),
  encryption: encryptionSchema.nullable(),
});
type Header = z.infer<typeof headerSchema>;

/** How every backup begins. */
export const BACKUP_SIGNATURE = '{"format":"alt-backup"';
export const FORMAT_VERSION = 1;

const HEADER_BYTES_MAXIMUM = 1024;
const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const LAST = 0x8000_0000;
/** 128 MB and about 0.4 s: what OWASP asks for, https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const SCRYPT = { n: 2 ** 17, r: 8, p: 1 };

/**
 * Writes bytes as a header line and sealed chunks. Each chunk is bound to the header, to its place and to being the last
 * one, so that a change, a cut, a repetition or another order is found (the STREAM construction of Hoang, Reyhanitabar,
 * Rogaway and Vizár, 2015). Encrypted if there is a password; without one the seal only finds damage.
 */
export async function* sealed(plain: AsyncIterable<Buffer>, password: string | null): AsyncGenerator<Buffer> {
  const keys = password === null ? null : await newKeys(password);
  const header: Header = {
    format: 'alt-backup',
    version: FORMAT_VERSION,
    compression: 'zstd',
    encryption: keys?.encryption ?? null,
  };
  const line = Buffer.from(`${JSON.stringify(header)}\n`);
  yield line;
  const seal = createSeal(line, keys?.key ?? null);
  const reader = createByteReader(plain);
  let chunk = await reader.read(CHUNK_BYTES);
  for (let index = 0; ; index += 1) {
    const next = chunk.length < CHUNK_BYTES ? Buffer.alloc(0) : await reader.read(CHUNK_BYTES);
    const isLast = next.length === 0;
    yield seal.close(chunk, index, isLast);
    if (isLast) return;
    chunk = next;
  }
}

/** The bytes that `sealed` was given, each chunk checked before it is passed on. Throws BackupError. */
export async function* unsealed(file: AsyncIterable<Buffer>, password: string | null): AsyncGenerator<Buffer> {
  const reader = createByteReader(file);
  const { line, header } = await readHeader(reader);
  const seal = createSeal(line, await openKey(header, password));
  for (let index = 0; ; index += 1) {
    const { body, tag, isLast } = await readChunk(reader);
    yield seal.open(body, tag, index, isLast);
    if (!isLast) continue;
    if ((await reader.read(1)).length > 0) throw damaged('something follows its end');
    return;
  }
}

/** Whether the backup that begins with these bytes asks for a password. Throws BackupError if it is no backup. */
export async function isEncrypted(file: AsyncIterable<Buffer>): Promise<boolean> {
  return (await readHeader(createByteReader(file))).header.encryption !== null;
}

async function readHeader(reader: ByteReader): Promise<{ line: Buffer; header: Header }> {
  const line = await reader.readLine(HEADER_BYTES_MAXIMUM);
  if (!line?.toString('latin1').startsWith(BACKUP_SIGNATURE)) throw new BackupError('This is not a backup of Alt.');
  return { line, header: parseHeader(line) };
}

function parseHeader(line: Buffer): Header {
  let json: unknown;
  try {
    json = JSON.parse(line.toString());
  } catch {
    throw damaged('its first line cannot be read');
  }
  const { version } = json as { version?: unknown };
  if (typeof version === 'number' && version > FORMAT_VERSION) {
    throw new BackupError('This backup was made by a newer Alt. Update this one first.');
  }
  const result = headerSchema.safeParse(json);
  if (!result.success) throw damaged('its first line cannot be read');
  return result.data;
}

async function readChunk(reader: ByteReader): Promise<{ body: Buffer; tag: Buffer; isLast: boolean }> {
  const start = await reader.read(4);
  if (start.length < 4) throw damaged('it ends too early');
  const word = start.readUInt32BE();
  const isLast = word >= LAST;
  const length = isLast ? word - LAST : word;
  if (length > CHUNK_BYTES) throw damaged('a part has an impossible length');
  const rest = await reader.read(length + TAG_BYTES);
  if (rest.length < length + TAG_BYTES) throw damaged('it ends too early');
  return { body: rest.subarray(0, length), tag: rest.subarray(length), isLast };
}

interface Seal {
  close(plain: Buffer, index: number, isLast: boolean): Buffer;
  open(body: Buffer, tag: Buffer, index: number, isLast: boolean): Buffer;
}

function createSeal(header: Buffer, key: Buffer | null): Seal {
  const headerHash = createHash('sha256').update(header).digest();
  const frame = (body: Buffer, tag: Buffer, isLast: boolean) => {
    const start = Buffer.alloc(4);
    start.writeUInt32BE(isLast ? LAST + body.length : body.length);
    return Buffer.concat([start, body, tag]);
  };
  if (key === null) {
    const tagOf = (body: Buffer, index: number, isLast: boolean) =>
      createHash('sha256')
        .update(headerHash)
        .update(nonceOf(index, isLast))
        .update(body)
        .digest()
        .subarray(0, TAG_BYTES);
    return {
      close: (plain, index, isLast) => frame(plain, tagOf(plain, index, isLast), isLast),
      open(body, tag, index, isLast) {
        if (!tagOf(body, index, isLast).equals(tag)) throw damaged('a part was changed');
        return body;
      },
    };
  }
  return {
    close(plain, index, isLast) {
      const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index, isLast)).setAAD(headerHash);
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return frame(body, cipher.getAuthTag(), isLast);
    },
    open(body, tag, index, isLast) {
      const nonce = nonceOf(index, isLast);
      const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(headerHash).setAuthTag(tag);
      try {
        return Buffer.concat([cipher.update(body), cipher.final()]);
      } catch {
        throw damaged('a part was changed');
      }
    },
  };
}

/** Unique under a key, because every file has a salt and therefore a key of its own. */
function nonceOf(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(index), 3);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

async function newKeys(password: string): Promise<{ key: Buffer; encryption: NonNullable<Header['encryption']> }> {
  const salt = randomBytes(16);
  const { key, check } = await deriveKeys(password, salt, SCRYPT);
  return { key, encryption: { kdf: 'scrypt', ...SCRYPT, salt: salt.toString('base64'), check } };
}

async function openKey({ encryption }: Header, password: string | null): Promise<Buffer | null> {
  if (encryption === null) return null;
  if (password === null) throw new BackupError('This backup is encrypted. Give its password with --password.');
  const { key, check } = await deriveKeys(password, Buffer.from(encryption.salt, 'base64'), encryption);
  if (check !== encryption.check)
    throw new BackupError('The password is wrong, or the first line of the file is damaged.');
  return key;
}

/** The key, and a value by which a wrong password is told from a damaged file. */
async function deriveKeys(password: string, salt: Buffer, cost: { n: number; r: number; p: number }) {
  const { n: N, r, p } = cost;
  const secret = await new Promise<Buffer>((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, 32, { N, r, p, maxmem: 256 * N * r }, (error, result) =>
      error ? reject(error) : resolve(result),
    );
  });
  const key = Buffer.from(hkdfSync('sha256', secret, salt, 'alt-backup chunks', 32));
  const check = createHmac('sha256', secret).update('alt-backup check').digest().subarray(0, 12).toString('base64');
  return { key, check };
}

export function damaged(how: string): BackupError {
  return new BackupError(`The backup is damaged: ${how}. Nothing was changed. Use another copy.`);
}
