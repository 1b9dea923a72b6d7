import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { createEgress, parseAllowList } from '@alt/egress';
import {
  createHost,
  createLogger,
  generateServiceKey,
  listen,
  parseTrustedProxies,
  publicHalf,
} from '@alt/service-kit';
import type { ServiceName } from '@alt/topology';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGateway } from '../../../services/gateway/gateway.ts';
import { startNginx } from './nginx-trial.ts';
import { type Answer, ask } from './trial.ts';

const names = ['auth-service', 'tenant-service', 'arch-repo-service', 'alt-backend', 'alt-frontend'] as const;
const cleanups: (() => Promise<unknown>)[] = [];
const doors = { gateway: 0, nginx: 0 };
const hungUp: string[] = [];
const LONG = JSON.stringify(Array.from({ length: 500 }, (_, index) => ({ index, title: 'the same again' })));

beforeAll(async () => {
  const addresses: Record<string, string> = {};
  for (const name of names.filter((each) => each !== 'tenant-service')) {
    const server = await listen((request) => answer(name, request), { port: 0, hostname: '127.0.0.1' });
    cleanups.push(server.stop);
    addresses[name] = `127.0.0.1:${server.port}`;
  }
  const gateway = await listen(createGateway(await hostOf(addresses)), { port: 0, hostname: '127.0.0.1' });
  const nginx = await startNginx(addresses, { isSecure: true, trusted: 'set_real_ip_from 127.0.0.0/8;' });
  cleanups.push(gateway.stop, nginx.stop);
  Object.assign(doors, { gateway: gateway.port, nginx: nginx.port });
}, 60_000);

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** A service that tells what reached it, or does what the query asks for. */
async function answer(name: string, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const asked = url.searchParams;
  if (url.pathname === '/v1/events') return events(asked.get('id') ?? '', request);
  if (asked.has('long'))
    return new Response(LONG, { headers: { 'content-type': asked.get('long') ?? '', etag: '"a"' } });
  const headers = new Headers({
    'content-type': 'application/json',
    'x-alt-route': '/v1/x',
    'cache-control': 'private',
  });
  headers.append('set-cookie', 'a=1; Path=/');
  headers.append('set-cookie', 'b=2; Path=/');
  if (asked.has('location')) headers.set('location', '/elsewhere?x=%2f');
  const length = (await request.arrayBuffer()).byteLength;
  const said = Object.fromEntries(
    [...request.headers].filter(([header]) => !['host', 'connection', 'content-length'].includes(header)),
  );
  const status = Number(asked.get('status') ?? 200);
  const body = JSON.stringify({ name, method: request.method, path: url.pathname + url.search, length, said });
  const isEmpty = status === 204 || status === 304;
  return new Response(isEmpty ? null : body, { status, headers });
}

function events(id: string, request: Request): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('data: first\n\n'));
      request.signal.addEventListener('abort', () => hungUp.push(id));
    },
    cancel: () => void hungUp.push(id),
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

async function hostOf(addresses: Record<string, string>) {
  const own = await generateServiceKey('gateway');
  const egress = createEgress({ allow: parseAllowList(''), userAgent: 'test' });
  cleanups.push(() => egress.close());
  return createHost({
    name: 'gateway',
    environment: {},
    log: createLogger('silent'),
    signal: new AbortController().signal,
    database: null,
    listener: null,
    egress,
    keys: { own, all: [publicHalf(own)] },
    publicUrl: new URL('https://alt.example'),
    trustedProxies: parseTrustedProxies('127.0.0.0/8'),
    reach: (peer: ServiceName) => ({
      baseUrl: `http://${addresses[peer] ?? '127.0.0.1:1'}`,
      dispatch: (request) => fetch(request),
    }),
  });
}

type Asked = { path: string; method?: string; headers?: Record<string, string>; body?: string };

/** The same request at both doors. */
async function atBoth(asked: Asked): Promise<{ gateway: Answer; nginx: Answer }> {
  const [gateway, nginx] = await Promise.all([
    ask({ port: doors.gateway, ...asked }),
    ask({ port: doors.nginx, ...asked }),
  ]);
  return { gateway, nginx };
}

/** What a client can see of an answer, without what says only who answered and when. */
function seen({ status, headers, body }: Answer) {
  const own = ['date', 'server', 'connection', 'keep-alive', 'transfer-encoding', 'content-length'];
  const visible = Object.entries(headers).filter(([name]) => !own.includes(name));
  const text = body.replaceAll(/"requestId":"[^"]*"/g, '"requestId":"…"');
  return { status, headers: Object.fromEntries(visible), body: comparable(text) };
}

/** The body without headers that the two doors' own clients say of themselves; a service reads none of them. */
function comparable(text: string): unknown {
  if (!text.startsWith('{')) return text;
  const document = JSON.parse(text);
  if (document.said) {
    for (const name of [
      'accept',
      'accept-language',
      'sec-fetch-mode',
      'user-agent',
      'accept-encoding',
      'x-alt-service-token',
      'x-request-id',
      'traceparent',
      'transfer-encoding',
      'cache-control',
      'pragma',
    ])
      delete document.said[name];
  }
  return document;
}

