import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionFromUrl } from './address.ts';
import { makeAuthority, makeCertificate } from './certificates.ts';
import { openClient } from './connect.ts';
import { startTcpServer, type TcpServer } from './tcp-server.ts';

let folder: string;
let secure: TcpServer;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'alt-address-test-'));
  const authority = makeAuthority();
  await writeFile(path.join(folder, 'ca.crt'), authority.certificate);
  await writeFile(path.join(folder, 'other.crt'), makeAuthority().certificate);
  // Not localhost, by whose name it is asked below.
  secure = await startTcpServer(makeCertificate(['127.0.0.1', 'postgres.example'], authority));
});
afterAll(async () => {
  await secure.stop();
  await rm(folder, { recursive: true });
});

async function connect(query: string, host = '127.0.0.1'): Promise<{ isEncrypted: boolean }> {
  const { port, user, password } = secure.connection;
  const client = await openClient({
    ...connectionFromUrl(`postgres://${user}:${password}@${host}:${port}/postgres${query}`),
    applicationName: 'test',
  });
  const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
  await client.end();
  return { isEncrypted: rows[0].ssl };
}

test('verify-full takes a server of that authority, under a name of its certificate alone', async () => {
  const authority = `sslrootcert=${folder}/ca.crt`;
  expect(await connect(`?sslmode=verify-full&${authority}`)).toEqual({ isEncrypted: true });
  await expect(connect(`?sslmode=verify-full&${authority}`, 'localhost')).rejects.toThrow(/does not match/);
  expect(await connect(`?sslmode=verify-ca&${authority}`, 'localhost')).toEqual({ isEncrypted: true });
  await expect(connect(`?sslmode=verify-ca&sslrootcert=${folder}/other.crt`)).rejects.toThrow(/signature|certificate/);
  await expect(connect(`?sslmode=require&sslrootcert=${folder}/other.crt`)).rejects.toThrow(/signature|certificate/);
  await expect(connect('?sslmode=verify-full')).rejects.toThrow(/certificate/);
});

test('require encrypts without asking who answers, and nothing is encrypted that was not asked for', async () => {
  expect(await connect('?sslmode=require')).toEqual({ isEncrypted: true });
  expect(await connect('')).toEqual({ isEncrypted: false });
});

test('the parts of an address', () => {
  const base = { user: 'a@b', password: 'p/w', database: 'alt' };
  expect(connectionFromUrl('postgres://a%40b:p%2Fw@db.example/alt')).toEqual({
    ...base,
    host: 'db.example',
    port: 5432,
  });
  expect(connectionFromUrl('postgresql://a%40b:p%2Fw@[::1]:1234/alt')).toEqual({ ...base, host: '::1', port: 1234 });
  expect(connectionFromUrl('postgres://a%40b:p%2Fw@/alt?host=%2Frun%2Fpg&port=99')).toEqual({
    ...base,
    host: '/run/pg',
    port: 99,
  });
});

test('an address that cannot be meant is refused with a sentence', () => {
  const refusal = (url: string) => expect(() => connectionFromUrl(url));
  refusal('mysql://x/y').toThrow('must look like postgres://');
  refusal('nonsense').toThrow('must look like postgres://');
  refusal('postgres://x/y?sslmode=allow').toThrow('must be one of disable, prefer, require, verify-ca, verify-full');
  refusal('postgres://x/y?sslmode=verify-full&sslrootcert=/no/such/file').toThrow('/no/such/file');
  refusal('postgres://x/y?sslrootcert=/x').toThrow('Add sslmode=verify-full');
  refusal('postgres://x/y?sslmode=require&sslcert=/x').toThrow('sslcert, which Alt does not know');
});
