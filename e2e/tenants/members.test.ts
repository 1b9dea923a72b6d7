import type { Role } from '@alt/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, type Session, startTenants } from './platform.ts';

let platform: Platform;
let people: number;
beforeAll(async () => {
  platform = await startTenants();
  people = 0;
});
afterAll(() => platform.stop());

const somebody = () => {
  people += 1;
  return platform.person(`person-${people}`);
};

/** A team with one of each role. */
async function makeTeam() {
  const owner = await platform.team(await somebody(), 'Team');
  const as = async (role: Role) => platform.enter(await somebody(), owner.tenantId, role);
  return {
    tenantId: owner.tenantId,
    owner,
    admin: await as('admin'),
    member: await as('member'),
    reader: await as('reader'),
  };
}

const change = (as: Session, member: { id: string }, role: Role) =>
  platform.send('PATCH', `/v1/tenants/current/members/${member.id}`, { as, body: { role } });
const remove = (as: Session, member: { id: string }) =>
  platform.send('DELETE', `/v1/tenants/current/members/${member.id}`, { as });
const roleOf = async (tenantId: string, { id }: { id: string }) =>
  (
    await platform.rows<{ role: Role }>(
      `select role from memberships where tenant_id = '${tenantId}' and account_id = '${id}'`,
    )
  )[0]?.role ?? null;
const codeOf = (answer: { status: number; json: { code?: string } | null }) => answer.json?.code ?? answer.status;

test('members see names, admins e-mail addresses too, everybody their own; pages follow by key', async () => {
  const team = await makeTeam();
  const list = async (as: Session, query = '') =>
    (await platform.send('GET', `/v1/tenants/current/members${query}`, { as })).json;
  const all = (await list(team.admin)).items;
  expect(all.map(({ email }: { email: string }) => email)).toEqual([
    team.owner.email,
    team.admin.email,
    team.member.email,
    team.reader.email,
  ]);
  const seen = (await list(team.reader)).items;
  expect(seen.map(({ email, role }: { email: string; role: string }) => [email, role])).toEqual([
    [null, 'owner'],
    [null, 'admin'],
    [null, 'member'],
    [team.reader.email, 'reader'],
  ]);
  const first = await list(team.member, '?limit=3');
  const rest = await list(team.member, `?limit=3&cursor=${first.nextCursor}`);
  expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(all.map(({ id }: { id: string }) => id));
  expect(rest.nextCursor).toBeNull();
  expect((await list(team.member, '?cursor=abc')).code).toBe('invalid-cursor');
});

test('who may give which role: an admin never touches an owner and never makes one', async () => {
  const team = await makeTeam();
  const expected: [
    keyof typeof team & ('owner' | 'admin' | 'member' | 'reader'),
    'owner' | 'admin' | 'member' | 'reader',
    Role,
    number | string,
  ][] = [
    ['reader', 'member', 'reader', 'forbidden'],
    ['member', 'reader', 'member', 'forbidden'],
    ['member', 'member', 'owner', 'forbidden'],
    ['admin', 'owner', 'member', 'forbidden'],
    ['admin', 'member', 'owner', 'forbidden'],
    ['admin', 'admin', 'owner', 'forbidden'],
    ['admin', 'reader', 'member', 200],
    ['admin', 'reader', 'reader', 200],
    ['owner', 'owner', 'admin', 'last-owner'],
    ['owner', 'member', 'owner', 200],
    ['owner', 'member', 'member', 200],
  ];
  for (const [who, whom, role, outcome] of expected) {
    expect([who, whom, role, codeOf(await change(team[who], team[whom], role))]).toEqual([who, whom, role, outcome]);
  }
});

test("another tenant's members are unknown, whatever one may do at home", async () => {
  const [team, other] = [await makeTeam(), await makeTeam()];
  expect((await change(team.owner, other.member, 'reader')).status).toBe(404);
  expect((await remove(team.owner, other.member)).status).toBe(404);
  const transfer = { as: team.owner, body: { memberId: other.member.id } };
  expect((await platform.send('POST', '/v1/tenants/current/transfer', transfer)).status).toBe(404);
  expect(await roleOf(other.tenantId, other.member)).toBe('member');
});

