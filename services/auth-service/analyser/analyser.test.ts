import { CHALLENGE_HEADER, type Challenge, solveChallenge } from '@alt/contracts';
import { hash } from '@node-rs/argon2';
import { afterEach, expect, test } from 'vitest';
import { openTestRelay, type TestRelay } from '../mail/testing.ts';
import { setUpTotp } from '../providers/testing.ts';
import { GOOD_PASSWORD, startTestAuthService, type TestAuthService, type TestSession } from '../testing.ts';

const ATTACKER = '198.51.100.66';
const POLLED = { timeout: 20_000, interval: 100 };
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

let auth: TestAuthService;
let relay: TestRelay | null = null;
afterEach(async () => {
  await auth?.stop();
  await relay?.close();
  relay = null;
});

/** Accounts made without a request each; all with the same password, whose hash costs little: hundreds are compared here. */
async function makeAccounts(count: number): Promise<string[]> {
  const passwordHash = await hash(GOOD_PASSWORD, { memoryCost: 64, timeCost: 1, parallelism: 1 });
  await auth.rows.script(
    `select create_account('person' || n || '@example.org', 'Person', '${passwordHash}', 'operator', false, '', null, 'owner', '')
     from generate_series(1, ${count}) n`,
  );
  return Array.from({ length: count }, (_, index) => `person${index + 1}@example.org`);
}

const login = (email: string, password: string, from = ATTACKER, headers: Record<string, string> = {}) =>
  auth.request('POST', '/v1/auth/login', { body: { email, password }, from, headers });

async function codeOf(answer: Response): Promise<string> {
  return answer.ok ? 'ok' : (await answer.json()).code;
}

const decisions = async () =>
  (
    await auth.rows.all<{ action: string; outcome: string }>({
      name: 'decisions',
      text: "select action, outcome from audit_log where outcome in ('slowed', 'challenged', 'blocked') order by id",
    })
  ).map(({ action, outcome }) => `${action} ${outcome}`);

/** Signs in wrongly with one account after the other until something else than the password refuses. */
async function stuff(emails: string[], from = ATTACKER): Promise<Response> {
  for (const email of emails) {
    const answer = await login(email, 'a leaked password', from);
    if (answer.status !== 401) return answer;
  }
  throw new Error('nobody stopped it');
}

