import type { EngineQuery } from '../search-internal.ts';

/** Of what a person may type, in UTF-16 units. */
export const QUERY_MAXIMUM = 500;

/**
 * A query as a tree. Made by `parseQuery`, written out again by `printQuery`. `and` and `or` have at least two parts and
 * none of their own kind.
 */
export type SearchNode = Combined<TextLeaf | StateLeaf>;

/** The same without leaves of text. */
export type StateNode = Combined<StateLeaf>;

type Combined<Leaf> =
  | Leaf
  | { kind: 'and'; parts: Combined<Leaf>[] }
  | { kind: 'or'; parts: Combined<Leaf>[] }
  | { kind: 'not'; part: Combined<Leaf> };

/** Where a word is sought; `text` is the title and the text. */
export type TextField = 'text' | 'title' | 'author' | 'url';

export type TextLeaf =
  | { kind: 'word'; field: TextField; text: string; isPrefix: boolean }
  | { kind: 'phrase'; field: TextField; text: string };

/** What is not in the text of an article. */
export type StateLeaf =
  | { kind: 'feed' | 'folder' | 'label' | 'tag'; name: string }
  /** ISO 639, lower case, without region; `und` where the language is unknown. */
  | { kind: 'lang'; language: string }
  | { kind: 'is'; state: 'unread' | 'read' | 'starred' }
  | { kind: 'has'; what: 'summary' | 'audio' }
  /** `2026`, `2026-11` or `2026-11-21`, in UTC; `after` is from its beginning, `before` is until its beginning. */
  | { kind: 'after' | 'before'; date: string };

/** The part that a search engine answers. */
export type TextQuery = EngineQuery;

export interface SearchQuery {
  root: SearchNode;
  /** Only words side by side, without any operator: what `/v1/search` ranks, articles with all of the words first. */
  isPlain: boolean;
}

export type QueryErrorCode =
  | 'empty'
  | 'unclosed-quote'
  | 'unclosed-parenthesis'
  | 'unexpected-parenthesis'
  | 'missing-operand'
  | 'missing-value'
  | 'unknown-value'
  | 'invalid-date'
  | 'too-complex';

/** What is wrong with a query: where (UTF-16 offsets into it), and a sentence in English that says what to do. */
export interface QueryError {
  code: QueryErrorCode;
  start: number;
  end: number;
  message: string;
}

export type ParsedQuery = { query: SearchQuery; errors: [] } | { query: null; errors: [QueryError, ...QueryError[]] };
