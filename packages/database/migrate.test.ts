import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { THROWAWAY_SETTINGS } from './embedded-settings.ts';
import {
  type Connection,
  DatabaseStartError,
  databaseNames,
  type EmbeddedServer,
  loadRolePasswords,
  loginRoles,
  type MigrateOptions,
  migrate,
  migrationSql,
  openClient,
  type RolePasswords,
  roleConnection,
  startEmbedded,
} from './index.ts';
import { temporaryParent } from './test-server.ts';

let dataDir: string;
let root: string;
let server: EmbeddedServer;
let passwords: RolePasswords;

beforeAll(async () => {
  dataDir = mkdtempSync(join(temporaryParent(), 'alt-migrate-'));
  server = await startEmbedded({ dataDir, isDurable: false, settings: THROWAWAY_SETTINGS });
  passwords = loadRolePasswords(dataDir);
});

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

beforeEach(() => {
  root = mkdtempSync(join(dataDir, 'files-'));
  write('migrations/alt/0001_things.sql', 'create table things (id integer); create table secrets ();');
  write('migrations/auth/0001_accounts.sql', 'create table accounts (id integer);');
  write(
    'services/alt-backend/grants.sql',
    'revoke all on things from alt_backend; grant select on things to alt_backend;',
  );
  write('services/auth-service/grants.sql', 'grant select on accounts to auth_service;');
});

afterEach(async () => {
  await query(server.connection, 'drop database if exists alt');
  await query(server.connection, 'drop database if exists auth');
  const roles = [...databaseNames.flatMap((name) => [...loginRoles(name), `${name}_owner`]), 'creator', 'humble'];
  await query(server.connection, roles.map((role) => `drop role if exists ${role}`).join('; '));
});

function write(path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `${text}\n`);
}

function options(more: Partial<MigrateOptions> = {}): MigrateOptions {
  const services = join(root, 'services');
  const folders = {
    alt: { migrations: join(root, 'migrations/alt'), services },
    auth: { migrations: join(root, 'migrations/auth'), services },
  };
  return { passwords, folders, release: '1.0.0', ...more };
}

async function query(connection: Connection, sql: string): Promise<unknown[]> {
  const client = await openClient({ ...connection, applicationName: 'test' });
  try {
    const result = await client.query({ text: sql, rowMode: 'array' });
    return Array.isArray(result) ? [] : result.rows.flat();
  } finally {
    await client.end();
  }
}

function as(role: string, database: 'alt' | 'auth' = 'alt'): Connection {
  return roleConnection(server.connection, database, role, passwords);
}

function inAlt(sql: string): Promise<unknown[]> {
  return query({ ...server.connection, database: 'alt' }, sql);
}

test('an empty server receives databases, roles, schema and grants; the second time nothing is due', async () => {
  const { applied } = await migrate(server.connection, options());
  expect(applied).toEqual(['alt/0001_things.sql', 'auth/0001_accounts.sql']);
  expect(await migrate(server.connection, options())).toEqual({ applied: [] });
  expect(await query(as('alt_backend'), 'select count(*) from things')).toEqual([0]);
  expect(await query(as('auth_service', 'auth'), 'select count(*) from accounts')).toEqual([0]);
});

test('a service role owns nothing, reaches only what it was granted, and only its own database', async () => {
  await migrate(server.connection, options());
  await expect(query(as('alt_backend'), 'insert into things values (1)')).rejects.toThrow('permission denied');
  await expect(query(as('alt_backend'), 'select from secrets')).rejects.toThrow('permission denied');
  await expect(query(as('alt_backend'), 'select from migrations.applied')).rejects.toThrow('permission denied');
  await expect(query(as('alt_backend'), 'create table mine ()')).rejects.toThrow('permission denied');
  await expect(query(as('alt_backend', 'auth'), 'select 1')).rejects.toThrow('permission denied for database');
  await expect(query(as('auth_service'), 'select 1')).rejects.toThrow('permission denied for database');
  const powers = 'rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication';
  expect(await inAlt(`select rolname from pg_roles where rolname !~ '^(pg_|postgres$)' and (${powers})`)).toEqual([]);
  expect(await inAlt(`select distinct tableowner from pg_tables where schemaname = 'public'`)).toEqual(['alt_owner']);
});

test('a function may be executed by nobody until it is granted', async () => {
  write(
    'migrations/alt/0002_power.sql',
    'create function power() returns integer language sql security definer return 1;',
  );
  await migrate(server.connection, options());
  await expect(query(as('alt_backend'), 'select power()')).rejects.toThrow('permission denied for function');
  expect(await query(as('alt_admin'), 'select power()')).toEqual([1]);
});

test('the administrator role reads what the owner may read', async () => {
  await migrate(server.connection, options());
  expect(await query(as('alt_admin'), 'select count(*) from secrets')).toEqual([0]);
  expect(await query(as('alt_admin', 'auth'), 'select count(*) from accounts')).toEqual([0]);
});

