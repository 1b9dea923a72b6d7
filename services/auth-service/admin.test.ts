import { createDatabase } from '@alt/database';
import { afterEach, expect, test } from 'vitest';
import { AdminError, addAccount, listAccounts, removeSecondFactor, replacePassword } from './admin.ts';
import { setUpTotp } from './providers/testing.ts';
import { GOOD_PASSWORD, startTestAuthService, type TestAuthService } from './testing.ts';

let auth: TestAuthService;
afterEach(() => auth?.stop());

/** The command line's own connection, beside the running service. */
async function withAdmin<T>(work: (admin: ReturnType<typeof createDatabase>) => Promise<T>): Promise<T> {
  const admin = createDatabase({ ...auth.database.connection('alt_admin', 'auth'), applicationName: 'cli' });
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

test('the operator adds accounts whatever registration says; the first one is the owner of the instance', async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'closed', HOST: '0.0.0.0' });
  await withAdmin(async (admin) => {
    await addAccount(admin, { email: 'Ada@Example.org', password: GOOD_PASSWORD });
    const { user } = await auth.login('ada@example.org');
    const bob = await addAccount(admin, { email: 'bob@example.org', password: GOOD_PASSWORD, tenant: user.tenantId });
    expect(bob).toMatchObject({ tenantId: user.tenantId, role: 'member' });
    expect((await auth.login('bob@example.org')).user).toMatchObject({ tenantId: user.tenantId, role: 'member' });
    for (const [email, ownsInstance] of [
      ['ada@example.org', true],
      ['bob@example.org', false],
    ] as const) {
      const response = await auth.request('GET', '/v1/auth/validate', { as: await auth.login(email) });
      expect(await response.json()).toMatchObject({ email, ownsInstance });
    }
    expect(await listAccounts(admin)).toMatchObject([
      { email: 'ada@example.org', isInstanceOwner: true, role: 'owner' },
      { email: 'bob@example.org', isInstanceOwner: false, role: 'member', tenantId: user.tenantId },
    ]);
  });
});

test('a replaced password holds at once and ends every session', async () => {
  auth = await startTestAuthService();
  const session = await auth.register('ada@example.org');
  await withAdmin((admin) => replacePassword(admin, { email: 'ada@example.org', password: 'seven quiet harbours' }));
  expect((await auth.request('GET', '/v1/auth/validate', { as: session })).status).toBe(401);
  await expect(auth.login('ada@example.org')).rejects.toThrow('401');
  await auth.login('ada@example.org', 'seven quiet harbours');
});

test('who lost the authenticator and the recovery codes gets in again by the operator, and only once that was done', async () => {
  auth = await startTestAuthService();
  const session = await auth.register('ada@example.org');
  await setUpTotp(auth, session);
  await expect(auth.login('ada@example.org')).rejects.toThrow('second-factor-required');
  await withAdmin(async (admin) => {
    expect(await removeSecondFactor(admin, { email: 'Ada@example.org' })).toBe(true);
    expect(await removeSecondFactor(admin, { email: 'ada@example.org' })).toBe(false);
  });
  expect((await auth.request('GET', '/v1/auth/validate', { as: session })).status).toBe(401);
  const here = await auth.login('ada@example.org');
  const security = await (await auth.request('GET', '/v1/user/security', { as: here })).json();
  expect(security).toMatchObject({ hasTotp: false, recoveryCodesLeft: 0 });
});

test('what cannot be done is said in a sentence, and nothing changes', async () => {
  auth = await startTestAuthService();
  await auth.register('ada@example.org');
  await withAdmin(async (admin) => {
    const password = GOOD_PASSWORD;
    const wishes: [() => Promise<unknown>, string][] = [
      [() => addAccount(admin, { email: 'ada@example.org', password }), 'There is an account ada@example.org already.'],
      [() => addAccount(admin, { email: 'ada', password }), '"ada" is not an e-mail address.'],
      [() => addAccount(admin, { email: 'bob@example.org', password: 'password' }), 'most common'],
      [() => addAccount(admin, { email: 'bob@example.org', password, tenant: 'none' }), 'There is no tenant "none".'],
      [() => replacePassword(admin, { email: 'bob@example.org', password }), 'There is no account bob@example.org.'],
      [() => removeSecondFactor(admin, { email: 'bob@example.org' }), 'There is no account bob@example.org.'],
    ];
    for (const [wish, sentence] of wishes) {
      await expect(wish()).rejects.toThrow(AdminError);
      await expect(wish()).rejects.toThrow(sentence);
    }
    expect(await listAccounts(admin)).toHaveLength(1);
  });
});
