import { type BodyOf, type finishLogin, type login, Problem, type passkeyLogin } from '@alt/contracts';
import { makeChallenge, takeChallenge, tryChallenge } from './challenges.ts';
import type { Dependencies } from './dependencies.ts';
import { beginAttempt, countRequest, forgiveAttempt } from './lockouts.ts';
import type { PasswordVerdict, Proven } from './providers/provider.ts';
import type { SignInMethod, Visitor } from './sessions.ts';
import { findAccountById, writeAudit } from './store.ts';

export interface SignedIn {
  proven: Proven;
  method: SignInMethod;
}

/**
 * Checks an e-mail and a password. Whether the account exists shows neither in the answer nor in the work done. Throws
 * `second-factor-required` with a challenge where a code must follow; the attempt is forgiven only after that, so that
 * who knows a password gains no further guesses at codes by it.
 */
export async function signIn(
  dependencies: Dependencies,
  { email, password }: BodyOf<typeof login>,
  { address }: Visitor,
): Promise<SignedIn> {
  const { database, provider } = dependencies;
  await countRequest(database, 'login', address);
  await beginAttempt(database, email, address);
  const verdict = await provider.passwords.check(email, password);
  if (!verdict.isRight) {
    const { accountId: userId, reason } = verdict;
    const tenantId = await homeOf(database, userId);
    await writeAudit(database, { action: 'sign-in-failed', userId, tenantId, address, detail: { reason } });
    throw new Problem('wrong-credentials', 'The e-mail or the password is wrong.');
  }
  if (verdict.secondFactors.length > 0) throw await askSecondFactor(dependencies, verdict, address);
  await forgiveAttempt(database, email, address);
  return { proven: verdict.proven, method: 'password' };
}

/** The second half of a sign-in: a code of the authenticator, or a recovery code. A challenge opens one session. */
export async function finishSignIn(
  { database, provider, vault }: Dependencies,
  { challenge, code }: BodyOf<typeof finishLogin>,
  { address }: Visitor,
): Promise<SignedIn> {
  await countRequest(database, 'login', address);
  const asked = await tryChallenge(database, 'second-factor', challenge);
  const account = asked?.account_id ? await findAccountById(database, asked.account_id) : null;
  if (!asked || !account) throw challengeOver();
  const { account_id: userId, tenant_id: tenantId, email } = account;
  await beginAttempt(database, email, address);
  const state = asked.sealed_state && vault.open(asked.sealed_state, contextOf(userId));
  const factor = await provider.secondFactors.check({ userId, tenantId }, code, ['totp', 'recovery-code'], state);
  if (!factor) {
    const detail = { reason: 'wrong code' };
    await writeAudit(database, { action: 'sign-in-failed', userId, tenantId, address, detail });
    throw wrongCode();
  }
  if (!(await takeChallenge(database, 'second-factor', challenge))) throw challengeOver();
  // Twice: the password and the code each took an attempt, and an office behind one address signs in all day.
  await forgiveAttempt(database, email, address);
  await forgiveAttempt(database, email, address);
  if (factor === 'recovery-code')
    await writeAudit(database, { action: 'recovery-code-used', userId, tenantId, address });
  const { created_at: createdAt, ...identity } = account;
  const outside = state === null ? null : (provider.sessions?.inState(state) ?? null);
  return { proven: { identity, createdAt, outside }, method: `password+${factor}` };
}

/** A passkey names the account by itself; its user was verified by the authenticator, so no code follows. */
export async function signInByPasskey(
  { database, provider }: Dependencies,
  { passkey }: BodyOf<typeof passkeyLogin>,
  { address }: Visitor,
): Promise<SignedIn> {
  await countRequest(database, 'login', address);
  const proven = await provider.passkeys.check(passkey);
  if (!proven) {
    await writeAudit(database, { action: 'sign-in-failed', address, detail: { reason: 'passkey' } });
    throw passkeyRefused();
  }
  return { proven, method: 'passkey' };
}

export function wrongCode(): Problem {
  return new Problem('wrong-code', 'The code is wrong, or was used already. Wait for the next one, or take another.');
}

export function passkeyRefused(): Problem {
  return new Problem('passkey-refused', 'The passkey is not known here, or its answer came too late. Begin again.');
}

async function askSecondFactor(
  { database, vault }: Dependencies,
  verdict: PasswordVerdict & { isRight: true },
  address: string,
): Promise<Problem> {
  const { account_id: userId, tenant_id: tenantId } = verdict.proven.identity;
  const state = verdict.state === null ? null : vault.seal(verdict.state, contextOf(userId));
  const challenge = await makeChallenge(database, 'second-factor', userId, state);
  await writeAudit(database, { action: 'second-factor-asked', userId, tenantId, address });
  return new Problem(
    'second-factor-required',
    'The password is right. Send a code with the "challenge" to POST /v1/auth/login/second-factor within 5 minutes.',
    { extra: { challenge, methods: verdict.secondFactors } },
  );
}

function challengeOver(): Problem {
  return new Problem('challenge-expired', 'This sign-in took too long, or had too many wrong codes. Begin it again.');
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** The tenant whose admins read that somebody failed; asked for nobody too, so that the time tells nothing. */
async function homeOf(database: Dependencies['database'], accountId: string | null): Promise<string | null> {
  return (await findAccountById(database, accountId ?? NOBODY))?.tenant_id ?? null;
}

function contextOf(accountId: string): string {
  return `second-factor ${accountId}`;
}