test('an older database receives only what is new, and changed grants', async () => {
  await migrate(server.connection, options());
  await inAlt('insert into things values (7)');
  write('migrations/alt/0002_more.sql', 'alter table things add column name text;');
  write(
    'services/alt-backend/grants.sql',
    'revoke all on things from alt_backend; grant insert on things to alt_backend;',
  );
  expect(await migrate(server.connection, options())).toEqual({ applied: ['alt/0002_more.sql'] });
  expect(await inAlt('select id, name from things')).toEqual([7, null]);
  await expect(query(as('alt_backend'), 'select from things')).rejects.toThrow('permission denied');
});

test('several processes that migrate at once do it once', async () => {
  const results = await Promise.all([1, 2, 3].map(() => migrate(server.connection, options())));
  expect(results.flatMap((result) => result.applied).sort()).toEqual(['alt/0001_things.sql', 'auth/0001_accounts.sql']);
});

test('a failing migration leaves nothing of itself, says where it failed, and can be mended', async () => {
  write('migrations/alt/0002_broken.sql', 'create table half ();\nselect nonsense;');
  const error = await migrate(server.connection, options()).catch((reason) => reason);
  expect(error).toBeInstanceOf(DatabaseStartError);
  expect(error.message).toMatch(/0002_broken\.sql.*nonsense.*line 2/);
  expect(await inAlt(`select to_regclass('half'), count(*) from migrations.applied`)).toEqual([null, 1]);
  write('migrations/alt/0002_broken.sql', 'create table whole ();');
  expect((await migrate(server.connection, options())).applied).toContain('alt/0002_broken.sql');
});

test('indexes are made concurrently outside a transaction, also after an attempt that broke off', async () => {
  write('migrations/alt/0002_rows.sql', 'insert into things values (1), (1);');
  const index = (kind: string) =>
    `-- no transaction\ncreate ${kind} concurrently if not exists things_id on things (id);\nselect ';';`;
  write('migrations/alt/0003_index.sql', index('unique index'));
  await expect(migrate(server.connection, options())).rejects.toThrow('0003_index.sql');
  write('migrations/alt/0003_index.sql', index('index'));
  expect((await migrate(server.connection, options())).applied).toContain('alt/0003_index.sql');
  expect(await inAlt(`select indisvalid, indisunique from pg_index where indexrelid = 'things_id'::regclass`)).toEqual([
    true,
    false,
  ]);
});

test('an older release refuses what a newer, breaking one made, and works with everything else', async () => {
  const older = options();
  await migrate(server.connection, older);
  write('migrations/alt/0002_harmless.sql', 'alter table things add column note text;');
  write('services/alt-backend/grants.sql', 'grant insert on things to alt_backend;');
  await migrate(server.connection, options({ release: '1.1.0' }));
  rmSync(join(root, 'migrations/alt/0002_harmless.sql'));
  write('services/alt-backend/grants.sql', 'revoke all on things from alt_backend;');
  expect(await migrate(server.connection, older)).toEqual({ applied: [] });
  await query(as('alt_backend'), 'insert into things values (1)'); // the newer release's grants stay
  write('migrations/alt/0002_harmless.sql', 'alter table things add column note text;');
  write('migrations/alt/0003_removal.sql', '-- breaking\nalter table things drop column id;');
  await migrate(server.connection, options({ release: '2.0.0' }));
  rmSync(join(root, 'migrations/alt/0003_removal.sql'));
  await expect(migrate(server.connection, older)).rejects.toThrow(/newer Alt \(2\.0\.0\).*0003_removal\.sql/);
});

test('a migration that was changed after it had been applied is refused', async () => {
  await migrate(server.connection, options());
  write('migrations/alt/0001_things.sql', 'create table other ();');
  await expect(migrate(server.connection, options())).rejects.toThrow('changed after');
});

test('new passwords replace the old ones', async () => {
  await migrate(server.connection, options());
  const changed = { ...passwords, alt_backend: "it's new" };
  await migrate(server.connection, options({ passwords: changed }));
  await expect(query(as('alt_backend'), 'select 1')).rejects.toThrow('password');
  expect(await query(roleConnection(server.connection, 'alt', 'alt_backend', changed), 'select 1')).toEqual([1]);
});

test('an account that may create databases and roles is enough', async () => {
  await query(server.connection, `create role creator login createdb createrole password 'c'`);
  const creator = { ...server.connection, user: 'creator', password: 'c' };
  await migrate(creator, options());
  expect(await migrate(creator, options())).toEqual({ applied: [] });
  expect(await query(as('alt_backend'), 'select count(*) from things')).toEqual([0]);
});

test('an account that may not is given the SQL for an administrator, after which it goes on', async () => {
  await query(server.connection, `create role humble login password 'h'`);
  const humble = { ...server.connection, user: 'humble', password: 'h' };
  const error = await migrate(humble, options()).catch((reason) => reason);
  expect(error).toBeInstanceOf(DatabaseStartError);
  const sql = migrationSql(databaseNames, 'humble', passwords);
  expect(error.message).toContain(sql);
  for (const line of sql.split(/;\n/).filter(Boolean)) await query(server.connection, line);
  expect((await migrate(humble, options())).applied).toHaveLength(2);
  expect(await query(as('alt_backend'), 'select count(*) from things')).toEqual([0]);
});
