import { statement } from '@alt/database';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addPasskey, codeNow, forgetProof, sessionOf, setUpTotp } from './providers/testing.ts';
import { cookieOf, GOOD_PASSWORD, startTestAuthService, type TestAuthService, type TestSession } from './testing.ts';

let auth: TestAuthService;
let ada: TestSession;
beforeEach(async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  ada = await auth.register('ada@example.org');
});
afterEach(() => auth.stop());

const statusOf = async (as: TestSession) => (await auth.request('GET', '/v1/auth/validate', { as })).status;
const listOf = async (as: TestSession, query = '') =>
  (await auth.request('GET', `/v1/user/sessions${query}`, { as })).json();
const confirmWith = (as: TestSession, body: unknown) => auth.request('POST', '/v1/auth/confirm', { as, body });

test('sessions are listed newest first, page by page, with device and address, and say which is this one', async () => {
  const body = { email: 'ada@example.org', password: GOOD_PASSWORD };
  const headers = { 'user-agent': 'Firefox on a train' };
  const train = await sessionOf(await auth.request('POST', '/v1/auth/login', { body, headers, from: '198.51.100.7' }));
  const { items, nextCursor } = await listOf(train);
  expect(nextCursor).toBeNull();
  expect(items).toMatchObject([
    { device: 'Firefox on a train', address: '198.51.100.7', isCurrent: true },
    { address: '192.0.2.1', isCurrent: false },
  ]);
  const first = await listOf(train, '?limit=1');
  expect(first.items).toEqual([items[0]]);
  expect(await listOf(train, `?limit=1&cursor=${first.nextCursor}`)).toEqual({ items: [items[1]], nextCursor: null });
  expect((await auth.request('GET', '/v1/user/sessions?cursor=x', { as: train })).status).toBe(400);
});

test('a session is ended from another one, at once; nobody else’s can be', async () => {
  const elsewhere = await auth.login('ada@example.org');
  const eve = await auth.register('eve@example.org');
  const [other] = (await listOf(ada)).items.filter(({ isCurrent }: { isCurrent: boolean }) => !isCurrent);
  const end = (as: TestSession) => auth.request('DELETE', `/v1/user/sessions/${other.id}`, { as });
  expect((await end(eve)).status).toBe(404);
  expect(await statusOf(elsewhere)).toBe(200);
  expect((await end(ada)).status).toBe(204);
  expect(await statusOf(elsewhere)).toBe(401);
  expect((await end(ada)).status).toBe(404);
  expect(await statusOf(ada)).toBe(200);
});

test('all other sessions end together; this one and other people’s go on', async () => {
  const others = [await auth.login('ada@example.org'), await auth.login('ada@example.org')];
  const eve = await auth.register('eve@example.org');
  const answer = await auth.request('DELETE', '/v1/user/sessions', { as: ada });
  expect(await answer.json()).toEqual({ ended: 2 });
  expect(await Promise.all([...others, ada, eve].map(statusOf))).toEqual([401, 401, 200, 200]);
});

test('what needs proof is refused after a quarter of an hour, until the password is given again', async () => {
  await forgetProof(auth);
  const attempt = (as: TestSession) => auth.request('POST', '/v1/user/totp', { as });
  expect((await (await attempt(ada)).json()).code).toBe('proof-required');
  expect((await confirmWith(ada, { password: 'wrong' })).status).toBe(401);
  expect((await attempt(ada)).status).toBe(403);
  const confirmed = await sessionOf(await confirmWith(ada, { password: GOOD_PASSWORD }));
  expect((await attempt(confirmed)).status).toBe(201);
});