test('who tries leaked passwords at many accounts is slowed, then challenged, then shut out', async () => {
  auth = await startTestAuthService({ ALT_GUARD_SLOW: '6', ALT_GUARD_CHALLENGE: '12', ALT_GUARD_BLOCK: '24' });
  const accounts = await makeAccounts(60);
  const challenged = await stuff(accounts);
  expect(challenged.status).toBe(403);
  const document = await challenged.json();
  expect(document).toMatchObject({ code: 'challenge-required', challenge: { algorithm: 'SHA-256' } });
  expect(await decisions()).toEqual(['credential-stuffing slowed', 'credential-stuffing challenged']);
  // Solving each goes on until it is too much.
  for (const email of accounts.slice(30)) {
    const asked = await login(email, 'x');
    if (asked.status === 429) {
      const seconds = Number(asked.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(3_000);
      expect(seconds).toBeLessThanOrEqual(3_600);
      expect(await decisions()).toContain('credential-stuffing blocked');
      // The right password does not open a door that is shut; another address is none of this.
      expect((await login('person60@example.org', GOOD_PASSWORD)).status).toBe(429);
      expect((await login('person60@example.org', GOOD_PASSWORD, '203.0.113.5')).status).toBe(200);
      return;
    }
    const { challenge } = (await asked.json()) as { challenge: Challenge };
    const solved = await solveChallenge(challenge);
    expect((await login(email, 'x', ATTACKER, { [CHALLENGE_HEADER]: solved })).status).toBe(401);
  }
  throw new Error('it was never shut out');
});

test('what an address did is known to every process and after a restart', async () => {
  auth = await startTestAuthService({ ALT_GUARD_SLOW: '58' });
  await stuff(await makeAccounts(60));
  const other = await auth.another();
  const body = { email: 'person60@example.org', password: 'x' };
  const answer = await other.request('POST', '/v1/auth/login', { body, from: ATTACKER });
  expect(await codeOf(answer)).toBe('challenge-required');
});

test('a solution serves once, for its own address, and only where it is one', async () => {
  auth = await startTestAuthService({ ALT_GUARD_SLOW: '58', ALT_GUARD_BLOCK: '1000' });
  const { challenge } = (await (await stuff(await makeAccounts(60))).json()) as { challenge: Challenge };
  const solved = await solveChallenge(challenge);
  const send = async (value: string, from = ATTACKER) =>
    codeOf(await login('person60@example.org', 'x', from, { [CHALLENGE_HEADER]: value }));
  const forged = solved.replace(/~16~|~17~|~18~/, '~1~');
  for (const bad of ['', 'x', '~~~.1', forged, `${challenge.token}.0`, `${challenge.token}.`]) {
    expect([bad, await send(bad)]).toEqual([bad, 'challenge-required']);
  }
  // Another address of the same kind has to solve its own.
  await stuff(
    Array.from({ length: 60 }, (_, index) => `person${index + 1}@example.org`),
    '198.51.100.67',
  );
  expect(await send(solved, '198.51.100.67')).toBe('challenge-required');
  expect(await send(solved)).toBe('wrong-credentials');
  expect(await send(solved)).toBe('challenge-required');
});

test('a challenge that is over is none', async () => {
  auth = await startTestAuthService({ ALT_GUARD_SLOW: '58' });
  const { challenge } = (await (await stuff(await makeAccounts(60))).json()) as { challenge: Challenge };
  expect(Date.parse(challenge.expiresAt) - Date.now()).toBeLessThanOrEqual(300_000);
  const [id, bits, , signature] = challenge.token.split('~');
  const past = await solveChallenge({ token: `${id}~${bits}~${Date.now() - 1}~${signature}`, bits: challenge.bits });
  expect(await codeOf(await login('person60@example.org', 'x', ATTACKER, { [CHALLENGE_HEADER]: past }))).toBe(
    'challenge-required',
  );
});

test('who asks which accounts exist is challenged sooner, by signing in or by registering', async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open', ALT_GUARD_SLOW: '58' });
  const names = Array.from({ length: 25 }, (_, index) => `guess${index}@example.org`);
  expect(await codeOf(await stuff(names))).toBe('challenge-required');
  expect(await decisions()).toContain('account-enumeration challenged');
  const accounts = await makeAccounts(30);
  const register = (email: string) =>
    auth.request('POST', '/v1/auth/register', { body: { email, password: GOOD_PASSWORD }, from: '198.51.100.70' });
  const codes = await accounts.reduce<Promise<string[]>>(async (before, email) => {
    const done = await before;
    return [...done, await codeOf(await register(email))];
  }, Promise.resolve([]));
  expect(codes.slice(0, 5)).toEqual(Array(5).fill('email-taken'));
  expect(codes.at(-1)).toBe('challenge-required');
});

test('who looks for what is not there is shut out, with when to come back', async () => {
  auth = await startTestAuthService();
  const get = (path: string, from: string, headers: Record<string, string> = {}) =>
    auth.request('GET', path, { from, headers });
  const statuses: number[] = [];
  for (const path of [
    '/.env',
    '/wp-login.php',
    '/v1/auth/../../etc/passwd',
    '/v1/user/%2e%2e%2f%2e%2e%2fx',
    "/v1/auth/x?id=1'+or+'1'='1",
    '/.git/config',
  ]) {
    statuses.push((await get(path, ATTACKER)).status);
  }
  expect(statuses[0]).toBe(404);
  const refused = await get('/v1/auth/anything', ATTACKER);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_000);
  expect(await decisions()).toContain('path-scanning blocked');
  expect(await codeOf(await login('nobody@example.org', 'x'))).toBe('too-many-requests');
  for (let index = 0; index < 5; index += 1) {
    await get('/v1/auth/x', '198.51.100.80', { 'user-agent': 'sqlmap/1.8#stable (https://sqlmap.org)' });
  }
  expect((await get('/v1/auth/x', '198.51.100.80')).status).toBe(429);
  expect((await get('/v1/auth/x', '198.51.100.81')).status).toBe(404);

  // Every process knows within a moment, and it cost a write a second, not one a request.
  const other = await auth.another();
  for (const from of [ATTACKER, '198.51.100.80']) {
    await expect.poll(async () => (await other.request('GET', '/v1/auth/x', { from })).status, POLLED).toBe(429);
  }
  expect((await other.request('GET', '/v1/auth/x', { from: '198.51.100.81' })).status).toBe(404);
});

