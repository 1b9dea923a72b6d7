import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { oneAtATime } from '@alt/service-kit/one-at-a-time.ts';
import type { Piscina } from 'piscina';
import {
  type EngineResult,
  type IndexChanges,
  type IndexedArticle,
  LostIndexError,
  type SearchIndex,
} from '../engine.ts';
import { createTurns } from '../turns.ts';
import { type KnownSegment, type Manifest, removeStrays, writeDurable, writeManifest } from './manifest.ts';
import { mergedSegment, segmentsToMerge } from './merging.ts';
import { createDeleted, markDeleted } from './scope.ts';
import type { Located, ShownSegments } from './search-thread.ts';
import { closeSegment, DamagedSegmentError, openSegment } from './segment.ts';
import type { HashedArticle } from './segment-builder.ts';
import { createThread, type Thread } from './thread.ts';

/** The search thread ends after so long without a question, and gives its memory back. */
const IDLE_MS = 300_000;

/** An index in a folder and what works on it. */
interface Folder {
  path: string;
  state: Manifest;
  /** Threads that write segments. */
  pool: Piscina;
  /** The thread that answers. */
  search: Thread;
  /** Changes of the state come one after the other. */
  inTurn: ReturnType<typeof createTurns>;
  isClosed: boolean;
  /** What a merge found to be damaged. */
  damage: DamagedSegmentError | null;
}

/**
 * Opens an index in a folder. One change after the other is written as a segment by a thread of low priority; another
 * thread answers searches; merges run beside both. The manifest names what counts.
 */
export async function openFolder(
  path: string,
  state: Manifest,
  pool: Piscina,
  onError: (error: unknown) => void,
): Promise<SearchIndex> {
  await removeStrays(path, state);
  const url = new URL('./search-thread.ts', import.meta.url);
  const begin = () => ({ method: 'show', argument: shownOf(path, state.segments) });
  const search = createThread({ url, idleMs: IDLE_MS, begin });
  const folder: Folder = { path, state, pool, search, inTurn: createTurns(), isClosed: false, damage: null };
  const merge = createMerger(folder, onError);
  merge();
  return {
    async apply(changes) {
      await unlessLost(folder, () => folder.inTurn(() => applyChanges(folder, changes)));
      merge();
    },
    search: (request) => unlessLost(folder, () => search.call<EngineResult>('search', request)),
    count: async () =>
      state.segments.reduce((sum, { documentCount, deletedCount }) => sum + documentCount - deletedCount, 0),
    async close() {
      folder.isClosed = true;
      await folder.inTurn(async () => {});
      await search.stop();
    },
  };
}

/** Damage is the loss of the index: it can be built anew, but not mended. */
async function unlessLost<Result>({ path, damage }: Folder, work: () => Promise<Result>): Promise<Result> {
  try {
    if (damage) throw damage;
    return await work();
  } catch (error) {
    if (error instanceof DamagedSegmentError) throw new LostIndexError(basename(path), { cause: error });
    throw error;
  }
}

async function applyChanges(folder: Folder, { articles, removedIds }: IndexChanges): Promise<void> {
  const newest = new Map(articles.map((article) => [article.articleId, withHash(article)]));
  const located = await folder.search.call<Located[]>('locate', [...new Set([...newest.keys(), ...removedIds])]);
  const isKnown = ({ articleId, hash }: Located): boolean => {
    const article = newest.get(articleId);
    return article !== undefined && article.hash[0] === hash[0] && article.hash[1] === hash[1];
  };
  const known = new Set(located.filter(isKnown).map(({ articleId }) => articleId));
  const changed = [...newest.values()].filter(({ articleId }) => !known.has(articleId));
  const gone = located.filter(({ articleId }) => !known.has(articleId));
  if (changed.length === 0 && gone.length === 0) return;
  const segments = folder.state.segments.map((segment) => ({ ...segment }));
  const touched = deleteDocuments(segments, gone);
  if (changed.length > 0) {
    const name = newName(folder, 'segment');
    await folder.pool.run({ path: join(folder.path, name), articles: changed }, { name: 'build' });
    const documentCount = changed.length;
    segments.push({ name, documentCount, deleted: createDeleted(documentCount), deletedCount: 0, deletedFile: null });
    touched.add(name);
  }
  await commit(folder, segments, touched);
}