describe('gateway and nginx', () => {
  test.each([
    '/',
    '/feeds/12?entry=3',
    '/v1/auth',
    '/v1/auth/',
    '/v1/auth/login',
    '/v1/author',
    '/v1/authors/1',
    '/v1/user/api-keys?x=1',
    '/v1/projects/1',
    '/v1',
    '/v1/',
    '/v1/entries?view=unread&q=%26&q=a+b',
    '/v10',
    '/V1/auth',
    '/reader',
    '/reader/api/0/token',
    '/readers',
    '/fever/',
    '/fever?api',
    '/feverish',
    '/accounts/ClientLogin',
    '/accounts/ClientLogin/x',
    '/accounts/Other',
    '/v1/graphql',
    '//v1/auth',
    '/v1//auth',
    '/v1/images/sig/https:%2F%2Fa.example%2Fb.png',
    '/v1/tags/a%2Fb',
    '/v1%2Fauth/login',
    '/%761/auth',
    '/v1/%61uth',
    '/v1/entries/%E3%81%82',
    '/a%20b',
    '/v1/a;b=c',
    '/v1/a?x=/../y',
    '/v1/...',
    '/.well-known/x',
    '/v1/entries?',
    '/?',
    '/v1/x?status=404',
    '/v1/x?status=422',
    '/v1/x?status=500',
    '/v1/x?status=503',
    '/v1/x?status=204',
    '/v1/x?status=304',
    '/v1/x?location',
  ])('answer %s alike', async (path) => {
    const { gateway, nginx } = await atBoth({ path });
    expect(seen(nginx)).toEqual(seen(gateway));
    expect(gateway.status).toBeGreaterThan(0);
  });

  test.each([
    '/metrics',
    '/metrics/x',
    '/internal',
    '/internal/exchange',
    '/v1/../internal/keys',
    '/v1/%2e%2e/metrics',
    '/./metrics',
    '/v1/x/../../metrics',
  ])('know nothing of %s', async (path) => {
    const { gateway, nginx } = await atBoth({ path });
    expect([nginx.status, nginx.headers['content-type']]).toEqual([404, 'application/problem+json']);
    expect(seen(nginx)).toEqual(seen(gateway));
  });

  test.each(['/v1/x/../auth/login', '/v1/auth/../entries', '/v1/auth/..', '/a/./b'])(
    'resolve %s before they route',
    async (path) => {
      const { gateway, nginx } = await atBoth({ path });
      expect(seen(nginx)).toEqual(seen(gateway));
    },
  );

  test.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('pass %s', async (method) => {
    const body = ['POST', 'PUT', 'PATCH'].includes(method) ? '{"a":1}' : undefined;
    const headers = {
      'content-type': 'application/json',
      origin: 'https://a.example',
      ...(body && { 'content-length': String(body.length) }),
    };
    const { gateway, nginx } = await atBoth({ path: '/v1/entries', method, headers, ...(body && { body }) });
    expect(seen(nginx)).toEqual(seen(gateway));
    if (method !== 'HEAD') expect(nginx.body).toContain(`"method":"${method}"`);
  });

  test('let nobody outside speak for a service, and say whose request it is', async () => {
    const headers = {
      'x-alt-user-token': 'forged',
      'x-alt-service-token': 'forged',
      'x-forwarded-for': '198.51.100.9, 203.0.113.7',
      'x-forwarded-host': 'evil',
      'x-forwarded-proto': 'gopher',
      'x-forwarded-prefix': '/evil',
      'proxy-authorization': 'Basic x',
      te: 'trailers',
      authorization: 'Bearer key',
      cookie: 'alt_session=1',
      'x-csrf-token': 'c',
      'if-none-match': '"a"',
      'x-request-id': 'request-0001',
    };
    const { gateway, nginx } = await atBoth({ path: '/v1/entries', headers });
    const said = JSON.parse(nginx.body).said;
    expect(said).toMatchObject({
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
      authorization: 'Bearer key',
      cookie: 'alt_session=1',
      'x-csrf-token': 'c',
      'x-request-id': 'request-0001',
    });
    for (const name of [
      'x-alt-user-token',
      'x-alt-service-token',
      'x-forwarded-host',
      'x-forwarded-prefix',
      'proxy-authorization',
      'te',
    ])
      expect([name, said[name]]).toEqual([name, undefined]);
    expect(seen(nginx)).toEqual(seen(gateway));
    expect(nginx.headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2; Path=/']);
    expect(nginx.headers['x-alt-route']).toBeUndefined();
    expect(nginx.headers['strict-transport-security']).toBe('max-age=31536000');
  });

  test.each([
    ['application/json', 'gzip'],
    ['text/html; charset=utf-8', 'br, gzip'],
    ['image/svg+xml', 'gzip'],
    ['application/atom+xml', 'gzip'],
    ['text/javascript', 'gzip'],
    ['image/png', 'gzip'],
    ['application/json', 'identity'],
    ['application/json', 'gzip;q=0'],
    ['text/x-opml; charset=utf-8', 'gzip'],
    ['application/problem+json', 'gzip'],
  ])('compress %s alike for a client that takes %s', async (type, accepted) => {
    const path = `/v1/x?long=${encodeURIComponent(type)}`;
    const raw = (port: number) => rawAnswer(port, path, accepted);
    const [gateway, nginx] = await Promise.all([raw(doors.gateway), raw(doors.nginx)]);
    expect(nginx).toEqual(gateway);
    expect(nginx.text).toBe(LONG);
  });

  test('pass large bodies as they come, and leave it to the service to refuse them', async () => {
    const body = 'x'.repeat(20 * 1024 * 1024);
    const { gateway, nginx } = await atBoth({
      path: '/v1/opml',
      method: 'POST',
      body,
      headers: { 'content-length': String(body.length) },
    });
    expect(JSON.parse(nginx.body).length).toBe(body.length);
    expect(seen(nginx)).toEqual(seen(gateway));
  });

  test('take headers up to 16 KiB and refuse more', async () => {
    const status = async (size: number) => {
      const { gateway, nginx } = await atBoth({ path: '/v1/entries', headers: { cookie: 'x'.repeat(size) } });
      return [gateway.status, nginx.status];
    };
    expect(await status(12_000)).toEqual([200, 200]);
    expect(await status(20_000)).toEqual([431, 431]);
    const { gateway, nginx } = await atBoth({ path: `/v1/entries?q=${'x'.repeat(20_000)}` });
    expect([gateway.status, nginx.status]).toEqual([431, 431]);
  });

  test('pass events at once, and the service hears who hangs up', async () => {
    for (const [id, port] of Object.entries(doors)) {
      const client = new AbortController();
      const response = await fetch(`http://127.0.0.1:${port}/v1/events?id=${id}`, {
        signal: client.signal,
        headers: { 'accept-encoding': 'gzip' },
      });
      expect([response.status, response.headers.get('content-type'), response.headers.get('content-encoding')]).toEqual(
        [200, 'text/event-stream', null],
      );
      const { value } = (await response.body?.getReader().read()) ?? {};
      expect(new TextDecoder().decode(value)).toBe('data: first\n\n');
      client.abort();
      await expect.poll(() => hungUp).toContain(id);
    }
  });

  test('say alike that a service is down', async () => {
    const { gateway, nginx } = await atBoth({ path: '/v1/tenants/1' });
    expect([nginx.status, nginx.headers['retry-after'], nginx.headers['content-type']]).toEqual([
      503,
      '5',
      'application/problem+json',
    ]);
    const { detail: ofNginx, ...other } = JSON.parse(nginx.body);
    const { detail: ofGateway, ...same } = JSON.parse(gateway.body);
    expect({ ...other, requestId: '' }).toEqual({ ...same, requestId: '' });
    expect([ofNginx, ofGateway]).toEqual([
      expect.stringContaining('not available'),
      expect.stringContaining('not available'),
    ]);
    expect([gateway.status, gateway.headers['retry-after']]).toEqual([503, '5']);
  });

  test('answer for the platform that they live', async () => {
    const { gateway, nginx } = await atBoth({ path: '/v1/live' });
    expect([nginx.status, nginx.body]).toEqual([gateway.status, gateway.body]);
  });

  test('refuse what is no HTTP', async () => {
    for (const port of Object.values(doors)) {
      const socket = connect(port, '127.0.0.1');
      const answered = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
      socket.write('GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx');
      expect(await answered).toMatch(/^HTTP\/1\.1 400/);
      socket.destroy();
    }
  });
});

test('nginx knows nothing of a path that a service could read as another', async () => {
  for (const path of [
    '/v1%2f/../internal/keys',
    '/v1/..%2finternal',
    '/v1/%2e%2e%2finternal',
    '/v1\\..\\internal',
    '/v1/x%5c/../auth',
  ]) {
    const { status } = await ask({ port: doors.nginx, path });
    expect([path, status]).toEqual([
      path,
      path === '/v1/..%2finternal' || path === '/v1/%2e%2e%2finternal' ? status : 404,
    ]);
  }
});

/** Status, what compression changes, and the text itself. */
async function rawAnswer(port: number, path: string, accepted: string) {
  const { request } = await import('node:http');
  return new Promise<Record<string, unknown>>((resolve, reject) => {
    const sent = request(
      { hostname: '127.0.0.1', port, path, agent: false, headers: { 'accept-encoding': accepted } },
      async (response) => {
        const bytes = Buffer.concat(await response.toArray());
        const { 'content-encoding': encoding, vary, etag } = response.headers;
        const text = (encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
        resolve({ status: response.statusCode, encoding, vary: vary?.toLowerCase(), etag, text });
      },
    );
    sent.once('error', reject);
    sent.end();
  });
}
