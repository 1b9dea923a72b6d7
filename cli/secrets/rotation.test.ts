import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openClient, sqlState } from '@alt/database';
import { startTcpServer, type TcpServer } from '@alt/database/tcp-server.ts';
import { createKeys } from '@alt/service-kit';
import { freePort } from '@alt/testing/free-port.ts';
import type { ServiceName } from '@alt/topology';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withMountedSecrets } from '../mounted-secrets.ts';
import { serveService } from '../serve.ts';
import { createTemporaryFolder, runInTest } from '../testing.ts';
import { deploymentSecrets, type Existing } from './deployment.ts';
import { type Change, rotateKeys, rotatePasswords } from './rotation.ts';

type Values = Map<string, Record<string, string>>;

async function made(): Promise<Values> {
  return new Map((await deploymentSecrets()).map(({ name, data }) => [name, data]));
}

/** What there is after some changes. */
function changed(existing: Existing, changes: readonly Change[]): Values {
  const values: Values = new Map([...existing].map(([name, data]) => [name, { ...data }]));
  for (const { secret, key, value } of changes) {
    const data = values.get(secret) ?? expect.fail(`${secret} is changed, and is not there.`);
    if (value === null) delete data[key];
    else data[key] = value;
  }
  return values;
}

/** Whether a service that was started with these values is known by another that was started with those. */
async function isKnown([from, its]: [ServiceName, Existing], [to, theirs]: [ServiceName, Existing]): Promise<boolean> {
  const token = await keysOf(from, its).serviceToken(to);
  return (await keysOf(to, theirs).callerOf(token, to)) === from;
}

function keysOf(name: ServiceName, existing: Existing) {
  const data = existing.get(`${name}-secrets`) ?? {};
  const { keys } = JSON.parse(data['service-key-set.json'] ?? '');
  return createKeys(name, { own: JSON.parse(data['service-key.json'] ?? ''), all: keys });
}

const kidOf = (existing: Existing) => JSON.parse(existing.get('alt-backend-secrets')?.['service-key.json'] ?? '').kid;
const knownIn = (existing: Existing) =>
  JSON.parse(existing.get('alt-backend-secrets')?.['service-key-set.json'] ?? '').keys.length;

describe('keys of services', () => {
  test('are changed in three steps, and whoever was restarted knows whoever was not', async () => {
    const states = [await made()];
    const said: string[] = [];
    for (let step = 0; step < 3; step += 1) {
      const before = states.at(-1) ?? new Map();
      const rotation = await rotateKeys(before);
      const now = changed(before, rotation.changes);
      for (const [one, other] of [
        [before, now],
        [now, before],
        [now, now],
      ] as const) {
        expect(await isKnown(['alt-backend', one], ['search-indexer', other])).toBe(true);
        expect(await isKnown(['news-creator', one], ['alt-backend', other])).toBe(true);
      }
      states.push(now);
      said.push(rotation.said.slice(0, 11));
    }
    expect(said).toEqual(['Step 1 of 3', 'Step 2 of 3', 'Step 3 of 3']);
    const [first, second, third, last] = states as [Values, Values, Values, Values];
    expect(kidOf(second)).toBe(kidOf(first));
    expect(kidOf(third)).not.toBe(kidOf(first));
    expect(await isKnown(['alt-backend', first], ['search-indexer', last])).toBe(false);
    // As it was, but for the keys; and the next rotation begins anew.
    expect([...last].map(([name, data]) => [name, Object.keys(data).toSorted()])).toEqual(
      [...first].map(([name, data]) => [name, Object.keys(data).toSorted()]),
    );
    expect(knownIn(last)).toBe(knownIn(first));
    expect((await rotateKeys(last)).said).toContain('Step 1 of 3');
    expect(await deploymentSecrets(last)).toHaveLength(first.size);
  });

  test('are never lost by a step that broke off: the same step is taken again', async () => {
    let state = await made();
    for (const step of ['Step 1', 'Step 2', 'Step 3']) {
      const { changes } = await rotateKeys(state);
      const partly = changed(state, changes.slice(0, Math.ceil(changes.length / 2)));
      const again = await rotateKeys(partly);
      expect(again.said).toContain(step);
      const now = changed(partly, again.changes);
      for (const name of ['auth-service', 'tag-generator', 'alt-frontend'] as const) {
        expect(await isKnown([name, partly], ['alt-backend', now])).toBe(true);
        expect(await isKnown([name, now], ['alt-backend', now])).toBe(true);
      }
      state = now;
    }
    expect([...state.values()].some((data) => 'service-key-next.json' in data)).toBe(false);
  });

  test('are asked for where there are none', async () => {
    const all = await made();
    delete all.get('news-creator-secrets')?.['service-key.json'];
    await expect(rotateKeys(all)).rejects.toThrow('news-creator-secrets has no key of its service');
  });
});

