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
     * Answers with the `TestServer` of this run, which starts when first asked for; at `execute` runs the statements that
     * are sent, as its superuser; and at `data-folder` answers with the path of a data folder after its first start.
     */
    testServerUrl: string;
  }
}

/** A test's own copy of `alt`, and of `auth` where it wants one: migrated, empty, and nobody else's. */
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
  /** The databases that are copied; `alt` alone unless told otherwise. */
  databases?: OwnDatabase[];
  /** Starts from a copy of what `prepare` made, once per test run, instead of empty databases. */
  template?: { name: string; prepare(database: TestDatabase): Promise<void> };
}

/** Makes a test's own databases, about 25 ms for each. Any number may exist at once. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = await testServer();
  const { template, databases = ['alt'] } = options;
  const sources = template ? await preparedTemplate(server, template.name, databases, template.prepare) : null;
  const names = namesFor('test', randomBytes(6).toString('hex'), databases);
  await copyDatabases(sources, names);
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

async function askTestRun(what: string, body?: unknown): Promise<unknown> {
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(new URL(what, inject('testServerUrl')), sent);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** What the databases of one test, or of one template, are called. */
type Names = Partial<Record<OwnDatabase, string>>;

function namesFor(kind: 'test' | 'template' | 'draft', name: string, databases: OwnDatabase[]): Names {
  return Object.fromEntries(databases.map((database) => [database, `${kind}_${database}_${name}`]));
}

function openTestDatabase(server: TestServer, names: Names): TestDatabase & { close(): Promise<void> } {
  const opened: Database[] = [];
  const open = (connection: Connection) => {
    const database = createDatabase({ ...connection, applicationName: `test ${connection.user}`, maxConnections: 5 });
    opened.push(database);
    return database;
  };
  const nameOf = (database: OwnDatabase) => {
    const name = names[database];
    if (!name) throw new Error(`This test has no database ${database}: ask for it by { databases: [...] }.`);
    return name;
  };
  const connection = (role: string, database: OwnDatabase = databaseOf(role)) => ({
    ...roleConnection(server.superuser, database, role, server.passwords),
    database: nameOf(database),
  });
  const close = async () => {
    await Promise.all(opened.splice(0).map((database) => database.end()));
  };
  return {
    close,
    connection,
    connectAs: (role) => open(connection(role)),
    superuser: (database) => open({ ...server.superuser, database: nameOf(database) }),
    passwords: server.passwords,
    async drop() {
      await close();
      await dropDatabases(names);
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
  databases: OwnDatabase[],
  prepare: (database: TestDatabase) => Promise<void>,
): Promise<Names> {
  const names = namesFor('template', name, databases);
  const client = await openClient({ ...server.superuser, applicationName: 'test template', statementTimeoutMs: 0 });
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [name]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [Object.values(names)[0]]);
    if (rowCount) return names;
    const drafts = namesFor('draft', name, databases);
    await dropDatabases(drafts); // of a test that failed here
    await copyDatabases(null, drafts);
    const { close, ...database } = openTestDatabase(server, drafts);
    await prepare(database);
    await close();
    // The one that is looked for, the first, comes last.
    for (const kind of databases.toReversed()) {
      await client.query(`alter database ${drafts[kind]} rename to ${names[kind]}`);
    }
    return names;
  } finally {
    await client.end();
  }
}

/**
 * From templates, or from the empty databases of the server. By copying files, which takes a third of the time that writing
 * everything to the log takes (25 against 70 ms).
 */
async function copyDatabases(sources: Names | null, targets: Names): Promise<void> {
  const copies = Object.entries(targets).map(
    ([kind, name]) =>
      `create database ${name} template ${sources?.[kind as OwnDatabase] ?? kind} strategy file_copy owner ${kind}_owner`,
  );
  await askTestRun('execute', copies);
}

async function dropDatabases(names: Names): Promise<void> {
  await askTestRun(
    'execute',
    Object.values(names).map((name) => `drop database if exists ${name} with (force)`),
  );
}
