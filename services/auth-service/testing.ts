import { login, register } from '@alt/contracts';
import type { Database } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { createEgress } from '@alt/egress';
import {
  createHost,
  createLogger,
  generateServiceKey,
  type Host,
  parseConfig,
  parseTrustedProxies,
  publicHalf,
} from '@alt/service-kit';
import { service } from './service.ts';

const callers = ['alt-backend', 'arch-repo-service', 'tenant-service', 'alt-frontend'] as const;
type Caller = (typeof callers)[number];

/** auth-service on a database of its own, as a browser, a program and a peer see it. */
export interface TestAuthService {
  database: TestDatabase;
  /** All rows of `auth`, past row-level security: for preparing what only time brings, and for looking. */
  rows: Database;
  host: Host;
  /** A request as it is, from whom it says. */
  fetch(request: Request): Promise<Response>;
  /** A request from the outside. `from` is the client's address. */
  request(method: string, path: string, init?: TestRequest): Promise<Response>;
  /** A request of a service's, with its token; alt-backend's unless told otherwise. */
  peer(path: string, body?: unknown, caller?: Caller): Promise<Response>;
  /** Registers an account and keeps its cookie and token. */
  register(email: string, password?: string): Promise<TestSession>;
  login(email: string, password?: string): Promise<TestSession>;
  /** Another process of the same service on the same database. */
  another(environment?: Record<string, string>): Promise<TestAuthService>;
  stop(): Promise<void>;
}

export interface TestRequest {
  body?: unknown;
  headers?: Record<string, string>;
  as?: TestSession | null;
  from?: string;
}

export interface TestSession {
  cookie: string;
  csrfToken: string;
  user: { id: string; tenantId: string; email: string };
}

/** What no start goes without. */
export const TEST_SETTINGS = { ALT_SECRET_KEY: 'a key of the tests, forty characters long' };

export const GOOD_PASSWORD = 'four green bicycles sing';

/** Starts auth-service on a fresh database; `environment` is what the process would see. */
export async function startTestAuthService(environment: Record<string, string> = {}): Promise<TestAuthService> {
  return startOn(await createTestDatabase({ databases: ['auth'] }), environment);
}

async function startOn(database: TestDatabase, environment: Record<string, string>): Promise<TestAuthService> {
  const stopping = new AbortController();
  const host = await createTestHost(database.connectAs('auth_service'), environment, stopping.signal);
  const running = await service.start(
    parseConfig('auth-service', service.config, { ...TEST_SETTINGS, ...environment }),
    host.host,
  );
  const { fetch } = running;
  if (!fetch) throw new Error('auth-service serves nothing');

  const request: TestAuthService['request'] = (method, path, init = {}) =>
    fetch(buildRequest(method, new URL(path, host.host.publicUrl), init));
  const enter = async (response: Response): Promise<TestSession> => {
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    const { csrfToken, user } = await response.json();
    return { cookie: cookieOf(response), csrfToken, user };
  };
  return {
    database,
    rows: database.superuser('auth'),
    host: host.host,
    fetch,
    request,
    peer: async (path, body, caller = 'alt-backend') =>
      fetch(
        new Request(new URL(path, host.host.publicUrl), {
          method: body === undefined ? 'GET' : 'POST',
          headers: { 'content-type': 'application/json', 'x-alt-service-token': await host.peerToken(caller) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      ),
    register: async (email, password = GOOD_PASSWORD) =>
      enter(await request(register.method, register.path, { body: { email, password } })),
    login: async (email, password = GOOD_PASSWORD) =>
      enter(await request(login.method, login.path, { body: { email, password } })),
    another: (other = environment) => startOn({ ...database, drop: async () => {} }, other),
    async stop() {
      stopping.abort();
      await running.stop();
      await database.drop();
    },
  };
}

/** The cookie pair that an answer sets. */
export function cookieOf(response: Response): string {
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

function buildRequest(
  method: string,
  url: URL,
  { body, headers = {}, as = null, from = '192.0.2.1' }: TestRequest,
): Request {
  const all = new Headers({ 'x-forwarded-for': from });
  if (as) {
    all.set('cookie', as.cookie);
    if (method !== 'GET') all.set('x-csrf-token', as.csrfToken);
  }
  if (body !== undefined) all.set('content-type', 'application/json');
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Request(url, { method, headers: all, ...(body === undefined ? {} : { body: text }) });
}

async function createTestHost(database: Database, environment: Record<string, string>, signal: AbortSignal) {
  const own = await generateServiceKey('auth-service');
  const keys = await Promise.all(callers.map(generateServiceKey));
  const all = [own, ...keys].map(publicHalf);
  const shared = {
    environment,
    log: createLogger('silent'),
    signal,
    listener: null,
    egress: environment.ALT_OIDC_ISSUER
      ? createEgress({ userAgent: 'Alt (test)' })
      : () => Promise.reject(new Error('auth-service calls nobody outside')),
    publicUrl: new URL(environment.ALT_PUBLIC_URL ?? 'http://localhost:8000'),
    trustedProxies: parseTrustedProxies(''),
    reach: () => ({ baseUrl: 'http://localhost', dispatch: () => Promise.reject(new Error('there is no peer')) }),
  };
  const host = createHost({ ...shared, name: 'auth-service', database, keys: { own, all } } as never);
  const peers = callers.map((name, index) =>
    createHost({ ...shared, name, database: null, keys: { own: keys[index], all } } as never),
  );
  const peerToken = async (caller: Caller) =>
    (await peers[callers.indexOf(caller)]?.keys.serviceToken('auth-service')) ?? '';
  return { host, peerToken };
}
