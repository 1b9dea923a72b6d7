import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openClient } from '@alt/database';
import { makeAuthority, makeCertificate } from '@alt/database/certificates.ts';
import { startTcpServer, type TcpServer } from '@alt/database/tcp-server.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTemporaryFolder, runInTest } from './testing.ts';

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
let server: TcpServer;
let url: string;
beforeAll(async () => {
  folder = await createTemporaryFolder();
  const authority = makeAuthority();
  await writeFile(path.join(folder.path, 'ca.crt'), authority.certificate);
  server = await startTcpServer(makeCertificate(['127.0.0.1'], authority));
  const { password, port } = server.connection;
  url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres?sslmode=verify-full&sslrootcert=${folder.path}/ca.crt`;
});
afterAll(async () => {
  await server.stop();
  await folder.remove();
});

async function mount(name: string, files: Record<string, string>): Promise<string> {
  const dir = path.join(folder.path, name);
  await mkdir(dir, { recursive: true });
  for (const [file, content] of Object.entries(files)) await writeFile(path.join(dir, file), content);
  return dir;
}

test('two jobs at once, over TLS, before their server has started: both wait, one migrates, roles get their passwords', async () => {
  const dir = await mount('postgres', {
    DATABASE_URL: url,
    'role-passwords.json': JSON.stringify({ alt_backend: 'of the mounted file', alt_admin: 'another' }),
  });
  await server.pause();
  const job = () => runInTest(['migrate', '--database', 'alt'], { ALT_SECRETS_DIR: dir });
  const jobs = Promise.all([job(), job()]);
  await sleep(600);
  await server.resume();
  const results = await jobs;
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  expect(results.every(({ remarks }) => remarks.includes('does not answer yet'))).toBe(true);
  const outputs = results.map(({ output }) => output).sort();
  expect(outputs[0]).toMatch(/^The databases are those of Alt/);
  expect(outputs[1]).toMatch(/applied alt\/0001_foundation.sql/);
  expect(outputs[1]).not.toContain('auth/');
  const asBackend = { ...server.connection, user: 'alt_backend', password: 'of the mounted file', database: 'alt' };
  await (await openClient({ ...asBackend, applicationName: 'test' })).end();
});

test('the other database is migrated by its own job, to its own address', async () => {
  const dir = await mount('auth-postgres', {
    AUTH_DATABASE_URL: url,
    'role-passwords.json': JSON.stringify({ auth_service: 'one', tenant_service: 'two', alt_admin: 'three' }),
  });
  const wrong = await runInTest(['migrate'], { ALT_SECRETS_DIR: dir });
  expect(wrong).toMatchObject({ code: 2 });
  expect(wrong.remarks).toContain('DATABASE_URL is missing');
  const { output } = await runInTest(['migrate', '--database', 'auth'], { ALT_SECRETS_DIR: dir });
  expect(output).toContain('applied auth/');
  expect(output).not.toContain('applied alt/');
});

test('a server that never answers ends the command with a sentence, in the time that it was given', async () => {
  const address = 'postgres://postgres:x@127.0.0.1:1/postgres';
  const { code, remarks } = await runInTest(['migrate', '--wait', '0.3'], {
    DATABASE_URL: address,
    ALT_DATA_DIR: folder.path,
  });
  expect(code).toBe(1);
  expect(remarks).toMatch(/The database cannot be reached: .*ECONNREFUSED/);
  expect((await runInTest(['migrate', '--database', 'kratos'], {})).code).toBe(2);
});
