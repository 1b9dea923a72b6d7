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

export interface ParsedItem extends ItemDetails {
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
  language: string | null;
}

/** What namespaces say of an item beside its text; null where they say nothing. */
export interface ItemDetails {
  comments: ItemComments | null;
  /** What the item answers (`thr:in-reply-to`, RFC 4685). */
  inReplyTo: { guid: string | null; url: string | null } | null;
  location: ItemLocation | null;
  podcast: PodcastEpisode | null;
}

export interface ItemComments {
  /** The page with the comments. */
  url: string | null;
  /** The feed of the comments. */
  feedUrl: string | null;
  count: number | null;
}

/** Degrees of WGS 84; of an area or a way the centre. */
export interface ItemLocation {
  latitude: number;
  longitude: number;
  name: string | null;
}

/** What the podcast namespace and iTunes say of an episode; files and their durations are enclosures. */
export interface PodcastEpisode {
  transcripts: { url: string; type: string | null; language: string | null }[];
  chapters: { url: string; type: string | null } | null;
  season: number | null;
  /** The podcast namespace allows fractions. */
  episode: number | null;
  persons: PodcastPerson[];
  isExplicit: boolean;
}

export interface PodcastPerson {
  name: string;
  /** In the publisher's words, such as `host` or `guest`. */
  role: string | null;
  url: string | null;
  imageUrl: string | null;
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
