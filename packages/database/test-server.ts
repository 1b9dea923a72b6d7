import { existsSync, readdirSync, realpathSync, rmSync, statfsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { openClient } from './connect.ts';
import { type Connection, startEmbedded } from './embedded.ts';
import { THROWAWAY_SETTINGS } from './embedded-settings.ts';
import { findInstanceHolder } from './instance-lock.ts';
import { migrate } from './migrate.ts';
import { stopOrphans } from './postgres-process.ts';
import { loadRolePasswords, type RolePasswords } from './roles.ts';

/** A Postgres for tests, with `alt` and `auth` migrated and empty: the templates of every test's own databases. */
export interface TestServer {
  superuser: Connection;
  passwords: RolePasswords;
}

export interface RunningTestServer extends TestServer {
  /** Runs statements as the superuser, one after the other and after those of earlier calls, over one connection. */
  execute(statements: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server whose data may be lost at any moment, in memory where there is room. About a second and a half. */
export async function startTestServer(): Promise<RunningTestServer> {
  const parent = temporaryParent();
  await removeLeftovers(parent);
  const dataDir = await mkdtemp(join(parent, PREFIX));
  const server = await startEmbedded({ dataDir, isDurable: false, settings: THROWAWAY_SETTINGS });
  let client: Client | null = null;
  const stop = async () => {
    await client?.end();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const passwords = loadRolePasswords(dataDir);
    await migrate(server.connection, { passwords });
    const own = await openClient({ ...server.connection, applicationName: 'test run', statementTimeoutMs: 0 });
    client = own;
    let earlier: Promise<unknown> = Promise.resolve();
    const run = async (statements: readonly string[]) => {
      for (const statement of statements) await own.query(statement);
    };
    return {
      // Tests wait for what goes on in the background: its connections do not give way.
      superuser: { ...server.connection, isEmbedded: false },
      passwords,
      execute(statements) {
        const mine = earlier.then(() => run(statements));
        earlier = mine.catch(() => {});
        return mine;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * A data folder as the first start of Alt leaves it: a new cluster with both databases migrated, and stopped. Machines of
 * tests begin with a copy, which spares each the 2.5 seconds of a first start.
 */
export async function makeDataFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const parent = temporaryParent();
  removeOldFolders(parent);
  const dataDir = await mkdtemp(join(parent, FOLDER_PREFIX));
  const server = await startEmbedded({ dataDir, isDurable: false });
  try {
    await migrate(server.connection, { passwords: loadRolePasswords(dataDir) });
  } finally {
    await server.stop();
  }
  return { path: dataDir, remove: () => rm(dataDir, { recursive: true, force: true }) };
}

const PREFIX = 'alt-test-';
const FOLDER_PREFIX = 'alt-data-folder-';
const MIN_FREE_BYTES = 2 * 1024 ** 3;
const LEFTOVER_AGE_MS = 60_000;
/** No test run takes so long; nobody holds a lock on a folder that is only copied. */
const FOLDER_AGE_MS = 4 * 3_600_000;

/** A folder for throwaway data: in memory where there is room, for there a sync costs nothing. */
export function temporaryParent(): string {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > MIN_FREE_BYTES ? memory : tmpdir();
}

/** What killed test runs left behind: folders whose lock nobody holds. A young one may be just about to take it. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(PREFIX))) {
    const dir = realpathSync(join(parent, name));
    const ageMs = Date.now() - statSync(dir).mtimeMs;
    if (ageMs < LEFTOVER_AGE_MS || findInstanceHolder(dir) !== null) continue;
    await stopOrphans(join(dir, 'postgres', 'cluster'));
    rmSync(dir, { recursive: true, force: true });
  }
}

function removeOldFolders(parent: string): void {
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(FOLDER_PREFIX))) {
    const dir = join(parent, name);
    if (Date.now() - statSync(dir).mtimeMs > FOLDER_AGE_MS) rmSync(dir, { recursive: true, force: true });
  }
}
