import {
  acquireInstanceLock,
  type Connection,
  createDatabase,
  type Database,
  findRunningEmbedded,
  startEmbedded,
} from '@alt/database';
import { migrate } from '@alt/database/migrate.ts';
import { loadRolePasswords, type OwnDatabase, roleConnection, serviceRole } from '@alt/database/roles.ts';
import type { Logger } from '@alt/service-kit';
import { type ServiceName, services } from '@alt/topology';
import { type Settings, version } from './settings.ts';

export interface DatabaseServer {
  /** An account that may do everything, to each of the two databases. */
  admin: Record<OwnDatabase, Connection>;
  /** A service's own connections, with its own role. Null for a service without a database. */
  connectAs(service: ServiceName): Database | null;
  stop(): Promise<void>;
}

/**
 * The databases of `alt up` and of the commands beside it: those of DATABASE_URL, or the embedded server of the data
 * folder, started if nobody runs it. Migrated.
 */
export async function openDatabases(
  settings: Settings,
  options: { log: Logger; isOwner: boolean; onLost?: (reason: string) => void },
): Promise<DatabaseServer> {
  if (settings.DATABASE_URL) {
    const alt = parseDatabaseUrl(settings.DATABASE_URL);
    const auth = settings.AUTH_DATABASE_URL ? parseDatabaseUrl(settings.AUTH_DATABASE_URL) : alt;
    return prepare(settings, { alt, auth }, options.log, async () => {});
  }
  const running = options.isOwner ? null : findRunningEmbedded(settings.ALT_DATA_DIR);
  if (running) return prepare(settings, { alt: running, auth: running }, options.log, async () => {});
  const lock = acquireInstanceLock(settings.ALT_DATA_DIR);
  const server = await startEmbedded({
    dataDir: settings.ALT_DATA_DIR,
    lock,
    log: (message) => options.log.debug(message),
    ...(options.onLost ? { onExit: options.onLost } : {}),
  }).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  const stop = async () => {
    await server.stop();
    lock.release();
  };
  return prepare(settings, { alt: server.connection, auth: server.connection }, options.log, stop).catch(
    async (error) => {
      await stop();
      throw error;
    },
  );
}

async function prepare(
  settings: Settings,
  admin: Record<OwnDatabase, Connection>,
  log: Logger,
  stop: () => Promise<void>,
): Promise<DatabaseServer> {
  const passwords = loadRolePasswords(settings.ALT_DATA_DIR);
  const isShared = admin.alt === admin.auth;
  const options = { passwords, release: version, log: (message: string) => log.debug(message) };
  if (isShared) await migrate(admin.alt, options);
  else {
    await migrate(admin.alt, { ...options, databases: ['alt'] });
    await migrate(admin.auth, { ...options, databases: ['auth'] });
  }
  return {
    admin,
    connectAs(service) {
      const { database } = services[service];
      if (!database) return null;
      const connection = roleConnection(admin[database], database, serviceRole(service), passwords);
      return createDatabase({ ...connection, applicationName: service, log: (message) => log.warn(message) });
    },
    stop,
  };
}

/** The parts of a postgres:// address; `sslmode` other than disable asks for TLS. */
export function parseDatabaseUrl(address: string): Connection {
  const url = new URL(address);
  const socket = url.searchParams.get('host');
  const sslMode = url.searchParams.get('sslmode') ?? 'disable';
  return {
    host: socket ?? decodeURIComponent(url.hostname),
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    ...(sslMode === 'disable' ? {} : { ssl: { rejectUnauthorized: sslMode !== 'require' && sslMode !== 'prefer' } }),
  };
}
