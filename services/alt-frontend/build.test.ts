import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withBuildLock } from './build-lock.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alt-build-lock-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('builds run one after another and leave no lock behind', async () => {
  const lock = join(folder, 'one.lock');
  let running = 0;
  const build = () =>
    withBuildLock(lock, async () => {
      running += 1;
      await stat(lock);
      expect(running).toBe(1);
      running -= 1;
    });
  await Promise.all([build(), build(), build()]);
  await expect(stat(lock)).rejects.toThrow();
});

test('a lock whose owner is gone is taken over', async () => {
  const lock = join(folder, 'stale.lock');
  // Above the largest process id that Linux gives (2^22).
  await writeFile(lock, '4194999');
  expect(await withBuildLock(lock, async () => 'built')).toBe('built');
});
