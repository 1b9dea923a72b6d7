import { statement } from '@alt/database';
import { createLogger } from '@alt/service-kit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createKratosPass } from '../services/alt-frontend/kratos.ts';
import { openTestRelay, type TestRelay } from '../services/auth-service/mail/testing.ts';
import { type KratosUnderTest, startKratosUnderTest } from '../services/auth-service/providers/kratos/testing.ts';
import {
  begin,
  comeBack,
  cookiesOf,
  singleSignOnSettings,
  startTestIssuer,
  visit,
} from '../services/auth-service/single-sign-on/testing.ts';
import { GOOD_PASSWORD, type TestAuthService } from '../services/auth-service/testing.ts';

const ORIGIN = 'http://localhost:8000';
let under: KratosUnderTest;
let relay: TestRelay;
let auth: TestAuthService;
beforeAll(async () => {
  under = await startKratosUnderTest(ORIGIN);
});
afterAll(() => under?.stop());
beforeEach(async () => {
  relay = await openTestRelay();
  auth = await under.open({ ALT_REGISTRATION: 'open', SMTP_URL: relay.url });
});
afterEach(async () => {
  await auth?.stop();
  await relay?.close();
});

/** A browser at Alt's address: Kratos' pages by alt-frontend, the rest by auth-service; one jar of cookies. */
function openBrowser() {
  const jar = new Map<string, string>();
  const passOn = createKratosPass(under.kratos.publicUrl, {
    host: { address: () => '192.0.2.1', log: createLogger('silent'), publicUrl: new URL(ORIGIN) },
    authService: (path, { body } = {}) => auth.peer(path, JSON.parse(String(body)), 'alt-frontend'),
  });
  const send = async (
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const { body, headers = {} } = options;
    const request = new Request(new URL(path, ORIGIN), {
      method,
      headers: {
        accept: 'application/json',
        'x-forwarded-for': '192.0.2.1',
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await (passOn(request) ?? auth.fetch(request));
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', ...value] = (line.split(';')[0] ?? '').split('=');
      jar.set(name, value.join('='));
    }
    return answer;
  };
  /** Begins a page's flow and sends its form. */
  const submit = async (page: string, fields: Record<string, unknown>): Promise<Response> => {
    const begun = await send('GET', `/self-service/${page}/browser`);
    const flow = await begun.json();
    const token = flow.ui.nodes.find((node: { attributes: { name: string } }) => node.attributes.name === 'csrf_token');
    const body = { ...fields, csrf_token: token?.attributes.value };
    return send('POST', `/self-service/${page}?flow=${flow.id}`, { body });
  };
  const enter = (headers: Record<string, string> = {}) => send('POST', '/v1/auth/kratos', { headers });
  return { jar, send, submit, enter };
}

const traits = { email: 'ada@example.org', name: 'Ada' };
const register = (browser: ReturnType<typeof openBrowser>, transient = {}, of = traits) =>
  browser.submit('registration', {
    method: 'password',
    password: GOOD_PASSWORD,
    traits: of,
    transient_payload: transient,
  });
const identities = async (): Promise<{ id: string; traits: typeof traits }[]> =>
  (await (await under.admin('GET', '/identities')).json()).filter(
    (one: { traits: typeof traits }) => one.traits.email !== 'nobody@alt.invalid',
  );
const validate = (browser: ReturnType<typeof openBrowser>) => browser.send('GET', '/v1/auth/validate');

async function signedIn() {
  const browser = openBrowser();
  expect((await register(browser)).status).toBe(200);
  const entered = await browser.enter();
  expect(entered.status).toBe(200);
  return { browser, session: await entered.json() };
}

test('who registers at Kratos’ page has an account with a personal tenant, and a session for the cookie', async () => {
  const { browser, session } = await signedIn();
  expect(session.user).toMatchObject({ email: 'ada@example.org', name: 'Ada', role: 'owner' });
  expect((await validate(browser)).status).toBe(200);
  const security = await browser.send('GET', '/v1/user/security');
  expect(await security.json()).toMatchObject({
    provider: 'kratos',
    hasPassword: true,
    settingsPage: '/self-service/settings/browser',
  });
});

test('the cookie is exchanged for a page of Alt alone, and nobody without it gets in', async () => {
  const { browser } = await signedIn();
  const foreign = await browser.enter({ origin: 'https://evil.example' });
  expect((await foreign.json()).code).toBe('csrf-failed');
  expect((await browser.enter({ origin: ORIGIN })).status).toBe(200);
  const answer = await (await openBrowser().enter()).json();
  expect(answer).toMatchObject({ code: 'not-signed-in', page: '/self-service/login/browser' });
});

test('the gate keeps out whom ALT_REGISTRATION does, and lets an invitation through', async () => {
  await auth.stop();
  auth = await under.open({ ALT_REGISTRATION: 'first' });
  const owner = await auth.register('owner@example.org');
  const browser = openBrowser();
  const refused = await register(browser);
  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain('Registration is closed here');
  expect((await identities()).map((one) => one.traits.email)).toEqual(['owner@example.org']);
  await auth.rows.script(`
    insert into invitations (tenant_id, email, role, secret_hash, expires_at)
      values ('${owner.user.tenantId}', 'ada@example.org', 'member', sha256('let me in'), now() + interval '1 day')
  `);
  const other = { ...traits, email: 'eve@example.org' };
  expect((await register(openBrowser(), { invitation: 'let me in' }, other)).status).toBe(400);
  const invited = openBrowser();
  expect((await register(invited, { invitation: 'let me in' })).status).toBe(200);
  expect((await invited.enter()).status).toBe(200);
});

test('an address that an account of Alt’s has cannot be taken at Kratos’ page', async () => {
  await auth.register('ada@example.org');
  const [identity] = await identities();
  await under.admin('DELETE', `/identities/${identity?.id}`);
  expect((await register(openBrowser())).status).toBe(400);
  expect(await identities()).toEqual([]);
});

test('a session that is revoked at Kratos is refused here', async () => {
  const { browser } = await signedIn();
  const { id } = await (await browser.send('GET', '/sessions/whoami')).json();
  expect((await validate(browser)).status).toBe(200);
  await under.admin('DELETE', `/sessions/${id}`);
  await expect.poll(async () => (await validate(browser)).status).toBe(401);
  const line = await auth.rows.one(
    statement<{ detail: { by: string } }>('t_ended', "select detail from audit_log where action = 'session-ended'"),
  );
  expect(line?.detail.by).toBe('kratos');
});

test('an identity that is disabled at Kratos loses its sessions and its keys', async () => {
  const ada = await auth.register('ada@example.org');
  const made = await auth.request('POST', '/v1/user/api-keys', { as: ada, body: { name: 'script' } });
  const headers = { authorization: `Bearer ${(await made.json()).key}` };
  const byKey = async () => (await auth.request('GET', '/v1/auth/validate', { headers })).status;
  expect(await byKey()).toBe(200);
  const [identity] = await identities();
  const patch = [{ op: 'replace', path: '/state', value: 'inactive' }];
  await under.admin('PATCH', `/identities/${identity?.id}`, patch);
  await expect.poll(byKey).toBe(401);
  await expect.poll(async () => (await auth.request('GET', '/v1/auth/validate', { as: ada })).status).toBe(401);
  await expect(auth.login('ada@example.org')).rejects.toThrow('wrong-credentials');
});

test('a session that ends here ends at Kratos', async () => {
  const { browser, session } = await signedIn();
  const left = await browser.send('POST', '/v1/auth/logout', { headers: { 'x-csrf-token': session.csrfToken } });
  expect(left.status).toBe(204);
  await expect.poll(async () => (await browser.send('GET', '/sessions/whoami')).status).toBe(401);
});

test('the account follows the address and its confirmation', async () => {
  const ada = await auth.register('ada@example.org');
  const [identity] = await identities();
  const moved = [{ op: 'replace', path: '/traits/email', value: 'ada@other.example' }];
  await under.admin('PATCH', `/identities/${identity?.id}`, moved);
  const email = async () => (await (await auth.request('GET', '/v1/user/profile', { as: ada })).json()).email;
  await expect.poll(email).toBe('ada@other.example');
});

test('an account that is removed has no identity left', async () => {
  const ada = await auth.register('ada@example.org');
  expect((await identities()).length).toBe(1);
  expect((await auth.request('DELETE', '/v1/user', { as: ada })).status).toBe(204);
  expect(await identities()).toEqual([]);
});

test('mails of Kratos’ pages go out in words of ours, in the language that was asked for', async () => {
  await signedIn();
  const browser = openBrowser();
  await browser.submit('recovery', {
    method: 'code',
    email: 'ada@example.org',
    transient_payload: { language: 'ru' },
  });
  const found = () => relay.mails.find(({ text }) => /\b\d{6}\b/.test(text) && text.includes('вернуть доступ'));
  await expect.poll(() => found()?.to).toBe('ada@example.org');
});

test('who registers at Alt gets one mail, with a link of ours', async () => {
  await auth.register('ada@example.org');
  await expect.poll(() => relay.mails.length).toBe(1);
  expect(relay.mails[0]?.text).toContain('/verification#token=');
  await openBrowser().submit('recovery', { method: 'code', email: 'ada@example.org' });
  await expect.poll(() => relay.mails.length).toBe(2);
  expect(relay.mails.filter(({ text }) => /Enter this code/i.test(text)).length).toBe(1);
});

test('whoever guesses at Kratos’ page is locked out there and at Alt’s door', async () => {
  await auth.register('ada@example.org');
  const guess = () =>
    openBrowser().submit('login', { method: 'password', identifier: 'Ada@example.org', password: 'wrong' });
  const statuses: number[] = [];
  for (let tried = 0; tried < 11; tried += 1) statuses.push((await guess()).status);
  expect(statuses).toEqual([...Array(10).fill(400), 429]);
  await expect(auth.login('ada@example.org')).rejects.toThrow('locked-out');
});

test('whom single sign-on brings has an identity at Kratos, with a confirmed address, and loses all with it', async () => {
  const issuer = await startTestIssuer('ES256');
  try {
    await auth.stop();
    auth = await under.open({ ALT_REGISTRATION: 'open', ...singleSignOnSettings(issuer) });
    const { away, cookie } = await begin(auth);
    const headers = { cookie: cookiesOf(await comeBack(auth, await visit(away.href), cookie)) };
    const read = async (path: string) => auth.request('GET', path, { headers });
    expect(await (await read('/v1/user/security')).json()).toMatchObject({
      hasPassword: false,
      hasSingleSignOn: true,
      isEmailVerified: true,
    });
    const [identity] = await identities();
    expect(identity?.traits.email).toBe('ada@work.example');
    await under.admin('DELETE', `/identities/${identity?.id}`);
    await expect.poll(async () => (await read('/v1/auth/validate')).status).toBe(401);
  } finally {
    await issuer.close();
  }
});

test('without Kratos’ token its webhooks are not there', async () => {
  const body = { email: 'eve@example.org', name: '', transient: {}, identityId: crypto.randomUUID() };
  for (const path of ['registering', 'registered']) {
    for (const headers of [{ 'x-kratos-token': '' }, { 'x-kratos-token': 'guessed' }]) {
      const answer = await auth.request('POST', `/internal/kratos/${path}`, { body, headers });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  }
  const mail = { to: 'eve@example.org', template: 'recovery_code_valid', data: { recovery_code: '123456' } };
  expect((await auth.request('POST', '/internal/kratos/mails', { body: mail })).status).toBe(404);
  expect(relay.mails).toEqual([]);
});
