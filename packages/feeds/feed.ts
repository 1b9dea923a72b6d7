/** What a feed document says, whatever its format. Addresses are absolute; HTML is sanitised; text is plain. */
export interface ParsedFeed {
  format: FeedFormat;
  /** The version the document names, e.g. `2.0`, `0.91`, `1.1`; empty when it names none. */
  version: string;
  title: string | null;
  siteUrl: string | null;
  selfUrl: string | null;
  description: string | null;
  language: string | null;
  imageUrl: string | null;
  ttlMinutes: number | null;
  /** The WebSub hub (`rel=hub`). */
  hubUrl: string | null;
  /** Where the publisher says the feed has moved (`itunes:new-feed-url`). */
  newFeedUrl: string | null;
  items: ParsedItem[];
  /** True when items or content were left out: a cap was reached or the document was cut short. */
  isTruncated: boolean;
  /** Stable codes of what had to be repaired, see `FeedWarning`. */
  warnings: FeedWarning[];
}

export interface ParsedItem {
  guid: string | null;
  url: string | null;
  /** Plain text. */
  title: string | null;
  authors: string[];
  /** The day of the update when the feed gives no other. */
  publishedAt: Date | null;
  updatedAt: Date | null;
  /** Sanitised, with absolute addresses. */
  contentHtml: string | null;
  /** Sanitised, with absolute addresses; null when the feed gives no summary beside the content. */
  summaryHtml: string | null;
  /** Plain text of at most 500 characters, never cut inside a character. */
  excerpt: string;
  /** Plain text of the best content, for hashing and search. */
  text: string;
  imageUrl: string | null;
  categories: string[];
  enclosures: ParsedEnclosure[];
  commentsUrl: string | null;
  language: string | null;
}

export interface ParsedEnclosure {
  url: string;
  type: string | null;
  /** Bytes. */
  length: number | null;
  durationSeconds: number | null;
  title: string | null;
}

export type FeedFormat = 'rss' | 'atom' | 'rdf' | 'json';

export type FeedWarning =
  | 'decoding-errors'
  | 'wrong-encoding-declared'
  | 'decompressed'
  | 'garbage-before-document'
  | 'document-cut-short'
  | 'items-capped'
  | 'elements-capped'
  | 'nesting-flattened'
  | 'unclosed-items'
  | 'content-cut'
  | 'duplicate-items'
  | 'duplicate-guids';

/** Why a document is not a feed; the message is a sentence a reader understands. */
export interface FeedRefusal {
  code: 'empty' | 'not-a-feed' | 'html' | 'too-deep' | 'bad-encoding' | 'too-large' | 'unparsable';
  message: string;
}

export type FeedOutcome = { ok: true; feed: ParsedFeed } | { ok: false; refusal: FeedRefusal };

export interface FeedContext {
  /** The address the bytes came from, after redirects. */
  url: string;
  contentType?: string | null;
  /** Items beyond this many are left out, in document order; 10,000 unless told. */
  maxItems?: number;
}
