import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createDeleted } from './scope.ts';
import { checkSegment, DamagedSegmentError } from './segment.ts';

/** A segment as the index knows it. */
export interface KnownSegment {
  name: string;
  documentCount: number;
  deleted: Uint32Array;
  deletedCount: number;
  /** The file of `deleted`; null where nothing is deleted. */
  deletedFile: string | null;
}

const manifestSchema = z.object({
  version: z.literal(1),
  nextNumber: z.int(),
  segments: z.array(
    z.object({ name: z.string(), documentCount: z.int(), deletedCount: z.int(), deletedFile: z.string().nullable() }),
  ),
});

export interface Manifest {
  /** Of the next file; no name is used twice. */
  nextNumber: number;
  segments: KnownSegment[];
}

const FILE = 'manifest.json';

/** What a folder holds, or null where no whole index is there: then it is built anew from the articles. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const text = await readFile(join(folder, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return null;
  });
  if (text === null) return null;
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { nextNumber, segments } = parsed.data;
  try {
    for (const { name } of segments) checkSegment(join(folder, name));
    return { nextNumber, segments: await Promise.all(segments.map((segment) => readDeleted(folder, segment))) };
  } catch (error) {
    if (error instanceof DamagedSegmentError) return null;
    throw error;
  }
}

async function readDeleted(folder: string, segment: Omit<KnownSegment, 'deleted'>): Promise<KnownSegment> {
  const deleted = createDeleted(segment.documentCount);
  if (segment.deletedFile === null) return { ...segment, deleted };
  const path = join(folder, segment.deletedFile);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new DamagedSegmentError(`${path} is missing.`, { cause: error });
  });
  if (bytes.length !== deleted.byteLength) throw new DamagedSegmentError(`${path} is not what was written.`);
  new Uint8Array(deleted.buffer).set(bytes);
  return { ...segment, deleted };
}

/**
 * Makes a state the one that a start finds: all its files are durable before the manifest takes the old one's place by
 * renaming, and that is durable before this resolves.
 */
export async function writeManifest(folder: string, { nextNumber, segments }: Manifest): Promise<void> {
  const kept = segments.map(({ name, documentCount, deletedCount, deletedFile }) => ({
    name,
    documentCount,
    deletedCount,
    deletedFile,
  }));
  await writeDurable(join(folder, `${FILE}.new`), JSON.stringify({ version: 1, nextNumber, segments: kept }));
  await rename(join(folder, `${FILE}.new`), join(folder, FILE));
  await syncFolder(folder);
}

/** Writes a file that survives a power cut once its folder is synchronised. */
export async function writeDurable(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes what no manifest names: what a crash left behind. */
export async function removeStrays(folder: string, { segments }: Manifest): Promise<void> {
  const named = new Set([FILE, ...segments.flatMap(({ name, deletedFile }) => [name, deletedFile ?? name])]);
  const strays = (await readdir(folder)).filter((name) => !named.has(name));
  await Promise.all(strays.map((name) => rm(join(folder, name), { force: true, recursive: true })));
}

export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

async function syncFolder(folder: string): Promise<void> {
  // Windows has no such thing.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
