import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { statement } from '@alt/database';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestIndexer, type RunningIndexer, type TestSearchIndexer, until } from './testing.ts';

let indexer: TestSearchIndexer;
let feedId: number;

beforeEach(async () => {
  indexer = await openTestIndexer();
  feedId = await indexer.addFeed('one');
});
afterEach(() => indexer.stop());

const word = (text: string) => ({ kind: 'word', field: 'text', text }) as const;
const deleteArticle = statement('test-delete', 'delete from articles where id = $1');
const moveArticles = statement('test-move', 'update articles set feed_id = $1');
const requestRebuild = statement('test-rebuild', 'select request_search_rebuild()');
const listIndexes = statement<{ name: string }>(
  'test-indexes',
  'select name from search_indexes where completed_at is not null',
);
const countRemovals = statement<{ count: number }>(
  'test-removals',
  'select count(*)::int as count from search_removals',
);
const unfinished = statement<{ count: number }>(
  'test-unfinished',
  `select count(*)::int as count from article_stages where stage = 'index' and state <> 'done'`,
);
const burnt = statement<{ count: number }>(
  'test-burnt',
  'select count(*)::int as count from article_stages where attempts > 0',
);

async function idsOf(running: RunningIndexer, text: string, feedIds = [feedId]): Promise<number[]> {
  const { hits } = await running.search({ text: word(text), mode: 'filter', scope: { feedIds } });
  return hits.map(({ articleId }) => Number(articleId)).sort((a, b) => a - b);
}

async function count(of: typeof unfinished): Promise<number> {
  return (await indexer.rows.one(of))?.count ?? -1;
}

/** Changes the last byte before the footer of each segment. */
async function damageColumns(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.segment')) continue;
    const bytes = await readFile(join(folder, name));
    const at = bytes.length - bytes.readUInt32LE(bytes.length - 12) - 13;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(join(folder, name), bytes);
  }
}

/** Waits until exactly these are found. */
async function untilFound(running: RunningIndexer, text: string, ids: number[], feedIds = [feedId]): Promise<void> {
  await until(`${text} finds ${ids.length}`, async () => {
    const found = await idsOf(running, text, feedIds).catch(() => null);
    return JSON.stringify(found) === JSON.stringify(ids);
  });
}

describe('the index', () => {
  test('follows articles as they come, change, move and go', async () => {
    const early = await indexer.addArticle(feedId, 'Teapots', 'Porcelain and tin.');
    const running = await indexer.start();
    await untilFound(running, 'porcelain', [early]);
    const late = await indexer.addArticle(feedId, 'More teapots', 'Porcelain again.');
    await untilFound(running, 'porcelain', [early, late]);
    await indexer.editArticle(early, 'Only tin.');
    await untilFound(running, 'porcelain', [late]);
    const other = await indexer.addFeed('two');
    await indexer.rows.run(moveArticles, [other]);
    await untilFound(running, 'teapots', []);
    await untilFound(running, 'teapots', [early, late], [other]);
    await indexer.rows.run(deleteArticle, [late]);
    await untilFound(running, 'teapots', [early], [other]);
    await until('removals are forgotten', async () => (await count(countRemovals)) === 0);
    await until('all is indexed', async () => (await count(unfinished)) === 0);
  });

  test('takes in what was here before it was made, though its stage is done', async () => {
    const id = await indexer.addArticle(feedId, 'Old', 'Parchment.');
    await indexer.rows.script(`update article_stages set state = 'done'`);
    const running = await indexer.start();
    await untilFound(running, 'parchment', [id]);
    await until('it is complete', async () => (await running.search({ scope: { feedIds: [feedId] } })).isComplete);
  });

  test('outlives a restart, and a folder that is lost or damaged is built anew', async () => {
    const id = await indexer.addArticle(feedId, 'Old', 'Parchment.');
    let running = await indexer.start();
    await untilFound(running, 'parchment', [id]);
    await running.stop();
    running = await indexer.start();
    await untilFound(running, 'parchment', [id]);
    await running.stop();
    for (const name of await readdir(indexer.folder)) await rm(join(indexer.folder, name), { recursive: true });
    running = await indexer.start();
    await untilFound(running, 'parchment', [id]);
    await until('it is complete', async () => (await indexer.rows.one(listIndexes)) !== null);
    await running.stop();
    await damageColumns(indexer.folder);
    running = await indexer.start();
    await untilFound(running, 'parchment', [id]);
  });

  test('is rebuilt beside the one that answers, which then goes', async () => {
    const ids: number[] = [];
    for (let index = 0; index < 5; index += 1) ids.push(await indexer.addArticle(feedId, `Teapot ${index}`, 'Tin.'));
    const running = await indexer.start();
    await untilFound(running, 'teapot', ids);
    const complete = async () => (await indexer.rows.one(listIndexes))?.name ?? null;
    await until('the first is complete', async () => (await complete()) !== null);
    const first = await complete();
    await indexer.rows.run(requestRebuild);
    await until('the second is complete', async () => {
      expect(await idsOf(running, 'teapot')).toEqual(ids);
      return ![first, null].includes(await complete());
    });
    expect(await idsOf(running, 'teapot')).toEqual(ids);
    await until('the first is gone', async () => !(await readdir(indexer.folder)).includes(first ?? ''));
  });

  test('is built anew where a restored backup has forgotten it', async () => {
    const id = await indexer.addArticle(feedId, 'Old', 'Parchment.');
    let running = await indexer.start();
    await untilFound(running, 'parchment', [id]);
    await running.stop();
    const before = (await readdir(indexer.folder)).filter((name) => name.startsWith('articles-'));
    await indexer.rows.script('delete from search_indexes');
    running = await indexer.start();
    await untilFound(running, 'parchment', [id]);
    expect(await readdir(indexer.folder)).not.toContain(before[0]);
  });

  test('keeps a second process out of its folder', async () => {
    await indexer.start();
    await expect(indexer.start()).rejects.toThrow(/is in use|already|another/i);
  });
});

describe('a search', () => {
  test('shows what it found, in title and text', async () => {
    const text = `${'Nothing to see here. '.repeat(40)}Then a kettle <b>boils</b> and kettles whistle.`;
    await indexer.addArticle(feedId, 'The kettle', text);
    const running = await indexer.start();
    await until('it is found', async () => (await idsOf(running, 'kettle')).length === 1);
    const { hits } = await running.search({ text: word('kettles'), highlight: true, scope: { feedIds: [feedId] } });
    expect(hits[0]?.title).toEqual([
      { text: 'The ', isMarked: false },
      { text: 'kettle', isMarked: true },
    ]);
    const snippet = hits[0]?.snippet ?? [];
    expect(snippet.filter(({ isMarked }) => isMarked).map(({ text: piece }) => piece)).toEqual(['kettle', 'kettles']);
    expect(snippet.map(({ text: piece }) => piece).join('').length).toBeLessThan(300);
  });

  test('is answered to the services that may ask, and checked', async () => {
    const running = await indexer.start();
    const body = { text: null, scope: { feedIds: [] } };
    await until('it answers', async () => (await running.request('/v1/search', body)).status === 200);
    expect((await running.request('/v1/search', body, null)).status).toBe(404);
    expect((await running.request('/v1/search', body, 'pre-processor')).status).toBe(404);
    expect((await running.request('/v1/search', { ...body, text: { kind: 'word' } })).status).toBe(422);
    expect((await running.request('/v1/search', { text: null })).status).toBe(422);
    expect(await count(burnt)).toBe(0);
  });
});
