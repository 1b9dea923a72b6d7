import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DnsServer, startDnsServer } from './dns-server.ts';
import { type Platform, type Session, startTenants, until } from './platform.ts';

let dns: DnsServer;
let platform: Platform;
let count = 0;
beforeAll(async () => {
  dns = await startDnsServer();
  platform = await startTenants({ ALT_DNS_SERVERS: dns.address });
});
afterAll(async () => {
  await platform?.stop();
  await dns?.stop();
});

const next = () => {
  count += 1;
  return count;
};
const makeTeam = async () => platform.team(await platform.person(`owner-${next()}`), 'Company');
const add = (as: Session, domain: string, role?: string) =>
  platform.send('POST', '/v1/tenants/current/domains', { as, body: { domain, ...(role ? { role } : {}) } });
const verify = (as: Session, { id }: { id: string }) =>
  platform.send('POST', `/v1/tenants/current/domains/${id}/verify`, { as });
const publish = ({ record }: { record: { name: string; value: string } }) =>
  dns.texts.set(record.name, ['v=spf1 -all', record.value]);
const joinable = async (as: Session) => (await platform.send('GET', '/v1/tenants/joinable', { as })).json.items;
const join = (as: Session, domain: string) => platform.send('POST', '/v1/tenants/join', { as, body: { domain } });
const codeOf = (answer: { status: number; json: { code?: string } | null }) => answer.json?.code ?? answer.status;

/** Somebody with an address there. */
async function personAt(domain: string, isVerified = true): Promise<Session> {
  const name = `person-${next()}`;
  const person = await platform.person(name);
  await platform.run(`update accounts set email = '${name}@${domain}',
    email_verified_at = ${isVerified ? 'now()' : 'null'} where id = '${person.id}'`);
  return person;
}

async function verifiedDomain(team: Session, domain: string, role?: string) {
  const { json } = await add(team, domain, role);
  publish(json);
  expect((await verify(team, json)).status).toBe(200);
  return json;
}

test('a domain is proven by its TXT record; then a confirmed address of it may join by itself', async () => {
  const team = await makeTeam();
  const guest = await personAt('acme.example');
  const added = await add(team, 'ACME.example', 'member');
  expect(added.status).toBe(201);
  expect(added.json).toMatchObject({
    domain: 'acme.example',
    state: 'unverified',
    record: { name: '_alt.acme.example' },
  });
  expect((await verify(team, added.json)).json).toMatchObject({
    code: 'domain-unverified',
    detail: expect.stringContaining(added.json.record.value),
  });
  expect(codeOf(await join(guest, 'acme.example'))).toBe('not-found');
  dns.texts.set(added.json.record.name, ['alt-verification=another']);
  expect(codeOf(await verify(team, added.json))).toBe('domain-unverified');
  publish(added.json);
  expect((await verify(team, added.json)).json).toMatchObject({ state: 'verified' });

  expect(await joinable(guest)).toEqual([{ domain: 'acme.example', tenantName: 'Company', role: 'member' }]);
  expect((await join(guest, 'acme.example')).json).toEqual({
    tenantId: team.tenantId,
    tenantName: 'Company',
    role: 'member',
  });
  expect(await joinable(guest)).toEqual([]);
  expect(codeOf(await join(guest, 'acme.example'))).toBe('not-found');
});

test('who has not confirmed the address, or has one elsewhere, learns of nothing and joins nothing', async () => {
  const team = await makeTeam();
  await verifiedDomain(team, 'closed.example');
  for (const person of [
    await personAt('closed.example', false),
    await personAt('sub.closed.example'),
    await personAt('open.example'),
  ]) {
    expect(await joinable(person)).toEqual([]);
    expect(codeOf(await join(person, 'closed.example'))).toBe('not-found');
  }
});

test('a DNS that does not answer proves nothing and loses nothing', async () => {
  const team = await makeTeam();
  const domain = await verifiedDomain(team, 'shaky.example');
  const other = (await add(team, 'other-shaky.example')).json;
  dns.isFailing = true;
  expect(codeOf(await verify(team, other))).toBe('unavailable');
  await platform.run(`update tenant_domains set next_check_at = now() where id = '${domain.id}'`);
  await until('another look', async () => {
    const [row] = await platform.rows<{ due: boolean }>(
      `select next_check_at <= now() as due from tenant_domains where id = '${domain.id}'`,
    );
    return row?.due === false;
  });
  dns.isFailing = false;
  expect(await joinable(await personAt('shaky.example'))).toHaveLength(1);
});

