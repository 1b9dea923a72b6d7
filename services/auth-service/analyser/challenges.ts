import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { CHALLENGE_HEADER, type Challenge, isSolved } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import { addressBlock, digest } from '../address-block.ts';
import { interval } from '../store.ts';

const LIFE_MS = 5 * 60_000;

/** A challenge for an address: everything that is needed to check its solution is in the token, signed. */
export function makeChallenge(secret: Buffer, address: string, bits: number, now = Date.now()): Challenge {
  const expiresAt = now + LIFE_MS;
  const claim = `${randomUUID()}~${bits}~${expiresAt}`;
  const token = `${claim}~${signatureOf(secret, claim, address)}`;
  return { token, bits, algorithm: 'SHA-256', expiresAt: new Date(expiresAt).toISOString() };
}

const spendStatement = statement<{ refused_until: Date | null }>(
  'auth_spend_challenge',
  'select count_request($1, 1, $2) as refused_until',
);

/**
 * Whether a request brings the solution of a challenge of ours, for this address, of at least so many bits, not expired, and
 * for the first time: a solution is spent by the look.
 */
export async function spendSolution(
  database: Queryable,
  secret: Buffer,
  { request, address, bits }: { request: Request; address: string; bits: number },
): Promise<boolean> {
  const header = request.headers.get(CHALLENGE_HEADER) ?? '';
  const [token = '', answer] = header.split('.');
  const [id = '', claimedBits = '', expiresAt = '', signature = ''] = token.split('~');
  if (answer === undefined || header.length > 300) return false;
  const isOurs = isEqual(signature, signatureOf(secret, `${id}~${claimedBits}~${expiresAt}`, address));
  // Two bits of grace: the score may have risen while the challenge was being solved.
  if (!isOurs || Number(expiresAt) < Date.now() || Number(claimedBits) < bits - 2) return false;
  if (!isSolved(header, Number(claimedBits))) return false;
  const spent = await database.one(spendStatement, [`challenge:${digest(id)}`, interval(2 * LIFE_MS)]);
  return !spent?.refused_until;
}

function signatureOf(secret: Buffer, claim: string, address: string): string {
  return createHmac('sha256', secret)
    .update(`challenge ${claim} ${addressBlock(address)}`)
    .digest('base64url');
}

function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
