import { Problem } from '@alt/contracts';
import type { ServiceName } from '@alt/topology';
import type { Tracer } from '@alt/tracing';
import { Histogram, type Registry } from 'prom-client';
import type { PeerFetch, PeerInit } from './service.ts';
import { type Keys, SERVICE_TOKEN_HEADER } from './tokens.ts';

const DEFAULT_TIMEOUT_MS = 30_000;

const NAME = 'alt_peer_request_seconds';

/** Answers a request as the peer would; in one process its handler, on a cluster `fetch`. */
export type Dispatch = (request: Request) => Promise<Response>;

export interface PeerOptions {
  keys: Keys;
  baseUrl: string;
  dispatch: Dispatch;
  metrics?: Registry;
  tracer?: Tracer | null;
}

/**
 * A fetch for one peer. Whatever the shape: a real Request with a service token, a deadline for the answer's head, and
 * the same three problems when the peer is down (`unavailable`), slow (`timeout`) or breaks off (`bad-gateway`).
 */
export function createPeer(name: ServiceName, options: PeerOptions): PeerFetch {
  const { tracer } = options;
  const seconds = options.metrics && peerHistogram(options.metrics);
  return async (path, init = {}) => {
    const end = seconds?.startTimer({ peer: name });
    const told = (outcome: string) => end?.({ outcome });
    try {
      const response = await (tracer
        ? askTraced(name, { ...options, tracer }, path, init)
        : ask(name, options, path, init));
      told(`${Math.floor(response.status / 100)}xx`);
      return response;
    } catch (error) {
      told(error instanceof Problem ? error.code : 'aborted');
      throw error;
    }
  };
}

function askTraced(
  name: ServiceName,
  options: PeerOptions & { tracer: Tracer },
  path: string,
  init: PeerInit,
): Promise<Response> {
  const { tracer } = options;
  const attributes = { 'server.address': name, 'http.request.method': init.method ?? 'GET' };
  return tracer.span(`${init.method ?? 'GET'} ${name}`, { kind: 'client', attributes }, async (span) => {
    const headers = new Headers(init.headers);
    headers.set('traceparent', tracer.current() ?? '');
    const response = await ask(name, options, path, { ...init, headers });
    span.set({ 'http.response.status_code': response.status });
    if (response.status >= 500) span.fail('the peer failed');
    return response;
  });
}

async function ask(name: ServiceName, options: PeerOptions, path: string, init: PeerInit): Promise<Response> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal, ...rest } = init;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new DOMException('The peer is slow', 'TimeoutError')), timeoutMs);
  try {
    const headers = new Headers(rest.headers);
    headers.set(SERVICE_TOKEN_HEADER, await options.keys.serviceToken(name));
    const signals = signal ? [signal, deadline.signal] : [deadline.signal];
    const request = new Request(urlAt(options.baseUrl, path), {
      ...rest,
      headers,
      redirect: 'manual',
      signal: AbortSignal.any(signals),
      ...(rest.body ? { duplex: 'half' } : {}),
    } as PeerInit);
    return await raceAbort(options.dispatch(request), request.signal);
  } catch (error) {
    throw peerProblem(name, error, { isAborted: signal?.aborted ?? false, isLate: deadline.signal.aborted });
  } finally {
    clearTimeout(timer);
  }
}

/** The path at the peer and nowhere else: resolved against an address, `//host/path` would be another host's. */
function urlAt(baseUrl: string, path: string): URL {
  if (!path.startsWith('/')) throw new Error(`A path at a peer begins with a slash, unlike ${path}.`);
  return new URL(new URL(baseUrl).origin + path);
}

/** A handler in the same process may not look at the signal; the caller must not wait for it all the same. */
function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function peerProblem(name: string, error: unknown, state: { isAborted: boolean; isLate: boolean }): unknown {
  if (state.isAborted || error instanceof Problem) return error;
  if (state.isLate) {
    return new Problem('timeout', `${name} did not answer in time. Try again in a moment.`, { cause: error });
  }
  return new Problem('unavailable', `${name} is not available just now. Try again in a moment.`, { cause: error });
}

function peerHistogram(registry: Registry) {
  const present = registry.getSingleMetric(NAME);
  if (present) return present as Histogram<'peer' | 'outcome'>;
  return new Histogram({
    name: NAME,
    help: "Time to the head of a peer's answer, in seconds, by outcome: the class of its status, or why there was none",
    labelNames: ['peer', 'outcome'],
    buckets: [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    registers: [registry],
  });
}
