import { z } from 'zod';
import { createAnalysis } from '../analysis.ts';
import { type IndexChanges, LostIndexError, type SearchEngine, type SearchIndex } from '../engine.ts';
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
  return {
    name: 'meilisearch',
    async open(name) {
      const given = await client.call('GET', `${pathOf(name)}/settings`);
      return hasSettings(given) ? openIndex(client, name) : null;
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
    drop: (name) =>
      client.write('DELETE', pathOf(name)).catch((error: unknown) => {
        if (!(error instanceof MeilisearchError && error.code === 'index_not_found')) throw error;
      }),
    // Another Alt may use the same server.
    list: async () => [],
    async check() {
      await client.call('GET', '/health');
    },
    stop: async () => {},
  };
}

function pathOf(name: string): string {
  return `/indexes/${encodeURIComponent(name)}`;
}

/** One more than totals are exact for, so that "more" can be told. */
const MAX_TOTAL_HITS = 10_001;
const stats = z.object({ numberOfDocuments: z.int() });
const hashes = z.object({ results: z.array(z.object({ id: z.int(), hash: z.string() })) });

/** Whether an index is one of ours: a write to one that is lost makes it anew, without any settings. */
function hasSettings(given: unknown): boolean {
  const parsed = z
    .object({
      filterableAttributes: z.array(z.string()),
      searchableAttributes: z.array(z.string()),
      pagination: z.object({ maxTotalHits: z.int() }),
    })
    .safeParse(given);
  return (
    parsed.success &&
    settings.filterableAttributes.every((name) => parsed.data.filterableAttributes.includes(name)) &&
    settings.searchableAttributes.join() === parsed.data.searchableAttributes.join() &&
    parsed.data.pagination.maxTotalHits === MAX_TOTAL_HITS
  );
}

/** What Meilisearch says of an index that is not there, or that it has made anew without its settings. */
const LOST_CODES = new Set([
  'index_not_found',
  'invalid_search_filter',
  'invalid_document_filter',
  'invalid_search_sort',
  'invalid_search_attributes_to_search_on',
]);

/** A client that knows the loss of its index when it sees it. Whatever else is refused says nothing about the index. */
function watchFor(client: Client, name: string): Client {
  const examine = async (error: unknown): Promise<never> => {
    const isSuspect = error instanceof MeilisearchError && LOST_CODES.has(error.code);
    if (isSuspect && !hasSettings(await client.call('GET', `${pathOf(name)}/settings`))) {
      throw new LostIndexError(name, { cause: error });
    }
    throw error;
  };
  return {
    async call(...given) {
      const answer = await client.call(...given).catch(examine);
      if (answer === null) throw new LostIndexError(name);
      return answer;
    },
    write: (...given) => client.write(...given).catch(examine),
  };
}

function openIndex(given: Client, name: string): SearchIndex {
  const client = watchFor(given, name);
  const path = pathOf(name);
  const analysis = createAnalysis();
  const documentOf = createDocuments(analysis);
  const knownHashes = async (articleIds: readonly number[]): Promise<Map<number, string>> => {
    if (articleIds.length === 0) return new Map();
    const found = await client.call('POST', `${path}/documents/fetch`, {
      filter: `id IN [${articleIds.join(',')}]`,
      fields: ['id', 'hash'],
      limit: articleIds.length,
    });
    return new Map(hashes.parse(found).results.map(({ id, hash }) => [id, hash]));
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
