import { createRebindingLookup, type HostileServer, startHostileServer } from '@alt/testing/hostile/index.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEgress, EgressError } from './index.ts';

/** 127.0.0.2 plays the public address that the operator opened; 127.0.0.1 is the secret that must never be reached. */
let open: HostileServer;
let secret: HostileServer;

beforeAll(async () => {
  for (;;) {
    open = await startHostileServer({ host: '127.0.0.2' });
    try {
      secret = await startHostileServer({ host: '127.0.0.1', port: open.port });
      return;
    } catch (error) {
      await open.stop();
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error; // else somebody has that port there
    }
  }
});
afterAll(async () => {
  await open.stop();
  await secret.stop();
});

function rebinding(lists: string[][], dnsCacheMs = 0) {
  const lookup = createRebindingLookup({ 'rebinding.test': lists });
  const egress = createEgress({ allow: [`127.0.0.2:${open.port}`], userAgent: 'Alt/test', lookup, dnsCacheMs });
  return { egress, lookup, url: `http://rebinding.test:${open.port}/plain` };
}

describe('a name that changes its mind', () => {
  test('is connected to at the address that was checked, with one look-up', async () => {
    const { egress, lookup, url } = rebinding([['127.0.0.2'], ['127.0.0.1']]);
    expect((await egress(url)).status).toBe(200);
    expect(lookup.count('rebinding.test')).toBe(1);
    expect(open.requests('plain').at(-1)?.headers.host).toBe(`rebinding.test:${open.port}`);
    await expect(egress(url)).rejects.toMatchObject({ code: 'egress-refused-address' });
    expect(secret.requests('plain')).toHaveLength(0);
    await egress.close();
  });

  test('is refused when a public first answer is followed by loopback', async () => {
    const { egress } = rebinding([['93.184.215.14'], ['127.0.0.1']]);
    await egress.check('http://rebinding.test/');
    await expect(egress.check('http://rebinding.test/')).rejects.toMatchObject({ code: 'egress-refused-address' });
    await egress.close();
  });

  test('is refused in a redirect to it', async () => {
    const { egress, url } = rebinding([['127.0.0.2'], ['127.0.0.1']]);
    await egress(url);
    const redirect = open.url('redirect-to-name', { to: 'rebinding.test', port: open.port });
    await expect(egress(redirect)).rejects.toMatchObject({ code: 'egress-refused-address', host: 'rebinding.test' });
    expect(secret.requests('plain')).toHaveLength(0);
    await egress.close();
  });

  test('is refused if it hides loopback behind a good address', async () => {
    for (const list of [
      ['127.0.0.2', '127.0.0.1'],
      ['127.0.0.1', '127.0.0.2'],
      ['127.0.0.2', '::1'],
    ]) {
      const { egress, url } = rebinding([list]);
      await expect(egress(url)).rejects.toBeInstanceOf(EgressError);
      await egress.close();
    }
    expect(secret.requests('plain')).toHaveLength(0);
  });

  test('never reaches loopback, whatever runs at the same time', async () => {
    const lists = Array.from({ length: 40 }, (_, index) => [index % 2 ? '127.0.0.1' : '127.0.0.2']);
    const { egress, url } = rebinding(lists);
    for (let round = 0; round < 10; round++) {
      await Promise.allSettled(Array.from({ length: 8 }, (_, index) => egress(`${url}?${round}-${index}`)));
    }
    expect(secret.requests('plain')).toHaveLength(0);
    await egress.close();
  });

  test('is looked up once for many requests while its check is fresh', async () => {
    const { egress, lookup, url } = rebinding([['127.0.0.2']], 60_000);
    await Promise.all(Array.from({ length: 20 }, () => egress(url)));
    expect(lookup.count('rebinding.test')).toBe(1);
    await egress.close();
  });
});

test('look-ups that fail are told apart, and a slow one ends with the request', async () => {
  const failing = createEgress({ userAgent: 'Alt/test', lookup: async () => Promise.reject(new Error('SERVFAIL')) });
  await expect(failing('http://x.example/')).rejects.toMatchObject({ code: 'dns-failed' });
  const missing = createEgress({ userAgent: 'Alt/test', lookup: async () => [] });
  await expect(missing('http://x.example/')).rejects.toThrow('There is no site named x.example.');
  const silent = createEgress({ userAgent: 'Alt/test', timeoutScale: 0.005, lookup: () => new Promise(() => {}) });
  await expect(silent('http://x.example/')).rejects.toMatchObject({ code: 'timeout' });
});

describe('connecting', () => {
  test('tries the next checked address when one does not answer', async () => {
    const lookup = createRebindingLookup({ 'two.test': [['127.0.0.3', '127.0.0.2']] });
    const egress = createEgress({ allow: [`two.test:${open.port}`], userAgent: 'Alt/test', lookup });
    expect((await egress(`http://two.test:${open.port}/plain`)).status).toBe(200);
    await egress.close();
  });

  test('every request that waits for a refused connection is told', async () => {
    const egress = createEgress({ allow: ['127.0.0.3'], userAgent: 'Alt/test' });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, () => egress(`http://127.0.0.3:${open.port}/`)),
    );
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'connect-refused' } });
    await egress.close();
  });
});
