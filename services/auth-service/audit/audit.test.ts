import { auditActions } from '@alt/contracts';
import { statement } from '@alt/database';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { challengeOf, setUpTotp } from '../providers/testing.ts';
import { GOOD_PASSWORD, startTestAuthService, type TestAuthService, type TestSession } from '../testing.ts';
import { csvCell } from './export.ts';

let auth: TestAuthService;
let ada: TestSession;
let eve: TestSession;
beforeEach(async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  ada = await auth.register('ada@example.org');
  eve = await auth.register('eve@example.org');
});
afterEach(() => auth.stop());

const get = async (as: TestSession, path: string) => {
  const answer = await auth.request('GET', path, { as });
  return { status: answer.status, json: await answer.json() };
};

const makeKey = (as: TestSession, name: string, headers: Record<string, string> = {}) =>
  auth.request('POST', '/v1/user/api-keys', { as, body: { name }, headers });

/** Ada's lines, the newest first, as many as asked for. */
const addLines = (count: number, columns = "'signed-in'") =>
  auth.rows.script(`insert into audit_log (account_id, tenant_id, action, at)
    select '${ada.user.id}', '${ada.user.tenantId}', ${columns}, now() - make_interval(mins => n)
    from generate_series(1, ${count}) n`);

const partitions = async () =>
  (
    await auth.rows.all<{ name: string }>(
      statement(
        'partitions',
        "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'audit_log'::regclass order by 1",
      ),
    )
  ).map(({ name }) => name);

test('a line says who, from where, with what, in which session and request, and how it ended', async () => {
  const headers = { 'user-agent': 'Reader/1.0 (a phone)', 'x-request-id': 'request-of-the-test' };
  expect((await makeKey(ada, 'script', headers)).status).toBe(201);
  await auth.request('POST', '/v1/auth/login', { body: { email: 'ada@example.org', password: 'wrong' } });
  const { json } = await get(ada, '/v1/user/audit');
  expect(json.items.map(({ action, outcome }: { action: string; outcome: string }) => [action, outcome])).toEqual([
    ['sign-in-failed', 'refused'],
    ['api-key-created', 'allowed'],
    ['signed-in', 'allowed'],
    ['account-created', 'allowed'],
  ]);
  expect(json.items[1]).toMatchObject({
    accountId: ada.user.id,
    address: '192.0.2.1',
    userAgent: 'Reader/1.0 (a phone)',
    requestId: 'request-of-the-test',
    detail: { name: 'script' },
  });
  expect(json.items[2].sessionId).toMatch(/^[0-9a-f-]{36}$/);
  for (const { action } of json.items) expect(auditActions).toContain(action);
});

test('nobody sees what another did, unless they are an admin of the tenant in which it was done', async () => {
  await makeKey(ada, 'of ada');
  expect(JSON.stringify((await get(eve, '/v1/user/audit')).json)).not.toContain('of ada');
  expect(JSON.stringify((await get(eve, '/v1/auth/audit')).json)).not.toContain('of ada');
  // Eve joins Ada's tenant and works there.
  const move = (role: string) =>
    auth.rows.script(`
      insert into memberships (tenant_id, account_id, role) values ('${ada.user.tenantId}', '${eve.user.id}', '${role}')
        on conflict (tenant_id, account_id) do update set role = excluded.role;
      update sessions set tenant_id = '${ada.user.tenantId}' where account_id = '${eve.user.id}'`);
  for (const role of ['reader', 'member']) {
    await move(role);
    expect(await get(eve, '/v1/auth/audit')).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    expect(await get(eve, '/v1/auth/audit/export')).toMatchObject({ status: 403 });
    const role_ = auth.database.connectAs('auth_service');
    const seen = await role_.asReader({ userId: eve.user.id, tenantId: ada.user.tenantId }, (tx) =>
      tx.all(statement('lines', 'select account_id from audit_log')),
    );
    expect(JSON.stringify(seen), `the database shows a ${role} their own alone`).not.toContain(ada.user.id);
  }
  await move('admin');
  const all = await get(eve, `/v1/auth/audit?account=${ada.user.id}`);
  expect(JSON.stringify(all.json)).toContain('of ada');
  expect(JSON.stringify((await get(eve, '/v1/user/audit')).json)).not.toContain('of ada');
});

