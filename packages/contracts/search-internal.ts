import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { articleId, time } from './primitives.ts';

/**
 * Endpoints of search-indexer for services. It knows texts and feeds, never readers: the caller says which feeds may be
 * seen and checks the answer against the reader's entries once more.
 */

/** No more articles than this cross over between the engine and Postgres, and totals are exact up to it. */
export const CANDIDATE_LIMIT = 10_000;

const field = z.enum(['text', 'title', 'author', 'url']);
const leaf = z.string().min(1).max(500);

/**
 * The part of a search query that concerns text. `text` is title and text of an article. A word of Chinese, Japanese or
 * Korean may hold several; a word such as `state-of-the-art` is a phrase of its parts.
 */
export type EngineQuery =
  | { kind: 'word'; field: z.infer<typeof field>; text: string; isPrefix?: boolean | undefined }
  | { kind: 'phrase'; field: z.infer<typeof field>; text: string }
  | { kind: 'and'; parts: EngineQuery[] }
  | { kind: 'or'; parts: EngineQuery[] }
  | { kind: 'not'; part: EngineQuery };

export const engineQuery: z.ZodType<EngineQuery> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('word'), field, text: leaf, isPrefix: z.boolean().optional() }),
    z.object({ kind: z.literal('phrase'), field, text: leaf }),
    z.object({ kind: z.literal('and'), parts: z.array(engineQuery).max(500) }),
    z.object({ kind: z.literal('or'), parts: z.array(engineQuery).max(500) }),
    z.object({ kind: z.literal('not'), part: engineQuery }),
  ]),
);

/** What may be found at all, whatever the text. */
export const searchScope = z.object({
  /** What the reader may see; nothing of another feed is found or counted. */
  feedIds: z.array(z.int().min(1)).max(200_000),
  /** All that the reader may see, where `feedIds` are fewer: a word that stands there is spelled right. */
  readableFeedIds: z.array(z.int().min(1)).max(200_000).optional(),
  /** Only these, where Postgres leads. */
  articleIds: z.array(articleId).max(CANDIDATE_LIMIT).optional(),
  /** By `sort_at`: at or after, and before. */
  after: time.optional(),
  before: time.optional(),
  /** ISO 639-1; any of them. */
  languages: z.array(z.string().max(16)).max(50).optional(),
});
export type SearchScope = z.infer<typeof searchScope>;

export const facetName = z.enum(['feed', 'language', 'day']);
export type FacetName = z.infer<typeof facetName>;

/** A count by value: a feed's id, a language (`und` unknown), a day of `sort_at` in UTC (`2026-11-21`). */
const facetCounts = z.array(z.object({ value: z.string(), count: z.int() }));

/** Pieces of a text, in order; the marked ones are what was found. */
export const highlight = z.array(z.object({ text: z.string(), isMarked: z.boolean() }));
export type Highlight = z.infer<typeof highlight>;

export const searchHit = z.object({
  articleId,
  /** Higher is better; comparable within one answer. */
  score: z.number(),
  /** Where dates order: milliseconds since 1970, from which the next hits are asked for. */
  sortAt: z.int().optional(),
  /** Where `highlight` was asked: the title, and the piece of text with most of what was found. */
  title: highlight.optional(),
  snippet: highlight.optional(),
});
export type SearchHit = z.infer<typeof searchHit>;

export const searchArticles = endpoint({
  name: 'searchArticles',
  method: 'POST',
  path: '/v1/search',
  summary: 'The articles that a text query finds within a scope',
  access: 'service',
  body: z.object({
    /** Null: everything in scope. */
    text: engineQuery.nullable(),
    /**
     * `rank`: of an `and` of plain words, articles with all of them come first, then those with some; a word that is
     * hardly found is also sought with one or two typing errors. `filter`: every part holds exactly.
     */
    mode: z.enum(['rank', 'filter']).default('rank'),
    order: z.enum(['relevance', 'newest', 'oldest']).default('relevance'),
    scope: searchScope,
    limit: z.int().min(0).max(CANDIDATE_LIMIT).default(50),
    offset: z.int().min(0).max(CANDIDATE_LIMIT).default(0),
    facets: z.array(facetName).max(3).default([]),
    highlight: z.boolean().default(false),
  }),
  response: z.object({
    hits: z.array(searchHit),
    total: z.int(),
    /** False where there are more than `total`. */
    totalIsExact: z.boolean(),
    /** Of the articles that `total` counts, the most frequent values first; a key for each facet asked for. */
    facets: z.partialRecord(facetName, facetCounts),
    /** Words that were found only with typing errors, and what they were read as. */
    corrections: z.array(z.object({ word: z.string(), readAs: z.array(z.string()) })),
    engine: z.enum(['embedded', 'meilisearch']),
    /** False while the index is being built for the first time: articles are missing. */
    isComplete: z.boolean(),
    tookMs: z.number(),
  }),
  statuses: [200],
  problems: ['invalid-request', 'body-too-large', 'unavailable', 'timeout'],
});