/** Marks documents as deleted, in copies; answers the names of the segments that changed. */
function deleteDocuments(segments: KnownSegment[], gone: readonly Located[]): Set<string> {
  const touched = new Set<string>();
  const byName = new Map(segments.map((segment) => [segment.name, segment]));
  for (const { segment: name, document } of gone) {
    const segment = byName.get(name);
    if (!segment) continue;
    if (!touched.has(name)) segment.deleted = segment.deleted.slice();
    touched.add(name);
    markDeleted(segment, document);
  }
  return touched;
}

/** Two numbers that differ where anything differs that is indexed. */
function withHash(article: IndexedArticle): HashedArticle {
  const { feedId, language, sortAt, title, author, url, text } = article;
  const digest = createHash('sha256')
    .update(JSON.stringify([feedId, language, sortAt, title, author, url, text]))
    .digest();
  return { ...article, hash: [digest.readUInt32LE(0), digest.readUInt32LE(4)] };
}

/** Makes segments the state, on disk and in the search thread; the files of the old state go. */
async function commit(folder: Folder, segments: KnownSegment[], touched: ReadonlySet<string>): Promise<void> {
  const { path, state, search } = folder;
  const next = await Promise.all(
    segments.map(async (segment) => {
      if (!touched.has(segment.name) || segment.deletedCount === 0) return segment;
      const deletedFile = newName(folder, 'deleted');
      await writeDurable(join(path, deletedFile), new Uint8Array(segment.deleted.buffer));
      return { ...segment, deletedFile };
    }),
  );
  await writeManifest(path, { nextNumber: state.nextNumber, segments: next });
  const old = filesOf(state.segments);
  state.segments = next;
  await search.call('show', shownOf(path, next, touched));
  const kept = new Set(filesOf(next));
  await Promise.all(old.filter((file) => !kept.has(file)).map((file) => rm(join(path, file), { force: true })));
}

function newName({ state }: Folder, extension: string): string {
  state.nextNumber += 1;
  return `${String(state.nextNumber).padStart(8, '0')}.${extension}`;
}

function filesOf(segments: readonly KnownSegment[]): string[] {
  return segments.flatMap(({ name, deletedFile }) => (deletedFile === null ? [name] : [name, deletedFile]));
}

/** What the search thread is told; without what it knows already, where `touched` says what changed. */
function shownOf(path: string, segments: readonly KnownSegment[], touched?: ReadonlySet<string>): ShownSegments {
  return {
    segments: segments.map(({ name, deleted, deletedCount }) => ({
      name,
      path: join(path, name),
      deletedCount,
      ...(!touched || touched.has(name) ? { deleted } : {}),
    })),
  };
}

/** Merges until nothing is left to merge; one at a time. */
function createMerger(folder: Folder, onError: (error: unknown) => void): () => void {
  const merging = oneAtATime(
    async () => {
      while (!folder.isClosed && (await mergeOnce(folder)));
    },
    (error) => {
      if (!folder.isClosed) onError(error);
    },
  );
  return () => void merging.ask();
}

/** Makes one segment of several; answers false where there is nothing to merge. Changes go on meanwhile. */
async function mergeOnce(folder: Folder): Promise<boolean> {
  const { path, state, pool } = folder;
  const sources = segmentsToMerge(state.segments);
  if (!sources) return false;
  const before = sources.map(({ deleted }) => deleted.slice());
  const name = newName(folder, 'segment');
  const task = sources.map(({ name: source, deletedCount }, index) => ({
    path: join(path, source),
    deleted: before[index],
    deletedCount,
  }));
  await pool.run({ path: join(path, name), sources: task }, { name: 'merge' }).catch((error: unknown) => {
    folder.damage = task.map((source) => damageOf(source.path)).find((damage) => damage !== null) ?? null;
    throw error;
  });
  await folder.inTurn(async () => {
    if (folder.isClosed) return;
    const names = new Set(sources.map((source) => source.name));
    const merged = mergedSegment(
      name,
      state.segments.filter((segment) => names.has(segment.name)),
      before,
    );
    const at = state.segments.findIndex((segment) => names.has(segment.name));
    const others = state.segments.filter((segment) => !names.has(segment.name));
    const kept = merged.documentCount > merged.deletedCount ? [merged] : [];
    await commit(folder, [...others.slice(0, at), ...kept, ...others.slice(at)], new Set([name]));
  });
  return true;
}

function damageOf(path: string): DamagedSegmentError | null {
  try {
    closeSegment(openSegment(path, path));
    return null;
  } catch (error) {
    return error instanceof DamagedSegmentError ? error : null;
  }
}
