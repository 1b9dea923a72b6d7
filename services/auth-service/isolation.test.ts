import { statement } from '@alt/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPasskey, setUpTotp } from './providers/testing.ts';
import { startTestAuthService, type TestAuthService, type TestSession } from './testing.ts';

let auth: TestAuthService;
let ada: TestSession;
let eve: TestSession;

beforeAll(async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  ada = await auth.register('ada@example.org');
  eve = await auth.register('eve@example.org');
  await auth.request('POST', '/v1/user/api-keys', { as: ada, body: { name: 'script' } });
  await setUpTotp(auth, ada);
  await addPasskey(auth, ada);
  await auth.rows.script(`
    insert into mail_tokens (token_hash, account_id, purpose, email, expires_at)
      values (sha256('x'), '${ada.user.id}', 'recovery', 'ada@example.org', now() + interval '1 hour');
    insert into outside_sessions (session_id, account_id, outside_id, sealed_credential)
      select id, account_id, id, sha256('x') || sha256('y') from sessions where account_id = '${ada.user.id}' limit 1;
    insert into used_codes (code_hash, account_id) values (sha256('x'), '${ada.user.id}');
    insert into single_sign_ons (issuer, subject, account_id) values ('https://id.example', 'ada', '${ada.user.id}')
  `);
});
afterAll(() => auth?.stop());

const readerTables = [
  'accounts',
  'credentials',
  'totp_secrets',
  'recovery_codes',
  'passkeys',
  'mail_tokens',
  'outside_sessions',
  'used_codes',
  'single_sign_ons',
  'sessions',
  'access_keys',
  'memberships',
  'tenants',
  'audit_log',
];
const readerOf = ({ user }: TestSession) => ({ userId: user.id, tenantId: user.tenantId });
const rowsOf = (table: string) => statement<Record<string, unknown>>(`rows_of_${table}`, `select * from ${table}`);

test.each(readerTables)(
  "%s: with another reader set the service's role sees none of a reader's rows",
  async (table) => {
    const role = auth.database.connectAs('auth_service');
    const seen = async (as: TestSession) =>
      JSON.stringify(await role.asReader(readerOf(as), (tx) => tx.all(rowsOf(table))));
    expect(await seen(eve)).not.toContain(ada.user.id);
    expect(await seen(eve)).not.toContain(ada.user.tenantId);
    const own = await seen(ada);
    expect(own.includes(ada.user.id) || own.includes(ada.user.tenantId)).toBe(true);
  },
);

test.each(readerTables)('%s: with no reader set it is an error, not all rows', async (table) => {
  await expect(auth.database.connectAs('auth_service').all(rowsOf(table))).rejects.toThrow(/alt\.|uuid/);
});

test("a reader's transaction changes nobody else's rows and makes none for them", async () => {
  const role = auth.database.connectAs('auth_service');
  const attempts = [
    `update accounts set name = 'x' where id = '${ada.user.id}'`,
    `update credentials set password_hash = '$argon2id$' where account_id = '${ada.user.id}'`,
    `update sessions set revoked_at = now() where account_id = '${ada.user.id}'`,
    `update access_keys set revoked_at = now() where account_id = '${ada.user.id}'`,
    `update accounts set email = 'eve@evil.example' where id = '${ada.user.id}'`,
    `update totp_secrets set last_step = 0 where account_id = '${ada.user.id}'`,
    `delete from totp_secrets where account_id = '${ada.user.id}'`,
    `update recovery_codes set used_at = null where account_id = '${ada.user.id}'`,
    `update passkeys set counter = 0 where account_id = '${ada.user.id}'`,
    `delete from mail_tokens where account_id = '${ada.user.id}'`,
    `delete from single_sign_ons where account_id = '${ada.user.id}'`,
    `update outside_sessions set settings_flow_id = null where account_id = '${ada.user.id}'`,
  ];
  for (const [index, text] of attempts.entries()) {
    expect(await role.asReader(readerOf(eve), (tx) => tx.run(statement(`attempt_${index}`, text)))).toBe(0);
  }
  const insert = statement(
    'insert_foreign_key',
    `insert into access_keys (account_id, tenant_id, kind, scope, name, secret_hash)
     values ($1, $2, 'api-key', 'full', 'x', sha256('x'))`,
  );
  const { userId, tenantId } = readerOf(eve);
  for (const values of [
    [ada.user.id, tenantId],
    [userId, ada.user.tenantId],
  ]) {
    await expect(role.asReader({ userId, tenantId }, (tx) => tx.run(insert, values))).rejects.toThrow(
      'row-level security',
    );
  }
});

