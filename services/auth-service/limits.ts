import type { Endpoint } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { addressBlock, digest } from './address-block.ts';
import { writeAudit } from './audit/writing.ts';
import { refusal } from './lockouts.ts';
import { interval } from './store.ts';

interface Limit {
  limit: number;
  windowMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Requests of one account, by the endpoint's name. */
const OF_ACCOUNT: Readonly<Record<string, Limit>> = {
  csrf: { limit: 120, windowMs: MINUTE_MS },
  refresh: { limit: 60, windowMs: MINUTE_MS },
  validate: { limit: 600, windowMs: MINUTE_MS },
  createApiKey: { limit: 60, windowMs: HOUR_MS },
  createAppPassword: { limit: 60, windowMs: HOUR_MS },
  exportOwnAudit: { limit: 10, windowMs: HOUR_MS },
  exportAudit: { limit: 10, windowMs: HOUR_MS },
};

/**
 * Ways to sign in, to get back in and to confirm an address have limits of their own by address, in `lockouts.ts`: an office
 * behind one address uses each of them in a morning as often as it signs in.
 */
const COUNTED_ELSEWHERE = new Set([
  'login',
  'register',
  'logout',
  'finishLogin',
  'beginPasskeyLogin',
  'passkeyLogin',
  'verifyEmail',
  'requestRecovery',
  'completeRecovery',
]);

/** What nobody named: writes of an account, and what anybody may send, by address. An office is one address. */
const OF_ANY_WRITE: Limit = { limit: 300, windowMs: 10 * MINUTE_MS };
const OF_ANY_PUBLIC_WRITE: Limit = { limit: 120, windowMs: 10 * MINUTE_MS };

/**
 * Counts a request where its endpoint has a limit, in Postgres, so that it holds over processes and restarts. Throws
 * `too-many-requests` with the seconds until the next window; the first refusal of a window leaves an audit line.
 */
export async function countAgainstLimit(
  database: Queryable,
  endpoint: Endpoint,
  from: { reader: Reader | null; address: string },
): Promise<void> {
  const { reader, address } = from;
  const limit = limitOf(endpoint, reader);
  if (!limit) return;
  const subject = reader ? reader.userId : addressBlock(address);
  const key = `limit:${endpoint.name.slice(0, 40)}:${digest(subject)}`;
  const counted = await database.one(countStatement, [[key], [limit.limit], [interval(limit.windowMs)]]);
  if (!counted?.refused_until) return;
  if (counted.count === limit.limit + 1) {
    const { userId = null, tenantId = null, sessionId = null } = reader ?? {};
    const detail = { endpoint: endpoint.name, limit: limit.limit, windowMs: limit.windowMs };
    await writeAudit(database, {
      action: 'rate-limited',
      outcome: 'blocked',
      userId,
      tenantId,
      sessionId,
      address,
      detail,
    });
  }
  throw refusal('too-many-requests', `Only ${limit.limit} of these in a while.`, counted.refused_until);
}

function limitOf({ name, method, access }: Endpoint, reader: Reader | null): Limit | null {
  if (access === 'service' || COUNTED_ELSEWHERE.has(name)) return null;
  if (reader && OF_ACCOUNT[name]) return OF_ACCOUNT[name];
  if (method === 'GET') return null;
  return reader ? OF_ANY_WRITE : OF_ANY_PUBLIC_WRITE;
}

const countStatement = statement<{ key: string; count: number; refused_until: Date | null }>(
  'auth_count_requests',
  'select * from count_requests($1, $2, $3::interval[])',
);
