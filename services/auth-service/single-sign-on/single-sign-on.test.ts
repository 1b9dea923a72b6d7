import { statement } from '@alt/database';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addPasskey, forgetProof, setUpTotp } from '../providers/testing.ts';
import { GOOD_PASSWORD, startTestAuthService, type TestAuthService, type TestSession } from '../testing.ts';
import {
  begin,
  comeBack,
  cookiesOf,
  singleSignOnSettings,
  startTestIssuer,
  type TestIssuer,
  visit,
} from './testing.ts';

let issuer: TestIssuer;
let auth: TestAuthService;
beforeEach(async () => {
  issuer = await startTestIssuer('ES256');
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open', ...singleSignOnSettings(issuer) });
});
afterEach(async () => {
  await auth?.stop();
  await issuer?.close();
});

async function signOn(query = ''): Promise<Response> {
  const { away, cookie } = await begin(auth, query);
  return comeBack(auth, await visit(away.href), cookie);
}

const whoHas = async (answer: Response) =>
  (await auth.request('GET', '/v1/auth/validate', { headers: { cookie: cookiesOf(answer) } })).json();
const confirmEmail = ({ user }: TestSession) =>
  auth.rows.script(`update accounts set email_verified_at = now() where id = '${user.id}'`);
const problemOf = (answer: Response) => answer.headers.get('location');

test('who is new gets an account, a confirmed address and a session, and the next time the same account', async () => {
  const first = await signOn('?return=/starred');
  expect(first.status).toBe(303);
  expect(first.headers.get('location')).toBe('/starred');
  const who = await whoHas(first);
  expect(who).toMatchObject({ valid: true, email: 'ada@work.example', name: 'Ada L.', role: 'owner' });
  issuer.person = { ...issuer.person, email: 'moved@work.example' };
  expect((await whoHas(await signOn())).userId).toBe(who.userId);
  const row = await auth.rows.one(
    statement<{ verified: boolean }>('t_verified', 'select email_verified_at is not null as verified from accounts'),
  );
  expect(row?.verified).toBe(true);
});

test('an account with an authenticator is not opened by its address alone; its owner links the two', async () => {
  const ada = await auth.register('ada@work.example');
  await confirmEmail(ada);
  await setUpTotp(auth, ada);
  expect(problemOf(await signOn())).toBe('/sign-in?problem=sign-on-unlinked');
  const own = await auth.request('GET', '/v1/user/sso', { as: ada });
  expect(await own.json()).toMatchObject({ isLinked: false });
});

test('an RS256 provider does as well', async () => {
  const other = await startTestIssuer('RS256');
  const alt = await startTestAuthService({ ALT_REGISTRATION: 'open', ...singleSignOnSettings(other) });
  try {
    const { away, cookie } = await begin(alt);
    const answer = await comeBack(alt, await visit(away.href), cookie);
    expect(answer.headers.get('location')).toBe('/');
  } finally {
    await alt.stop();
    await other.close();
  }
});

test('an account with the same address is opened only where both sides confirmed it', async () => {
  const ada = await auth.register('ada@work.example');
  expect(problemOf(await signOn())).toBe('/sign-in?problem=sign-on-unlinked');
  await confirmEmail(ada);
  issuer.person = { ...issuer.person, isEmailVerified: false };
  expect(problemOf(await signOn())).toBe('/sign-in?problem=sign-on-unlinked');
  issuer.person = { ...issuer.person, isEmailVerified: true };
  expect((await whoHas(await signOn())).userId).toBe(ada.user.id);
});

test('an unconfirmed address makes no account', async () => {
  issuer.person = { ...issuer.person, isEmailVerified: false };
  expect(problemOf(await signOn())).toBe('/sign-in?problem=sign-on-unlinked');
  expect((await auth.rows.all(statement('t_accounts', 'select id from accounts'))).length).toBe(0);
});

