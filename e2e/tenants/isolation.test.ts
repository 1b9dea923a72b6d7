import { type Endpoint, isRoleAtLeast, type Role, role, tenantServiceEndpoints } from '@alt/contracts';
import { statement } from '@alt/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Platform, type Session, startTenants } from './platform.ts';

let platform: Platform;
let sessions: Record<Role, Session>;
let stranger: Session;
beforeAll(async () => {
  platform = await startTenants();
  const owner = await platform.team(await platform.person('owner'), 'Team');
  const as = async (name: Role) => platform.enter(await platform.person(name), owner.tenantId, name);
  sessions = { owner, admin: await as('admin'), member: await as('member'), reader: await as('reader') };
  stranger = await platform.team(await platform.person('stranger'), 'Other team');
  for (const team of [owner, stranger]) {
    await platform.send('POST', '/v1/tenants/current/invitations', {
      as: team,
      body: { email: `${team.id}@example.org` },
    });
    await platform.send('POST', '/v1/tenants/current/domains', { as: team, body: { domain: `t-${team.id}.example` } });
    await platform.run(`
      insert into tenant_jobs (kind, tenant_id, account_id, state) values ('export', '${team.tenantId}', '${team.id}', 'done');
      insert into tenant_job_pieces select id, 0, '\\x00' from tenant_jobs where tenant_id = '${team.tenantId}';
      insert into tenant_archives (digest, tenant_id) values (sha256('${team.id}'), '${team.tenantId}');
      insert into archived_audit_lines values ('${team.tenantId}', 1, '{"tenant": "${team.tenantId}"}')`);
  }
});
afterAll(() => platform.stop());

const UNKNOWN = '018f0000-0000-7000-8000-000000000000';
const pathOf = ({ path }: Endpoint) => path.replace(':id', UNKNOWN);
/** Decided by more than the role of the endpoint: by whom it concerns, by settings, or by who owns the instance. */
const furtherRules = new Set([
  'removeMember',
  'createInvitation',
  'listAllTenants',
  'suspendTenant',
  'resumeTenant',
  'changeTenantPlan',
]);

describe.each(tenantServiceEndpoints.map((endpoint) => [endpoint.name, endpoint] as const))('%s', (_name, endpoint) => {
  test('is refused without a session, unless it is public', async () => {
    const { status, json } = await platform.send(
      endpoint.method,
      pathOf(endpoint),
      endpoint.method === 'GET' ? {} : { body: {} },
    );
    if (endpoint.access === 'public') expect(status).not.toBe(401);
    else expect(json.code).toBe('not-signed-in');
  });

  test('lets in whose role suffices, and nobody else', async () => {
    if (endpoint.access === 'public') return;
    for (const name of role.options) {
      // What is wrong with the request is found after who sends it: nothing is changed by this.
      const body = endpoint.method === 'GET' ? undefined : 'no JSON';
      const answer = await platform.send(endpoint.method, pathOf(endpoint), { as: sessions[name], body });
      const isIn = isRoleAtLeast(name, endpoint.role ?? 'reader');
      if (!isIn) expect([name, answer.json?.code]).toEqual([name, 'forbidden']);
      else if (!furtherRules.has(endpoint.name)) expect([name, answer.json?.code]).not.toEqual([name, 'forbidden']);
    }
  });

  test('has a CSRF token asked of a browser that writes', async () => {
    if (endpoint.access === 'public' || endpoint.method === 'GET') return;
    const careless = { ...sessions.owner, csrfToken: '' };
    expect((await platform.send(endpoint.method, pathOf(endpoint), { as: careless, body: {} })).json.code).toBe(
      'csrf-failed',
    );
  });
});

const tables = [
  'tenants',
  'memberships',
  'accounts (id, email, name)',
  'invitations',
  'tenant_domains',
  'tenant_jobs',
  'tenant_job_pieces',
  'archived_audit_lines',
  'audit_log',
];
const rowsOf = (table: string) => {
  const [name = '', columns = '*'] = table.split(/ \((.*)\)/);
  return statement<Record<string, unknown>>(`rows_of_${name}`, `select ${columns} from ${name}`);
};

test.each(tables)('%s: the role of tenant-service sees the current tenant’s rows and no other’s', async (table) => {
  const database = platform.database.connectAs('tenant_service');
  const seen = async ({ id, tenantId }: Session) =>
    database.asReader({ userId: id, tenantId }, (tx) => tx.all(rowsOf(table)));
  const [mine, theirs] = [await seen(sessions.owner), await seen(stranger)];
  expect(mine.length).toBeGreaterThan(0);
  expect(theirs.length).toBeGreaterThan(0);
  const text = JSON.stringify(mine);
  expect(text).not.toContain(stranger.tenantId);
  expect(text).not.toContain(stranger.email);
  const keys = new Set(mine.map((row) => JSON.stringify(row)));
  expect(theirs.filter((row) => keys.has(JSON.stringify(row)))).toEqual([]);
});

