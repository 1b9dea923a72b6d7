import { request as openRequest } from 'node:http';
import type { Endpoint } from '@alt/contracts';
import * as contracts from '@alt/contracts';
import { createDatabase, type Database, databaseNames, statement } from '@alt/database';
import { publicServiceOf } from '@alt/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoWeb } from '../demo/server.ts';
import { addAccount } from '../services/auth-service/admin.ts';
import { openTestRelay, type TestRelay } from '../services/auth-service/mail/testing.ts';
import { type Answer, type Client, createClient, PASSWORD } from './client.ts';
import { eventually, type Machine, startMachine } from './harness.ts';
import { type Matrix, makeMatrix } from './matrix-fixture.ts';
import { type Caller, type MatrixRow, newName } from './matrix-kinds.ts';
import { matrixRows } from './matrix-rows.ts';
import { tenantKnown } from './stored.ts';

/** What was revoked is refused everywhere within this time. */
const REVOKED_MS = 10_000;

const endpoints = Object.entries(contracts)
  .filter(([name]) => /^(\w+Service|altBackend)Endpoints$/.test(name))
  .flatMap(([, list]) => list as readonly Endpoint[]);
const endpointOf = (name: string): Endpoint => {
  const found = endpoints.find((endpoint) => endpoint.name === name);
  if (!found) throw new Error(`no endpoint ${name}`);
  return found;
};

/** One address of each service that knows readers. */
const SERVICES = {
  'auth-service': '/v1/user/profile',
  'alt-backend': '/v1/folders',
  'tenant-service': '/v1/tenants/current',
  'arch-repo-service': '/v1/projects',
} as const;

let machine: Machine;
let web: Awaited<ReturnType<typeof startDemoWeb>>;
let relay: TestRelay;
let matrix: Matrix;
let databases: Database[];
let victim: { tenantId: string; userId: string };
let attacker: { tenantId: string; userId: string };

beforeAll(async () => {
  web = await startDemoWeb({ slowDelayMs: 100 });
  relay = await openTestRelay();
  machine = await startMachine('one process', {
    allow: [new URL(web.origin).host],
    environment: {
      ALT_RATE_LIMIT_PER_SECOND: '100000',
      ALT_TRUSTED_PROXIES: '127.0.0.1/32,::1/128',
      SMTP_URL: relay.url,
      // What nobody tells of would not be seen.
      ALT_FOLLOW_SECONDS: '3600',
    },
  });
  matrix = await makeMatrix(machine, web.feeds);
  databases = databaseNames.map((database) =>
    createDatabase({ ...machine.admin, database, applicationName: 'attacks' }),
  );
  victim = (await matrix.clientOf('owner').get('/v1/auth/validate')).json;
  attacker = (await matrix.clientOf('stranger').get('/v1/auth/validate')).json;
}, 240_000);

afterAll(async () => {
  await Promise.all((databases ?? []).map((database) => database.end()));
  await matrix?.close();
  await machine?.stop();
  await relay?.close();
  await web?.stop();
});

