import { existsSync, readdirSync, realpathSync, rmSync, statfsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** Starts a server whose data may be lost at any moment, in memory where there is room. About a second and a half. */
export async function startTestServer(): Promise<TestServer & { stop(): Promise<void> }> {
  const parent = temporaryParent();
  await removeLeftovers(parent);
  const dataDir = await mkdtemp(join(parent, PREFIX));
  const server = await startEmbedded({ dataDir, isDurable: false, settings: THROWAWAY_SETTINGS });
  const stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const passwords = loadRolePasswords(dataDir);
    await migrate(server.connection, { passwords });
    return { superuser: server.connection, passwords, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const PREFIX = 'alt-test-';
const MIN_FREE_BYTES = 2 * 1024 ** 3;
const LEFTOVER_AGE_MS = 60_000;

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
