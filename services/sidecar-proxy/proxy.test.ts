import http from 'node:http';
import net from 'node:net';
import { createEgress, type Egress, type EgressVerdict } from '@alt/egress';
import { createRebindingLookup, type HostileServer, startHostileServer } from '@alt/testing/hostile/index.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ProxyServer, type ProxyServerOptions, startProxyServer } from './proxy.ts';

/** 127.0.0.2 plays the public address that the operator opened; 127.0.0.1 is the secret that must never be reached. */
let open: HostileServer;
let secret: HostileServer;
const cleanUps: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  open = await startHostileServer({ host: '127.0.0.2' });
  secret = await startHostileServer({ host: '127.0.0.1', port: open.port });
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  open.reset();
});
afterAll(async () => {
  await open.stop();
  await secret.stop();
});

const silent = { info: () => {} };

async function startProxy(options: Partial<ProxyServerOptions> = {}): Promise<ProxyServer> {
  const proxy = await startProxyServer({
    port: 0,
    allow: [`127.0.0.2:${open.port}`],
    log: silent,
    graceMs: 50,
    lookup: createRebindingLookup({ 'feeds.test': [['127.0.0.2']], 'rebinding.test': [['127.0.0.2'], ['127.0.0.1']] }),
    ...options,
  });
  cleanUps.push(proxy.stop);
  return proxy;
}

/** A client whose own look-ups never work: names reach the proxy as names. */
function clientOf(port: number): Egress {
  const egress = createEgress({
    allow: [`feeds.test:${open.port}`, `rebinding.test:${open.port}`, `127.0.0.2:${open.port}`, '10.0.0.1'],
    userAgent: 'Alt/test',
    proxyUrl: `http://127.0.0.1:${port}`,
    dnsCacheMs: 0,
    lookup: async () => Promise.reject(new Error('the client must not look up')),
  });
  cleanUps.push(egress.close);
  return egress;
}

describe('the egress client through the proxy', () => {
  test('fetches by name, follows redirects, keeps connections', async () => {
    const egress = clientOf((await startProxy()).port);
    const response = await egress(`http://feeds.test:${open.port}/moved-permanently`);
    expect(response).toMatchObject({ status: 200, url: `http://feeds.test:${open.port}/plain` });
    expect((await egress(open.url('encoding-gzip'))).text()).toContain('Post number 3');
  });

  test('gets the proxy’s refusal as the same error, in the same words', async () => {
    const events: [string, EgressVerdict][] = [];
    const proxy = await startProxy({ onVerdict: ({ hostClass, verdict }) => events.push([hostClass, verdict]) });
    const egress = clientOf(proxy.port);
    await expect(egress('http://10.0.0.1/')).rejects.toMatchObject({
      code: 'egress-refused-address',
      host: '10.0.0.1',
      message:
        '10.0.0.1 is an address inside a private network. Alt only fetches public addresses; the operator can open it with ALT_EGRESS_ALLOW.',
    });
    await expect(egress('http://nowhere.test/')).rejects.toMatchObject({ code: 'dns-not-found', host: 'nowhere.test' });
    expect(events).toEqual([
      ['private', 'egress-refused-address'],
      ['public', 'dns-not-found'],
    ]);
  });

  test('a name that rebinds reaches nothing but its first, checked address', async () => {
    const lookup = createRebindingLookup({ 'rebinding.test': [['127.0.0.2'], ['127.0.0.1']] });
    const egress = clientOf((await startProxy({ lookup })).port);
    const url = `http://rebinding.test:${open.port}/http-1.0`;
    for (let round = 0; round < 3; round++) expect((await egress(url)).status).toBe(200);
    expect(open.requests('http-1.0')).toHaveLength(3);
    const refusing = createRebindingLookup({ 'rebinding.test': [['127.0.0.1']] });
    const late = clientOf((await startProxy({ lookup: refusing })).port);
    await expect(late(url)).rejects.toMatchObject({ code: 'egress-refused-address' });
    expect(secret.requests('http-1.0')).toHaveLength(0);
  });

  test('a chain of proxies: the last one’s check counts and its refusal comes through', async () => {
    const last = await startProxy({
      lookup: createRebindingLookup({ 'feeds.test': [['127.0.0.2']], 'evil.test': [['127.0.0.1']] }),
    });
    const first = await startProxy({
      upstreamProxyUrl: `http://127.0.0.1:${last.port}`,
      allow: [`feeds.test:${open.port}`],
      lookup: async () => Promise.reject(new Error('the first proxy must not look up')),
    });
    const egress = clientOf(first.port);
    expect((await egress(`http://feeds.test:${open.port}/plain`)).status).toBe(200);
    await expect(egress('http://evil.test/')).rejects.toMatchObject({ code: 'egress-refused-address' });
    await expect(egress('http://127.0.0.9/')).rejects.toMatchObject({ code: 'egress-refused-address' });
  });

  test('a proxy that is down, or busy, is said to be', async () => {
    await expect(clientOf(1)('http://feeds.test/')).rejects.toMatchObject({ code: 'proxy-failed' });
    const proxy = await startProxy({ maxConnections: 1 });
    const egress = clientOf(proxy.port);
    await egress(`http://feeds.test:${open.port}/plain`);
    await expect(egress(open.url('plain'))).rejects.toMatchObject({ code: 'proxy-failed', retryAfterMs: 1_000 });
  });
});

