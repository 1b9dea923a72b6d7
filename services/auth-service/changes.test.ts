import type { AuthChange, ResponseOf } from '@alt/contracts';
import { listChanges, listTenants } from '@alt/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeExpired } from './store.ts';
import { startTestAuthService, type TestAuthService, type TestSession } from './testing.ts';

let auth: TestAuthService;
let ada: TestSession;
let eve: TestSession;

beforeEach(async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  ada = await auth.register('ada@example.org');
  eve = await auth.register('eve@example.org');
});
afterEach(() => auth.stop());

type Changes = ResponseOf<typeof listChanges>;
type Tenants = ResponseOf<typeof listTenants>;

async function ask<Answer>(path: string): Promise<Answer> {
  const response = await auth.peer(path);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Answer;
}
const changesAfter = (position: number, limit = 500) =>
  ask<Changes>(`${listChanges.path}?after=${position}&limit=${limit}`);
const newestPosition = async () => (await changesAfter(0)).position;

/** The changes that some SQL of the operator's makes. */
async function changesOf(sql: string): Promise<AuthChange[]> {
  const position = await newestPosition();
  await auth.rows.script(sql);
  return (await changesAfter(position)).changes;
}

test('pages after a position hold every change once, in the order of their commits', async () => {
  const whole = await changesAfter(0);
  const pages: AuthChange[] = [];
  let position = 0;
  for (let hasMore = true; hasMore; ) {
    const page = await changesAfter(position, 2);
    expect(page.isGap).toBe(false);
    pages.push(...page.changes);
    ({ position, hasMore } = page);
  }
  expect(pages).toEqual(whole.changes);
  expect(position).toBe(whole.position);
  expect(whole.changes).toEqual(
    [ada, eve].flatMap(({ user: { id, tenantId } }) => [
      { kind: 'tenant', tenantId, limits: {}, suspendedAt: null },
      { kind: 'member', tenantId, userId: id },
    ]),
  );
  expect(await changesAfter(position)).toEqual({ changes: [], position, hasMore: false, isGap: false });
});

test('a suspended tenant, new limits, a lost membership and a deleted account are told, and no names', async () => {
  const { id: userId, tenantId } = eve.user;
  const at = '2026-11-21T06:00:00.000Z';
  expect(
    await changesOf(`update tenants set suspended_at = '${at}', limits = '{"feeds": 5}' where id = '${tenantId}'`),
  ).toEqual([{ kind: 'tenant', tenantId, limits: { feeds: 5 }, suspendedAt: at }]);
  expect(await changesOf(`update accounts set name = 'Secret', disabled_at = now() where id = '${userId}'`)).toEqual(
    [],
  );
  expect(await changesOf(`delete from memberships where account_id = '${userId}'`)).toEqual([
    { kind: 'member-removed', tenantId, userId },
  ]);
  const gone = await changesOf(`delete from accounts where id = '${userId}'`);
  expect(gone).toContainEqual({ kind: 'account-removed', userId });
  expect(gone).toContainEqual({ kind: 'tenant-removed', tenantId });
  const { changes } = await changesAfter(0);
  expect(JSON.stringify(changes)).not.toMatch(/example\.org|Secret/);
});

test('all tenants come with their members in pages by id', async () => {
  await auth.rows.script(
    `insert into memberships (tenant_id, account_id, role) values ('${ada.user.tenantId}', '${eve.user.id}', 'member')`,
  );
  const first = await ask<Tenants>(`${listTenants.path}?limit=1`);
  expect(first).toMatchObject({ tenants: [{ id: ada.user.tenantId, suspendedAt: null }], hasMore: true });
  expect(first.tenants[0]?.memberIds.toSorted()).toEqual([ada.user.id, eve.user.id].toSorted());
  expect(first.position).toBe(await newestPosition());
  const rest = await ask<Tenants>(`${listTenants.path}?limit=10&after=${ada.user.tenantId}`);
  expect(rest).toMatchObject({ tenants: [{ id: eve.user.tenantId, memberIds: [eve.user.id] }], hasMore: false });
});

test('changes older than 30 days go, and whoever is behind them is told of the gap', async () => {
  const before = await newestPosition();
  await auth.rows.script(`update outbox set at = now() - interval '31 days'`);
  await auth.request('PUT', '/v1/user/profile', { as: ada, body: { name: 'Ada' } });
  await removeExpired(auth.database.connectAs('auth_service'));
  expect(await changesAfter(before - 1)).toMatchObject({ isGap: true });
  expect(await changesAfter(before)).toMatchObject({ isGap: false, changes: [], position: before + 1 });
  // Also where the outbox is not the one that was followed.
  expect(await changesAfter(before + 2)).toMatchObject({ isGap: true });
});

test('the newest change stays however old it is, so that a quiet outbox is no gap', async () => {
  const newest = await newestPosition();
  await auth.rows.script(`update outbox set at = now() - interval '31 days'`);
  await removeExpired(auth.database.connectAs('auth_service'));
  expect(await changesAfter(newest)).toEqual({ changes: [], position: newest, hasMore: false, isGap: false });
  expect(await changesAfter(0)).toMatchObject({ isGap: true });
});

test('nobody but alt-backend may ask', async () => {
  for (const path of [`${listChanges.path}?after=0`, listTenants.path]) {
    expect((await auth.request('GET', path)).status).toBe(404);
    expect((await auth.request('GET', path, { as: ada })).status).toBe(404);
  }
  expect((await auth.peer(`${listChanges.path}?after=-1`)).status).toBe(400);
  expect((await auth.peer(`${listTenants.path}?after=x`)).status).toBe(400);
});