test('what scanners did is written down by the time a process has stopped, and counted once', async () => {
  auth = await startTestAuthService({ ALT_GUARD: 'watch' });
  const other = await auth.another();
  for (let index = 0; index < 7; index += 1) await auth.request('GET', `/v1/auth/${index}`, { from: ATTACKER });
  for (let index = 0; index < 5; index += 1) await other.request('GET', `/v1/auth/${index}`, { from: ATTACKER });
  await other.request('GET', '/.env', { from: ATTACKER });
  await other.stop();
  const counts = async () =>
    auth.rows.all<{ what: string; count: number }>({
      name: 't_sighted',
      text: "select split_part(key, ':', 2) as what, count from throttles where key ~ '^conduct:(missing|probes):' order by key",
    });
  await expect.poll(counts, POLLED).toEqual([
    { what: 'missing', count: 12 },
    { what: 'probes', count: 1 },
  ]);
});

test('a session and a script with a key may ask for what is not there, and anybody in a way that is not there', async () => {
  auth = await startTestAuthService();
  const ada = await auth.register('ada@example.org');
  const { key } = await (await write(ada, '203.0.113.3')).json();
  const headers = { authorization: `Bearer ${key}` };
  for (let index = 0; index < 80; index += 1) {
    expect((await auth.request('GET', `/v1/user/nothing/${index}`, { as: ada, from: ATTACKER })).status).toBe(404);
    expect((await auth.request('GET', `/v1/user/nothing/${index}`, { headers, from: ATTACKER })).status).toBe(404);
    expect((await auth.request('DELETE', '/v1/auth/login', { from: ATTACKER })).status).toBe(405);
  }
  expect(await decisions()).toEqual([]);
});

test('one that only watches refuses nobody and writes what it would have done', async () => {
  auth = await startTestAuthService({
    ALT_GUARD: 'watch',
    ALT_GUARD_SLOW: '10',
    ALT_GUARD_CHALLENGE: '20',
    ALT_GUARD_BLOCK: '30',
  });
  const accounts = await makeAccounts(30);
  for (const email of accounts) expect((await login(email, 'x')).status).toBe(401);
  expect(await decisions()).toEqual([
    'credential-stuffing slowed',
    'credential-stuffing challenged',
    'credential-stuffing blocked',
    'credential-stuffing blocked',
  ]);
});

const write = (as: TestSession, from: string, headers: Record<string, string> = {}) =>
  auth.request('POST', '/v1/user/api-keys', { as, body: { name: 'x' }, from, headers });
const see = (as: TestSession, from: string, headers: Record<string, string> = {}) =>
  auth.request('GET', '/v1/auth/validate', { as, from, headers });

test('a session that jumps between far networks must prove itself before it changes the account', async () => {
  auth = await startTestAuthService();
  const ada = await auth.register('ada@example.org');
  expect((await see(ada, '203.0.113.4')).status).toBe(200);
  expect((await write(ada, '198.51.100.9')).status).toBe(201);
  const refused = await write(ada, '203.0.113.4');
  expect(await refused.json()).toMatchObject({ status: 403, code: 'proof-required' });
  expect(await decisions()).toEqual(['session-moved challenged']);
  // It goes on reading and may leave; elsewhere it counts as unproven.
  expect((await see(ada, '203.0.113.4')).status).toBe(200);
  const answer = await auth.peer('/internal/exchange', {
    sessionCookie: ada.cookie.split('=')[1],
    address: '203.0.113.4',
  });
  const claims = JSON.parse(Buffer.from((await answer.json()).token.split('.')[1], 'base64url').toString());
  expect(claims.proved).toBe(0);
  const other = await auth.another();
  expect((await other.request('POST', '/v1/user/api-keys', { as: ada, body: { name: 'x' } })).status).toBe(403);
  // Its owner proves who they are.
  await auth.rows.script('update sessions set proved_at = now()');
  expect((await write(ada, '203.0.113.4')).status).toBe(201);
  expect((await auth.request('POST', '/v1/auth/logout', { as: ada })).status).toBe(204);
});

test('a copied cookie is noticed also where another service shows it', async () => {
  auth = await startTestAuthService();
  const ada = await auth.register('ada@example.org');
  const sessionCookie = ada.cookie.split('=')[1];
  const exchange = (address: string, agent: string) =>
    auth.peer('/internal/exchange', { sessionCookie, address, agent });
  for (const address of ['203.0.113.4', '198.51.100.9', '203.0.113.4']) {
    expect((await exchange(address, FIREFOX)).status).toBe(200);
  }
  expect(await decisions()).toEqual(['session-moved challenged']);
  await exchange('203.0.113.4', 'curl/8.5');
  expect(await decisions()).toEqual(['session-moved challenged', 'session-agent-changed challenged']);
});

