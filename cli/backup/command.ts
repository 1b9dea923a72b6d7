import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { databaseNames, loadRolePasswords, type OwnDatabase, serviceRole, servicesOf, statement } from '@alt/database';
import { readArguments } from '../arguments.ts';
import { type DatabaseServer, migrateAll } from '../database.ts';
import { withDatabases } from '../session.ts';
import { type Settings, version } from '../settings.ts';
import { askPassword, startProgress, type Terminal } from '../terminal.ts';
import { counted, size, stamp } from '../wording.ts';
import { needsPassword, verifyArchive, writeArchive } from './archive.ts';
import { BackupError } from './encryption.ts';
import type { Manifest } from './manifest.ts';
import { isInstanceEmpty, restoreInstance } from './restore.ts';
import { findSchemaLevel } from './schema-level.ts';
import { type AdminDatabases, type KeptFile, withInstanceRecords } from './snapshot.ts';

/** `alt backup`: everything of the instance in one file, while it runs or while it does not. */
export async function writeBackup(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, { least: 1, options: { password: 'string' } });
  const [file = ''] = given;
  const password = options.password ?? null;
  if (password === '') throw new BackupError('The password is empty. Give one, or leave --password out.');
  if (!existsSync(path.dirname(path.resolve(file)))) throw new BackupError(`There is no folder ${path.dirname(file)}.`);
  const bytes = await withAdmin(terminal, async (databases, settings) => {
    const progress = startProgress(terminal, 'Writing the backup');
    const instance = { release: version, files: keptFiles(settings), onProgress: progress.update };
    const written = await withInstanceRecords(databases, instance, (records) => writeArchive(file, records, password));
    progress.end();
    return written;
  });
  terminal.print(`Wrote ${file} (${size(bytes)}${password === null ? '' : ', encrypted'}).`);
  if (password === null) {
    terminal.remark('It is not encrypted: keep it where nobody else can read it, or use --password.');
  }
  return 0;
}

/** `alt restore`: verifies the whole file first, then replaces everything in one transaction a database. */
export async function readBackup(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, { least: 1, options: { password: 'string', force: 'boolean' } });
  const [file = ''] = given;
  const isLocked = await needsPassword(file);
  const password = isLocked ? (options.password ?? (await askPassword(terminal, 'Password of the backup'))) : null;
  const manifest = await withFileProgress(terminal, 'Checking the backup', file, (onRead) =>
    verifyArchive(file, password, onRead),
  );
  const level = await findSchemaLevel(manifest);
  await withAdmin(
    terminal,
    async (databases, settings, server) => {
      await refuseWhileServing(databases);
      if (!options.force && !(await isInstanceEmpty(databases))) {
        throw new BackupError(
          'Accounts or feeds are here already, and a restore replaces everything. Make a backup first, then use --force.',
        );
      }
      const files = await withFileProgress(terminal, 'Restoring', file, (onRead) =>
        restoreInstance(databases, { file, password, manifest, level, onRead }),
      );
      for (const [name, bytes] of files) replaceFile(path.join(settings.ALT_DATA_DIR, name), bytes);
      await migrateAll(server.admin, loadRolePasswords(settings.ALT_DATA_DIR));
    },
    { isOwner: true },
  );
  terminal.print(
    `Restored the backup of ${stamp(new Date(manifest.createdAt))} (Alt ${manifest.release}): ${contents(manifest)}.`,
  );
  return 0;
}

function withAdmin<T>(
  terminal: Terminal,
  work: (databases: AdminDatabases, settings: Settings, server: DatabaseServer) => Promise<T>,
  options?: { isOwner: boolean },
): Promise<T> {
  return withDatabases(
    terminal,
    async (server, settings) => {
      const databases = { alt: server.connectAsAdmin('alt'), auth: server.connectAsAdmin('auth') };
      try {
        return await work(databases, settings, server);
      } finally {
        await Promise.all([databases.alt.end(), databases.auth.end()]);
      }
    },
    options,
  );
}

async function withFileProgress<T>(
  terminal: Terminal,
  label: string,
  file: string,
  work: (onRead: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  const progress = startProgress(terminal, label);
  const total = Math.max(1, statSync(file, { throwIfNoEntry: false })?.size ?? 1);
  let done = 0;
  try {
    return await work((bytes) => {
      done += bytes;
      progress.update(done / total);
    });
  } finally {
    progress.end();
  }
}

/** The keys with which this instance signs. The passwords of the database roles stay: they belong to the server. */
function keptFiles({ ALT_DATA_DIR }: Settings): KeptFile[] {
  const file = path.join(ALT_DATA_DIR, 'secrets.json');
  return existsSync(file) ? [{ name: 'secrets.json', bytes: readFileSync(file) }] : [];
}

function replaceFile(file: string, bytes: Buffer): void {
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, bytes, { mode: 0o600, flush: true });
  renameSync(beside, file);
}

const selectServing = statement<{ name: string }>(
  'restore_serving',
  `select usename::text as name from pg_stat_activity
   where datname = current_database() and usename = any ($1::text[]) limit 1`,
);

/** The embedded server is ours alone by the instance lock; on an external one, connected services tell. */
async function refuseWhileServing(databases: AdminDatabases): Promise<void> {
  for (const database of databaseNames) {
    const roles = servicesOf(database).map(serviceRole);
    const serving = await databases[database].one(selectServing, [roles]);
    if (serving) {
      throw new BackupError(`Alt is running: ${serving.name} is connected to the database ${database}. Stop it first.`);
    }
  }
}

function contents({ databases }: Manifest): string {
  const rows = (database: OwnDatabase, name: string) =>
    databases[database].tables.find((item) => item.name === name)?.rows ?? 0;
  return [
    counted(rows('auth', 'accounts'), 'account'),
    counted(rows('alt', 'feeds'), 'feed'),
    counted(rows('alt', 'articles'), 'article'),
  ].join(', ');
}
