import { rm } from 'node:fs/promises';
import { copyDataFolder } from '@alt/database/testing.ts';
import { freePort } from '@alt/testing/free-port.ts';
import { afterEach, expect, test } from 'vitest';
import { serveService } from './serve.ts';
import { runInTest } from './testing.ts';
import { startPlatform } from './up.ts';

const QUERY_TOKEN = 'the-query-token-of-these-tests';
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const dataFolder = async () => {
  const folder = await copyDataFolder('alt-logs-');
  stops.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

test('beside a running Alt, `alt logs` shows what its services wrote, narrowed as it was asked', async () => {
  const environment = { ALT_DATA_DIR: await dataFolder(), PORT: '0', LOG_LEVEL: 'debug', RASK_FLUSH_MS: '20' };
  const platform = await startPlatform(environment);
  stops.push(platform.stop);
  const requestId = 'request-of-the-test';
  await fetch(`http://127.0.0.1:${platform.port}/v1/auth/setup`, { headers: { 'x-request-id': requestId } });
  const found = async (...words: string[]) => (await runInTest(['logs', ...words], environment)).output;
  await expect.poll(() => found('--request', requestId)).toContain('auth-service');
  const lines = (await found('--json', '--request', requestId))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({
    level: 'debug',
    message: 'request',
    requestId,
    fields: { route: '/v1/auth/setup' },
  });
  expect(await found('--level', 'fatal')).toBe('');
  expect((await runInTest(['logs', '--level', 'fatal'], environment)).remarks).toContain('No line is like that.');
  expect(await found('--service', 'no-service')).toBe('');
  expect((await runInTest(['logs', '--level', 'loud'], environment)).code).toBe(2);
  expect((await runInTest(['logs', '--since', 'yesterday'], environment)).code).toBe(2);
});

test('where nothing was written yet, `alt logs` says so, and not that nothing fits', async () => {
  const environment = { ALT_DATA_DIR: await dataFolder(), PORT: '0', LOG_LEVEL: 'silent' };
  const platform = await startPlatform(environment);
  stops.push(platform.stop);
  const { code, output, remarks } = await runInTest(['logs', '--level', 'warn', 'some', 'words'], environment);
  expect([code, output]).toEqual([0, '']);
  expect(remarks).toContain('The log is empty');
});

test('a service of its own ships its lines to the aggregator, which answers the command line with the token', async () => {
  const ALT_DATA_DIR = await dataFolder();
  const shared = { ALT_DATA_DIR, LOG_LEVEL: 'info', RASK_QUERY_TOKEN: QUERY_TOKEN, RASK_FLUSH_MS: '20' };
  const platform = await startPlatform({ ALT_DATA_DIR, PORT: '0', LOG_LEVEL: 'silent', ALT_KEEP_LOGS: 'off' });
  stops.push(platform.stop);
  const port = String(await freePort());
  const aggregator = await serveService('rask-log-aggregator', { ...shared, PORT: port });
  stops.push(aggregator.stop);
  const address = { ...shared, RASK_LOG_AGGREGATOR_URL: `http://127.0.0.1:${port}` };
  const service = await serveService('tag-generator', { ...address, PORT: String(await freePort()) });
  stops.push(service.stop);
  const { output, code } = await expect
    .poll(() => runInTest(['logs', '--service', 'tag-generator', 'ready'], address))
    .toMatchObject({ output: expect.stringContaining('tag-generator') })
    .then(() => runInTest(['logs', '--service', 'tag-generator', 'ready'], address));
  expect([code, output]).toEqual([0, expect.stringMatching(/info {3}tag-generator {2}ready/)]);
  const stranger = await runInTest(['logs'], { ...address, RASK_QUERY_TOKEN: 'not-the-token-of-these-tests' });
  expect([stranger.code, stranger.remarks]).toEqual([1, expect.stringContaining('RASK_QUERY_TOKEN')]);
});
