import { createHash } from 'node:crypto';
import { accountExport } from '@alt/contracts';
import { statement } from '@alt/database';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addPasskey, forgetProof, setUpTotp } from './providers/testing.ts';
import { GOOD_PASSWORD, startTestAuthService, type TestAuthService, type TestSession } from './testing.ts';

let auth: TestAuthService;
let root: TestSession;
let ada: TestSession;
beforeEach(async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  root = await auth.register('root@example.org');
  ada = await auth.register('ada@example.org');
});
afterEach(() => auth.stop());

const remove = (as: TestSession) => auth.request('DELETE', '/v1/user', { as });

test('the export has everything of the account, nothing of others, and no secret', async () => {
  await auth.request('POST', '/v1/user/api-keys', { as: ada, body: { name: 'script' } });
  await auth.request('POST', '/v1/user/app-passwords', { as: ada, body: { name: 'phone' } });
  const { secret, recoveryCodes } = await setUpTotp(auth, ada);
  await addPasskey(auth, ada);
  await join(ada, root, 'reader');
  const answer = await auth.request('GET', '/v1/user/export', { as: ada });
  expect(answer.headers.get('content-disposition')).toContain('attachment');
  const text = await answer.text();
  const exported = accountExport.parse(JSON.parse(text));
  expect(exported).toMatchObject({
    user: { email: 'ada@example.org' },
    memberships: [
      { tenantId: ada.user.tenantId, role: 'owner', isPersonal: true },
      { tenantId: root.user.tenantId, tenantName: 'root', role: 'reader', isPersonal: false },
    ],
    sessions: [{ isCurrent: true }],
    apiKeys: [{ name: 'script' }],
    appPasswords: [{ name: 'phone' }],
    passkeys: [{ name: 'Phone' }],
    hasTotp: true,
    recoveryCodesLeft: 10,
  });
  expect(exported.auditLog.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['account-created', 'signed-in', 'api-key-created', 'totp-set-up', 'passkey-added']),
  );
  for (const hidden of [
    root.user.id,
    'root@example.org',
    secret,
    recoveryCodes[0] ?? '',
    ada.cookie.split('=')[1] ?? '',
    'argon2id',
  ]) {
    expect(text).not.toContain(hidden);
  }
});

