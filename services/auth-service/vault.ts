import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts what lies in the database and must not be readable in it, nor in a backup without the key. */
export interface Vault {
  /** `context` says what the text is and whose; sealed text opens in no other context. */
  seal(text: string, context: string): Buffer;
  /** Throws where the key or the context is another one, or the bytes were changed. */
  open(sealed: Buffer, context: string): string;
}

/**
 * AES-256-GCM (NIST SP 800-38D) under a key derived from ALT_SECRET_KEY (HKDF, RFC 5869). Sealed: one byte of version, a
 * random nonce of 96 bits, the text, the tag. Far fewer than 2^32 texts are ever sealed, so random nonces do.
 */
export function createVault(secretKey: string): Vault {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'alt auth-service vault', 32));
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), nonce, body, cipher.getAuthTag()]);
    },
    open(sealed, context) {
      const body = sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES);
      try {
        if (sealed[0] !== VERSION) throw new Error(`version ${sealed[0]}`);
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-TAG_BYTES));
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new Error('A secret in the database was sealed under another ALT_SECRET_KEY, or changed', { cause });
      }
    },
  };
}
