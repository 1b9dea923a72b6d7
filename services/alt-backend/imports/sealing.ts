import { openWith, sealingKey, sealWith } from '@alt/service-kit';

/** Encrypts the passwords of imports while they run. `context` says whose a text is; sealed, it opens in no other context. */
export interface Sealing {
  seal(text: string, context: string): Buffer;
  /** Null where the key or the context is another one, or the bytes were changed. */
  open(sealed: Buffer, context: string): string | null;
}

/** Under a key derived from a secret of this service. */
export function createSealing(secretKey: string): Sealing {
  const key = sealingKey(secretKey, 'alt alt-backend imports');
  return {
    seal: (text, context) => sealWith(key, text, context),
    open: (sealed, context) => openWith(key, sealed, context),
  };
}
