import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '@alt/service-kit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createKratosPass, isPassedOn } from './kratos.ts';

/** What stands in Kratos' place, and at auth-service's: what each was sent. */
const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
const counted: Record<string, unknown>[] = [];
let refusal: Response | null = null;
let passOn: ReturnType<typeof createKratosPass>;
/** How long Kratos takes by the clock of the test, and what was waited. */
let tookMs = 0;
let time = 0;
const waited: number[] = [];
let isOpened = true;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    if (url.includes('huge')) return void response.end('x'.repeat(2_000_000));
    time += tookMs;
    if (!isOpened) return void response.writeHead(400, { 'content-type': 'text/html' }).end('no');
    response.writeHead(303, [
      ...['location', 'https://elsewhere.example/', 'x-secret', 'of kratos', 'content-type', 'text/html'],
      ...['set-cookie', 'alt_kratos_session=abc; Path=/', 'set-cookie', 'csrf_token_1=def; Path=/'],
      ...['set-cookie', 'alt_session=stolen; Path=/'],
    ]);
    response.end('over there');
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  passOn = createKratosPass(`http://127.0.0.1:${port}/`, {
    host: { address: () => '192.0.2.7', log: createLogger('silent'), publicUrl: new URL('https://alt.example') },
    authService: async (_path, init) => {
      counted.push(JSON.parse(String(init?.body)));
      return refusal ?? new Response(null, { status: 204 });
    },
    clock: {
      now: () => time,
      wait: async (forMs) => {
        waited.push(forMs);
      },
    },
  });
});
afterAll(() => void server.close());
beforeEach(() => {
  seen.length = 0;
  counted.length = 0;
  refusal = null;
  [tookMs, isOpened] = [0, true];
  waited.length = 0;
});

const ask = (path: string, init: RequestInit = {}) => passOn(new Request(new URL(path, 'https://alt.example'), init));

test.each([
  ['/self-service/login/browser', true],
  ['/self-service/settings', true],
  ['/sessions/whoami', true],
  ['/self-service', false],
  ['/self-service/', false],
  ['/sessions', false],
  ['/sessions/whoami/x', false],
  ['/sessions/token-exchange', false],
  ['/admin/identities', false],
  ['/identities', false],
  ['/schemas/reader', false],
  ['/health/ready', false],
  ['/self-service/%2e%2e/admin/identities', false],
  ['/self-service/..%2fadmin/identities', false],
  ['/self-service/../admin/identities', false],
  ['/self-service//admin', false],
  ['/self-service/a%00b', false],
  ['/self-servicex/login', false],
])('%s is passed on: %s', async (path, isPassed) => {
  expect(isPassedOn(new URL(path, 'https://alt.example').pathname)).toBe(isPassed);
  expect((await ask(path)) !== null).toBe(isPassed);
  expect(seen.length).toBe(isPassed ? 1 : 0);
});

test('a redirect goes to the browser as it is, with cookies of Kratos and none of ours', async () => {
  const answer = await ask('/self-service/login/browser?return_to=%2F');
  expect(answer?.status).toBe(303);
  expect(answer?.headers.get('location')).toBe('https://elsewhere.example/');
  expect(answer?.headers.getSetCookie()).toEqual(['alt_kratos_session=abc; Path=/', 'csrf_token_1=def; Path=/']);
  expect(answer?.headers.get('x-secret')).toBeNull();
  expect(answer?.headers.get('x-content-type-options')).toBe('nosniff');
  expect(seen.map(({ url }) => url)).toEqual(['/self-service/login/browser?return_to=%2F']);
});

test('Kratos is told what it needs and nothing else', async () => {
  await ask('/self-service/settings', {
    headers: {
      cookie: 'alt_session=secret; alt_kratos_session=abc; csrf_token_1=def; alt_oidc=x',
      authorization: 'Bearer of-alt',
      'x-forwarded-for': '10.0.0.1',
      'x-alt-service-token': 'of alt',
    },
  });
  const headers = seen[0]?.headers ?? {};
  expect(headers.cookie).toBe('alt_kratos_session=abc; csrf_token_1=def');
  expect(headers.authorization).toBeUndefined();
  expect(headers['x-alt-service-token']).toBeUndefined();
  expect(headers['x-forwarded-for']).toBe('192.0.2.7');
  expect(headers['x-forwarded-host']).toBe('alt.example');
});

test('bodies, headers and answers are bounded', async () => {
  const body = 'x'.repeat(65 * 1024);
  expect((await ask('/self-service/login', { method: 'POST', body }))?.status).toBe(413);
  const headers = { cookie: `csrf_token_1=${'x'.repeat(17 * 1024)}` };
  expect((await ask('/self-service/login/browser', { headers }))?.status).toBe(413);
  expect(seen).toEqual([]);
  expect((await ask('/self-service/huge'))?.status).toBe(502);
  expect((await ask('/self-service/login', { method: 'PUT', body: 'x' }))?.status).toBe(405);
});

test('an attempt is counted before it is passed on, and taken back when it was right', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = 'identifier=ada%40example.org&password=x';
  await ask('/self-service/login?flow=1', { method: 'POST', headers, body });
  expect(counted).toEqual([
    { kind: 'login', identifier: 'ada@example.org', address: '192.0.2.7', cookie: null, wasRight: false },
    {
      kind: 'login',
      identifier: 'ada@example.org',
      address: '192.0.2.7',
      cookie: 'alt_kratos_session=abc',
      wasRight: true,
    },
  ]);
  expect(seen[0]?.body).toBe(body);
});

test('where an account is locked out, Kratos is not asked', async () => {
  refusal = Response.json(
    { code: 'locked-out', detail: 'Too many failed attempts.', retryAfterSeconds: 31 },
    { status: 429 },
  );
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ method: 'password', identifier: 'ada@example.org', password: 'x' });
  const answer = await ask('/self-service/login', { method: 'POST', headers, body });
  expect([answer?.status, answer?.headers.get('retry-after')]).toEqual([429, '31']);
  expect(seen).toEqual([]);
});

test('what opens nothing takes as long for an address that is known as for one that is not; who comes in does not wait', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const attempt = async (path: string, took: number) => {
    tookMs = took;
    waited.length = 0;
    await ask(path, { method: 'POST', headers, body: 'identifier=ada%40example.org&password=x' });
    return took + (waited[0] ?? 0);
  };
  isOpened = false;
  for (const page of ['login', 'registration', 'recovery', 'verification']) {
    const path = `/self-service/${page}?flow=1`;
    expect([await attempt(path, 26), await attempt(path, 150), await attempt(path, 410)]).toEqual([400, 400, 800]);
  }
  expect(await attempt('/self-service/settings?flow=1', 26)).toBe(26);
  isOpened = true;
  expect(await attempt('/self-service/login?flow=1', 150)).toBe(150);
});

test('who begins page after page is told to wait, and Kratos is not asked', async () => {
  const statuses: (number | undefined)[] = [];
  for (let n = 0; n < 400 && statuses.at(-1) !== 429; n += 1) {
    statuses.push((await ask('/self-service/login/browser'))?.status);
  }
  expect(statuses.at(-1)).toBe(429);
  expect(statuses.length).toBeGreaterThan(50);
  expect(seen).toHaveLength(statuses.length - 1);
});
