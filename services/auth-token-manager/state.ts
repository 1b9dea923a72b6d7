import { TokenStoreError } from '@alt/external-tokens';
import { z } from 'zod';

const instant = z.iso.datetime();

/** A pair that the provider gave. */
const pair = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1),
  scope: z.string(),
  obtainedAt: instant,
  expiresAt: instant,
  /** The provider's clock less ours when it was obtained; null where it did not say. */
  clockOffsetMs: z.number().nullable(),
});

const schema = z.object({
  version: z.literal(1),
  provider: z.string(),
  account: z.string(),
  /** Of the pair; 0 before the first one. */
  generation: z.number().int().min(0),
  pair: pair.nullable(),
  /** The refresh token before that of the pair, kept until the next refresh succeeded. */
  previous: z.string().nullable(),
  /** A refresh token was, or was about to be, sent and no answer was written yet. */
  attempt: z.object({ startedAt: instant, holder: z.string() }).nullable(),
  /** How often the provider refused the present refresh token in a row. */
  refusals: z.number().int().min(0),
  /** Refreshes that failed since the last one that succeeded. */
  failures: z
    .object({ count: z.number().int().min(1), since: instant, lastAt: instant, notBefore: instant, reason: z.string() })
    .nullable(),
  /** `reauthorise`: both refresh tokens were refused; only a person can go on, and the provider is not asked again. */
  standing: z.enum(['good', 'reauthorise']),
  /** The gravest thing that was told about this account and has not ended. */
  told: z.enum(['ok', 'warning', 'critical']),
});

/** All that the manager knows of one account. It holds secrets: never logged, never in a message. */
export type AccountState = z.infer<typeof schema>;
export type Pair = NonNullable<AccountState['pair']>;

/** The state of an account that was never authorised. */
export function newAccount(provider: string, account: string): AccountState {
  return {
    version: 1,
    provider,
    account,
    generation: 0,
    pair: null,
    previous: null,
    attempt: null,
    refusals: 0,
    failures: null,
    standing: 'good',
    told: 'ok',
  };
}

/** What a pair may be longer than the one before it; a provider's tokens vary by less. */
const ROOM_BYTES = 4_096;

/**
 * The state as text. While an exchange is under way it is as long as the state after it may become, so that where this could
 * be written, that can be.
 */
export function writeState(state: AccountState): string {
  const text = JSON.stringify(state);
  if (!state.attempt) return text;
  const { pair: given } = state;
  const after = text.length + (given?.refreshToken.length ?? 0) + ROOM_BYTES;
  return text + ' '.repeat(after - text.length);
}

/** Throws TokenStoreError where the text is no state of this release; the text is not repeated. */
export function parseState(text: string): AccountState {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new TokenStoreError('What the store of tokens holds is torn or of another release.');
  }
}
