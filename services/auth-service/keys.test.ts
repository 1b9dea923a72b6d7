import { authServiceEndpoints } from '@alt/contracts';
import { createIdentify } from '@alt/service-kit';
import { afterEach, expect, test } from 'vitest';
import { startTestAuthService, type TestAuthService, type TestSession } from './testing.ts';

let auth: TestAuthService;
afterEach(() => auth?.stop());

const nouns = ['api-keys', 'app-passwords'] as const;

const make = async (noun: (typeof nouns)[number], as: TestSession, name = 'script') =>
  (await auth.request('POST', `/v1/user/${noun}`, { as, body: { name } })).json();

const exchange = (body: Record<string, unknown>) => auth.peer('/internal/exchange', { address: '192.0.2.1', ...body });

/** What alt-backend makes of a request: service-kit's own exchange client, without what it keeps from before. */
const identifyAtPeer = (headers: Record<string, string>) =>
  createIdentify((path, init) => auth.peer(path, init?.body ? JSON.parse(String(init.body)) : undefined))(
    new Request('http://localhost/', { headers }),
    '192.0.2.1',
  );

test.each(nouns)('%s: the secret is shown once, the list tells names and use, a revoked one is gone', async (noun) => {
  auth = await startTestAuthService();
  const ada = await auth.register('ada@example.org');
  const made = await auth.request('POST', `/v1/user/${noun}`, { as: ada, body: { name: ' my  phone ' } });
  expect(made.status).toBe(201);
  const { id, key, name } = await made.json();
  expect(name).toBe('my phone');
  expect(key).toMatch(/^alt_[a-z2-9]{32}$/);
  const list = async () => (await auth.request('GET', `/v1/user/${noun}`, { as: ada })).json();
  expect(await list()).toMatchObject({ items: [{ id, name: 'my phone', lastUsedAt: null }], nextCursor: null });
  expect(JSON.stringify(await list())).not.toContain(key);
  expect((await exchange({ bearer: key })).status).toBe(200);
  expect((await list()).items[0].lastUsedAt).not.toBeNull();
  expect((await auth.request('DELETE', `/v1/user/${noun}/${id}`, { as: ada })).status).toBe(204);
  expect((await list()).items).toEqual([]);
  expect((await exchange({ bearer: key })).status).toBe(401);
  expect((await auth.request('DELETE', `/v1/user/${noun}/${id}`, { as: ada })).status).toBe(404);
});

test('an API key signs its account in at auth-service; an app password is for reader clients alone', async () => {
  auth = await startTestAuthService();
  const ada = await auth.register('ada@example.org');
  const { key } = await make('api-keys', ada);
  const { key: appPassword } = await make('app-passwords', ada);
  const validate = (bearer: string) =>
    auth.request('GET', '/v1/auth/validate', { headers: { authorization: `Bearer ${bearer}` } });
  expect(await (await validate(key)).json()).toMatchObject({ userId: ada.user.id, expiresAt: null });
  expect((await validate(appPassword)).status).toBe(401);
  const { token } = await (await exchange({ bearer: appPassword })).json();
  expect(JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString()).scope).toBe('reader-clients');
});

test('whoever finds an API key makes no other one, ends no session, and learns nothing of how the account is kept', async () => {
  auth = await startTestAuthService();
  const ada = await auth.register('ada@example.org');
  const { id, key } = await make('api-keys', ada);
  const headers = { authorization: `Bearer ${key}` };
  const guarded = authServiceEndpoints.filter(({ needsSession, needsProof }) => needsSession || needsProof);
  expect(guarded.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'createApiKey',
      'createAppPassword',
      'revokeOtherSessions',
      'listSessions',
      'exportAccount',
    ]),
  );
  for (const { method, path, name } of guarded) {
    const answer = await auth.request(method, path.replace(':id', id), {
      headers,
      body: method === 'GET' ? undefined : {},
    });
    expect([name, answer.status, (await answer.json()).code]).toEqual([name, 403, 'forbidden']);
  }
  const keys = (await (await auth.request('GET', '/v1/user/api-keys', { as: ada })).json()).items;
  expect(keys).toHaveLength(1);
});