test('a code of the authenticator and a passkey confirm as well; a recovery code, and somebody else’s passkey, do not', async () => {
  const { secret, recoveryCodes } = await setUpTotp(auth, ada);
  const { passkey } = await addPasskey(auth, ada);
  const eve = await auth.register('eve@example.org');
  const { passkey: stranger } = await addPasskey(auth, eve);
  await forgetProof(auth);
  const options = async () => (await auth.request('POST', '/v1/auth/passkey/options')).json();
  expect((await (await confirmWith(ada, { code: recoveryCodes[0] })).json()).code).toBe('wrong-code');
  expect((await (await confirmWith(ada, { code: codeNow(secret) })).json()).code).toBe('wrong-code'); // used already
  expect((await confirmWith(ada, { passkey: stranger.get(await options()) })).status).toBe(401);
  await auth.rows.script('update totp_secrets set last_step = 0');
  const byCode = await sessionOf(await confirmWith(ada, { code: codeNow(secret) }));
  const byPasskey = await sessionOf(await confirmWith(byCode, { passkey: passkey.get(await options()) }));
  expect((await auth.request('DELETE', '/v1/user/totp', { as: byPasskey })).status).toBe(204);
});

test('guesses at a confirmation are locked out like guesses at a sign-in', async () => {
  for (let done = 0; done < 10; done += 1)
    expect((await confirmWith(ada, { password: `wrong ${done}` })).status).toBe(401);
  expect((await confirmWith(ada, { password: GOOD_PASSWORD })).status).toBe(429);
});

test('a program’s key confirms nothing and reaches nothing that needs proof', async () => {
  const made = await auth.request('POST', '/v1/user/api-keys', { as: ada, body: { name: 'script' } });
  const headers = { authorization: `Bearer ${(await made.json()).key}` };
  const confirmed = await auth.request('POST', '/v1/auth/confirm', { headers, body: { password: GOOD_PASSWORD } });
  expect((await confirmed.json()).code).toBe('invalid-request');
  for (const [method, path] of [
    ['POST', '/v1/user/totp'],
    ['POST', '/v1/user/recovery-codes'],
    ['POST', '/v1/user/passkeys/options'],
    ['DELETE', '/v1/user'],
  ] as const) {
    expect((await (await auth.request(method, path, { headers })).json()).code).toBe('forbidden');
  }
});

test('an account without a password sets a first one with fresh proof, and a last passkey stays', async () => {
  const { id } = await addPasskey(auth, ada);
  await auth.rows.script('delete from credentials');
  const remove = (as: TestSession) => auth.request('DELETE', `/v1/user/passkeys/${id}`, { as });
  expect((await remove(ada)).status).toBe(409);
  await expect(auth.login('ada@example.org')).rejects.toThrow('wrong-credentials');
  const set = (as: TestSession) => auth.request('POST', '/v1/user/password', { as, body: { password: GOOD_PASSWORD } });
  await forgetProof(auth);
  expect((await (await set(ada)).json()).code).toBe('proof-required');
  await auth.rows.script('update sessions set proved_at = now()');
  const here = await sessionOf(await set(ada));
  await auth.login('ada@example.org');
  expect((await remove(here)).status).toBe(204);
});

test('somebody else’s passkey is as unknown as one that never was', async () => {
  const { id } = await addPasskey(auth, ada);
  const eve = await auth.register('eve@example.org');
  for (const unknown of [id, ada.user.id, 'x']) {
    const path = `/v1/user/passkeys/${unknown}`;
    expect((await auth.request('PATCH', path, { as: eve, body: { name: 'Mine' } })).status).toBe(404);
    expect((await auth.request('DELETE', path, { as: eve })).status).toBe(404);
  }
  const { items } = await (await auth.request('GET', '/v1/user/passkeys', { as: ada })).json();
  expect(items).toMatchObject([{ id, name: 'Phone' }]);
});

