import { generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestAuthService, type TestAuthService } from '../testing.ts';
import { begin, comeBack, type ForgedIssuer, singleSignOnSettings, startForgedIssuer } from './testing.ts';

let issuer: ForgedIssuer;
let auth: TestAuthService;
let nonce = '';
beforeEach(async () => {
  issuer = await startForgedIssuer(() => nonce);
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open', ...singleSignOnSettings(issuer) });
});
afterEach(async () => {
  await auth?.stop();
  await issuer?.close();
});

/** Begins a sign-in and gives the answer that the provider's page would send back. */
async function beginning(query = '') {
  const begun = await begin(auth, query);
  const state = begun.away.searchParams.get('state') ?? '';
  nonce = begun.away.searchParams.get('nonce') ?? '';
  const answer = new URL(`http://localhost:8000/v1/auth/oidc/callback?code=abc&state=${state}`);
  return { ...begun, answer };
}
const locationOf = (answer: Response) => answer.headers.get('location');
const REFUSED = '/sign-in?problem=sign-on-refused';
const OVER = '/sign-in?problem=challenge-expired';

test('the request has PKCE, state and nonce, and the secret stays with us', async () => {
  const { away, answer, cookie } = await beginning();
  const { searchParams } = away;
  expect(searchParams.get('code_challenge_method')).toBe('S256');
  for (const name of ['code_challenge', 'state', 'nonce']) expect(searchParams.get(name)?.length).toBeGreaterThan(40);
  expect(searchParams.get('redirect_uri')).toBe('http://localhost:8000/v1/auth/oidc/callback');
  expect(locationOf(await comeBack(auth, answer, cookie))).toBe('/');
  expect(issuer.redeemed[0]?.get('code_verifier')?.length).toBeGreaterThan(40);
  expect(issuer.redeemed[0]?.get('client_secret')).toBeNull(); // it goes in a header
});

test('an answer comes home once, in the browser that asked', async () => {
  const replayed = await beginning();
  expect(locationOf(await comeBack(auth, replayed.answer, replayed.cookie))).toBe('/');
  expect(locationOf(await comeBack(auth, replayed.answer, replayed.cookie))).toBe(OVER);
  const victim = await beginning();
  const attacker = await beginning();
  const mixed = await comeBack(auth, attacker.answer, victim.cookie);
  expect(locationOf(mixed)).toBe(OVER);
  expect(mixed.headers.get('set-cookie')).not.toContain('alt_session');
  expect(locationOf(await comeBack(auth, victim.answer, ''))).toBe(OVER);
  const invented = new URL('http://localhost:8000/v1/auth/oidc/callback?code=abc&state=made-up');
  expect(locationOf(await comeBack(auth, invented, victim.cookie))).toBe(OVER);
  expect(issuer.redeemed.length).toBe(1);
});

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const HOUR_S = 3600;

test.each<[string, ForgedIssuer['idToken']]>([
  ['another nonce', (claims, sign) => sign({ ...claims, nonce: 'of another sign-in' })],
  ['no nonce', ({ nonce: _, ...claims }, sign) => sign(claims)],
  ['another audience', (claims, sign) => sign({ ...claims, aud: 'somebody else' })],
  ['another issuer', (claims, sign) => sign({ ...claims, iss: 'http://127.0.0.1:1' })],
  [
    'an expired token',
    (claims, sign) => sign({ ...claims, iat: (claims.iat ?? 0) - 2 * HOUR_S, exp: (claims.exp ?? 0) - HOUR_S }),
  ],
  ['alg none', (claims) => `${base64({ alg: 'none' })}.${base64(claims)}.`],
  [
    'a stranger’s key',
    async (claims) => {
      const { privateKey } = await generateKeyPair('ES256');
      return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(privateKey);
    },
  ],
  [
    'the client’s secret as a key',
    (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode('the secret of the client, quite long')),
  ],
  [
    'changed claims under a true signature',
    async (claims, sign) => {
      const [head, , signature] = (await sign(claims)).split('.');
      return `${head}.${base64({ ...claims, sub: 'somebody else' })}.${signature}`;
    },
  ],
])('an ID token with %s opens nothing', async (_what, idToken) => {
  issuer.idToken = idToken;
  const { answer, cookie } = await beginning();
  const refused = await comeBack(auth, answer, cookie);
  expect(locationOf(refused)).toBe(REFUSED);
  expect(refused.headers.get('set-cookie')).not.toContain('alt_session');
});

test('an answer that names another issuer is refused before its code goes anywhere', async () => {
  const { answer, cookie } = await beginning();
  answer.searchParams.set('iss', 'https://evil.example');
  expect(locationOf(await comeBack(auth, answer, cookie))).toBe(REFUSED);
  expect(issuer.redeemed).toEqual([]);
});

test('a refusal of the provider ends the sign-in', async () => {
  const { answer, cookie } = await beginning();
  answer.searchParams.delete('code');
  answer.searchParams.set('error', 'access_denied');
  expect(locationOf(await comeBack(auth, answer, cookie))).toBe(REFUSED);
  expect(locationOf(await comeBack(auth, answer, cookie))).toBe(OVER);
});

test.each([
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/%0a//evil.example'.replace('%0a', '\n'),
  'javascript:alert(1)',
  'evil',
  '',
])('a sign-in goes back to no other origin: %j', async (target) => {
  const answer = await auth.request('GET', `/v1/auth/oidc/start?return=${encodeURIComponent(target)}`);
  expect(answer.status).toBe(400);
  expect((await answer.json()).code).toBe('invalid-query');
});

test('a Host of a stranger changes no address', async () => {
  const answer = await auth.request('GET', '/v1/auth/oidc/start', { headers: { host: 'evil.example' } });
  expect(new URL(locationOf(answer) ?? '').searchParams.get('redirect_uri')).toMatch(/^http:\/\/localhost:8000\//);
});

test('where the provider does not answer, the start says so', async () => {
  await issuer.close();
  const answer = await auth.request('GET', '/v1/auth/oidc/start');
  expect(answer.status).toBe(502);
});
