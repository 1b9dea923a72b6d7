import { BEHAVIOURS, type HostileServer, posts, rss, startHostileServer } from '@alt/testing/hostile/index.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEgress, type Egress, type EgressError } from './index.ts';

let server: HostileServer;
let egress: Egress;
let impatient: Egress;

beforeAll(async () => {
  server = await startHostileServer();
  const options = {
    allow: [`127.0.0.1:${server.port}`],
    userAgent: 'Alt/test (+https://alt.example; 3 subscribers)',
    lookup: async () => [],
  };
  egress = createEgress(options);
  impatient = createEgress({ ...options, timeoutScale: process.env.ALT_TEST_LONG === '1' ? 1 : 0.05 });
});
afterAll(async () => {
  await Promise.all([egress.close(), impatient.close()]);
  await server.stop();
});

const FEED = rss(posts(3));

describe('each behaviour of the hostile server', () => {
  test.concurrent.each(BEHAVIOURS.map(({ name, ends }) => ({ name, ends })))(
    '$name ends with $ends',
    async ({ name, ends }) => {
      const send = String(ends).startsWith('timeout') ? impatient : egress;
      const outcome = await send(server.url(name)).then(
        (response) => response.status,
        (error: EgressError) => error.code,
      );
      expect(outcome).toBe(ends);
    },
    60_000,
  );

  test('has a name of its own and a sentence', () => {
    expect(new Set(BEHAVIOURS.map(({ name }) => name)).size).toBe(BEHAVIOURS.length);
    for (const { name, shows } of BEHAVIOURS) expect(shows, name).toMatch(/^[A-Z].*\.$/s);
  });
});

describe('bodies', () => {
  test.each(
    BEHAVIOURS.filter(({ name }) => name.startsWith('encoding-') || name.endsWith('-but-plain'))
      .filter(({ ends }) => ends === 200)
      .map(({ name }) => name),
  )('%s arrives decoded', async (name) => {
    const response = await egress(server.url(name));
    expect(response.text()).toBe(FEED);
    expect(response.bytes.buffer.byteLength).toBe(response.bytes.byteLength);
  });

  test.each(['gzip', 'br', 'zstd', 'deflate', 'deflate-raw', 'in-a-bomb'])(
    'a bomb (%s) is cut at a cap of the caller',
    async (kind) => {
      const url = server.url(`bomb-${kind}`, { mebibytes: 8 });
      await expect(egress(url, { maxBytes: 100_000 })).rejects.toMatchObject({
        code: 'body-too-large',
        host: '127.0.0.1',
      });
    },
  );

  test('a body of exactly the cap passes, one byte more does not', async () => {
    const maxBytes = Buffer.byteLength(FEED);
    for (const name of ['plain', 'chunked', 'http-1.0', 'encoding-gzip', 'encoding-br']) {
      expect((await egress(server.url(name), { maxBytes })).bytes).toHaveLength(maxBytes);
      await expect(egress(server.url(name), { maxBytes: maxBytes - 1 })).rejects.toMatchObject({
        code: 'body-too-large',
      });
    }
  });

  test('HEAD has no body and POST sends one', async () => {
    const head = await egress(server.url('encoding-gzip'), { method: 'HEAD' });
    expect(head.bytes).toHaveLength(0);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
    const posted = await egress(server.url('plain', { posted: 1 }), { method: 'POST', body: 'hub.mode=subscribe' });
    expect(posted.status).toBe(200);
    expect(server.requests('plain').at(-1)).toMatchObject({ method: 'POST' });
  });
});

describe('validators', () => {
  test.each([
    'etag-strong',
    'etag-weak',
    'etag-without-quotes',
    'etag-with-odd-bytes',
    'last-modified',
    'last-modified-in-odd-form',
  ])('%s goes back byte for byte', async (name) => {
    const { headers } = await egress(server.url(name));
    const etag = headers.get('etag');
    const modified = headers.get('last-modified');
    const again = await egress(server.url(name), {
      headers: { ...(etag ? { 'If-None-Match': etag } : {}), ...(modified ? { 'If-Modified-Since': modified } : {}) },
    });
    expect(again).toMatchObject({ status: 304 });
    expect(again.bytes).toHaveLength(0);
  });
});

