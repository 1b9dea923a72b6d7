import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Problem } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import { interval } from './store.ts';

/**
 * Failed sign-ins, by what they concern. The narrowest locks first, so that a stranger who guesses at an account shuts
 * out themselves, and its owner at another address only after far more. Each further failure doubles the wait.
 */
const POLICIES = [
  { name: 'account-address', free: 10, baseMs: 30_000, longestMs: 3_600_000, forgetMs: 86_400_000 },
  { name: 'account', free: 50, baseMs: 60_000, longestMs: 900_000, forgetMs: 86_400_000 },
  { name: 'address', free: 100, baseMs: 60_000, longestMs: 3_600_000, forgetMs: 3_600_000 },
] as const;

type PolicyName = (typeof POLICIES)[number]['name'];

const LIMITS = {
  login: { limit: 120, windowMs: 60_000 },
  register: { limit: 120, windowMs: 3_600_000 },
} as const;

/**
 * Counts a sign-in before its password is looked at. Throws `locked-out` with the seconds to wait, whether or not the
 * account exists. A right password is reported to `forgiveAttempt`.
 */
export async function beginAttempt(database: Queryable, email: string, address: string): Promise<void> {
  for (const { name, free, baseMs, longestMs, forgetMs } of POLICIES) {
    const values = [keyOf(name, email, address), free, interval(baseMs), interval(longestMs), interval(forgetMs)];
    const lockedUntil = (await database.one(beginStatement, values))?.locked_until;
    if (lockedUntil) throw refusal('locked-out', 'Too many failed attempts to sign in.', lockedUntil);
  }
}

/** After a right password: the account starts afresh; the address gets back what this attempt took. */
export async function forgiveAttempt(database: Queryable, email: string, address: string): Promise<void> {
  const [pair, account, sender] = POLICIES.map(({ name }) => keyOf(name, email, address));
  await database.run(forgiveStatement, [[pair, account], sender]);
}

/** Counts a request of an address. Throws `too-many-requests` with the seconds until the next window. */
export async function countRequest(database: Queryable, action: keyof typeof LIMITS, address: string): Promise<void> {
  const { limit, windowMs } = LIMITS[action];
  const key = `${action}:${digest(addressBlock(address))}`;
  const refusedUntil = (await database.one(countStatement, [key, limit, interval(windowMs)]))?.refused_until;
  if (refusedUntil) throw refusal('too-many-requests', 'Too many requests from your address.', refusedUntil);
}

const beginStatement = statement<{ locked_until: Date | null }>(
  'auth_begin_attempt',
  'select begin_attempt($1, $2, $3, $4, $5) as locked_until',
);

const forgiveStatement = statement(
  'auth_forgive_attempt',
  `with cleared as (delete from throttles where key = any ($1::text[]))
   update throttles set count = greatest(count - 1, 0), locked_until = null where key = $2`,
);

const countStatement = statement<{ refused_until: Date | null }>(
  'auth_count_request',
  'select count_request($1, $2, $3) as refused_until',
);

function refusal(code: 'locked-out' | 'too-many-requests', sentence: string, until: Date): Problem {
  const seconds = Math.max(1, Math.ceil((until.getTime() - Date.now()) / 1000));
  return new Problem(code, `${sentence} Try again in ${seconds} s.`, {
    headers: { 'Retry-After': String(seconds) },
    extra: { retryAfterSeconds: seconds },
  });
}

/** Hashed, so that no list of tried e-mails or addresses lies about. */
function keyOf(policy: PolicyName, email: string, address: string): string {
  const block = addressBlock(address);
  const subject = { account: email, address: block, 'account-address': `${email} ${block}` }[policy];
  return `${policy}:${digest(subject)}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** One household or host: an IPv4 address, or the /64 of an IPv6 address. */
function addressBlock(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.toLowerCase().split('%')[0]?.split('::') ?? [];
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...zeros, ...back]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
