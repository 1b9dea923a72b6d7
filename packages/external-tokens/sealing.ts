import { createHash } from 'node:crypto';
import { openWith, SEAL_BYTES, sealingKey, sealWith } from '@alt/service-kit/sealing.ts';
import { TokenStoreError } from './token.ts';

const VERSION = 1;
const ID_BYTES = 4;
const HEAD_BYTES = 1 + ID_BYTES;
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
 * A sealer under keys that are derived for this one purpose, so that the key of readers opens no refresh token. Sealed: a byte
 * of version, four that name the key, and what `sealWith` makes. Throws TokenStoreError where no key is given or one is too short.
 */
export function createSealer(sources: KeySources, purpose: SealPurpose): Sealer {
  const keys = keysFor(sources, purpose).map((key) => ({
    key,
    id: createHash('sha256').update(key).digest().subarray(0, ID_BYTES),
  }));
  const [current] = keys;
  if (!current) throw new TokenStoreError(missingKey(purpose));
  return {
    overheadBytes: HEAD_BYTES + SEAL_BYTES,
    seal(text, context) {
      const body = sealWith(current.key, text, associated(purpose, context));
      return Buffer.concat([Buffer.of(VERSION), current.id, body]);
    },
    open(sealed, context) {
      if (sealed.length < HEAD_BYTES + SEAL_BYTES || sealed[0] !== VERSION) {
        throw new TokenStoreError('What the store of tokens holds is empty, torn or of another release.');
      }
      const named = keys.find(({ id }) => id.equals(sealed.subarray(1, 1 + ID_BYTES)));
      if (!named) {
        throw new TokenStoreError(
          'The store of tokens was sealed under another key. Add the former key to ALT_TOKENS_KEY, after the present one and a comma; ' +
            'if it is lost, forget the account (alt tokens revoke PROVIDER --force) and authorise it anew.',
        );
      }
      const text = openWith(named.key, sealed.subarray(HEAD_BYTES), associated(purpose, context));
      if (text === null) {
        throw new TokenStoreError(
          'What the store of tokens holds was changed by somebody else, or belongs to another account.',
        );
      }
      return text;
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
  return sealingKey(root, `alt external tokens ${purpose}`);
}

function associated(purpose: SealPurpose, { provider, account, generation }: SealContext): string {
  return [purpose, provider, account, generation].join('\n');
}

function missingKey(purpose: SealPurpose): string {
  const reading = purpose === 'access' ? ', or ALT_TOKENS_ACCESS_KEY for a reader' : '';
  return `There is no key for external tokens: set ALT_TOKENS_KEY${reading}.`;
}
