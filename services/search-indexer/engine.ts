import type { EngineQuery, FacetName } from '@alt/contracts';
import { OutageError } from '@alt/pipeline';

/** An article as it is indexed. */
export interface IndexedArticle {
  articleId: number;
  feedId: number;
  /** ISO 639-1; null where unknown. */
  language: string | null;
  /** Milliseconds since 1970. */
  sortAt: number;
  title: string;
  author: string | null;
  url: string | null;
  text: string;
}

/** What may be found, whatever the text. Times in milliseconds since 1970. */
export interface Scope {
  feedIds: readonly number[];
  /** All that the reader may see, where `feedIds` are fewer: a word that stands there is spelled right. */
  readableFeedIds?: readonly number[] | undefined;
  articleIds?: readonly number[] | undefined;
  /** At or after, and before. */
  after?: number | undefined;
  before?: number | undefined;
  /** ISO 639-1; `und` is unknown. */
  languages?: readonly string[] | undefined;
}

export interface EngineRequest {
  /** Null: everything in scope. */
  text: EngineQuery | null;
  mode: 'rank' | 'filter';
  order: 'relevance' | 'newest' | 'oldest';
  scope: Scope;
  limit: number;
  offset: number;
  facets: readonly FacetName[];
  /** Totals are exact up to here. */
  countLimit: number;
}

export interface EngineResult {
  /** `sortAt` where dates order; milliseconds since 1970. */
  hits: { articleId: number; score: number; sortAt?: number }[];
  total: number;
  totalIsExact: boolean;
  facets: Partial<Record<FacetName, { value: string; count: number }[]>>;
  corrections: { word: string; readAs: string[] }[];
}

export interface IndexChanges {
  /** New ones, and those that take the place of what the index knows under their id. */
  articles: readonly IndexedArticle[];
  removedIds: readonly number[];
}

/** One index: all articles, or as many as have come in yet. */
export interface SearchIndex {
  /** Resolves when the changes are durable and every later search sees them. Doing it again changes nothing. */
  apply(changes: IndexChanges): Promise<void>;
  /** Throws `SearchTimeoutError`, or `OutageError` where the engine cannot be reached; any method, `LostIndexError`. */
  search(request: EngineRequest): Promise<EngineResult>;
  count(): Promise<number>;
  close(): Promise<void>;
}

/** Keeps indexes by name. A rebuild makes a new one beside the old one. */
export interface SearchEngine {
  name: 'embedded' | 'meilisearch';
  /** Null where there is no such index, or where it is damaged. */
  open(name: string): Promise<SearchIndex | null>;
  create(name: string): Promise<SearchIndex>;
  drop(name: string): Promise<void>;
  /** The names of all indexes that nobody else can have made. */
  list(): Promise<string[]>;
  /** Throws a sentence where the engine does not work. */
  check(): Promise<void>;
  stop(): Promise<void>;
}

/** Whoever asks for so much has to ask for less: others wait. */
export const LONGEST_SEARCH_MS = 5_000;

export class SearchTimeoutError extends Error {
  constructor(options?: ErrorOptions) {
    super('The search takes too long. Ask for less at once.', options);
  }
}

/** An open index went, or is damaged: it has to be built anew from the articles. Until then it is an outage. */
export class LostIndexError extends OutageError {
  readonly index: string;
  constructor(index: string, options?: ErrorOptions) {
    super('The search index was lost and is built anew.', options);
    this.index = index;
  }
}
