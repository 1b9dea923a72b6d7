import path from 'node:path';
import { createDatabase, type Database, databaseNames, type OwnDatabase, openClient, statement } from '@alt/database';
import { schemaSql } from '@alt/database/schema.ts';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createTemporaryFolder } from '../testing.ts';
import { verifyArchive, writeArchive } from './archive.ts';
import type { Manifest } from './manifest.ts';
import { isInstanceEmpty, restoreInstance } from './restore.ts';
import { findSchemaLevel } from './schema-level.ts';
import { type AdminDatabases, type KeptFile, withInstanceRecords } from './snapshot.ts';
import { ann, contentsOf, fillInstance } from './testing.ts';

const miscounted = statement('miscounted', 'select * from miscounted()');

vi.setConfig({ testTimeout: 120_000 }); // ends what hangs

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
const databases: TestDatabase[] = [];
let source: TestDatabase;
let target: TestDatabase;
let file = '';

beforeAll(async () => {
  folder = await createTemporaryFolder();
});
afterAll(() => folder.remove());

const both: OwnDatabase[] = ['alt', 'auth'];
const filled = {
  name: 'backup',
  async prepare(made: TestDatabase) {
    await fillInstance(superuser(made));
  },
};

beforeEach(async () => {
  source = await createTestDatabase({ databases: both, template: filled });
  target = await createTestDatabase({ databases: both });
  databases.push(source, target);
  file = path.join(folder.path, `${databases.length}.altbackup`);
});
afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop();
});

function superuser(database: TestDatabase): AdminDatabases {
  return { alt: database.superuser('alt'), auth: database.superuser('auth') };
}

function admin(database: TestDatabase): AdminDatabases {
  const open = (name: OwnDatabase) =>
    createDatabase({ ...database.connection('alt_admin', name), applicationName: 'backup test' });
  return { alt: open('alt'), auth: open('auth') };
}

async function endAll({ alt, auth }: AdminDatabases): Promise<void> {
  await Promise.all([alt.end(), auth.end()]);
}

async function backUp(from: TestDatabase): Promise<void> {
  const files: KeptFile[] = [{ name: 'secrets.json', bytes: Buffer.from('{"a":1}') }];
  const opened = admin(from);
  await withInstanceRecords(opened, { release: '0.1.0', files, onProgress: () => {} }, (records) =>
    writeArchive(file, records, null),
  );
  await endAll(opened);
}

async function restore(to: TestDatabase, change: (manifest: Manifest) => void = () => {}) {
  const manifest = await verifyArchive(file, null);
  change(manifest);
  const level = await findSchemaLevel(manifest);
  const opened = admin(to);
  try {
    return await restoreInstance(opened, { file, password: null, manifest, level, onRead: () => {} });
  } finally {
    await endAll(opened);
  }
}

/** The schema without its grants, which the migration after a restore gives. */
async function schemaOf(database: TestDatabase, name: OwnDatabase): Promise<string> {
  const client = await openClient({ ...database.connection('alt_admin', name), applicationName: 'test' });
  try {
    return (await schemaSql(client)).replace(/-- grants\n[\s\S]*?(?=\n-- |$)/, '');
  } finally {
    await client.end();
  }
}

test('a restored instance has every row of every table, the same schema, and goes on where it was', async () => {
  const before = await contentsOf(superuser(source));
  const filled = Object.entries(before).filter(([, rows]) => Array.isArray(rows) && rows.length > 0);
  expect(filled.length).toBeGreaterThan(25);
  await backUp(source);
  const files = await restore(target);
  expect(files.get('secrets.json')?.toString()).toBe('{"a":1}');
  expect(await contentsOf(superuser(target))).toEqual(before);
  for (const name of databaseNames) expect(await schemaOf(target, name)).toBe(await schemaOf(source, name));

  const alt = target.superuser('alt');
  expect(await alt.all(miscounted)).toEqual([]);
  const ids = await alt.one(
    statement<{ next: number; last: number }>(
      'ids',
      'select allocate_article_ids(1) as next, (select max(id) from articles) as last',
    ),
  );
  expect(ids?.next).toBeGreaterThan(ids?.last ?? 0);
  await alt.script(
    "insert into hosts values ('c.example'); insert into feeds (url, host) values ('https://c.example/', 'c.example')",
  );
  const newest = await alt.one(statement<{ id: number }>('newest feed', 'select max(id) as id from feeds'));
  expect(newest?.id).toBe(3);
});

test('a log that lies in months comes back whole, whatever months there are where it is restored', async () => {
  const other = await createTestDatabase({ databases: both, template: filled });
  databases.push(other);
  const auth = other.superuser('auth');
  await auth.script(`insert into audit_log (action, at) select 'signed-in', now() - make_interval(months => n)
    from generate_series(1, 5) n; select prepare_audit_log(13)`);
  const lines = statement('log', 'select * from audit_log order by id');
  const before = await auth.all(lines);
  await backUp(other);
  await restore(target);
  expect(before.length).toBeGreaterThan(5);
  expect(await target.superuser('auth').all(lines)).toEqual(before);
});

