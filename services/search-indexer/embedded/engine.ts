import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireInstanceLock } from '@alt/database';
import { OutageError } from '@alt/pipeline';
import type { Courtesy } from '@alt/service-kit';
import { Piscina } from 'piscina';
import type { SearchEngine, SearchIndex } from '../engine.ts';
import { openFolder } from './index-folder.ts';
import { makeFolder, readManifest, writeManifest } from './manifest.ts';

/** One thread builds, one merges; each ends when it has nothing to do. */
const WRITE_THREADS = 2;
const IDLE_TIMEOUT_MS = 10_000;
/** Searches and the API go first. */
const NICE_INCREMENT = 10;

/** The engine that comes with Alt: an inverted index in a folder, one process a folder. */
export function createEmbeddedEngine(options: {
  folder: string;
  courtesy?: Courtesy;
  onError(error: unknown): void;
}): SearchEngine {
  const lock = acquireInstanceLock(options.folder);
  const pool = new Piscina({
    filename: new URL('./write-thread.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: WRITE_THREADS,
    idleTimeout: IDLE_TIMEOUT_MS,
    niceIncrement: NICE_INCREMENT,
    recordTiming: false,
    workerData: options.courtesy?.shared,
  });
  // A thread that dies rejects its task; the event would end the process without a listener.
  pool.on('error', () => {});
  const opened = new Set<SearchIndex>();
  const folderOf = (name: string): string => join(options.folder, name);
  const remember = (index: SearchIndex): SearchIndex => {
    const known: SearchIndex = {
      ...index,
      apply: (changes) => index.apply(changes).catch(throwOutage),
      async close() {
        opened.delete(known);
        await index.close();
      },
    };
    opened.add(known);
    return known;
  };
  return {
    name: 'embedded',
    async open(name) {
      const manifest = await readManifest(folderOf(name));
      return manifest && remember(await openFolder(folderOf(name), manifest, pool, options.onError));
    },
    async create(name) {
      const manifest = { nextNumber: 0, segments: [] };
      await makeFolder(folderOf(name));
      await writeManifest(folderOf(name), manifest);
      return remember(await openFolder(folderOf(name), manifest, pool, options.onError));
    },
    drop: (name) => rm(folderOf(name), { recursive: true, force: true }),
    async list() {
      const entries = await readdir(options.folder, { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    },
    check: async () => {},
    async stop() {
      await Promise.all([...opened].map((index) => index.close()));
      await pool.close({ force: true });
      lock.release();
    },
  };
}

const DISK_CODES = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EMFILE', 'ENFILE']);

/** A disk that is full or broken is no fault of the article. */
function throwOutage(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (DISK_CODES.has(code)) throw new OutageError(`The search index cannot be written (${code}).`, { cause: error });
  throw error;
}
