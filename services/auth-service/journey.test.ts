import { afterEach, expect, test } from 'vitest';
import { cookieOf, GOOD_PASSWORD, startTestAuthService, type TestAuthService } from './testing.ts';

let auth: TestAuthService;
afterEach(() => auth?.stop());

test('a visitor registers, is known by the cookie, and is nobody after signing out', async () => {
  auth = await startTestAuthService();
  expect(await (await auth.request('GET', '/v1/auth/setup')).json()).toEqual({
    needsFirstAccount: true,
    needsCode: false,
    canRegister: true,
    provider: 'embedded',
  });
  const made = await auth.request('POST', '/v1/auth/register', {
    body: { email: ' Ada@Example.org ', password: GOOD_PASSWORD },
  });
  expect(made.status).toBe(201);
  const { user, csrfToken } = await made.json();
  expect(user).toMatchObject({ email: 'ada@example.org', name: 'ada', role: 'owner' });
  const session = { cookie: cookieOf(made), csrfToken, user };

  const valid = await auth.request('GET', '/v1/auth/validate', { as: session });
  expect(valid.headers.get('cache-control')).toContain('no-store');
  expect(await valid.json()).toMatchObject({ valid: true, userId: user.id, tenantId: user.tenantId, role: 'owner' });
  expect(await (await auth.request('GET', '/v1/user/profile', { as: session })).json()).toEqual(user);

  const out = await auth.request('POST', '/v1/auth/logout', { as: session });
  expect(out.status).toBe(204);
  expect(out.headers.get('set-cookie')).toMatch(/^alt_session=; .*Max-Age=0/);
  expect((await auth.request('GET', '/v1/auth/validate', { as: session })).status).toBe(401);
});

test('the cookie is HttpOnly and Lax, and Secure where the public address is https', async () => {
  auth = await startTestAuthService({ ALT_PUBLIC_URL: 'https://alt.example.org' });
  const made = await auth.request('POST', '/v1/auth/register', {
    body: { email: 'ada@example.org', password: GOOD_PASSWORD },
  });
  const attributes = (made.headers.get('set-cookie') ?? '').split('; ').slice(1);
  expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Lax', 'Path=/', 'Secure']));
});

test('sessions survive a restart, and the database keeps no secret that opens one', async () => {
  auth = await startTestAuthService();
  const session = await auth.register('ada@example.org');
  const restarted = await auth.another();
  expect((await restarted.request('GET', '/v1/auth/validate', { as: session })).status).toBe(200);
  const text = await everything(auth);
  expect(text).not.toContain(session.cookie.split('=')[1]);
  expect(text).not.toContain(GOOD_PASSWORD);
});

test('refreshing replaces the secret; pages under way with the old one are answered for a moment', async () => {
  auth = await startTestAuthService();
  const session = await auth.register('ada@example.org');
  const answer = await auth.request('POST', '/v1/auth/refresh', { as: session });
  expect(answer.status).toBe(200);
  const fresh = { ...session, cookie: cookieOf(answer), csrfToken: (await answer.json()).csrfToken };
  expect(fresh.cookie).not.toBe(session.cookie);
  expect((await auth.request('GET', '/v1/auth/validate', { as: fresh })).status).toBe(200);
  expect((await auth.request('GET', '/v1/auth/validate', { as: session })).status).toBe(200);
  await auth.rows.script("update sessions set previous_until = now() - interval '1 second'");
  expect((await auth.request('GET', '/v1/auth/validate', { as: session })).status).toBe(401);
  expect((await auth.request('GET', '/v1/auth/validate', { as: fresh })).status).toBe(200);
});

