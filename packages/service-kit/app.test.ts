import { endpoint, Problem } from '@alt/contracts';
import { DatabaseUnavailableError } from '@alt/database';
import type { ServiceName } from '@alt/topology';
import { Registry } from 'prom-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApp } from './app.ts';
import { createCourtesy, createPauses } from './courtesy.ts';
import { createLogger } from './log.ts';
import { type Reader, reply, route } from './route.ts';
import type { Host } from './service.ts';
import { createKeys, generateServiceKey, type Keys, publicHalf, SERVICE_TOKEN_HEADER } from './tokens.ts';

const reader: Reader = {
  userId: '018f0000-0000-7000-8000-000000000001',
  tenantId: '018f0000-0000-7000-8000-0000000000ff',
  role: 'owner',
  email: 'ada@example.org',
  name: 'Ada',
  sessionId: 's',
  keyId: null,
  scope: 'full',
  csrfToken: 'right',
  provedAt: null,
  isSuspended: false,
};

const base = { summary: 'for the test', statuses: [200], problems: [] } as const;
const things = endpoint({
  ...base,
  name: 'things',
  method: 'GET',
  path: '/v1/things',
  access: 'reader',
  query: z.object({ limit: z.coerce.number().int().max(9) }),
  response: z.object({ limit: z.number() }),
});
const make = endpoint({
  ...base,
  name: 'make',
  method: 'POST',
  path: '/v1/things',
  access: 'reader',
  body: z.object({ name: z.string().min(2) }),
  response: z.object({ name: z.string() }),
});
const one = endpoint({
  ...base,
  name: 'one',
  method: 'GET',
  path: '/v1/things/:id',
  access: 'public',
  params: z.object({ id: z.string().regex(/^\d+$/) }),
  response: z.object({ id: z.string() }),
});
const breaks = endpoint({ ...base, name: 'breaks', method: 'GET', path: '/v1/breaks', access: 'public' });
const inner = endpoint({
  ...base,
  name: 'inner',
  method: 'GET',
  path: '/internal/inner',
  access: 'service',
  response: z.object({ caller: z.string() }),
});

const closed = endpoint({ ...inner, name: 'closed', path: '/internal/closed' });

const counting = endpoint({ ...base, name: 'counting', method: 'GET', path: '/v1/counting', access: 'public' });
const serving = endpoint({ ...base, name: 'serving', method: 'GET', path: '/internal/counting', access: 'service' });

const courtesy = createCourtesy();
let keys: Record<'gateway' | 'alt-backend' | 'pre-processor', Keys>;
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  const names = ['gateway', 'alt-backend', 'pre-processor'] as const;
  const own = await Promise.all(names.map((name) => generateServiceKey(name)));
  const all = own.map(publicHalf);
  keys = Object.fromEntries(
    names.map((name, index) => [name, createKeys(name, { own: own[index] ?? { kid: '' }, all })]),
  ) as typeof keys;
  app = createApp({
    host: testHost('alt-backend', keys['alt-backend']),
    identify: async (request) =>
      request.headers.has('cookie')
        ? reader
        : request.headers.has('authorization')
          ? { ...reader, csrfToken: null, provedAt: null, isSuspended: false }
          : null,
    checks: { database: async () => undefined },
    routes: [
      route(things, async ({ query }) => ({ limit: query.limit })),
      route(make, async ({ body }) => reply(200, { name: body.name }, { 'x-made': 'yes' })),
      route(one, async ({ params }) => ({ id: params.id })),
      route(breaks, async () => {
        throw new Error('secret detail');
      }),
      route(counting, async () => ({ waits: createPauses(courtesy.shared)() > 0 })),
      route(serving, async () => ({ waits: createPauses(courtesy.shared)() > 0 }), { callers: ['gateway'] }),
      route(inner, async ({ caller }) => ({ caller: caller ?? 'nobody' }), { callers: ['gateway', 'pre-processor'] }),
      route(closed, async () => ({ caller: 'anybody' })),
    ],
  });
});

function testHost(name: ServiceName, own: Keys): Host {
  const outside = (): never => {
    throw new Error('not in this test');
  };
  return {
    name,
    environment: {},
    log: createLogger('silent'),
    courtesy,
    signal: new AbortController().signal,
    closing: new AbortController().signal,
    get database() {
      return outside();
    },
    listen: outside,
    peer: outside,
    egress: Object.assign(outside, {
      close: outside,
      check: outside,
      opening: outside,
      isOpenedByOperator: () => false,
    }),
    metrics: new Registry(),
    tracer: null,
    jobs: { watched: (_name, _everyMs, work) => work },
    keys: own,
    publicUrl: new URL('http://localhost:8000'),
    address: () => '203.0.113.9',
  };
}

async function call(path: string, init: RequestInit = {}) {
  const response = await app.fetch(new Request(`http://test${path}`, init));
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text,
  };
}

const json = { 'content-type': 'application/json' };

