import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EnvoyTrial, envoyConfiguration, hostPattern } from './envoy.ts';
import { notPublicIpv6, refusedIpv4, refusedIpv6 } from './ranges.ts';
import {
  absolutely,
  ask,
  binaryOf,
  freePort,
  inScratch,
  serveAt,
  serveNames,
  start,
  tunnel,
  untilReady,
} from './trial.ts';

/** In this test 127.0.0.2 is the public internet; all else of this machine stays private. */
const PUBLIC = '127.0.0.2';
const PRIVATE = '127.0.0.3';
const refused = [
  ...refusedIpv4.filter((range) => range !== '127.0.0.0/8'),
  ...loopbackWithoutPublic(),
  ...refusedIpv6,
  ...notPublicIpv6,
];

const cleanups: (() => Promise<unknown>)[] = [];
const ports: Record<string, number> = {};
let target = 0;
/** Where only the private address listens. */
let lonely = 0;
let hits: string[] = [];
let log = () => '';
/** What the name server says next, by name; each is asked for anew. */
const names = new Map<string, () => readonly string[]>();

beforeAll(async () => {
  target = await freePort(PUBLIC);
  for (const address of [PUBLIC, PRIVATE]) {
    const server = await serveAt(address, target, (request, response) => {
      hits.push(address);
      if (request.url === '/redirect')
        return void response.writeHead(302, { location: `http://${PRIVATE}:${target}/` }).end();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ address, url: request.url, headers: request.headers }));
    });
    cleanups.push(server.stop);
  }
  lonely = await freePort(PRIVATE);
  const lone = await serveAt(PRIVATE, lonely, (_, response) => {
    hits.push(PRIVATE);
    response.end();
  });
  cleanups.push(lone.stop);
  const nameServer = await serveNames((name) => names.get(name)?.() ?? []);
  cleanups.push(nameServer.stop);
  for (const door of ['general', 'oauth', 'llm', 'feeds', 'stats', 'admin']) ports[door] = await freePort();
  const trial: EnvoyTrial = {
    address: '127.0.0.1',
    ports,
    nameServer: { address: '127.0.0.1', port: nameServer.port },
    refused,
    targetPorts: [target, lonely],
  };
  const places = {
    oauthHosts: hostPattern([`www.inoreader.test:${target}`]),
    modelHosts: hostPattern([`models.test:${target}`]),
    mailRelays: hostPattern(['relay.test:587']),
    tracing: null,
  };
  const scratch = await inScratch('envoy.json', JSON.stringify(envoyConfiguration(places, trial)));
  const envoy = start(await binaryOf('envoy'), [
    '-c',
    scratch.file,
    '--use-dynamic-base-id',
    '--concurrency',
    '1',
    '-l',
    'warn',
  ]);
  cleanups.push(envoy.stop, scratch.remove);
  log = envoy.output;
  await untilReady(`http://127.0.0.1:${ports.stats}/ready`, envoy);
  names.set('public.test', () => [PUBLIC]);
  names.set('private.test', () => [PRIVATE]);
  names.set('www.inoreader.test', () => [PUBLIC]);
  names.set('models.test', () => [PUBLIC]);
}, 60_000);

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

const port = (door: string) => ports[door] ?? 0;

async function connectStatus(door: string, authority: string): Promise<number> {
  const { status, socket } = await tunnel(port(door), authority);
  socket.destroy();
  return status;
}

/** Requests to a private address that arrived although they must not. */
async function arrivals(work: () => Promise<unknown>): Promise<string[]> {
  hits = [];
  await work();
  return hits.filter((address) => address === PRIVATE);
}

