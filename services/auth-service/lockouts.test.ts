import { afterEach, expect, test } from 'vitest';
import { GOOD_PASSWORD, startTestAuthService, type TestAuthService } from './testing.ts';

let auth: TestAuthService;
afterEach(() => auth?.stop());

const login = (email: string, password: string, from?: string) =>
  auth.request('POST', '/v1/auth/login', { body: { email, password }, ...(from ? { from } : {}) });

async function failTimes(count: number, email: string, from?: string): Promise<void> {
  for (let done = 0; done < count; done += 1) expect((await login(email, `wrong ${done}`, from)).status).toBe(401);
}

const passTime = () => auth.rows.script('update throttles set locked_until = now() where locked_until is not null');

test('after ten failures the account is locked for that address, for twice as long every time, as Retry-After says', async () => {
  auth = await startTestAuthService();
  await auth.register('ada@example.org');
  await failTimes(10, 'ada@example.org');
  for (const expectedSeconds of [30, 60, 120]) {
    const refused = await login('ada@example.org', GOOD_PASSWORD);
    expect(refused.status).toBe(429);
    const document = await refused.json();
    expect(document).toMatchObject({ code: 'locked-out' });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBe(document.retryAfterSeconds);
    expect(seconds).toBeGreaterThan(expectedSeconds - 10);
    expect(seconds).toBeLessThanOrEqual(expectedSeconds);
    await passTime();
    await failTimes(1, 'ada@example.org');
  }
});

test('a lock holds in every process and over a restart, and spares the owner at another address', async () => {
  auth = await startTestAuthService();
  await auth.register('ada@example.org');
  await failTimes(10, 'ada@example.org', '198.51.100.7');
  const other = await auth.another();
  const body = { email: 'ada@example.org', password: GOOD_PASSWORD };
  expect((await other.request('POST', '/v1/auth/login', { body, from: '198.51.100.7' })).status).toBe(429);
  expect((await other.request('POST', '/v1/auth/login', { body, from: '198.51.100.8' })).status).toBe(200);
});

test('guesses from many addresses lock the account itself', async () => {
  auth = await startTestAuthService();
  await auth.register('ada@example.org');
  for (let index = 0; index < 10; index += 1) await failTimes(5, 'ada@example.org', `198.51.100.${index}`);
  expect((await login('ada@example.org', GOOD_PASSWORD, '203.0.113.9')).status).toBe(429);
});

test('one address that tries many accounts is locked, and its neighbours in an IPv6 /64 with it', async () => {
  auth = await startTestAuthService({ ALT_GUARD: 'off' });
  for (let index = 0; index < 100; index += 1) await login(`nobody${index}@example.org`, 'x', '2001:db8:0:1::5');
  expect((await login('nobody@example.org', 'x', '2001:db8:0:1:ffff::6')).status).toBe(429);
  expect((await login('nobody@example.org', 'x', '2001:db8:0:2::5')).status).toBe(401);
});

test('guesses at once are counted before they are tried', async () => {
  auth = await startTestAuthService();
  await auth.register('ada@example.org');
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) => login('ada@example.org', `wrong ${index}`)),
  );
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
});

test('a right password starts the count afresh', async () => {
  auth = await startTestAuthService();
  await auth.register('ada@example.org');
  for (let round = 0; round < 3; round += 1) {
    await failTimes(9, 'ada@example.org');
    expect((await login('ada@example.org', GOOD_PASSWORD)).status).toBe(200);
  }
});

test('an account that does not exist answers, works and locks like one that does', async () => {
  auth = await startTestAuthService();
  await auth.register('ada@example.org');
  const answerOf = async (email: string) => {
    const startedAt = process.cpuUsage();
    const answer = await login(email, 'wrong password');
    const { user } = process.cpuUsage(startedAt);
    const { requestId: _, ...document } = await answer.json();
    return { status: answer.status, document, cpuMs: user / 1000 };
  };
  await answerOf('warm@example.org');
  const present = await answerOf('ada@example.org');
  const absent = await answerOf('nobody@example.org');
  expect(absent.document).toEqual(present.document);
  expect(absent.status).toBe(401);
  // Without the hash a request takes a twentieth of the processor's time.
  expect(absent.cpuMs).toBeGreaterThan(present.cpuMs / 4);
  await failTimes(9, 'nobody@example.org');
  const locked = await login('nobody@example.org', 'x');
  expect((await locked.json()).code).toBe('locked-out');
});

