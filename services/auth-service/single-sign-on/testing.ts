import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import type { TestAuthService, TestSession } from '../testing.ts';

export const CLIENT = { id: 'alt', secret: 'the secret of the client, quite long' };
const CALLBACK = 'http://localhost:8000/v1/auth/oidc/callback';

export interface Person {
  subject: string;
  email: string;
  isEmailVerified: boolean;
  name: string;
}

export interface TestIssuer {
  url: string;
  /** Who sits in front of the provider's page. */
  person: Person;
  close(): Promise<void>;
}

/** The settings of auth-service for an issuer. */
export function singleSignOnSettings({ url }: { url: string }) {
  return {
    ALT_OIDC_ISSUER: url,
    ALT_OIDC_CLIENT_ID: CLIENT.id,
    ALT_OIDC_CLIENT_SECRET: CLIENT.secret,
    ALT_OIDC_NAME: 'Work',
  };
}

/** A certified OpenID provider on loopback, where `person` has just signed in and agreed. */
export async function startTestIssuer(algorithm: 'ES256' | 'RS256'): Promise<TestIssuer> {
  const { server, url } = await listenLocally();
  const key = { ...(await exportJWK((await generateKeyPair(algorithm, { extractable: true })).privateKey)) };
  const issuer: TestIssuer = { url, person: ADA, close: () => closed(server) };
  const provider = new Provider(url, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [CALLBACK],
        id_token_signed_response_alg: algorithm,
      },
    ],
    jwks: { keys: [{ ...key, use: 'sig', alg: algorithm, kid: 'one' }] },
    cookies: { keys: ['of a test'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    claims: { email: ['email', 'email_verified'], profile: ['name'] },
    interactions: { url: () => '/interaction' },
    findAccount: (_context: unknown, accountId: string) => ({
      accountId,
      claims: () => ({
        sub: accountId,
        email: issuer.person.email,
        email_verified: issuer.person.isEmailVerified,
        name: issuer.person.name,
      }),
    }),
    async loadExistingGrant(context: { oidc: { client: { clientId: string }; session: { accountId: string } } }) {
      const { client, session } = context.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!request.url?.startsWith('/interaction')) return answer(request, response);
    void provider.interactionFinished(request, response, { login: { accountId: issuer.person.subject } });
  });
  return issuer;
}

export const ADA: Person = { subject: 'ada-1', email: 'ada@work.example', isEmailVerified: true, name: 'Ada L.' };

export interface ForgedIssuer {
  url: string;
  /** Makes the ID token that the next code brings, from the nonce that was asked for. */
  idToken: (defaults: JWTPayload, sign: (claims: JWTPayload) => Promise<string>) => Promise<string> | string;
  /** What was posted to the token endpoint. */
  redeemed: URLSearchParams[];
  close(): Promise<void>;
}

/** An OpenID provider that says whatever a test wants it to, for one nonce. */
export async function startForgedIssuer(nonceOf: () => string): Promise<ForgedIssuer> {
  const { server, url } = await listenLocally();
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  const forged: ForgedIssuer = {
    url,
    idToken: (claims, sign) => sign(claims),
    redeemed: [],
    close: () => closed(server),
  };
  const sign = (claims: JWTPayload) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(privateKey);
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    const send = (body: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/jwks') return send({ keys: [jwk] });
    if (request.url !== '/token') return send(discoveryOf(url));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    forged.redeemed.push(new URLSearchParams(Buffer.concat(chunks).toString()));
    const now = Math.floor(Date.now() / 1000);
    const { subject: sub, email, name } = ADA;
    const person = { sub, email, email_verified: true, name };
    const claims = { iss: url, aud: CLIENT.id, iat: now, exp: now + 300, nonce: nonceOf(), ...person };
    send({ access_token: 'x', token_type: 'bearer', expires_in: 60, id_token: await forged.idToken(claims, sign) });
  });
  return forged;
}

function discoveryOf(url: string) {
  return {
    issuer: url,
    authorization_endpoint: `${url}/auth`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256', 'RS256', 'none'],
    code_challenge_methods_supported: ['S256'],
  };
}

/** A browser that was sent away, at the provider until it comes back with an answer. */
export async function visit(address: string): Promise<URL> {
  const jar = new Map<string, string>();
  let next = new URL(address);
  for (let hops = 0; hops < 10; hops += 1) {
    if (next.href.startsWith(CALLBACK)) return next;
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      jar.set(name, value);
    }
    const location = answer.headers.get('location');
    if (!location) throw new Error(`${answer.status} ${await answer.text()}`);
    next = new URL(location, next);
  }
  throw new Error('The provider sends the browser around in circles');
}

/** A sign-in that has begun: where the browser is sent, and the cookie that it has. */
export interface Begun {
  away: URL;
  cookie: string;
}

export async function begin(auth: TestAuthService, query = ''): Promise<Begun> {
  const answer = await auth.request('GET', `/v1/auth/oidc/start${query}`);
  if (answer.status !== 303) throw new Error(`${answer.status} ${await answer.text()}`);
  return { away: new URL(answer.headers.get('location') ?? ''), cookie: cookiesOf(answer) };
}

/** Comes back with an answer. `as` is the session that the browser has. */
export function comeBack(
  auth: TestAuthService,
  answer: URL,
  cookie: string,
  as: TestSession | null = null,
): Promise<Response> {
  const cookies = [cookie, as?.cookie].filter(Boolean).join('; ');
  return auth.request('GET', answer.pathname + answer.search, { headers: { cookie: cookies } });
}

export function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .filter((pair) => !pair.endsWith('='))
    .join('; ');
}

async function listenLocally() {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function closed(server: ReturnType<typeof createServer>): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
