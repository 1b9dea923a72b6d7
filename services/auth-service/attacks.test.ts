import { afterEach, expect, test } from 'vitest';
import { GOOD_PASSWORD, startTestAuthService, type TestAuthService } from './testing.ts';
import { attack, makePeople } from './testing-attack.ts';

/** Few where nobody asked for the long tests by `npm run test:long`. */
const SCALE = process.env.ALT_TEST_LONG ? 1 : 20;
const ACCOUNTS = 1_000 / SCALE;
const ATTEMPTS = 10_000 / SCALE;

let auth: TestAuthService;
afterEach(() => auth?.stop());

const login = async (email: string, from: string, cookie = '') =>
  auth.request('POST', '/v1/auth/login', {
    body: { email, password: GOOD_PASSWORD },
    from,
    headers: cookie ? { cookie } : {},
  });

test(`${ATTEMPTS} guesses over ${ACCOUNTS} accounts from as many addresses keep no owner out`, async () => {
  auth = await startTestAuthService();
  const emails = await makePeople(auth, ACCOUNTS);
  const from = (attempt: number) => `10.${attempt >> 16}.${(attempt >> 8) & 255}.${attempt & 255}`;
  const statuses = await attack(auth, { emails, attempts: ATTEMPTS, from });
  expect([...statuses]).toEqual([[401, ATTEMPTS]]);
  for (const email of [emails[0], emails[ACCOUNTS / 2], emails[ACCOUNTS - 1]]) {
    expect((await login(email ?? '', '203.0.113.9')).status).toBe(200);
  }
}, 900_000);

test(`${ATTEMPTS} guesses over ${ACCOUNTS} accounts from one address end soon, and keep no owner out`, async () => {
  auth = await startTestAuthService();
  const emails = await makePeople(auth, ACCOUNTS);
  const statuses = await attack(auth, { emails, attempts: ATTEMPTS, from: () => '198.51.100.66' });
  expect(statuses.get(401)).toBeLessThan(60);
  expect((statuses.get(403) ?? 0) + (statuses.get(429) ?? 0)).toBeGreaterThan(ATTEMPTS - 60);
  for (const email of [emails[0], emails[ACCOUNTS - 1]])
    expect((await login(email ?? '', '203.0.113.9')).status).toBe(200);
}, 900_000);

test(`${ATTEMPTS / 10} guesses at one account from as many addresses keep out nobody who was in before`, async () => {
  auth = await startTestAuthService();
  const [email = ''] = await makePeople(auth, 1);
  const first = await login(email, '203.0.113.9');
  const device =
    first.headers
      .getSetCookie()
      .find((item) => item.startsWith('alt_device='))
      ?.split(';')[0] ?? '';
  const from = (attempt: number) => `10.0.${attempt >> 8}.${attempt & 255}`;
  const attempts = Math.max(100, ATTEMPTS / 10);
  const statuses = await attack(auth, { emails: [email], attempts, from });
  expect(statuses.get(401)).toBe(50);
  expect(statuses.get(429)).toBe(attempts - 50);
  expect((await login(email, '192.0.2.200', device)).status).toBe(200);
  expect((await login(email, '203.0.113.9')).status).toBe(200);
}, 900_000);
