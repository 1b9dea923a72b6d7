import { endpoint } from '@alt/contracts';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createApp } from './app.ts';
import { createCourtesy } from './courtesy.ts';
import { createLogger } from './log.ts';
import { type Route, route } from './route.ts';
import type { Host } from './service.ts';

const base = { access: 'public', summary: 'for the test', statuses: [200], problems: [] } as const;
const thing = endpoint({ ...base, name: 'thing', method: 'GET', path: '/v1/thing' });
const page = endpoint({ ...base, name: 'page', method: 'GET', path: '/v1/page', responseType: 'text/html' });
const PAGE_POLICY = "default-src 'none'; style-src 'self'";

function serve(environment: Record<string, string> = {}, publicUrl = 'http://localhost:8000') {
  const host = {
    name: 'alt-backend',
    environment,
    publicUrl: new URL(publicUrl),
    log: createLogger('silent'),
    signal: new AbortController().signal,
    metrics: new Registry(),
    courtesy: createCourtesy(),
    address: () => '192.0.2.1',
  } as unknown as Host;
  const routes: Route[] = [
    route(thing, async () => new Response('{}')),
    route(page, async () => new Response('', { headers: { 'content-security-policy': PAGE_POLICY } })),
  ];
  const app = createApp({ host, routes });
  return (method: string, path: string, headers: Record<string, string> = {}) =>
    app.fetch(new Request(`http://test${path}`, { method, headers }));
}

describe('every answer of an API', () => {
  it.each([
    ['GET', '/v1/thing', 200],
    ['GET', '/v1/nothing', 404],
    ['DELETE', '/v1/thing', 405],
    ['GET', '/v1/live', 200],
    ['GET', '/metrics', 200],
  ])('%s %s is no page, in no frame, and not guessed at', async (method, path, status) => {
    const answer = await serve()(method, path);
    const { headers } = answer;
    expect(answer.status).toBe(status);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('keeps what its handler said', async () => {
    expect((await serve()('GET', '/v1/page')).headers.get('content-security-policy')).toBe(PAGE_POLICY);
  });

  it('stays on https where the public address is', async () => {
    const { headers } = await serve({}, 'https://alt.example')('GET', '/v1/thing');
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/);
  });
});

describe('pages of other origins', () => {
  const ask = { origin: 'https://reader.example', 'access-control-request-method': 'PATCH' };
  const corsHeaders = (headers: Headers) => [...headers.keys()].filter((name) => name.startsWith('access-control-'));

  it('are told nothing unless their origin is listed', async () => {
    for (const call of [serve(), serve({ ALT_CORS_ORIGINS: 'https://other.example' })]) {
      const preflight = await call('OPTIONS', '/v1/thing', ask);
      expect(preflight.status).toBe(405);
      expect(corsHeaders(preflight.headers)).toEqual([]);
      expect(corsHeaders((await call('GET', '/v1/thing', { origin: ask.origin })).headers)).toEqual([]);
    }
  });

  it('of a listed origin may read and write, with the cookie', async () => {
    const call = serve({ ALT_CORS_ORIGINS: 'https://other.example, https://reader.example' });
    const preflight = await call('OPTIONS', '/v1/thing', ask);
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': 'https://reader.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': expect.stringContaining('PATCH'),
      'access-control-allow-headers': expect.stringContaining('x-csrf-token'),
      vary: 'Origin',
    });
    for (const path of ['/v1/thing', '/v1/nothing']) {
      const { headers } = await call('GET', path, { origin: ask.origin });
      expect(headers.get('access-control-allow-origin')).toBe('https://reader.example');
      expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
      expect(headers.get('vary')).toBe('Origin');
    }
  });

  it('are matched exactly: no suffix, no other scheme or port, no null', async () => {
    const call = serve({ ALT_CORS_ORIGINS: 'https://reader.example' });
    for (const origin of [
      'http://reader.example',
      'https://reader.example:444',
      'https://evil-reader.example',
      'https://reader.example.evil.example',
      'https://sub.reader.example',
      'HTTPS://READER.EXAMPLE',
      'null',
    ]) {
      const { headers } = await call('GET', '/v1/thing', { origin });
      expect([origin, corsHeaders(headers)]).toEqual([origin, []]);
      expect(headers.get('vary')).toBe('Origin');
    }
  });

  it.each(['*', 'reader.example', 'https://reader.example/', 'https://*.example', 'null', 'ftp://reader.example'])(
    'cannot be listed as %s, and the start says so',
    (origin) => {
      expect(() => serve({ ALT_CORS_ORIGINS: origin })).toThrow(/ALT_CORS_ORIGINS: .* is not an origin/);
    },
  );
});
