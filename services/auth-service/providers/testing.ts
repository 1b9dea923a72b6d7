import { createTestPasskey, type TestPasskey } from '@alt/testing/authenticator.ts';
import { Secret, TOTP } from 'otpauth';
import { cookieOf, type TestAuthService, type TestSession } from '../testing.ts';

/** The code that an authenticator shows now. */
export function codeNow(secret: string): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate();
}

/** Sets up an authenticator. Its present step is used up by it. */
export async function setUpTotp(
  auth: TestAuthService,
  as: TestSession,
): Promise<{ secret: string; recoveryCodes: string[]; usedCode: string }> {
  const { secret } = await expectOk(auth.request('POST', '/v1/user/totp', { as }));
  const usedCode = codeNow(secret);
  const confirmed = auth.request('POST', '/v1/user/totp/confirm', { as, body: { code: usedCode } });
  const { recoveryCodes } = await expectOk(confirmed);
  return { secret, recoveryCodes, usedCode };
}

/** Makes a passkey in a software authenticator and keeps it with the account. */
export async function addPasskey(
  auth: TestAuthService,
  as: TestSession,
  options: { counts?: boolean } = {},
): Promise<{ id: string; passkey: TestPasskey }> {
  const passkey = createTestPasskey(auth.host.publicUrl.origin, options);
  const asked = await expectOk(auth.request('POST', '/v1/user/passkeys/options', { as }));
  const body = { name: 'Phone', passkey: passkey.create(asked) };
  const { id } = await expectOk(auth.request('POST', '/v1/user/passkeys', { as, body }));
  return { id, passkey };
}

/** What the password alone leads to where a second factor is set up. */
export async function challengeOf(auth: TestAuthService, email: string, password: string): Promise<string> {
  const answer = await auth.request('POST', '/v1/auth/login', { body: { email, password } });
  const document = await answer.json();
  if (document.code !== 'second-factor-required') throw new Error(`${answer.status} ${JSON.stringify(document)}`);
  return document.challenge;
}

/** The session that an answer opens or renews. */
export async function sessionOf(response: Response): Promise<TestSession> {
  const { csrfToken, user } = await expectOk(Promise.resolve(response.clone()));
  return { cookie: cookieOf(response), csrfToken, user };
}

/** As if the proof of every session had been given an hour ago. */
export async function forgetProof({ rows }: TestAuthService): Promise<void> {
  await rows.script("update sessions set proved_at = now() - interval '1 hour'");
}

// biome-ignore lint/suspicious/noExplicitAny: an answer of any endpoint
export async function expectOk(answer: Promise<Response>): Promise<any> {
  const response = await answer;
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response.status === 204 || response.status === 202 ? null : response.json();
}
