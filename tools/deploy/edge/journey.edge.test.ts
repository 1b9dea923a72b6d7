import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type Machine, startMachine } from '../../../e2e/harness.ts';
import { type EnvoyTrial, envoyConfiguration, NOTHING } from './envoy.ts';
import { startNginx } from './nginx-trial.ts';
import { refusedIpv4, refusedIpv6 } from './ranges.ts';
import { binaryOf, freePort, inScratch, serveAt, serveNames, start, untilReady } from './trial.ts';

/** 127.0.0.2 is the public internet here, 127.0.0.3 a neighbour that must stay out of reach. */
const PUBLIC = '127.0.0.2';
const PRIVATE = '127.0.0.3';
const cleanups: (() => Promise<unknown>)[] = [];
let machine: Machine;
let origin = '';
let target = 0;
let secrets = 0;
let envoyLog = () => '';
let cookie = '';
let csrf = '';

beforeAll(async () => {
  target = await freePort(PUBLIC);
  for (const address of [PUBLIC, PRIVATE]) {
    const server = await serveAt(address, target, (request, response) => {
      if (address === PRIVATE) secrets += 1;
      if (request.url === '/away')
        return void response.writeHead(302, { location: `http://neighbour.test:${target}/feed` }).end();
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(feed());
    });
    cleanups.push(server.stop);
  }
  let asked = 0;
  const names: Record<string, () => string[]> = {
    'blog.test': () => [PUBLIC],
    'neighbour.test': () => [PRIVATE],
    'rebinding.test': () => [asked++ % 2 === 0 ? PUBLIC : PRIVATE],
  };
  const nameServer = await serveNames((name) => names[name]?.() ?? []);
  cleanups.push(nameServer.stop);
  const ports: Record<string, number> = {};
  for (const door of ['general', 'oauth', 'llm', 'feeds', 'stats', 'admin']) ports[door] = await freePort();
  const trial: EnvoyTrial = {
    address: '127.0.0.1',
    ports,
    nameServer: { address: '127.0.0.1', port: nameServer.port },
    refused: [
      ...refusedIpv4.filter((range) => range !== '127.0.0.0/8'),
      ...refusedIpv6,
      '127.0.0.0/31',
      '127.0.0.3/32',
      '127.0.0.4/30',
      '::/3',
    ],
    targetPorts: [target],
  };
  const nothing = { oauthHosts: NOTHING, modelHosts: NOTHING, mailRelays: NOTHING, tracing: null };
  const scratch = await inScratch('envoy.json', JSON.stringify(envoyConfiguration(nothing, trial)));
  const envoy = start(await binaryOf('envoy'), [
    '-c',
    scratch.file,
    '--use-dynamic-base-id',
    '--concurrency',
    '1',
    '-l',
    'warn',
  ]);
  envoyLog = envoy.output;
  cleanups.push(scratch.remove, envoy.stop);
  await untilReady(`http://127.0.0.1:${ports.stats}/ready`, envoy);
  machine = await startMachine('a process per service', {
    environment: {
      EGRESS_PROXY_URL: `http://127.0.0.1:${ports.feeds}`,
      UPSTREAM_PROXY_URL: `http://127.0.0.1:${ports.general}`,
      ALT_TRUSTED_PROXIES: '127.0.0.1/32',
      ALT_REGISTRATION: 'open',
      ALT_GUARD: 'watch',
    },
    allow: [`blog.test:${target}`, `neighbour.test:${target}`, `rebinding.test:${target}`, `${PRIVATE}:${target}`],
  });
  cleanups.push(machine.stop);
  const names5 = ['auth-service', 'tenant-service', 'arch-repo-service', 'alt-backend', 'alt-frontend'] as const;
  const nginx = await startNginx(
    Object.fromEntries(names5.map((name) => [name, machine.originOf(name).slice('http://'.length)])),
  );
  cleanups.push(nginx.stop);
  origin = `http://127.0.0.1:${nginx.port}`;
}, 180_000);

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
}, 60_000);

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, never> }> {
  const response = await fetch(origin + path, {
    method,
    headers: {
      ...(cookie && { cookie, 'x-csrf-token': csrf }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const set = response.headers.getSetCookie().find((each) => each.startsWith('alt_session='));
  if (set) cookie = set.split(';')[0] ?? '';
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : {} };
}

test('somebody registers, signs in, and is known', async () => {
  const account = { email: 'reader@example.org', password: 'correct horse battery staple' };
  expect((await call('POST', '/v1/auth/register', account)).status).toBe(201);
  cookie = '';
  const signedIn = await call('POST', '/v1/auth/login', account);
  expect(signedIn.status).toBe(200);
  csrf = signedIn.body.csrfToken ?? '';
  expect((await call('GET', '/v1/auth/validate')).body).toMatchObject({ valid: true, email: account.email });
  expect((await call('GET', '/v1/entries?view=unread')).body).toMatchObject({ items: [] });
});

test('the page, its state and what is not there come from the services behind', async () => {
  const page = await fetch(`${origin}/`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  expect((await call('GET', '/v1/ready')).status).toBe(200);
  expect((await call('GET', '/v1/health')).body).toMatchObject({ status: 'ok' });
  expect((await call('GET', '/v1/nothing')).body).toMatchObject({ code: 'not-found' });
  expect((await call('GET', '/metrics')).body).toMatchObject({ code: 'not-found' });
});

test('a feed is subscribed and fetched through Envoy, and the stream of events tells of it', async () => {
  const client = new AbortController();
  const events = await fetch(`${origin}/v1/events`, { headers: { cookie }, signal: client.signal });
  expect([events.status, events.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('text/event-stream'),
  ]);
  let heard = '';
  const listening = (async () => {
    for await (const chunk of events.body ?? []) heard += new TextDecoder().decode(chunk);
  })().catch(() => undefined);
  const subscribed = await call('POST', '/v1/subscriptions', { url: `http://blog.test:${target}/feed` });
  expect([subscribed.status, subscribed.body]).toEqual([201, expect.objectContaining({ id: expect.anything() })]);
  await eventually(async () => {
    const { body } = await call('GET', '/v1/entries?view=unread');
    return (body.items as { title: string }[] | undefined)?.some(({ title }) => title === 'Through the proxy');
  }, 'the article of the feed');
  await expect.poll(() => heard).toMatch(/^event: |\ndata: |data: /m);
  client.abort();
  await listening;
});

test.each([
  ['by name', () => `http://neighbour.test:${target}/feed`],
  ['by literal', () => `http://${PRIVATE}:${target}/feed`],
  ['by redirect', () => `http://blog.test:${target}/away`],
])('a private address is refused %s, whatever the caller itself would allow', async (_, url) => {
  const refused = await call('POST', '/v1/subscriptions', { url: url() });
  expect(refused.status).toBe(422);
  expect(secrets).toBe(0);
});

test('a name that changes its mind is never followed to a private address', async () => {
  for (let time = 0; time < 4; time++)
    await call('POST', '/v1/feeds/discover', { url: `http://rebinding.test:${target}/x${time}` });
  expect(secrets).toBe(0);
});

test('Envoy wrote down what went out and what did not', async () => {
  // Of a tunnel it writes when that is closed, and a kept one is closed after a while of silence.
  for (const host of ['neighbour.test', 'blog.test']) {
    await expect.poll(envoyLog, { timeout: 90_000 }).toContain(`"authority":"${host}:${target}"`);
  }
  const lines = envoyLog()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const statuses = (host: string) =>
    new Set(lines.filter(({ authority }) => authority === `${host}:${target}`).map(({ status }) => status));
  expect([...statuses('blog.test')]).toEqual([200]);
  expect([...statuses('neighbour.test')]).toEqual([403]);
}, 200_000);

function feed(): string {
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>A blog</title><link>http://blog.test:${target}/</link>
<description>x</description><item><title>Through the proxy</title><link>http://blog.test:${target}/1</link><guid>1</guid>
<description>Words.</description><pubDate>${new Date().toUTCString()}</pubDate></item></channel></rss>`;
}
