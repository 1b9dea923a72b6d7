import { get, type IncomingHttpHeaders } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createEgress, parseAllowList } from '@alt/egress';
import {
  createHost,
  createLogger,
  generateServiceKey,
  type ListeningServer,
  listen,
  parseTrustedProxies,
  publicHalf,
} from '@alt/service-kit';
import type { ServiceName } from '@alt/topology';
import { afterEach, expect, test } from 'vitest';
import { createGateway } from './gateway.ts';

type Handler = (request: Request) => Promise<Response>;

interface Surroundings {
  /** Services in this process. */
  handlers?: Partial<Record<ServiceName, Handler>>;
  /** Services over HTTP: their URLs. */
  addresses?: Partial<Record<ServiceName, string>>;
  publicUrl?: string;
  trustedProxies?: string;
}

const cleanups: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function startGateway({ handlers = {}, addresses = {}, publicUrl, trustedProxies = '' }: Surroundings) {
  const own = await generateServiceKey('gateway');
  const egress = createEgress({ allow: parseAllowList(''), userAgent: 'test' });
  cleanups.push(() => egress.close());
  const host = createHost({
    name: 'gateway',
    environment: {},
    log: createLogger('silent'),
    signal: new AbortController().signal,
    database: null,
    listener: null,
    egress,
    keys: { own, all: [publicHalf(own)] },
    publicUrl: new URL(publicUrl ?? 'http://localhost:8000'),
    trustedProxies: parseTrustedProxies(trustedProxies),
    reach: (peer) => ({
      baseUrl: addresses[peer] ?? 'http://in-process.test',
      dispatch: (request) => {
        const handler = handlers[peer];
        if (handler) return handler(request);
        return addresses[peer] ? fetch(request) : Promise.reject(new Error(`${peer} is down`));
      },
    }),
  });
  const server = await listen(createGateway(host), { port: 0, hostname: '127.0.0.1' });
  cleanups.push(() => server.stop());
  return `http://127.0.0.1:${server.port}`;
}

async function serve(handler: Handler): Promise<string> {
  const server: ListeningServer = await listen(handler, { port: 0, hostname: '127.0.0.1' });
  cleanups.push(() => server.stop());
  return `http://127.0.0.1:${server.port}`;
}

const named =
  (name: string): Handler =>
  async (request) =>
    Response.json({ name, path: new URL(request.url).pathname + new URL(request.url).search });

const echo: Handler = async (request) =>
  Response.json({ headers: Object.fromEntries(request.headers), body: await request.text(), method: request.method });

test('every path reaches the service that answers it', async () => {
  const handlers = {
    'auth-service': named('auth'),
    'alt-backend': named('backend'),
    'alt-frontend': named('frontend'),
  };
  const url = await startGateway({ handlers });
  const answers: Record<string, string> = {
    '/v1/auth/login': 'auth',
    '/v1/user/api-keys?x=1': 'auth',
    '/v1/entries?view=unread&q=%26': 'backend',
    '/reader/api/0/token': 'backend',
    '/v1/authors': 'backend',
    '/feeds/12?entry=3': 'frontend',
    '/': 'frontend',
  };
  for (const [path, name] of Object.entries(answers)) {
    expect(await (await fetch(url + path)).json()).toEqual({ name, path });
  }
});

test('a path that looks like an address leads nowhere else', async () => {
  const strangers: string[] = [];
  const stranger = await serve(async (request) => {
    strangers.push(request.url);
    return new Response('stolen');
  });
  const url = await startGateway({ addresses: { 'alt-frontend': await serve(named('frontend')) } });
  const path = `//${stranger.slice('http://'.length)}/secret`;
  const answer = await new Promise<string>((resolve, reject) => {
    get({ port: new URL(url).port, host: '127.0.0.1', path }, async (response) => {
      resolve(Buffer.concat(await response.toArray()).toString());
    }).once('error', reject);
  });
  expect([JSON.parse(answer), strangers]).toEqual([{ name: 'frontend', path }, []]);
});

