import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What `sealWith` adds to the UTF-8 of a text. */
export const SEAL_BYTES = NONCE_BYTES + TAG_BYTES;

/** A key for one purpose, derived from a secret (HKDF with SHA-256, RFC 5869); of another purpose, it is another key. */
export function sealingKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES));
}

/**
 * Encrypts a text with AES-256-GCM (NIST SP 800-38D): a random nonce of 96 bits, the text, the tag. `context` says what it is and
 * whose; it is not stored, and in another one the text does not open. Random nonces do for fewer than 2^32 texts a key.
 */
export function sealWith(key: Buffer, text: string, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** The text; null where the key or the context is another one, or the bytes were changed or cut. */
export function openWith(key: Buffer, sealed: Buffer, context: string): string | null {
  if (sealed.length < SEAL_BYTES) return null;
  const opening = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  opening.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const body = opening.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([body, opening.final()]).toString('utf8');
  } catch {
    return null;
  }
}