test('where registration is closed single sign-on registers nobody, and opens who is there', async () => {
  await signOn();
  const closed = await auth.another({ ALT_REGISTRATION: 'closed', ...singleSignOnSettings(issuer) });
  issuer.person = { ...issuer.person, subject: 'eve-1', email: 'eve@work.example' };
  const eve = await begin(closed);
  const refused = await comeBack(closed, await visit(eve.away.href), eve.cookie);
  expect(problemOf(refused)).toBe('/sign-in?problem=registration-closed');
  issuer.person = { ...issuer.person, subject: 'ada-1' };
  const ada = await begin(closed);
  expect(problemOf(await comeBack(closed, await visit(ada.away.href), ada.cookie))).toBe('/');
});

test('where registration is closed an invitation lets in whom it is for, and nobody else by it', async () => {
  const { tenantId } = (await auth.register('boss@work.example')).user;
  await auth.rows.script(`insert into invitations (tenant_id, email, role, secret_hash, expires_at)
    values ('${tenantId}', 'ada@work.example', 'member', sha256('an invitation'), now() + interval '1 day')`);
  const closed = await auth.another({ ALT_REGISTRATION: 'closed', ...singleSignOnSettings(issuer) });
  const arrive = async (subject: string, email: string, invitation: string) => {
    issuer.person = { ...issuer.person, subject, email };
    const { away, cookie } = await begin(closed, `?invitation=${encodeURIComponent(invitation)}`);
    return problemOf(await comeBack(closed, await visit(away.href), cookie));
  };
  const refused = '/sign-in?problem=registration-closed';
  expect(await arrive('eve-1', 'eve@work.example', 'an invitation')).toBe(refused);
  expect(await arrive('ada-1', 'ada@work.example', 'another one')).toBe(refused);
  expect(await arrive('ada-1', 'ada@work.example', 'an invitation')).toBe('/');
});

test('who comes by it is offered the team that has proven their domain, and needs a free seat there', async () => {
  const boss = await auth.register('boss@elsewhere.example');
  await auth.rows.script(`
    with team as (insert into tenants (name, limits) values ('Company', '{"users": 2}') returning id),
      owner as (insert into memberships (tenant_id, account_id, role) select id, '${boss.user.id}', 'owner' from team)
    insert into tenant_domains (tenant_id, domain, role, token, verified_at)
      select id, 'work.example', 'member', repeat('t', 20), now() from team`);
  const outcomes: (string | undefined)[] = [];
  for (const name of ['ada', 'eve']) {
    issuer.person = { ...issuer.person, subject: name, email: `${name}@work.example` };
    const who = await whoHas(await signOn());
    expect(who).toMatchObject({ role: 'owner', email: `${name}@work.example` }); // in a tenant of their own, not in the team yet
    outcomes.push(
      await auth.database.connectAs('tenant_service').asReader(who, async (tx) => {
        expect(await tx.all(offered)).toEqual([{ name: 'Company' }]);
        return (await tx.one(join, ['work.example']))?.outcome;
      }),
    );
  }
  expect(outcomes).toEqual(['joined', 'limit-reached']);
});

const offered = statement<{ name: string }>('t_offered', 'select tenant_name as name from joinable_tenants()');
const join = statement<{ outcome: string }>('t_join', "select outcome from join_by_domain($1, '')");

test('a signed-in account is linked by its own session alone, and says as whom', async () => {
  const ada = await auth.register('ada@home.example');
  const eve = await auth.register('eve@home.example');
  const link = () => auth.request('POST', '/v1/user/sso', { as: ada, body: { return: '/settings' } });
  const away = async () => {
    const asked = await link();
    return { answer: await visit((await asked.json()).url), cookie: cookiesOf(asked) };
  };
  const stolen = await away();
  expect(problemOf(await comeBack(auth, stolen.answer, stolen.cookie, eve))).toBe('/sign-in?problem=challenge-expired');
  const own = await away();
  expect(problemOf(await comeBack(auth, own.answer, own.cookie, ada))).toBe('/settings');
  const state = await (await auth.request('GET', '/v1/user/sso', { as: ada })).json();
  expect(state).toMatchObject({ isLinked: true, email: 'ada@work.example' });
  const exported = await (await auth.request('GET', '/v1/user/export', { as: ada })).json();
  expect(exported.singleSignOn).toMatchObject({ issuer: issuer.url, subject: 'ada-1', email: 'ada@work.example' });
  expect((await whoHas(await signOn())).userId).toBe(ada.user.id);
  expect((await link()).status).toBe(409);
});

