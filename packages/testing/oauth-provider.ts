import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * How a token endpoint can be. Before the exchange: `hold` (takes the request, does nothing until released); `broken` (500);
 * `away` (503 with Retry-After); `too-many` (429); `refuse` (invalid_grant for everything); `no-client` (invalid_client).
 * After it, so that a rotating provider has spent the refresh token: `lose` (breaks off without an answer); `hold-answer`
 * (answers when released); `cut` (half of the answer); `junk` (a page in place of JSON); `wrong` (JSON without a token);
 * `slow` (the answer comes in pieces); `odd` (as it should be, but for its type of content and the types of lesser fields).
 */
export type OauthBehaviour = 'good' | OauthFault;
type OauthFault =
  | 'hold'
  | 'broken'
  | 'away'
  | 'too-many'
  | 'refuse'
  | 'no-client'
  | 'lose'
  | 'hold-answer'
  | 'cut'
  | 'junk'
  | 'wrong'
  | 'slow'
  | 'odd';

export interface OauthProviderOptions {
  clientId?: string;
  clientSecret?: string;
  /** As registered; a loopback address counts with any port (RFC 8252 §7.3). */
  redirectUris?: string[];
  scopes?: string[];
  /** Whether each refresh gives a new refresh token and spends the old one. */
  rotates?: boolean;
  /** For how long a spent refresh token is still taken. */
  graceMs?: number;
  /** What a spent refresh token brings, later than that: a refusal, or the end of everything that came of the grant. */
  onReuse?: 'refuse' | 'revoke-all';
  accessTokenSeconds?: number;
  /** Its own clock, in milliseconds; also told in the header Date. */
  now?: () => number;
}

export interface TokenRequest {
  grant: string;
  /** What was exchanged: a code or a refresh token. */
  spent: string;
  parameters: Record<string, string>;
  headers: IncomingMessage['headers'];
  /** Status of the answer, or what became of it; empty while it is held. */
  outcome: string;
}

