import type { ProblemDocument } from '@alt/contracts';
import { type WorkListener, withChallengeSolved } from './challenge.ts';
import { readEvents, type StreamEvent } from './event-stream.ts';
import { ApiProblem, NetworkFailure } from './problem.ts';

export type Query = Record<string, string | number | readonly string[] | undefined>;

export interface Request {
  query?: Query;
  body?: unknown;
  /** Media type of a body that is a text or a file already. */
  bodyType?: string;
  /** The version that is changed, for what asks for If-Match. */
  version?: number;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Goes on when the page is left meanwhile. */
  keepalive?: boolean;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Answers whether the reader has confirmed who they are. */
export type AskForProof = () => Promise<boolean>;

export interface Client {
  /** Calls the API; rejects with `ApiProblem` or `NetworkFailure`. The answer's shape is the contract's. */
  call<Answer>(method: Method, path: string, request?: Request): Promise<Answer>;
  /** The same for an answer that comes as server-sent events: they are given as they come. */
  stream(method: Method, path: string, request?: Request): AsyncGenerator<StreamEvent>;
  /** Keeps the CSRF token that sign-in brought; null forgets it. */
  keepCsrfToken(token: string | null): void;
  /** Runs when the session has ended. */
  onSignedOut(listener: () => void): void;
  /** Who asks the reader to confirm who they are; where they do, what was refused for it is sent again. Null for nobody. */
  onProofRequired(ask: AskForProof | null): void;
  /** Asks for that before what the browser fetches by itself, such as a download. */
  prove: AskForProof;
  /** Who shows that the device does a proof of work; null for nobody. */
  onWork(listener: WorkListener | null): void;
}

/**
 * The browser's side of the REST contract: same origin, session cookie, `X-CSRF-Token` on writes. The token is fetched
 * before the first write after a page load and once more when the server calls it stale.
 */
export function createClient(): Client {
  let csrfToken: Promise<string> | null = null;
  let signedOut = () => {};
  let askForProof: AskForProof | null = null;
  let showWork: WorkListener | null = null;

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
      const code = error instanceof ApiProblem ? error.code : '';
      if (code === 'csrf-failed') return attempt(freshCsrfToken());
      if (code === 'proof-required' && (await askForProof?.())) return attempt(csrfToken ?? freshCsrfToken());
      throw error;
    }
  }

  async function open(method: Method, path: string, request: Request, accept: string): Promise<Response> {
    const isPlain = method === 'GET' || isForAnybody(path);
    try {
      if (!isPlain) return await write(method, path, request, accept);
      return await withChallengeSolved(
        (headers) => send(method, path, request, { accept, ...headers }),
        (work) => showWork?.(work),
      );
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
    onProofRequired(ask) {
      askForProof = ask;
    },
    prove: async () => (await askForProof?.()) ?? false,
    onWork(listener) {
      showWork = listener;
    },
  };
}

/** What brings a session, or the way back to one, needs no token of one, and may ask for a proof of work. */
export function isSignIn(path: string): boolean {
  return /^\/v1\/auth\/(?:kratos|login|register|passkey|recovery|verification)(?:\/|$)/.test(path);
}

/** What needs no session: the ways in, and what the link of an invitation leads to. */
function isForAnybody(path: string): boolean {
  return isSignIn(path) || path === '/v1/invitations/look';
}

async function send(
  method: Method,
  path: string,
  { query = {}, body, bodyType, version, headers: own = {}, signal, keepalive }: Request,
  given: Record<string, string>,
): Promise<Response> {
  const headers = new Headers({ ...own, ...given });
  if (body !== undefined) headers.set('content-type', bodyType ?? 'application/json');
  if (version !== undefined) headers.set('if-match', `"v${version}"`);
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (body !== undefined)
    init.body = bodyType === undefined ? JSON.stringify(body) : body instanceof Blob ? body : String(body);
  if (signal) init.signal = signal;
  if (keepalive) init.keepalive = true;
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
