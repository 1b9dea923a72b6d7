import { statement } from '@alt/database';
import { createTestPasskey, type Wrong } from '@alt/testing/authenticator.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addPasskey, challengeOf, codeNow, forgetProof, sessionOf, setUpTotp } from './providers/testing.ts';
import { removeExpired } from './store.ts';
import { cookieOf, GOOD_PASSWORD, startTestAuthService, type TestAuthService, type TestSession } from './testing.ts';

let auth: TestAuthService;
let ada: TestSession;
beforeEach(async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  ada = await auth.register('ada@example.org');
});
afterEach(() => auth.stop());

const statusOf = async (cookie: string) =>
  (await auth.request('GET', '/v1/auth/validate', { headers: { cookie } })).status;
const options = async () => (await auth.request('POST', '/v1/auth/passkey/options')).json();
const enterBy = (passkey: unknown) => auth.request('POST', '/v1/auth/passkey', { body: { passkey } });
const finish = (challenge: string, code: string, from?: string) =>
  auth.request('POST', '/v1/auth/login/second-factor', { body: { challenge, code }, ...(from ? { from } : {}) });

test('session fixation: a cookie that was planted is not the one that a sign-in opens', async () => {
  const planted = await auth.login('ada@example.org');
  const { passkey } = await addPasskey(auth, ada);
  const { secret } = await setUpTotp(auth, ada);
  await auth.rows.script('update totp_secrets set last_step = 0');
  const headers = { cookie: planted.cookie };
  const challenge = await challengeOf(auth, 'ada@example.org', GOOD_PASSWORD);
  const answers = [
    await auth.request('POST', '/v1/auth/login/second-factor', { headers, body: { challenge, code: codeNow(secret) } }),
    await auth.request('POST', '/v1/auth/passkey', { headers, body: { passkey: passkey.get(await options()) } }),
    await auth.request('POST', '/v1/auth/register', {
      headers,
      body: { email: 'eve@example.org', password: GOOD_PASSWORD },
    }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 201]);
  const opened = answers.map(cookieOf);
  expect(new Set([planted.cookie, ...opened]).size).toBe(4);
  const ids = await auth.rows.all(statement('ids', 'select distinct id from sessions'));
  expect(ids).toHaveLength(5);
});

test('session fixation: a cookie that was known before a confirmation or a new password opens nothing after it', async () => {
  await forgetProof(auth);
  const confirmed = await sessionOf(
    await auth.request('POST', '/v1/auth/confirm', { as: ada, body: { password: GOOD_PASSWORD } }),
  );
  expect(await statusOf(ada.cookie)).toBe(401);
  const body = { password: 'seven quiet harbours wait', currentPassword: GOOD_PASSWORD };
  const changed = await auth.request('POST', '/v1/user/password', { as: confirmed, body });
  expect(await statusOf(confirmed.cookie)).toBe(401);
  expect(await statusOf(cookieOf(changed))).toBe(200);
});

test('a challenge opens one session, takes five guesses, ends after five minutes, and is good for nothing else', async () => {
  const { recoveryCodes } = await setUpTotp(auth, ada);
  const [one = '', two = '', three = ''] = recoveryCodes;
  const challenge = () => challengeOf(auth, 'ada@example.org', GOOD_PASSWORD);
  const used = await challenge();
  expect((await finish(used, one)).status).toBe(200);
  expect((await (await finish(used, two)).json()).code).toBe('challenge-expired');

  const guessed = await challenge();
  for (let guess = 0; guess < 5; guess += 1)
    expect((await (await finish(guessed, '000000')).json()).code).toBe('wrong-code');
  expect((await (await finish(guessed, two)).json()).code).toBe('challenge-expired');

  const old = await challenge();
  await auth.rows.script("update challenges set expires_at = now() - interval '1 second'");
  expect((await (await finish(old, two)).json()).code).toBe('challenge-expired');

  const { passkey } = await addPasskey(auth, ada);
  const mixed = passkey.get({ challenge: await challenge() });
  expect((await enterBy(mixed)).status).toBe(401);
  const { challenge: other } = await options();
  expect((await (await finish(other, three)).json()).code).toBe('challenge-expired');
});

test('who knows the password gains no guesses at codes by giving it again and again', async () => {
  await setUpTotp(auth, ada);
  const statuses: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    const body = { email: 'ada@example.org', password: GOOD_PASSWORD };
    const { challenge } = await (await auth.request('POST', '/v1/auth/login', { body })).json();
    statuses.push((await finish(challenge ?? 'none', '000000')).status);
  }
  expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
  const last = await auth.request('POST', '/v1/auth/login', {
    body: { email: 'ada@example.org', password: GOOD_PASSWORD },
  });
  expect((await last.json()).code).toBe('locked-out');
});

test('signing in with two factors all day leaves an address no worse than it was', async () => {
  const { recoveryCodes } = await setUpTotp(auth, ada);
  const counts = () =>
    auth.rows.all(statement('counts', "select count from throttles where key like 'address:%' and count > 0"));
  expect(await counts()).toEqual([]);
  for (const code of recoveryCodes.slice(0, 3)) {
    expect((await finish(await challengeOf(auth, 'ada@example.org', GOOD_PASSWORD), code)).status).toBe(200);
  }
  expect(await counts()).toEqual([]);
});

