import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestRelay, type TestRelay, tokenIn } from '../mail/testing.ts';
import { GOOD_PASSWORD, type TestAuthService, type TestSession } from '../testing.ts';
import { addPasskey, challengeOf, codeNow, sessionOf, setUpTotp } from './testing.ts';

/** A provider as its contract sees it: auth-service with it, and what else only time brings. */
export interface ProviderUnderTest {
  /** Starts auth-service with this provider, on a fresh database. */
  open(environment: Record<string, string>): Promise<TestAuthService>;
  /** As if half a minute had passed for authenticators: a code that was used may be used again. */
  passStep(auth: TestAuthService): Promise<void>;
  /** How many recovery codes it makes; ten unless given. */
  recoveryCodes?: number;
  /** What it refuses as `not-kept-here`. */
  lacks?: readonly ('second-factors' | 'passkeys' | 'addresses')[];
}

const EMAIL = 'ada@example.org';
const NEXT_PASSWORD = 'seven quiet harbours wait';

interface Running {
  auth: TestAuthService;
  relay: TestRelay;
  ada: TestSession;
}

/**
 * What every keeper of identities promises (provider.ts), tried through the public endpoints of auth-service. A provider
 * runs it against itself for real; one that lacks a part says so, and is then held to refusing it.
 */
export function describeProvider(name: string, provider: ProviderUnderTest): void {
  describe(`identities kept by ${name}`, () => {
    const running = {} as Running;
    beforeEach(async () => {
      running.relay = await openTestRelay();
      running.auth = await provider.open({ ALT_REGISTRATION: 'open', SMTP_URL: running.relay.url });
      running.ada = await running.auth.register(EMAIL);
    });
    afterEach(async () => {
      await running.auth?.stop();
      await running.relay?.close();
    });
    const lacks = provider.lacks ?? [];
    testReading(running);
    testPasswords(running);
    if (!lacks.includes('second-factors')) {
      testAuthenticators(running, provider);
      testRecoveryCodes(running, provider);
    }
    if (!lacks.includes('passkeys')) testPasskeys(running);
    else testPasskeysElsewhere(running);
    if (!lacks.includes('addresses')) testAddresses(running);
    testRemoval(running);
  });
}

/** What changes nothing at the keeper once there is an account; also run against recorded answers of one. */
export function describeReading(name: string, open: ProviderUnderTest['open']): void {
  describe(`identities kept by ${name}`, () => {
    const running = {} as Running;
    beforeEach(async () => {
      running.auth = await open({ ALT_REGISTRATION: 'open' });
      running.ada = await running.auth.register(EMAIL);
    });
    afterEach(async () => running.auth?.stop());
    testReading(running);
  });
}

function testReading(running: Running): void {
  test('the right password opens a session; a wrong one and an unknown account get one and the same answer', async () => {
    const { auth } = running;
    expect((await auth.login(EMAIL)).user.email).toBe(EMAIL);
    const answers = await Promise.all(
      [EMAIL, 'nobody@example.org'].map((email) =>
        auth.request('POST', '/v1/auth/login', { body: { email, password: 'wrong' } }),
      ),
    );
    const [wrong, unknown] = await Promise.all(answers.map(withoutRequestId));
    expect(wrong).toMatchObject({ status: 401, code: 'wrong-credentials' });
    expect(unknown).toEqual(wrong);
  });

  test('what is set up is said, and the session is known', async () => {
    const { auth, ada } = running;
    const security = await (await auth.request('GET', '/v1/user/security', { as: ada })).json();
    expect(security).toMatchObject({ hasPassword: true, hasTotp: false, passkeys: 0, isEmailVerified: false });
    expect((await auth.request('GET', '/v1/auth/validate', { as: ada })).status).toBe(200);
  });
}

