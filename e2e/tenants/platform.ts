import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import {
  createHost,
  createLogger,
  generateServiceKey,
  parseConfig,
  parseTrustedProxies,
  publicHalf,
  type RunningService,
} from '@alt/service-kit';
import { publicServiceOf, type ServiceName } from '@alt/topology';
import { type AnyService, type BuiltService, loadService } from '../../cli/registry.ts';

type Handler = (request: Request) => Promise<Response>;

/** auth-service and tenant-service on one database of their own, as browsers see them; the other peers a test brings. */
export interface Platform {
  database: TestDatabase;
  /** All rows of `auth`, past row-level security. */
  rows<Row>(sql: string): Promise<Row[]>;
  run(sql: string): Promise<void>;
  send(method: string, path: string, init?: Sent): Promise<Answer>;
  /** An account with a personal tenant, and a session there. */
  person(name: string): Promise<Session>;
  /** Another session of somebody, in a tenant; with a role they are made a member first. */
  enter(person: Session, tenantId: string, role?: Role): Promise<Session>;
  /** A team with its owner's session in it. */
  team(owner: Session, name: string): Promise<Session>;
  /** Answers the requests of tenant-service to a peer. */
  peers: Partial<Record<ServiceName, Handler>>;
  /** The real one, for what stands in its place for some requests. */
  authService: Handler;
  /** Ends tenant-service and starts it again, as a deployment does. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface Sent {
  as?: Session | null;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Session {
  id: string;
  email: string;
  personalTenantId: string;
  tenantId: string;
  cookie: string;
  csrfToken: string;
  /** Instead of the cookie. */
  apiKey?: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say which shape they expect by what they assert
  json: any;
  bytes: Buffer;
}

export async function startTenants(environment: Record<string, string> = {}): Promise<Platform> {
  const database = await createTestDatabase({ databases: ['auth'] });
  const superuser = database.superuser('auth');
  const surroundings = await createSurroundings(database, {
    ALT_REGISTRATION: 'open',
    ALT_SECRET_KEY: 'a key of the tests, forty characters long',
    ALT_TENANT_UPKEEP_SECONDS: '0.05',
    ...environment,
  });
  const { handlers, start, stopAll } = surroundings;
  await start('auth-service');
  await start('tenant-service');
  let statements = 0;
  const rows = <Row>(sql: string) => {
    statements += 1;
    return superuser.all(statement<Row>(`tenants_rows_${statements}`, sql));
  };
  const people = createPeople(superuser);

  const platform: Platform = {
    database,
    rows,
    run: (sql) => superuser.script(sql),
    peers: surroundings.peers,
    authService: (request) => (handlers.get('auth-service') as Handler)(request),
    async send(method, path, init = {}) {
      const request = buildRequest(method, path, init);
      const handler = handlers.get(publicServiceOf(new URL(request.url).pathname) ?? 'tenant-service');
      if (!handler) throw new Error(`nobody serves ${path}`);
      const response = await handler(request);
      const bytes = Buffer.from(await response.arrayBuffer());
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      const json = isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : null;
      return { status: response.status, headers: response.headers, json, bytes };
    },
    ...people,
    async team(owner, name) {
      const made = await platform.send('POST', '/v1/tenants', { as: owner, body: { name } });
      if (made.status !== 201) throw new Error(made.bytes.toString());
      return people.enter(owner, made.json.id);
    },
    async restart() {
      await surroundings.stop('tenant-service');
      await start('tenant-service');
    },
    async stop() {
      await stopAll();
      await database.drop();
    },
  };
  return platform;
}

/** Waits until something is so; guards against what hangs. */
export async function until<T>(what: string, look: () => Promise<T | false | null | undefined>): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited a minute for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function buildRequest(method: string, path: string, { as = null, body, headers = {} }: Sent): Request {
  const all = new Headers({ 'x-forwarded-for': '192.0.2.1' });
  if (as?.apiKey) all.set('authorization', `Bearer ${as.apiKey}`);
  else if (as) {
    all.set('cookie', as.cookie);
    if (method !== 'GET') all.set('x-csrf-token', as.csrfToken);
  }
  const isBytes = body instanceof Uint8Array;
  if (body !== undefined) all.set('content-type', isBytes ? 'application/gzip' : 'application/json');
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  const sent = isBytes ? new Uint8Array(body) : typeof body === 'string' ? body : JSON.stringify(body);
  return new Request(new URL(path, 'http://localhost:8000'), {
    method,
    headers: all,
    ...(body === undefined ? {} : { body: sent }),
  });
}