describe('another tenant', () => {
  /** They make somebody a member on purpose, end the session that asks, or are about a tenant that is named. */
  const OTHERWISE = new Set(['acceptInvitation', 'lookAtInvitation', 'deleteTenant', 'switchTenant']);
  const rows = matrixRows.filter(
    ({ name, spoilsSession }) => endpointOf(name).access === 'reader' && !spoilsSession && !OTHERWISE.has(name),
  );
  const smuggled = () => ({
    headers: {
      'x-tenant-id': victim.tenantId,
      'x-alt-tenant': victim.tenantId,
      'x-alt-tenant-id': victim.tenantId,
      'x-alt-user-token': forgedToken(),
    },
    query: `tenantId=${victim.tenantId}&tenant=${victim.tenantId}&tenant_id=${victim.tenantId}`,
    body: { tenantId: victim.tenantId, tenant_id: victim.tenantId, tenant: victim.tenantId },
  });

  it.each(rows.map((row) => [row.name, row] as const))(
    'is not reached by naming it to %s in a header, the query or the body',
    async (name, row) => {
      const { headers, query, body } = smuggled();
      const hasBody = isObject(await row.body?.(matrix.fixture, 'stranger'));
      const attempts = [
        { besides: { headers }, refusals: [] },
        { besides: { query }, refusals: [400] },
        ...(hasBody ? [{ besides: { body }, refusals: [422] }] : []),
      ];
      for (const { besides, refusals } of attempts) {
        const { status, text } = await ask(row, 'stranger', besides);
        // It is as if nothing had been named, or the request is refused for it; a second one may find what the first made.
        // What needs mail can be done here, as it cannot in the matrix.
        const isLetIn = row.statuses.stranger < 300 || row.statuses.stranger === 422;
        const usual = isLetIn ? [200, 201, 202, 204] : [row.statuses.stranger];
        expect([...usual, row.statuses.stranger, ...refusals, 409, 429], `${name}: ${text}`).toContain(status);
        if (status < 300) for (const hidden of secretsOfVictim()) expect(text).not.toContain(hidden);
      }
    },
  );

  it('has no row in either database that names both it and who tried', async () => {
    expect(await rowsWith(victim.tenantId, attacker.userId)).toEqual([]);
    // The look itself finds what there is.
    expect((await rowsWith(victim.tenantId, victim.userId)).length).toBeGreaterThan(3);
  });

  it('is not reached by its id in the path', async () => {
    const stranger = matrix.clientOf('stranger');
    for (const { name, method, path } of endpoints.filter(({ path: at }) => at.includes('/current'))) {
      const answer = await stranger.call(method, path.replace('/current', `/${victim.tenantId}`), undefined);
      // `…/:id/suspend` and its like are the only ones with an id, for the owner of this Alt.
      expect([name, [403, 404, 405].includes(answer.status)], `${answer.status} ${answer.text}`).toEqual([name, true]);
    }
    const chosen = await stranger.call('PUT', '/v1/user/tenant', { tenantId: victim.tenantId });
    expect(chosen.status).toBe(404);
    expect((await stranger.get('/v1/auth/validate')).json.tenantId).toBe(attacker.tenantId);
  });

  it('leaves who tried where they were, with what they had', async () => {
    const stranger = matrix.clientOf('stranger');
    expect((await stranger.get('/v1/tenants/current')).json.id).toBe(attacker.tenantId);
    const { items } = (await stranger.get('/v1/tenants')).json;
    expect(items.map(({ id }: { id: string }) => id)).not.toContain(victim.tenantId);
  });

  const secretsOfVictim = () => [victim.tenantId, victim.userId, 'owner@example.org', 'The team', 'The dossier'];
});

