import { z } from 'zod';

const environment = z.object({
  /** Where the built-in engine keeps its indexes. */
  ALT_SEARCH_DIR: z.string('is missing: name a folder for the search index'),
  /** A Meilisearch server that is used instead of the built-in engine. */
  MEILISEARCH_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
  /** The key that Meilisearch asks for: one that may create indexes, write and search. */
  MEILISEARCH_KEY: z.string().optional(),
  /** Articles that are indexed at once. */
  ALT_INDEX_BATCH: z.coerce.number().int().min(1).max(1_000).default(200),
});

/** The settings of search-indexer, from the environment. */
export const config = environment.transform((values) => ({
  folder: values.ALT_SEARCH_DIR,
  /** Null: the built-in engine. */
  meilisearch: values.MEILISEARCH_URL ? { url: values.MEILISEARCH_URL, key: values.MEILISEARCH_KEY ?? null } : null,
  batch: values.ALT_INDEX_BATCH,
}));
export type Config = z.infer<typeof config>;