test('what belongs to no tenant is shown to the owner of this Alt alone', async () => {
  await auth.request('POST', '/v1/auth/login', { body: { email: 'nobody@example.org', password: 'x' } });
  const found = await get(ada, '/v1/auth/audit?of=instance&action=sign-in-failed');
  expect(found.json.items).toMatchObject([{ action: 'sign-in-failed', accountId: null }]);
  expect(await get(eve, '/v1/auth/audit?of=instance')).toMatchObject({ status: 403, json: { code: 'forbidden' } });
});

test('admins of a tenant see that its members failed to sign in, by the password or by the code', async () => {
  await auth.request('POST', '/v1/auth/login', { body: { email: 'ada@example.org', password: 'x' } });
  await setUpTotp(auth, ada);
  const challenge = await challengeOf(auth, 'ada@example.org', GOOD_PASSWORD);
  await auth.request('POST', '/v1/auth/login/second-factor', { body: { challenge, code: 'no code' } });
  const ofTenant = await get(ada, '/v1/auth/audit?action=sign-in-failed');
  expect(ofTenant.json.items).toMatchObject([
    { accountId: ada.user.id, detail: { reason: 'wrong code' } },
    { accountId: ada.user.id, detail: { reason: 'wrong password' } },
  ]);
  expect((await get(ada, '/v1/auth/audit?of=instance&action=sign-in-failed')).json.items).toEqual([]);
});

test('filters narrow by action, outcome, address, account and time', async () => {
  await auth.request('POST', '/v1/auth/login', {
    body: { email: 'ada@example.org', password: 'x' },
    from: '198.51.100.9',
  });
  await auth.rows.script(`update memberships set role = 'owner'`);
  await addLines(3);
  const count = async (query: string) => (await get(ada, `/v1/user/audit?${query}`)).json.items.length;
  expect(await count('')).toBe(6);
  expect(await count('action=signed-in')).toBe(4);
  expect(await count('outcome=refused')).toBe(1);
  const newest = (await get(ada, '/v1/user/audit')).json.items[0].at;
  const minuteAgo = new Date(Date.parse(newest) - 30_000).toISOString();
  expect(await count(`to=${minuteAgo}`)).toBe(3);
  expect(await count(`from=${minuteAgo}`)).toBe(3);
  const oldest = (await get(ada, '/v1/user/audit')).json.items.at(-1).at;
  expect(await count(`from=${oldest}`)).toBe(6);
  expect(await count(`to=${oldest}`)).toBe(0);
  expect(await get(ada, '/v1/user/audit?action=nothing')).toMatchObject({
    status: 400,
    json: { code: 'invalid-query' },
  });
  await auth.rows.script(
    `insert into audit_log (tenant_id, action, address) values ('${ada.user.tenantId}', 'locked-out', '2001:db8::1')`,
  );
  expect((await get(ada, '/v1/auth/audit?address=2001:db8::1')).json.items).toHaveLength(1);
  expect((await get(ada, `/v1/auth/audit?account=${eve.user.id}`)).json.items).toHaveLength(0);
});

test('pages follow one another without a gap or a double, also where many lines have one time', async () => {
  await auth.rows.script(`insert into audit_log (account_id, tenant_id, action, detail)
    select '${ada.user.id}', '${ada.user.tenantId}', 'signed-in', jsonb_build_object('n', n) from generate_series(1, 25) n`);
  const seen: number[] = [];
  let cursor = '';
  for (;;) {
    const { json } = await get(ada, `/v1/user/audit?limit=7${cursor}`);
    seen.push(...json.items.flatMap(({ detail }: { detail: { n?: number } }) => detail.n ?? []));
    if (json.nextCursor === null) break;
    cursor = `&cursor=${json.nextCursor}`;
  }
  expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => 25 - index));
  for (const bad of ['x', Buffer.from('1.99999999999999999999').toString('base64url')]) {
    expect((await get(ada, `/v1/user/audit?cursor=${bad}`)).json.code).toBe('invalid-cursor');
  }
});