test('the page of one’s security says what is set up', async () => {
  const read = async () => (await auth.request('GET', '/v1/user/security', { as: ada })).json();
  const nothing = { provider: 'embedded', hasPassword: true, passkeys: 0, hasTotp: false, recoveryCodesLeft: 0 };
  expect(await read()).toMatchObject({ ...nothing, isEmailVerified: false, canSendMail: false });
  await setUpTotp(auth, ada);
  await addPasskey(auth, ada);
  expect(await read()).toMatchObject({ passkeys: 1, hasTotp: true, recoveryCodesLeft: 10 });
});

test('a session moves to another tenant of its account, with another secret, and later sign-ins begin there', async () => {
  const eve = await auth.register('eve@example.org');
  const move = (tenantId: string) => auth.request('PUT', '/v1/user/tenant', { as: ada, body: { tenantId } });
  expect((await move(eve.user.tenantId)).status).toBe(404);
  await join(ada, eve, 'reader');
  const made = await auth.request('POST', '/v1/user/api-keys', { as: ada, body: { name: 'script' } });
  const { key } = await made.json();
  const moved = await move(eve.user.tenantId);
  const there = await sessionOf(moved);
  expect(there.user).toMatchObject({ id: ada.user.id, tenantId: eve.user.tenantId, role: 'reader' });
  const validate = (as: TestSession) => auth.request('GET', '/v1/auth/validate', { as });
  expect(await (await validate(there)).json()).toMatchObject({ tenantId: eve.user.tenantId, role: 'reader' });
  expect((await validate(ada)).status).toBe(401);
  expect((await auth.login('ada@example.org')).user.tenantId).toBe(eve.user.tenantId);
  const byKey = await auth.request('GET', '/v1/auth/validate', { headers: { authorization: `Bearer ${key}` } });
  expect(await byKey.json()).toMatchObject({ tenantId: ada.user.tenantId, role: 'owner' });
  expect((await move(ada.user.tenantId)).status).toBe(401); // the old secret
});

test('in a suspended tenant what is one’s own still works, and the way out of it', async () => {
  const eve = await auth.register('eve@example.org');
  await join(ada, eve, 'member');
  await auth.rows.script(`update tenants set suspended_at = now() where id = '${ada.user.tenantId}'`);
  for (const path of ['sessions', 'security', 'passkeys', 'export', 'profile', 'api-keys']) {
    expect((await auth.request('GET', `/v1/user/${path}`, { as: ada })).status).toBe(200);
  }
  const body = { tenantId: eve.user.tenantId };
  expect((await auth.request('PUT', '/v1/user/tenant', { as: ada, body })).status).toBe(200);
});

test('acts on one’s security leave their lines', async () => {
  await setUpTotp(auth, ada);
  const { id } = await addPasskey(auth, ada);
  await confirmWith(ada, { password: 'wrong' });
  const here = await sessionOf(await confirmWith(ada, { password: GOOD_PASSWORD }));
  await auth.request('POST', '/v1/user/recovery-codes', { as: here });
  await auth.request('DELETE', `/v1/user/passkeys/${id}`, { as: here });
  await auth.request('DELETE', '/v1/user/totp', { as: here });
  const lines = await auth.rows.all<{ action: string }>(
    statement('lines', 'select action from audit_log where account_id is not null order by id'),
  );
  expect(lines.map(({ action }) => action)).toEqual([
    'account-created',
    'signed-in',
    'totp-set-up',
    'passkey-added',
    'confirmation-failed',
    'identity-confirmed',
    'recovery-codes-renewed',
    'passkey-removed',
    'totp-removed',
  ]);
});

test('signing out takes the cookie away, also through the list', async () => {
  const [{ id }] = (await listOf(ada)).items;
  const ended = await auth.request('DELETE', `/v1/user/sessions/${id}`, { as: ada });
  expect(cookieOf(ended)).toBe('alt_session=');
});

async function join(who: TestSession, where: TestSession, role: string): Promise<void> {
  await auth.rows.script(
    `insert into memberships (tenant_id, account_id, role) values ('${where.user.tenantId}', '${who.user.id}', '${role}')`,
  );
}
