import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { entry } from '../entries.ts';
import { nameText, pageOf, pageQuery, repeated, smallId } from '../primitives.ts';
import { highlight } from '../search-internal.ts';
import { QUERY_MAXIMUM } from './query.ts';

/** A query of the search language as a person types it; what is wrong with it is said as `invalid-query`. */
export const queryText = z.string().trim().min(1).max(QUERY_MAXIMUM);

export const searchFacet = z.enum(['feed', 'tag', 'language', 'day']);
export type SearchFacet = z.infer<typeof searchFacet>;

/** How many entries have a value: a feed's id with its title, a tag, a language (`und` unknown), a day in UTC. */
const facetValue = z.object({ value: z.string(), title: z.string(), count: z.int() });

/** What of an entry the words of the query were found in; null where none of them stands there. */
const highlights = z.object({ title: highlight.nullable(), snippet: highlight.nullable() });

export const searchItem = entry.extend({ highlights }).meta({ id: 'SearchItem' });
export type SearchItem = z.infer<typeof searchItem>;

/** What must hold beside the query, any of each: of the reader's subscriptions and folders, or a value of a facet. */
const searchScope = {
  subscription: repeated(smallId),
  folder: repeated(smallId),
  /** The feed's own id, as facets name it. */
  feed: repeated(smallId),
  tag: repeated(z.string().min(1).max(200)),
  /** ISO 639-1; `und` where it is unknown. */
  language: repeated(z.string().regex(/^[a-z]{2,3}$/, 'must be a code such as "en"')),
  /** In UTC, by the time that lists sort by. */
  day: repeated(z.iso.date()),
};

/**
 * By `relevance` words alone rank: entries with all of them first, then those with some. Anything else must hold as it is
 * written, and entries come by how well they fit, or newest first where nothing is sought in texts; not further than
 * 10,000 entries. By date all words must hold, and a page may be short and have a `nextCursor` all the same.
 */
export const search = endpoint({
  name: 'search',
  method: 'GET',
  path: '/v1/search',
  summary: 'Entries that a query of the search language finds, the best first, or by date',
  access: 'reader',
  query: z.object({
    q: queryText,
    ...searchScope,
    order: z.enum(['relevance', 'newest', 'oldest']).default('relevance'),
    facet: repeated(searchFacet),
    ...pageQuery(20),
  }),
  response: z.object({
    items: z.array(searchItem),
    /** Exact up to 10,000; where `totalIsExact` is false, what is known of a larger number. */
    total: z.int(),
    totalIsExact: z.boolean(),
    tookMs: z.number(),
    nextCursor: z.string().nullable(),
    /** Of the entries that `total` counts, the most frequent values first; a key for each facet asked for. */
    facets: z.partialRecord(searchFacet, z.array(facetValue)),
    /** Words that nothing was found for, and what they were read as. */
    corrections: z.array(z.object({ word: z.string(), readAs: z.array(z.string()) })),
    /** False while the index is made for the first time: entries may be missing. */
    isComplete: z.boolean(),
  }),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor', 'search-unavailable'],
});

export const savedSearch = z
  .object({
    id: smallId,
    name: z.string(),
    query: z.string(),
    /** Whether all readers of the tenant have it; each finds their own entries by it. */
    isShared: z.boolean(),
    /** Unread entries that it finds, counted up to 1,000; null where search does not answer, or not at once. */
    unreadCount: z.int().nullable(),
  })
  .meta({ id: 'SavedSearch' });
export type SavedSearch = z.infer<typeof savedSearch>;

const searchName = nameText(200);
const searchParams = z.object({ id: z.string() });

export const listSavedSearches = endpoint({
  name: 'listSavedSearches',
  method: 'GET',
  path: '/v1/saved-searches',
  summary: 'The reader’s saved searches, and those that their tenant shares',
  access: 'reader',
  query: z.object({
    ...pageQuery(100),
    /** Count the unread entries of each, which asks the engine for each. */
    counts: z.enum(['true', 'false']).default('false'),
  }),
  response: pageOf(savedSearch),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

export const createSavedSearch = endpoint({
  name: 'createSavedSearch',
  method: 'POST',
  path: '/v1/saved-searches',
  summary: 'Save a search; all of its words are required, as in a filter. 200 where it was saved so before',
  access: 'reader',
  body: z.strictObject({ name: searchName, query: queryText, isShared: z.boolean().optional() }),
  response: savedSearch,
  statuses: [201, 200],
  problems: ['invalid-request', 'name-taken', 'limit-reached', 'forbidden', 'csrf-failed'],
});

export const updateSavedSearch = endpoint({
  name: 'updateSavedSearch',
  method: 'PATCH',
  path: '/v1/saved-searches/:id',
  summary: 'Rename a saved search, change its query, or share it with the tenant, which cannot be taken back',
  access: 'reader',
  params: searchParams,
  body: z.strictObject({
    name: searchName.optional(),
    query: queryText.optional(),
    isShared: z.literal(true).optional(),
  }),
  response: savedSearch,
  statuses: [200],
  problems: ['not-found', 'invalid-request', 'name-taken', 'forbidden', 'csrf-failed'],
});

export const deleteSavedSearch = endpoint({
  name: 'deleteSavedSearch',
  method: 'DELETE',
  path: '/v1/saved-searches/:id',
  summary: 'Delete a saved search, a shared one for everybody',
  access: 'reader',
  params: searchParams,
  statuses: [204],
  problems: ['not-found', 'forbidden', 'csrf-failed'],
});
