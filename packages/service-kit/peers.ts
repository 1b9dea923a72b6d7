import { Problem } from '@alt/contracts';
import type { ServiceName } from '@alt/topology';
import type { PeerFetch, PeerInit } from './service.ts';
import { type Keys, SERVICE_TOKEN_HEADER } from './tokens.ts';

const DEFAULT_TIMEOUT_MS = 30_000;

/** Answers a request as the peer would; in one process its handler, on a cluster `fetch`. */
export type Dispatch = (request: Request) => Promise<Response>;

/**
 * A fetch for one peer. Whatever the shape: a real Request with a service token, a deadline for the answer's head, and
 * the same three problems when the peer is down (`unavailable`), slow (`timeout`) or breaks off (`bad-gateway`).
 */
export function createPeer(name: ServiceName, options: { keys: Keys; baseUrl: string; dispatch: Dispatch }): PeerFetch {
  return async (path, init = {}) => {
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
  };
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