describe('the command', () => {
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
  beforeEach(async () => {
    folder = await createTemporaryFolder();
  });
  afterEach(() => folder.remove());

  test('prints whole Secrets to replace those of a cluster, and nothing that stays', async () => {
    const encode = (text: string) => Buffer.from(text).toString('base64');
    const items = (await deploymentSecrets()).map(({ name, namespace, data }, index) => ({
      metadata: {
        name,
        namespace,
        resourceVersion: String(index),
        labels: { mine: 'yes' },
        annotations: { kept: 'yes', 'kubectl.kubernetes.io/last-applied-configuration': 'secret' },
      },
      type: 'Opaque',
      data: Object.fromEntries(
        Object.entries({ ...data, ANOTHER: 'stays' }).map(([key, value]) => [key, encode(value)]),
      ),
    }));
    const rotate = async (what: string) =>
      runInTest(['secrets', 'rotate', what, '--existing', '-'], {}, JSON.stringify({ items }));
    const { output, remarks } = await rotate('passwords');
    expect(remarks).toContain('kubectl replace -f -');
    const list = JSON.parse(output) as { items: typeof items };
    const names = list.items.map(({ metadata }) => metadata.name);
    expect(names).toContain('alt-backend-secrets');
    expect(names).toContain('keda-operator-secrets');
    expect(names).not.toContain('sidecar-proxy-secrets');
    const backend = list.items.find(({ metadata }) => metadata.name === 'alt-backend-secrets');
    const given = items.find(({ metadata }) => metadata.name === 'alt-backend-secrets');
    expect(backend?.metadata).toEqual({ ...given?.metadata, annotations: { kept: 'yes' } });
    expect({ ...backend?.data, DATABASE_URL: '' }).toEqual({ ...given?.data, DATABASE_URL: '' });
    expect(backend?.data.DATABASE_URL).not.toBe(given?.data.DATABASE_URL);
    expect((await rotate('certificates')).code).toBe(2);
    expect((await runInTest(['secrets', 'rotate', 'keys'])).code).toBe(2);
  });

  test('changes files in place, and what `secrets make` says of them afterwards is that all are there', async () => {
    const dir = path.join(folder.path, 'secrets');
    await runInTest(['secrets', 'make', '--dir', dir]);
    const before = await readFile(path.join(dir, 'alt-backend-secrets/DATABASE_URL'), 'utf8');
    for (const what of ['passwords', 'keys', 'keys', 'keys']) {
      expect(await runInTest(['secrets', 'rotate', what, '--dir', dir])).toMatchObject({ code: 0 });
      expect((await runInTest(['secrets', 'make', '--dir', dir])).output).toBe('All secrets are there already.\n');
    }
    expect(await readFile(path.join(dir, 'alt-backend-secrets/DATABASE_URL'), 'utf8')).not.toBe(before);
    const left = await readdir(dir, { recursive: true });
    expect(left.filter((name) => /next|\.new$/.test(name))).toEqual([]);
  });
});

