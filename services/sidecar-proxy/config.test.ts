import { expect, test } from 'vitest';
import { config } from './config.ts';

test('the defaults listen on loopback and open nothing', () => {
  expect(config.parse({})).toEqual({
    host: '127.0.0.1',
    port: 8085,
    upstreamProxyUrl: undefined,
    allow: [],
    maxConnections: 512,
    idleTimeoutMs: 900_000,
    graceMs: 3_000,
  });
});

test('settings are read', () => {
  const read = config.parse({
    ALT_EGRESS_ALLOW: 'nas.lan, 10.0.0.0/8:80',
    UPSTREAM_PROXY_URL: 'http://envoy:8080',
    SIDECAR_PROXY_PORT: '0',
  });
  expect(read).toMatchObject({ allow: ['nas.lan', '10.0.0.0/8:80'], upstreamProxyUrl: 'http://envoy:8080', port: 0 });
});

test('a wrong entry is named', () => {
  const wrong = config.safeParse({ ALT_EGRESS_ALLOW: 'nas.lan, */8', UPSTREAM_PROXY_URL: 'socks5://x' });
  expect(wrong.error?.issues.map(({ message }) => message)).toEqual([
    'must be an http:// or https:// address',
    expect.stringContaining('"*/8"'),
  ]);
});
