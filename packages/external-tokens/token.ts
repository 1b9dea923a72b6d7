import { z } from 'zod';

/** An access token as its readers see it. What renews it never leaves auth-token-manager. */
export interface ExternalToken {
  accessToken: string;
  expiresAt: Date;
  /** Words with spaces between, as the provider granted them. */
  scope: string;
  /** Grows by one with each pair that the provider gave. */
  generation: number;
  obtainedAt: Date;
}

export interface TokenReader {
  /**
   * The newest access token, or null where nobody authorised this account. It may have expired: the reader looks.
   * Throws TokenStoreError where the store cannot be read or opened.
   */
  read(provider: string, account: string): Promise<ExternalToken | null>;
}

/** The store of tokens cannot be used; the sentence says what to do and holds no secret. */
export class TokenStoreError extends Error {
  override readonly name = 'TokenStoreError';
}

export const DEFAULT_ACCOUNT = 'default';

const PROVIDER = /^[a-z][a-z0-9-]{0,31}$/;
const ACCOUNT = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Names become files, keys of a Secret and rows, so they are narrow. Throws TokenStoreError. */
export function assertNames(provider: string, account: string): void {
  if (!PROVIDER.test(provider)) throw new TokenStoreError(`"${provider}" is no name of a provider.`);
  if (!ACCOUNT.test(account)) {
    throw new TokenStoreError(
      `"${account}" is no name of an account: small letters, digits and hyphens, at most 63, a letter or a digit first.`,
    );
  }
}

/** A token in JSON, as it is sealed or, in a Secret, kept. */
const written = z.object({
  accessToken: z.string().min(1),
  expiresAt: z.iso.datetime().transform((value) => new Date(value)),
  scope: z.string(),
  generation: z.number().int().min(1),
  obtainedAt: z.iso.datetime().transform((value) => new Date(value)),
});

export function writeToken(token: ExternalToken): string {
  const { accessToken, expiresAt, scope, generation, obtainedAt } = token;
  return JSON.stringify({ accessToken, expiresAt, scope, generation, obtainedAt });
}

/** Throws TokenStoreError where the text is no token; the text is not repeated. */
export function parseToken(text: string): ExternalToken {
  return tokenOf(parseJson(text));
}

/** The same for what was parsed already. */
export function tokenOf(value: unknown): ExternalToken {
  const result = written.safeParse(value);
  if (!result.success) throw new TokenStoreError('What the store of tokens holds is no token of this release.');
  return result.data;
}

/** JSON, without the parser's message, which repeats what it read. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TokenStoreError('What the store of tokens holds is empty or torn.');
  }
}
