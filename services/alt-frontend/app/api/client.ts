import type { ProblemDocument } from '@alt/contracts';
import { readEvents, type StreamEvent } from './event-stream.ts';
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
  /** The same for an answer that comes as server-sent events: they are given as they come. */
  stream(method: Method, path: string, request?: Request): AsyncGenerator<StreamEvent>;
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
    const token = send('POST', '/v1/auth/csrf', {}, {}).then(async (response) => {
      const { csrfToken: value } = await answerOf<{ csrfToken: string }>(response);
      return value;
    });
    csrfToken = token;
    token.catch(() => {
      csrfToken = null;
    });
    return token;
  };

  async function write(method: Method, path: string, request: Request, accept: string): Promise<Response> {
    const attempt = async (token: Promise<string>) =>
      send(method, path, request, { accept, 'x-csrf-token': await token });
    try {
      return await attempt(csrfToken ?? freshCsrfToken());
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'csrf-failed') throw error;
      return attempt(freshCsrfToken());
    }
  }

  async function open(method: Method, path: string, request: Request, accept: string): Promise<Response> {
    const isPlain = method === 'GET' || isSignIn(path);
    try {
      return await (isPlain ? send(method, path, request, { accept }) : write(method, path, request, accept));
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'not-signed-in') signedOut();
      throw error;
    }
  }

  return {
    call: async <Answer>(method: Method, path: string, request: Request = {}) =>
      answerOf<Answer>(await open(method, path, request, 'application/json')),
    async *stream(method, path, request = {}) {
      const { body } = await open(method, path, request, 'text/event-stream');
      if (!body) return;
      try {
        yield* readEvents(body);
      } catch (cause) {
        throw request.signal?.aborted ? cause : new NetworkFailure(cause);
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

async function send(
  method: Method,
  path: string,
  { query = {}, body, bodyType, signal }: Request,
  given: Record<string, string>,
): Promise<Response> {
  const headers = new Headers(given);
  if (body !== undefined) headers.set('content-type', bodyType ?? 'application/json');
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (body !== undefined) init.body = bodyType === undefined ? JSON.stringify(body) : String(body);
  if (signal) init.signal = signal;
  const response = await fetch(path + queryString(query), init).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new NetworkFailure(cause);
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
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
