import { Problem } from '@alt/contracts';
import type { Egress } from '@alt/egress';
import * as openid from 'openid-client';
import type { Config } from '../config.ts';

const DISCOVERED_FOR_MS = 3_600_000;
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 1_000_000;

/** What one sign-in must find again in the answer; kept by us, never in the browser. */
export interface Expected {
  state: string;
  nonce: string;
  codeVerifier: string;
  /** Asks for a fresh sign-in there, and checks that it was one. */
  isFresh: boolean;
}

/** Somebody as the OpenID provider vouches for them. */
export interface Claimed {
  issuer: string;
  subject: string;
  email: string;
  isEmailVerified: boolean;
  name: string;
}

export interface Issuer {
  /** Where the browser goes to sign in. Throws `bad-gateway` where the provider cannot be asked. */
  addressFor(expected: Expected): Promise<URL>;
  /** Judges the answer that came back to `callback`. Throws `sign-on-refused`, `bad-gateway`. */
  redeem(answer: URL, expected: Expected): Promise<Claimed>;
  close(): Promise<void>;
}

/**
 * The OpenID provider that is configured, by its discovery document (OpenID Connect Discovery 1.0). Requests go out by
 * egress, with the issuer's own host and port opened and no redirect followed. Signatures of ID tokens are checked
 * although they come over TLS, so that `alg: none` and strangers' keys never pass.
 */
export function createIssuer(
  settings: NonNullable<Config['singleSignOn']>,
  { egress: shared, callback }: { egress: Egress; callback: URL },
): Issuer {
  const issuer = new URL(settings.issuer);
  const port = issuer.port || (issuer.protocol === 'https:' ? '443' : '80');
  const egress = shared.opening([`${issuer.hostname}:${port}`]);
  let discovered: { configuration: Promise<openid.Configuration>; until: number } | null = null;

  function configuration(): Promise<openid.Configuration> {
    if (discovered && Date.now() < discovered.until) return discovered.configuration;
    const asked = discover(issuer, settings, fetchThrough(egress));
    discovered = { configuration: asked, until: Date.now() + DISCOVERED_FOR_MS };
    asked.catch(() => {
      discovered = null;
    });
    return asked;
  }

  return {
    async addressFor({ state, nonce, codeVerifier, isFresh }) {
      return openid.buildAuthorizationUrl(await reached(configuration()), {
        redirect_uri: callback.href,
        scope: 'openid email profile',
        state,
        nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...(isFresh ? { prompt: 'login', max_age: '0' } : {}),
      });
    },
    async redeem(answer, expected) {
      const client = await reached(configuration());
      try {
        return await redeemed(client, answer, expected);
      } catch (cause) {
        if (cause instanceof Problem) throw cause;
        throw refused(cause);
      }
    },
    close: () => egress.close(),
  };
}

async function redeemed(client: openid.Configuration, answer: URL, expected: Expected): Promise<Claimed> {
  const { state, nonce, codeVerifier, isFresh } = expected;
  const tokens = await openid.authorizationCodeGrant(client, answer, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
    // A second for clocks: 0 would refuse a sign-in of just now.
    ...(isFresh ? { maxAge: 60 } : {}),
  });
  const claims = tokens.claims();
  if (!claims) throw new Error('The answer has no ID token');
  const told =
    claims.email === undefined ? await openid.fetchUserInfo(client, tokens.access_token, claims.sub) : claims;
  const { email, email_verified: isEmailVerified, name } = told;
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email: typeof email === 'string' ? email : '',
    isEmailVerified: isEmailVerified === true,
    name: typeof name === 'string' ? name : '',
  };
}

async function discover(
  issuer: URL,
  { clientId, clientSecret }: NonNullable<Config['singleSignOn']>,
  fetchDocument: openid.CustomFetch,
): Promise<openid.Configuration> {
  const execute = [openid.enableNonRepudiationChecks];
  // Over plain HTTP only where the operator wrote so: a provider on the same machine, or in a test.
  if (issuer.protocol === 'http:') execute.push(openid.allowInsecureRequests);
  return openid.discovery(issuer, clientId, clientSecret, openid.ClientSecretBasic(clientSecret), {
    execute,
    timeout: TIMEOUT_MS / 1000,
    [openid.customFetch]: fetchDocument,
  });
}

function fetchThrough(egress: Egress): openid.CustomFetch {
  return async (url, { method, headers, body }) => {
    const sent = body instanceof URLSearchParams ? body.toString() : body;
    const response = await egress(url, {
      method: method === 'POST' ? 'POST' : 'GET',
      headers: Object.fromEntries(new Headers(headers)),
      ...(typeof sent === 'string' ? { body: sent } : {}),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      maxRedirects: 0,
    });
    const { status, bytes } = response;
    const received = new Headers(response.headers);
    // The bytes are decoded already.
    received.delete('content-encoding');
    received.delete('content-length');
    const isBodiless = status === 204 || status === 304;
    return new Response(isBodiless ? null : (bytes as Uint8Array<ArrayBuffer>), { status, headers: received });
  };
}

async function reached<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch (cause) {
    throw new Problem(
      'bad-gateway',
      'The single sign-on does not answer as it should. Try again, or ask whoever runs this Alt.',
      {
        cause,
      },
    );
  }
}

function refused(cause: unknown): Problem {
  return new Problem('sign-on-refused', 'The single sign-on refused, or its answer was not valid. Begin again.', {
    cause,
  });
}