test('what nobody can answer or follow any more is forgotten', async () => {
  await setUpTotp(auth, ada);
  await challengeOf(auth, 'ada@example.org', GOOD_PASSWORD);
  await options();
  const upkeep = () => removeExpired(auth.database.connectAs('auth_service'));
  await upkeep();
  expect(await countOf('challenges')).toBe(2);
  await auth.rows.script("update challenges set expires_at = now() - interval '1 second' where kind = 'passkey'");
  await upkeep();
  expect(await countOf('challenges')).toBe(1);
});

test('of two with one challenge at once, each with a code of their own, one comes in', async () => {
  const { recoveryCodes } = await setUpTotp(auth, ada);
  const challenge = await challengeOf(auth, 'ada@example.org', GOOD_PASSWORD);
  const answers = await Promise.all(recoveryCodes.slice(0, 3).map((code) => finish(challenge, code)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test.each([true, false])(
  'passkey replay: an answer that was heard opens nothing a second time (counter: %s)',
  async (counts) => {
    const { passkey } = await addPasskey(auth, ada, { counts });
    const answer = passkey.get(await options());
    const both = await Promise.all([enterBy(answer), enterBy(answer)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await (await enterBy(answer)).json()).code).toBe('passkey-refused');
  },
);

test.each<[string, Wrong]>([
  ['of another page', { origin: 'https://evil.example' }],
  ['of another port', { origin: 'http://localhost:8001' }],
  ['for another relying party', { rpId: 'evil.example' }],
  ['of a registration', { type: 'webauthn.create' }],
  ['to a challenge of its own', { challenge: Buffer.alloc(32, 7).toString('base64url') }],
  ['without a verified user', { isUserVerified: false }],
  ['of a copied key, whose counter stood still', { counter: 0 }],
  ['that another key signed', { isForged: true }],
  ['in another name', { userHandle: Buffer.alloc(16, 7).toString('base64url') }],
  ['in no name', { userHandle: '' }],
])('a passkey’s answer %s is refused', async (_what, wrong) => {
  const { passkey } = await addPasskey(auth, ada);
  expect((await enterBy(passkey.get(await options()))).status).toBe(200);
  const answer = passkey.get(await options(), wrong);
  const refused = await enterBy(
    answer.response.userHandle === '' ? { ...answer, response: { ...answer.response, userHandle: null } } : answer,
  );
  expect(refused.status).toBe(401);
  expect(refused.headers.get('set-cookie')).toBeNull();
  expect((await enterBy(passkey.get(await options()))).status).toBe(200);
});

test('a passkey’s counter that goes back is refused, also by one', async () => {
  const { passkey } = await addPasskey(auth, ada);
  for (let round = 0; round < 3; round += 1) expect((await enterBy(passkey.get(await options()))).status).toBe(200);
  expect((await enterBy(passkey.get(await options(), { counter: 3 }))).status).toBe(401);
  expect((await enterBy(passkey.get(await options(), { counter: 2 }))).status).toBe(401);
});

test('a passkey that nobody keeps answers like one whose answer is wrong', async () => {
  const { passkey } = await addPasskey(auth, ada);
  const stranger = createTestPasskey(auth.host.publicUrl.origin);
  const userHandle = Buffer.alloc(16, 7).toString('base64url');
  const heard = [stranger.get(await options(), { userHandle }), passkey.get(await options(), { isForged: true })];
  const answers = heard.map(enterBy);
  const [unknown, wrong] = await Promise.all(answers.map(documentOf));
  expect(unknown).toEqual(wrong);
});

test.each<[string, Wrong]>([
  ['of another page', { origin: 'https://evil.example' }],
  ['for another relying party', { rpId: 'evil.example' }],
  ['without a verified user', { isUserVerified: false }],
  ['of a sign-in', { type: 'webauthn.get' }],
])('a new passkey %s is refused', async (_what, wrong) => {
  const passkey = createTestPasskey(auth.host.publicUrl.origin);
  const asked = await (await auth.request('POST', '/v1/user/passkeys/options', { as: ada })).json();
  const body = { name: 'Phone', passkey: passkey.create(asked, wrong) };
  const refused = await auth.request('POST', '/v1/user/passkeys', { as: ada, body });
  expect((await refused.json()).code).toBe('passkey-refused');
  expect(await countOf('passkeys')).toBe(0);
});

test('the options of a registration are one account’s, once, and a passkey belongs to one account', async () => {
  const eve = await auth.register('eve@example.org');
  const passkey = createTestPasskey(auth.host.publicUrl.origin);
  const ask = async (as: TestSession) => (await auth.request('POST', '/v1/user/passkeys/options', { as })).json();
  const keep = (as: TestSession, made: unknown) =>
    auth.request('POST', '/v1/user/passkeys', { as, body: { name: 'Phone', passkey: made } });
  expect((await keep(eve, passkey.create(await ask(ada)))).status).toBe(401);
  const made = passkey.create(await ask(ada));
  expect((await keep(ada, made)).status).toBe(201);
  expect((await keep(ada, made)).status).toBe(401);
  expect((await (await keep(eve, passkey.create(await ask(eve)))).json()).code).toBe('conflict');
  expect((await keep(ada, passkey.create(await options()))).status).toBe(401);
});

test('enumeration: where registration is closed the answer is the same for an address that has an account', async () => {
  const closed = await auth.another({ ALT_REGISTRATION: 'closed' });
  const answers = ['ada@example.org', 'nobody@example.org'].flatMap((email) =>
    [{}, { invitation: 'made up' }].map((more) =>
      closed.request('POST', '/v1/auth/register', { body: { email, password: GOOD_PASSWORD, ...more } }),
    ),
  );
  const [known, knownInvited, unknown, unknownInvited] = await Promise.all(answers.map(documentOf));
  expect(known).toEqual(unknown);
  expect(knownInvited).toEqual(unknownInvited);
  expect(known).toMatchObject({ code: 'registration-closed' });
});

test('enumeration: a failed sign-in tries one hash, whether there is an account, a password, or an authenticator', async () => {
  const eve = await auth.register('eve@example.org');
  await setUpTotp(auth, ada);
  await auth.rows.script(`delete from credentials where account_id = '${eve.user.id}'`);
  const outcomes = [];
  for (const email of ['ada@example.org', 'eve@example.org', 'nobody@example.org']) {
    const before = await hashChecks();
    const { cookie: _cookie, ...answer } = await documentOf(
      auth.request('POST', '/v1/auth/login', { body: { email, password: 'wrong' } }),
    );
    outcomes.push({ ...answer, checks: (await hashChecks()) - before });
  }
  expect(outcomes[0]).toMatchObject({ code: 'wrong-credentials', checks: 1 });
  expect(outcomes[1]).toEqual(outcomes[0]);
  expect(outcomes[2]).toEqual(outcomes[0]);
});

test('enumeration: the options of a passkey sign-in name no account and no key', async () => {
  const { passkey } = await addPasskey(auth, ada);
  const asked = await options();
  expect(JSON.stringify(asked)).not.toContain(passkey.id);
  expect(asked.allowCredentials ?? []).toEqual([]);
});

test('mass assignment: fields that nobody may set change nothing', async () => {
  const eve = await auth.register('eve@example.org');
  const more = {
    id: ada.user.id,
    role: 'owner',
    tenantId: ada.user.tenantId,
    isInstanceOwner: true,
    emailVerifiedAt: '2026-01-01T00:00:00Z',
  };
  const made = await auth.request('POST', '/v1/auth/register', {
    body: { email: 'mal@example.org', password: GOOD_PASSWORD, ...more, registration: 'operator' },
  });
  const mal = await sessionOf(made);
  expect(mal.user.id).not.toBe(ada.user.id);
  expect(mal.user.tenantId).not.toBe(ada.user.tenantId);
  expect(await countOf('accounts where is_instance_owner or email_verified_at is not null')).toBe(1); // Ada's, the first
  for (const [method, path, body] of [
    ['PUT', '/v1/user/profile', { name: 'Eve' }],
    ['POST', '/v1/user/password', { password: 'seven quiet harbours wait', currentPassword: GOOD_PASSWORD }],
    ['POST', '/v1/auth/confirm', { password: GOOD_PASSWORD }],
    ['POST', '/v1/user/email', { email: 'eve@other.example' }],
  ] as const) {
    for (const [name, value] of Object.entries(more)) {
      const answer = await auth.request(method, path, { as: eve, body: { ...body, [name]: value } });
      expect((await answer.json()).code).toBe('invalid-request');
    }
  }
  expect(await countOf(`memberships where account_id = '${eve.user.id}'`)).toBe(1);
});

test('the tenant of a switch is taken from nowhere but the body, and only where one is a member', async () => {
  const eve = await auth.register('eve@example.org');
  const { tenantId } = ada.user;
  const headers = { 'x-tenant-id': tenantId, 'x-alt-tenant': tenantId };
  const answer = await auth.request('GET', `/v1/auth/validate?tenantId=${tenantId}`, { as: eve, headers });
  expect(await answer.json()).toMatchObject({ tenantId: eve.user.tenantId });
  expect((await auth.request('PUT', '/v1/user/tenant', { as: eve, body: { tenantId } })).status).toBe(404);
});

async function documentOf(answer: Promise<Response>) {
  const response = await answer;
  const { requestId: _, ...document } = await response.json();
  return { ...document, cookie: response.headers.get('set-cookie') ?? undefined };
}

async function hashChecks(): Promise<number> {
  const text = await (await auth.request('GET', '/metrics')).text();
  return Number(/^alt_auth_hash_checks_total\S* (\d+)/m.exec(text)?.[1]);
}

async function countOf(what: string): Promise<number> {
  const [row] = await auth.rows.all<{ count: number }>(
    statement(`count ${what}`.slice(0, 60), `select count(*) as count from ${what}`),
  );
  return row?.count ?? -1;
}