/** A service that keeps nothing of a tenant, for tests that are about no archive of its. */
function emptyKeeper({ url }: Request): Handler | null {
  const { pathname } = new URL(url);
  if (pathname.endsWith('/export')) return async () => new Response('');
  return pathname.endsWith('/import') ? async () => Response.json({ rows: 0 }) : null;
}

async function createSurroundings(database: TestDatabase, environment: Record<string, string>) {
  const names = ['auth-service', 'tenant-service', 'alt-backend', 'arch-repo-service'] as const;
  const keys = await Promise.all(names.map(generateServiceKey));
  const handlers = new Map<ServiceName, Handler>();
  const peers: Platform['peers'] = {};
  const running = new Map<ServiceName, { service: RunningService; stopping: AbortController }>();

  async function start(name: BuiltService): Promise<void> {
    const service: AnyService = await loadService(name);
    const own = keys.find(({ kid }) => kid.startsWith(`${name}/`));
    if (!own) throw new Error(`${name} has no key`);
    const stopping = new AbortController();
    const host = createHost({
      name,
      environment,
      log: createLogger('silent'),
      signal: stopping.signal,
      database: database.connectAs(name.replaceAll('-', '_')),
      listener: null,
      egress: Object.assign(() => Promise.reject(new Error('nobody goes out')), { close: async () => {} }) as never,
      keys: { own, all: keys.map(publicHalf) },
      publicUrl: new URL('https://alt.example'),
      trustedProxies: parseTrustedProxies(''),
      reach: (peer) => ({
        baseUrl: 'http://in-process.test',
        dispatch: (request) => {
          const handler = peers[peer] ?? handlers.get(peer) ?? emptyKeeper(request);
          return handler ? handler(request) : Promise.reject(new Error(`${peer} is not running`));
        },
      }),
    });
    const started = await service.start(parseConfig(name, service.config, environment), host);
    if (!started.fetch) throw new Error(`${name} serves nothing`);
    handlers.set(name, started.fetch);
    running.set(name, { service: started, stopping });
  }
  async function stop(name: ServiceName): Promise<void> {
    const present = running.get(name);
    running.delete(name);
    present?.stopping.abort();
    await present?.service.stop();
  }
  return {
    handlers,
    peers,
    start,
    stop,
    async stopAll() {
      for (const name of [...running.keys()].reverse()) await stop(name);
    },
  };
}

const insertPerson = statement<{ id: string; tenantId: string }>(
  'test_person',
  `with account as (insert into accounts (email, name) values ($1, $2) returning id),
     tenant as (insert into tenants (name, personal_of) select $2, id from account returning id),
     membership as (insert into memberships (tenant_id, account_id, role) select tenant.id, account.id, 'owner' from tenant, account)
   select account.id, tenant.id as "tenantId" from account, tenant`,
);
const insertMembership = statement(
  'test_membership',
  `insert into memberships (tenant_id, account_id, role) values ($1, $2, $3)
   on conflict (tenant_id, account_id) do update set role = excluded.role`,
);
const insertSession = statement(
  'test_session',
  `insert into sessions (account_id, tenant_id, secret_hash, csrf_secret, expires_at) values ($1, $2, $3, $4, now() + interval '1 day')`,
);

/** People and their sessions, made without a password's cost. */
function createPeople(superuser: Database) {
  const open = async (accountId: string, tenantId: string) => {
    const secret = randomBytes(32).toString('base64url');
    const csrf = randomBytes(32);
    await superuser.run(insertSession, [accountId, tenantId, createHash('sha256').update(secret).digest(), csrf]);
    return { cookie: `alt_session=${secret}`, csrfToken: csrf.toString('base64url') };
  };
  return {
    async person(name: string): Promise<Session> {
      const email = `${name}@example.org`;
      const made = await superuser.one(insertPerson, [email, name]);
      if (!made) throw new Error('nobody was made');
      const { id, tenantId } = made;
      return { id, email, personalTenantId: tenantId, tenantId, ...(await open(id, tenantId)) };
    },
    async enter(person: Session, tenantId: string, role?: Role): Promise<Session> {
      if (role) await superuser.run(insertMembership, [tenantId, person.id, role]);
      return { ...person, tenantId, ...(await open(person.id, tenantId)) };
    },
  };
}
