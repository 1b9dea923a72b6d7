import type { Client } from 'pg';
import { openClient, sqlState } from './connect.ts';
import type { Connection } from './embedded.ts';
import { DatabaseStartError } from './errors.ts';
import {
  type DatabaseFiles,
  type FileFolders,
  type MigrationFile,
  ownFolders,
  readDatabaseFiles,
  sha256,
} from './migration-files.ts';
import { provision } from './provision.ts';
import { databaseNames, type OwnDatabase, ownerRole, type RolePasswords } from './roles.ts';

export interface MigrateOptions {
  /** Passwords of the roles that log in; a role that has none here keeps the one it has. */
  passwords: RolePasswords;
  /** Only these; `alt` and `auth` may lie on different servers, each migrated by its own call. Default both. */
  databases?: readonly OwnDatabase[];
  /** Which release this is: recorded, and named when an older one meets the database. */
  release?: string;
  folders?: Record<OwnDatabase, FileFolders>;
  log?: (message: string) => void;
}

/**
 * Brings a server to the schema of this release: roles, databases, migrations, grants. Forward only, safe to run from
 * several processes at once, and one short question per database when nothing is due.
 *
 * `admin` is an account that may create databases and roles, or one for which an administrator has made them; otherwise
 * `DatabaseStartError` carries the SQL. Also refused: a schema that a newer, breaking release made, and a migration
 * whose text changed after it had been applied.
 */
export async function migrate(admin: Connection, options: MigrateOptions): Promise<{ applied: string[] }> {
  const databases = options.databases ?? databaseNames;
  const plans = await Promise.all(databases.map((name) => readPlan(name, options)));
  const areCurrent = await Promise.all(plans.map((plan) => isCurrent(admin, plan)));
  if (areCurrent.every(Boolean)) return { applied: [] };

  const client = await openMigrationClient(admin, admin.database);
  try {
    // Advisory locks belong to a database: all who migrate this server meet at the one they were given.
    await client.query(`select pg_advisory_lock(${MIGRATION_LOCK})`);
    await provision(client, databases, options.passwords);
    const applied: string[] = [];
    for (const plan of plans) applied.push(...(await migrateDatabase(admin, plan, options)));
    return { applied };
  } finally {
    await client.end();
  }
}

const MIGRATION_LOCK = 4_107_350_119; // any number that is only ours

interface Plan {
  database: OwnDatabase;
  files: DatabaseFiles;
  /** A hash over everything that a finished migration depends on. */
  fingerprint: string;
}

interface AppliedMigration {
  name: string;
  hash: string;
  is_breaking: boolean;
  release: string;
}

async function readPlan(database: OwnDatabase, options: MigrateOptions): Promise<Plan> {
  const files = await readDatabaseFiles(database, (options.folders ?? ownFolders)[database]);
  const fingerprint = sha256(JSON.stringify([PROVISION_VERSION, files, options.passwords]));
  return { database, files, fingerprint };
}

/** Raised when roles, their settings or the bookkeeping below change, so that existing servers receive it. */
const PROVISION_VERSION = 1;

async function isCurrent(admin: Connection, plan: Plan): Promise<boolean> {
  let client: Client | null = null;
  try {
    client = await openMigrationClient(admin, plan.database);
    const { rows } = await client.query('select fingerprint from migrations.state');
    return rows[0]?.fingerprint === plan.fingerprint;
  } catch (error) {
    if (NOT_THERE_YET.includes(sqlState(error) ?? '')) return false;
    throw error;
  } finally {
    await client?.end();
  }
}

/** No such database, schema or table; or not yet a member of the owner. */
const NOT_THERE_YET = ['3D000', '3F000', '42P01', '42501'];

async function migrateDatabase(admin: Connection, plan: Plan, options: MigrateOptions): Promise<string[]> {
  const client = await openMigrationClient(admin, plan.database);
  try {
    await client.query(`set role ${ownerRole(plan.database)}`);
    await client.query(BOOKKEEPING);
    const { rows } = await client.query<AppliedMigration>('select * from migrations.applied order by name');
    const due = dueMigrations(plan, rows);
    for (const file of due) {
      options.log?.(`${plan.database}: ${file.name}`);
      await apply(client, file, options.release ?? '');
    }
    // An older release that meets a newer, compatible schema (a rolling update) must not take its grants back.
    const isOlder = due.length === 0 && rows.length > plan.files.migrations.length;
    if (!isOlder) await applyGrants(client, plan);
    return due.map((file) => `${plan.database}/${file.name}`);
  } finally {
    await client.end();
  }
}

