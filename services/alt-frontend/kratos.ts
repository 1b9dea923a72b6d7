import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '@alt/contracts';
import { errorResponse, type Host, type PeerFetch, problemResponse } from '@alt/service-kit';
import { createFlood, type Flood } from '@alt/service-kit/flood.ts';
import { securityHeaders } from './security-headers.ts';

const TIMEOUT_MS = 15_000;
const BODY_MAXIMUM_BYTES = 64 * 1024;
const ANSWER_MAXIMUM_BYTES = 1024 * 1024;
const HEADER_MAXIMUM_BYTES = 16 * 1024;
/**
 * Kratos answers an unknown address in 26 ms and a wrong password in 150. What an attempt that opened nothing took is made up
 * to a multiple of this, so that the two look alike unless Kratos is so busy that they lie on both sides of one.
 */
const STEP_MS = 400;
/** Every page that is begun is a row in Kratos' database. Of one address, in one process. */
const FLOOD = { ratePerSecond: 10, burst: 120, concurrency: 16 };
const METHODS = new Set(['GET', 'HEAD', 'POST', 'DELETE']);

/** What a page of Kratos needs to know of a request, and no more. */
const SENT = ['accept', 'accept-language', 'content-type', 'origin', 'referer', 'user-agent', 'x-session-token'];
const RETURNED = ['content-type', 'location', 'cache-control', 'vary', 'retry-after'];
/** Cookies of ours are none of Kratos' business, and it sets none of them. */
const OWN_COOKIE = /^alt_(?!kratos_)/;

/**
 * Passes `/self-service/*` and `/sessions/whoami` on to Kratos, at the same origin, so that its cookies work; null for any
 * other path. Redirects go to the browser as they are. Attempts to sign in, register or recover are counted first,
 * and those that open nothing take as long whether somebody has the address or not.
 */
export function createKratosPass(
  kratosUrl: string,
  options: {
    host: Pick<Host, 'address' | 'log' | 'publicUrl'>;
    authService: PeerFetch;
    /** Milliseconds; of the process unless a test has its own. */
    clock?: Clock;
  },
): (request: Request) => Promise<Response> | null {
  const { host, authService, clock = { now: () => performance.now(), wait: (forMs) => sleep(forMs) } } = options;
  const base = kratosUrl.replace(/\/+$/, '');
  const flood = createFlood(FLOOD);
  return (request) => {
    const { pathname, search } = new URL(request.url);
    if (!isPassedOn(pathname)) return null;
    const address = host.address(request);
    const passing = { url: `${base}${pathname}${search}`, pathname, address, host, authService, clock };
    return guarded(flood, request, passing).catch((error: unknown) => {
      const requestId = request.headers.get('x-request-id') ?? crypto.randomUUID();
      return error instanceof Problem ? problemResponse(error, requestId) : errorResponse(error, requestId, host);
    });
  };
}

/** Plain paths only: nothing encoded can turn into another path behind this door. */
export function isPassedOn(pathname: string): boolean {
  return pathname === '/sessions/whoami' || /^\/self-service(\/[a-z\d_-]+)+$/i.test(pathname);
}

interface Clock {
  now(): number;
  wait(forMs: number): Promise<unknown>;
}

interface Passing {
  url: string;
  pathname: string;
  address: string;
  host: Pick<Host, 'publicUrl'>;
  authService: PeerFetch;
  clock: Clock;
}

async function guarded(flood: Flood, request: Request, passing: Passing): Promise<Response> {
  const leave = flood.enter(passing.address);
  try {
    return await pass(request, passing);
  } finally {
    leave();
  }
}

async function pass(request: Request, passing: Passing): Promise<Response> {
  const { url, pathname, address, host, authService, clock } = passing;
  if (!METHODS.has(request.method)) {
    throw new Problem('method-not-allowed', 'Here only GET, POST and DELETE can be used.', {
      headers: { Allow: [...METHODS].join(', ') },
    });
  }
  const headers = sentHeaders(request, address, host);
  const body = request.method === 'GET' || request.method === 'HEAD' ? null : await readBody(request);
  const attempt = attemptOf(request, pathname, body);
  const shown = sessionIn((headers.get('cookie') ?? '').split(';'));
  if (attempt) await count(authService, { ...attempt, address, cookie: shown, wasRight: false });
  const startedAt = clock.now();
  const response = await ask(url, { method: request.method, headers, body });
  const cookie = sessionIn(response.headers.getSetCookie().map((line) => line.split(';')[0] ?? ''));
  if (attempt?.kind === 'login' && cookie) await count(authService, { ...attempt, address, cookie, wasRight: true });
  else if (attempt) await clock.wait(untilNextStep(clock.now() - startedAt));
  return response;
}

