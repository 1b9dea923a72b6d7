import { createLogger } from '@alt/service-kit';
import { type DatabaseServer, openDatabases } from './database.ts';
import { readSettings, type Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** Opens the databases for the time of a command: beside a running Alt, or by starting the embedded server. */
export async function withDatabases<T>(
  terminal: Terminal,
  work: (databases: DatabaseServer, settings: Settings) => Promise<T>,
  options: { isOwner?: boolean } = {},
): Promise<T> {
  const settings = readSettings(terminal.environment);
  const log = createLogger(settings.LOG_LEVEL ?? 'error');
  const databases = await openDatabases(settings, { log, isOwner: options.isOwner ?? false });
  try {
    return await work(databases, settings);
  } finally {
    await databases.stop();
  }
}