describe('mass assignment', () => {
  const MARKER = '018f0000-0000-7000-8000-00000000beef';
  const EXTRA: Record<string, unknown> = {
    id: MARKER,
    tenantId: MARKER,
    tenant_id: MARKER,
    ownerId: MARKER,
    owner_id: MARKER,
    accountId: MARKER,
    account_id: MARKER,
    userId: MARKER,
    createdBy: MARKER,
    created_by: MARKER,
    readerId: 1,
    isInstanceOwner: true,
    is_instance_owner: true,
    emailVerifiedAt: '2020-01-01T00:00:00Z',
    suspendedAt: null,
    plan: 'company',
    version: 999,
    secretHash: MARKER,
    scope: 'full',
  };
  /** They end what is asked with, or take one of these by design. */
  const OTHERWISE = new Set(['deleteTenant', 'switchTenant', 'changeTenantPlan']);
  const rows = matrixRows.filter(({ name, body, spoilsSession }) => {
    const { method } = endpointOf(name);
    return body && method !== 'GET' && !spoilsSession && !OTHERWISE.has(name);
  });

  it('covers every endpoint that creates something of a body', () => {
    const creating = endpoints.filter(({ statuses, body, bodyType }) => statuses.includes(201) && body && !bodyType);
    const covered = new Set(rows.map(({ name }) => name));
    expect(creating.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
    expect(new Set(creating.map(({ path }) => publicServiceOf(path)))).toEqual(new Set(Object.keys(SERVICES)));
  });

  it.each(rows.map((row) => [row.name, row] as const))(
    '%s takes nothing that it does not ask for',
    async (name, row) => {
      const asked = await row.body?.(matrix.fixture, 'owner');
      if (!isObject(asked)) return;
      const extra = Object.fromEntries(Object.entries(EXTRA).filter(([key]) => !(key in asked)));
      const { status, text } = await ask(row, 'owner', { body: { ...extra } });
      const isLetIn = row.statuses.owner < 300 || row.statuses.owner === 422;
      const usual = isLetIn ? [200, 201, 202, 204, 429] : [row.statuses.owner];
      expect([...usual, 422], `${name}: ${text}`).toContain(status);
      if (status < 300) expect(text).not.toContain(MARKER);
      // A role that is not for handing out is refused, wherever a role can be named.
      const withRole = await ask(row, 'owner', { body: { role: 'instance-owner' } });
      expect([...usual, 422], `${name}: ${withRole.text}`).toContain(withRole.status);
      expect(withRole.text).not.toContain('"instance-owner"');
    },
  );

  it('left no trace in either database, and made nobody the owner of this Alt', async () => {
    expect(await rowsWith(MARKER, MARKER)).toEqual([]);
    expect(await rowsWith('instance-owner', 'instance-owner')).toEqual([]);
    const owners = await databaseOf('auth').all(
      statement<{ email: string }>('attacks_owners', 'select email from accounts where is_instance_owner'),
    );
    expect(owners).toEqual([{ email: 'owner@example.org' }]);
  });
});

describe('a CSRF token', () => {
  const writes = {
    'auth-service': ['/v1/user/api-keys', { name: 'forged' }, '/v1/user/api-keys'],
    'alt-backend': ['/v1/folders', { name: 'forged' }, '/v1/folders'],
    'tenant-service': ['/v1/tenants', { name: 'forged' }, '/v1/tenants'],
    'arch-repo-service': ['/v1/projects', { title: 'forged' }, '/v1/projects'],
  } as const;

  it.each(Object.entries(writes))('of another session opens nothing at %s', async (_service, [path, body, list]) => {
    const owner = matrix.clientOf('owner');
    const own = await matrix.fixture.enter('owner');
    const tokens = ['', owner.csrfToken.slice(1), own.csrfToken, matrix.clientOf('stranger').csrfToken];
    for (const token of tokens) {
      const answer = await owner.call('POST', path, body, { 'x-csrf-token': token });
      expect([token, answer.status, answer.json?.code]).toEqual([token, 403, 'csrf-failed']);
    }
    const { items } = (await owner.get(list)).json;
    expect(JSON.stringify(items)).not.toContain('forged');
    expect((await own.post(path, body)).status).toBe(201); // with its own it does
  });
});

describe.concurrent('what was taken away is refused at every service within ten seconds', () => {
  it('a session', async () => {
    const doomed = await newcomer('member');
    await expectAll(doomed, 200);
    const { items } = (await doomed.get('/v1/user/sessions')).json;
    const other = await signIn(doomed.email);
    await expectAll(doomed, 200);
    const { id } = items.find(({ isCurrent }: { isCurrent: boolean }) => isCurrent);
    expect((await other.delete(`/v1/user/sessions/${id}`)).status).toBe(204);
    await untilAll(doomed, 401);
    await expectAll(other, 200);
  });

  it('an API key', async () => {
    const owner = await newcomer('member');
    const { id, key } = (await owner.post('/v1/user/api-keys', { name: 'doomed' })).json;
    const doomed = createClient(machine.origin, { apiKey: key, address: '198.51.100.77' });
    await expectAll(doomed, 200);
    expect((await owner.delete(`/v1/user/api-keys/${id}`)).status).toBe(204);
    await untilAll(doomed, 401);
    await expectAll(owner, 200);
  });

  it('a membership, with its sessions and keys', async () => {
    const doomed = await newcomer('admin');
    const { key } = (await doomed.post('/v1/user/api-keys', { name: 'doomed' })).json;
    const withKey = createClient(machine.origin, { apiKey: key, address: '198.51.100.78' });
    await expectAll(doomed, 200);
    await expectAll(withKey, 200);
    const owner = matrix.clientOf('owner');
    const { userId } = (await doomed.get('/v1/auth/validate')).json;
    expect((await owner.delete(`/v1/tenants/current/members/${userId}`)).status).toBe(204);
    await untilAll(doomed, 401);
    await untilAll(withKey, 401);
    // They are somebody still, and nobody here.
    const back = await signIn(doomed.email);
    expect((await back.get('/v1/tenants/current')).json.id).not.toBe(victim.tenantId);
    expect((await back.get(`/v1/projects/${matrix.fixture.project.id}`)).status).toBe(404);
  });

  it('a role: who is a reader now writes nothing', async () => {
    const doomed = await newcomer('member');
    expect((await doomed.post('/v1/projects', { title: newName() })).status).toBe(201);
    const { userId } = (await doomed.get('/v1/auth/validate')).json;
    const answer = await matrix.clientOf('owner').patch(`/v1/tenants/current/members/${userId}`, { role: 'reader' });
    expect(answer.status).toBe(200);
    const writes = [
      ['/v1/projects', () => ({ title: newName() })],
      ['/v1/feeds/discover', () => ({ url: matrix.fixture.feedUrl })],
      ['/v1/tenants/current/invitations', () => ({})],
    ] as const;
    for (const [path, body] of writes) {
      await eventually(async () => (await doomed.post(path, body())).status === 403, path, REVOKED_MS);
    }
  });

  it('a tenant that the session left: neither its old secret nor its new one shows it', async () => {
    const mover = await newcomer('member');
    const personal = (await mover.get('/v1/tenants')).json.items.find(
      (item: { isPersonal: boolean }) => item.isPersonal,
    );
    const project = `/v1/projects/${matrix.fixture.project.id}`;
    expect((await mover.get(project)).status).toBe(200);
    const old = createClient(machine.origin, { address: mover.address });
    old.cookie = mover.cookie;
    const moved = await mover.call('PUT', '/v1/user/tenant', { tenantId: personal.id });
    expect(moved.status).toBe(200);
    const isAway = async (client: Client) => {
      const where = await client.get('/v1/tenants/current');
      const folders = await client.get('/v1/folders');
      const who = await client.get('/v1/auth/validate');
      const dossier = await client.get(project);
      return (
        where.json?.id !== victim.tenantId &&
        who.json?.tenantId !== victim.tenantId &&
        !folders.text.includes('"Shared"') &&
        [401, 404].includes(dossier.status)
      );
    };
    await eventually(() => isAway(mover), 'the new secret is elsewhere', REVOKED_MS);
    await eventually(() => isAway(old), 'the old secret is elsewhere or nothing', REVOKED_MS);
    expect((await mover.get('/v1/tenants/current')).json.id).toBe(personal.id);
  });
});

describe('a suspended tenant', () => {
  it('is refused everywhere but where an endpoint says so, loses nothing, and works again', async () => {
    const owner = matrix.clientOf('owner');
    const held = await newcomer('reader');
    const { id } = (await held.post('/v1/tenants', { name: newName() })).json;
    held.csrfToken = (await held.call('PUT', '/v1/user/tenant', { tenantId: id })).json.csrfToken;
    expect((await held.post('/v1/folders', { name: 'Kept through it' })).status).toBe(201);
    const { key } = (await held.post('/v1/user/api-keys', { name: 'held' })).json;
    const withKey = createClient(machine.origin, { apiKey: key, address: '198.51.100.79' });
    expect((await owner.post(`/v1/tenants/${id}/suspend`, { reason: 'test' })).status).toBe(200);
    const suspendedAt = ['/v1/folders', '/v1/projects', '/v1/tenants/current/members'];
    for (const path of suspendedAt) {
      await eventually(async () => (await held.get(path)).json.code === 'tenant-suspended', path, REVOKED_MS);
      await eventually(async () => (await withKey.get(path)).json.code === 'tenant-suspended', path, REVOKED_MS);
    }
    await tenantKnown(machine, id, true);
    const { csrfToken } = held;
    held.csrfToken = ''; // so that what does work does nothing
    for (const endpoint of endpoints.filter(({ access }) => access === 'reader')) {
      const path = endpoint.path.replace(/:\w+/g, '018f0000-0000-7000-8000-000000000001');
      const { status, json } = await held.call(endpoint.method, path);
      const isRefused = status === 403 && json?.code === 'tenant-suspended';
      expect([endpoint.name, isRefused]).toEqual([endpoint.name, !endpoint.worksSuspended]);
    }
    held.csrfToken = csrfToken;
    expect((await owner.post(`/v1/tenants/${id}/resume`)).status).toBe(200);
    await tenantKnown(machine, id, false);
    for (const path of suspendedAt) {
      await eventually(async () => (await held.get(path)).status === 200, `${path} works again`, REVOKED_MS);
      await eventually(async () => (await withKey.get(path)).status === 200, `${path} works again by key`, REVOKED_MS);
    }
    expect((await held.get('/v1/folders')).text).toContain('Kept through it');
  });
});

describe('a poisoned host', () => {
  const EVIL = 'evil.example';
  const poison = {
    host: EVIL,
    'x-forwarded-host': EVIL,
    'x-forwarded-proto': 'https',
    'x-forwarded-server': EVIL,
    'x-host': EVIL,
    'x-original-host': EVIL,
    forwarded: `host=${EVIL};proto=https`,
    origin: `https://${EVIL}`,
    referer: `https://${EVIL}/`,
  };

  it('is in no link of an invitation, shown or mailed', async () => {
    const body = { email: 'invited@example.org' };
    const { json } = await raw('owner', 'POST', '/v1/tenants/current/invitations', body, poison);
    expect(new URL(json.link).origin).toBe(machine.origin);
    await expectMail('invited@example.org');
  });

  it('is in no mail that recovers or confirms', async () => {
    const recovery = await raw('anonymous', 'POST', '/v1/auth/recovery', { email: 'member@example.org' }, poison);
    expect(recovery.status).toBe(202);
    await expectMail('member@example.org');
    expect((await raw('reader', 'POST', '/v1/user/email/verification', undefined, poison)).status).toBe(202);
    await expectMail('reader@example.org');
    const change = { email: 'moved@example.org' };
    expect((await raw('admin', 'POST', '/v1/user/email', change, poison)).status).toBe(202);
    await expectMail('moved@example.org');
  });

  it('is in no address of a publication, nor on its page or in its feed', async () => {
    const path = `/v1/projects/${matrix.fixture.project.id}/publication`;
    for (const kind of ['private', 'public']) {
      const { json, text } = await raw('owner', 'PUT', path, { kind }, poison);
      expect([new URL(json.pageUrl).origin, new URL(json.feedUrl).origin]).toEqual([machine.origin, machine.origin]);
      for (const url of [json.pageUrl, json.feedUrl]) {
        const shown = await raw('anonymous', 'GET', new URL(url).pathname, undefined, poison);
        expect(shown.status).toBe(200);
        expect(shown.text).not.toContain(EVIL);
      }
      expect(text).not.toContain(EVIL);
    }
  });

  it('is in no address of a private feed of recaps', async () => {
    const { json } = await raw('owner', 'POST', '/v1/recaps/feed', undefined, poison);
    expect(new URL(json.url).origin).toBe(machine.origin);
  });

  async function expectMail(to: string): Promise<void> {
    const mail = await eventually(async () => relay.mails.find((each) => each.to === to), `a mail to ${to}`);
    expect(mail.text).toContain(`${machine.origin}/`);
    expect(mail.text + mail.subject).not.toContain(EVIL);
  }
});

/** Asks for what a row of the matrix asks for, and something besides. */
async function ask(
  row: MatrixRow,
  caller: Caller,
  besides: { headers?: Record<string, string>; query?: string; body?: Record<string, unknown> },
): Promise<{ status: number; text: string }> {
  const { fixture } = matrix;
  const endpoint = endpointOf(row.name);
  const params = (await row.params?.(fixture, caller)) ?? {};
  const path = endpoint.path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
  const usual = await row.body?.(fixture, caller);
  const body = besides.body && isObject(usual) ? { ...besides.body, ...usual, ...pick(besides.body, 'role') } : usual;
  const query = [row.query, besides.query].filter(Boolean).join('&');
  const type: Record<string, string> = endpoint.bodyType ? { 'content-type': endpoint.bodyType } : {};
  const headers = { ...type, ...row.headers, ...besides.headers };
  const client = matrix.clientOf(caller);
  const target = query ? `${path}?${query}` : path;
  if (endpoint.responseType === 'text/event-stream') return open(client, target, headers);
  const { cookie } = client;
  const answer = await client.call(endpoint.method, target, body, headers);
  if (endpoint.access === 'public') client.cookie = cookie; // a sign-in makes nobody somebody else
  return answer;
}

/** The beginning of a stream. */
async function open(client: Client, path: string, headers: Record<string, string>) {
  const hangUp = new AbortController();
  const response = await fetch(client.origin + path, {
    headers: { ...client.credentials(), ...headers },
    signal: hangUp.signal,
  });
  hangUp.abort();
  return { status: response.status, text: '' };
}

function pick(source: Record<string, unknown>, key: string): Record<string, unknown> {
  return key in source ? { [key]: source[key] } : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A token as services hand it on, signed by nobody. */
function forgedToken(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'auth-service', aud: 'alt', sub: victim.userId, tenant: victim.tenantId, role: 'owner' };
  return `${part({ alg: 'none' })}.${part({ ...claims, exp: Math.floor(Date.now() / 1000) + 300 })}.`;
}

function databaseOf(name: (typeof databaseNames)[number]): Database {
  const found = databases[databaseNames.indexOf(name)];
  if (!found) throw new Error(`no connection to ${name}`);
  return found;
}

const listTables = statement<{ name: string }>(
  'attacks_tables',
  `select relname::text as name from pg_class
   where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`,
);

/** The tables of both databases with a row in which both texts stand. */
async function rowsWith(one: string, other: string): Promise<string[]> {
  const found: string[] = [];
  for (const database of databases) {
    for (const { name } of await database.all(listTables)) {
      const text = `select 1 from ${name} t where strpos(t::text, $1) > 0 and strpos(t::text, $2) > 0 limit 1`;
      if (await database.one(statement(`attacks_${name}`, text), [one, other])) found.push(name);
    }
  }
  return found;
}

interface Newcomer extends Client {
  email: string;
  address: string;
}

/** Somebody new in the team of the owner. */
async function newcomer(role: 'admin' | 'member' | 'reader'): Promise<Newcomer> {
  const email = `${crypto.randomUUID()}@example.org`;
  await addAccount(databaseOf('auth'), { email, password: PASSWORD, tenant: victim.tenantId, role });
  return signIn(email);
}

async function signIn(email: string): Promise<Newcomer> {
  const address = '198.51.100.99';
  const client = createClient(machine.origin, { address });
  const answer = await client.post('/v1/auth/login', { email, password: PASSWORD });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  client.csrfToken = answer.json.csrfToken;
  return Object.assign(client, { email, address });
}

async function expectAll(client: Client, status: number): Promise<void> {
  expect(await statusesOf(client)).toEqual(Object.keys(SERVICES).map((name) => [name, status]));
}

/** Waits until every service answers so. */
async function untilAll(client: Client, status: number): Promise<void> {
  const isSo = async () => (await statusesOf(client)).every(([, seen]) => seen === status);
  await eventually(isSo, `${status} at every service`, REVOKED_MS);
}

async function statusesOf(client: Client): Promise<[string, number][]> {
  const answers = Object.entries(SERVICES).map(
    async ([name, path]): Promise<[string, number]> => [name, (await client.get(path)).status],
  );
  return Promise.all(answers);
}

/** A request with headers that `fetch` would not send. */
function raw(
  caller: Caller,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Pick<Answer, 'status' | 'json' | 'text'>> {
  const client = matrix.clientOf(caller);
  const content = body === undefined ? '' : JSON.stringify(body);
  const all = {
    ...client.credentials(),
    'x-csrf-token': client.csrfToken,
    ...(content ? { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(content)) } : {}),
    ...headers,
  };
  const { hostname, port } = new URL(machine.origin);
  return new Promise((resolve, reject) => {
    const sent = openRequest({ hostname, port, method, path, headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = /json/.test(response.headers['content-type'] ?? '');
        resolve({ status: response.statusCode ?? 0, text, json: isJson && text ? JSON.parse(text) : null });
      });
    });
    sent.on('error', reject);
    sent.end(content);
  });
}