test('an export has every line, as JSON or as CSV, and leaves one itself', async () => {
  await addLines(2_500);
  const answer = await auth.request('GET', '/v1/user/audit/export', { as: ada });
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = (await answer.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(2_503);
  expect(new Set(lines.map(({ id }) => id)).size).toBe(2_503);
  expect(lines[0]).toMatchObject({ action: 'audit-exported', detail: { of: 'account', format: 'ndjson' } });
  const csv = await auth.request('GET', '/v1/auth/audit/export?format=csv&action=audit-exported', { as: ada });
  expect(csv.headers.get('content-type')).toContain('text/csv');
  const rows = (await csv.text()).trim().split('\r\n');
  expect(rows[0]).toContain('at,action,outcome');
  expect(rows).toHaveLength(3);
});

test('no cell of an export is a formula', () => {
  for (const text of ['=1+1', '+1', '-1', '@sum(a1)', '\t=1', '\r=1']) expect(csvCell(text)).toMatch(/^"'/);
  expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
  expect(csvCell(null)).toBe('""');
  expect(csvCell({ name: '=x' })).toBe('"{""name"":""=x""}"');
});

test('months are made ahead, and an old one goes whole, but never one of the last three', async () => {
  const role = auth.database.connectAs('auth_service');
  const month = (offset: number) => {
    const now = new Date();
    const { year, at } = { year: now.getUTCFullYear(), at: now.getUTCMonth() + offset };
    return `audit_log_${new Date(Date.UTC(year, at)).toISOString().slice(0, 7).replace('-', '_')}`;
  };
  expect(await partitions()).toEqual(['audit_log_default', ...[0, 1, 2].map(month)].toSorted());
  await addLines(1, "'signed-in'");
  await auth.rows.script(`insert into audit_log (account_id, action, at) values
    ('${ada.user.id}', 'signed-in', date_trunc('month', now(), 'UTC') - interval '5 months' + interval '1 day'),
    ('${ada.user.id}', 'signed-out', date_trunc('month', now(), 'UTC') + interval '9 months')`);
  const before = await role.asReader(readerOf(ada), (tx) =>
    tx.all(statement('all_lines', 'select * from audit_log order by id')),
  );
  await auth.rows.script('select prepare_audit_log(13)');
  expect(await partitions()).toEqual(['audit_log_default', ...[-5, 0, 1, 2, 9].map(month)].toSorted());
  expect(await auth.rows.all(statement('waiting', 'select * from audit_log_default'))).toEqual([]);
  const after = await role.asReader(readerOf(ada), (tx) =>
    tx.all(statement('all_lines', 'select * from audit_log order by id')),
  );
  expect(after).toEqual(before);
  await auth.rows.script('select prepare_audit_log(1)');
  expect(await partitions()).toEqual(['audit_log_default', ...[0, 1, 2, 9].map(month)].toSorted());
});

test('the partitions are prepared by any number of processes at once', async () => {
  await auth.rows.script(
    `insert into audit_log (action, at) select 'signed-in', now() - make_interval(months => n) from generate_series(1, 6) n`,
  );
  await Promise.all(
    Array.from({ length: 5 }, () => auth.database.connectAs('auth_service').script('select prepare_audit_log(13)')),
  );
  expect(await partitions()).toHaveLength(10);
});

const readerOf = ({ user }: TestSession) => ({ userId: user.id, tenantId: user.tenantId });

test.each(
  ['auth_service', 'tenant_service'].flatMap((role) =>
    [
      'update audit_log set action = $$x$$',
      'delete from audit_log',
      'truncate audit_log',
      'drop table audit_log',
    ].flatMap((sql) => [[role, sql] as const, [role, sql.replace('audit_log', 'audit_log_default')] as const]),
  ),
)('%s may not: %s', async (role, sql) => {
  await expect(auth.database.connectAs(role).script(sql)).rejects.toThrow(/permission denied|must be owner/);
});

test('not even the owner of the tables changes a line', async () => {
  for (const table of await partitions()) {
    for (const sql of [`update ${table} set action = 'x'`, `delete from ${table}`, `truncate ${table}`]) {
      await expect(auth.rows.script(`set role auth_owner; ${sql}`), sql).rejects.toThrow('append-only');
      await auth.rows.script('reset role');
    }
  }
});
