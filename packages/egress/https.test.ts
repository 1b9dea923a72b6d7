import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { createRebindingLookup, testCertificate } from '@alt/testing/hostile/index.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEgress, type Egress } from './index.ts';

const lookup = createRebindingLookup({ 'secure.test': [['127.0.0.1']], 'wrong.test': [['127.0.0.1']] });
let modern: http2.Http2SecureServer;
let classic: https.Server;
let plain: net.Server;
let trusting: Egress;
let doubting: Egress;
const sessions = new Set<http2.ServerHttp2Session>();

beforeAll(async () => {
  modern = http2.createSecureServer({ ...testCertificate, allowHTTP1: true }, (request, response) => {
    response.setHeader('content-type', 'text/plain');
    response.end(
      `${request.httpVersion} ${request.headers['user-agent']} ${'x'.repeat(Number(request.url.slice(1)) || 0)}`,
    );
  });
  modern.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  classic = https.createServer(testCertificate, (request, response) => response.end(request.httpVersion));
  plain = net.createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nplain'));
  plain.on('connection', (socket) => socket.on('error', () => {}));
  for (const server of [modern, classic, plain])
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const allow = ['127.0.0.1', 'secure.test', 'wrong.test'];
  trusting = createEgress({ allow, userAgent: 'Alt/test', lookup, certificateAuthorities: [testCertificate.cert] });
  doubting = createEgress({ allow, userAgent: 'Alt/test', lookup });
});
afterAll(async () => {
  await Promise.all([trusting.close(), doubting.close()]);
  for (const server of [modern, classic, plain]) server.close();
});

function at(server: net.Server, host: string, path = '/'): string {
  return `https://${host}:${(server.address() as net.AddressInfo).port}${path}`;
}

describe('https', () => {
  test('speaks HTTP/2 where it is offered, many requests on one connection', async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => trusting(at(modern, 'secure.test'))));
    for (const response of responses) {
      expect(response).toMatchObject({ status: 200, httpVersion: '2' });
      expect(response.text()).toContain('2.0 Alt/test');
    }
    expect(sessions.size).toBe(1);
  });

  test('caps bodies over HTTP/2 and keeps the connection for others', async () => {
    await expect(trusting(at(modern, 'secure.test', '/3000000'), { maxBytes: 1_000_000 })).rejects.toMatchObject({
      code: 'body-too-large',
    });
    expect((await trusting(at(modern, 'secure.test'))).status).toBe(200);
  });

  test('speaks HTTP/1.1 where that is all', async () => {
    expect(await trusting(at(classic, 'secure.test'))).toMatchObject({ status: 200, httpVersion: '1.1' });
    expect(await trusting(at(classic, '127.0.0.1'))).toMatchObject({ status: 200, httpVersion: '1.1' });
  });

  test('a certificate of unknown origin, for another name, and no TLS at all are refused alike', async () => {
    await expect(doubting(at(modern, 'secure.test'))).rejects.toMatchObject({ code: 'tls-failed' });
    await expect(trusting(at(classic, 'wrong.test'))).rejects.toMatchObject({ code: 'tls-failed' });
    await expect(trusting(at(plain, 'secure.test'))).rejects.toMatchObject({ code: 'tls-failed' });
  });

  test('idle connections of both kinds close by themselves', async () => {
    await trusting(at(modern, 'secure.test'));
    await expect.poll(() => sessions.size).toBe(0);
  });
});
