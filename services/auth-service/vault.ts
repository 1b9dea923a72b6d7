import { openWith, sealingKey, sealWith } from '@alt/service-kit';

const VERSION = 1;

/** Encrypts what lies in the database and must not be readable in it, nor in a backup without the key. */
export interface Vault {
  /** `context` says what the text is and whose; sealed text opens in no other context. */
  seal(text: string, context: string): Buffer;
  /** Throws where the key or the context is another one, or the bytes were changed. */
  open(sealed: Buffer, context: string): string;
}

/** Under a key derived from ALT_SECRET_KEY. Sealed: one byte of version, and what `sealWith` makes. */
export function createVault(secretKey: string): Vault {
  const key = sealingKey(secretKey, 'alt auth-service vault');
  return {
    seal: (text, context) => Buffer.concat([Buffer.of(VERSION), sealWith(key, text, context)]),
    open(sealed, context) {
      const text = sealed[0] === VERSION ? openWith(key, sealed.subarray(1), context) : null;
      if (text === null)
        throw new Error('A secret in the database was sealed under another ALT_SECRET_KEY, or changed');
      return text;
    },
  };
}