test('linking and unlinking need proof', async () => {
  const ada = await auth.register('ada@home.example');
  await forgetProof(auth);
  const linked = await auth.request('POST', '/v1/user/sso', { as: ada, body: {} });
  expect((await linked.json()).code).toBe('proof-required');
  expect((await (await auth.request('DELETE', '/v1/user/sso', { as: ada })).json()).code).toBe('proof-required');
});

async function sessionBySignOn(): Promise<TestSession> {
  const answer = await signOn();
  const headers = { cookie: cookiesOf(answer) };
  const { csrfToken } = await (await auth.request('POST', '/v1/auth/csrf', { headers })).json();
  const { userId: id, tenantId, email } = await whoHas(answer);
  return { cookie: cookiesOf(answer), csrfToken, user: { id, tenantId, email } };
}

test('the only way in cannot be taken away; beside a password it can', async () => {
  const ada = await sessionBySignOn();
  const unlink = () => auth.request('DELETE', '/v1/user/sso', { as: ada });
  expect((await unlink()).status).toBe(409);
  expect((await whoHas(await signOn())).userId).toBe(ada.user.id);
  const set = await auth.request('POST', '/v1/user/password', { as: ada, body: { password: GOOD_PASSWORD } });
  const after = { ...ada, cookie: cookiesOf(set) };
  expect((await auth.request('DELETE', '/v1/user/sso', { as: after })).status).toBe(204);
  await auth.login('ada@work.example');
});

test('of two ways in that are taken away at once, one stays', async () => {
  const ada = await sessionBySignOn();
  const { id } = await addPasskey(auth, ada);
  const answers = await Promise.all(
    [`/v1/user/passkeys/${id}`, '/v1/user/sso'].map((path) => auth.request('DELETE', path, { as: ada })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
});

test('a code that was given for one sign-in opens nothing in another', async () => {
  const [one, other] = [await begin(auth), await begin(auth)];
  const answer = await visit(one.away.href);
  answer.searchParams.set('state', other.away.searchParams.get('state') ?? '');
  expect(problemOf(await comeBack(auth, answer, other.cookie))).toBe('/sign-in?problem=sign-on-refused');
});

test('who has nothing else confirms by signing in there anew', async () => {
  const ada = await sessionBySignOn();
  await forgetProof(auth);
  expect((await auth.request('DELETE', '/v1/user', { as: ada })).status).toBe(403);
  const asked = await auth.request('POST', '/v1/auth/confirm/sso', { as: ada, body: {} });
  const { url } = await asked.json();
  expect(new URL(url).searchParams.get('prompt')).toBe('login');
  const done = await comeBack(auth, await visit(url), cookiesOf(asked), ada);
  expect(problemOf(done)).toBe('/');
  expect((await auth.request('GET', '/v1/auth/validate', { as: ada })).status).toBe(401); // its secret was replaced
  const after = { ...ada, cookie: cookiesOf(done) };
  expect((await auth.request('DELETE', '/v1/user', { as: after })).status).toBe(204);
});

test('without single sign-on there is none', async () => {
  const plain = await startTestAuthService();
  try {
    expect(await (await plain.request('GET', '/v1/auth/oidc')).json()).toEqual({ name: null });
    expect((await plain.request('GET', '/v1/auth/oidc/start')).status).toBe(404);
    expect(await (await auth.request('GET', '/v1/auth/oidc')).json()).toEqual({ name: 'Work' });
  } finally {
    await plain.stop();
  }
});