describe('passwords of database roles', () => {
  test('are new for every role, and the same where two Secrets know one', async () => {
    const before = await made();
    const now = changed(before, rotatePasswords(before).changes);
    const roles = (values: Existing, server: string) =>
      JSON.parse(values.get(`${server}-secrets`)?.['role-passwords.json'] ?? '') as Record<string, string>;
    for (const server of ['postgres', 'auth-postgres']) {
      const [older, newer] = [roles(before, server), roles(now, server)];
      expect(Object.keys(newer)).toEqual(Object.keys(older));
      expect(Object.keys(newer).filter((role) => newer[role] === older[role])).toEqual([]);
    }
    // It would throw where two Secrets contradict each other; what is there stays.
    expect(new Map((await deploymentSecrets(now)).map(({ name, data }) => [name, data]))).toEqual(now);
    expect(now.get('kratos-secrets')).toEqual(before.get('kratos-secrets'));
    expect(now.get('auth-service-secrets')?.ALT_SECRET_KEY).toBe(before.get('auth-service-secrets')?.ALT_SECRET_KEY);
  });

  describe('under a service that runs', () => {
    let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
    let server: TcpServer;
    let dir: string;
    beforeEach(async () => {
      [folder, server] = await Promise.all([createTemporaryFolder(), startTcpServer()]);
      dir = path.join(folder.path, 'secrets');
      await runInTest(['secrets', 'make', '--dir', dir]);
      for (const name of ['postgres', 'tag-generator']) await moveHere(path.join(dir, `${name}-secrets/DATABASE_URL`));
    });
    afterEach(async () => {
      await server.stop();
      await folder.remove();
    });

    /** The server of this test in the place of that of the deployment. */
    async function moveHere(file: string): Promise<void> {
      const { host, port, password } = server.connection;
      const url = new URL(await readFile(file, 'utf8'));
      url.host = `${host}:${port}`;
      url.search = '';
      if (url.username === 'postgres') url.password = password;
      await rm(file);
      await writeFile(file, url.href);
    }

    const migrate = async () => {
      const environment = { ALT_SECRETS_DIR: path.join(dir, 'postgres-secrets') };
      expect(await runInTest(['migrate', '--database', 'alt'], environment)).toMatchObject({ code: 0 });
    };

    /** All that it has open is lost: it can only go on with what it opens from now on. */
    const disconnect = async () => {
      const admin = await openClient({ ...server.connection, applicationName: 'test' });
      await admin.query(
        `select pg_terminate_backend(pid, 60000) from pg_stat_activity where usename = 'tag_generator'`,
      );
      await admin.end();
    };

    test('are taken by it, before and after the server is told', async () => {
      await migrate();
      const mounted = path.join(dir, 'tag-generator-secrets');
      const old = new URL(await readFile(path.join(mounted, 'DATABASE_URL'), 'utf8')).password;
      const port = await freePort();
      const service = await serveService(
        'tag-generator',
        withMountedSecrets({
          ALT_SECRETS_DIR: mounted,
          ALT_DATA_DIR: folder.path,
          PORT: String(port),
          LOG_LEVEL: 'silent',
          ALT_DRAIN_SECONDS: '0',
        }),
      );
      const isWell = () =>
        expect
          .poll(async () => (await (await fetch(`http://127.0.0.1:${port}/v1/health`)).json()).status, {
            timeout: 60_000,
          })
          .toBe('ok');
      try {
        await isWell();
        await runInTest(['secrets', 'rotate', 'passwords', '--dir', dir]);
        await disconnect();
        await isWell();
        await migrate();
        await disconnect();
        await isWell();
        const asBefore = { ...server.connection, database: 'alt', user: 'tag_generator', password: old };
        const refused = await openClient({ ...asBefore, applicationName: 'test' }).catch(sqlState);
        expect(refused).toBe('28P01');
      } finally {
        await service.stop();
      }
    });
  });
});
