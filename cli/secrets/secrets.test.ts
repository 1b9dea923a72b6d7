import { createHmac } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { namespaces, serviceNames, services } from '@alt/topology';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTemporaryFolder, runInTest } from '../testing.ts';

type List = { items: { metadata: { name: string; namespace: string }; stringData: Record<string, string> }[] };

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder.remove());

async function kubernetes(existing?: object): Promise<{ list: List; remarks: string; code: number }> {
  const given = existing ? ['--existing', '-'] : [];
  const result = await runInTest(['secrets', 'make', '--kubernetes', ...given], {}, JSON.stringify(existing ?? {}));
  return { list: result.output ? JSON.parse(result.output) : { items: [] }, ...result };
}

/** As `kubectl get secrets -A -o json` shows what was created. */
function cluster({ items }: List) {
  return {
    items: items.map(({ metadata, stringData }) => ({
      metadata,
      data: Object.fromEntries(
        Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
      ),
    })),
  };
}

function dataOf(list: List, name: string): Record<string, string> {
  const found = list.items.find(({ metadata }) => metadata.name === name);
  if (!found) throw new Error(`${name} is missing`);
  return found.stringData;
}

test('every deployed service has a key of its own, all know all, and values that two need are the same', async () => {
  const { list } = await kubernetes();
  const deployed = serviceNames.filter((name) => services[name].namespace !== null);
  const kids = deployed.map(
    (name) => JSON.parse(dataOf(list, `${name}-secrets`)['service-key.json'] ?? '').kid as string,
  );
  expect(kids.map((kid) => kid.split('/')[0])).toEqual(deployed);
  for (const name of deployed) {
    const set = JSON.parse(dataOf(list, `${name}-secrets`)['service-key-set.json'] ?? '') as {
      keys: { kid: string; d?: string }[];
    };
    expect(set.keys.map(({ kid }) => kid)).toEqual(kids);
    expect(set.keys.every((key) => key.d === undefined)).toBe(true);
  }
  const url = new URL(dataOf(list, 'alt-backend-secrets').DATABASE_URL ?? '');
  const roles = JSON.parse(dataOf(list, 'postgres-secrets')['role-passwords.json'] ?? '');
  expect(roles.alt_backend).toBe(url.password);
  expect(url.searchParams.get('sslmode')).toBe('verify-full');
  expect(url.hostname).toBe('postgres.alt-database.svc.cluster.local');
  expect(dataOf(list, 'arch-repo-service-secrets').ALT_IMAGE_KEY).toBe(
    dataOf(list, 'alt-backend-secrets').ALT_IMAGE_KEY,
  );
  expect(dataOf(list, 'kratos-secrets').KRATOS_TOKEN).toBe(dataOf(list, 'auth-service-secrets').KRATOS_TOKEN);
  expect(dataOf(list, 'kratos-secrets').DSN).toContain(`:${dataOf(list, 'kratos-postgres-secrets').KRATOS_PASSWORD}@`);
  const searchKey = createHmac('sha256', dataOf(list, 'meilisearch-secrets').MEILI_MASTER_KEY ?? '')
    .update('c0ffee00-5ea7-4c11-8a17-a17000000001')
    .digest('hex');
  expect(dataOf(list, 'search-indexer-secrets').MEILISEARCH_KEY).toBe(searchKey);
  expect(list.items.every(({ metadata }) => Object.hasOwn(namespaces, metadata.namespace))).toBe(true);
  // Only what may reach a database is told how, and a proxy has nothing but its key.
  expect(Object.keys(dataOf(list, 'sidecar-proxy-secrets'))).toEqual(['service-key.json', 'service-key-set.json']);
  expect(dataOf(list, 'auth-token-manager-secrets').DATABASE_URL).toBeUndefined();
});

