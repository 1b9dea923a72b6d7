import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSecrets } from './settings.ts';
import { createTemporaryFolder } from './testing.ts';

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder.remove());

test('the secrets of a data folder are made once, for its owner alone', async () => {
  const first = await loadSecrets(folder.path);
  expect(first.secretKey.length).toBeGreaterThanOrEqual(43);
  expect(first.secretKey).not.toBe(first.imageKey);
  expect((await loadSecrets(folder.path)).secretKey).toBe(first.secretKey);
  expect((await stat(path.join(folder.path, 'secrets.json'))).mode & 0o077).toBe(0);
});

test('a folder of an older Alt, without a secret key, has the same one in every process', async () => {
  const { imageKey } = await loadSecrets(folder.path);
  const file = path.join(folder.path, 'secrets.json');
  const { secretKey: _new, ...older } = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify(older));
  const [one, other] = await Promise.all([loadSecrets(folder.path), loadSecrets(folder.path)]);
  expect(one.secretKey).toBe(other.secretKey);
  expect(one.secretKey.length).toBeGreaterThanOrEqual(43);
  expect(one.secretKey).not.toContain(imageKey);
});