test('a program has no session to end, refresh or protect', async () => {
  auth = await startTestAuthService();
  const { key } = await make('api-keys', await auth.register('ada@example.org'));
  for (const path of ['/v1/auth/logout', '/v1/auth/refresh', '/v1/auth/csrf']) {
    const answer = await auth.request('POST', path, { headers: { authorization: `Bearer ${key}` } });
    expect((await answer.json()).code).toBe('invalid-request');
  }
});

test('an account has at most fifty of a kind', async () => {
  auth = await startTestAuthService();
  const ada = await auth.register('ada@example.org');
  for (let index = 0; index < 50; index += 1) await make('api-keys', ada);
  expect((await make('api-keys', ada)).code).toBe('limit-reached');
  expect((await make('app-passwords', ada)).key).toMatch(/^alt_/);
});

test("another account's keys can be neither seen nor revoked", async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  const ada = await auth.register('ada@example.org');
  const eve = await auth.register('eve@example.org');
  const { id, key } = await make('api-keys', ada);
  expect((await (await auth.request('GET', '/v1/user/api-keys', { as: eve })).json()).items).toEqual([]);
  const answer = await auth.request('DELETE', `/v1/user/api-keys/${id}`, { as: eve });
  expect(answer.status).toBe(404);
  expect((await auth.request('DELETE', `/v1/user/app-passwords/${id}`, { as: ada })).status).toBe(404);
  expect((await exchange({ bearer: key })).status).toBe(200);
});

test('a peer learns who a cookie or a key belongs to, with a token that the key set verifies', async () => {
  auth = await startTestAuthService();
  const ada = await auth.register('ada@example.org');
  const { key, id } = await make('api-keys', ada);
  const known = {
    userId: ada.user.id,
    tenantId: ada.user.tenantId,
    role: 'owner',
    email: 'ada@example.org',
    name: 'ada',
    scope: 'full',
  };
  expect(await identifyAtPeer({ cookie: ada.cookie })).toMatchObject({
    ...known,
    keyId: null,
    csrfToken: ada.csrfToken,
  });
  expect(await identifyAtPeer({ authorization: `Bearer ${key}` })).toEqual({
    ...known,
    sessionId: null,
    keyId: id,
    csrfToken: null,
    provedAt: null,
    isSuspended: false,
    ownsInstance: true,
  });
  expect(await identifyAtPeer({ authorization: 'Bearer alt_unknown' })).toBeNull();
  expect(await identifyAtPeer({ cookie: 'alt_session=unknown' })).toBeNull();
});

test('a revoked session, a lost membership and a disabled account are refused at once', async () => {
  auth = await startTestAuthService();
  const ada = await auth.register('ada@example.org');
  const { key } = await make('api-keys', ada);
  const states = async () => [
    (await identifyAtPeer({ cookie: ada.cookie })) !== null,
    (await identifyAtPeer({ authorization: `Bearer ${key}` })) !== null,
    (await auth.request('GET', '/v1/auth/validate', { as: ada })).status === 200,
  ];
  expect(await states()).toEqual([true, true, true]);
  await auth.rows.script('update accounts set disabled_at = now()');
  expect(await states()).toEqual([false, false, false]);
  await auth.rows.script('update accounts set disabled_at = null');
  await auth.rows.script('update sessions set revoked_at = now()');
  expect(await states()).toEqual([false, true, false]);
  await auth.rows.script('update sessions set revoked_at = null');
  await auth.rows.script('delete from memberships');
  expect(await states()).toEqual([false, false, false]);
});

test('the internal endpoints are there for services alone', async () => {
  auth = await startTestAuthService();
  const ada = await auth.register('ada@example.org');
  const sessionCookie = ada.cookie.split('=')[1];
  const outside = await auth.request('POST', '/internal/exchange', {
    as: ada,
    body: { sessionCookie, address: '192.0.2.1' },
  });
  expect(outside.status).toBe(404);
  expect((await auth.request('GET', '/internal/keys', { as: ada })).status).toBe(404);
  const keys = await (await auth.peer('/internal/keys')).json();
  expect(keys.keys).toHaveLength(2);
  expect(JSON.stringify(keys)).not.toContain('"d"');
});
