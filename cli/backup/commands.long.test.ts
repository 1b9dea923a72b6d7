import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  acquireInstanceLock,
  type Connection,
  createDatabase,
  databaseNames,
  type EmbeddedServer,
  loadRolePasswords,
  migrate,
  openClient,
  roleConnection,
  startEmbedded,
} from '@alt/database';
import { THROWAWAY_SETTINGS } from '@alt/database/embedded-settings.ts';
import { ownFolders } from '@alt/database/migration-files.ts';
import { schemaSql } from '@alt/database/schema.ts';
import { copyDataFolder } from '@alt/database/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { loadSecrets } from '../settings.ts';
import { createTemporaryFolder, runInTest } from '../testing.ts';
import { writeArchive } from './archive.ts';
import { withInstanceRecords } from './snapshot.ts';
import { contentsOf, fillInstance } from './testing.ts';

// Every command here starts a Postgres of its own; the limit only ends what hangs.
vi.setConfig({ testTimeout: 300_000 });

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
const at = (name: string) => path.join(folder.path, name);

/** One instance for all tests, each of which has a copy. */
let instance: { dataDir: string; contents: Record<string, unknown> };

beforeAll(async () => {
  folder = await createTemporaryFolder();
  const dataDir = await copyDataFolder('alt-backup-');
  instance = { dataDir, contents: await fillDataFolder(dataDir) };
});
afterAll(async () => {
  await rm(instance.dataDir, { recursive: true, force: true });
  await folder.remove();
});