test.each(tables)('%s: with no reader set it is an error, not all rows', async (table) => {
  await expect(platform.database.connectAs('tenant_service').all(rowsOf(table))).rejects.toThrow(/alt\.|uuid/);
});

test('nothing of another tenant is changed, and nothing is made for it', async () => {
  const database = platform.database.connectAs('tenant_service');
  const reader = { userId: sessions.owner.id, tenantId: sessions.owner.tenantId };
  const other = stranger.tenantId;
  for (const [n, text] of [
    `update tenants set name = 'x' where id = '${other}'`,
    `update memberships set role = 'owner' where tenant_id = '${other}'`,
    `delete from memberships where tenant_id = '${other}'`,
    `update invitations set revoked_at = now() where tenant_id = '${other}'`,
    `update tenant_domains set role = 'admin' where tenant_id = '${other}'`,
    `delete from tenant_domains where tenant_id = '${other}'`,
    `delete from tenant_jobs where tenant_id = '${other}'`,
  ].entries()) {
    expect(await database.asReader(reader, (tx) => tx.run(statement(`foreign_${n}`, text)))).toBe(0);
  }
  for (const [n, text] of [
    `insert into invitations (tenant_id, role, secret_hash, expires_at) values ('${other}', 'reader', sha256('x'), now())`,
    `insert into tenant_domains (tenant_id, domain, role, token) values ('${other}', 'x.example', 'reader', 'xxxxxxxxxxxxxxxxxxxxxxxx')`,
    `insert into tenant_jobs (kind, tenant_id, account_id, state) values ('export', '${other}', '${stranger.id}', 'queued')`,
    `insert into tenant_archives (digest, tenant_id) values (sha256('y'), '${other}')`,
    `insert into archived_audit_lines values ('${other}', 9, '{}')`,
    `update invitations set tenant_id = '${other}'`,
  ].entries()) {
    await expect(database.asReader(reader, (tx) => tx.run(statement(`made_${n}`, text)))).rejects.toThrow(
      /row-level security|permission denied/,
    );
  }
});

test.each([
  'select password_hash from credentials',
  'select * from sessions',
  'select * from access_keys',
  'select * from signing_keys',
  'select * from outbox',
  'select is_instance_owner from accounts',
  "update accounts set name = 'x'",
  'insert into tenants (name) values ($$x$$)',
  'delete from tenants',
  'update tenants set limits = $${}$$',
  'update tenants set plan = $$company$$',
  'update tenants set suspended_at = null',
  'insert into memberships select * from memberships',
  'update memberships set account_id = tenant_id',
  'update invitations set accepted_at = now()',
  'update invitations set role = $$admin$$',
  'update tenant_domains set verified_at = now()',
  'update tenant_jobs set is_trusted = true',
  'select * from tenant_archives',
  'select * from removed_tenants',
  'delete from audit_log',
  'select * from every_tenant(null, null, 10)',
  "select make_team(gen_random_uuid(), 'x', null, 'small', '{}', 9, '')",
  "select administer_tenant(gen_random_uuid(), true, '', null, null, '{}', null, '')",
  "select take_seat(gen_random_uuid(), gen_random_uuid(), 'owner')",
  "select remove_tenant(gen_random_uuid(), 'x')",
  "select find_login('x')",
])('tenant_service may not: %s', async (sql) => {
  await expect(platform.database.connectAs('tenant_service').script(sql)).rejects.toThrow(/permission denied/);
});

test('auth_service has no way into what is tenant-service’s', async () => {
  const database = platform.database.connectAs('auth_service');
  for (const sql of [
    'select * from tenant_domains',
    'select * from tenant_jobs',
    'select * from tenant_job_pieces',
    "select take_seat(gen_random_uuid(), gen_random_uuid(), 'owner')",
  ]) {
    await expect(database.script(sql)).rejects.toThrow(/permission denied/);
  }
});

test('who is not the owner of the instance gets nothing from the functions that are theirs', async () => {
  const database = platform.database.connectAs('tenant_service');
  const reader = { userId: sessions.owner.id, tenantId: sessions.owner.tenantId };
  const list = statement('not_all', 'select * from every_tenant_for_instance_owner(null, null, 100)');
  const suspend = statement<{ done: boolean }>(
    'not_suspend',
    `select administer_tenant_as_instance_owner('${stranger.tenantId}', true, '', null, null, '{}', '') as done`,
  );
  expect(await database.asReader(reader, (tx) => tx.all(list))).toEqual([]);
  expect(await database.asReader(reader, (tx) => tx.one(suspend))).toEqual({ done: false });
});
