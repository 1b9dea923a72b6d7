import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Platform, type Session, startTenants } from './platform.ts';

let platform: Platform;
let people = 0;
let mails: { to: string; subject: string; text: string }[];
let mailStatus: number;
beforeAll(async () => {
  platform = await startTenants();
  // auth-service as it answers where a relay is configured, and where none is.
  const auth = platform.peers;
  const real = platform.authService;
  auth['auth-service'] = async (request) => {
    if (new URL(request.url).pathname !== '/internal/mails') return real(request);
    if (mailStatus === 202) mails.push(await request.json());
    return new Response(null, { status: mailStatus });
  };
});
afterAll(() => platform.stop());
beforeEach(() => {
  mails = [];
  mailStatus = 422;
});

const somebody = (name = 'guest') => {
  people += 1;
  return platform.person(`${name}-${people}`);
};
const makeTeam = async () => platform.team(await somebody('owner'), 'The Team');
const invite = (as: Session, body: object = {}) =>
  platform.send('POST', '/v1/tenants/current/invitations', { as, body });
const secretOf = ({ json }: { json: { link: string } }) => new URL(json.link).hash.slice(1);
const accept = (as: Session, secret: string) =>
  platform.send('POST', '/v1/invitations/accept', { as, body: { secret } });
const look = (secret: string) => platform.send('POST', '/v1/invitations/look', { body: { secret } });
const codeOf = (answer: { status: number; json: { code?: string } | null }) => answer.json?.code ?? answer.status;
const membersOf = async (tenantId: string) =>
  (await platform.rows(`select account_id from memberships where tenant_id = '${tenantId}'`)).length;

test('a link shows what it offers, lets one person in, and opens nothing afterwards', async () => {
  const team = await makeTeam();
  const made = await invite(team, { role: 'reader', expiresInDays: 3 });
  expect(made.status).toBe(201);
  expect(made.json).toMatchObject({ role: 'reader', email: null, state: 'open', mailed: false });
  const secret = secretOf(made);
  expect(made.json.link).toBe(`https://alt.example/join#${secret}`);
  expect(Buffer.from(secret, 'base64url')).toHaveLength(20);
  const stored = await platform.rows(`select i::text from invitations i where id = '${made.json.id}'`);
  expect(JSON.stringify(stored)).not.toContain(secret);

  expect((await look(secret)).json).toEqual({
    tenantName: 'The Team',
    invitedBy: expect.stringMatching(/^owner-/),
    role: 'reader',
    expiresAt: made.json.expiresAt,
    isBound: false,
  });
  const guest = await somebody();
  const joined = await accept(guest, secret);
  expect(joined.json).toEqual({ tenantId: team.tenantId, tenantName: 'The Team', role: 'reader' });
  expect((await accept(guest, secret)).status).toBe(200); // a double click
  expect(codeOf(await accept(await somebody(), secret))).toBe('invitation-over');
  expect((await look(secret)).status).toBe(410);
  const inside = await platform.enter(guest, team.tenantId);
  await platform.send('DELETE', `/v1/tenants/current/members/${guest.id}`, { as: inside });
  expect(codeOf(await accept(guest, secret))).toBe('invitation-over');
  expect(codeOf(await look('wrong'))).toBe('not-found');
  expect(codeOf(await accept(guest, 'wrong'))).toBe('not-found');
});

