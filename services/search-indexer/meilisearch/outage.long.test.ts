import { statement } from '@alt/database';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestIndexer, type RunningIndexer, type TestSearchIndexer, until } from '../testing.ts';
import { createMeilisearchServer, type MeilisearchServer, meilisearchBinary } from './testing.ts';

const binary = meilisearchBinary();
let indexer: TestSearchIndexer;
let server: MeilisearchServer;
let environment: Record<string, string>;

beforeEach(async () => {
  if (!binary) return;
  indexer = await openTestIndexer();
  server = await createMeilisearchServer(binary);
  environment = { MEILISEARCH_URL: server.url, MEILISEARCH_KEY: server.key };
});
afterEach(async () => {
  await indexer?.stop();
  await server?.close();
});

const stages = statement<{ state: string; count: number; attempts: number }>(
  'test-stages',
  `select state, count(*)::int as count, sum(attempts)::int as attempts from article_stages group by state`,
);
const deleteArticle = statement('test-delete', 'delete from articles where id = $1');
const teapots = { kind: 'word', field: 'text', text: 'teapot' } as const;

async function found(running: RunningIndexer, feedId: number): Promise<number[] | null> {
  const given = await running.search({ text: teapots, mode: 'filter', scope: { feedIds: [feedId] } }).catch(() => null);
  return given === null ? null : given.hits.map(({ articleId }) => Number(articleId)).sort((a, b) => a - b);
}

test.skipIf(!binary)(
  'Meilisearch may be down for a whole run and come back: nothing is lost, no attempt is burnt',
  async () => {
    const feedId = await indexer.addFeed('one');
    const first = await indexer.addArticle(feedId, 'Teapots', 'Tin.');
    let running = await indexer.start(environment);
    await until('the outage is seen', async () => (await running.request('/v1/health', {})).status !== 200);
    const refused = await running.request('/v1/search', { text: teapots, scope: { feedIds: [feedId] } });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'unavailable', detail: expect.stringContaining('Meilisearch') });
    await running.stop();
    expect(await indexer.rows.all(stages)).toEqual([{ state: 'waiting', count: 1, attempts: 0 }]);

    running = await indexer.start(environment);
    const second = await indexer.addArticle(feedId, 'More teapots', 'Porcelain.');
    await server.start();
    await until(
      'both are found',
      async () => JSON.stringify(await found(running, feedId)) === JSON.stringify([first, second]),
    );

    await server.kill();
    const third = await indexer.addArticle(feedId, 'Yet more teapots', 'Silver.');
    await indexer.editArticle(second, 'Not a word of tea.');
    await indexer.rows.run(deleteArticle, [first]);
    await until('the outage is felt', async () => (await found(running, feedId)) === null);
    await server.start();
    await until(
      'the changes are found',
      async () => JSON.stringify(await found(running, feedId)) === JSON.stringify([second, third]),
    );
    await until('all is done', async () => {
      return (await indexer.rows.all(stages)).every(({ state, attempts }) => state === 'done' && attempts === 0);
    });
  },
);

test.skipIf(!binary)(
  'Meilisearch may lose all that it had while Alt runs: the index is built anew, with its settings',
  async () => {
    const feedId = await indexer.addFeed('one');
    const other = await indexer.addFeed('two');
    const first = await indexer.addArticle(feedId, 'Teapots', 'Tin.');
    await indexer.addArticle(other, 'Teapots', 'Of others.');
    await server.start();
    const running = await indexer.start(environment);
    await until('it is found', async () => JSON.stringify(await found(running, feedId)) === JSON.stringify([first]));
    await until('all is done', async () => (await indexer.rows.all(stages)).every(({ state }) => state === 'done'));

    await server.lose();
    await server.start();
    await until(
      'it is found again',
      async () => JSON.stringify(await found(running, feedId)) === JSON.stringify([first]),
    );

    await server.lose();
    const second = await indexer.addArticle(feedId, 'More teapots', 'Porcelain.');
    await server.start();
    await until(
      'both are found, though nobody asked before the new one came',
      async () => JSON.stringify(await found(running, feedId)) === JSON.stringify([first, second]),
    );
    await until('it is complete', async () => (await running.search({ scope: { feedIds: [other] } })).isComplete);
  },
);

test.skipIf(!binary)(
  'who goes from one engine to the other and back finds what came, changed and went meanwhile',
  async () => {
    const feedId = await indexer.addFeed('one');
    const gone = await indexer.addArticle(feedId, 'Teapots', 'Tin.');
    const changed = await indexer.addArticle(feedId, 'Teapots', 'Silver.');
    const holds = async (ids: number[], given?: Record<string, string>) => {
      const running = await indexer.start(given);
      await until(
        `${ids.length} are found`,
        async () => JSON.stringify(await found(running, feedId)) === JSON.stringify(ids),
      );
      return running;
    };
    const isIndexed = async () => (await indexer.rows.all(stages)).every(({ state }) => state === 'done');
    await server.start();
    let running = await holds([gone, changed]);
    await running.stop();
    running = await holds([gone, changed], environment);
    await indexer.rows.run(deleteArticle, [gone]);
    await indexer.editArticle(changed, 'Not a word of tea.');
    const come = await indexer.addArticle(feedId, 'Teapots', 'Gold.');
    await until(
      'Meilisearch has it',
      async () => JSON.stringify(await found(running, feedId)) === JSON.stringify([changed, come]),
    );
    await until('all is done', isIndexed);
    await running.stop();
    running = await holds([changed, come]);
    const gold = { kind: 'word', field: 'text', text: 'gold' } as const;
    expect((await running.search({ text: gold, mode: 'filter', scope: { feedIds: [feedId] } })).hits).toHaveLength(1);
    const silver = { kind: 'word', field: 'text', text: 'silver' } as const;
    expect((await running.search({ text: silver, mode: 'filter', scope: { feedIds: [feedId] } })).hits).toEqual([]);
    await running.stop();
    await (await holds([changed, come], environment)).stop();
  },
);
