import type { ProblemDocument } from '@alt/contracts';
import { ApiProblem, NetworkFailure } from './problem.ts';

export type Query = Record<string, string | number | readonly string[] | undefined>;

export interface Request {
  query?: Query;
  body?: unknown;
  /** Media type of a body that is text already. */
  bodyType?: string;
  signal?: AbortSignal;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Client {
  /** Calls the API; rejects with `ApiProblem` or `NetworkFailure`. The answer's shape is the contract's. */
  call<Answer>(method: Method, path: string, request?: Request): Promise<Answer>;
  /** Keeps the CSRF token that sign-in brought; null forgets it. */
  keepCsrfToken(token: string | null): void;
  /** Runs when the session has ended. */
  onSignedOut(listener: () => void): void;
}

/**
 * The browser's side of the REST contract: same origin, session cookie, `X-CSRF-Token` on writes. The token is fetched
 * before the first write after a page load and once more when the server calls it stale.
 */
export function createClient(): Client {
  let csrfToken: Promise<string> | null = null;
  let signedOut = () => {};

  const freshCsrfToken = () => {
    const token = send<{ csrfToken: string }>('POST', '/v1/auth/csrf', {}, null).then((answer) => answer.csrfToken);
    csrfToken = token;
    token.catch(() => {
      csrfToken = null;
    });
    return token;
  };

  async function write<Answer>(method: Method, path: string, request: Request): Promise<Answer> {
    try {
      return await send<Answer>(method, path, request, await (csrfToken ?? freshCsrfToken()));
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'csrf-failed') throw error;
      return send<Answer>(method, path, request, await freshCsrfToken());
    }
  }

  return {
    async call<Answer>(method: Method, path: string, request: Request = {}) {
      const isPlain = method === 'GET' || isSignIn(path);
      try {
        return await (isPlain ? send<Answer>(method, path, request, null) : write<Answer>(method, path, request));
      } catch (error) {
        if (error instanceof ApiProblem && error.code === 'not-signed-in') signedOut();
        throw error;
      }
    },
    keepCsrfToken(token) {
      csrfToken = token === null ? null : Promise.resolve(token);
    },
    onSignedOut(listener) {
      signedOut = listener;
    },
  };
}

/** Login and register bring the session and need no token of one. */
function isSignIn(path: string): boolean {
  return path === '/v1/auth/login' || path === '/v1/auth/register';
}

async function send<Answer>(
  method: Method,
  path: string,
  { query = {}, body, bodyType, signal }: Request,
  csrfToken: string | null,
): Promise<Answer> {
  const headers = new Headers({ accept: 'application/json' });
  if (body !== undefined) headers.set('content-type', bodyType ?? 'application/json');
  if (csrfToken !== null) headers.set('x-csrf-token', csrfToken);
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (body !== undefined) init.body = bodyType === undefined ? JSON.stringify(body) : String(body);
  if (signal) init.signal = signal;
  const response = await fetch(path + queryString(query), init).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new NetworkFailure(cause);
  });
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as Answer;
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

function queryString(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((one) =>
      one === undefined || one === '' ? [] : [[name, String(one)]],
    ),
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const document: unknown = await response.json().catch(() => ({}));
  const isDocument = typeof document === 'object' && document !== null;
  return new ApiProblem(response.status, isDocument ? (document as Partial<ProblemDocument>) : {});
}
