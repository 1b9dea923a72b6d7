import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type EmbeddedServer, startEmbedded } from '@alt/database';
import { THROWAWAY_SETTINGS } from '@alt/database/embedded-settings.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveService } from '../serve.ts';
import { createTemporaryFolder, runInTest } from '../testing.ts';

// Real services beside the commands: pre-processor polls, sidecar-proxy goes out, as in a process per service.

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
let postgres: EmbeddedServer;
let web: Server;
const services: { stop(): Promise<void> }[] = [];
let environment: Record<string, string> = {};
let origin = '';
let items = 2;

beforeAll(async () => {
  folder = await createTemporaryFolder();
  postgres = await startEmbedded({ dataDir: folder.path, isDurable: false, settings: THROWAWAY_SETTINGS });
  web = createServer((request, response) => {
    if (request.url !== '/feed.xml') response.writeHead(404).end('nothing');
    else response.writeHead(200, { 'content-type': 'application/rss+xml', etag: `"${items}"` }).end(rss(items));
  }).listen(0, '127.0.0.1');
  await once(web, 'listening');
  const { port } = web.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  environment = {
    ALT_DATA_DIR: folder.path,
    ALT_EGRESS_ALLOW: `127.0.0.1:${port}`,
    ALT_HOST_SPACING_MS: '0',
    LOG_LEVEL: 'silent',
    PORT: '0',
  };
  expect(await run('user', 'add', 'ann@example.org', '--password', 'correct horse battery 9')).toContain('Made');
  const proxyPort = await freePort();
  services.push(await serveService('sidecar-proxy', { ...environment, PORT: String(proxyPort) }));
  const proxied = { ...environment, EGRESS_PROXY_URL: `http://127.0.0.1:${proxyPort}` };
  services.push(await serveService('pre-processor', proxied));
});

afterAll(async () => {
  for (const service of services.reverse()) await service.stop();
  await postgres.stop();
  web.close();
  await folder.remove();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function run(...words: string[]): Promise<string> {
  const { code, output, remarks } = await runInTest(words, environment);
  // How far it is is told only where it takes long, as on a busy machine.
  expect([code, remarks.replaceAll(/^Fetching feeds: \d+ %\n/gm, '')]).toEqual([0, '']);
  return output;
}

function rss(count: number): string {
  const item = (_: unknown, n: number) => `<item><title>Post ${n}</title><guid>${n}</guid></item>`;
  return `<rss version="2.0"><channel><title>Ann's log</title>${Array.from({ length: count }, item).join('')}</channel></rss>`;
}

test('feed add waits for the first fetch, refresh for the next one, and why tells of both', async () => {
  expect(await run('feed', 'add', `${origin}/feed.xml`)).toContain("Ann's log: 2 articles");
  expect(await run('feed', 'refresh', '1')).toContain("Fetched Ann's log: nothing new");
  items = 5;
  expect(await run('feed', 'refresh', `${origin}/feed.xml`)).toContain("Fetched Ann's log: it has changed");
  expect(await run('feed', 'refresh', '1')).toContain("Fetched Ann's log: nothing new");
  const why = await run('feed', 'why', '1');
  expect(why).toContain('5 articles kept');
  expect(why).toContain('ETag "5"');
  expect(why).toMatch(/state +well/);
});

test('a feed that cannot be read says so at once', async () => {
  const refused = await runInTest(['feed', 'add', `${origin}/none.xml`], environment);
  expect(refused).toMatchObject({ code: 1, output: '', remarks: expect.stringMatching(/has nothing.+say --force/) });
  expect(await run('feed', 'add', `${origin}/none.xml`, '--force')).toContain(
    'But the first fetch failed: 127.0.0.1 has nothing',
  );
  const why = await run('feed', 'why', `${origin}/none.xml`);
  expect(why).toMatch(/failing for .+, 1 failure in a row: .+\[http-not-found\]/);
  expect(await run('feed', 'refresh', '--all')).toMatch(/^Fetched 2 feeds: 0 changed, 1 failed\./);
});
