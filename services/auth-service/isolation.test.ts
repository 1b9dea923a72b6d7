import { statement } from '@alt/database';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestAuthService, type TestAuthService, type TestSession } from './testing.ts';

let auth: TestAuthService;
let ada: TestSession;
let eve: TestSession;

beforeEach(async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  ada = await auth.register('ada@example.org');
  eve = await auth.register('eve@example.org');
  await auth.request('POST', '/v1/user/api-keys', { as: ada, body: { name: 'script' } });
});
afterEach(() => auth.stop());

const readerTables = ['accounts', 'credentials', 'sessions', 'access_keys', 'memberships', 'tenants', 'audit_log'];
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
  const ofTheInstance = ['setup_codes', 'signing_keys', 'throttles'];
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
  ['auth_service', 'create table mine ()'],
  ['tenant_service', 'select * from credentials'],
  ['tenant_service', 'select * from sessions'],
  ['tenant_service', 'select * from access_keys'],
  ['tenant_service', 'select * from signing_keys'],
  ['tenant_service', "select find_login('ada@example.org')"],
])('%s may not: %s', async (role, sql) => {
  await expect(auth.database.connectAs(role).script(sql)).rejects.toThrow(/permission denied/);
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