test('who is removed is out at once, with sessions and keys, and coming back revives none of them', async () => {
  const team = await makeTeam();
  const made = await platform.send('POST', '/v1/user/api-keys', { as: team.member, body: { name: 'script' } });
  const program = { ...team.member, apiKey: made.json.key };
  const validate = async (as: Session) => (await platform.send('GET', '/v1/auth/validate', { as })).status;
  expect([await validate(team.member), await validate(program)]).toEqual([200, 200]);
  expect((await remove(team.admin, team.member)).status).toBe(204);
  expect([await validate(team.member), await validate(program)]).toEqual([401, 401]);
  expect(await validate(await platform.enter(team.member, team.member.personalTenantId))).toBe(200);
  const back = await platform.enter(team.member, team.tenantId, 'member');
  expect([await validate(back), await validate(team.member), await validate(program)]).toEqual([200, 401, 401]);
  const events = await platform.rows<{ event: string }>(
    `select event from outbox where payload ->> 'account_id' = '${team.member.id}' and payload ->> 'tenant_id' = '${team.tenantId}' order by id`,
  );
  expect(events.map(({ event }) => event)).toEqual(['membership-created', 'membership-removed', 'membership-created']);
});

test('anybody may leave but the last owner, also a suspended tenant; nobody may remove others there', async () => {
  const team = await makeTeam();
  expect(codeOf(await remove(team.member, team.reader))).toBe('forbidden');
  expect(codeOf(await remove(team.admin, team.owner))).toBe('forbidden');
  expect(codeOf(await remove(team.owner, team.owner))).toBe('last-owner');
  expect((await remove(team.member, team.member)).status).toBe(204);
  await platform.run(`update tenants set suspended_at = now() where id = '${team.tenantId}'`);
  const [admin, reader] = [
    await platform.enter(team.admin, team.tenantId),
    await platform.enter(team.reader, team.tenantId),
  ];
  expect(codeOf(await remove(admin, team.reader))).toBe('tenant-suspended');
  expect((await remove(reader, reader)).status).toBe(204);
  expect(await roleOf(team.tenantId, team.reader)).toBeNull();
});

test('an owner hands the tenant over with a fresh proof, and is an admin then', async () => {
  const team = await makeTeam();
  const transfer = (as: Session, to: { id: string }) =>
    platform.send('POST', '/v1/tenants/current/transfer', { as, body: { memberId: to.id } });
  expect(codeOf(await transfer(team.admin, team.admin))).toBe('forbidden');
  expect(codeOf(await transfer(team.owner, team.reader))).toBe('invalid-request');
  expect(codeOf(await transfer(team.owner, team.owner))).toBe('invalid-request');
  await platform.run(`update sessions set proved_at = now() - interval '1 hour' where account_id = '${team.owner.id}'`);
  const stale = await platform.enter(team.owner, team.tenantId);
  await platform.run(`update sessions set proved_at = now() - interval '1 hour' where account_id = '${team.owner.id}'`);
  expect(codeOf(await transfer(stale, team.member))).toBe('proof-required');
  const fresh = await platform.enter(team.owner, team.tenantId);
  expect((await transfer(fresh, team.member)).status).toBe(204);
  expect(await roleOf(team.tenantId, team.member)).toBe('owner');
  expect(await roleOf(team.tenantId, team.owner)).toBe('admin');
  expect(codeOf(await transfer(fresh, team.admin))).toBe('forbidden');
  const own = await platform.enter(await somebody(), team.member.personalTenantId, 'member');
  const personal = await platform.enter(team.member, team.member.personalTenantId);
  expect(codeOf(await transfer(personal, own))).toBe('personal-tenant');
});

test('two owners who leave, are demoted and demote each other at once never leave a tenant without one', async () => {
  for (let round = 0; round < 5; round += 1) {
    const team = await makeTeam();
    const second = await platform.enter(team.admin, team.tenantId, 'owner');
    const answers = await Promise.all([
      remove(team.owner, team.owner),
      remove(second, second),
      change(team.owner, second, 'member'),
      change(second, team.owner, 'member'),
    ]);
    const owners = await platform.rows(
      `select from memberships where tenant_id = '${team.tenantId}' and role = 'owner'`,
    );
    expect(owners).toHaveLength(1);
    // One goes first; a demoted owner may then leave as a member.
    expect(answers.some(({ status }) => status < 300)).toBe(true);
    expect(answers.some(({ status }) => status >= 400)).toBe(true);
  }
});

test('a role that was taken away a moment ago counts no more, although the service still remembers it', async () => {
  const team = await makeTeam();
  expect((await platform.send('GET', '/v1/tenants/current', { as: team.admin })).json.role).toBe('admin');
  await change(team.owner, team.admin, 'reader');
  expect(codeOf(await change(team.admin, team.reader, 'admin'))).toBe('forbidden');
  expect(codeOf(await remove(team.admin, team.member))).toBe('forbidden');
});
