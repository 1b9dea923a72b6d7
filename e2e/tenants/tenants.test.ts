import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, type Session, startTenants, until } from './platform.ts';

let platform: Platform;
let ada: Session;
let bob: Session;
beforeAll(async () => {
  platform = await startTenants({ ALT_TENANTS_PER_ACCOUNT: '3', ALT_TENANT_GRACE_DAYS: '14' });
  ada = await platform.person('ada');
  bob = await platform.person('bob');
});
afterAll(() => platform.stop());

const actionsOf = async (tenantId: string) =>
  (
    await platform.rows<{ action: string }>(`select action from audit_log where tenant_id = '${tenantId}' order by id`)
  ).map(({ action }) => action);

test('from the first day there is a personal tenant, and it is the only one', async () => {
  const carl = await platform.person('carl');
  const { status, json } = await platform.send('GET', '/v1/tenants', { as: carl });
  expect(status).toBe(200);
  expect(json).toEqual({
    items: [
      {
        id: carl.tenantId,
        name: 'carl',
        slug: null,
        isPersonal: true,
        role: 'owner',
        isCurrent: true,
        memberCount: 1,
        suspendedAt: null,
        deletionAt: null,
      },
    ],
    nextCursor: null,
  });
});

test('who makes a team owns it and is in several tenants; the number of teams is bounded, also at once', async () => {
  const dora = await platform.person('dora');
  const makings = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      platform.send('POST', '/v1/tenants', { as: dora, body: { name: `Team ${n}` } }),
    ),
  );
  expect(makings.map(({ status }) => status).sort()).toEqual([201, 201, 201, 422, 422, 422, 422, 422]);
  expect(makings.find(({ status }) => status === 422)?.json.code).toBe('limit-reached');
  const first = await platform.send('GET', '/v1/tenants?limit=3', { as: dora });
  const second = await platform.send('GET', `/v1/tenants?limit=3&cursor=${first.json.nextCursor}`, { as: dora });
  const all = [...first.json.items, ...second.json.items];
  expect(all).toHaveLength(4);
  expect(new Set(all.map(({ id }) => id)).size).toBe(4);
  expect(all.filter(({ isCurrent }) => isCurrent)).toHaveLength(1);
  expect(all.every(({ role }) => role === 'owner')).toBe(true);
  expect((await platform.send('GET', '/v1/tenants?cursor=nonsense', { as: dora })).json.code).toBe('invalid-cursor');
});

test('a short name belongs to one tenant, and never looks like an id', async () => {
  const [emil, frida] = [await platform.person('emil'), await platform.person('frida')];
  const make = (as: Session, slug: string) =>
    platform.send('POST', '/v1/tenants', { as, body: { name: 'Team', slug } });
  const makings = await Promise.all([make(emil, 'Same-Name'), make(frida, 'same-name')]);
  expect(makings.map(({ status }) => status).sort()).toEqual([201, 409]);
  expect((await make(emil, emil.id)).json.code).toBe('invalid-request');
});

test('settings are changed by who read the present version, and by admins only', async () => {
  const team = await platform.team(ada, 'Readers');
  const member = await platform.enter(bob, team.tenantId, 'member');
  const before = await platform.send('GET', '/v1/tenants/current', { as: team });
  expect(before.json).toMatchObject({ name: 'Readers', role: 'owner', version: 1, plan: 'unlimited', memberCount: 2 });
  const etag = before.headers.get('etag') ?? '';
  const change = (as: Session, body: object, ifMatch?: string) =>
    platform.send('PATCH', '/v1/tenants/current', { as, body, headers: ifMatch ? { 'if-match': ifMatch } : {} });
  expect((await change(team, { name: 'x' })).status).toBe(428);
  expect((await change(team, { name: 'x' }, '"v7"')).status).toBe(412);
  expect((await change(member, { name: 'x' }, etag)).json.code).toBe('forbidden');
  const body = {
    name: 'Writers',
    slug: 'writers',
    settings: { invitations: { emailDomains: ['B.example', 'a.example'] } },
  };
  const after = await change(team, body, etag);
  expect(after.status).toBe(200);
  expect(after.json).toMatchObject({
    name: 'Writers',
    slug: 'writers',
    version: 2,
    settings: { invitations: { defaultRole: 'member', allowedFor: 'admin', emailDomains: ['a.example', 'b.example'] } },
  });
  expect(after.headers.get('etag')).not.toBe(etag);
  expect((await change(team, { name: 'late' }, etag)).json.code).toBe('precondition-failed');
  expect(await actionsOf(team.tenantId)).toEqual(['tenant-created', 'tenant-changed']);
});