function testPasswords(running: Running): void {
  test('an e-mail makes one account, and of two registrations at once one', async () => {
    const { auth } = running;
    const register = (email: string) =>
      auth.request('POST', '/v1/auth/register', { body: { email, password: GOOD_PASSWORD } });
    expect((await (await register(EMAIL)).json()).code).toBe('email-taken');
    const answers = await Promise.all([register('eve@example.org'), register('eve@example.org')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  test('a new password replaces the old one, ends other sessions, and needs the present one', async () => {
    const { auth, ada } = running;
    const elsewhere = await auth.login(EMAIL);
    const change = (body: unknown) => auth.request('POST', '/v1/user/password', { as: ada, body });
    expect((await change({ password: NEXT_PASSWORD })).status).toBe(422);
    expect((await change({ password: NEXT_PASSWORD, currentPassword: 'wrong' })).status).toBe(401);
    const changed = await change({ password: NEXT_PASSWORD, currentPassword: GOOD_PASSWORD });
    const here = await sessionOf(changed);
    expect((await auth.request('GET', '/v1/auth/validate', { as: here })).status).toBe(200);
    expect((await auth.request('GET', '/v1/auth/validate', { as: ada })).status).toBe(401);
    expect((await auth.request('GET', '/v1/auth/validate', { as: elsewhere })).status).toBe(401);
    await expect(auth.login(EMAIL)).rejects.toThrow('401');
    await auth.login(EMAIL, NEXT_PASSWORD);
  });
}

function testAuthenticators(running: Running, { passStep }: ProviderUnderTest): void {
  const finish = (challenge: string, code: string) =>
    running.auth.request('POST', '/v1/auth/login/second-factor', { body: { challenge, code } });

  test('an authenticator counts once a code of it was confirmed, and not before', async () => {
    const { auth, ada } = running;
    const asked = await auth.request('POST', '/v1/user/totp', { as: ada });
    const { secret, uri } = await asked.json();
    expect(uri).toContain(`secret=${secret}`);
    await auth.login(EMAIL);
    const wrong = await auth.request('POST', '/v1/user/totp/confirm', { as: ada, body: { code: '000000' } });
    expect((await wrong.json()).code).toBe('wrong-code');
    await auth.login(EMAIL);
    await auth.request('POST', '/v1/user/totp/confirm', { as: ada, body: { code: codeNow(secret) } });
    await expect(auth.login(EMAIL)).rejects.toThrow('second-factor-required');
  });

  test('with an authenticator the password alone opens nothing; a code opens a session, and each code once', async () => {
    const { auth, ada } = running;
    const { secret, usedCode } = await setUpTotp(auth, ada);
    const first = await auth.request('POST', '/v1/auth/login', { body: { email: EMAIL, password: GOOD_PASSWORD } });
    expect(first.headers.get('set-cookie')).toBeNull();
    expect(await first.json()).toMatchObject({ status: 401, methods: ['totp', 'recovery-code'] });
    const reused = await finish(await challengeOf(auth, EMAIL, GOOD_PASSWORD), usedCode);
    expect((await reused.json()).code).toBe('wrong-code'); // it had confirmed the authenticator
    await passStep(auth);
    const code = codeNow(secret);
    const session = await sessionOf(await finish(await challengeOf(auth, EMAIL, GOOD_PASSWORD), code));
    expect((await auth.request('GET', '/v1/auth/validate', { as: session })).status).toBe(200);
    const again = await finish(await challengeOf(auth, EMAIL, GOOD_PASSWORD), code);
    expect((await again.json()).code).toBe('wrong-code');
  });

  test('of two sign-ins with one code at once, one comes in', async () => {
    const { auth, ada } = running;
    const { secret } = await setUpTotp(auth, ada);
    await passStep(auth);
    const code = codeNow(secret);
    const challenges = [await challengeOf(auth, EMAIL, GOOD_PASSWORD), await challengeOf(auth, EMAIL, GOOD_PASSWORD)];
    const answers = await Promise.all(challenges.map((challenge) => finish(challenge, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  test('a removed authenticator is asked for no more', async () => {
    const { auth, ada } = running;
    await setUpTotp(auth, ada);
    expect((await auth.request('DELETE', '/v1/user/totp', { as: ada })).status).toBe(204);
    await auth.login(EMAIL);
    expect((await auth.request('DELETE', '/v1/user/totp', { as: ada })).status).toBe(404);
  });
}

function testRecoveryCodes(running: Running, { passStep, recoveryCodes: made = 10 }: ProviderUnderTest): void {
  const enter = async (code: string) => {
    const challenge = await challengeOf(running.auth, EMAIL, GOOD_PASSWORD);
    return running.auth.request('POST', '/v1/auth/login/second-factor', { body: { challenge, code } });
  };
  const left = async () =>
    (await (await running.auth.request('GET', '/v1/user/security', { as: running.ada })).json()).recoveryCodesLeft;

  test(`each of ${made} recovery codes opens one session, however it is typed`, async () => {
    const { recoveryCodes } = await setUpTotp(running.auth, running.ada);
    expect(new Set(recoveryCodes).size).toBe(made);
    const [one = '', two = ''] = recoveryCodes;
    expect((await enter(` ${one.toUpperCase().replaceAll('-', ' ')}`)).status).toBe(200);
    expect((await (await enter(one)).json()).code).toBe('wrong-code');
    const both = await Promise.all([enter(two), enter(two)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect(await left()).toBe(made - 2);
  });

  test('new recovery codes make the old ones worthless; without an authenticator there are none', async () => {
    const { auth, ada } = running;
    const renew = () => auth.request('POST', '/v1/user/recovery-codes', { as: ada });
    expect((await renew()).status).toBe(409);
    const { secret, recoveryCodes } = await setUpTotp(auth, ada);
    const fresh: { recoveryCodes: string[] } = await (await renew()).json();
    expect((await enter(recoveryCodes[0] ?? '')).status).toBe(401);
    expect((await enter(fresh.recoveryCodes[0] ?? '')).status).toBe(200);
    await passStep(auth);
    expect((await enter(codeNow(secret))).status).toBe(200);
  });
}

function testPasskeys(running: Running): void {
  const options = async () => (await running.auth.request('POST', '/v1/auth/passkey/options')).json();
  const enter = (passkey: unknown) => running.auth.request('POST', '/v1/auth/passkey', { body: { passkey } });

  test('a passkey signs in by itself, also where there is an authenticator', async () => {
    const { auth, ada } = running;
    await setUpTotp(auth, ada);
    const { passkey } = await addPasskey(auth, ada);
    const session = await sessionOf(await enter(passkey.get(await options())));
    expect(session.user.id).toBe(ada.user.id);
    expect((await auth.request('GET', '/v1/auth/validate', { as: session })).status).toBe(200);
  });

  test('a synchronised passkey, which counts nothing, signs in again and again', async () => {
    const { passkey } = await addPasskey(running.auth, running.ada, { counts: false });
    for (let round = 0; round < 3; round += 1) {
      expect((await enter(passkey.get(await options()))).status).toBe(200);
    }
  });

  test('passkeys are listed, renamed and removed; a removed one opens nothing', async () => {
    const { auth, ada } = running;
    const { id, passkey } = await addPasskey(auth, ada);
    await auth.request('PATCH', `/v1/user/passkeys/${id}`, { as: ada, body: { name: 'Key ring' } });
    const { items } = await (await auth.request('GET', '/v1/user/passkeys', { as: ada })).json();
    expect(items).toMatchObject([{ id, name: 'Key ring', lastUsedAt: null }]);
    expect((await auth.request('DELETE', `/v1/user/passkeys/${id}`, { as: ada })).status).toBe(204);
    expect((await (await enter(passkey.get(await options()))).json()).code).toBe('passkey-refused');
  });
}

function testPasskeysElsewhere(running: Running): void {
  test('passkeys are refused with the page that has them', async () => {
    const { auth, ada } = running;
    for (const [path, as] of [
      ['/v1/auth/passkey/options', null],
      ['/v1/user/passkeys/options', ada],
    ] as const) {
      const answer = await (await auth.request('POST', path, { as })).json();
      expect(answer).toMatchObject({ status: 422, code: 'not-kept-here' });
      expect(answer.page).toMatch(/^\/self-service\//);
    }
  });
}

function testAddresses(running: Running): void {
  const mailTo = (to: string, count = 1) =>
    expect.poll(() => running.relay.mails.filter((mail) => mail.to === to).length, { timeout: 60_000 }).toBe(count);
  const newest = (to: string) => {
    const mail = running.relay.mails.findLast((one) => one.to === to);
    if (!mail) throw new Error(`no mail to ${to}`);
    return mail;
  };

  test('a link in a mail confirms the address', async () => {
    const { auth, ada } = running;
    const isVerified = async () =>
      (await (await auth.request('GET', '/v1/user/security', { as: ada })).json()).isEmailVerified;
    await mailTo(EMAIL); // comes with the registration
    expect(await isVerified()).toBe(false);
    const body = { token: tokenIn(newest(EMAIL)) };
    const followed = await auth.request('POST', '/v1/auth/verification', { body });
    expect(await followed.json()).toEqual({ email: EMAIL });
    expect(await isVerified()).toBe(true);
    expect((await (await auth.request('POST', '/v1/auth/verification', { body })).json()).code).toBe('link-expired');
  });

  test('another address is the account’s once its link was followed, and the old one is told', async () => {
    const { auth, ada } = running;
    await mailTo(EMAIL);
    await auth.request('POST', '/v1/user/email', { as: ada, body: { email: 'ada@other.example' } });
    await mailTo('ada@other.example');
    await auth.login(EMAIL);
    const token = tokenIn(newest('ada@other.example'));
    expect((await auth.request('POST', '/v1/auth/verification', { body: { token } })).status).toBe(200);
    await mailTo(EMAIL, 2);
    expect(newest(EMAIL).text).toContain('ada@other.example');
    await expect(auth.login(EMAIL)).rejects.toThrow('401');
    expect((await auth.login('ada@other.example')).user.id).toBe(ada.user.id);
  });

  test('a forgotten password is replaced by a link, which ends all sessions and opens none', async () => {
    const { auth, ada } = running;
    await mailTo(EMAIL);
    expect((await auth.request('POST', '/v1/auth/recovery', { body: { email: EMAIL } })).status).toBe(202);
    await mailTo(EMAIL, 2);
    const body = { token: tokenIn(newest(EMAIL)), password: NEXT_PASSWORD };
    const completed = await auth.request('POST', '/v1/auth/recovery/complete', { body });
    expect(completed.status).toBe(204);
    expect(completed.headers.get('set-cookie')).toBeNull();
    expect((await auth.request('GET', '/v1/auth/validate', { as: ada })).status).toBe(401);
    await expect(auth.login(EMAIL)).rejects.toThrow('401');
    await auth.login(EMAIL, NEXT_PASSWORD);
    const again = await auth.request('POST', '/v1/auth/recovery/complete', { body });
    expect((await again.json()).code).toBe('link-expired');
  });
}

function testRemoval(running: Running): void {
  test('a removed account is nobody, and its e-mail is free', async () => {
    const { auth } = running;
    const eve = await auth.register('eve@example.org');
    expect((await auth.request('DELETE', '/v1/user', { as: eve })).status).toBe(204);
    await expect(auth.login('eve@example.org')).rejects.toThrow('wrong-credentials');
    expect((await auth.register('eve@example.org')).user.id).not.toBe(eve.user.id);
  });
}

async function withoutRequestId(answer: Response) {
  const { requestId: _, ...document } = await answer.json();
  return document;
}