test('an address that asks too often waits for the next window', async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  const register = () =>
    auth.request('POST', '/v1/auth/register', { body: { email: 'a@example.org', password: 'short' } });
  for (let index = 0; index < 120; index += 1) expect((await register()).status).toBe(422);
  const refused = await register();
  expect(refused.status).toBe(429);
  expect((await refused.json()).code).toBe('too-many-requests');
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(3500);
  expect(seconds).toBeLessThanOrEqual(3600);
  await auth.rows.script("update throttles set window_started_at = now() - interval '1 hour'");
  expect((await register()).status).toBe(422);
});

test('who was signed in before is let in while strangers guess: by the browser’s cookie, or from the same address', async () => {
  auth = await startTestAuthService({ ALT_GUARD: 'off' });
  await auth.register('ada@example.org');
  const body = { email: 'ada@example.org', password: GOOD_PASSWORD };
  const before = await auth.request('POST', '/v1/auth/login', { body, from: '203.0.113.7' });
  const device = deviceOf(before);
  for (let index = 0; index < 10; index += 1) await failTimes(5, 'ada@example.org', `198.51.100.${index}`);
  const answer = async (from: string, cookie = '') =>
    (await auth.request('POST', '/v1/auth/login', { body, from, headers: cookie ? { cookie } : {} })).status;
  expect(await answer('203.0.113.200')).toBe(429);
  expect(
    await answer(
      '203.0.113.200',
      device.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    ),
  ).toBe(429);
  expect(await answer('203.0.113.7')).toBe(200);
});

test('a device cookie keeps its own budget, for its own account alone', async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open', ALT_GUARD: 'off' });
  await auth.register('ada@example.org');
  await auth.register('eve@example.org');
  const body = { email: 'ada@example.org', password: GOOD_PASSWORD };
  const cookie = deviceOf(await auth.request('POST', '/v1/auth/login', { body }));
  expect(cookie).toMatch(/^alt_device=[\w-]{22}\.[\w-]{43}$/);
  const headers = { cookie };
  const at = (email: string, password: string) =>
    auth.request('POST', '/v1/auth/login', { body: { email, password }, headers, from: '198.51.100.1' });
  // Nobody else's account is opened or spared by it.
  for (let index = 0; index < 10; index += 1) expect((await at('eve@example.org', 'x')).status).toBe(401);
  expect((await at('eve@example.org', GOOD_PASSWORD)).status).toBe(429);
  // It gives no more guesses than a stranger's ten, and the address keeps its own.
  for (let index = 0; index < 10; index += 1) expect((await at('ada@example.org', 'x')).status).toBe(401);
  expect((await at('ada@example.org', GOOD_PASSWORD)).status).toBe(429);
  expect((await auth.request('POST', '/v1/auth/login', { body, from: '198.51.100.2' })).status).toBe(200);
});

test('a browser that several people share is known to each; a right password elsewhere makes nobody known', async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  await auth.register('ada@example.org');
  await auth.register('eve@example.org');
  const enter = (email: string, password: string, cookie = '') =>
    auth.request('POST', '/v1/auth/login', { body: { email, password }, headers: cookie ? { cookie } : {} });
  const first = deviceOf(await enter('ada@example.org', GOOD_PASSWORD));
  const both = deviceOf(await enter('eve@example.org', GOOD_PASSWORD, first));
  expect(both).toContain(first.slice('alt_device='.length));
  expect(deviceOf(await enter('ada@example.org', GOOD_PASSWORD, both))).toBe('');
  expect(deviceOf(await enter('ada@example.org', 'wrong', ''))).toBe('');
  const secure = await startTestAuthService({ ALT_PUBLIC_URL: 'https://alt.example' });
  await secure.register('ada@example.org');
  const body = { email: 'ada@example.org', password: GOOD_PASSWORD };
  const set = (await secure.request('POST', '/v1/auth/login', { body })).headers.getSetCookie();
  await secure.stop();
  expect(set.find((item) => item.startsWith('alt_device='))).toMatch(/HttpOnly; SameSite=Lax; .*Secure$/);
});

test('a lock leaves one line in the audit log, not one for every refusal', async () => {
  auth = await startTestAuthService();
  await auth.register('ada@example.org');
  await failTimes(10, 'ada@example.org');
  for (let index = 0; index < 5; index += 1) expect((await login('ada@example.org', 'x')).status).toBe(429);
  const lines = await auth.rows.all({
    name: 'locked',
    text: "select action, outcome, detail from audit_log where action = 'locked-out'",
  });
  expect(lines).toEqual([{ action: 'locked-out', outcome: 'blocked', detail: { by: 'account-address' } }]);
});

function deviceOf(answer: Response): string {
  const set = answer.headers.getSetCookie().find((item) => item.startsWith('alt_device='));
  return set?.split(';')[0] ?? '';
}
