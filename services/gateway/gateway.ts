import { Problem } from '@alt/contracts';
import { errorResponse, type Host, problemResponse } from '@alt/service-kit';
import { type PeerOf, publicOrigin, publicServiceOf } from '@alt/topology';
import { compressed } from './compression.ts';
import { platformHealth } from './health.ts';

/**
 * Routes every request by its path to the service that answers it. Internal headers that come from outside are dropped,
 * internal paths do not exist, bodies stream both ways, and whoever hangs up is heard by the service.
 */
export function createGateway(host: Host<PeerOf<'gateway'>>): (request: Request) => Promise<Response> {
  const isSecure = host.publicUrl.protocol === 'https:';
  return async (request) => {
    const url = new URL(request.url);
    const response = await answer(request, url, host);
    if (isSecure) response.headers.set('strict-transport-security', publicOrigin.strictTransportSecurity);
    return response;
  };
}

async function answer(request: Request, url: URL, host: Host<PeerOf<'gateway'>>): Promise<Response> {
  try {
    const health = await platformHealth(url.pathname, host);
    if (health) return health;
    const target = publicServiceOf(url.pathname);
    if (!target) throw new Problem('not-found', 'There is nothing at this address.');
    const isBodiless = request.method === 'GET' || request.method === 'HEAD';
    const response = await host.peer(target)(url.pathname + url.search, {
      method: request.method,
      headers: outwardHeaders(request, host),
      ...(isBodiless ? {} : { body: request.body }),
      signal: request.signal,
      timeoutMs: publicOrigin.answerTimeoutMs,
    });
    const { body, status } = response;
    const outward = new Response(body, { status, headers: publicHeaders(response) });
    return isOnThisMachine(request, host) ? outward : await compressed(outward, request);
  } catch (error) {
    if (request.signal.aborted) return new Response(null, { status: 499 });
    return error instanceof Problem
      ? problemResponse(error, requestIdOf(request))
      : errorResponse(error, requestIdOf(request), host);
  }
}

/**
 * A browser beside us: bytes cost it nothing, and compressing makes a list of 50 entries slower (p95 0.5 against 1.5 ms). With
 * a public address of another name the neighbour is a proxy, which passes on what it gets.
 */
function isOnThisMachine(request: Request, host: Pick<Host, 'address' | 'publicUrl'>): boolean {
  return LOOPBACK.test(host.address(request)) && LOOPBACK.test(host.publicUrl.hostname);
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|::ffff:127\.\d+\.\d+\.\d+)$/;

/** What the service may know of the request: everything but what only our services may say. */
function outwardHeaders(request: Request, host: Pick<Host, 'address' | 'publicUrl'>): Headers {
  const headers = new Headers(request.headers);
  for (const name of [...headers.keys()]) {
    if (name.startsWith('x-alt-') || name.startsWith('x-forwarded-') || HOP_BY_HOP.has(name)) headers.delete(name);
  }
  headers.set('x-forwarded-for', host.address(request));
  headers.set('x-forwarded-proto', host.publicUrl.protocol.slice(0, -1));
  return headers;
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'expect',
]);

/**
 * A service's answer as the outside sees it. `fetch` has decoded a body that came over HTTP (such an answer has a URL) but
 * left the headers that describe it encoded; an answer of this process is passed on as it is.
 */
function publicHeaders(response: Response): Headers {
  const headers = new Headers(response.headers);
  for (const name of [...headers.keys()]) {
    if (name.startsWith('x-alt-') || (HOP_BY_HOP.has(name) && name !== 'content-length')) headers.delete(name);
  }
  if (response.url !== '' && headers.has('content-encoding')) {
    headers.delete('content-encoding');
    headers.delete('content-length');
  }
  return headers;
}

function requestIdOf(request: Request): string {
  return request.headers.get('x-request-id') ?? crypto.randomUUID();
}
