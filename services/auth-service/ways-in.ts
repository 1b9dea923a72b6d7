import { Problem } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import type { IdentityProvider } from './providers/provider.ts';
import { readSignOn } from './single-sign-on/store.ts';

/**
 * Keeps an account open to its owner: called in the transaction that takes a way in away, after it did. One such change at
 * a time, so that of two at once, each of which leaves the other's way, one is refused. Throws `conflict`.
 */
export async function refuseLastWayIn(tx: Queryable, provider: IdentityProvider, reader: Reader): Promise<void> {
  const { hasPassword, passkeys } = await provider.describe(reader, tx);
  if (hasPassword || passkeys > 0 || (await readSignOn(tx, reader.userId))) return;
  throw new Problem(
    'conflict',
    'This is the only way into your account. Set a password, or add another way in, first.',
  );
}

/** To be called before the change: others that take a way into the account away wait for this transaction. */
export async function lockWaysIn(tx: Queryable, userId: string): Promise<void> {
  await tx.run(lockStatement, [userId]);
}

const lockStatement = statement(
  'auth_lock_ways_in',
  `select pg_advisory_xact_lock(hashtextextended('auth.ways-in ' || $1::text, 0))`,
);
