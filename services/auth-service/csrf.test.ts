import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestAuthService, type TestAuthService, type TestSession } from './testing.ts';

let auth: TestAuthService;
let ada: TestSession;
beforeEach(async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  ada = await auth.register('ada@example.org');
});
afterEach(() => auth.stop());

/** A write as a browser sends it, with these headers in place of the token. */
async function write(headers: Record<string, string>) {
  const answer = await auth.request('POST', '/v1/user/api-keys', {
    body: { name: 'x' },
    headers: { cookie: ada.cookie, ...headers },
  });
  return answer.status === 201 ? 'done' : (await answer.json()).code;
}

test('a write of a session needs the token of that very session', async () => {
  const eve = await auth.register('eve@example.org');
  const elsewhere = await auth.login('ada@example.org');
  const before = await auth.login('ada@example.org');
  await auth.request('POST', '/v1/auth/logout', { as: before });
  const wrong = {
    missing: {},
    empty: { 'x-csrf-token': '' },
    'of another account': { 'x-csrf-token': eve.csrfToken },
    'of another session of the account': { 'x-csrf-token': elsewhere.csrfToken },
    'of a session that is over': { 'x-csrf-token': before.csrfToken },
    'cut short': { 'x-csrf-token': ada.csrfToken.slice(0, -1) },
    'twice in one header': { 'x-csrf-token': `${ada.csrfToken}, ${ada.csrfToken}` },
    'in a cookie': { cookie: `${ada.cookie}; x-csrf-token=${ada.csrfToken}; csrf=${ada.csrfToken}` },
  };
  for (const [what, headers] of Object.entries(wrong))
    expect([what, await write(headers)]).toEqual([what, 'csrf-failed']);
  expect(await write({ 'x-csrf-token': ada.csrfToken })).toBe('done');
});

test('the token of a session stays with it over a refresh, and goes with it', async () => {
  const refreshed = await auth.request('POST', '/v1/auth/refresh', { as: ada });
  const cookie = refreshed.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect(await write({ cookie, 'x-csrf-token': ada.csrfToken })).toBe('done');
  await auth.request('POST', '/v1/auth/logout', { as: { ...ada, cookie } });
  expect(await write({ cookie, 'x-csrf-token': ada.csrfToken })).toBe('not-signed-in');
});

test('a page of another site can send no write that is taken: no form, no cookie alone, no token that it set', async () => {
  const form = await auth.request('POST', '/v1/user/api-keys', {
    body: 'name=x',
    headers: {
      cookie: ada.cookie,
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'https://evil.example',
    },
  });
  expect(form.status).toBe(403);
  const login = await auth.request('POST', '/v1/auth/login', {
    body: '{"email":"eve@example.org","password":"x"}',
    headers: { 'content-type': 'text/plain', origin: 'https://evil.example' },
  });
  expect(login.status).toBe(415);
  // A session that a stranger put into the browser before the sign-in is not the one that the sign-in opens.
  const eve = await auth.register('eve@example.org');
  const opened = await auth.request('POST', '/v1/auth/login', {
    body: { email: 'ada@example.org', password: 'four green bicycles sing' },
    headers: { cookie: eve.cookie },
  });
  expect(opened.headers.get('set-cookie')).not.toContain(eve.cookie);
});
