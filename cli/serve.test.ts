import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { freePort } from '@alt/testing/free-port.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { projectRoot } from './settings.ts';
import { createTemporaryFolder } from './testing.ts';

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await folder.remove();
});

/** `alt serve` as a process of its own, with the secrets that the command makes. */
async function serve(name: string, environment: Record<string, string>) {
  const port = await freePort();
  const child = spawn(process.execPath, [path.join(projectRoot, 'main.ts'), 'serve', name], {
    env: {
      ALT_DATA_DIR: path.join(folder.path, 'data'),
      PORT: String(port),
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      LOG_LEVEL: 'silent',
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const ended = once(child, 'exit').then(([code]) => code as number);
  return { child, ended, url: `http://127.0.0.1:${port}`, said: () => said };
}

/** Answers when it is told to. */
async function startSlowSite() {
  const held = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const server: Server = createServer(async (_request, response) => {
    asked.resolve();
    await held.promise;
    response.end('{"late":true}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  return { url, asked: asked.promise, answer: held.resolve, close: () => void server.close() };
}

const statusOf = async (url: string) => (await fetch(url).catch(() => null))?.status ?? 0;

test('asked to stop, a service says so first, answers what is under way, then ends', async () => {
  const site = await startSlowSite();
  const service = await serve('alt-frontend', {
    ALT_DRAIN_SECONDS: '2',
    ALT_IDENTITY_PROVIDER: 'kratos',
    KRATOS_PUBLIC_URL: site.url,
  });
  await expect.poll(() => statusOf(`${service.url}/v1/ready`)).toBe(200);
  const slow = fetch(`${service.url}/self-service/errors?id=1`);
  await site.asked;
  service.child.kill('SIGTERM');
  await expect.poll(() => statusOf(`${service.url}/v1/ready`)).toBe(503);
  // New requests are answered while others learn that it is going.
  expect(await statusOf(`${service.url}/v1/live`)).toBe(200);
  site.answer();
  expect(await (await slow).json()).toEqual({ late: true });
  expect(await service.ended).toBe(0);
  site.close();
});

test('what was asked before the drain is answered after it, when nobody can connect any more', async () => {
  const site = await startSlowSite();
  const service = await serve('alt-frontend', {
    ALT_DRAIN_SECONDS: '0.2',
    ALT_FINISH_SECONDS: '120',
    ALT_IDENTITY_PROVIDER: 'kratos',
    KRATOS_PUBLIC_URL: site.url,
  });
  await expect.poll(() => statusOf(`${service.url}/v1/ready`)).toBe(200);
  const slow = fetch(`${service.url}/self-service/errors?id=1`);
  await site.asked;
  service.child.kill('SIGTERM');
  await expect.poll(() => statusOf(`${service.url}/v1/ready`)).toBe(0);
  site.answer();
  expect(await (await slow).json()).toEqual({ late: true });
  expect(await service.ended).toBe(0);
  site.close();
});

test('without a grace it ends at once', async () => {
  const service = await serve('alt-frontend', {});
  await expect.poll(() => statusOf(`${service.url}/v1/ready`)).toBe(200);
  service.child.kill('SIGTERM');
  expect(await service.ended).toBe(0);
});

test('a service whose database does not answer ends with a sentence, and is started again by whoever runs it', async () => {
  const service = await serve('tag-generator', { DATABASE_URL: 'postgres://a:b@127.0.0.1:1/alt' });
  expect(await service.ended).toBe(1);
  expect(service.said()).toContain('The database cannot be reached: connect ECONNREFUSED');
});