test("the platform's own log stays behind: a backup holds no line, and a restored instance begins with an empty log", async () => {
  const addLine = (id: string) => `select prepare_service_logs('{}', 14);
    insert into service_logs (at, id, level, service, message, service_type, log_type, service_group, stream, container_id, trace_id,
      span_id, request_id, fields) values (now(), '${id}', 1, 's', 'm', '', '', '', '', '', '', '', '', '{}')`;
  const log = statement<{ lines: number; counted: number }>(
    'log',
    `select (select count(*) from service_logs)::integer as lines,
       (select coalesce(sum(lines), 0) from service_log_counts)::integer as counted`,
  );
  await source.superuser('alt').script(addLine('before'));
  expect(await source.superuser('alt').one(log)).toEqual({ lines: 1, counted: 1 });
  await backUp(source);
  const { databases } = await verifyArchive(file, null);
  expect(databases.alt.tables.map(({ name }) => name).filter((name) => name.startsWith('service_log'))).toEqual([]);
  await target.superuser('alt').script(addLine('of what is replaced'));
  await restore(target);
  const alt = target.superuser('alt');
  expect(await alt.one(log)).toEqual({ lines: 0, counted: 0 });
  await alt.script(addLine('after'));
  expect(await alt.one(log)).toEqual({ lines: 1, counted: 1 });
});

test('the counters and the outbox follow again after a restore', async () => {
  await backUp(source);
  await restore(target);
  const alt = target.superuser('alt');
  await alt.script(
    'update entries set is_read = not is_read where reader_id = 1; delete from entries where article_id in (select max(article_id) from entries)',
  );
  expect(await alt.all(miscounted)).toEqual([]);
  const auth = target.superuser('auth');
  const count = statement<{ count: number }>('outbox', 'select count(*) from outbox');
  const events = (await auth.one(count))?.count ?? 0;
  await auth.script("update accounts set name = 'Robert' where email = 'bob@example.org'");
  expect((await auth.one(count))?.count).toBe(events + 1);
  await expect(auth.script('delete from audit_log')).rejects.toThrow('append-only');
});

test('restoring replaces what was there before', async () => {
  await backUp(source);
  const other = await createTestDatabase({ databases: both, template: filled });
  databases.push(other);
  const auth = other.superuser('auth');
  await auth.script("insert into accounts (email, name) values ('eve@example.org', 'Eve')");
  await other.superuser('alt').script('set role alt_owner; create table forgotten (id integer); delete from entries');
  expect(await isInstanceEmpty(admin(other))).toBe(false);
  await restore(other);
  expect(await contentsOf(superuser(other))).toEqual(await contentsOf(superuser(source)));
});

test('a backup taken while everybody writes is of one moment', async () => {
  let isOver = false;
  let written = 0;
  const backend = source.connectAs('alt_backend');
  const auth = source.superuser('auth');
  const until = async (work: (turn: number) => Promise<void>) => {
    for (let turn = 1; !isOver; turn += 1) {
      await work(turn);
      written += 1;
    }
  };
  const reading = until(async (turn) => {
    await backend.asReader(ann, async (tx) => {
      const revision = await tx.one(statement<{ revision: number }>('begin', 'select begin_change() as revision'));
      await tx.run(
        statement(
          'toggle',
          'update entries set is_read = not is_read, revision = $1 where reader_id = 1 and article_id % 50 = $2',
        ),
        [revision?.revision, turn % 50],
      );
    });
  });
  // A new account is made in `auth` and then seen in `alt`, never the other way round.
  const registering = until(async (turn) => {
    const account = await auth.one(
      statement<{ id: string }>('register', "insert into accounts (email, name) values ($1, 'New') returning id"),
      [`new-${turn}@example.org`],
    );
    await backend.asReader({ userId: account?.id ?? '', tenantId: ann.tenantId }, (tx) =>
      tx.run(statement('ensure', 'select ensure_reader()')),
    );
  });
  try {
    await expect.poll(() => written).toBeGreaterThan(5);
    await backUp(source);
  } finally {
    isOver = true;
    await Promise.all([reading, registering]);
  }
  await restore(target);
  expect(await target.superuser('alt').all(miscounted)).toEqual([]);
  const users = async (database: Database, sql: string) =>
    (await database.all(statement<{ id: string }>(sql.slice(0, 40), sql))).map(({ id }) => id);
  const accounts = new Set(await users(target.superuser('auth'), 'select id from accounts'));
  const strangers = (await users(target.superuser('alt'), 'select user_id as id from readers')).filter(
    (id) => !accounts.has(id),
  );
  expect(strangers).toEqual([]);
});

test('a restore that fails changes nothing', async () => {
  await backUp(source);
  const other = await createTestDatabase({ databases: both, template: filled });
  databases.push(other);
  await other.superuser('alt').script('update feeds set title = null');
  const before = await contentsOf(superuser(other));
  const spoil = restore(other, (manifest) => {
    const last = manifest.databases.auth.tables.at(-1);
    if (last) last.sha256 = '0'.repeat(64);
  });
  await expect(spoil).rejects.toThrow('changed while it was being restored');
  const refused = restore(other, (manifest) => {
    for (const table of manifest.databases.auth.tables)
      if (table.name === 'accounts') table.columns = ['no_such_column'];
  });
  await expect(refused).rejects.toThrow('no_such_column');
  expect(await contentsOf(superuser(other))).toEqual(before);
});

test('a backup of a newer Alt, or of another schema of the same name, is refused', async () => {
  await backUp(source);
  const newer = restore(target, ({ databases: { alt } }) =>
    alt.migrations.push({ name: '9999_later.sql', hash: 'f'.repeat(64) }),
  );
  await expect(newer).rejects.toThrow('made by a newer Alt');
  const other = restore(target, ({ databases: { auth } }) => {
    if (auth.migrations[0]) auth.migrations[0].hash = 'f'.repeat(64);
  });
  await expect(other).rejects.toThrow('was made with another 0001_');
  expect(await isInstanceEmpty(admin(target))).toBe(true);
});
