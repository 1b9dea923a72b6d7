import { createHash, randomBytes } from 'node:crypto';
import { type Queryable, statement } from '@alt/database';
import { interval } from './store.ts';

/** How long somebody has to answer: to look at the authenticator, or to touch a key. */
const LIFE_MS = 5 * 60_000;
/** Guesses at one challenge. Lockouts count them as well, over all challenges. */
const MAXIMUM_ATTEMPTS = 5;

export type ChallengeKind = 'second-factor' | 'passkey' | 'passkey-registration' | 'single-sign-on';

/** What was kept with a challenge: for whom it is (null for anybody), and what the provider sealed. */
export interface Challenged {
  account_id: string | null;
  sealed_state: Buffer | null;
}

/** Makes a challenge of 256 random bits, base64url; only its hash is kept. */
export async function makeChallenge(
  database: Queryable,
  kind: ChallengeKind,
  accountId: string | null,
  sealedState: Buffer | null = null,
  lifeMs = LIFE_MS,
): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  await database.run(keepStatement, [hashOf(secret), kind, accountId, sealedState, interval(lifeMs)]);
  return secret;
}

/** Counts an attempt at a challenge. Null where it is unknown, over, answered, or was tried too often. */
export function tryChallenge(database: Queryable, kind: ChallengeKind, secret: string): Promise<Challenged | null> {
  return database.one(tryStatement, [hashOf(secret), kind, MAXIMUM_ATTEMPTS]);
}

/** Uses a challenge up. Null where it is unknown, over or answered; of two at once one gets it. */
export function takeChallenge(database: Queryable, kind: ChallengeKind, secret: string): Promise<Challenged | null> {
  return database.one(takeStatement, [hashOf(secret), kind]);
}

/** The e-mail of the account whose sign-in waits for a second factor; empty where none does. Counts as no attempt. */
export async function challengedEmail(database: Queryable, secret: string): Promise<string> {
  return (await database.one(emailStatement, [hashOf(secret)]))?.email ?? '';
}

const emailStatement = statement<{ email: string | null }>(
  'auth_challenged_email',
  'select challenged_email($1) as email',
);

const keepStatement = statement('auth_keep_challenge', 'select keep_challenge($1, $2, $3, $4, $5)');
const tryStatement = statement<Challenged>('auth_try_challenge', 'select * from try_challenge($1, $2, $3)');
const takeStatement = statement<Challenged>('auth_take_challenge', 'select * from take_challenge($1, $2)');

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