test('internal paths and metrics do not exist, however they are spelt', async () => {
  const handlers = { 'auth-service': echo, 'alt-backend': echo, 'alt-frontend': echo };
  const url = await startGateway({ handlers });
  for (const path of ['/internal/exchange', '/internal', '/v1/../internal/keys', '/metrics', '/./metrics']) {
    const response = await fetch(url + path);
    expect([path, response.status, response.headers.get('content-type')]).toEqual([
      path,
      404,
      'application/problem+json',
    ]);
  }
});

test('what only our services may say is dropped when it comes from outside', async () => {
  const url = await startGateway({ handlers: { 'alt-backend': echo } });
  const response = await fetch(`${url}/v1/entries`, {
    headers: {
      'x-alt-user-token': 'forged',
      'x-alt-service-token': 'forged',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-host': 'evil',
      authorization: 'Bearer key',
    },
  });
  const { headers } = (await response.json()) as { headers: Record<string, string> };
  expect(headers['x-alt-user-token']).toBeUndefined();
  expect(headers['x-alt-service-token']).not.toBe('forged');
  expect(headers['x-forwarded-for']).toBe('127.0.0.1');
  expect(headers['x-forwarded-host']).toBeUndefined();
  expect(headers['x-forwarded-proto']).toBe('http');
  expect(headers.authorization).toBe('Bearer key');
});

test('a trusted proxy says whose request it is', async () => {
  const url = await startGateway({ handlers: { 'alt-backend': echo }, trustedProxies: '127.0.0.0/8' });
  const response = await fetch(`${url}/v1/entries`, { headers: { 'x-forwarded-for': '9.9.9.9, 1.2.3.4' } });
  const { headers } = (await response.json()) as { headers: Record<string, string> };
  expect(headers['x-forwarded-for']).toBe('1.2.3.4');
});

test('bodies, cookies and statuses go through, in one process and over HTTP', async () => {
  const handler: Handler = async (request) => {
    const headers = new Headers({ 'x-alt-route': '/v1/x' });
    headers.append('set-cookie', 'a=1');
    headers.append('set-cookie', 'b=2');
    return new Response(await request.text(), { status: 422, headers });
  };
  for (const surroundings of [
    { handlers: { 'alt-backend': handler } },
    { addresses: { 'alt-backend': await serve(handler) } },
  ]) {
    const url = await startGateway(surroundings);
    const response = await fetch(`${url}/v1/entries`, { method: 'PATCH', body: '{"ids":["1"]}' });
    expect([response.status, await response.text()]).toEqual([422, '{"ids":["1"]}']);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('x-alt-route')).toBeNull();
  }
});

test('compressed answers arrive readable, in one process and over HTTP', async () => {
  const handler: Handler = async () =>
    new Response(gzipSync('a page'), { headers: { 'content-encoding': 'gzip', 'content-type': 'text/plain' } });
  for (const surroundings of [
    { handlers: { 'alt-frontend': handler } },
    { addresses: { 'alt-frontend': await serve(handler) } },
  ]) {
    const url = await startGateway(surroundings);
    expect(await (await fetch(`${url}/page`)).text()).toBe('a page');
  }
});

test('text is compressed for a client that takes it, and what is small or no text is not', async () => {
  const long = JSON.stringify(Array.from({ length: 2_000 }, (_, index) => ({ index, title: 'the same again' })));
  const answers: Record<string, () => Response> = {
    '/v1/long': () => new Response(long, { headers: { 'content-type': 'application/json', etag: '"a"' } }),
    '/v1/short': () => Response.json({ short: true }),
    '/v1/image': () => new Response(long, { headers: { 'content-type': 'image/png' } }),
    '/v1/endless': () => new Response(long.repeat(20), { headers: { 'content-type': 'text/plain', vary: 'cookie' } }),
    '/v1/kept': () =>
      new Response(long, { headers: { 'content-type': 'text/plain', 'cache-control': 'no-transform' } }),
  };
  const handler: Handler = async (request) => answers[new URL(request.url).pathname]?.() ?? new Response('?');
  for (const surroundings of [
    { handlers: { 'alt-backend': handler } },
    { addresses: { 'alt-backend': await serve(handler) } },
  ]) {
    const url = await startGateway({ ...surroundings, publicUrl: 'https://alt.example' });
    const seen = async (path: string, accepted = 'br, gzip') => {
      const { headers, text } = await rawGet(url + path, { 'accept-encoding': accepted });
      return { encoding: headers['content-encoding'], vary: headers.vary, etag: headers.etag, text };
    };
    expect(await seen('/v1/long')).toEqual({ encoding: 'gzip', vary: 'accept-encoding', etag: 'W/"a"', text: long });
    expect(await seen('/v1/long', 'gzip;q=0')).toEqual({
      encoding: undefined,
      vary: 'accept-encoding',
      etag: '"a"',
      text: long,
    });
    expect(await seen('/v1/short')).toMatchObject({ encoding: undefined, text: '{"short":true}' });
    expect(await seen('/v1/image')).toMatchObject({ encoding: undefined, vary: undefined, text: long });
    expect(await seen('/v1/endless')).toMatchObject({
      encoding: 'gzip',
      vary: 'cookie, accept-encoding',
      text: long.repeat(20),
    });
    expect(await seen('/v1/kept')).toMatchObject({ encoding: undefined, text: long });
  }
});