/** Functions may be executed by nobody unless granted, because some of them are `security definer`. */
const BOOKKEEPING = `
  create schema if not exists migrations;
  create table if not exists migrations.applied (
    name text primary key, hash text not null, is_breaking boolean not null, release text not null,
    applied_at timestamptz(3) not null default now());
  create table if not exists migrations.state (
    id integer primary key default 1 check (id = 1), fingerprint text not null);
  alter default privileges revoke execute on functions from public;
`;

function dueMigrations({ database, files }: Plan, applied: AppliedMigration[]): MigrationFile[] {
  const known = new Map(files.migrations.map((file) => [file.name, file]));
  for (const row of applied) {
    const file = known.get(row.name);
    if (file === undefined && row.is_breaking) {
      throw new DatabaseStartError(
        `The database ${database} was migrated by a newer Alt${row.release && ` (${row.release})`}: ${row.name} ` +
          'cannot be used by this older one. Start that Alt, or a newer one.',
      );
    }
    if (file !== undefined && file.hash !== row.hash) {
      throw new DatabaseStartError(
        `${row.name} of the database ${database} was changed after it had been applied. ` +
          'Put the change into a new migration.',
      );
    }
  }
  const names = new Set(applied.map((row) => row.name));
  return files.migrations.filter((file) => !names.has(file.name));
}

async function apply(client: Client, file: MigrationFile, release: string): Promise<void> {
  try {
    await (file.isTransactional ? applyInTransaction : applyOutside)(client, file, release);
  } catch (cause) {
    await client.query('rollback').catch(() => {});
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseStartError(`The migration ${file.name} failed: ${reason}${lineOf(cause, file)}`, { cause });
  }
}

/** The row goes first: whoever slipped past the lock fails on it before it changes anything. */
async function applyInTransaction(client: Client, file: MigrationFile, release: string): Promise<void> {
  await client.query('begin');
  await record(client, file, release);
  await client.query(file.sql);
  await client.query('commit');
}

/** A concurrent index that broke off stays behind, invalid, and `if not exists` would keep it. */
async function applyOutside(client: Client, file: MigrationFile, release: string): Promise<void> {
  const { rows } = await client.query(`
    select format('drop index concurrently %s', indexrelid::regclass) as statement from pg_index where not indisvalid`);
  for (const { statement } of rows) await client.query(statement);
  for (const statement of file.sql.split(/;[ \t]*$/m)) await client.query(statement);
  await record(client, file, release);
}

async function record(client: Client, file: MigrationFile, release: string): Promise<void> {
  await client.query('insert into migrations.applied (name, hash, is_breaking, release) values ($1, $2, $3, $4)', [
    file.name,
    file.hash,
    file.isBreaking,
    release,
  ]);
}

async function applyGrants(client: Client, plan: Plan): Promise<void> {
  await client.query('begin');
  for (const { role, sql } of plan.files.grants) {
    await client.query(sql).catch((cause) => {
      throw new DatabaseStartError(`The grants of ${role} failed: ${cause.message}`, { cause });
    });
  }
  await client.query(
    'insert into migrations.state (fingerprint) values ($1) on conflict (id) do update set fingerprint = excluded.fingerprint',
    [plan.fingerprint],
  );
  await client.query('commit');
}

function lineOf(cause: unknown, file: MigrationFile): string {
  const position = cause instanceof Error && 'position' in cause ? Number(cause.position) : Number.NaN;
  return Number.isNaN(position) ? '' : ` (line ${file.sql.slice(0, position).split('\n').length})`;
}

function openMigrationClient(admin: Connection, database: string): Promise<Client> {
  return openClient({ ...admin, database, applicationName: 'alt migrate', statementTimeoutMs: 0 });
}
