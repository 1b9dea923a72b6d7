import net from 'node:net';
import { createEgress } from '@alt/egress';
import { createHost, createLogger, generateServiceKey } from '@alt/service-kit';
import { startHostileServer } from '@alt/testing/hostile/index.ts';
import { expect, onTestFinished, test } from 'vitest';
import { config } from './config.ts';
import { service } from './service.ts';

test('serves the proxy, its health and its metrics on one port', async () => {
  const outside = await startHostileServer();
  onTestFinished(outside.stop);
  const port = await freePort();
  const environment = { SIDECAR_PROXY_PORT: String(port), ALT_EGRESS_ALLOW: `127.0.0.1:${outside.port}` };
  const running = await service.start(config.parse(environment), await testHost(environment));
  onTestFinished(running.stop);

  const proxyUrl = `http://127.0.0.1:${port}`;
  const egress = createEgress({ allow: [`127.0.0.1:${outside.port}`, '10.0.0.1'], userAgent: 'Alt/test', proxyUrl });
  onTestFinished(egress.close);
  expect((await egress(outside.url('plain'))).status).toBe(200);
  await expect(egress('http://10.0.0.1/')).rejects.toMatchObject({ code: 'egress-refused-address' });

  expect((await fetch(`${proxyUrl}/v1/live`)).status).toBe(200);
  expect((await fetch(`${proxyUrl}/v1/health`)).status).toBe(200);
  const metrics = await (await fetch(`${proxyUrl}/metrics`)).text();
  expect(metrics).toContain('alt_egress_seconds_count{host_class="opened",verdict="ok"} 1');
  expect(metrics).toContain('alt_egress_seconds_count{host_class="private",verdict="egress-refused-address"} 1');
});

async function testHost(environment: Record<string, string>) {
  const key = await generateServiceKey('sidecar-proxy');
  return createHost({
    name: 'sidecar-proxy',
    environment,
    log: createLogger('silent'),
    signal: new AbortController().signal,
    database: null,
    listener: null,
    egress: createEgress({ userAgent: 'Alt/test' }),
    keys: { own: key, all: [key] },
    publicUrl: new URL('http://localhost:8000'),
    trustedProxies: new net.BlockList(),
    reach: () => {
      throw new Error('sidecar-proxy has no peers');
    },
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
