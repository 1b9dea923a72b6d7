import { randomUUID } from 'node:crypto';
import { type Endpoint, isRoleAtLeast, PROOF_MINUTES, Problem } from '@alt/contracts';
import { isFlowAllowed } from '@alt/topology';
import { type Context, Hono } from 'hono';
import { Histogram } from 'prom-client';
import { createCors } from './cors.ts';
import { createFlood, defaultFloodLimits, type Flood, type FloodLimits } from './flood.ts';
import { createSecurityHeaders } from './headers.ts';
import { readInput } from './input.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { type Reader, Reply, type Route, type RouteContext } from './route.ts';
import type { Host } from './service.ts';
import { SERVICE_TOKEN_HEADER } from './tokens.ts';

export interface AppOptions {
  host: Host;
  routes: readonly Route[];
  /** Who a request acts for; null for nobody. Not asked on public endpoints. */
  identify?: (request: Request, address: string) => Promise<Reader | null>;
  /** What must work for this service to work; each throws when it does not. */
  checks?: Record<string, () => Promise<unknown>>;
  flood?: Partial<FloodLimits>;
  /** Hears of requests to what does not exist; may throw a Problem in place of the 404. */
  onMissing?: (request: Request, address: string) => Promise<void>;
}

/** The embedded database, and a restarted service, are back within seconds. */
const RETRY_AFTER_SECONDS = 5;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const KNOWN_METHODS = new Set([...SAFE_METHODS, 'POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * The HTTP handler of a service. In this order: request id, access log, flood guard, authentication, CSRF, validation,
 * handler; errors become problem documents, and every answer carries the security headers. Also answers /v1/health, /v1/ready, /v1/live and /metrics.
 */
export function createApp(options: AppOptions): { fetch: (request: Request) => Promise<Response> } {
  const { host } = options;
  const app = new Hono({ strict: true });
  const guards = createGuards(options);
  const seconds = requestHistogram(host);
  const cors = createCors(host);
  const secure = createSecurityHeaders(host);
  addHealth(app, options);
  for (const route of options.routes) {
    app.on(route.endpoint.method, route.endpoint.path, (context) => answer(route, context, options, guards));
  }
  app.notFound(async (context) => {
    const request = context.req.raw;
    const { pathname } = new URL(context.req.url);
    const problem = notFoundProblem(options.routes, pathname);
    if (options.onMissing && problem.code === 'not-found') {
      const caller = await callerOf(request, host);
      await options.onMissing(request, host.address(request, caller !== null));
    }
    return problemResponse(problem, requestIdOf(request));
  });
  app.onError((error, context) => errorResponse(error, requestIdOf(context.req.raw), host));

  return {
    async fetch(request) {
      const startedAt = performance.now();
      const requestId = requestIdOf(request);
      request.headers.set('x-request-id', requestId);
      let response: Response;
      try {
        response = cors.preflight(request) ?? (await traced(request, host, () => app.fetch(request)));
      } catch (error) {
        response = errorResponse(error, requestId, host);
      }
      response.headers.set('x-request-id', requestId);
      secure(response);
      cors.decorate(request, response);
      const tookMs = performance.now() - startedAt;
      const path = response.headers.get('x-alt-route') ?? 'none';
      response.headers.delete('x-alt-route');
      const method = KNOWN_METHODS.has(request.method) ? request.method : 'other';
      seconds.observe({ method, route: path, status: response.status }, tookMs / 1000);
      host.log.debug({ requestId, method: request.method, route: path, status: response.status, tookMs }, 'request');
      return response;
    },
  };
}

/** The request as a span, which continues that of a service of ours; what strangers say of their traces counts nothing. */
async function traced(request: Request, host: Host, handle: () => Response | Promise<Response>): Promise<Response> {
  const { tracer } = host;
  if (!tracer) return handle();
  const parent = (await callerOf(request, host)) ? request.headers.get('traceparent') : null;
  const attributes = { 'http.request.method': request.method };
  return tracer.span(request.method, { kind: 'server', parent, attributes }, async (span) => {
    const response = await handle();
    const route = response.headers.get('x-alt-route');
    if (route) span.rename(`${request.method} ${route}`);
    span.set({ 'http.response.status_code': response.status, ...(route ? { 'http.route': route } : {}) });
    if (response.status >= 500) span.fail('answered with an error');
    return response;
  });
}

interface Guards {
  byAddress: Flood;
  byAccount: Flood;
  streams: Flood;
}

function createGuards({ flood }: AppOptions): Guards {
  const limits = { ...defaultFloodLimits, ...flood };
  return {
    byAddress: createFlood(limits),
    byAccount: createFlood(limits),
    streams: createFlood({ ratePerSecond: 2, burst: 60, concurrency: 16 }),
  };
}

async function answer(route: Route, context: Context, options: AppOptions, guards: Guards): Promise<Response> {
  const { host } = options;
  const request = context.req.raw;
  const requestId = requestIdOf(request);
  const { endpoint } = route;
  const isStream = endpoint.responseType === 'text/event-stream';
  const leaves: (() => void)[] = [];
  let response: Response;
  try {
    const caller = await callerOf(request, host);
    const address = host.address(request, caller !== null);
    if (endpoint.access !== 'service' && !isStream) leaves.push(guards.byAddress.enter(address), host.courtesy.enter());
    const reader = await authenticate(route, { request, address, caller }, options);
    if (reader) leaves.push((isStream ? guards.streams : guards.byAccount).enter(reader.userId));
    checkCsrf(route, request, reader);
    const input = await readInput(endpoint, { params: context.req.param(), url: new URL(request.url), request });
    const value = await route.handle({
      ...input,
      maybeReader: reader,
      get reader(): Reader {
        if (!reader) throw new Error(`${endpoint.name} has no reader`);
        return reader;
      },
      caller,
      request,
      address,
      requestId,
      log: host.log.child({ requestId }),
    } as RouteContext);
    response = toResponse(route, value);
  } catch (error) {
    const isGone = request.signal.aborted || host.signal.aborted;
    response = errorResponse(isGone && isAbort(error) ? cutOff() : error, requestId, host);
  }
  response.headers.set('x-alt-route', endpoint.path);
  return afterBody(response, leaves, isStream);
}

/** Work that ended because nobody waits for it any more, or because the service stops, is no failure. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function cutOff(): Problem {
  return new Problem('unavailable', 'A part of Alt was stopped meanwhile. Try again in a moment.');
}

async function callerOf(request: Request, host: Host) {
  const token = request.headers.get(SERVICE_TOKEN_HEADER);
  if (!token) return null;
  const caller = await host.keys.callerOf(token, host.name);
  return caller && isFlowAllowed(caller, host.name) ? caller : null;
}

async function authenticate(
  route: Route,
  from: { request: Request; address: string; caller: RouteContext['caller'] },
  options: AppOptions,
): Promise<Reader | null> {
  const { access } = route.endpoint;
  if (access === 'public') return null;
  if (access === 'service') {
    const isPeer = from.caller !== null && route.callers.includes(from.caller);
    const isAllowed = isPeer || route.admits?.(from.request) === true;
    if (!isAllowed) throw new Problem('not-found', 'There is nothing at this address.');
    return null;
  }
  const reader = (await options.identify?.(from.request, from.address)) ?? null;
  if (!reader && access === 'reader')
    throw new Problem('not-signed-in', 'Sign in, or send an API key as a bearer token.');
  if (reader) checkStanding(route.endpoint, reader);
  return reader;
}

/** Whether this reader, as they came, may call this endpoint at all. */
function checkStanding(endpoint: Endpoint, reader: Reader): void {
  if (reader.scope !== 'full') {
    throw new Problem('forbidden', 'An app password serves reader clients only. Make an API key for this.');
  }
  if (reader.isSuspended && !endpoint.worksSuspended) {
    throw new Problem(
      'tenant-suspended',
      'This account is suspended here. Ask whoever runs this Alt; nothing is lost.',
    );
  }
  if (endpoint.role && !isRoleAtLeast(reader.role, endpoint.role)) {
    const least = { owner: 'the owner', admin: 'an admin', member: 'a member', reader: 'a reader' }[endpoint.role];
    throw new Problem('forbidden', `Only ${least} of the tenant may do this; you are there as ${reader.role}.`);
  }
  if (endpoint.needsInstanceOwner && !reader.ownsInstance) {
    throw new Problem('forbidden', 'Only the owner of this Alt may do this.');
  }
  if ((endpoint.needsSession || endpoint.needsProof) && reader.sessionId === null) {
    throw new Problem('forbidden', 'No API key may do this. Sign in with a browser.');
  }
  if (endpoint.needsProof) checkProof(reader);
}

function checkProof({ provedAt }: Reader): void {
  if (!provedAt || Date.now() - provedAt.getTime() > PROOF_MINUTES * 60_000) {
    throw new Problem('proof-required', 'Confirm that it is you (POST /v1/auth/confirm), then send this again.');
  }
}

function checkCsrf(route: Route, request: Request, reader: Reader | null): void {
  if (SAFE_METHODS.has(request.method) || !reader?.csrfToken || route.endpoint.name === 'csrf') return;
  if (request.headers.get('x-csrf-token') === reader.csrfToken) return;
  throw new Problem('csrf-failed', 'Ask POST /v1/auth/csrf for a token and send it as X-CSRF-Token.');
}

function toResponse(route: Route, value: unknown): Response {
  if (value instanceof Response) return value;
  const {
    status,
    value: body,
    headers,
  } = value instanceof Reply ? value : new Reply(route.endpoint.statuses[0], value);
  const response = body === undefined ? new Response(null, { status }) : Response.json(body, { status });
  for (const [name, content] of Object.entries(headers)) {
    for (const item of [content].flat()) response.headers.append(name, item);
  }
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-store');
  return response;
}

/** Any error as a problem document; what is not meant for the caller is logged and hidden. */
export function errorResponse(error: unknown, requestId: string, host: Pick<Host, 'log'>): Response {
  if (error instanceof Problem) return problemResponse(error, requestId);
  if (error instanceof Error && error.name === 'DatabaseUnavailableError') {
    host.log.warn({ requestId, error: error.message }, 'database unavailable');
    return problemResponse(
      new Problem('database-unavailable', 'The database is not available just now. Try again in a moment.'),
      requestId,
    );
  }
  host.log.error({ requestId, error: error instanceof Error ? error.stack : String(error) }, 'request failed');
  return problemResponse(new Problem('internal', 'This should not have happened; the log has the details.'), requestId);
}

/** A problem as its answer; who meets something that is down learns when to ask again. */
export function problemResponse(problem: Problem, requestId: string): Response {
  return new Response(JSON.stringify(problem.toDocument(requestId)), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(problem.status === 503 ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {}),
      ...problem.headers,
    },
  });
}

