import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseStartError } from './errors.ts';
import { type OwnDatabase, serviceRole, servicesOf } from './roles.ts';

/** One numbered migration. Its first line may say `-- no transaction` or `-- breaking`. */
export interface MigrationFile {
  name: string;
  sql: string;
  hash: string;
  /** Older releases cannot work with the schema that this makes. */
  isBreaking: boolean;
  /** For what Postgres refuses in a transaction (concurrent indexes): each statement ends at a line's end with `;`. */
  isTransactional: boolean;
}

/** The grants of one service, applied after the migrations. */
export interface GrantsFile {
  role: string;
  sql: string;
}

export interface DatabaseFiles {
  migrations: MigrationFile[];
  grants: GrantsFile[];
}

/** Where the files of a database lie: its migrations, and the folder that holds a folder a service. */
export interface FileFolders {
  migrations: string;
  services: string;
}

const servicesFolder = fileURLToPath(new URL('../../services/', import.meta.url));

/** The folders of this repository. */
export const ownFolders: Record<OwnDatabase, FileFolders> = {
  alt: { migrations: fileURLToPath(new URL('./migrations/', import.meta.url)), services: servicesFolder },
  auth: { migrations: join(servicesFolder, 'auth-service', 'migrations'), services: servicesFolder },
};

/** Reads all files of a database. Throws if two migrations share a number. */
export async function readDatabaseFiles(database: OwnDatabase, folders: FileFolders): Promise<DatabaseFiles> {
  const [migrations, grants] = await Promise.all([
    readMigrations(folders.migrations),
    readGrants(database, folders.services),
  ]);
  return { migrations, grants };
}

async function readMigrations(folder: string): Promise<MigrationFile[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_.+\.sql$/.test(name)).sort();
  const twice = names.find((name, index) => name.slice(0, 4) === names[index - 1]?.slice(0, 4));
  if (twice) throw new DatabaseStartError(`Two migrations in ${folder} have the number of ${twice}.`);
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8');
      const firstLine = sql.slice(0, sql.indexOf('\n'));
      return {
        name,
        sql,
        hash: sha256(sql),
        isBreaking: /^--.*\bbreaking\b/.test(firstLine),
        isTransactional: !/^--.*\bno transaction\b/.test(firstLine),
      };
    }),
  );
}

async function readGrants(database: OwnDatabase, folder: string): Promise<GrantsFile[]> {
  const files = await Promise.all(
    servicesOf(database).map(async (service) => {
      const sql = await readFile(join(folder, service, 'grants.sql'), 'utf8').catch(() => null);
      return sql === null ? [] : [{ role: serviceRole(service), sql }];
    }),
  );
  return files.flat();
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
