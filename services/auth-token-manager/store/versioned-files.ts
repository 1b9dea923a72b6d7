import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { TokenStoreError } from '@alt/external-tokens';
import { MovedError } from './store.ts';

/** What an interrupted process left beside the files goes after this time. */
const LEFT_BEHIND_MS = 600_000;

export interface VersionedFiles {
  /** The newest version that is whole, by `isWhole`, and the number that a write must name. Null where there is none. */
  newest(base: string, isWhole: (text: string) => boolean): Promise<{ text: string; version: string } | null>;
  /** Writes the version after this one. With `reserveBytes` the space of the version after that is taken as well. */
  append(base: string, version: string | null, text: string, reserveBytes?: number): Promise<string>;
  /** Puts a file in place of another one. */
  replace(name: string, text: string): Promise<void>;
  /** The bases that there are. */
  bases(): Promise<string[]>;
  remove(base: string): Promise<void>;
}

/**
 * Files of which each version has a name of its own, `base.7.json`. A version appears whole, by a hard link to what was written
 * and synced, and a link never replaces a file: of two writers that read the same version, one fails. A torn or empty file is
 * passed over for the version before it. Space for what must not fail is taken beforehand, by a file that is then written into.
 */
export function createVersionedFiles(folder: string): VersionedFiles {
  const reserves = new Map<string, string>();
  return {
    async newest(base, isWhole) {
      const numbers = await versionsOf(folder, base);
      const [highest] = numbers;
      if (highest === undefined) return null;
      for (const number of numbers) {
        const text = await readFile(fileOf(folder, base, number), 'utf8').catch(ignoreMissing);
        if (text !== null && isWhole(text)) return { text, version: String(highest) };
      }
      throw new TokenStoreError(
        `No file ${base}.*.json in ${folder} is whole: the disk lost them. Put them back from a backup, or authorise anew.`,
      );
    },
    append: (base, version, text, reserveBytes) =>
      orSentence(folder, async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const next = Number(version ?? 0) + 1;
        const written = reserves.get(base) ?? path.join(folder, `.${base}.${randomUUID()}.part`);
        reserves.delete(base);
        await writeWhole(written, text);
        if (reserveBytes) reserves.set(base, await reserve(folder, base, reserveBytes));
        await put(folder, base, next, written);
        await clean(folder, base, next);
        return String(next);
      }),
    replace: (name, text) =>
      orSentence(folder, async () => {
        const beside = path.join(folder, `.${name}.${randomUUID()}.part`);
        await writeWhole(beside, text);
        await rename(beside, path.join(folder, name));
        await syncFolder(folder);
      }),
    async bases() {
      const names = await readdir(folder).catch(ignoreMissing);
      return [...new Set((names ?? []).flatMap((name) => VERSION.exec(name)?.[1] ?? []))].sort();
    },
    async remove(base) {
      for (const number of await versionsOf(folder, base)) await rm(fileOf(folder, base, number), { force: true });
      await syncFolder(folder);
    },
  };
}

const VERSION = /^([a-z0-9][a-z0-9.-]*)\.(\d{1,15})\.json$/;

function fileOf(folder: string, base: string, version: number): string {
  return path.join(folder, `${base}.${version}.json`);
}

/** The highest first. */
async function versionsOf(folder: string, base: string): Promise<number[]> {
  const names = (await readdir(folder).catch(ignoreMissing)) ?? [];
  const numbers = names.flatMap((name) => {
    const found = VERSION.exec(name);
    return found?.[1] === base ? [Number(found[2])] : [];
  });
  return numbers.sort((a, b) => b - a);
}

/** Into a file that may be there already, whose blocks are then used again. */
async function writeWhole(file: string, text: string): Promise<void> {
  const handle = await open(file, 'a+', 0o600).then(async (created) => {
    await created.close();
    return open(file, 'r+');
  });
  try {
    const bytes = Buffer.from(text);
    let at = 0;
    while (at < bytes.length) at += (await handle.write(bytes, at, bytes.length - at, at)).bytesWritten;
    await handle.truncate(bytes.length);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Random bytes, which no file system makes smaller. */
async function reserve(folder: string, base: string, bytes: number): Promise<string> {
  const file = path.join(folder, `.${base}.${randomUUID()}.part`);
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(randomBytes(bytes));
    await handle.sync();
  } finally {
    await handle.close();
  }
  return file;
}

async function put(folder: string, base: string, next: number, written: string): Promise<void> {
  const target = fileOf(folder, base, next);
  try {
    await link(written, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new MovedError();
    throw error;
  } finally {
    await rm(written, { force: true });
  }
  // Older versions are deleted, so a number below the present ones may be free again.
  const [highest] = await versionsOf(folder, base);
  if (highest !== next) {
    await rm(target, { force: true });
    throw new MovedError();
  }
  await syncFolder(folder);
}

/** Keeps this version and the one before it. */
async function clean(folder: string, base: string, present: number): Promise<void> {
  for (const number of await versionsOf(folder, base)) {
    if (number < present - 1) await rm(fileOf(folder, base, number), { force: true });
  }
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`.${base}.`) || !name.endsWith('.part')) continue;
    const file = path.join(folder, name);
    const { mtimeMs } = (await stat(file).catch(ignoreMissing)) ?? { mtimeMs: Number.POSITIVE_INFINITY };
    if (Date.now() - mtimeMs > LEFT_BEHIND_MS) await rm(file, { force: true });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw new TokenStoreError(`The store of tokens cannot be read (${error.code}).`);
}

const SENTENCES: Record<string, string> = {
  ENOSPC: 'The disk is full: make room',
  EDQUOT: 'The quota of the disk is used up: make room',
  EFBIG: 'Files may not become so large here: raise the limit',
  EROFS: 'The disk can only be read: mount it for writing',
  EACCES: 'The folder may not be written: give it to this user',
  EPERM: 'The folder takes no hard links, or may not be written: use another disk',
};

async function orSentence<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MovedError || error instanceof TokenStoreError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new TokenStoreError(`The store of tokens at ${folder} cannot be written. ${SENTENCES[code] ?? code}.`);
  }
}
