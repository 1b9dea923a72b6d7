import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ADMIN_ROLE,
  AlreadyRunningError,
  acquireInstanceLock,
  type Connection,
  connectionFromUrl,
  createDatabase,
  type Database,
  findRunningEmbedded,
  type InstanceLock,
  startEmbedded,
} from '@alt/database';
import { migrate } from '@alt/database/migrate.ts';
import {
  loadRolePasswords,
  type OwnDatabase,
  type RolePasswords,
  roleConnection,
  serviceRole,
} from '@alt/database/roles.ts';
import type { Logger } from '@alt/service-kit';
import { type ServiceName, services } from '@alt/topology';
import type { Tracer } from '@alt/tracing';
import { type Settings, version } from './settings.ts';

/** An account that may do everything, to each of the two databases. */
export type AdminConnections = Record<OwnDatabase, Connection>;

export interface DatabaseServer {
  admin: AdminConnections;
  /** A service's own connections, with its own role. Null for a service without a database. */
  connectAs(service: ServiceName, tracer?: Tracer | null): Database | null;
  /** For the command line: `alt_admin`, which may do what the owner of the database may. */
  connectAsAdmin(database: OwnDatabase): Database;
  /** The migrations that opening applied. */
  applied: string[];
  stop(): Promise<void>;
}

interface OpenOptions {
  log: Logger;
  /** Whether nobody else may serve this data folder. */
  isOwner: boolean;
  /** The embedded server ended too often to be started again. */
  onLost?: (reason: string) => void;
}

/**
 * The databases of `alt up` and of the commands beside it: those of DATABASE_URL, or the embedded server of the data
 * folder, started if nobody runs it. Migrated.
 */
export async function openDatabases(settings: Settings, options: OpenOptions): Promise<DatabaseServer> {
  const server = await openServer(settings, options);
  try {
    return await prepare(settings, server, options.log);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The server alone, as it is: found or started, and not migrated. */
export async function openServer(
  settings: Settings,
  options: OpenOptions,
): Promise<{ admin: AdminConnections; stop(): Promise<void> }> {
  if (settings.DATABASE_URL) {
    const alt = connectionFromUrl(settings.DATABASE_URL);
    const auth = settings.AUTH_DATABASE_URL ? connectionFromUrl(settings.AUTH_DATABASE_URL) : alt;
    return { admin: { alt, auth }, stop: async () => {} };
  }
  const found = options.isOwner ? null : await findServerOrLock(settings.ALT_DATA_DIR);
  if (found && 'connection' in found) {
    return { admin: { alt: found.connection, auth: found.connection }, stop: async () => {} };
  }
  const lock = found?.lock ?? acquireInstanceLock(settings.ALT_DATA_DIR);
  const server = await startEmbedded({
    dataDir: settings.ALT_DATA_DIR,
    lock,
    log: (message) => options.log.debug(message),
    onRestart: (reason) => options.log.warn(`${reason} It is being started again.`),
    ...(options.onLost ? { onExit: options.onLost } : {}),
  }).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  return {
    admin: { alt: server.connection, auth: server.connection },
    async stop() {
      await server.stop();
      lock.release();
    },
  };
}

const FIND_TIMEOUT_MS = 15_000;
const FIND_AGAIN_MS = 50;

/** The server that another process runs, or the lock that allows to run it; waits while another one starts or ends. */
async function findServerOrLock(dataDir: string): Promise<{ connection: Connection } | { lock: InstanceLock }> {
  const deadline = Date.now() + FIND_TIMEOUT_MS;
  for (;;) {
    const connection = findRunningEmbedded(dataDir);
    if (connection) return { connection };
    try {
      return { lock: acquireInstanceLock(dataDir) };
    } catch (error) {
      if (!(error instanceof AlreadyRunningError) || Date.now() > deadline) throw error;
    }
    await sleep(FIND_AGAIN_MS);
  }
}

async function prepare(
  settings: Settings,
  { admin, stop }: { admin: AdminConnections; stop(): Promise<void> },
  log: Logger,
): Promise<DatabaseServer> {
  mkdirSync(settings.ALT_DATA_DIR, { recursive: true, mode: 0o700 });
  const passwords = loadRolePasswords(settings.ALT_DATA_DIR);
  const applied = await migrateAll(admin, passwords, (message) => log.debug(message));
  const connect = (database: OwnDatabase, role: string, applicationName: string, tracer: Tracer | null = null) =>
    createDatabase({
      ...roleConnection(admin[database], database, role, passwords),
      applicationName,
      log: (message) => log.warn(message),
      tracer,
    });
  return {
    admin,
    applied,
    connectAs(service, tracer) {
      const { database } = services[service];
      return database ? connect(database, serviceRole(service), service, tracer) : null;
    },
    connectAsAdmin: (database) => connect(database, ADMIN_ROLE, 'alt command'),
    stop,
  };
}

/** Brings both databases to this release; they may lie on different servers. Answers what was applied. */
export async function migrateAll(
  admin: AdminConnections,
  passwords: RolePasswords,
  log: (message: string) => void = () => {},
): Promise<string[]> {
  const options = { passwords, release: version, log };
  if (admin.alt === admin.auth) return (await migrate(admin.alt, options)).applied;
  const alt = await migrate(admin.alt, { ...options, databases: ['alt'] });
  const auth = await migrate(admin.auth, { ...options, databases: ['auth'] });
  return [...alt.applied, ...auth.applied];
}
