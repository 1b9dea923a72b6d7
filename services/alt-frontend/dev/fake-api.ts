import * as contracts from '@alt/contracts';
import { accountHandlers } from './fake-accounts.ts';
import { annotationHandlers } from './fake-annotations.ts';
import { connectionHandlers } from './fake-connections.ts';
import { enrichmentHandlers } from './fake-enrichment.ts';
import { importHandlers } from './fake-imports.ts';
import { projectHandlers } from './fake-projects.ts';
import { readingHandlers } from './fake-reading.ts';
import { ruleHandlers } from './fake-rules.ts';
import { securityHandlers } from './fake-security.ts';
import { createFakeState, type FakeOptions, type FakeState } from './fake-state.ts';
import { statisticsHandlers } from './fake-statistics.ts';
import { subscriptionHandlers } from './fake-subscriptions.ts';
import { tagHandlers } from './fake-tags.ts';
import { teamHandlers } from './fake-team.ts';

/** What a handler of the fake gets: the checked input and the state. */
export interface FakeCall {
  state: FakeState;
  params: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: checked against the contract right before
  query: any;
  // biome-ignore lint/suspicious/noExplicitAny: checked against the contract right before
  body: any;
  request: Request;
}

export type FakeHandler = readonly [endpoint: unknown, handle: (call: FakeCall) => unknown];

/** An answer with a status or headers of its own. */
export class FakeReply {
  readonly body: unknown;
  readonly init: ResponseInit;
  constructor(body: unknown, init: ResponseInit) {
    this.body = body;
    this.init = init;
  }
}

export interface FakeApi {
  fetch(request: Request): Promise<Response>;
  state: FakeState;
}

/**
 * The REST contract served from memory, for design work and the browser tests of the web app. Every request and every
 * answer is checked against the contract's schemas, so that it cannot drift from what the real services do.
 */
export function createFakeApi(options: FakeOptions = {}): FakeApi {
  const state = createFakeState(options);
  const handlers = [
    ...accountHandlers,
    ...readingHandlers,
    ...annotationHandlers,
    ...subscriptionHandlers,
    ...importHandlers,
    ...enrichmentHandlers,
    ...tagHandlers,
    ...projectHandlers,
    ...ruleHandlers,
    ...statisticsHandlers,
    ...connectionHandlers,
    ...securityHandlers,
    ...teamHandlers,
  ] as ReadonlyArray<readonly [contracts.Endpoint, FakeHandler[1]]>;
  return {
    state,
    async fetch(request) {
      try {
        return await answer(state, handlers, request);
      } catch (error) {
        if (!(error instanceof contracts.Problem)) throw error;
        const headers = { 'content-type': 'application/problem+json' };
        return new Response(JSON.stringify(error.toDocument()), { status: error.status, headers });
      }
    },
  };
}

async function answer(
  state: FakeState,
  handlers: ReadonlyArray<readonly [contracts.Endpoint, FakeHandler[1]]>,
  request: Request,
): Promise<Response> {
  const url = new URL(request.url);
  for (const [endpoint, handle] of handlers) {
    const params = endpoint.method === request.method ? matchPath(endpoint.path, url.pathname) : null;
    if (!params) continue;
    checkSession(state, endpoint, request);
    const query = endpoint.query?.parse(queryObject(url.searchParams));
    const result = await handle({ state, params, query, body: await readBody(endpoint, request), request });
    return toResponse(endpoint, result);
  }
  throw new contracts.Problem('not-found', 'There is nothing at this address.');
}

function checkSession(state: FakeState, endpoint: contracts.Endpoint, request: Request): void {
  if (endpoint.access !== 'reader') return;
  const cookie = request.headers.get('cookie') ?? '';
  if (!state.sessionId || !cookie.includes(`alt_session=${state.sessionId}`)) {
    throw new contracts.Problem('not-signed-in', 'Sign in first.');
  }
  const isWrite = request.method !== 'GET' && endpoint.name !== 'csrf';
  if (isWrite && request.headers.get('x-csrf-token') !== state.csrfToken) {
    throw new contracts.Problem('csrf-failed', 'Ask for a token.');
  }
  if (endpoint.role && !contracts.isRoleAtLeast(state.user.role, endpoint.role)) {
    throw new contracts.Problem('forbidden', 'Your role does not allow this.');
  }
  if (endpoint.needsProof && !state.security.isProved) {
    throw new contracts.Problem('proof-required', 'Confirm that it is you.');
  }
}

async function readBody(endpoint: contracts.Endpoint, request: Request): Promise<unknown> {
  if (!endpoint.body) return undefined;
  const text = await request.text();
  const parsed = endpoint.body.safeParse(endpoint.bodyType ? text : JSON.parse(text));
  if (!parsed.success) throw new contracts.Problem('invalid-request', parsed.error.issues[0]?.message ?? 'Invalid');
  return parsed.data;
}

function toResponse(endpoint: contracts.Endpoint, result: unknown): Response {
  if (result instanceof Response) return result;
  const reply = result instanceof FakeReply ? result : new FakeReply(result, {});
  const init = { status: endpoint.statuses[0], ...reply.init };
  if (!endpoint.response) return new Response(null, init);
  return Response.json(endpoint.response.parse(reply.body), init);
}

function matchPath(pattern: string, pathname: string): Record<string, string> | null {
  const names = pattern.split('/');
  const parts = pathname.split('/');
  if (names.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const part = parts[index] ?? '';
    if (name.startsWith(':')) params[name.slice(1)] = decodeURIComponent(part);
    else if (name !== part) return null;
  }
  return params;
}

function queryObject(search: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(search.keys())].map((name) => {
      const values = search.getAll(name);
      return [name, values.length > 1 ? values : (values[0] ?? '')];
    }),
  );
}
