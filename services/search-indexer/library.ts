import type { Database } from '@alt/database';
import { OutageError } from '@alt/pipeline';
import {
  type EngineRequest,
  type EngineResult,
  LostIndexError,
  type SearchEngine,
  type SearchIndex,
} from './engine.ts';
import { createShelf, type Shelf } from './shelf.ts';
import {
  advanceFill,
  articleTexts,
  articleVersions,
  completeIndex,
  forgetRemovals,
  type IndexRow,
  listRemovals,
  nextArticleIds,
} from './store.ts';

/** The index that answers and, while it is rebuilt, the one beside it. */
export interface Library {
  /** Brings articles as they are now into every index; resolves when that is durable. Those that went are taken out. */
  index(articleIds: readonly number[]): Promise<void>;
  search(request: EngineRequest): Promise<EngineResult & { isComplete: boolean }>;
  /** Takes out what went, begins what is to be built and fills it. Rejects with what hinders it; call it again then. */
  keep(): Promise<void>;
  isComplete(): boolean;
  stop(): Promise<void>;
}

export interface LibraryOptions {
  database: Database;
  engine: SearchEngine;
  /** Ends a fill, which goes on at the next start. */
  signal: AbortSignal;
  /** An index was lost; the one in its place is empty until `keep` is called. */
  onLost(): void;
}

const FILL_BATCH = 1_000;
const REMOVAL_BATCH = 1_000;

export function createLibrary(options: LibraryOptions): Library {
  const shelf = createShelf(options);
  const { database } = options;
  /** Does it once more where the index was lost on the way. */
  const survivingLoss = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LostIndexError)) throw error;
      await shelf.replace(error.index);
      options.onLost();
      return work();
    }
  };
  const search = async (request: EngineRequest): Promise<EngineResult & { isComplete: boolean }> => {
    if (shelf.rows().length === 0) await shelf.refresh();
    const [row] = shelf.rows();
    const index = row && shelf.indexOf(row);
    if (!row || !index) throw new OutageError('The search index is not open yet.');
    try {
      return { ...(await index.search(request)), isComplete: row.isComplete };
    } catch (error) {
      // It was closed on the way, because another has taken its place.
      if (shelf.indexOf(row) !== index) return search(request);
      throw error;
    }
  };
  const keep = async (): Promise<void> => {
    await shelf.refresh();
    await removeGone(database, shelf);
    const row = shelf.rows().find(({ isComplete }) => !isComplete);
    if (row) await fill(row, shelf, options);
  };
  return {
    index: (articleIds) => survivingLoss(async () => bring(database, await openIndexes(shelf), articleIds)),
    search: (request) => survivingLoss(() => search(request)),
    keep: () => survivingLoss(keep),
    isComplete: () => shelf.rows()[0]?.isComplete ?? false,
    stop: shelf.close,
  };
}

async function openIndexes(shelf: Shelf): Promise<SearchIndex[]> {
  await shelf.refresh();
  return shelf
    .rows()
    .map(shelf.indexOf)
    .filter((index) => index !== null);
}

async function removeGone(database: Database, shelf: Shelf): Promise<void> {
  for (;;) {
    const removedIds = await listRemovals(database, REMOVAL_BATCH);
    if (removedIds.length === 0) return;
    for (const index of await openIndexes(shelf)) await index.apply({ articles: [], removedIds });
    await forgetRemovals(database, removedIds);
  }
}

/** Fills an index with all articles that were here before it; it answers once they are in. */
async function fill(row: IndexRow, shelf: Shelf, { database, engine, signal }: LibraryOptions): Promise<void> {
  const index = shelf.indexOf(row);
  for (let filledTo = row.filledTo; index && !signal.aborted; ) {
    const articleIds = await nextArticleIds(database, filledTo, FILL_BATCH);
    const last = articleIds.at(-1);
    if (last === undefined) {
      await database.transaction((tx) => completeIndex(tx, row.name, engine.name));
      return shelf.refresh();
    }
    await bring(database, [index], articleIds);
    await advanceFill(database, row.name, last);
    filledTo = last;
    await removeGone(database, shelf);
  }
}

/**
 * Writes articles as they are now. What changed or went meanwhile may have been written before in a newer state: it is
 * done again.
 */
async function bring(
  database: Database,
  indexes: readonly SearchIndex[],
  articleIds: readonly number[],
): Promise<void> {
  for (let wanted = articleIds; wanted.length > 0; ) {
    const articles = await articleTexts(database, wanted);
    const found = new Set(articles.map(({ articleId }) => articleId));
    const removedIds = wanted.filter((articleId) => !found.has(articleId));
    for (const index of indexes) await index.apply({ articles, removedIds });
    const versions = await articleVersions(database, [...found]);
    wanted = articles
      .filter(({ articleId, version }) => versions.get(articleId) !== version)
      .map(({ articleId }) => articleId);
  }
}