export interface OauthProvider {
  readonly clientId: string;
  readonly clientSecret: string;
  requests: TokenRequest[];
  /** The next token requests are answered so: `times` of them, else all. */
  behave(behaviour: OauthBehaviour, times?: number): void;
  /** Lets go of what is held. */
  release(): void;
  /** Whether an access token is valid by the provider's clock, for an API that stands beside. */
  isAccessTokenValid(token: string): boolean;
  /** Whether a refresh token would be taken now. */
  isRefreshTokenValid(token: string): boolean;
  /** Ends all that was ever given, as when the user withdraws the permission. */
  withdraw(): void;
  /** Everything that it gave or was given and that nobody may log. */
  secrets(): string[];
  /** Answers a request for one of its addresses; false where it is none of them. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

interface Grant {
  isRevoked: boolean;
  scope: string;
}
interface Code {
  redirectUri: string;
  challenge: string;
  scope: string;
  isUsed: boolean;
}
interface RefreshToken {
  grant: Grant;
  spentAt: number | null;
}
interface State {
  settings: Required<OauthProviderOptions>;
  behaviours: OauthBehaviour[];
  standing: OauthBehaviour;
  codes: Map<string, Code>;
  refreshTokens: Map<string, RefreshToken>;
  accessTokens: Map<string, { grant: Grant; expiresAt: number }>;
  requests: TokenRequest[];
  held: (() => void)[];
}

const DEFAULTS: Required<OauthProviderOptions> = {
  clientId: '1000001',
  clientSecret: 'client-secret-of-the-tests',
  redirectUris: ['http://127.0.0.1/callback'],
  scopes: ['read', 'write'],
  rotates: true,
  graceMs: 0,
  onReuse: 'refuse',
  accessTokenSeconds: 3_600,
  now: Date.now,
};

/**
 * An OAuth 2.0 provider (RFC 6749, PKCE by RFC 7636, revocation by RFC 7009) that consents at once: `/oauth2/auth`,
 * `/oauth2/token`, `/oauth2/revoke`. As strict as a provider may be, and as faulty as a test needs.
 */
export function createOauthProvider(options: OauthProviderOptions = {}): OauthProvider {
  const state: State = {
    settings: { ...DEFAULTS, ...options },
    behaviours: [],
    standing: 'good',
    codes: new Map(),
    refreshTokens: new Map(),
    accessTokens: new Map(),
    requests: [],
    held: [],
  };
  const { settings } = state;
  return {
    clientId: settings.clientId,
    clientSecret: settings.clientSecret,
    requests: state.requests,
    behave(behaviour, times) {
      if (times === undefined) state.standing = behaviour;
      else state.behaviours.push(...Array.from({ length: times }, () => behaviour));
    },
    release() {
      for (const go of state.held.splice(0)) go();
    },
    isAccessTokenValid(token) {
      const known = state.accessTokens.get(token);
      return known !== undefined && !known.grant.isRevoked && known.expiresAt > settings.now();
    },
    isRefreshTokenValid: (token) => judgeRefreshToken(state, token) !== null,
    withdraw() {
      for (const { grant } of state.refreshTokens.values()) grant.isRevoked = true;
    },
    secrets: () => [
      settings.clientSecret,
      ...state.codes.keys(),
      ...state.refreshTokens.keys(),
      ...state.accessTokens.keys(),
      ...state.requests.flatMap(({ parameters }) => parameters.code_verifier ?? []),
    ],
    handle: (request, response) => answer(state, request, response),
  };
}

export interface RunningOauthProvider extends OauthProvider {
  origin: string;
  /** `port` of an earlier one, to come back at the same address. */
  stop(): Promise<void>;
}

/** The same as a server on loopback; everything else is 404. */
export async function startOauthProvider(
  options: OauthProviderOptions & { port?: number } = {},
): Promise<RunningOauthProvider> {
  const provider = createOauthProvider(options);
  const server = createServer((request, response) => {
    provider
      .handle(request, response)
      .then((isMine) => {
        if (!isMine) response.writeHead(404).end();
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return Object.assign(provider, {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  response.setHeader('date', new Date(state.settings.now()).toUTCString());
  const { method } = request;
  if (url.pathname === '/oauth2/auth' && method === 'GET') authorize(state, url.searchParams, response);
  else if (url.pathname === '/oauth2/token' && method === 'POST') await exchange(state, request, response);
  else if (url.pathname === '/oauth2/revoke' && method === 'POST') await revoke(state, request, response);
  else return false;
  return true;
}

/** The consent of somebody who is signed in there and says yes. Wrong requests are not sent back to a stranger's address. */
function authorize(state: State, asked: URLSearchParams, response: ServerResponse): void {
  const { settings } = state;
  const redirectUri = asked.get('redirect_uri') ?? '';
  const stranger =
    asked.get('client_id') !== settings.clientId
      ? 'invalid_client'
      : isRegistered(settings.redirectUris, redirectUri)
        ? null
        : 'redirect_uri_mismatch';
  if (stranger) {
    refuse(response, 400, stranger);
    return;
  }
  const target = new URL(redirectUri);
  const given = { ...consent(state, asked, redirectUri), state: asked.get('state') ?? '' };
  for (const [name, value] of Object.entries(given)) target.searchParams.set(name, value);
  response.writeHead(302, { location: target.href }).end();
}

/** A code, or the error that the browser brings back. */
function consent(state: State, asked: URLSearchParams, redirectUri: string): Record<string, string> {
  const scope = asked.get('scope') ?? '';
  const isKnown = scope.split(' ').every((word) => state.settings.scopes.includes(word));
  if (asked.get('response_type') !== 'code') return { error: 'unsupported_response_type' };
  if (!isKnown) return { error: 'invalid_scope' };
  if (asked.get('code_challenge_method') !== 'S256' || !asked.get('state')) return { error: 'invalid_request' };
  const code = `code-${random()}`;
  const challenge = asked.get('code_challenge') ?? '';
  state.codes.set(code, { redirectUri, challenge, scope, isUsed: false });
  return { code };
}

function isRegistered(registered: readonly string[], given: string): boolean {
  const url = URL.parse(given);
  return registered.some((known) => {
    const expected = new URL(known);
    const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(expected.hostname);
    if (url && isLoopback) expected.port = url.port;
    return url?.href === expected.href;
  });
}

async function exchange(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parameters = Object.fromEntries(new URLSearchParams(await bodyOf(request)));
  const spent = parameters.code ?? parameters.refresh_token ?? '';
  const { headers } = request;
  const noted: TokenRequest = { grant: parameters.grant_type ?? '', spent, parameters, headers, outcome: '' };
  state.requests.push(noted);
  const behaviour = state.behaviours.shift() ?? state.standing;
  const end = (status: number, body: unknown, extra: Record<string, string> = {}) => {
    noted.outcome ||= String(status);
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...extra });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  if (behaviour === 'hold') await untilReleased(state);
  if (behaviour === 'broken') return end(500, '<h1>Internal error</h1>', { 'content-type': 'text/html' });
  if (behaviour === 'away') return end(503, { error: 'temporarily_unavailable' }, { 'retry-after': '120' });
  if (behaviour === 'too-many') return end(429, { error: 'too_many_requests' }, { 'retry-after': '60' });
  if (behaviour === 'no-client' || !isClient(state, parameters, headers)) return end(401, { error: 'invalid_client' });
  const given = behaviour === 'refuse' ? null : give(state, parameters);
  if (!given) return end(400, { error: 'invalid_grant', error_description: `${spent} is not valid` });
  await tell(state, behaviour, given, { noted, response, end });
}

/** The answer to an exchange that took place. */
async function tell(
  state: State,
  behaviour: OauthBehaviour,
  given: Record<string, unknown>,
  way: {
    noted: TokenRequest;
    response: ServerResponse;
    end: (status: number, body: unknown, extra?: Record<string, string>) => void;
  },
): Promise<void> {
  const { noted, response, end } = way;
  if (behaviour === 'lose') {
    noted.outcome = 'lost';
    response.destroy();
    return;
  }
  if (behaviour === 'hold-answer') await untilReleased(state);
  if (behaviour === 'junk') return end(200, '<html>Please wait</html>', { 'content-type': 'text/html' });
  if (behaviour === 'wrong') return end(200, { token: 'this is not the field', expires_in: 'soon' });
  if (behaviour === 'odd') {
    const text = JSON.stringify({ ...given, expires_in: String(given.expires_in), scope: null, id_token: 7 });
    return end(200, text, { 'content-type': 'text/html; charset=utf-8' });
  }
  if (behaviour === 'cut' || behaviour === 'slow') {
    const text = JSON.stringify(given);
    noted.outcome = behaviour;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    const half = Math.floor(text.length / 2);
    response.write(text.slice(0, half), () => {
      if (behaviour === 'cut') response.destroy();
      else setImmediate(() => response.end(text.slice(half)));
    });
    return;
  }
  end(200, given);
}

function isClient(state: State, parameters: Record<string, string>, headers: IncomingMessage['headers']): boolean {
  const { clientId, clientSecret } = state.settings;
  const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1];
  const [id = '', secret = ''] = basic
    ? Buffer.from(basic, 'base64').toString('utf8').split(':').map(decodeURIComponent)
    : [parameters.client_id, parameters.client_secret];
  return isSame(id, clientId) && isSame(secret, clientSecret);
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

/** The new pair, or null where the grant is not valid. */
function give(state: State, parameters: Record<string, string>): Record<string, unknown> | null {
  if (parameters.grant_type === 'authorization_code') {
    const code = state.codes.get(parameters.code ?? '');
    if (!code || code.isUsed || code.redirectUri !== parameters.redirect_uri) return null;
    code.isUsed = true;
    const challenge = createHash('sha256')
      .update(parameters.code_verifier ?? '')
      .digest('base64url');
    return challenge === code.challenge ? pair(state, { isRevoked: false, scope: code.scope }) : null;
  }
  if (parameters.grant_type !== 'refresh_token') return null;
  const token = judgeRefreshToken(state, parameters.refresh_token ?? '');
  if (!token) {
    const spent = state.refreshTokens.get(parameters.refresh_token ?? '');
    if (spent && state.settings.onReuse === 'revoke-all') spent.grant.isRevoked = true;
    return null;
  }
  if (!state.settings.rotates) return pair(state, token.grant, parameters.refresh_token);
  token.spentAt ??= state.settings.now();
  return pair(state, token.grant);
}

function judgeRefreshToken(state: State, token: string): RefreshToken | null {
  const known = state.refreshTokens.get(token);
  if (!known || known.grant.isRevoked) return null;
  const { graceMs, now } = state.settings;
  return known.spentAt === null || now() < known.spentAt + graceMs ? known : null;
}

function pair(state: State, grant: Grant, kept?: string): Record<string, unknown> {
  const { accessTokenSeconds, now } = state.settings;
  const accessToken = `access-${random()}`;
  const refreshToken = kept ?? `refresh-${random()}`;
  state.accessTokens.set(accessToken, { grant, expiresAt: now() + accessTokenSeconds * 1_000 });
  if (!kept) state.refreshTokens.set(refreshToken, { grant, spentAt: null });
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: accessTokenSeconds,
    refresh_token: refreshToken,
    scope: grant.scope,
  };
}

async function revoke(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parameters = Object.fromEntries(new URLSearchParams(await bodyOf(request)));
  if (!isClient(state, parameters, request.headers)) return refuse(response, 401, 'invalid_client');
  const token = parameters.token ?? '';
  const grant = (state.refreshTokens.get(token) ?? state.accessTokens.get(token))?.grant;
  if (grant) grant.isRevoked = true;
  response.writeHead(200).end();
}

function untilReleased(state: State): Promise<void> {
  return new Promise((resolve) => {
    state.held.push(resolve);
  });
}

function refuse(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function random(): string {
  return randomBytes(24).toString('base64url');
}
