import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { openClient } from './connect.ts';
import type { Database } from './database.ts';
import type { Connection } from './embedded.ts';
import { createDatabase } from './pool.ts';
import { ADMIN_ROLE, loginRoles, type OwnDatabase, type RolePasswords, roleConnection } from './roles.ts';
import type { TestServer } from './test-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * Answers with the `TestServer` of this run, which starts when first asked for, and at `data-folder` with the path of
     * a data folder after its first start.
     */
    testServerUrl: string;
  }
}

/** A test's own copies of `alt` and `auth`: migrated, empty, and nobody else's. */
export interface TestDatabase {
  /** The databases as a role, with its own rights: `alt_backend`, `auth_service`, `alt_admin`, … Ended by `drop`. */
  connectAs(role: string): Database;
  /** How that role connects. `alt_admin` reaches `alt` unless told otherwise. */
  connection(role: string, database?: OwnDatabase): Connection;
  /** All rights and no row-level security, for preparing and for looking. Ended by `drop`. */
  superuser(database: OwnDatabase): Database;
  passwords: RolePasswords;
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Starts from a copy of what `prepare` made, once per test run, instead of empty databases. */
  template?: { name: string; prepare(database: TestDatabase): Promise<void> };
}

/** Makes a test's own databases, about 50 ms. Any number may exist at once. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = await testServer();
  const { template } = options;
  const sources: Names = template
    ? await preparedTemplate(server, template.name, template.prepare)
    : { alt: 'alt', auth: 'auth' };
  const id = randomBytes(6).toString('hex');
  const names = { alt: `test_alt_${id}`, auth: `test_auth_${id}` };
  await copyDatabases(server, sources, names);
  return openTestDatabase(server, names);
}

/** The server of this test run. */
export async function testServer(): Promise<TestServer> {
  return (await askTestRun('')) as TestServer;
}

/**
 * A data folder of a test's own, in memory where there is room, with a migrated cluster in it that only needs to be
 * started. The test removes it.
 */
export async function copyDataFolder(prefix: string): Promise<string> {
  const source = (await askTestRun('data-folder')) as string;
  const target = await mkdtemp(path.join(path.dirname(source), prefix));
  // Keeps owners: started by root, the cluster belongs to somebody else.
  await promisify(execFile)('cp', ['-a', `${source}/.`, target]);
  return target;
}

async function askTestRun(what: string): Promise<unknown> {
  const response = await fetch(new URL(what, inject('testServerUrl')));
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

type Names = Record<OwnDatabase, string>;

function openTestDatabase(server: TestServer, names: Names): TestDatabase & { close(): Promise<void> } {
  const opened: Database[] = [];
  const open = (connection: Connection) => {
    const database = createDatabase({ ...connection, applicationName: `test ${connection.user}`, maxConnections: 5 });
    opened.push(database);
    return database;
  };
  const connection = (role: string, database: OwnDatabase = databaseOf(role)) => ({
    ...roleConnection(server.superuser, database, role, server.passwords),
    database: names[database],
  });
  const close = async () => {
    await Promise.all(opened.splice(0).map((database) => database.end()));
  };
  return {
    close,
    connection,
    connectAs: (role) => open(connection(role)),
    superuser: (database) => open({ ...server.superuser, database: names[database] }),
    passwords: server.passwords,
    async drop() {
      await close();
      await execute(server, [dropDatabase(names.alt), dropDatabase(names.auth)]);
    },
  };
}

function databaseOf(role: string): OwnDatabase {
  return role !== ADMIN_ROLE && loginRoles('auth').includes(role) ? 'auth' : 'alt';
}

/** The first test that asks prepares the template; the others wait for it. */
async function preparedTemplate(
  server: TestServer,
  name: string,
  prepare: (database: TestDatabase) => Promise<void>,
): Promise<Names> {
  const names = { alt: `template_alt_${name}`, auth: `template_auth_${name}` };
  const client = await openClient({ ...server.superuser, applicationName: 'test template', statementTimeoutMs: 0 });
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [name]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [names.alt]);
    if (rowCount) return names;
    const drafts = { alt: `draft_alt_${name}`, auth: `draft_auth_${name}` };
    await execute(server, [dropDatabase(drafts.alt), dropDatabase(drafts.auth)]); // of a test that failed here
    await copyDatabases(server, { alt: 'alt', auth: 'auth' }, drafts);
    const { close, ...database } = openTestDatabase(server, drafts);
    await prepare(database);
    await close();
    for (const kind of ['auth', 'alt'] as const) {
      await client.query(`alter database ${drafts[kind]} rename to ${names[kind]}`);
    }
    return names;
  } finally {
    await client.end();
  }
}

/** By copying files, which takes a third of the time that writing everything to the log takes (50 against 140 ms). */
async function copyDatabases(server: TestServer, sources: Names, targets: Names): Promise<void> {
  await execute(server, [
    `create database ${targets.alt} template ${sources.alt} strategy file_copy owner alt_owner`,
    `create database ${targets.auth} template ${sources.auth} strategy file_copy owner auth_owner`,
  ]);
}

function dropDatabase(name: string): string {
  return `drop database if exists ${name} with (force)`;
}

async function execute(server: TestServer, statements: string[]): Promise<void> {
  const client = await openClient({ ...server.superuser, applicationName: 'test', statementTimeoutMs: 0 });
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