describe('an app', () => {
  it('answers who may ask, with an id for the request', async () => {
    const answer = await call('/v1/things?limit=3', { headers: { cookie: 'x', 'x-request-id': 'my-request-1' } });
    expect(answer).toMatchObject({ status: 200, json: { limit: 3 } });
    expect(answer.headers.get('x-request-id')).toBe('my-request-1');
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });

  it.each([
    ['nobody', '/v1/things?limit=3', {}, 401, 'not-signed-in'],
    ['a bad query', '/v1/things?limit=30', { headers: { cookie: 'x' } }, 400, 'invalid-query'],
    ['an unknown path', '/v1/nothing', {}, 404, 'not-found'],
    ['an id that cannot be', '/v1/things/abc', {}, 404, 'not-found'],
    ['a wrong method', '/v1/breaks', { method: 'DELETE' }, 405, 'method-not-allowed'],
    [
      'a write without the token',
      '/v1/things',
      { method: 'POST', headers: { ...json, cookie: 'x' }, body: '{"name":"ab"}' },
      403,
      'csrf-failed',
    ],
    [
      'broken JSON',
      '/v1/things',
      { method: 'POST', headers: { ...json, authorization: 'x' }, body: '{"name"' },
      400,
      'invalid-json',
    ],
    [
      'a wrong field',
      '/v1/things',
      { method: 'POST', headers: { ...json, authorization: 'x' }, body: '{"name":1}' },
      422,
      'invalid-request',
    ],
    [
      'a form',
      '/v1/things',
      { method: 'POST', headers: { authorization: 'x', 'content-type': 'text/plain' }, body: '{}' },
      415,
      'unsupported-media-type',
    ],
    [
      'a flood in one body',
      '/v1/things',
      { method: 'POST', headers: { ...json, authorization: 'x' }, body: `{"name":"${'x'.repeat(2_000_000)}"}` },
      413,
      'body-too-large',
    ],
  ] as const)('refuses %s with a problem document', async (_name, path, init, status, code) => {
    const answer = await call(path, init as RequestInit);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.json).toMatchObject({ status, code, type: `urn:alt:problem:${code}` });
    expect(answer.json.detail).toMatch(/\w+ .*\.$/);
  });

  it('takes a write with the token, and one of a program without', async () => {
    const body = '{"name":"ab"}';
    const page = await call('/v1/things', {
      method: 'POST',
      headers: { ...json, cookie: 'x', 'x-csrf-token': 'right' },
      body,
    });
    expect(page).toMatchObject({ status: 200, json: { name: 'ab' } });
    expect(page.headers.get('x-made')).toBe('yes');
    expect((await call('/v1/things', { method: 'POST', headers: { ...json, authorization: 'x' }, body })).status).toBe(
      200,
    );
  });

  it('hides what broke', async () => {
    const answer = await call('/v1/breaks');
    expect(answer.status).toBe(500);
    expect(answer.json.code).toBe('internal');
    expect(JSON.stringify(answer.json)).not.toContain('secret');
  });

  it('opens internal paths to services that the topology lets in, and to nobody else', async () => {
    expect((await call('/internal/inner')).status).toBe(404);
    expect((await call('/internal/inner', { headers: { cookie: 'x', [SERVICE_TOKEN_HEADER]: 'forged' } })).status).toBe(
      404,
    );
    const gateway = { [SERVICE_TOKEN_HEADER]: await keys.gateway.serviceToken('alt-backend') };
    expect((await call('/internal/inner', { headers: gateway })).json).toEqual({ caller: 'gateway' });
    const unlisted = { [SERVICE_TOKEN_HEADER]: await keys['pre-processor'].serviceToken('alt-backend') };
    expect((await call('/internal/inner', { headers: unlisted })).status).toBe(404);
  });

  it('opens an internal path whose callers nobody named to nobody', async () => {
    const gateway = { [SERVICE_TOKEN_HEADER]: await keys.gateway.serviceToken('alt-backend') };
    expect((await call('/internal/closed', { headers: gateway })).status).toBe(404);
  });

  it('says how it is, and counts by route', async () => {
    expect((await call('/v1/ready')).json).toMatchObject({ status: 'ok', dependencies: { database: 'ok' } });
    expect((await call('/v1/live')).status).toBe(200);
    const metrics = await call('/metrics');
    expect(metrics.json).toContain('route="/v1/things"');
    expect(metrics.json).not.toContain('/v1/things/abc');
  });
});

describe('a database that is away', () => {
  it('is a problem of its own, with when to ask again', async () => {
    const away = createApp({
      host: testHost('alt-backend', keys['alt-backend']),
      routes: [
        route(breaks, async () => {
          throw new DatabaseUnavailableError(new Error('connect ENOENT /somewhere'));
        }),
      ],
    });
    const response = await away.fetch(new Request('http://test/v1/breaks'));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.json()).toMatchObject({
      code: 'database-unavailable',
      detail: expect.not.stringContaining('/somewhere'),
    });
  });
});

describe('a dependency that fails', () => {
  it('shows in health and readiness, not in liveness', async () => {
    const failing = createApp({
      host: testHost('alt-backend', keys['alt-backend']),
      routes: [],
      checks: {
        database: async () => {
          throw new Problem('unavailable', 'The database is away.');
        },
      },
    });
    const statusOf = async (path: string) => (await failing.fetch(new Request(`http://test${path}`))).status;
    expect(await Promise.all(['/v1/health', '/v1/ready', '/v1/live'].map(statusOf))).toEqual([503, 503, 200]);
  });
});
