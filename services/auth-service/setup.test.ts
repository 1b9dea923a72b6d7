import { ConfigError, parseConfig } from '@alt/service-kit';
import { afterEach, expect, test, vi } from 'vitest';
import { config } from './config.ts';
import { readSetupCode } from './setup.ts';
import { createAccount } from './store.ts';
import { GOOD_PASSWORD, startTestAuthService, TEST_SETTINGS, type TestAuthService } from './testing.ts';

let auth: TestAuthService;
afterEach(() => auth?.stop());

const register = (service: TestAuthService, email: string, more: Record<string, unknown> = {}) =>
  service.request('POST', '/v1/auth/register', { body: { email, password: GOOD_PASSWORD, ...more } });

test('of first registrations at once, in two processes, one makes the owner and the others are refused', async () => {
  auth = await startTestAuthService();
  const second = await auth.another();
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => register(index % 2 ? auth : second, `reader${index}@example.org`)),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(403)]);
  const refused = answers.find(({ status }) => status === 403);
  expect((await refused?.json())?.code).toBe('registration-closed');
  expect(await countOf(auth, 'accounts')).toBe(1);
  expect(await countOf(auth, 'tenants')).toBe(1);
});

test('a first registration that comes while another is being committed waits for it and is refused', async () => {
  auth = await startTestAuthService();
  const role = auth.database.connectAs('auth_service');
  const wish = {
    name: 'x',
    passwordHash: '$argon2id$',
    registration: 'first' as const,
    isCodeRequired: false,
    code: '',
    tenantId: null,
    tenantRole: 'owner' as const,
    address: '',
  };
  const { second } = await role.transaction(async (tx) => {
    const first = await createAccount(tx, { ...wish, email: 'ada@example.org' });
    expect(first.outcome).toBe('created');
    const second = createAccount(role, { ...wish, email: 'bob@example.org' });
    await vi.waitFor(
      async () =>
        expect(
          await countOf(
            auth,
            'pg_locks join pg_database d on d.oid = database where not granted and datname = current_database()',
          ),
        ).toBe(1),
      60_000,
    );
    return { second };
  });
  expect((await second).outcome).toBe('registration-closed');
});

test('where anyone may register, first registrations at once make one instance owner', async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  const answers = await Promise.all([0, 1, 2, 3].map((index) => register(auth, `reader${index}@example.org`)));
  expect(answers.every(({ status }) => status === 201)).toBe(true);
  expect(await countOf(auth, 'accounts where is_instance_owner')).toBe(1);
  expect(await countOf(auth, 'memberships')).toBe(4);
  const again = await register(auth, 'READER0@example.org');
  expect(again.status).toBe(409);
  expect((await again.json()).code).toBe('email-taken');
});

test('nobody registers where registration is closed, not even first', async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'closed' });
  expect((await register(auth, 'ada@example.org')).status).toBe(403);
  expect(await countOf(auth, 'accounts')).toBe(0);
});

test('on an open host the first account needs the one-time code, the same in every process, once', async () => {
  const environment = { HOST: '0.0.0.0', ALT_REGISTRATION: 'open' };
  auth = await startTestAuthService(environment);
  const settings = parseConfig('auth-service', config, { ...TEST_SETTINGS, ...environment });
  const read = () => readSetupCode(auth.database.connectAs('auth_service'), settings);
  const codes = await Promise.all([read(), read(), auth.another().then(read)]);
  const code = codes[0] ?? '';
  expect(new Set(codes).size).toBe(1);
  expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  expect(await (await auth.request('GET', '/v1/auth/setup')).json()).toMatchObject({ needsCode: true });
  for (const wrong of [undefined, '', 'AAAA-AAAA-AAAA']) {
    const answer = await register(auth, 'ada@example.org', { code: wrong });
    expect((await answer.json()).code).toBe('setup-code-required');
  }
  expect((await register(auth, 'ada@example.org', { code: code.toLowerCase().replaceAll('-', ' ') })).status).toBe(201);
  expect((await register(auth, 'bob@example.org')).status).toBe(201);
  expect(await read()).toBeNull();
  expect(await countOf(auth, 'setup_codes')).toBe(0);
});

test('ALT_ADMIN_EMAIL makes the first account at start, once, without a code', async () => {
  const environment = { HOST: '0.0.0.0', ALT_ADMIN_EMAIL: 'Root@Example.org', ALT_ADMIN_PASSWORD: GOOD_PASSWORD };
  auth = await startTestAuthService(environment);
  const session = await auth.login('root@example.org');
  expect(session.user).toMatchObject({ email: 'root@example.org', role: 'owner' });
  await Promise.all([auth.another(), auth.another({ ...environment, ALT_ADMIN_EMAIL: 'other@example.org' })]);
  expect(await countOf(auth, 'accounts')).toBe(1);
  expect((await register(auth, 'ada@example.org')).status).toBe(403);
});

test.each([
  [{ ALT_ADMIN_EMAIL: 'root@example.org' }, 'set both'],
  [{ ALT_ADMIN_EMAIL: 'root', ALT_ADMIN_PASSWORD: GOOD_PASSWORD }, 'e-mail address'],
  [{ ALT_ADMIN_EMAIL: 'root@example.org', ALT_ADMIN_PASSWORD: 'password' }, 'most common'],
  [{ ALT_REGISTRATION: 'maybe' }, 'first, open or closed'],
  [{ ALT_IDENTITY_PROVIDER: 'kratos' }, 'is missing: Kratos needs it'],
  [{ KRATOS_ADMIN_URL: 'http://kratos:4434' }, 'set ALT_IDENTITY_PROVIDER=kratos, or leave it out'],
  [{ ALT_OIDC_ISSUER: 'https://id.example.org' }, 'is missing: single sign-on needs it'],
  [{ ALT_OIDC_NAME: 'Work' }, 'set ALT_OIDC_ISSUER too'],
  [{ ALT_SECRET_KEY: undefined }, 'is missing: set a random string'],
  [{ ALT_SECRET_KEY: 'short' }, 'at least 32 characters'],
  [{ SMTP_URL: 'https://mail.example.org' }, 'smtp://'],
])(
  'a setting that cannot be meant stops the start with a sentence: %j',
  (environment: Record<string, string | undefined>, sentence) => {
    expect(() => parseConfig('auth-service', config, { ...TEST_SETTINGS, ...environment })).toThrow(ConfigError);
    expect(() => parseConfig('auth-service', config, { ...TEST_SETTINGS, ...environment })).toThrow(sentence);
  },
);

test.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]'])('%s is loopback and needs no code', (host) => {
  expect(parseConfig('auth-service', config, { ...TEST_SETTINGS, HOST: host }).isCodeRequired).toBe(false);
});

test.each(['0.0.0.0', '::', '192.168.1.5', 'alt.example.org', '127.0.0.1.example.org'])('%s needs the code', (host) => {
  expect(parseConfig('auth-service', config, { ...TEST_SETTINGS, HOST: host }).isCodeRequired).toBe(true);
});

async function countOf({ rows }: TestAuthService, what: string): Promise<number> {
  const [row] = await rows.all<{ count: number }>({
    name: `count ${what}`.slice(0, 60),
    text: `select count(*) from ${what}`,
  });
  return row?.count ?? -1;
}