test('a session that turns up in another kind of browser must prove itself, also after a restart', async () => {
  auth = await startTestAuthService();
  await auth.register('ada@example.org');
  const body = { email: 'ada@example.org', password: GOOD_PASSWORD };
  const opened = await auth.request('POST', '/v1/auth/login', { body, headers: { 'user-agent': FIREFOX } });
  const { csrfToken, user } = await opened.json();
  const ada = { cookie: opened.headers.get('set-cookie')?.split(';')[0] ?? '', csrfToken, user };
  const other = await auth.another();
  const send = (agent: string) =>
    other.request('POST', '/v1/user/api-keys', { as: ada, body: { name: 'x' }, headers: { 'user-agent': agent } });
  expect((await send(FIREFOX.replaceAll('140', '141'))).status).toBe(201);
  expect(await codeOf(await send(CHROME))).toBe('proof-required');
});

test('who leaves the house, or uses both versions of IP, or goes around the world in a day, is believed', async () => {
  auth = await startTestAuthService();
  const ada = await auth.register('ada@example.org');
  for (const from of [
    '203.0.113.4',
    '2001:db8::5',
    '203.0.113.4',
    '2001:db8::5',
    '198.51.100.9',
    '2a00:1::7',
    '198.51.100.200',
  ]) {
    expect((await write(ada, from, { 'user-agent': FIREFOX })).status).toBe(201);
  }
  expect(await decisions()).toEqual([]);
});

test('an office of 200 behind one address signs in within minutes, a fifth of them wrongly at first', async () => {
  auth = await startTestAuthService();
  const accounts = await makeAccounts(200);
  let minute = 0;
  for (const [index, email] of accounts.entries()) {
    // 40 a minute, as five minutes have it; the windows of the limits turn by the clock of the database.
    if (index % 40 === 39) {
      minute += 1;
      await auth.rows.script(
        "update throttles set window_started_at = window_started_at - interval '1 minute' where key like 'login:%'",
      );
    }
    if (index % 5 === 0) expect((await login(email, 'of last month', '203.0.113.1')).status).toBe(401);
    if (index % 20 === 0) expect((await login(`typo-${email}`, 'x', '203.0.113.1')).status).toBe(401);
    expect((await login(email, GOOD_PASSWORD, '203.0.113.1')).status, `${email}`).toBe(200);
  }
  expect(minute).toBe(5);
  expect(await decisions()).toEqual([]);
});

test('a household that forgets its passwords is asked nothing but these', async () => {
  auth = await startTestAuthService();
  const family = await makeAccounts(5);
  for (const email of family) {
    for (let index = 0; index < 8; index += 1) expect((await login(email, `${index}`, '203.0.113.2')).status).toBe(401);
    expect((await login(email, GOOD_PASSWORD, '203.0.113.2')).status).toBe(200);
  }
  expect(await decisions()).toEqual([]);
});

test('a script with a key and a reader client that polls are left alone', async () => {
  auth = await startTestAuthService();
  const ada = await auth.register('ada@example.org');
  const { key } = await (await write(ada, '203.0.113.3')).json();
  const headers = { authorization: `Bearer ${key}` };
  for (let index = 0; index < 200; index += 1) {
    const agent = ['curl/8.5', 'python-requests/2.32', 'NetNewsWire/6'][index % 3] ?? '';
    const from = `198.${index % 200}.100.1`;
    const answer = await auth.request('GET', '/v1/auth/validate', {
      headers: { ...headers, 'user-agent': agent },
      from,
    });
    expect(answer.status).toBe(200);
    const exchanged = await auth.peer('/internal/exchange', { bearer: key, address: from, agent });
    expect(exchanged.status).toBe(200);
  }
  expect(await decisions()).toEqual([]);
});

