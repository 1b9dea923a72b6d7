import { type Egress, EgressError } from '@alt/egress';
import * as oauth from 'oauth4webapi';
import { z } from 'zod';
import type { Client, Provider } from './providers.ts';

const MAX_BYTES = 64 * 1_024;
const RETRY_AFTER_MAXIMUM_MS = 3_600_000;

/** A pair as the provider gave it. */
export interface GivenPair {
  accessToken: string;
  /** Null where the provider gave no new one: the one that was exchanged stays valid. */
  refreshToken: string | null;
  scope: string | null;
  lifeSeconds: number | null;
  /** Between the moment before the request and now, by a clock that nobody sets. */
  elapsedMs: number;
  /** The provider's clock less ours, in milliseconds; null where the answer has no date. */
  clockOffsetMs: number | null;
}

/**
 * How an exchange ended. `refused`: the grant is not valid. `misconfigured`: the application is not accepted as it is.
 * `unreached`: nothing was sent. `lost`: no answer that can be read, so that it may have been exchanged. `busy`: an answer that
 * says nothing about the grant, and asks for patience. A reason never holds a secret.
 */
export type Exchange =
  | { kind: 'given'; pair: GivenPair }
  | { kind: FailureKind; reason: string; retryAfterMs: number | null };

export type FailureKind = 'refused' | 'misconfigured' | 'unreached' | 'lost' | 'busy';