test('a record that goes away stops joining, members stay, and its return is noticed', async () => {
  const team = await makeTeam();
  const domain = await verifiedDomain(team, 'lost.example');
  const first = await personAt('lost.example');
  expect((await join(first, 'lost.example')).status).toBe(200);
  const stateOf = async () => {
    const { json } = await platform.send('GET', '/v1/tenants/current/domains', { as: team });
    return json.items[0].state;
  };
  const lookAgain = () => platform.run(`update tenant_domains set next_check_at = now() where id = '${domain.id}'`);
  dns.texts.delete('_alt.lost.example');
  await lookAgain();
  await until('the loss', async () => (await stateOf()) === 'lost');
  expect(codeOf(await join(await personAt('lost.example'), 'lost.example'))).toBe('not-found');
  expect(await platform.rows(`select from memberships where tenant_id = '${team.tenantId}'`)).toHaveLength(2);
  const lines = await platform.rows(
    `select from audit_log where tenant_id = '${team.tenantId}' and action = 'domain-lost'`,
  );
  expect(lines).toHaveLength(1);
  publish(domain);
  await lookAgain();
  await until('the return', async () => (await stateOf()) === 'verified');
  expect((await join(await personAt('lost.example'), 'lost.example')).status).toBe(200);
});

test('a domain is one tenant’s; only who lost the record loses the domain to another', async () => {
  const [first, second] = [await makeTeam(), await makeTeam()];
  const mine = await verifiedDomain(first, 'moved.example');
  const theirs = (await add(second, 'moved.example')).json;
  dns.texts.set('_alt.moved.example', [mine.record.value, theirs.record.value]);
  expect(codeOf(await verify(second, theirs))).toBe('domain-taken');
  dns.texts.set('_alt.moved.example', [theirs.record.value]);
  expect(codeOf(await verify(first, mine))).toBe('domain-unverified');
  await platform.run(`update tenant_domains set next_check_at = now() where id = '${mine.id}'`);
  await until('the loss', async () => {
    const [row] = await platform.rows<{ isLost: boolean }>(
      `select lost_at is not null as "isLost" from tenant_domains where id = '${mine.id}'`,
    );
    return row?.isLost;
  });
  expect((await verify(second, theirs)).json.state).toBe('verified');
  expect((await platform.send('GET', '/v1/tenants/current/domains', { as: first })).json.items[0].state).toBe(
    'unverified',
  );
  expect((await joinable(await personAt('moved.example'))).map(({ role }: { role: string }) => role)).toEqual([
    'reader',
  ]);
});

test('of two tenants that prove the same domain at once one has it', async () => {
  const teams = await Promise.all([makeTeam(), makeTeam(), makeTeam()]);
  const added = await Promise.all(teams.map(async (team) => (await add(team, 'race.example')).json));
  dns.texts.set(
    '_alt.race.example',
    added.map(({ record }) => record.value),
  );
  const answers = await Promise.all(teams.map((team, n) => verify(team, added[n])));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
});

test('domains at which anybody gets an address, and what is no domain, are refused', async () => {
  const team = await makeTeam();
  for (const domain of [
    'gmail.com',
    'Mail.ru',
    'localhost',
    '192.0.2.1',
    '*.example',
    'a b.example',
    'example.',
    '-.example',
    '',
  ]) {
    expect([domain, codeOf(await add(team, domain))]).toEqual([domain, 'invalid-request']);
  }
  expect(codeOf(await add(await platform.person(`alone-${next()}`), 'alone.example'))).toBe('personal-tenant');
  await add(team, 'twice.example');
  expect(codeOf(await add(team, 'twice.example'))).toBe('domain-taken');
});

test('the last seat by domain goes to exactly one of many at once', async () => {
  const team = await makeTeam();
  await verifiedDomain(team, 'seats.example');
  await platform.run(`update tenants set limits = '{"users": 2}' where id = '${team.tenantId}'`);
  const guests = await Promise.all(Array.from({ length: 20 }, () => personAt('seats.example')));
  const answers = await Promise.all(guests.map((guest) => join(guest, 'seats.example')));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(new Set(answers.filter(({ status }) => status !== 200).map(codeOf))).toEqual(new Set(['limit-reached']));
}, 120_000);

test('another tenant’s domain is unknown; a removed one opens nothing', async () => {
  const [team, other] = [await makeTeam(), await makeTeam()];
  const domain = await verifiedDomain(team, 'removed.example');
  const at = `/v1/tenants/current/domains/${domain.id}`;
  expect((await platform.send('DELETE', at, { as: other })).status).toBe(404);
  expect((await platform.send('PATCH', at, { as: other, body: { role: 'admin' } })).status).toBe(404);
  expect((await verify(other, domain)).status).toBe(404);
  expect((await platform.send('PATCH', at, { as: team, body: { role: 'member' } })).json.role).toBe('member');
  expect((await platform.send('DELETE', at, { as: team })).status).toBe(204);
  expect(await joinable(await personAt('removed.example'))).toEqual([]);
});
