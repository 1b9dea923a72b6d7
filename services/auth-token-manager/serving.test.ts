import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '@alt/testing/free-port.ts';
import { afterEach, expect, test } from 'vitest';
import { startTestTokens, type TestTokens } from './testing.ts';

let tokens: TestTokens;
afterEach(() => tokens.stop());

const refreshes = () => tokens.provider.requests.filter(({ grant }) => grant === 'refresh_token').length;
const alive = () => path.join(tokens.folder, 'alive');
const isAlive = () =>
  stat(alive()).then(
    () => true,
    () => false,
  );
const statusOf = async (url: string) => (await fetch(url).catch(() => null))?.status ?? 0;

test('a served manager refreshes by itself through the proxy, shows that it lives, and ends when it is told to', async () => {
  // Lives for ten seconds, so that it is due soon.
  tokens = await startTestTokens('file', { accessTokenSeconds: 10 });
  await tokens.authorize(await tokens.open());
  const port = String(await freePort());
  Object.assign(tokens.environment, {
    ALT_ALIVE_FILE: alive(),
    ALT_TOKENS_CHECK_SECONDS: '1',
    // The proxy is the only way out, and lets out to what its own operator opened.
    ALT_EGRESS_ALLOW: '127.0.0.1',
    SIDECAR_PROXY_PORT: port,
    SIDECAR_PROXY_BASE_URL: `http://127.0.0.1:${port}`,
  });
  tokens.start('serve', 'sidecar-proxy');
  await expect.poll(() => statusOf(`http://127.0.0.1:${port}/v1/ready`)).toBe(200);
  const serving = tokens.start('serve', 'auth-token-manager');
  await expect.poll(refreshes).toBeGreaterThanOrEqual(2);
  await expect.poll(() => tokens.isUsable()).toBe(true);
  await expect.poll(isAlive).toBe(true);
  await rm(alive());
  await expect.poll(() => readFile(alive(), 'utf8').catch(() => null)).toBe('');
  serving.child.kill('SIGTERM');
  expect((await serving.ended).code).toBe(0);
  for (const secret of tokens.provider.secrets()) expect(tokens.said()).not.toContain(secret);
});

test('a store that fails is told of once, and looked at again', async () => {
  tokens = await startTestTokens('kubernetes');
  await tokens.authorize(await tokens.open());
  await rm(path.join(tokens.folder, 'account', 'token'));
  Object.assign(tokens.environment, { ALT_ALIVE_FILE: alive(), ALT_TOKENS_CHECK_SECONDS: '1' });
  const serving = tokens.start('serve', 'auth-token-manager');
  for (let looks = 0; looks < 3; looks += 1) {
    await expect.poll(isAlive).toBe(true);
    await rm(alive());
  }
  expect(tokens.said().match(/let the pod mount the token of its service account/g)).toHaveLength(1);
  serving.child.kill('SIGTERM');
  expect((await serving.ended).code).toBe(0);
});