test('who asks for the recovery of very many accounts is challenged, whether they exist or not, and their owners are not', async () => {
  relay = await openTestRelay();
  auth = await startTestAuthService({ SMTP_URL: relay.url, ALT_GUARD_SLOW: '59' });
  await makeAccounts(20);
  const recover = (email: string, from = ATTACKER, headers: Record<string, string> = {}) =>
    auth.request('POST', '/v1/auth/recovery', { body: { email }, from, headers });
  const set = (await login('person1@example.org', GOOD_PASSWORD, '203.0.113.5')).headers.getSetCookie();
  const device = set.find((item) => item.startsWith('alt_device='))?.split(';')[0] ?? '';
  expect(device).not.toBe('');
  const codes: string[] = [];
  for (let n = 2; n <= 20; n += 1) {
    const email = n % 2 === 0 ? `person${n}@example.org` : `nobody${n}@example.org`;
    codes.push(await codeOf(await recover(email)));
  }
  const stopped = codes.indexOf('challenge-required');
  expect(codes.slice(0, 5)).toEqual(Array(5).fill('ok'));
  expect(stopped).toBeGreaterThan(5);
  expect(new Set(codes.slice(stopped))).toEqual(new Set(['challenge-required']));
  expect(await decisions()).toContain('account-enumeration challenged');
  // Signing in from there is challenged with it; a solution lets one request through.
  const asked = await recover('person3@example.org');
  const { challenge } = (await asked.json()) as { challenge: Challenge };
  expect(await codeOf(await login('person3@example.org', 'x'))).toBe('challenge-required');
  const solved = { [CHALLENGE_HEADER]: await solveChallenge(challenge) };
  expect((await recover('person3@example.org', ATTACKER, solved)).status).toBe(202);
  expect(await codeOf(await recover('person5@example.org', ATTACKER, solved))).toBe('challenge-required');
  // The browser of an account that signed in before is let in beside the attacker, and another address is none of it.
  expect((await recover('person1@example.org', ATTACKER, { cookie: device })).status).toBe(202);
  expect((await recover('person4@example.org', '203.0.113.9')).status).toBe(202);
});

test('a known browser finishes its sign-in with a second factor beside somebody who attacks from there', async () => {
  auth = await startTestAuthService({ ALT_GUARD_SLOW: '58' });
  const accounts = await makeAccounts(60);
  const ada = await auth.login('person60@example.org');
  const { recoveryCodes } = await setUpTotp(auth, ada);
  const email = ada.user.email;
  const first = await login(email, GOOD_PASSWORD, '203.0.113.5');
  const finish = (challenge: string, code: string, from: string, headers: Record<string, string> = {}) =>
    auth.request('POST', '/v1/auth/login/second-factor', { body: { challenge, code }, from, headers });
  const entered = await finish((await first.json()).challenge, recoveryCodes[0] ?? '', '203.0.113.5');
  const device =
    entered.headers
      .getSetCookie()
      .find((item) => item.startsWith('alt_device='))
      ?.split(';')[0] ?? '';
  expect(device).not.toBe('');
  expect(await codeOf(await stuff(accounts.slice(0, 59)))).toBe('challenge-required');
  const { challenge } = await (await login(email, GOOD_PASSWORD, ATTACKER, { cookie: device })).json();
  expect(await codeOf(await finish(challenge, recoveryCodes[1] ?? '', ATTACKER))).toBe('challenge-required');
  expect((await finish(challenge, recoveryCodes[1] ?? '', ATTACKER, { cookie: device })).status).toBe(200);
});

test('who tries one passkey after the other is challenged as who tries passwords', async () => {
  auth = await startTestAuthService({ ALT_GUARD_SLOW: '59' });
  const tried: string[] = [];
  for (let n = 0; n < 25; n += 1) {
    const id = Buffer.from(`passkey ${n}`).toString('base64url');
    const response = { clientDataJSON: 'e30', authenticatorData: 'eA', signature: 'eA' };
    const passkey = { id, rawId: id, type: 'public-key', response };
    tried.push(await codeOf(await auth.request('POST', '/v1/auth/passkey', { body: { passkey }, from: ATTACKER })));
  }
  expect(tried.slice(0, 5)).toEqual(Array(5).fill('passkey-refused'));
  expect(tried.at(-1)).toBe('challenge-required');
});

test('an office behind one address finishes more sign-ins in ten minutes than anybody may make other requests', async () => {
  auth = await startTestAuthService();
  const ways = [
    ['/v1/auth/login/second-factor', { challenge: 'x', code: '1' }, 'challenge-expired'],
    ['/v1/auth/verification', { token: 'x' }, 'link-expired'],
  ] as const;
  for (const [path, body, code] of ways) {
    for (let n = 0; n < 2; n += 1) {
      const codes = [];
      for (let each = 0; each < 70; each += 1) {
        codes.push(await codeOf(await auth.request('POST', path, { body, from: ATTACKER })));
      }
      expect(new Set(codes)).toEqual(new Set([code]));
      // A minute later.
      await auth.rows.script("update throttles set window_started_at = window_started_at - interval '1 minute'");
    }
  }
});