function untilNextStep(tookMs: number): number {
  return Math.ceil(tookMs / STEP_MS) * STEP_MS - tookMs;
}

function sentHeaders(request: Request, address: string, host: Pick<Host, 'publicUrl'>): Headers {
  const headers = new Headers();
  for (const name of SENT) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const cookies = (request.headers.get('cookie') ?? '').split(';').map((pair) => pair.trim());
  const theirs = cookies.filter((pair) => pair !== '' && !OWN_COOKIE.test(pair));
  if (theirs.length > 0) headers.set('cookie', theirs.join('; '));
  const size = [...headers].reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > HEADER_MAXIMUM_BYTES)
    throw new Problem('body-too-large', 'The headers are too large. Remove old cookies.');
  headers.set('x-forwarded-for', address);
  headers.set('x-forwarded-proto', host.publicUrl.protocol.slice(0, -1));
  headers.set('x-forwarded-host', host.publicUrl.host);
  return headers;
}

async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new Problem('body-too-large', 'The body may have at most 64 KiB.');
  if (Number(request.headers.get('content-length') ?? 0) > BODY_MAXIMUM_BYTES) throw tooLarge();
  return gather(request.body, BODY_MAXIMUM_BYTES, tooLarge);
}

async function gather(
  stream: ReadableStream<Uint8Array> | null,
  maximumBytes: number,
  tooLarge: () => Problem,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of stream ?? []) {
    size += piece.length;
    if (size > maximumBytes) throw tooLarge();
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

async function ask(
  url: string,
  { method, headers, body }: { method: string; headers: Headers; body: Uint8Array<ArrayBuffer> | null },
): Promise<Response> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const sent = body && body.length > 0 ? { body } : {};
  const answer = await fetch(url, { method, headers, redirect: 'manual', signal, ...sent }).catch((cause: unknown) => {
    throw new Problem('unavailable', 'Kratos, which keeps the identities, does not answer. Try again in a moment.', {
      cause,
    });
  });
  const tooLarge = () => new Problem('bad-gateway', 'The answer of Kratos was too large.');
  const bytes = await gather(answer.body, ANSWER_MAXIMUM_BYTES, tooLarge);
  const returned = new Headers(securityHeaders);
  for (const name of RETURNED) {
    const value = answer.headers.get(name);
    if (value !== null) returned.set(name, value);
  }
  for (const cookie of answer.headers.getSetCookie()) {
    if (!OWN_COOKIE.test(cookie)) returned.append('set-cookie', cookie);
  }
  if (!returned.has('cache-control')) returned.set('cache-control', 'no-store');
  const isBodiless = [204, 304].includes(answer.status) || method === 'HEAD';
  return new Response(isBodiless ? null : bytes, { status: answer.status, headers: returned });
}

interface Attempt {
  kind: 'login' | 'registration' | 'recovery';
  identifier: string | null;
}

/** What is tried, by the path and the form. A page of Kratos takes forms and JSON. */
function attemptOf(request: Request, pathname: string, body: Uint8Array | null): Attempt | null {
  if (request.method !== 'POST' || body === null) return null;
  const kinds = {
    login: 'login',
    registration: 'registration',
    recovery: 'recovery',
    verification: 'recovery',
  } as const;
  const page = pathname.split('/')[2]?.toLowerCase() ?? '';
  const kind = Object.hasOwn(kinds, page) ? kinds[page as keyof typeof kinds] : null;
  if (kind === null) return null;
  const fields = fieldsOf(Buffer.from(body).toString(), request.headers.get('content-type') ?? '');
  const identifier = fields.identifier ?? fields.password_identifier;
  return { kind, identifier: typeof identifier === 'string' ? identifier.slice(0, 1000) : null };
}

function fieldsOf(text: string, contentType: string): Record<string, unknown> {
  if (!contentType.includes('json')) return Object.fromEntries(new URLSearchParams(text));
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Kratos' session cookie among pairs; null where there is none, or an empty one takes it away. */
function sessionIn(pairs: string[]): string | null {
  const pair = pairs.map((one) => one.trim()).find((one) => /^alt_kratos_session=./.test(one));
  return pair && pair.length <= 8000 ? pair : null;
}

async function count(
  authService: PeerFetch,
  attempt: Attempt & { address: string; cookie: string | null; wasRight: boolean },
): Promise<void> {
  const response = await authService('/internal/kratos/attempts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(attempt),
  });
  if (response.ok) return;
  const { code, detail, retryAfterSeconds } = await response.json().catch(() => ({ code: '', detail: '' }));
  if (code !== 'locked-out' && code !== 'too-many-requests') {
    throw new Problem('unavailable', 'auth-service, which counts attempts, does not answer. Try again in a moment.');
  }
  throw new Problem(code, detail, { headers: { 'Retry-After': String(retryAfterSeconds ?? 60) } });
}
