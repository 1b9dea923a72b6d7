import { once } from 'node:events';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createDatabase, type EmbeddedServer, startEmbedded } from '@alt/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Environment, loadSecrets } from '../settings.ts';
import { createTemporaryFolder, runInTest } from '../testing.ts';

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
beforeAll(async () => {
  folder = await createTemporaryFolder();
});
afterAll(() => folder.remove());

async function doctor(environment: Environment, ...args: string[]) {
  const { code, output } = await runInTest(['doctor', ...args], { PORT: await freePort(), ...environment });
  return { code, lines: output.trim().split('\n') };
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}

describe('before there are data', () => {
  const findingsOf = async (environment: Environment) =>
    doctor({ ALT_DATA_DIR: path.join(folder.path, 'none'), ...environment });

  test('all is well, and nothing is made', async () => {
    const { code, lines } = await findingsOf({});
    expect(code).toBe(0);
    expect(lines.filter((line) => line.startsWith('✗'))).toEqual([]);
    expect(lines.at(-1)).toContain('There are no data yet');
    await expect(rm(path.join(folder.path, 'none'))).rejects.toThrow('ENOENT');
  });

  test.each<[Environment, string]>([
    [{ PORT: 'x' }, '✗ Alt cannot start with these settings.'],
    [{ HOST: '0.0.0.0' }, '! HOST=0.0.0.0 opens Alt to the network'],
    [{ ALT_PUBLIC_URL: 'http://127.0.0.1:9' }, '! ALT_PUBLIC_URL says port 9'],
    [{ ALT_PUBLIC_URL: 'http://127.0.0.1/alt' }, '✗ ALT_PUBLIC_URL is http://127.0.0.1/alt'],
    [{ ALT_PUBLIC_URL: 'https://127.0.0.1' }, '! A proxy seems to stand before Alt'],
    [{ ALT_TRUSTED_PROXIES: '127.0.0.1, 0.0.0.0/0' }, '✗ ALT_TRUSTED_PROXIES has 0.0.0.0/0'],
    [{ ALT_TRUSTED_PROXIES: 'proxy.lan' }, '✗ ALT_TRUSTED_PROXIES: "proxy.lan" is not'],
    [{ ALT_EGRESS_ALLOW: 'a b' }, '✗ ALT_EGRESS_ALLOW has the entry "a b"'],
    [{ ALT_EGRESS_ALLOW: 'nas.lan,0.0.0.0/0' }, '✗ ALT_EGRESS_ALLOW has 0.0.0.0/0'],
    [{ ALT_EGRESS_ALLOW: '::/0' }, '✗ ALT_EGRESS_ALLOW has ::/0'],
    [{ ALT_EGRESS_ALLOW: '10.0.0.0/8:8080' }, '! ALT_EGRESS_ALLOW has 10.0.0.0/8:8080, a very large network'],
    [{ ALT_EGRESS_ALLOW: '127.0.0.1' }, '! ALT_EGRESS_ALLOW has 127.0.0.1 without a port'],
    [{ ALT_EGRESS_ALLOW: '[::1]' }, '! ALT_EGRESS_ALLOW has [::1] without a port'],
    [{ ALT_EGRESS_ALLOW: '169.254.169.254' }, '✗ ALT_EGRESS_ALLOW has 169.254.169.254, where clouds keep'],
    [{ ALT_EGRESS_ALLOW: '[::1]:81,127.0.0.1:80,192.168.1.0/24' }, '✓ ALT_EGRESS_ALLOW opens'],
    [{ DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' }, '✗ Postgres (DATABASE_URL) refuses'],
  ])('%j is found', async (environment, start) => {
    const { code, lines } = await findingsOf(environment);
    expect(lines.filter((line) => line.startsWith(start))).toHaveLength(1);
    expect(code).toBe(lines.some((line) => line.startsWith('✗')) ? 1 : 0);
  });

  test('a port that another program has, and what others left behind', async () => {
    const stranger = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const dataDir = path.join(folder.path, 'touched');
    await mkdir(path.join(dataDir, 'cache/images'), { recursive: true });
    await loadSecrets(dataDir);
    await chmod(dataDir, 0o755);
    await chmod(path.join(dataDir, 'secrets.json'), 0o644);
    await writeFile(path.join(dataDir, 'secrets.json.77'), '');
    await writeFile(path.join(dataDir, 'cache/images/a'), Buffer.alloc(22_000_000));
    const { port } = stranger.address() as AddressInfo;
    const { code, lines } = await doctor({ ALT_DATA_DIR: dataDir, PORT: String(port), ALT_IMAGE_CACHE_MB: '1' });
    stranger.close();
    expect(code).toBe(1);
    expect(lines).toContainEqual(expect.stringContaining(`✗ Port ${port} is taken by another program`));
    expect(lines).toContainEqual(expect.stringContaining('✗ Others can read'));
    expect(lines).toContainEqual(expect.stringContaining('secrets.json.77 was left behind'));
    expect(lines).toContainEqual(expect.stringContaining('! The image cache holds'));
  });
});

describe('with data', () => {
  let server: EmbeddedServer;
  const environment = () => ({ ALT_DATA_DIR: path.join(folder.path, 'full') });
  const sql = async (text: string) => {
    const database = createDatabase({ ...server.connection, database: 'alt', applicationName: 'test' });
    await database.script(text).finally(() => database.end());
  };

  beforeAll(async () => {
    server = await startEmbedded({ dataDir: path.join(folder.path, 'full') });
  });
  afterAll(() => server.stop());

  test('a schema that is not made yet, then one that is', async () => {
    const before = await doctor(environment());
    expect(before.lines).toContainEqual(expect.stringContaining('! The database alt is not made yet'));
    await runInTest(['migrate'], environment());
    const after = await doctor(environment());
    expect(after.lines.filter((line) => !line.startsWith('✓'))).toEqual([expect.stringContaining('! Process')]); // this one holds the lock
    expect(after.lines).toContainEqual('✓ All counters equal a recount.');
    expect(after.code).toBe(0);
  });

  test('counters that differ are found, and set right by --recount', async () => {
    await sql(`insert into tenants (id) values (uuidv7()); insert into readers (user_id, tenant_id) select uuidv7(), id from tenants;
      insert into hosts (host) values ('a.example'); insert into feeds (url, host, subscriber_count) values ('https://a.example/', 'a.example', 1);
      insert into counters (reader_id, feed_id, unread) values (1, 1, 7); update readers set starred_count = 3`);
    const found = await doctor(environment());
    expect(found.code).toBe(1);
    expect(found.lines).toContainEqual(expect.stringContaining('✗ 2 counters of 1 reader differ'));
    const mended = await doctor(environment(), '--recount');
    expect(mended.lines).toContainEqual('✓ 2 counters set to a recount.');
    expect((await doctor(environment())).lines).toContainEqual('✓ All counters equal a recount.');
  });

  test('a scheduler that stands still, and feeds that all fail', async () => {
    await sql(
      `update feeds set next_poll_at = now() - interval '2 hours', last_polled_at = now() - interval '3 hours'`,
    );
    const standing = await doctor(environment());
    expect(standing.lines).toContainEqual(
      expect.stringMatching(/✗ 1 feed overdue, the longest by 2 h, and nothing was fetched for 3 h/),
    );
    await sql(`update feeds set last_polled_at = now()`);
    expect((await doctor(environment())).lines).toContainEqual(expect.stringContaining('catching up'));
    await sql(`update feeds set next_poll_at = now() + interval '1 hour', state = 'failing';
      insert into feeds (url, host, subscriber_count, state, next_poll_at) select 'https://a.example/' || n, 'a.example', 1, 'failing',
        now() + interval '1 hour' from generate_series(1, 3) n`);
    expect((await doctor(environment())).lines).toContainEqual(
      expect.stringContaining('may have no way to the internet'),
    );
  });

  test('a role that cannot sign in, and settings that lose data', async () => {
    await sql(`alter role news_creator password 'another'; alter role postgres set synchronous_commit = off`);
    expect((await doctor(environment())).lines).toContainEqual(
      expect.stringContaining('✗ Postgres runs with synchronous_commit = off'),
    );
    await sql('alter role postgres reset synchronous_commit');
    expect((await doctor(environment())).lines).toContainEqual(
      expect.stringContaining('✗ The database refuses news_creator (alt)'),
    );
  });
});