test('of two changes of the same version at once one is told that it came late', async () => {
  const team = await platform.team(bob, 'Twice');
  const change = (name: string) =>
    platform.send('PATCH', '/v1/tenants/current', { as: team, body: { name }, headers: { 'if-match': '"v1"' } });
  const answers = await Promise.all([change('one'), change('two'), change('three')]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
});

test('limits are shown with what is used of them; what cannot be told is null', async () => {
  const team = await platform.team(ada, 'Limits');
  await platform.run(`update tenants set limit_overrides = '{"users": 1, "feeds": 100, "articlesKept": 1000}',
    limits = '{"users": 1, "feeds": 100, "articlesKept": 1000}' where id = '${team.tenantId}'`);
  const read = async () => (await platform.send('GET', '/v1/tenants/current/limits', { as: team })).json;
  const nobody = await read();
  expect(nobody.plan).toBe('unlimited');
  expect(nobody.items).toContainEqual({ kind: 'users', limit: 1, used: 1, isNear: true, isReached: true });
  expect(nobody.items).toContainEqual({ kind: 'feeds', limit: 100, used: null, isNear: false, isReached: false });
  const asked: string[] = [];
  platform.peers['alt-backend'] = async (request) => {
    asked.push(new URL(request.url).pathname);
    return Response.json({ feeds: 85, articles: 10, llmRequestsThisMonth: 7 });
  };
  platform.peers['arch-repo-service'] = async () => Response.json({ projects: 3 });
  const all = await read();
  expect(asked).toEqual([`/internal/tenants/${team.tenantId}/usage`]);
  expect(all.items).toEqual([
    { kind: 'users', limit: 1, used: 1, isNear: true, isReached: true },
    { kind: 'feeds', limit: 100, used: 85, isNear: true, isReached: false },
    { kind: 'articlesKept', limit: 1000, used: 10, isNear: false, isReached: false },
    { kind: 'llmRequestsPerMonth', limit: null, used: 7, isNear: false, isReached: false },
    { kind: 'projects', limit: null, used: 3, isNear: false, isReached: false },
  ]);
  platform.peers['alt-backend'] = async () => Response.json({ code: 'not-found' }, { status: 404 });
  expect((await read()).items[1].used).toBeNull();
  delete platform.peers['alt-backend'];
  delete platform.peers['arch-repo-service'];
});

test('a deletion needs the name and a fresh proof, can be taken back, and after the grace the tenant is gone', async () => {
  const eve = await platform.person('eve');
  const team = await platform.team(eve, 'To go');
  const member = await platform.enter(bob, team.tenantId, 'admin');
  const remove = (as: Session, name: string) => platform.send('DELETE', '/v1/tenants/current', { as, body: { name } });
  expect((await remove(member, 'To go')).json.code).toBe('forbidden');
  expect((await remove(team, 'to go')).json.code).toBe('invalid-request');
  expect((await remove(eve, 'eve')).json.code).toBe('personal-tenant');
  const stale = await platform.enter(eve, team.tenantId);
  await platform.run(`update sessions set proved_at = now() - interval '16 minutes'
    where id = (select id from sessions where account_id = '${eve.id}' order by created_at desc, id desc limit 1)`);
  expect((await remove(stale, 'To go')).json.code).toBe('proof-required');

  const begun = await remove(team, 'To go');
  expect(begun.status).toBe(202);
  const days = (Date.parse(begun.json.deletionAt) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(13.9);
  expect(days).toBeLessThan(14.1);
  expect((await platform.send('GET', '/v1/tenants/current', { as: member })).json.deletionAt).toBe(
    begun.json.deletionAt,
  );
  expect((await remove(team, 'To go')).json.deletionAt).toBe(begun.json.deletionAt);
  const invite = () => platform.send('POST', '/v1/tenants/current/invitations', { as: team, body: {} });
  expect((await invite()).json.code).toBe('conflict');

  expect((await platform.send('POST', '/v1/tenants/current/restore', { as: team })).status).toBe(204);
  expect((await platform.send('POST', '/v1/tenants/current/restore', { as: team })).json.code).toBe('conflict');
  expect((await platform.send('GET', '/v1/tenants/current', { as: team })).json.deletionAt).toBeNull();

  await remove(team, 'To go');
  await platform.run(`update tenants set deletion_at = now() where id = '${team.tenantId}'`);
  await until('the tenant to go', async () => {
    const left = await platform.rows(`select id from tenants where id = '${team.tenantId}'`);
    return left.length === 0;
  });
  expect(await platform.rows(`select * from sessions where tenant_id = '${team.tenantId}'`)).toEqual([]);
  const events = await platform.rows<{ event: string }>(
    `select event from outbox where payload ->> 'id' = '${team.tenantId}' order by id desc limit 1`,
  );
  expect(events).toEqual([{ event: 'tenant-removed' }]);
  expect(await actionsOf(team.tenantId)).toEqual([
    'tenant-created',
    'tenant-deletion-begun',
    'tenant-deletion-begun',
    'tenant-deletion-taken-back',
    'tenant-deletion-begun',
    'tenant-removed',
  ]);
  expect((await platform.send('GET', '/v1/tenants', { as: eve })).json.items).toHaveLength(1);
});

test('only the owner of the instance sees all tenants, suspends, resumes and sets plans', async () => {
  const boss = await platform.person('boss');
  await platform.run(`update accounts set is_instance_owner = (id = '${boss.id}')`);
  const team = await platform.team(bob, 'Suspects');
  const announced: string[] = [];
  platform.peers['alt-backend'] = async ({ url }) => {
    announced.push(new URL(url).pathname);
    throw new Error('it is away');
  };
  const calls: [string, string, object | undefined][] = [
    ['GET', '/v1/tenants/all', undefined],
    ['POST', `/v1/tenants/${team.tenantId}/suspend`, { reason: 'spam' }],
    ['POST', `/v1/tenants/${team.tenantId}/resume`, undefined],
    ['POST', `/v1/tenants/${team.tenantId}/plan`, { plan: 'team' }],
  ];
  for (const [method, path, body] of calls) {
    const refused = await platform.send(method, path, { as: team, body });
    expect([path, refused.json.code]).toEqual([path, 'forbidden']);
  }
  const suspended = await platform.send('POST', `/v1/tenants/${team.tenantId}/suspend`, {
    as: boss,
    body: { reason: 'spam' },
  });
  expect(suspended.json).toMatchObject({ suspensionReason: 'spam', suspendedAt: expect.any(String) });

  const inside = await platform.enter(bob, team.tenantId);
  expect((await platform.send('GET', '/v1/tenants/current/members', { as: inside })).json.code).toBe(
    'tenant-suspended',
  );
  expect((await platform.send('GET', '/v1/tenants', { as: inside })).status).toBe(200);
  expect((await platform.send('GET', '/v1/tenants/current', { as: inside })).json.suspensionReason).toBe('spam');

  const resumed = await platform.send('POST', `/v1/tenants/${team.tenantId}/resume`, { as: boss });
  expect(resumed.json).toMatchObject({ suspensionReason: '', suspendedAt: null });
  // Without the seconds for which a session's standing is kept.
  expect((await platform.send('GET', '/v1/tenants/current/members', { as: inside })).status).toBe(200);

  const planned = await platform.send('POST', `/v1/tenants/${team.tenantId}/plan`, {
    as: boss,
    body: { plan: 'small', limits: { feeds: 7, projects: null } },
  });
  expect(planned.json).toMatchObject({ plan: 'small', limitOverrides: { feeds: 7, projects: null } });
  const [{ limits } = { limits: null }] = await platform.rows<{ limits: unknown }>(
    `select limits from tenants where id = '${team.tenantId}'`,
  );
  expect(limits).toEqual({ users: 5, feeds: 7, articlesKept: 100_000, llmRequestsPerMonth: 1_000 });
  const [told] = await platform.rows<{ payload: { limits: unknown } }>(
    `select payload from outbox where payload ->> 'id' = '${team.tenantId}' order by id desc limit 1`,
  );
  expect(told?.payload.limits).toEqual(limits);
  // Each is told of at once to who follows; nobody waits for that.
  expect(announced).toEqual(Array(3).fill(`/internal/tenants/${team.tenantId}/changed`));
  expect(await actionsOf(team.tenantId)).toEqual([
    'tenant-created',
    'tenant-suspended',
    'tenant-resumed',
    'tenant-plan-changed',
  ]);
  const all = await platform.send('GET', '/v1/tenants/all?limit=2', { as: boss });
  expect(all.json.items).toHaveLength(2);
  const unknown = await platform.send('POST', `/v1/tenants/${boss.id}/suspend`, { as: boss, body: {} });
  expect(unknown.status).toBe(404);
  platform.peers['alt-backend'] = undefined;
});

test('a release that changes the numbers of a plan gives them to who is on it', async () => {
  const team = await platform.team(bob, 'Old numbers');
  await platform.run(`update tenants set plan = 'small', limits = '{"users": 2}', limit_overrides = '{"feeds": 9}'
    where id = '${team.tenantId}'`);
  await platform.restart();
  const [row] = await platform.rows<{ limits: { users: number; feeds: number } }>(
    `select limits from tenants where id = '${team.tenantId}'`,
  );
  expect(row?.limits).toMatchObject({ users: 5, feeds: 9 });
});

test('a tenant named in body, header, path or query changes nothing', async () => {
  const eve = await platform.person('eve-smuggles');
  const [mine, theirs] = [
    await platform.team(eve, 'Mine'),
    await platform.team(await platform.person('victim'), 'Theirs'),
  ];
  const id = theirs.tenantId;
  const headers = { 'x-tenant-id': id, 'x-alt-tenant': id, 'x-alt-tenant-id': id, 'x-alt-user-token': id };
  const before = await platform.rows(`select t::text from tenants t where id = '${id}'`);
  const read = await platform.send('GET', `/v1/tenants/current?tenantId=${id}&tenant=${id}`, { as: mine, headers });
  expect(read.json.id).toBe(mine.tenantId);
  const members = await platform.send('GET', `/v1/tenants/current/members?tenantId=${id}`, { as: mine, headers });
  expect(members.json.items.map((member: { id: string }) => member.id)).toEqual([eve.id]);
  for (const [method, path, body] of [
    ['POST', '/v1/tenants', { name: 'x', id, tenantId: id, plan: 'company', limits: {} }],
    ['PATCH', '/v1/tenants/current', { name: 'x', tenantId: id }],
    ['PATCH', '/v1/tenants/current', { limits: { users: 1000 } }],
    ['PATCH', '/v1/tenants/current', { plan: 'company', suspendedAt: null }],
    ['POST', '/v1/tenants/current/invitations', { tenantId: id }],
    ['POST', '/v1/tenants/current/invitations', { role: 'owner' }],
    ['DELETE', '/v1/tenants/current', { name: 'Mine', tenantId: id }],
    ['POST', '/v1/tenants/current/domains', { domain: 'a.example', verifiedAt: '2020-01-01T00:00:00Z' }],
  ] as const) {
    const refused = await platform.send(method, path, { as: mine, body, headers: { ...headers, 'if-match': '*' } });
    expect([path, body, refused.json?.code]).toEqual([path, body, 'invalid-request']);
  }
  const renamed = await platform.send('PATCH', `/v1/tenants/current?id=${id}`, {
    as: mine,
    body: { name: 'Renamed' },
    headers: { ...headers, 'if-match': '*' },
  });
  expect(renamed.json).toMatchObject({ id: mine.tenantId, name: 'Renamed' });
  for (const path of [`/v1/tenants/${id}`, `/v1/tenants/${id}/members`, `/v1/tenants/${id}/current`]) {
    expect((await platform.send('GET', path, { as: mine })).status).toBe(404);
  }
  expect(await platform.rows(`select t::text from tenants t where id = '${id}'`)).toEqual(before);
});