export interface Protocol {
  /** Where the browser goes. */
  addressFor(asked: { state: string; codeVerifier: string; redirectUri: string }): Promise<URL>;
  /** Exchanges the code of the address that the browser came back to. */
  redeem(answer: URL, expected: { state: string; codeVerifier: string; redirectUri: string }): Promise<Exchange>;
  refresh(refreshToken: string): Promise<Exchange>;
  /** Withdraws the grant; false where the provider has no address for that. Rejects with a sentence where it failed. */
  revoke(refreshToken: string): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * OAuth 2.0 with one provider: authorization code with PKCE (RFC 6749, RFC 7636), refresh, revocation (RFC 7009). Requests go
 * out by egress with exactly the provider's host and port opened, and no redirect is followed.
 */
export function createProtocol(
  provider: Provider,
  client: Client,
  { egress: shared, now, timeoutMs }: { egress: Egress; now: () => number; timeoutMs: number },
): Protocol {
  const { server, isPlain, egress } = reach(provider, client.url, shared);
  const self: oauth.Client = { client_id: client.clientId };
  const proof = oauth.ClientSecretPost(client.clientSecret);
  const exchange = (ask: (options: oauth.TokenEndpointRequestOptions) => Promise<Response>, read: Read) =>
    exchanged({ egress, isPlain, now, timeoutMs }, ask, read);
  return {
    async addressFor({ state, codeVerifier, redirectUri }) {
      const url = new URL(server.authorization_endpoint ?? '');
      const asked = {
        client_id: client.clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: provider.scope,
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      };
      for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
      return url;
    },
    async redeem(answer, { state, codeVerifier, redirectUri }) {
      const parameters = validated(() => oauth.validateAuthResponse(server, self, answer, state));
      if ('reason' in parameters) return parameters;
      return exchange(
        (options) =>
          oauth.authorizationCodeGrantRequest(server, self, proof, parameters, redirectUri, codeVerifier, options),
        (response) => oauth.processAuthorizationCodeResponse(server, self, response),
      );
    },
    refresh: (refreshToken) =>
      exchange(
        (options) => oauth.refreshTokenGrantRequest(server, self, proof, refreshToken, options),
        (response) => oauth.processRefreshTokenResponse(server, self, response),
      ),
    async revoke(refreshToken) {
      if (!server.revocation_endpoint) return false;
      const sent = await attempt(async () => {
        const through = fetchThrough(egress, timeoutMs);
        const options = { [oauth.customFetch]: through, [oauth.allowInsecureRequests]: isPlain };
        await oauth.processRevocationResponse(
          await oauth.revocationRequest(server, self, proof, refreshToken, options),
        );
      });
      if ('reason' in sent) throw new Error(`${provider.title} did not withdraw the permission: ${sent.reason}.`);
      return true;
    },
    close: () => egress.close(),
  };
}

type Read = (response: Response) => Promise<oauth.TokenEndpointResponse>;

function reach(provider: Provider, address: string, shared: Egress) {
  const base = new URL(address);
  const isPlain = base.protocol === 'http:';
  const at = (path: string) => new URL(path, base).href;
  const { authorize, token, revoke } = provider.paths;
  const server: oauth.AuthorizationServer = {
    issuer: base.origin,
    authorization_endpoint: at(authorize),
    token_endpoint: at(token),
    ...(revoke ? { revocation_endpoint: at(revoke) } : {}),
  };
  const egress = shared.opening([`${base.hostname}:${base.port || (isPlain ? '80' : '443')}`]);
  return { server, isPlain, egress };
}

async function exchanged(
  { egress, isPlain, now, timeoutMs }: { egress: Egress; isPlain: boolean; now: () => number; timeoutMs: number },
  ask: (options: oauth.TokenEndpointRequestOptions) => Promise<Response>,
  read: Read,
): Promise<Exchange> {
  let clockOffsetMs: number | null = null;
  let retryAfterMs: number | null = null;
  const startedAt = performance.now();
  const hear = (headers: Headers) => {
    const date = Date.parse(headers.get('date') ?? '');
    clockOffsetMs = Number.isNaN(date) ? null : date - now();
    retryAfterMs = retryAfter(headers.get('retry-after'));
  };
  const options = {
    [oauth.customFetch]: fetchThrough(egress, timeoutMs, hear),
    [oauth.allowInsecureRequests]: isPlain,
  };
  const answer = await attempt(async () => read(await ask(options)));
  if ('reason' in answer) return { ...answer, retryAfterMs };
  const elapsedMs = performance.now() - startedAt;
  return {
    kind: 'given',
    pair: {
      accessToken: answer.value.access_token,
      refreshToken: answer.value.refresh_token ?? null,
      scope: answer.value.scope ?? null,
      lifeSeconds: answer.value.expires_in ?? null,
      elapsedMs,
      clockOffsetMs,
    },
  };
}

type Failure = { kind: FailureKind; reason: string; retryAfterMs: null };

async function attempt<T>(work: () => Promise<T>): Promise<{ value: T } | Failure> {
  try {
    return { value: await work() };
  } catch (error) {
    return failureOf(error);
  }
}

function validated(work: () => URLSearchParams): URLSearchParams | Failure {
  try {
    return work();
  } catch (error) {
    const denied = error instanceof oauth.AuthorizationResponseError ? word(error.error) : null;
    const reason = denied ? `it was not allowed (${denied})` : 'the address does not belong to this authorisation';
    return { kind: 'refused', reason, retryAfterMs: null };
  }
}

/** Before a connection stood, nothing can have been sent. */
const UNSENT = new Set([
  'dns-not-found',
  'dns-failed',
  'connect-refused',
  'connect-failed',
  'tls-failed',
  'proxy-failed',
]);

/** Of what others threw only codes are taken: their messages may repeat what was sent or received. */
function failureOf(error: unknown): Failure {
  if (error instanceof EgressError) {
    const isUnsent = UNSENT.has(error.code) || error.code.startsWith('egress-');
    return { kind: isUnsent ? 'unreached' : 'lost', reason: error.message.replace(/\.$/, ''), retryAfterMs: null };
  }
  if (error instanceof oauth.ResponseBodyError) {
    const code = word(error.error);
    const reason = `it answered ${error.status}${code ? ` (${code})` : ''}`;
    if (code === 'invalid_grant') return { kind: 'refused', reason, retryAfterMs: null };
    return { kind: kindOf(error.status), reason, retryAfterMs: null };
  }
  const status = statusIn(error);
  if (status === null) return { kind: 'lost', reason: 'its answer could not be read', retryAfterMs: null };
  return { kind: kindOf(status), reason: `it answered ${status}`, retryAfterMs: null };
}

function kindOf(status: number): FailureKind {
  return status >= 500 || status === 429 || status === 408 ? 'busy' : 'misconfigured';
}

function statusIn(error: unknown): number | null {
  if (error instanceof oauth.WWWAuthenticateChallengeError) return error.status;
  const cause = error instanceof oauth.OperationProcessingError ? error.cause : null;
  return cause instanceof Response && cause.status !== 200 ? cause.status : null;
}

/** An error code of OAuth; anything else is a stranger's text. */
function word(code: unknown): string | null {
  return typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? code : null;
}

function retryAfter(value: string | null): number | null {
  const seconds = Number(value);
  return value && seconds >= 0 ? Math.min(seconds * 1_000, RETRY_AFTER_MAXIMUM_MS) : null;
}

function fetchThrough(egress: Egress, timeoutMs: number, hear: (headers: Headers) => void = () => {}) {
  return async (
    url: string,
    { method, headers, body }: oauth.CustomFetchOptions<string, unknown>,
  ): Promise<Response> => {
    const response = await egress(url, {
      method: method === 'POST' ? 'POST' : 'GET',
      headers: headers as Record<string, string>,
      ...(body instanceof URLSearchParams ? { body: body.toString() } : {}),
      timeoutMs,
      firstByteTimeoutMs: timeoutMs,
      maxBytes: MAX_BYTES,
      maxRedirects: 0,
    });
    hear(response.headers);
    const { status, bytes } = response;
    const isBodiless = status === 204 || status === 304;
    const given = status === 200 ? essentials(response.text()) : null;
    const type = given ? 'application/json' : (response.headers.get('content-type') ?? '');
    const sent = given ?? (bytes as Uint8Array<ArrayBuffer>);
    return new Response(isBodiless ? null : sent, { status, headers: { 'content-type': type } });
  };
}

/**
 * What counts of an answer that has a token, as RFC 6749 §5.1 wants it. A service that names another type of content, or has a
 * field of an odd type, has spent the refresh token all the same: such an answer must not be thrown away. Null for others.
 */
function essentials(text: string): string | null {
  const found = tokenAnswer.safeParse(jsonOrNull(text));
  return found.success ? JSON.stringify({ token_type: 'Bearer', ...found.data }) : null;
}

const token = z.string().min(1);
const tokenAnswer = z.object({
  access_token: token,
  refresh_token: token.optional().catch(undefined),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
  scope: z.string().optional().catch(undefined),
});

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
