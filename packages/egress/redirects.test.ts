import { createRebindingLookup, type HostileServer, startHostileServer } from '@alt/testing/hostile/index.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEgress, type Egress } from './index.ts';

let server: HostileServer;
let egress: Egress;

beforeAll(async () => {
  server = await startHostileServer();
});
beforeEach(() => {
  server.reset();
  egress = createEgress({
    allow: [`127.0.0.1:${server.port}`, `other.test:${server.port}`],
    userAgent: 'Alt/test',
    lookup: createRebindingLookup({ 'other.test': [['127.0.0.1']] }),
  });
  return () => egress.close();
});
afterAll(() => server.stop());

describe('redirects', () => {
  test.each([
    ['moved-permanently', 301],
    ['moved-permanently-308', 308],
    ['moved-for-now', 302],
    ['moved-for-now-303', 303],
    ['moved-for-now-307', 307],
    ['moved-relatively', 301],
    ['moved-without-scheme', 302],
  ])('%s is followed and told', async (name, status) => {
    const response = await egress(server.url(name));
    expect(response).toMatchObject({
      status: 200,
      url: server.url('plain'),
      redirects: [{ status, from: server.url(name), to: server.url('plain') }],
    });
  });

  test('five are followed, six are not', async () => {
    const response = await egress(server.url('redirect-chain', { links: 5 }));
    expect(response.redirects).toHaveLength(5);
    await expect(egress(server.url('redirect-chain', { links: 6 }))).rejects.toMatchObject({
      code: 'too-many-redirects',
    });
  });

  test('with none allowed the redirect itself is the answer', async () => {
    const response = await egress(server.url('moved-permanently'), { maxRedirects: 0 });
    expect(response).toMatchObject({ status: 301, redirects: [], url: server.url('moved-permanently') });
    expect(server.requests('plain')).toHaveLength(0);
  });

  test('raw UTF-8 in Location leads to the right address', async () => {
    const response = await egress(server.url('moved-to-raw-utf8'));
    expect(new URL(response.url).searchParams.get('name')).toBe('блог');
  });

  test('only 307 and 308 repeat a POST', async () => {
    for (const [name, method] of [
      ['moved-permanently', 'GET'],
      ['moved-for-now-303', 'GET'],
      ['moved-for-now-307', 'POST'],
    ]) {
      await egress(server.url(name ?? ''), { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } });
      const last = server.requests('plain').at(-1);
      expect(last?.method).toBe(method);
      expect(last?.headers['content-type']).toBe(method === 'POST' ? 'text/plain' : undefined);
    }
  });

  test('the schemes, ports and addresses of redirects are checked like the first', async () => {
    await expect(egress(server.url('redirect-to-loopback'))).rejects.toThrow(
      '127.0.0.1 is an address of the machine that Alt runs on.',
    );
    await expect(egress(server.url('redirect-to-metadata'))).rejects.toThrow(
      '169.254.169.254 is an internal address of a cloud provider.',
    );
  });
});

describe('credentials', () => {
  const secret = { Authorization: 'Bearer secret', Cookie: 'session=secret', 'X-Other': 'kept' };

  test('stay within their origin', async () => {
    await egress(server.url('moved-permanently'), { headers: secret });
    expect(server.requests('plain').at(-1)?.headers).toMatchObject({
      authorization: 'Bearer secret',
      cookie: 'session=secret',
    });
  });

  test('are dropped on the way to another origin, and stay dropped on the way back', async () => {
    const there = `http://other.test:${server.port}`;
    await egress(`${server.url('redirect-to-name')}?to=other.test&port=${server.port}`, { headers: secret });
    const { headers } = server.requests('plain').at(-1) ?? { headers: {} };
    expect(headers).toMatchObject({ host: `other.test:${server.port}`, 'x-other': 'kept' });
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('cookie');
    await egress(`${there}/redirect-to-name?to=127.0.0.1&port=${server.port}`, { headers: secret });
    expect(server.requests('plain').at(-1)?.headers).not.toHaveProperty('cookie');
  });

  test('in the address become basic authorization for that origin, and are shown nowhere', async () => {
    const withUser = server.url('wants-password').replace('http://', 'http://reader:s%3Acret@');
    const response = await egress(withUser);
    expect(response).toMatchObject({ status: 200, url: server.url('wants-password') });
    const moved = await egress(server.url('moved-with-userinfo'));
    expect(moved.status).toBe(200);
    expect(JSON.stringify(moved.redirects)).not.toContain('cret');
    const elsewhere = server
      .url('redirect-to-name', { to: 'other.test', port: server.port })
      .replace('http://', 'http://u:p@');
    await egress(elsewhere);
    expect(server.requests('redirect-to-name').at(-1)?.headers.authorization).toBe(`Basic ${btoa('u:p')}`);
    expect(server.requests('plain').at(-1)?.headers).not.toHaveProperty('authorization');
  });
});