test('of two tabs that refresh at once one gets a new cookie, and it is the one that lasts', async () => {
  auth = await startTestAuthService();
  const session = await auth.register('ada@example.org');
  const answers = await Promise.all([1, 2, 3].map(() => auth.request('POST', '/v1/auth/refresh', { as: session })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const cookies = answers.map(cookieOf).filter((cookie) => cookie !== '');
  expect(cookies).toHaveLength(1);
  await auth.rows.script("update sessions set previous_until = now() - interval '1 second'");
  const lasting = { ...session, cookie: cookies[0] ?? '' };
  expect((await auth.request('GET', '/v1/auth/validate', { as: lasting })).status).toBe(200);
});

test('use keeps a session alive, and idleness and old age end it', async () => {
  auth = await startTestAuthService({ ALT_SESSION_DAYS: '2', ALT_SESSION_MAX_DAYS: '10' });
  const session = await auth.register('ada@example.org');
  const endInDays = async () => {
    const { expiresAt } = await (await auth.request('GET', '/v1/auth/validate', { as: session })).json();
    return (Date.parse(expiresAt) - Date.now()) / 86_400_000;
  };
  await auth.rows.script(
    "update sessions set last_seen_at = now() - interval '1 day', expires_at = now() + interval '1 day'",
  );
  expect(await endInDays()).toBeCloseTo(2, 2);
  await auth.rows.script(
    "update sessions set created_at = now() - interval '9 days', last_seen_at = now() - interval '1 hour', expires_at = now() + interval '1 minute'",
  );
  expect(await endInDays()).toBeCloseTo(1, 2);
  await auth.rows.script("update sessions set expires_at = now() - interval '1 second'");
  expect((await auth.request('GET', '/v1/auth/validate', { as: session })).status).toBe(401);
});

test('a write with a cookie needs the token of its own session; reads and programs do not', async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  const ada = await auth.register('ada@example.org');
  const eve = await auth.register('eve@example.org');
  for (const csrfToken of ['', 'x', eve.csrfToken]) {
    const answer = await auth.request('PUT', '/v1/user/profile', { as: { ...ada, csrfToken }, body: { name: 'Eve' } });
    expect(answer.status).toBe(403);
    expect((await answer.json()).code).toBe('csrf-failed');
  }
  const { csrfToken } = await (await auth.request('POST', '/v1/auth/csrf', { as: { ...ada, csrfToken: '' } })).json();
  expect(csrfToken).toBe(ada.csrfToken);
  const renamed = await auth.request('PUT', '/v1/user/profile', { as: ada, body: { name: 'Ada Lovelace' } });
  expect(await renamed.json()).toMatchObject({ name: 'Ada Lovelace' });

  const made = await auth.request('POST', '/v1/user/api-keys', { as: ada, body: { name: 'script' } });
  const { key } = await made.json();
  const headers = { authorization: `Bearer ${key}` };
  expect((await auth.request('GET', '/v1/user/profile', { headers })).status).toBe(200);
  expect((await auth.request('PUT', '/v1/user/profile', { headers, body: { name: 'Ada' } })).status).toBe(403);
});

test('a new password needs the old one and ends the other sessions', async () => {
  auth = await startTestAuthService();
  const here = await auth.register('ada@example.org');
  const elsewhere = await auth.login('ada@example.org');
  const change = (body: unknown) => auth.request('PUT', '/v1/user/profile', { as: here, body });
  const next = 'seven quiet harbours wait';
  expect((await change({ password: next })).status).toBe(422);
  expect((await change({ password: next, currentPassword: 'wrong' })).status).toBe(401);
  expect((await change({ password: 'password123', currentPassword: GOOD_PASSWORD })).status).toBe(422);
  expect((await change({ password: next, currentPassword: GOOD_PASSWORD })).status).toBe(200);
  expect((await auth.request('GET', '/v1/auth/validate', { as: here })).status).toBe(200);
  expect((await auth.request('GET', '/v1/auth/validate', { as: elsewhere })).status).toBe(401);
  await expect(auth.login('ada@example.org')).rejects.toThrow('401');
  await auth.login('ada@example.org', next);
});

test('security-relevant acts leave a line that nobody can change', async () => {
  auth = await startTestAuthService();
  const session = await auth.register('ada@example.org');
  await auth.request('POST', '/v1/auth/login', { body: { email: 'ada@example.org', password: 'wrong' } });
  const made = await auth.request('POST', '/v1/user/app-passwords', { as: session, body: { name: 'phone' } });
  await auth.request('DELETE', `/v1/user/app-passwords/${(await made.json()).id}`, { as: session });
  await auth.request('POST', '/v1/auth/logout', { as: session });
  const lines = await auth.rows.all<{ action: string; address: string }>({
    name: 'audit',
    text: 'select action, address from audit_log order by id',
  });
  expect(lines.map(({ action }) => action)).toEqual([
    'account-created',
    'signed-in',
    'sign-in-failed',
    'app-password-created',
    'app-password-revoked',
    'signed-out',
  ]);
  expect(lines.every(({ address }) => address === '192.0.2.1')).toBe(true);
  await expect(auth.rows.script("update audit_log set action = 'nothing'")).rejects.toThrow('append-only');
  await expect(auth.rows.script('delete from audit_log')).rejects.toThrow('append-only');
  await expect(auth.rows.script('truncate audit_log')).rejects.toThrow('append-only');
});

async function everything({ rows }: TestAuthService): Promise<string> {
  const tables = ['accounts', 'credentials', 'sessions', 'access_keys', 'throttles', 'audit_log', 'outbox'];
  const texts = tables.map(async (table) => {
    const found = await rows.all({ name: `all_${table}`, text: `select to_jsonb(t)::text as row from ${table} t` });
    return JSON.stringify(found);
  });
  return (await Promise.all(texts)).join('\n');
}