/** The embedded server of a data folder, for the time of `work`. */
async function withServer<T>(dataDir: string, work: (server: EmbeddedServer) => Promise<T>): Promise<T> {
  const server = await startEmbedded({ dataDir, isDurable: false, settings: THROWAWAY_SETTINGS });
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

/** Both databases of a server as the superuser, for the time of `work`. */
async function withSuperuser<T>(
  connection: Connection,
  work: (databases: Parameters<typeof contentsOf>[0]) => Promise<T>,
): Promise<T> {
  const open = (database: string) => createDatabase({ ...connection, database, applicationName: 'test' });
  const databases = { alt: open('alt'), auth: open('auth') };
  try {
    return await work(databases);
  } finally {
    await Promise.all([databases.alt.end(), databases.auth.end()]);
  }
}

async function schemasOf(connection: Connection): Promise<string[]> {
  const schemas: string[] = [];
  for (const database of databaseNames) {
    const client = await openClient({ ...connection, database, applicationName: 'test' });
    schemas.push(await schemaSql(client));
    await client.end();
  }
  return schemas;
}

/** Makes this a data folder with everything in it; answers that. */
async function makeInstance(dataDir: string): Promise<Record<string, unknown>> {
  await promisify(execFile)('cp', ['-a', instance.dataDir, dataDir]); // keeps owners
  return instance.contents;
}

async function fillDataFolder(dataDir: string): Promise<Record<string, unknown>> {
  await loadSecrets(dataDir);
  return withServer(dataDir, ({ connection }) =>
    withSuperuser(connection, async (databases) => {
      await fillInstance(databases);
      return contentsOf(databases);
    }),
  );
}

async function contentsAt(dataDir: string): Promise<Record<string, unknown>> {
  return withServer(dataDir, ({ connection }) => withSuperuser(connection, contentsOf));
}

function addressOf({ host, port, user, password }: Connection): string {
  return `postgres://${user}:${password}@localhost:${port}/postgres?host=${encodeURIComponent(host)}`;
}

test('an instance goes from one folder to another, encrypted, with its keys', async () => {
  const before = await makeInstance(at('one'));
  const file = at('one.altbackup');
  const made = await runInTest(['backup', file, '--password', 'open sesame'], { ALT_DATA_DIR: at('one') });
  expect(made).toMatchObject({ code: 0, output: expect.stringContaining('encrypted') });
  expect(made.remarks).not.toContain('not encrypted');
  expect((await stat(file)).mode & 0o077).toBe(0);
  expect((await readFile(file)).includes('secret')).toBe(false);

  const environment = { ALT_DATA_DIR: at('two') };
  const wrong = await runInTest(['restore', file, '--password', 'close sesame'], environment);
  expect(wrong).toMatchObject({ code: 1, remarks: expect.stringContaining('The password is wrong') });
  expect(await readdir(folder.path)).not.toContain('two');
  const none = await runInTest(['restore', file], environment);
  expect(none).toMatchObject({ code: 1, remarks: expect.stringContaining('A password is missing') });

  const restored = await runInTest(['restore', file], environment, 'open sesame\n');
  expect(restored).toMatchObject({ code: 0, output: expect.stringContaining('2 accounts, 2 feeds, 3,000 articles') });
  expect(await contentsAt(at('two'))).toEqual(before);
  expect(await readFile(at('two/secrets.json'), 'utf8')).toBe(await readFile(at('one/secrets.json'), 'utf8'));
  const schemas = await withServer(at('two'), ({ connection }) => schemasOf(connection));
  expect(schemas).toEqual(await withServer(at('one'), ({ connection }) => schemasOf(connection)));
});

test('what is here is replaced neither by accident, nor by a damaged backup, nor under a running Alt', async () => {
  const before = await makeInstance(at('three'));
  const environment = { ALT_DATA_DIR: at('three') };
  const file = at('three.altbackup');
  const made = await runInTest(['backup', file], environment);
  expect(made.remarks).toContain('not encrypted');
  const bytes = await readFile(file);
  bytes[bytes.length - 1_000] = (bytes[bytes.length - 1_000] ?? 0) ^ 4;
  await writeFile(at('bad.altbackup'), bytes);
  const bad = await runInTest(['restore', at('bad.altbackup'), '--force'], environment);
  expect(bad).toMatchObject({ code: 1, remarks: expect.stringContaining('The backup is damaged') });

  const lock = acquireInstanceLock(at('three'));
  const running = await runInTest(['restore', file, '--force'], environment);
  lock.release();
  expect(running).toMatchObject({ code: 1, remarks: expect.stringContaining('already running') });
  const careless = await runInTest(['restore', file], environment);
  expect(careless).toMatchObject({ code: 1, remarks: expect.stringContaining('use --force') });
  expect(await contentsAt(at('three'))).toEqual(before);
  expect((await runInTest(['restore', file, '--force'], environment)).code).toBe(0);
  expect(await contentsAt(at('three'))).toEqual(before);
});

test('an instance goes from the embedded Postgres to another one, and back', async () => {
  const before = await makeInstance(at('four'));
  const file = at('four.altbackup');
  expect((await runInTest(['backup', file], { ALT_DATA_DIR: at('four') })).code).toBe(0);
  await withServer(at('elsewhere'), async ({ connection }) => {
    const environment = { ALT_DATA_DIR: at('five'), DATABASE_URL: addressOf(connection) };
    expect((await runInTest(['restore', file], environment)).code).toBe(0);
    expect(await withSuperuser(connection, contentsOf)).toEqual(before);

    const backend = roleConnection(connection, 'alt', 'alt_backend', loadRolePasswords(at('five')));
    const serving = await openClient({ ...backend, applicationName: 'test' });
    const refused = await runInTest(['restore', file, '--force'], environment);
    await serving.end();
    expect(refused).toMatchObject({ code: 1, remarks: expect.stringContaining('alt_backend is connected') });
    expect((await runInTest(['backup', at('five.altbackup')], environment)).code).toBe(0);
  });
  expect((await runInTest(['restore', at('five.altbackup')], { ALT_DATA_DIR: at('six') })).code).toBe(0);
  expect(await contentsAt(at('six'))).toEqual(before);
});

test('a backup of an older Alt is brought to this one', async () => {
  const folders = await olderFolders();
  const file = at('older.altbackup');
  const feeds = await withServer(at('older'), async ({ connection }) => {
    const passwords = loadRolePasswords(at('older'));
    await migrate(connection, { passwords, folders });
    return withSuperuser(connection, async (databases) => {
      await fillInstance(databases);
      const admin = (name: 'alt' | 'auth') =>
        createDatabase({ ...roleConnection(connection, name, 'alt_admin', passwords), applicationName: 'test' });
      const opened = { alt: admin('alt'), auth: admin('auth') };
      const instance = { release: '0.0.9', files: [], onProgress: () => {} };
      await withInstanceRecords(opened, instance, (records) => writeArchive(file, records, null));
      await Promise.all([opened.alt.end(), opened.auth.end()]);
      return (await contentsOf(databases))['alt.articles'];
    });
  });
  const restored = await runInTest(['restore', file], { ALT_DATA_DIR: at('newer') });
  expect(restored).toMatchObject({ code: 0, output: expect.stringContaining('Alt 0.0.9') });
  expect((await contentsAt(at('newer')))['alt.articles']).toEqual(feeds);
  await runInTest(['migrate'], { ALT_DATA_DIR: at('empty') });
  const schemas = await withServer(at('newer'), ({ connection }) => schemasOf(connection));
  expect(schemas).toEqual(await withServer(at('empty'), ({ connection }) => schemasOf(connection)));
});

/** The migrations without the newest of `alt`, and without grants, which speak of what the newest one makes. */
async function olderFolders(): Promise<typeof ownFolders> {
  const migrations = at('older-migrations');
  await mkdir(migrations);
  const names = (await readdir(ownFolders.alt.migrations)).filter((name) => /^\d{4}_.+\.sql$/.test(name)).sort();
  for (const name of names.slice(0, -1))
    await copyFile(path.join(ownFolders.alt.migrations, name), path.join(migrations, name));
  return {
    alt: { migrations, services: at('none') },
    auth: { migrations: ownFolders.auth.migrations, services: at('none') },
  };
}