test('nothing is guessable and nothing is used for two things', async () => {
  const { list } = await kubernetes();
  const made = [
    'alt-backend',
    'auth-service',
    'postgres',
    'auth-postgres',
    'kratos-postgres',
    'meilisearch',
    'clickhouse',
    'backup',
  ]
    .flatMap((name) => Object.entries(dataOf(list, `${name}-secrets`)))
    .filter(([key]) => /PASSWORD|PASSPHRASE|MASTER_KEY|SECRET_KEY|IMAGE_KEY|TOKEN/.test(key))
    .map(([, value]) => value);
  expect(made.every((value) => Buffer.from(value, 'base64url').length >= 32)).toBe(true);
  // Three superusers, the role of Kratos, its token, the passphrase, and a key each for images, vault, search, analytics.
  expect(new Set(made).size).toBe(10);
});

test('a second run creates what is missing, and it fits what is there', async () => {
  const { list } = await kubernetes();
  const all = await kubernetes(cluster(list));
  expect(all.list.items).toEqual([]);
  const lost = ['postgres-secrets', 'alt-backend-secrets', 'kratos-secrets'];
  const remaining = { items: list.items.filter(({ metadata }) => !lost.includes(metadata.name)) };
  // The key of alt-backend is lost with its Secret, and the others know the old one.
  const refused = await kubernetes(cluster(remaining));
  expect(refused.code).toBe(1);
  expect(refused.remarks).toContain('a key that is newer');
  const withBackend = {
    items: list.items.filter(({ metadata }) => !['postgres-secrets', 'kratos-secrets'].includes(metadata.name)),
  };
  const again = await kubernetes(cluster(withBackend));
  expect(again.list.items.map(({ metadata }) => metadata.name)).toEqual(['postgres-secrets', 'kratos-secrets']);
  const roles = (of: List) => JSON.parse(dataOf(of, 'postgres-secrets')['role-passwords.json'] ?? '');
  expect(roles(again.list).alt_backend).toBe(roles(list).alt_backend);
  expect(dataOf(again.list, 'postgres-secrets').POSTGRES_PASSWORD).toBe(
    dataOf(list, 'postgres-secrets').POSTGRES_PASSWORD,
  );
  expect(dataOf(again.list, 'kratos-secrets').KRATOS_TOKEN).toBe(dataOf(list, 'kratos-secrets').KRATOS_TOKEN);
});

test('Secrets that contradict each other, or lack a key, are named', async () => {
  const { list } = await kubernetes();
  dataOf(list, 'arch-repo-service-secrets').ALT_IMAGE_KEY = 'another';
  expect((await kubernetes(cluster(list))).remarks).toContain(
    'Two Secrets know the key of image addresses, and differ',
  );
  dataOf(list, 'arch-repo-service-secrets').ALT_IMAGE_KEY = dataOf(list, 'alt-backend-secrets').ALT_IMAGE_KEY ?? '';
  delete dataOf(list, 'backup-secrets').BACKUP_PASSPHRASE;
  expect((await kubernetes(cluster(list))).remarks).toContain('alt-operations/backup-secrets: BACKUP_PASSPHRASE');
});

test('a release with a new role of a database is given it beside the old ones', async () => {
  const { list } = await kubernetes();
  const before = JSON.parse(dataOf(list, 'postgres-secrets')['role-passwords.json'] ?? '') as Record<string, string>;
  const { queue_reader: asked, ...older } = before;
  expect(dataOf(list, 'keda-operator-secrets')).toEqual({ QUEUE_READER_PASSWORD: asked });
  dataOf(list, 'postgres-secrets')['role-passwords.json'] = JSON.stringify(older);
  const known = list.items.filter(({ metadata }) => metadata.name !== 'keda-operator-secrets');
  const refused = await kubernetes(cluster({ items: known }));
  expect(refused.code).toBe(1);
  expect(refused.remarks).toContain('role-passwords.json in postgres-secrets lacks queue_reader');
  const again = await kubernetes(
    cluster({ items: known.filter(({ metadata }) => metadata.name !== 'postgres-secrets') }),
  );
  const after = JSON.parse(dataOf(again.list, 'postgres-secrets')['role-passwords.json'] ?? '');
  expect(Object.keys(after).toSorted()).toEqual(Object.keys(before).toSorted());
  expect([after.alt_backend, after.tag_generator]).toEqual([older.alt_backend, older.tag_generator]);
  expect(dataOf(again.list, 'keda-operator-secrets')).toEqual({ QUEUE_READER_PASSWORD: after.queue_reader });
});