describe('connections', () => {
  test('a kept connection that turns out to be closed is replaced once', async () => {
    const url = server.url('closes-every-second-time', { test: 1 });
    const first = await egress(url);
    const second = await egress(url);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(server.requests('closes-every-second-time').filter(({ query }) => query.has('test'))).toHaveLength(3);
  });

  test('a POST is never sent twice', async () => {
    const url = server.url('closes-every-second-time', { post: 1 });
    await egress(url);
    await expect(egress(url, { method: 'POST', body: 'x' })).rejects.toMatchObject({ code: 'connection-lost' });
    expect(server.requests('closes-every-second-time').filter(({ query }) => query.has('post'))).toHaveLength(2);
  });

  test('an answer that nobody asked for never becomes another request’s', async () => {
    for (let round = 0; round < 20; round++) {
      await egress(server.url('second-answer', { round }));
      const next = await egress(server.url('plain', { round }));
      expect(next.text()).toBe(FEED);
    }
  });

  test('says honestly who it is', async () => {
    await egress(server.url('vary-by-user-agent'));
    expect(server.requests('vary-by-user-agent').at(-1)?.headers).toMatchObject({
      'user-agent': 'Alt/test (+https://alt.example; 3 subscribers)',
      'accept-encoding': 'gzip, br, zstd, deflate',
      accept: '*/*',
      host: `127.0.0.1:${server.port}`,
    });
  });

  test('the caller cannot set what belongs to the connection', async () => {
    await egress(server.url('plain', { own: 1 }), {
      headers: { Host: 'internal', Connection: 'upgrade', 'Content-Length': '9', TE: 'x' },
    });
    expect(server.requests('plain').at(-1)?.headers.host).toBe(`127.0.0.1:${server.port}`);
  });

  test('a signal cancels, before and during', async () => {
    await expect(egress(server.url('plain'), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
    const controller = new AbortController();
    const pending = egress(server.url('never-answers', { cancelled: 1 }), {
      signal: controller.signal,
      firstByteTimeoutMs: 600_000,
    });
    const rejected = expect(pending).rejects.toMatchObject({ code: 'aborted' });
    await expect.poll(() => server.requests('never-answers').some(({ query }) => query.has('cancelled'))).toBe(true);
    controller.abort();
    await rejected;
  });

  test('close ends what runs', async () => {
    const other = createEgress({ allow: ['127.0.0.1'], userAgent: 'Alt/test' });
    const pending = other(server.url('never-answers', { closed: 1 }));
    const rejected = expect(pending).rejects.toMatchObject({ name: 'EgressError' });
    await expect.poll(() => server.requests('never-answers').some(({ query }) => query.has('closed'))).toBe(true);
    await other.close();
    await rejected;
    await expect(other(server.url('plain'))).rejects.toMatchObject({ code: 'aborted' });
  });

  test('nobody listens: connect-refused, in words', async () => {
    const other = createEgress({ allow: ['127.0.0.1'], userAgent: 'Alt/test' });
    await expect(other('http://127.0.0.1:1/')).rejects.toMatchObject({
      code: 'connect-refused',
      message: '127.0.0.1 refuses connections. The site may be down.',
    });
    await other.close();
  });

  test('each request is reported once with its class of host', async () => {
    const events: string[] = [];
    const other = createEgress({
      allow: [`127.0.0.1:${server.port}`],
      userAgent: 'Alt/test',
      lookup: async () => [],
      onVerdict: ({ hostClass, verdict }) => events.push(`${hostClass} ${verdict}`),
    });
    await other(server.url('plain'));
    for (const url of [
      server.url('redirect-to-private'),
      'http://10.0.0.1/',
      'nonsense',
      'ftp://x/',
      'http://x.example/',
    ]) {
      await other(url).catch(() => {});
    }
    await other.close();
    expect(events).toEqual([
      'opened ok',
      'private egress-refused-address',
      'private egress-refused-address',
      'invalid egress-invalid-url',
      'invalid egress-refused-scheme',
      'public dns-not-found',
    ]);
  });
});