test('a browser on this machine gets text as it is, for compressing would only make it wait', async () => {
  const handler: Handler = async () => Response.json({ long: 'x'.repeat(5_000) });
  const url = await startGateway({ handlers: { 'alt-backend': handler } });
  const { headers } = await rawGet(`${url}/v1/entries`, { 'accept-encoding': 'gzip' });
  expect(headers['content-encoding']).toBeUndefined();
});

/** A GET as it comes over the wire, with the headers that `fetch` would hide by decoding; the text is decoded here. */
function rawGet(url: string, headers: Record<string, string>) {
  return new Promise<{ headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    get(url, { headers }, async (answer) => {
      const bytes = Buffer.concat(await answer.toArray());
      const text = answer.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      resolve({ headers: answer.headers, text: text.toString() });
    }).once('error', reject);
  });
}

test('events arrive as they are sent, and the service hears who hangs up', async () => {
  for (const isInProcess of [true, false]) {
    const hungUp = Promise.withResolvers<void>();
    const handler: Handler = async () =>
      new Response(
        new ReadableStream<Uint8Array>({
          start: (controller) => controller.enqueue(new TextEncoder().encode('data: first\n\n')),
          cancel: () => hungUp.resolve(),
        }),
        { headers: { 'content-type': 'text/event-stream' } },
      );
    const url = await startGateway(
      isInProcess ? { handlers: { 'alt-backend': handler } } : { addresses: { 'alt-backend': await serve(handler) } },
    );
    const client = new AbortController();
    const response = await fetch(`${url}/v1/events`, { signal: client.signal });
    const { value } = (await response.body?.getReader().read()) ?? {};
    expect(new TextDecoder().decode(value)).toBe('data: first\n\n');
    client.abort();
    await hungUp.promise;
  }
});

test('a service that is down is a problem with a code, and does not take the others along', async () => {
  const url = await startGateway({
    handlers: { 'alt-frontend': named('frontend') },
    addresses: { 'auth-service': 'http://127.0.0.1:1' },
  });
  for (const path of ['/v1/entries', '/v1/auth/setup']) {
    const response = await fetch(url + path);
    expect([path, response.status, await response.json()]).toEqual([
      path,
      503,
      expect.objectContaining({ code: 'unavailable' }),
    ]);
  }
  expect((await fetch(`${url}/`)).status).toBe(200);
});

test('health speaks for the platform, and says which part is missing', async () => {
  const well: Handler = async () => Response.json({ status: 'ok' });
  const url = await startGateway({ handlers: { 'auth-service': well, 'alt-frontend': well } });
  const response = await fetch(`${url}/v1/ready`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ services: { 'alt-backend': 'unreachable', 'auth-service': 'ok' } });
  expect((await fetch(`${url}/v1/live`)).status).toBe(200);
});

test('browsers are told to stay on https where that is the public address, and only there', async () => {
  const handlers = { 'alt-frontend': named('frontend') };
  const secure = await fetch(await startGateway({ handlers, publicUrl: 'https://alt.example' }));
  expect(secure.headers.get('strict-transport-security')).toBe('max-age=31536000');
  expect((await fetch(await startGateway({ handlers }))).headers.get('strict-transport-security')).toBeNull();
});
