import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Connection,
  connectionFromUrl,
  DatabaseUnavailableError,
  databaseNames,
  loadRolePasswords,
  migrate,
  type OwnDatabase,
  openClient,
} from '@alt/database';
import { databases } from '@alt/topology';
import { readArguments, UsageError } from './arguments.ts';
import { mountedRolePasswords } from './mounted-secrets.ts';
import { withDatabases } from './session.ts';
import { readSettings, type Settings, version } from './settings.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './wording.ts';

/** `alt migrate`: brings the databases to this release and says what was done. */
export async function migrateDatabases(args: string[], terminal: Terminal): Promise<number> {
  const { options } = readArguments(args, { least: 0, options: { database: 'string', wait: 'string' } });
  const settings = readSettings(terminal.environment);
  const wanted = databasesOf(options.database);
  const waitSeconds = secondsOf(options.wait);
  const isOutside = settings.DATABASE_URL !== undefined || settings.AUTH_DATABASE_URL !== undefined;
  const applied = isOutside
    ? await migrateOutside(wanted, settings, terminal, waitSeconds)
    : await withDatabases(terminal, async (opened) => opened.applied);
  for (const name of applied) terminal.print(`applied ${name}`);
  terminal.print(
    applied.length === 0
      ? `The databases are those of Alt ${version} already.`
      : `${counted(applied.length, 'migration')} applied. The databases are now those of Alt ${version}.`,
  );
  return 0;
}

const WAIT_SECONDS = 60;
const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 5_000;

function databasesOf(name: string | undefined): readonly OwnDatabase[] {
  if (name === undefined) return databaseNames;
  const found = databaseNames.find((database) => database === name);
  if (!found) throw new UsageError(`There is no database "${name}". There are: ${databaseNames.join(', ')}.`);
  return [found];
}

function secondsOf(text: string | undefined): number {
  const seconds = Number(text ?? WAIT_SECONDS);
  if (!(seconds >= 0)) throw new UsageError(`--wait takes a number of seconds, not "${text}".`);
  return seconds;
}

/** Servers that others run: each is waited for, and both may be the same one. */
async function migrateOutside(
  wanted: readonly OwnDatabase[],
  settings: Settings,
  terminal: Terminal,
  waitSeconds: number,
): Promise<string[]> {
  const passwords = mountedRolePasswords(terminal.environment) ?? keptRolePasswords(settings.ALT_DATA_DIR);
  const applied: string[] = [];
  for (const database of wanted) {
    const server = serverOf(database, settings);
    await untilReachable(server, { waitSeconds, remark: terminal.remark });
    const log = (message: string) => terminal.remark(message);
    applied.push(...(await migrate(server, { passwords, databases: [database], release: version, log })).applied);
  }
  return applied;
}

function serverOf(database: OwnDatabase, settings: Settings): Connection {
  const address = (database === 'auth' ? settings.AUTH_DATABASE_URL : undefined) ?? settings.DATABASE_URL;
  if (address) return connectionFromUrl(address);
  const { environmentName } = databases[database];
  throw new UsageError(`${environmentName} is missing: set it, or name the database with --database.`);
}

function keptRolePasswords(dataDir: string) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return loadRolePasswords(dataDir);
}

/** A job may run before its network policies are in force, and before its server has started. */
async function untilReachable(
  server: Connection,
  { waitSeconds, remark }: { waitSeconds: number; remark: (text: string) => void },
): Promise<void> {
  const deadline = Date.now() + waitSeconds * 1_000;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS)) {
    try {
      return await (await openClient({ ...server, applicationName: 'alt migrate' })).end();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError) || Date.now() + pauseMs > deadline) throw error;
      if (pauseMs === FIRST_PAUSE_MS) {
        remark(`${server.host}:${server.port} does not answer yet; it is asked again for ${waitSeconds} s.`);
      }
    }
    await sleep(pauseMs);
  }
}
