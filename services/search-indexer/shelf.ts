import { randomBytes } from 'node:crypto';
import type { Database } from '@alt/database';
import { OutageError } from '@alt/pipeline';
import type { SearchEngine, SearchIndex } from './engine.ts';
import { addIndex, type IndexRow, keepEngine, listIndexes, listLeftIndexes, removeIndex, takeOver } from './store.ts';
import { createTurns } from './turns.ts';

/** The open indexes of an engine. What there are stands in the database, where every process finds it. */
export interface Shelf {
  /**
   * Opens what the database names, closes what it does not name any more, and begins an index where there is none or
   * where one is to be rebuilt.
   */
  refresh(): Promise<void>;
  /** Closes and drops an index that was lost, and begins another in its place. */
  replace(name: string): Promise<void>;
  /** The one that answers first, as of the last refresh. */
  rows(): readonly IndexRow[];
  indexOf(row: IndexRow): SearchIndex | null;
  close(): Promise<void>;
}

/** Longer than a process with an engine is silent. */
const ENGINE_IDLE_SECONDS = 120;

export function createShelf({ database, engine }: { database: Database; engine: SearchEngine }): Shelf {
  const open = new Map<string, SearchIndex>();
  const inTurn = createTurns();
  const claim = createClaim(database, engine.name);
  let shelved: IndexRow[] = [];

  const openIndex = async ({ name, isComplete, filledTo }: IndexRow): Promise<SearchIndex | null> => {
    const index = open.get(name) ?? (await engine.open(name));
    // One that was only begun may not have been made yet.
    return index ?? (isComplete || filledTo > 0 ? null : engine.create(name));
  };
  const closeOthers = async (): Promise<void> => {
    for (const [name, index] of open) {
      if (shelved.some((row) => row.name === name)) continue;
      open.delete(name);
      await index.close();
      await engine.drop(name);
    }
  };
  const removeLost = async (name: string): Promise<void> => {
    await removeIndex(database, name);
    await engine.drop(name);
  };
  /** Drops what was not kept up while there was another engine, and what a crash or a restored backup left without a row. */
  const tidy = async (): Promise<void> => {
    for (const index of open.values()) await index.close();
    open.clear();
    for (const name of await listLeftIndexes(database, engine.name)) await removeLost(name);
    const names = await engine.list();
    const rows = await listIndexes(database, engine.name);
    for (const name of names) if (!rows.some((row) => row.name === name)) await engine.drop(name);
  };
  const refresh = async (): Promise<void> => {
    await claim(tidy);
    const rows = await listIndexes(database, engine.name);
    for (const row of rows) {
      const index = await openIndex(row);
      if (index) open.set(row.name, index);
      else await removeLost(row.name); // it is built anew
    }
    shelved = rows.filter(({ name }) => open.has(name));
    await closeOthers();
    const [first] = shelved;
    const isRebuildWanted = shelved.length === 1 && first?.isComplete === true && first.isRebuildWanted;
    if (first && !isRebuildWanted) return;
    await addIndex(database, `articles-${randomBytes(4).toString('hex')}`, engine.name);
    return refresh();
  };
  const replace = async (name: string): Promise<void> => {
    const index = open.get(name);
    // Whoever saw the loss first has done it.
    if (!index) return;
    open.delete(name);
    await index.close();
    await removeLost(name);
    await refresh();
  };
  return {
    refresh: () => inTurn(refresh),
    replace: (name) => inTurn(() => replace(name)),
    rows: () => shelved,
    indexOf: ({ name }) => open.get(name) ?? null,
    async close() {
      await Promise.all([...open.values()].map((index) => index.close()));
      open.clear();
    },
  };
}

/**
 * Whoever started last has the index kept by its engine. Where that is another, this process neither works nor makes an
 * index: what it marks done would be missing in the other's. It takes over when the other has gone, and tidies up then.
 */
function createClaim(database: Database, own: string): (tidy: () => Promise<void>) => Promise<void> {
  let isStarted = false;
  let isTidy = false;
  return async (tidy) => {
    const kept = isStarted ? await keepEngine(database, own, ENGINE_IDLE_SECONDS) : null;
    if (kept && kept.engine !== own && !kept.isIdle) {
      throw new OutageError(
        `Another search-indexer, which was started later, keeps the index with the engine ${kept.engine}. Stop it, or this one.`,
      );
    }
    if (kept?.engine !== own) {
      await takeOver(database, own);
      isStarted = true;
      isTidy = false;
    }
    if (!isTidy) await tidy();
    isTidy = true;
  };
}
