import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statement } from '@alt/database';
import { OutageError } from '@alt/pipeline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEmbeddedEngine } from './embedded/engine.ts';
import type { SearchEngine } from './engine.ts';
import { createLibrary, type Library } from './library.ts';
import { openTestIndexer, type TestSearchIndexer } from './testing.ts';

let indexer: TestSearchIndexer;
let feedId: number;
let folders: string[];
let open: { library: Library; engine: SearchEngine }[];

beforeEach(async () => {
  indexer = await openTestIndexer();
  feedId = await indexer.addFeed('one');
  [folders, open] = [[], []];
});
afterEach(async () => {
  for (const { library, engine } of open) {
    await library.stop();
    await engine.stop();
  }
  await indexer.stop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A process with an engine that the database knows by that name; what the engine is does not matter here. */
async function start(name: SearchEngine['name']): Promise<Library> {
  const folder = await mkdtemp(join(tmpdir(), 'alt-switch-'));
  folders.push(folder);
  const engine = { ...createEmbeddedEngine({ folder, onError: (error) => expect.fail(String(error)) }), name };
  const { signal } = new AbortController();
  const library = createLibrary({ database: indexer.rows, engine, signal, onLost() {} });
  open.push({ library, engine });
  await library.keep();
  return library;
}

async function found(library: Library): Promise<number[]> {
  const { hits, isComplete } = await library.search({
    ...{ text: { kind: 'word', field: 'text', text: 'teapot' }, mode: 'filter', order: 'oldest' },
    ...{ scope: { feedIds: [feedId] }, limit: 10, offset: 0, facets: [], countLimit: 100 },
  });
  expect(isComplete).toBe(true);
  return hits.map(({ articleId }) => articleId).sort((a, b) => a - b);
}

const deleteArticle = statement('test-delete', 'delete from articles where id = $1');
const kept = statement<{ engine: string }>('test-kept', 'select engine from search_indexes where left_at is null');
const removals = statement<{ id: number }>('test-removals', 'select article_id as id from search_removals');
const fallSilent = statement('test-silent', `update search_engine set kept_at = now() - interval '1 hour'`);

test('a process with the engine of before does nothing that the new one would have to do', async () => {
  const [first, second] = [await add('One'), await add('Two')];
  const old = await start('embedded');
  const fresh = await start('meilisearch');
  expect(await found(fresh)).toEqual([first, second]);
  const third = await add('Three');
  await indexer.rows.run(deleteArticle, [first]);
  await expect(old.index([third])).rejects.toThrow(OutageError);
  await expect(old.keep()).rejects.toThrow(/engine meilisearch/);
  expect(await indexer.rows.all(removals)).toEqual([{ id: first }]);
  expect(await found(old)).toEqual([first, second]); // who asks it still gets an answer
  await fresh.index([third]);
  await fresh.keep();
  expect(await found(fresh)).toEqual([second, third]);
  expect(await indexer.rows.all(kept)).toEqual([{ engine: 'meilisearch' }]);
});

test('when the other engine has gone for good, it begins anew and has everything', async () => {
  const first = await add('One');
  const old = await start('embedded');
  const fresh = await start('meilisearch');
  const second = await add('Two');
  await fresh.index([second]);
  await indexer.rows.run(fallSilent);
  await old.keep();
  expect(await found(old)).toEqual([first, second]);
  await expect(fresh.index([second])).rejects.toThrow(/engine embedded/);
  expect(await indexer.rows.all(kept)).toEqual([{ engine: 'embedded' }]);
});

function add(title: string): Promise<number> {
  return indexer.addArticle(feedId, title, 'A teapot.');
}
