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
  auth = await startTestAuthService();
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
