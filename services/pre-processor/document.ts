import { type DiscoveredFeed, discoverFeeds, type ParsedFeed, parseFeed } from '@alt/feeds';
import type { FeedHeader } from './feed.ts';
import { type IdentifiedItem, keyOf, withIdentities } from './identities.ts';
import { rowOf } from './rows.ts';
import { byteaOf, cleanOrNull, sha256, timeOf } from './storable.ts';

/** What a thread is asked to read. */
export interface DocumentTask {
  bytes: Uint8Array;
  /** Where the bytes came from, after redirects. */
  url: string;
  contentType: string | null;
  /** SHA-256 of the last document, `\x…`: the same bytes are not read again. */
  knownHash: string | null;
  /** The first poll keeps the newest 1,000 items; later ones all of a document. */
  isFirst: boolean;
  /** If it is a page and not a feed: which feeds does it lead to? */
  wantsFeeds?: boolean;
}

/** What a feed document says, ready to be stored: the main thread moves these bytes and looks at none of them. */
export interface FeedDocument {
  kind: 'feed';
  /** SHA-256 of the bytes, `\x…`. */
  hash: string;
  header: FeedHeader;
  ttlSeconds: number;
  /** Where the publisher says the feed has moved. */
  newUrl: string | null;
  isCutShort: boolean;
  count: number;
  /** Identities of what the first poll leaves out, so that no later poll takes it for new. */
  skipped: string[];
  /** JSON records, each followed by a comma: what finds the items in the database (see store/articles.ts). */
  keys: Uint8Array;
  /** JSON records, each followed by a comma: the items as rows. */
  rows: Uint8Array;
  /** Where each row begins in `rows`, and the end. */
  offsets: Uint32Array;
  /** When each item was published, in milliseconds; NaN where it does not say. */
  publishedAt: Float64Array;
}

export type DocumentResult =
  | FeedDocument
  | { kind: 'unchanged' }
  | { kind: 'refused'; hash: string; code: string; message: string; found: DiscoveredFeed[] };

const FIRST_POLL_ITEMS = 1_000;
const DOCUMENT_ITEMS = 10_000;
/** Of an archive that comes at once, only so many pages are asked for unasked; the others when they are opened. */
const FIRST_POLL_PAGES = 30;
const MAX_TITLE = 1_000;
const MAX_URL = 4_096;

/** Reads a document: hash, parse, sanitise, identify, and write the rows. Never throws on any bytes. */
export function readDocument(task: DocumentTask): DocumentResult {
  const documentHash = byteaOf(sha256(task.bytes));
  if (documentHash === task.knownHash) return { kind: 'unchanged' };
  const outcome = parseFeed(task.bytes, { url: task.url, contentType: task.contentType, maxItems: DOCUMENT_ITEMS });
  if (!outcome.ok) return refusal(outcome.refusal, task, documentHash);
  const { feed } = outcome;
  const all = withIdentities(feed.items);
  const identified = task.isFirst ? newestItems(all) : all;
  const times = identified.map(({ item }) => timeOf(item.publishedAt) ?? timeOf(item.updatedAt) ?? Number.NaN);
  const latest = task.isFirst ? latestOf(times) : null;
  const rows = identified.map((entry, index) => rowOf(entry, latest === null || latest.has(index)));
  const packed = pack(rows.map((row) => JSON.stringify(row)));
  return {
    kind: 'feed',
    hash: documentHash,
    header: headerOf(feed),
    ttlSeconds: Math.max(0, feed.ttlMinutes ?? 0) * 60,
    newUrl: feed.newFeedUrl,
    isCutShort: feed.warnings.includes('document-cut-short'),
    count: identified.length,
    skipped: identified.length === all.length ? [] : skippedIdentities(all, identified),
    keys: pack(identified.map((entry, index) => keyOf(entry, rows[index]))).bytes,
    rows: packed.bytes,
    offsets: packed.offsets,
    publishedAt: Float64Array.from(times),
  };
}

function newestItems(items: readonly IdentifiedItem[]): readonly IdentifiedItem[] {
  if (items.length <= FIRST_POLL_ITEMS) return items;
  const timeOfItem = ({ item }: IdentifiedItem) => timeOf(item.publishedAt);
  if (items.some((item) => timeOfItem(item) === null)) return items.slice(0, FIRST_POLL_ITEMS);
  const newestFirst = items.toSorted((a, b) => (timeOfItem(b) ?? 0) - (timeOfItem(a) ?? 0));
  const kept = new Set(newestFirst.slice(0, FIRST_POLL_ITEMS));
  return items.filter((item) => kept.has(item));
}

/** The places of the articles that a reader of a new feed looks at first. */
function latestOf(times: readonly number[]): Set<number> {
  const places = [...times.keys()];
  const newestFirst = places.sort((a, b) => (times[b] || 0) - (times[a] || 0));
  return new Set(newestFirst.slice(0, FIRST_POLL_PAGES));
}

function skippedIdentities(all: readonly IdentifiedItem[], kept: readonly IdentifiedItem[]): string[] {
  const identities = new Set(kept.map(({ identity }) => identity));
  return all.filter(({ identity }) => !identities.has(identity)).map(({ identity }) => identity);
}

function headerOf(feed: ParsedFeed): FeedHeader {
  return {
    title: cleanOrNull(feed.title, MAX_TITLE),
    site_url: cleanOrNull(feed.siteUrl, MAX_URL),
    description: cleanOrNull(feed.description, 5_000),
    language: cleanOrNull(feed.language, 35),
    image_url: cleanOrNull(feed.imageUrl, MAX_URL),
    format: feed.format,
    hub_url: cleanOrNull(feed.hubUrl, MAX_URL),
    topic_url: cleanOrNull(feed.selfUrl, MAX_URL),
  };
}

/** Texts as UTF-8, each followed by a comma, in an ArrayBuffer of their own that can be given to another thread. */
function pack(texts: readonly string[]): { bytes: Uint8Array; offsets: Uint32Array } {
  const offsets = new Uint32Array(texts.length + 1);
  for (const [index, text] of texts.entries()) {
    offsets[index + 1] = (offsets[index] ?? 0) + Buffer.byteLength(text) + 1;
  }
  const bytes = Buffer.allocUnsafeSlow(offsets[texts.length] ?? 0);
  for (const [index, text] of texts.entries()) bytes.write(`${text},`, offsets[index] ?? 0);
  return { bytes, offsets };
}

function refusal(refused: { code: string; message: string }, task: DocumentTask, documentHash: string): DocumentResult {
  const isLogin = refused.code === 'html' && asksForPassword(task.bytes);
  return {
    kind: 'refused',
    hash: documentHash,
    code: isLogin ? 'document-login' : `document-${refused.code}`,
    message: isLogin ? 'The address now shows a page that asks to sign in, where a feed should be.' : refused.message,
    found: task.wantsFeeds ? discoverFeeds(task.bytes, { url: task.url, contentType: task.contentType }) : [],
  };
}

function asksForPassword(bytes: Uint8Array): boolean {
  return /<input[^>]{0,500}type\s*=\s*["']?password/i.test(Buffer.from(bytes.subarray(0, 200_000)).toString('latin1'));
}
