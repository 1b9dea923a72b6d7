import { z } from 'zod';

/**
 * A proof of work that auth-service asks of an address that looks like an attack (problem `challenge-required`): find a text
 * whose SHA-256 after `<token>.` begins with `bits` zero bits, and send the request again with `X-Challenge:
 * <token>.<text>`. A token serves once, for the address that asked, until it expires.
 */
export const challenge = z
  .object({ token: z.string(), bits: z.int().min(1).max(30), algorithm: z.literal('SHA-256'), expiresAt: z.string() })
  .meta({ id: 'Challenge' });
export type Challenge = z.infer<typeof challenge>;

export const CHALLENGE_HEADER = 'x-challenge';
