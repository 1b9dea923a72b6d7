import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withMountedSecrets } from './mounted-secrets.ts';
import { createTemporaryFolder, runInTest } from './testing.ts';

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder.remove());

test('a file named like a variable is that variable, through the links that Kubernetes makes', async () => {
  const data = path.join(folder.path, '..data');
  await mkdir(data);
  await writeFile(path.join(data, 'ALT_SECRET_KEY'), 'with a line break\n');
  for (const name of ['service-key.json', 'service-key-set.json', 'notes.txt'])
    await writeFile(path.join(data, name), '{}');
  for (const name of ['ALT_SECRET_KEY', 'service-key.json', 'service-key-set.json', 'notes.txt'])
    await symlink(path.join('..data', name), path.join(folder.path, name));
  expect(withMountedSecrets({ ALT_SECRETS_DIR: folder.path, PORT: '1', ALT_SECRET_KEY: '' })).toEqual({
    ALT_SECRETS_DIR: folder.path,
    PORT: '1',
    ALT_SECRET_KEY: 'with a line break',
    SERVICE_KEY_FILE: path.join(folder.path, 'service-key.json'),
    SERVICE_KEY_SET_FILE: path.join(folder.path, 'service-key-set.json'),
  });
  expect(withMountedSecrets({ PORT: '1' })).toEqual({ PORT: '1' });
});

test('a secret that is said twice, and differently, ends every command', async () => {
  await writeFile(path.join(folder.path, 'DATABASE_URL'), 'postgres://one/alt');
  const environment = { ALT_SECRETS_DIR: folder.path, DATABASE_URL: 'postgres://two/alt' };
  const { code, remarks } = await runInTest(['serve', 'alt-backend'], environment);
  expect(code).toBe(1);
  expect(remarks).toContain('DATABASE_URL is set to one value in the environment and to another in');
  expect(remarks).not.toContain('postgres://');
  expect(withMountedSecrets({ ...environment, DATABASE_URL: 'postgres://one/alt' }).DATABASE_URL).toBe(
    'postgres://one/alt',
  );
});

test('a folder that is missing is named', async () => {
  await rm(folder.path, { recursive: true });
  expect((await runInTest(['migrate'], { ALT_SECRETS_DIR: folder.path })).remarks).toContain(
    'ALT_SECRETS_DIR cannot be read',
  );
});