describe('a proxy of another make', () => {
  test.each([
    ['403 Forbidden', 'RBAC: access denied', 'egress-refused-address'],
    ['503 Service Unavailable', 'upstream connect error: dns resolution failure', 'dns-failed'],
    ['503 Service Unavailable', 'upstream connect error: connection refused', 'connect-failed'],
    ['504 Gateway Timeout', '', 'connect-failed'],
    ['407 Proxy Authentication Required', '{"code":"nonsense"}', 'proxy-failed'],
  ])('%s (%s) is understood as %s', async (status, body, code) => {
    const envoy = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write(`HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n\r\n${body}`));
    });
    await new Promise<void>((resolve) => envoy.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => new Promise((resolve) => envoy.close(resolve)));
    const egress = clientOf((envoy.address() as net.AddressInfo).port);
    await expect(egress('http://feeds.test/')).rejects.toMatchObject({ code, host: 'feeds.test' });
  });
});

describe('raw requests', () => {
  test.each([
    ['CONNECT 127.0.0.1:80', 403, 'egress-refused-address'],
    ['CONNECT 2130706433:80', 403, 'egress-refused-address'],
    ['CONNECT [::1]:443', 403, 'egress-refused-address'],
    ['CONNECT feeds.test:22', 403, 'egress-refused-port'],
    ['CONNECT feeds.test', 400, 'egress-invalid-url'],
    ['CONNECT user@feeds.test:443', 400, 'egress-invalid-url'],
    ['CONNECT nowhere.test:443', 502, 'dns-not-found'],
    ['GET http://127.0.0.1/', 403, 'egress-refused-address'],
    ['GET https://feeds.test/', 403, 'egress-refused-scheme'],
    ['GET ftp://feeds.test/', 403, 'egress-refused-scheme'],
  ])('%s is answered with %i and %s', async (line, status, code) => {
    const { port } = await startProxy();
    const answer = await send(port, `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/content-type: application\/problem\+json/i);
    expect(JSON.parse(body)).toMatchObject({
      status,
      code,
      type: `urn:alt:problem:${code}`,
      detail: expect.any(String),
    });
  });

  test('absolute-form is passed on, without what is between client and proxy', async () => {
    const { port } = await startProxy();
    const answer = await send(
      port,
      `POST http://feeds.test:${open.port}/plain?via=proxy HTTP/1.1\r\nHost: ignored\r\nProxy-Authorization: Basic x\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nX-Kept: 1\r\nContent-Length: 3\r\n\r\nabc`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer).toContain('Post number 3');
    const headers = open.requests('plain').at(-1)?.headers ?? {};
    expect(headers).toMatchObject({
      host: `feeds.test:${open.port}`,
      'x-kept': '1',
      via: '1.1 alt',
      'content-length': '3',
    });
    expect(headers).not.toHaveProperty('proxy-authorization');
    expect(headers).not.toHaveProperty('x-hop');
  });

  test('a site that breaks off is a 502', async () => {
    const { port } = await startProxy();
    const answer = await send(
      port,
      `GET http://feeds.test:${open.port}/closes-at-once HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 502 /);
    expect(answer).toContain('connection-lost');
  });

  test('requests to the proxy itself go to its own handler', async () => {
    const { port } = await startProxy({ onRequest: (_request, response) => response.end('well') });
    expect(await (await fetch(`http://127.0.0.1:${port}/v1/health`)).text()).toBe('well');
    const bare = await startProxy();
    expect((await fetch(`http://127.0.0.1:${bare.port}/v1/health`)).status).toBe(404);
  });
});

describe('tunnels', () => {
  test('are counted, and closed when nothing moves', async () => {
    const closed: object[] = [];
    const proxy = await startProxy({ idleTimeoutMs: 50, onTunnelClosed: (event) => closed.push(event) });
    const socket = await tunnel(proxy.port, `127.0.0.2:${open.port}`);
    const request = 'GET /plain HTTP/1.1\r\nHost: x\r\n\r\n';
    socket.write(request);
    await new Promise((resolve) => socket.on('close', resolve).resume());
    await expect
      .poll(() => closed)
      .toMatchObject([{ hostClass: 'opened', bytesSent: request.length, bytesReceived: expect.any(Number) }]);
    expect(proxy.active()).toBe(0);
  });

  test('are cut at the end of the grace when the proxy stops', async () => {
    const proxy = await startProxy();
    const socket = await tunnel(proxy.port, `127.0.0.2:${open.port}`);
    const closed = new Promise((resolve) => socket.on('close', resolve).resume());
    await proxy.stop();
    await closed;
    expect(proxy.active()).toBe(0);
  });

  test('do not outlive their client', async () => {
    const proxy = await startProxy();
    const socket = await tunnel(proxy.port, `127.0.0.2:${open.port}`);
    expect(proxy.active()).toBe(1);
    socket.destroy();
    await expect.poll(() => proxy.active()).toBe(0);
  });
});

function send(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

function tunnel(port: number, authority: string): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method: 'CONNECT', path: authority, agent: false });
    request.on('connect', (response, socket) =>
      response.statusCode === 200 ? resolve(socket as net.Socket) : reject(new Error(String(response.statusCode))),
    );
    request.on('error', reject);
    request.end();
  });
}