test('of 50 who open the same link at once exactly one joins', async () => {
  const team = await makeTeam();
  const secret = secretOf(await invite(team));
  const guests = await Promise.all(Array.from({ length: 50 }, () => somebody()));
  const answers = await Promise.all(guests.map((guest) => accept(guest, secret)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(new Set(answers.filter(({ status }) => status !== 200).map(codeOf))).toEqual(new Set(['invitation-over']));
  expect(await membersOf(team.tenantId)).toBe(2);
}, 120_000);

test('of 50 invited people who want the last seat at once exactly one gets it; the others may come later', async () => {
  const team = await makeTeam();
  const invitations = await Promise.all(Array.from({ length: 50 }, () => invite(team)));
  await platform.run(`update tenants set limits = '{"users": 2}' where id = '${team.tenantId}'`);
  const guests = await Promise.all(Array.from({ length: 50 }, () => somebody()));
  const answers = await Promise.all(
    guests.map((guest, n) => accept(guest, secretOf(invitations[n] as { json: { link: string } }))),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const refused = answers.filter(({ status }) => status !== 200);
  expect(new Set(refused.map(codeOf))).toEqual(new Set(['limit-reached']));
  expect(refused[0]?.json.limit).toBe('users');
  expect(await membersOf(team.tenantId)).toBe(2);
  await platform.run(`update tenants set limits = '{"users": 3}' where id = '${team.tenantId}'`);
  const late = answers.findIndex(({ status }) => status !== 200);
  const again = await accept(guests[late] as Session, secretOf(invitations[late] as { json: { link: string } }));
  expect(again.status).toBe(200);
}, 120_000);

test('an invitation to an address is for that account, and tells nobody which it is', async () => {
  const team = await makeTeam();
  const guest = await somebody();
  const made = await invite(team, { email: guest.email.toUpperCase() });
  expect(made.json.email).toBe(guest.email);
  const looked = await look(secretOf(made));
  expect(looked.json.isBound).toBe(true);
  expect(JSON.stringify(looked.json)).not.toContain(guest.email);
  const wrong = await accept(await somebody(), secretOf(made));
  expect(wrong.json.code).toBe('wrong-account');
  expect(JSON.stringify(wrong.json)).not.toContain(guest.email);
  expect((await accept(guest, secretOf(made))).status).toBe(200);
  expect(codeOf(await invite(team, { email: guest.email }))).toBe('conflict');
});

test('where mail goes out the link is mailed, in the language of who invites, and needs a confirmed address', async () => {
  mailStatus = 202;
  const team = await makeTeam();
  const guest = await somebody();
  const made = await platform.send('POST', '/v1/tenants/current/invitations', {
    as: team,
    body: { email: guest.email },
    headers: { 'accept-language': 'ru-RU,ru;q=0.9,en;q=0.8', host: 'evil.example', 'x-forwarded-host': 'evil.example' },
  });
  expect(made.json.mailed).toBe(true);
  expect(mails).toHaveLength(1);
  expect(mails[0]).toMatchObject({ to: guest.email, subject: expect.stringContaining('приглашает') });
  expect(mails[0]?.text).toContain(`\n${made.json.link}\n`);
  expect(JSON.stringify(mails)).not.toContain('evil.example');
  expect(codeOf(await accept(guest, secretOf(made)))).toBe('email-unverified');
  await platform.run(`update accounts set email_verified_at = now() where id = '${guest.id}'`);
  expect((await accept(guest, secretOf(made))).status).toBe(200);
});

test('an auth-service that cannot mail, or is away, does not fail the invitation', async () => {
  const team = await makeTeam();
  for (const status of [422, 404, 503]) {
    mailStatus = status;
    const made = await invite(team, { email: `no-mail-${status}@example.org` });
    expect([made.status, made.json.mailed]).toEqual([201, false]);
  }
});

test('sending again gives a new link and ends the old one, also of an expired invitation', async () => {
  const team = await makeTeam();
  const first = await invite(team, { expiresInDays: 30 });
  const resend = () => platform.send('POST', `/v1/tenants/current/invitations/${first.json.id}/resend`, { as: team });
  await platform.run(`update invitations set created_at = created_at - interval '31 days',
    expires_at = expires_at - interval '31 days' where id = '${first.json.id}'`);
  expect(codeOf(await accept(await somebody(), secretOf(first)))).toBe('invitation-over');
  const second = await resend();
  expect(second.json).toMatchObject({ id: first.json.id, state: 'open' });
  expect(codeOf(await accept(await somebody(), secretOf(first)))).toBe('not-found');
  expect((await accept(await somebody(), secretOf(second))).status).toBe(200);
  expect(codeOf(await resend())).toBe('invitation-over');
});

test('mails are not sent again and again', async () => {
  mailStatus = 202;
  const team = await makeTeam();
  const first = await invite(team, { email: 'pestered@example.org' });
  const again = await platform.send('POST', `/v1/tenants/current/invitations/${first.json.id}/resend`, { as: team });
  expect(codeOf(again)).toBe('too-many-requests');
  expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(codeOf(await invite(team, { email: 'pestered@example.org' }))).toBe('conflict');
  expect(mails).toHaveLength(1);
});

test('a revoked invitation opens nothing; another tenant’s is unknown', async () => {
  const [team, other] = [await makeTeam(), await makeTeam()];
  const made = await invite(team);
  const at = `/v1/tenants/current/invitations/${made.json.id}`;
  expect((await platform.send('DELETE', at, { as: other })).status).toBe(404);
  expect((await platform.send('POST', `${at}/resend`, { as: other })).status).toBe(404);
  expect((await platform.send('DELETE', at, { as: team })).status).toBe(204);
  expect((await platform.send('DELETE', at, { as: team })).status).toBe(404);
  expect(codeOf(await accept(await somebody(), secretOf(made)))).toBe('invitation-over');
  const list = await platform.send('GET', '/v1/tenants/current/invitations', { as: team });
  expect(list.json.items).toMatchObject([{ id: made.json.id, state: 'revoked' }]);
  expect(JSON.stringify(list.json)).not.toContain(secretOf(made));
  expect((await platform.send('GET', '/v1/tenants/current/invitations', { as: other })).json.items).toEqual([]);
});

test('settings say who invites, as what, and whom', async () => {
  const team = await makeTeam();
  const member = await platform.enter(await somebody(), team.tenantId, 'member');
  const reader = await platform.enter(await somebody(), team.tenantId, 'reader');
  const set = (invitations: object) =>
    platform.send('PATCH', '/v1/tenants/current', {
      as: team,
      body: { settings: { invitations } },
      headers: { 'if-match': '*' },
    });
  expect((await invite(team)).json.role).toBe('member');
  expect(codeOf(await invite(member))).toBe('forbidden');
  await set({ allowedFor: 'member', defaultRole: 'reader', emailDomains: ['example.org'] });
  expect((await invite(member)).json.role).toBe('reader');
  expect(codeOf(await invite(member, { role: 'admin' }))).toBe('forbidden');
  expect(codeOf(await invite(reader))).toBe('forbidden');
  expect(codeOf(await invite(team, { email: 'x@elsewhere.example' }))).toBe('invalid-request');
  expect(codeOf(await invite(team, { email: 'x@example.org.evil.example' }))).toBe('invalid-request');
  const open = secretOf(await invite(team));
  const outsider = await somebody();
  await platform.run(`update accounts set email = 'outsider@elsewhere.example' where id = '${outsider.id}'`);
  expect(codeOf(await accept(outsider, open))).toBe('wrong-account');
  expect((await accept(await somebody(), open)).status).toBe(200);
});

test('nobody is invited into a personal tenant, and nobody joins a suspended one or one that goes', async () => {
  const owner = await somebody();
  expect(codeOf(await invite(owner))).toBe('personal-tenant');
  const team = await makeTeam();
  const secret = secretOf(await invite(team));
  const guest = await somebody();
  await platform.run(`update tenants set suspended_at = now() where id = '${team.tenantId}'`);
  expect(codeOf(await accept(guest, secret))).toBe('tenant-suspended');
  await platform.run(
    `update tenants set suspended_at = null, deletion_at = now() + interval '1 day' where id = '${team.tenantId}'`,
  );
  expect(codeOf(await accept(guest, secret))).toBe('conflict');
  await platform.run(`update tenants set deletion_at = null where id = '${team.tenantId}'`);
  expect((await accept(guest, secret)).status).toBe(200);
  expect(codeOf(await accept(guest, secretOf(await invite(team))))).toBe('conflict');
});

test('who is suspended at home may still accept an invitation elsewhere', async () => {
  const guest = await somebody();
  await platform.run(`update tenants set suspended_at = now() where id = '${guest.tenantId}'`);
  expect((await accept(guest, secretOf(await invite(await makeTeam())))).status).toBe(200);
});

test('every act stands in the audit log of the tenant', async () => {
  const team = await makeTeam();
  const made = await invite(team, { role: 'member' });
  await platform.send('POST', `/v1/tenants/current/invitations/${made.json.id}/resend`, { as: team });
  const other = await invite(team);
  await platform.send('DELETE', `/v1/tenants/current/invitations/${other.json.id}`, { as: team });
  const third = await invite(team);
  const guest = await somebody();
  await accept(guest, secretOf(third));
  const lines = await platform.rows<{ action: string; account_id: string; address: string }>(
    `select action, account_id, address from audit_log where tenant_id = '${team.tenantId}' order by id`,
  );
  expect(lines.map(({ action }) => action)).toEqual([
    'tenant-created',
    'invitation-made',
    'invitation-resent',
    'invitation-made',
    'invitation-revoked',
    'invitation-made',
    'invitation-accepted',
  ]);
  expect(lines.at(-1)).toMatchObject({ account_id: guest.id, address: '192.0.2.1' });
  expect(lines[1]).toMatchObject({ account_id: team.id, address: '192.0.2.1' });
});