describe('what may go out', () => {
  test('a page by name, in the clear, without what is said within the cluster', async () => {
    const answer = await absolutely(port('feeds'), `http://public.test:${target}/feed?a=%2f`, {
      'proxy-authorization': 'Basic x',
      'x-forwarded-for': '10.1.2.3',
      'x-request-id': 'internal-1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    expect(answer.status).toBe(200);
    const { url, headers } = JSON.parse(answer.body);
    expect(url).toBe('/feed?a=%2f');
    expect(headers.traceparent).toBe('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    for (const name of [
      'proxy-authorization',
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-request-id',
      'x-envoy-expected-rq-timeout-ms',
    ]) {
      expect([name, headers[name]]).toEqual([name, undefined]);
    }
  });

  test('a tunnel by name and by literal, which carries bytes both ways', async () => {
    for (const authority of [`public.test:${target}`, `PUBLIC.test:${target}`, `${PUBLIC}:${target}`]) {
      const { status, socket } = await tunnel(port('general'), authority);
      expect([authority, status]).toEqual([authority, 200]);
      const answered = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
      socket.write('GET /x HTTP/1.1\r\nHost: public.test\r\nConnection: close\r\n\r\n');
      expect(await answered).toMatch(/^HTTP\/1\.1 200/);
      socket.destroy();
    }
  });

  test('only named hosts through the doors for accounts and models, by CONNECT alone', async () => {
    expect(await connectStatus('oauth', `www.inoreader.test:${target}`)).toBe(200);
    expect(await connectStatus('oauth', `WWW.INOREADER.TEST:${target}`)).toBe(200);
    expect(await connectStatus('llm', `models.test:${target}`)).toBe(200);
    for (const [door, authority] of [
      ['oauth', `public.test:${target}`],
      ['oauth', `models.test:${target}`],
      ['oauth', 'www.inoreader.test:443'],
      ['oauth', `www.inoreader.test.evil.test:${target}`],
      ['oauth', `evil-www.inoreader.test:${target}`],
      ['oauth', `wwwXinoreader.test:${target}`],
      ['llm', `www.inoreader.test:${target}`],
      ['llm', `public.test:${target}`],
    ] as const) {
      expect([door, authority, await connectStatus(door, authority)]).toEqual([door, authority, 403]);
    }
    expect((await absolutely(port('oauth'), `http://www.inoreader.test:${target}/`)).status).toBe(403);
    expect((await absolutely(port('llm'), `http://models.test:${target}/`)).status).toBe(403);
  });
});

describe('what may not', () => {
  test('ports that are not the web, except the mail relay through the general door', async () => {
    for (const authority of [
      'public.test:22',
      'public.test:25',
      'public.test:587',
      'public.test:65535',
      'public.test:0',
    ]) {
      for (const door of ['general', 'feeds'])
        expect([authority, await connectStatus(door, authority)]).toEqual([authority, 403]);
    }
    expect((await absolutely(port('feeds'), 'http://public.test:22/')).status).toBe(403);
    expect(await connectStatus('feeds', 'relay.test:587')).toBe(403);
    // Allowed as such: it is the name that leads nowhere.
    expect(await connectStatus('general', 'relay.test:587')).toBe(503);
  });

  test('a private address by name', async () => {
    const reached = await arrivals(async () => {
      expect((await absolutely(port('feeds'), `http://private.test:${target}/`)).status).toBe(403);
      for (const door of ['general', 'feeds']) expect(await connectStatus(door, `private.test:${target}`)).toBe(403);
    });
    expect(reached).toEqual([]);
  });

  test.each([
    '127.0.0.3',
    '127.3',
    '127.0.3',
    '2130706435',
    '0x7f000003',
    '0x7f.0.0.3',
    '0177.0.0.3',
    '127.0.0.003',
    '127.0.0.3.',
    '[::ffff:127.0.0.3]',
    '[::ffff:7f00:3]',
    '[::1]',
    '[::127.0.0.3]',
    '[64:ff9b::7f00:3]',
    '[::]',
    '[fd00:ec2::254]',
    '[2002:7f00:3::]',
    '0',
    '0.0.0.0',
    'localhost',
    'LOCALHOST.',
    '169.254.169.254',
    '10.0.0.1',
    '100.64.0.1',
    '192.168.0.1',
    '127.0.0.1',
  ])('%s, a private address by this spelling', async (host) => {
    const reached = await arrivals(async () => {
      for (const door of ['general', 'feeds']) {
        const plain = await absolutely(port(door), `http://${host}:${target}/`).catch(() => ({ status: 0 }));
        expect([403, 503, 400, 0]).toContain(plain.status);
        expect([403, 503, 400]).toContain(await connectStatus(door, `${host}:${target}`));
      }
    });
    expect(reached).toEqual([]);
  });

  test('a private address by redirect: the next request is judged anew', async () => {
    const reached = await arrivals(async () => {
      const answer = await absolutely(port('feeds'), `http://public.test:${target}/redirect`);
      expect([answer.status, answer.headers.location]).toEqual([302, `http://${PRIVATE}:${target}/`]);
      expect((await absolutely(port('feeds'), String(answer.headers.location))).status).toBe(403);
    });
    expect(reached).toEqual([]);
  });

  test('a name that has a public and a private address reaches the public one at most', async () => {
    names.set('both.test', () => [PUBLIC, PRIVATE]);
    const reached = await arrivals(async () => {
      for (let time = 0; time < 12; time++) await connectStatus('general', `both.test:${target}`);
      for (let time = 0; time < 12; time++) await absolutely(port('feeds'), `http://both.test:${target}/`);
    });
    expect(reached).toEqual([]);
  });

  test('a name whose public address does not answer is not tried at its private one', async () => {
    names.set('half.test', () => [PUBLIC, PRIVATE]);
    const reached = await arrivals(async () => {
      for (let time = 0; time < 6; time++)
        expect([403, 503]).toContain(await connectStatus('general', `half.test:${lonely}`));
    });
    expect(reached).toEqual([]);
  });

  test('a name that is public when it is asked for first and private ever after', async () => {
    let asked = 0;
    names.set('rebinding.test', () => [asked++ === 0 ? PUBLIC : PRIVATE]);
    const statuses = new Set<number>();
    const reached = await arrivals(async () => {
      const until = Date.now() + 12_000; // names are asked for again after five seconds
      while (Date.now() < until) {
        statuses.add((await absolutely(port('feeds'), `http://rebinding.test:${target}/`)).status);
        statuses.add(await connectStatus('general', `rebinding.test:${target}`));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    expect(reached).toEqual([]);
    expect(asked).toBeGreaterThan(1);
    expect([...statuses].sort()).toEqual([200, 403]);
  }, 30_000);

  test('headers without measure', async () => {
    const answer = await absolutely(port('feeds'), `http://public.test:${target}/`, { cookie: 'x'.repeat(40_000) });
    expect(answer.status).toBe(431);
  });
});

describe('the door for statistics', () => {
  test('reads and changes nothing', async () => {
    const status = async (path: string, method = 'GET') => (await ask({ port: port('stats'), path, method })).status;
    for (const path of ['/ready', '/server_info', '/stats', '/stats/prometheus', '/stats?filter=http']) {
      expect([path, await status(path)]).toEqual([path, 200]);
    }
    for (const path of [
      '/',
      '/quitquitquit',
      '/config_dump',
      '/clusters',
      '/certs',
      '/logging',
      '/drain_listeners',
      '/stats/recentlookups',
      '/stats/../config_dump',
      '/stats%2f..%2fconfig_dump',
      '/ready/../quitquitquit',
    ]) {
      expect([path, await status(path)]).toEqual([path, 404]);
    }
    for (const path of ['/ready', '/stats', '/quitquitquit', '/healthcheck/fail', '/reset_counters']) {
      expect([path, await status(path, 'POST')]).toEqual([path, 404]);
    }
    expect((await absolutely(port('stats'), `http://public.test:${target}/`)).status).toBe(404);
  });

  test('is told of every request, one line of JSON each', async () => {
    await expect.poll(log).toContain('rbac_access_denied'); // written out every few seconds
    const lines = log()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    const denied = lines.find(({ authority, status }) => authority === `private.test:${target}` && status === 403);
    expect(denied).toMatchObject({ method: expect.stringMatching(/GET|CONNECT/), level: 'info', caller: '127.0.0.1' });
    expect(lines.some(({ traceparent }) => /^00-0af7651916cd43dd8448eb211c80319c/.test(traceparent ?? ''))).toBe(true);
  });
});

/** 127.0.0.0/8 as ranges that leave out one address. */
function loopbackWithoutPublic(): string[] {
  const base = 127 * 2 ** 24;
  const [, b = 0, c = 0, d = 0] = PUBLIC.split('.').map(Number);
  const left = base + b * 65_536 + c * 256 + d;
  return Array.from({ length: 24 }, (_, index) => {
    const size = 2 ** index;
    const start =
      (Math.floor(left / size) % 2 === 0 ? Math.floor(left / size) + 1 : Math.floor(left / size) - 1) * size;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')}/${32 - index}`;
  });
}
