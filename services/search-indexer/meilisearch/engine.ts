import { z } from 'zod';
import { createAnalysis } from '../analysis.ts';
import type { IndexChanges, SearchEngine, SearchIndex } from '../engine.ts';
import { type Client, createClient, MeilisearchError } from './client.ts';
import { createDocuments, hashOf, settings } from './documents.ts';
import { searchIndex } from './search.ts';

/** A Meilisearch server (1.21 is tested). Any number of search-indexers may share it. */
export function createMeilisearchEngine(options: {
  url: string;
  key: string | null;
  signal: AbortSignal;
}): SearchEngine {
  const client = createClient(options);
  const pathOf = (name: string): string => `/indexes/${encodeURIComponent(name)}`;
  return {
    name: 'meilisearch',
    async open(name) {
      return (await client.call('GET', pathOf(name))) === null ? null : openIndex(client, name);
    },
    async create(name) {
      await client.write('POST', '/indexes', { uid: name, primaryKey: 'id' }).catch((error: unknown) => {
        // Another search-indexer was quicker.
        if (!(error instanceof MeilisearchError && error.code === 'index_already_exists')) throw error;
      });
      await client.write('PATCH', `${pathOf(name)}/settings`, settings);
      await client.write('PATCH', `${pathOf(name)}/settings/pagination`, { maxTotalHits: MAX_TOTAL_HITS });
      return openIndex(client, name);
    },
    drop: (name) => client.write('DELETE', pathOf(name)),
    // Another Alt may use the same server.
    list: async () => [],
    async check() {
      await client.call('GET', '/health');
    },
    stop: async () => {},
  };
}

/** One more than totals are exact for, so that "more" can be told. */
const MAX_TOTAL_HITS = 10_001;
const stats = z.object({ numberOfDocuments: z.int() });
const hashes = z.object({ results: z.array(z.object({ id: z.int(), hash: z.string() })) });

function openIndex(client: Client, name: string): SearchIndex {
  const path = `/indexes/${encodeURIComponent(name)}`;
  const analysis = createAnalysis();
  const documentOf = createDocuments(analysis);
  const knownHashes = async (articleIds: readonly number[]): Promise<Map<number, string>> => {
    const given = await client.call('POST', `${path}/documents/fetch`, {
      filter: `id IN [${articleIds.join(',')}]`,
      fields: ['id', 'hash'],
      limit: articleIds.length,
    });
    return new Map(hashes.parse(given ?? { results: [] }).results.map(({ id, hash }) => [id, hash]));
  };
  return {
    async apply({ articles, removedIds }: IndexChanges) {
      const newest = new Map(articles.map((article) => [article.articleId, article]));
      const known = await knownHashes([...newest.keys()]);
      const changed = [...newest.values()].filter((article) => known.get(article.articleId) !== hashOf(article));
      if (removedIds.length > 0) await client.write('POST', `${path}/documents/delete-batch`, removedIds);
      if (changed.length > 0) await client.write('POST', `${path}/documents`, changed.map(documentOf));
    },
    search: (request) => searchIndex(client, name, request, analysis),
    count: async () => stats.parse(await client.call('GET', `${path}/stats`)).numberOfDocuments,
    close: async () => {},
  };
}