test('the token of a tunnel is taken from Cloudflare, and asked for where there is none', async () => {
  const file = path.join(folder.path, 'token');
  const token = Buffer.from(JSON.stringify({ a: 'account', t: 'tunnel', s: 'secret' })).toString('base64');
  await writeFile(file, `${token}\n`);
  const make = async (...more: string[]) => runInTest(['secrets', 'make', '--kubernetes', ...more]);
  const without = await make();
  expect(without.output).not.toContain('cloudflared');
  expect(without.remarks).toContain('Not among them: alt-ingress/cloudflared-secrets');
  const made = await make('--tunnel-token', file);
  expect(made.remarks).not.toContain('Not among them');
  const list = JSON.parse(made.output) as List;
  const secret = list.items.find(({ metadata }) => metadata.name === 'cloudflared-secrets');
  expect(secret).toMatchObject({ metadata: { namespace: 'alt-ingress' }, stringData: { TUNNEL_TOKEN: token } });
  const again = await kubernetes(cluster(list));
  expect(again.list.items).toEqual([]);
  expect(again.remarks).not.toContain('Not among them');
  await writeFile(file, `cloudflared service install ${token}`);
  expect((await make('--tunnel-token', file)).remarks).toContain('holds no token of a tunnel');
  expect((await runInTest(['secrets', 'make', '--dir', 'x', '--tunnel-token', file])).code).toBe(2);
});

test('as files: a closed folder, made once; what is removed comes back to fit the rest', async () => {
  const dir = path.join(folder.path, 'secrets');
  const make = () => runInTest(['secrets', 'make', '--dir', dir]);
  expect((await make()).output).toMatch(/^\d+ files written/);
  const before = await everyFile(dir);
  expect((await make()).output).toBe('All secrets are there already.\n');
  expect(await everyFile(dir)).toEqual(before);
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
  // Mounted one by one into containers of other users.
  expect((await stat(path.join(dir, 'alt-backend-secrets'))).mode & 0o777).toBe(0o755);
  expect((await stat(path.join(dir, 'alt-backend-secrets', 'DATABASE_URL'))).mode & 0o777).toBe(0o444);
  expect((await stat(path.join(dir, 'authority.key'))).mode & 0o777).toBe(0o400);
  await rm(path.join(dir, 'alt-backend-secrets', 'DATABASE_URL'));
  await rm(path.join(dir, 'postgres-tls'), { recursive: true });
  await make();
  const after = await everyFile(dir);
  expect(after.get('alt-backend-secrets/DATABASE_URL')).toBe(before.get('alt-backend-secrets/DATABASE_URL'));
  expect(after.get('alt-ca/ca.crt')).toBe(before.get('alt-ca/ca.crt'));
  expect(after.get('postgres-tls/tls.crt')).not.toBe(before.get('postgres-tls/tls.crt'));
  await rm(path.join(dir, 'authority.key'), { force: true });
  expect((await make()).remarks).toContain('only one is there');
});

test('what cannot be meant is answered with the usage', async () => {
  expect((await runInTest(['secrets', 'make'])).code).toBe(2);
  expect((await runInTest(['secrets', 'make', '--kubernetes', '--dir', 'x'])).code).toBe(2);
  await writeFile(path.join(folder.path, 'x'), 'no JSON');
  expect((await runInTest(['secrets', 'make', '--kubernetes', '--existing', path.join(folder.path, 'x')])).code).toBe(
    1,
  );
});

async function everyFile(dir: string): Promise<Map<string, string>> {
  const names = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  return new Map(
    await Promise.all(files.map(async (file) => [path.relative(dir, file), await readFile(file, 'utf8')] as const)),
  );
}
