import { Problem } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import { addressBlock, digest } from './address-block.ts';
import { writeAudit } from './audit/writing.ts';
import { knownDeviceOf } from './devices.ts';
import { interval } from './store.ts';
import { currentVisit } from './visit.ts';

/**
 * Failed sign-ins, by what they concern. The narrowest locks first, so that a stranger who guesses at an account shuts
 * out themselves, and its owner at another address only after far more. Each further failure doubles the wait.
 */
const POLICIES = [
  { name: 'account-address', free: 10, baseMs: 30_000, longestMs: 3_600_000, forgetMs: 86_400_000 },
  { name: 'account', free: 50, baseMs: 60_000, longestMs: 900_000, forgetMs: 86_400_000 },
  { name: 'address', free: 100, baseMs: 60_000, longestMs: 3_600_000, forgetMs: 3_600_000 },
] as const;

/** A browser that was signed in to the account before has a budget of its own, whatever strangers do. */
const DEVICE = { name: 'device', free: 10, baseMs: 30_000, longestMs: 3_600_000, forgetMs: 86_400_000 } as const;

type Policy = (typeof POLICIES)[number] | typeof DEVICE;

const LIMITS = {
  login: { limit: 120, windowMs: 60_000 },
  register: { limit: 120, windowMs: 3_600_000 },
  recovery: { limit: 30, windowMs: 3_600_000 },
  'account-mail': { limit: 5, windowMs: 3_600_000 },
} as const;

/** Of refusals of one kind, the first in this time leaves a line in the audit log. */
const TELL_EVERY_MS = 600_000;

/**
 * Counts a sign-in before its password is looked at. Throws `locked-out` with the seconds to wait, whether or not the
 * account exists. A right password is reported to `forgiveAttempt`.
 *
 * Three budgets keep the owner in while strangers guess: a browser with the account's device cookie is counted by itself
 * alone (OWASP, device cookies); an address that signed in to the account before is not shut out by the account's lock;
 * everybody else has the account's.
 */
export async function beginAttempt(database: Queryable, email: string, address: string): Promise<void> {
  const visit = currentVisit();
  if (visit) visit.triedEmail = email;
  const device = knownDeviceOf(email);
  if (device) return take(database, DEVICE, `device:${digest(device)}`, address);
  for (const policy of POLICIES) {
    const key = keyOf(policy.name, email, address);
    if (policy.name === 'account' && (await isKnownOrigin(database, email, address))) {
      await begin(database, policy, key);
    } else {
      await take(database, policy, key, address);
    }
  }
}

/** After a right password: the account starts afresh; the address gets back what this attempt took, and is known. */
export async function forgiveAttempt(database: Queryable, email: string, address: string): Promise<void> {
  const visit = currentVisit();
  if (visit) visit.provenEmail = email;
  await database.run(knowStatement, [originOf(email, address)]);
  const device = knownDeviceOf(email);
  // It took nothing of the address, so it gives nothing back: an own account must not buy guesses at others.
  if (device) return void (await database.run(forgiveStatement, [[`device:${digest(device)}`], '']));
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

/** Forgets addresses from which nobody signed in for 90 days. */
export async function forgetOrigins(database: Queryable): Promise<void> {
  await database.run(forgetStatement);
}

async function take(database: Queryable, policy: Policy, key: string, address: string): Promise<void> {
  const lockedUntil = await begin(database, policy, key);
  if (!lockedUntil) return;
  if (await isFirst(database, `told:${digest(key)}`)) {
    await writeAudit(database, { action: 'locked-out', outcome: 'blocked', address, detail: { by: policy.name } });
  }
  throw refusal('locked-out', 'Too many failed attempts to sign in.', lockedUntil);
}

async function begin(database: Queryable, policy: Policy, key: string): Promise<Date | null> {
  const { free, baseMs, longestMs, forgetMs } = policy;
  const values = [key, free, interval(baseMs), interval(longestMs), interval(forgetMs)];
  return (await database.one(beginStatement, values))?.locked_until ?? null;
}

async function isFirst(database: Queryable, key: string): Promise<boolean> {
  return !(await database.one(countStatement, [key, 1, interval(TELL_EVERY_MS)]))?.refused_until;
}

/** Whether this account was signed in to from this address block within 90 days. */
export async function isKnownOrigin(database: Queryable, email: string, address: string): Promise<boolean> {
  return (await database.one(knownStatement, [originOf(email, address)])) !== null;
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

const knownStatement = statement('auth_is_known_origin', 'select 1 from known_origins where key = $1');

const knowStatement = statement(
  'auth_know_origin',
  `insert into known_origins as o (key) values ($1)
   on conflict (key) do update set seen_at = now() where o.seen_at < now() - interval '1 day'`,
);

const forgetStatement = statement(
  'auth_forget_origins',
  "delete from known_origins where seen_at < now() - interval '90 days'",
);

/** A refusal that says how long it holds, in a whole number of seconds (RFC 9110, 10.2.3). */
export function refusal(code: 'locked-out' | 'too-many-requests', sentence: string, until: Date): Problem {
  const seconds = Math.max(1, Math.ceil((until.getTime() - Date.now()) / 1000));
  return new Problem(code, `${sentence} Try again in ${seconds} s.`, {
    headers: { 'Retry-After': String(seconds) },
    extra: { retryAfterSeconds: seconds },
  });
}

/** Hashed, so that no list of tried e-mails or addresses lies about. */
function keyOf(policy: (typeof POLICIES)[number]['name'], email: string, address: string): string {
  const block = addressBlock(address);
  const subject = { account: email, address: block, 'account-address': `${email} ${block}` }[policy];
  return `${policy}:${digest(subject)}`;
}

function originOf(email: string, address: string): string {
  return digest(`${email} ${addressBlock(address)}`);
}