test('the roles own nothing, pass no policy, and every table of readers or tenants forces its policies', async () => {
  const roles = await auth.rows.all<{ rolname: string }>(
    statement(
      'unsafe_roles',
      `select rolname from pg_roles r where rolname in ('auth_service', 'tenant_service')
         and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb
           or exists (select from pg_class c where c.relowner = r.oid)
           or exists (select from pg_auth_members m where m.member = r.oid))`,
    ),
  );
  expect(roles).toEqual([]);
  const open = await auth.rows.all<{ relname: string }>(
    statement(
      'open_tables',
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         and not (relrowsecurity and relforcerowsecurity) order by relname`,
    ),
  );
  const ofTheInstance = ['guard_secrets', 'job_runs', 'known_origins', 'setup_codes', 'signing_keys', 'throttles'];
  const names = open.map(({ relname }) => relname).filter((name) => !/migration/.test(name));
  expect(names).toEqual(ofTheInstance);
});

test.each([
  ['auth_service', 'delete from accounts'],
  ['auth_service', 'update accounts set is_instance_owner = true'],
  ['auth_service', "update memberships set role = 'owner'"],
  ['auth_service', 'delete from audit_log'],
  ['auth_service', 'insert into outbox (event, payload) values ($$x$$, $${}$$)'],
  ['auth_service', 'select list_accounts()'],
  ['auth_service', "select replace_password('ada@example.org', '$argon2id$')"],
  ['auth_service', "select remove_second_factor('ada@example.org')"],
  ['auth_service', 'create table mine ()'],
  ['auth_service', 'select * from challenges'],
  ['auth_service', "update passkeys set public_key = 'x'"],
  ['auth_service', "update totp_secrets set sealed_secret = 'x'"],
  ['tenant_service', 'select * from totp_secrets'],
  ['tenant_service', 'select * from recovery_codes'],
  ['tenant_service', 'select * from passkeys'],
  ['tenant_service', 'select * from mail_tokens'],
  ['tenant_service', 'select * from mails'],
  ['tenant_service', "select find_account_by_email('ada@example.org')"],
  ['tenant_service', 'select remove_own_account()'],
  ['tenant_service', 'select * from credentials'],
  ['tenant_service', 'select * from sessions'],
  ['tenant_service', 'select * from access_keys'],
  ['tenant_service', 'select * from signing_keys'],
  ['tenant_service', "select find_login('ada@example.org')"],
])('%s may not: %s', async (role, sql) => {
  await expect(auth.database.connectAs(role).script(sql)).rejects.toThrow(/permission denied/);
});

test('own memberships and leaving are for the reader whom a transaction names, and for nobody without one', async () => {
  const role = auth.database.connectAs('auth_service');
  const memberships = statement<{ tenant_id: string }>('own', 'select tenant_id from own_memberships()');
  expect(await role.asReader(readerOf(eve), (tx) => tx.all(memberships))).toEqual([{ tenant_id: eve.user.tenantId }]);
  await expect(role.all(memberships)).rejects.toThrow(/alt\.|uuid/);
  await expect(role.script('select remove_own_account()')).rejects.toThrow(/alt\.|uuid/);
});

test('tenant-service sees the members of the current tenant and of no other', async () => {
  const role = auth.database.connectAs('tenant_service');
  const members = statement<{ email: string }>(
    'members',
    'select email from accounts join memberships on account_id = id',
  );
  expect(await role.asReader(readerOf(ada), (tx) => tx.all(members))).toEqual([{ email: 'ada@example.org' }]);
});

test('changes of accounts, tenants and memberships reach the outbox in the order of their commits', async () => {
  await auth.request('PUT', '/v1/user/profile', { as: ada, body: { name: 'Ada' } });
  await auth.request('PUT', '/v1/user/profile', { as: ada, body: { name: 'Ada' } });
  await auth.rows.script(`delete from memberships where account_id = '${eve.user.id}'`);
  const events = await auth.database
    .connectAs('auth_service')
    .all<{ event: string; payload: Record<string, string> }>(
      statement('events', 'select event, payload from outbox order by id'),
    );
  const of = (id: string) =>
    events.filter(({ payload }) => Object.values(payload).includes(id)).map(({ event }) => event);
  expect(of(ada.user.id)).toEqual([
    'account-created',
    'tenant-created',
    'membership-created',
    'account-changed',
    'account-changed',
  ]);
  expect(of(eve.user.id).at(-1)).toBe('membership-removed');
  expect(JSON.stringify(events)).not.toContain('argon2id');
});