function notFoundProblem(routes: readonly Route[], pathname: string): Problem {
  const methods = routes
    .filter(({ endpoint }) => matches(endpoint.path, pathname))
    .map(({ endpoint }) => endpoint.method);
  if (methods.length === 0) return new Problem('not-found', 'There is nothing at this address.');
  return new Problem('method-not-allowed', `Here only ${methods.join(', ')} can be used.`, {
    headers: { Allow: methods.join(', ') },
  });
}

function matches(pattern: string, pathname: string): boolean {
  const wanted = pattern.split('/');
  const given = pathname.split('/');
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith(':') || part === given[index]);
}

/** A request keeps its place in the guards until its body has been sent or given up. */
function afterBody(response: Response, leaves: (() => void)[], isStream: boolean): Response {
  const leaveAll = () => {
    for (const leave of leaves.splice(0)) leave();
  };
  if (!isStream || !response.body) {
    leaveAll();
    return response;
  }
  const reader = response.body.getReader();
  const watched = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      leaveAll();
      controller.close();
    },
    async cancel(reason) {
      leaveAll();
      await reader.cancel(reason);
    },
  });
  return new Response(watched, response);
}

function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id') ?? '';
  return /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
}

function requestHistogram(host: Host) {
  const name = 'alt_http_request_seconds';
  const present = host.metrics.getSingleMetric(name);
  if (present) return present as Histogram<'method' | 'route' | 'status'>;
  return new Histogram({
    name,
    help: 'Time to the head of the answer, in seconds',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers: [host.metrics],
  });
}

function addHealth(app: Hono, { host, checks = {} }: AppOptions): void {
  const runChecks = async () => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        const problem = await check().then(
          () => null,
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
        return [name, problem ?? 'ok'] as const;
      }),
    );
    return { isHealthy: results.every(([, result]) => result === 'ok'), dependencies: Object.fromEntries(results) };
  };
  app.get('/v1/live', (context) => context.json({ status: 'ok', service: host.name }));
  app.get('/v1/ready', async (context) => {
    const { isHealthy, dependencies } = await runChecks();
    const isStopping = host.signal.aborted || host.isDraining?.() === true;
    const status = isHealthy && !isStopping ? 'ok' : 'not-ready';
    return context.json({ status, service: host.name, dependencies }, status === 'ok' ? 200 : 503);
  });
  app.get('/v1/health', async (context) => {
    const { isHealthy, dependencies } = await runChecks();
    const status = isHealthy ? 'ok' : 'failing';
    return context.json({ status, service: host.name, dependencies }, isHealthy ? 200 : 503);
  });
  app.get('/metrics', async (context) => {
    addProcessMetrics(host.metrics);
    return context.text(await host.metrics.metrics(), 200, { 'content-type': host.metrics.contentType });
  });
}
