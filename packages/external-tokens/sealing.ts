import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { TokenStoreError } from './token.ts';

const VERSION = 1;
const ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES;
const MINIMUM_CHARACTERS = 32;

/** What is sealed: access tokens, which readers open, or all that renews them, which only the manager opens. */
export type SealPurpose = 'access' | 'vault';

export interface SealContext {
  provider: string;
  account: string;
  generation: number;
}

/** Seals and opens for one purpose. Sealed bytes open with the same context only. */
export interface Sealer {
  /** How many bytes sealing adds to the UTF-8 of a text. */
  readonly overheadBytes: number;
  seal(text: string, context: SealContext): Buffer;
  /** Throws TokenStoreError where no key fits, the context is another one, or the bytes were changed. */
  open(sealed: Buffer, context: SealContext): string;
  /** Whether the bytes were sealed under the key that seals now; where not, whoever may write seals them anew. */
  isCurrent(sealed: Buffer): boolean;
}

/** Where keys come from; the first that is given counts. Several keys are separated by commas: the first one seals. */
export interface KeySources {
  /** ALT_TOKENS_KEY: any secret of at least 32 characters. */
  tokensKey?: string | undefined;
  /** ALT_TOKENS_ACCESS_KEY, as `accessKeyOf` derives it: opens access tokens and nothing else. */
  accessKey?: string | undefined;
  /** ALT_SECRET_KEY, that of a data folder. */
  secretKey?: string | undefined;
}

/**
 * A sealer by AES-256-GCM (NIST SP 800-38D) under keys that HKDF (RFC 5869) derives for this one purpose, so that the key of
 * readers opens no refresh token. Sealed: a byte of version, four that name the key, a random nonce of 96 bits, the text, the
 * tag. Throws TokenStoreError where no key is given or one is too short.
 */
export function createSealer(sources: KeySources, purpose: SealPurpose): Sealer {
  const keys = keysFor(sources, purpose).map((key) => ({
    key,
    id: createHash('sha256').update(key).digest().subarray(0, ID_BYTES),
  }));
  const [current] = keys;
  if (!current) throw new TokenStoreError(missingKey(purpose));
  return {
    overheadBytes: HEAD_BYTES + TAG_BYTES,
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce).setAAD(associated(purpose, context));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), current.id, nonce, body, cipher.getAuthTag()]);
    },
    open(sealed, context) {
      if (sealed.length < HEAD_BYTES + TAG_BYTES || sealed[0] !== VERSION) {
        throw new TokenStoreError('What the store of tokens holds is empty, torn or of another release.');
      }
      const named = keys.find(({ id }) => id.equals(sealed.subarray(1, 1 + ID_BYTES)));
      if (!named) {
        throw new TokenStoreError(
          'The store of tokens was sealed under another key. Add the former key to ALT_TOKENS_KEY, after the present one and a comma; ' +
            'if it is lost, forget the account (alt tokens revoke PROVIDER --force) and authorise it anew.',
        );
      }
      return decipher(named.key, sealed, associated(purpose, context));
    },
    isCurrent: (sealed) => current.id.equals(sealed.subarray(1, 1 + ID_BYTES)),
  };
}

/** The value of ALT_TOKENS_ACCESS_KEY for readers of a manager with this ALT_TOKENS_KEY. */
export function accessKeyOf(tokensKey: string): string {
  return split(tokensKey, 'ALT_TOKENS_KEY')
    .map((root) => derive(root, 'access').toString('base64url'))
    .join(',');
}

function decipher(key: Buffer, sealed: Buffer, context: Buffer): string {
  const nonce = sealed.subarray(1 + ID_BYTES, HEAD_BYTES);
  const opening = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  opening.setAAD(context).setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([opening.update(sealed.subarray(HEAD_BYTES, -TAG_BYTES)), opening.final()]).toString('utf8');
  } catch {
    throw new TokenStoreError(
      'What the store of tokens holds was changed by somebody else, or belongs to another account.',
    );
  }
}

function keysFor({ tokensKey, accessKey, secretKey }: KeySources, purpose: SealPurpose): Buffer[] {
  if (tokensKey) return split(tokensKey, 'ALT_TOKENS_KEY').map((root) => derive(root, purpose));
  if (accessKey) {
    if (purpose === 'vault') return [];
    return split(accessKey, 'ALT_TOKENS_ACCESS_KEY').map((key) => Buffer.from(key, 'base64url'));
  }
  return secretKey ? [derive(secretKey, purpose)] : [];
}

function split(value: string, name: string): string[] {
  const keys = value
    .split(',')
    .map((key) => key.trim())
    .filter(Boolean);
  if (keys.some((key) => key.length < MINIMUM_CHARACTERS)) {
    throw new TokenStoreError(
      `${name} needs keys of at least ${MINIMUM_CHARACTERS} characters, such as \`openssl rand -base64 32\` prints.`,
    );
  }
  return keys;
}

function derive(root: string, purpose: SealPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', root, '', `alt external tokens ${purpose}`, 32));
}

function associated(purpose: SealPurpose, { provider, account, generation }: SealContext): Buffer {
  return Buffer.from([purpose, provider, account, generation].join('\n'));
}

function missingKey(purpose: SealPurpose): string {
  const reading = purpose === 'access' ? ', or ALT_TOKENS_ACCESS_KEY for a reader' : '';
  return `There is no key for external tokens: set ALT_TOKENS_KEY${reading}.`;
}
