import { Problem, problemSchema, type Role, role } from '@alt/contracts';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Reader } from './route.ts';
import type { PeerFetch } from './service.ts';

/** How long an answer of auth-service is kept: a revoked session is refused everywhere within this time. */
const KEPT_MS = 5_000;
/** Whoever asks on after this time is exchanged anew meanwhile, and does not wait for it. */
const RENEWED_AFTER_MS = 3_000;
const KEPT_MAXIMUM = 5_000;
const COOKIE = 'alt_session';

const answerSchema = z.object({ token: z.string(), csrfToken: z.string().nullable(), expiresAt: z.string() });
const claimsSchema = z.object({
  sub: z.uuid(),
  tenant: z.uuid(),
  role,
  email: z.string(),
  name: z.string(),
  session: z.string().nullish(),
  key: z.string().nullish(),
  scope: z.enum(['full', 'reader-clients']).default('full'),
  proved: z.number().nullish(),
  suspended: z.boolean().default(false),
  instance_owner: z.boolean().default(false),
});

export interface Identify {
  (request: Request, address: string): Promise<Reader | null>;
  /** Asks anew for everybody: how a tenant stands has changed. */
  forget(): void;
}

/**
 * Exchanges the cookie or bearer key of a request at auth-service for a user token, verifies the token with the key
 * set, and keeps the answer for a few seconds; who asks on never waits again. Refusals are kept too, so that a bad key costs one call.
 */
export function createIdentify(authService: PeerFetch): Identify {
  const kept = new Map<string, Kept>();
  const keys = createKeySource(authService);

  const identify = (request: Request, address: string) => {
    const credential = credentialOf(request);
    if (!credential) return Promise.resolve(null);
    // The address too: a cookie that comes from two places is to be seen by auth-service from both.
    const id = `${credential.kind}:${credential.secret}:${address}`;
    const present = kept.get(id);
    const startedAt = Date.now();
    const isKept = present !== undefined && startedAt < present.at + KEPT_MS;
    if (isKept && (present.isRenewed || startedAt < present.at + RENEWED_AFTER_MS)) return present.reader;
    const from = { address, agent: agentOf(request) };
    if (isKept) {
      present.isRenewed = true;
      setImmediate(async () => {
        const reader = exchange(authService, keys, credential, from);
        // Where it fails, the next one waits, and hears why; where everybody was forgotten meanwhile, it is too old.
        const isThere = await reader.then(
          () => true,
          () => false,
        );
        if (isThere && kept.get(id) === present) kept.set(id, { reader, at: startedAt, isRenewed: false });
      });
      return present.reader;
    }
    const reader = exchange(authService, keys, credential, from);
    if (kept.size >= KEPT_MAXIMUM) kept.clear();
    kept.set(id, { reader, at: startedAt, isRenewed: false });
    reader.catch(() => kept.delete(id));
    return reader;
  };
  return Object.assign(identify, { forget: () => kept.clear() });
}

interface Kept {
  reader: Promise<Reader | null>;
  /** When it was asked for. */
  at: number;
  /** Whether another exchange is under way. */
  isRenewed: boolean;
}

interface Credential {
  kind: 'cookie' | 'bearer';
  secret: string;
}

/** A bearer token wins over the cookie: a program says who it is. */
export function credentialOf(request: Request): Credential | null {
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  if (bearer) return { kind: 'bearer', secret: bearer.slice(0, 500) };
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === COOKIE && value) return { kind: 'cookie', secret: value.slice(0, 500) };
  }
  return null;
}

function agentOf(request: Request): string {
  return (request.headers.get('user-agent') ?? '').slice(0, 300);
}

/** The key set that has a key of this id, if there is one. Kept as a whole: each key is imported once. */
type KeySource = (kid: string) => Promise<LocalKeySet>;
type LocalKeySet = ReturnType<typeof createLocalJWKSet>;

async function exchange(
  authService: PeerFetch,
  keys: KeySource,
  credential: Credential,
  from: { address: string; agent: string },
): Promise<Reader | null> {
  const response = await authService('/internal/exchange', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...(credential.kind === 'cookie' ? { sessionCookie: credential.secret } : { bearer: credential.secret }),
      ...from,
    }),
    timeoutMs: 5_000,
  });
  if (response.status === 401 || response.status === 429) return null;
  if (!response.ok) throw await refusalOf(response, 'an exchange');
  const answer = answerSchema.parse(await response.json());
  return verifyUserToken(answer.token, keys, answer.csrfToken);
}

/** What is down for auth-service is down for who asks it; anything else is a fault. */
async function refusalOf(response: Response, asked: string): Promise<Error> {
  const problem = response.status === 503 ? problemSchema.safeParse(await response.json().catch(() => null)) : null;
  if (!problem?.success) return new Error(`auth-service answered ${response.status} to ${asked}`);
  const { code, detail } = problem.data;
  return new Problem(code === 'database-unavailable' ? code : 'unavailable', detail);
}

async function verifyUserToken(token: string, keys: KeySource, csrfToken: string | null): Promise<Reader> {
  const { kid = '' } = decodeProtectedHeader(token);
  const { payload } = await jwtVerify(token, await keys(kid), {
    algorithms: ['EdDSA'],
    issuer: 'auth-service',
    audience: 'alt',
    clockTolerance: 5,
    requiredClaims: ['exp', 'iat'],
  });
  const claims = claimsSchema.parse(payload);
  return {
    userId: claims.sub,
    tenantId: claims.tenant,
    role: claims.role as Role,
    email: claims.email,
    name: claims.name,
    sessionId: claims.session ?? null,
    keyId: claims.key ?? null,
    scope: claims.scope,
    csrfToken,
    provedAt: claims.proved ? new Date(claims.proved * 1000) : null,
    isSuspended: claims.suspended,
    ownsInstance: claims.instance_owner,
  };
}

/** The key set, asked again when a token names a key that is not in it. */
function createKeySource(authService: PeerFetch): KeySource {
  let current: Promise<LocalKeySet> | null = null;
  const load = async () => {
    const response = await authService('/internal/keys', { timeoutMs: 5_000 });
    if (!response.ok) throw await refusalOf(response, 'a request for its keys');
    return createLocalJWKSet((await response.json()) as JSONWebKeySet);
  };
  return async (kid) => {
    const present = await current?.catch(() => null);
    if (present?.jwks().keys.some((key) => key.kid === kid)) return present;
    current = load();
    return current;
  };
}