test('a removed account leaves no row but its lines in the audit log, and the others are told', async () => {
  await setUpTotp(auth, ada);
  await addPasskey(auth, ada);
  await auth.request('POST', '/v1/user/api-keys', { as: ada, body: { name: 'script' } });
  await join(ada, root, 'reader');
  const position = (await lastChange()).id;
  const removed = await remove(ada);
  expect(removed.status).toBe(204);
  expect(removed.headers.get('set-cookie')).toMatch(/^alt_session=;/);
  const tables = await auth.rows.all<{ relname: string }>(
    statement(
      'tables',
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and not relispartition`,
    ),
  );
  for (const { relname } of tables.filter(({ relname: name }) => !/^(audit_log|outbox)/.test(name))) {
    const rows = await auth.rows.all(statement(`of_${relname}`, `select to_jsonb(t)::text as row from ${relname} t`));
    expect(JSON.stringify(rows), relname).not.toContain(ada.user.id);
  }
  const changes = await (await auth.peer(`/internal/changes?after=${position}`)).json();
  expect(changes.changes).toEqual(
    expect.arrayContaining([
      { kind: 'account-removed', userId: ada.user.id },
      { kind: 'tenant-removed', tenantId: ada.user.tenantId },
      { kind: 'member-removed', tenantId: root.user.tenantId, userId: ada.user.id },
    ]),
  );
  expect((await auth.request('GET', '/v1/auth/validate', { as: root })).status).toBe(200);
});

test('the only owner of a tenant with other members is refused, with the list, until another owner is there', async () => {
  const team = await makeTeam('Team', ada);
  await makeTeam('Alone', ada);
  await join(root, { user: { tenantId: team } } as TestSession, 'admin');
  const refused = await remove(ada);
  expect(refused.status).toBe(409);
  expect((await refused.json()).tenants).toEqual([{ id: team, name: 'Team' }]);
  expect((await auth.request('GET', '/v1/auth/validate', { as: ada })).status).toBe(200);
  await auth.rows.script(`update memberships set role = 'owner' where tenant_id = '${team}'`);
  expect((await remove(ada)).status).toBe(204);
  const left = await auth.rows.all(statement('left', "select name from tenants where name in ('Team', 'Alone')"));
  expect(left).toEqual([{ name: 'Team' }]);
});

test('a tenant that goes with its account leaves what it was allowed, so that an archive brings no more back', async () => {
  const team = await makeTeam('Alone', ada);
  await auth.rows.script(
    `update tenants set plan = 'small', suspended_at = now(), suspension_reason = 'unpaid' where id in ('${team}', '${ada.user.tenantId}')`,
  );
  expect((await remove(ada)).status).toBe(204);
  const kept = await auth.rows.all(
    statement('kept', 'select tenant_id as id, plan, suspension_reason as reason from removed_tenants order by 1'),
  );
  const standing = { plan: 'small', reason: 'unpaid' };
  expect(kept).toEqual([team, ada.user.tenantId].toSorted().map((id) => ({ id, ...standing })));
  const lines = await auth.rows.all(
    statement('removals', "select tenant_id as id, detail from audit_log where action = 'tenant-removed'"),
  );
  expect(lines).toEqual([{ id: team, detail: { name: 'Alone', by: 'owner' } }]);
});

test('of two owners who leave at once one stays', async () => {
  const bob = await auth.register('bob@example.org');
  const team = await makeTeam('Team', ada);
  const where = { user: { tenantId: team } } as TestSession;
  await join(bob, where, 'owner');
  await join(root, where, 'reader');
  const answers = await Promise.all([remove(ada), remove(bob)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
});

test('who looks after the instance stays while others have accounts, and may leave last', async () => {
  expect((await remove(root)).status).toBe(409);
  await remove(ada);
  expect((await remove(root)).status).toBe(204);
  expect(await (await auth.request('GET', '/v1/auth/setup')).json()).toMatchObject({ needsFirstAccount: true });
});

test('leaving needs fresh proof', async () => {
  await forgetProof(auth);
  expect((await (await remove(ada)).json()).code).toBe('proof-required');
});

test('an invitation opens registration where it is closed, for its address, while it is alive', async () => {
  const closed = await auth.another({ ALT_REGISTRATION: 'closed' });
  const register = (email: string, invitation: string) =>
    closed.request('POST', '/v1/auth/register', { body: { email, password: GOOD_PASSWORD, invitation } });
  for (const [secret, change] of [
    ['over', "expires_at = now() - interval '1 second'"],
    ['revoked', 'revoked_at = now()'],
    ['accepted', 'accepted_at = now()'],
  ] as const) {
    await invite(secret, 'bob@example.org');
    await auth.rows.script(
      `update invitations set ${change} where secret_hash = '\\x${hashOf(secret).toString('hex')}'`,
    );
    expect((await register('bob@example.org', secret)).status).toBe(403);
  }
  await invite('good', 'bob@example.org');
  expect((await register('eve@example.org', 'good')).status).toBe(403);
  expect((await register('bob@example.org', 'other')).status).toBe(403);
  const made = await register('Bob@Example.org', 'good');
  expect(made.status).toBe(201);
  const { user } = await made.json();
  // In their own tenant: joining the other is accepting the invitation, which is tenant-service's.
  expect(user).toMatchObject({ email: 'bob@example.org', role: 'owner' });
  expect(user.tenantId).not.toBe(root.user.tenantId);
  const line = await auth.rows.one(
    statement('line', "select detail from audit_log where action = 'account-created' order by id desc limit 1"),
  );
  expect(line).toEqual({ detail: { registration: 'invitation', isInstanceOwner: false } });
});

const hashOf = (secret: string) => createHash('sha256').update(secret).digest();

async function invite(secret: string, email: string): Promise<void> {
  const insert = statement(
    'invite',
    `insert into invitations (tenant_id, email, role, secret_hash, expires_at)
     values ($1, $2, 'member', $3, now() + interval '1 day')`,
  );
  await auth.rows.run(insert, [root.user.tenantId, email, hashOf(secret)]);
}

async function makeTeam(name: string, owner: TestSession): Promise<string> {
  const made = await auth.rows.one<{ id: string }>(
    statement('make_team', 'insert into tenants (name) values ($1) returning id'),
    [name],
  );
  const id = made?.id ?? '';
  await join(owner, { user: { tenantId: id } } as TestSession, 'owner');
  return id;
}

async function join(who: TestSession, where: TestSession, role: string): Promise<void> {
  await auth.rows.script(
    `insert into memberships (tenant_id, account_id, role) values ('${where.user.tenantId}', '${who.user.id}', '${role}')`,
  );
}

async function lastChange(): Promise<{ id: number }> {
  return (await auth.rows.one<{ id: number }>(statement('last', 'select max(id) as id from outbox'))) ?? { id: 0 };
}
