import { hash } from 'node:crypto';
import {
  type DiscoveredFeed,
  discoverFeeds,
  itemIdentity,
  type ParsedFeed,
  type ParsedItem,
  parseFeed,
} from '@alt/feeds';
import { detectLanguage } from '@alt/language';
import type { FeedHeader } from './feed.ts';

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
const IDENTITY_BYTES = 16;
const MAX_TITLE = 1_000;
const MAX_NAME = 300;
const MAX_URL = 4_096;
/** More tells languages apart no better, and costs 0.1 ms an article and 300 characters. */
const LANGUAGE_SAMPLE = 400;
const LATEST_TIME = Date.UTC(2200, 0, 1);

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
  const rows = identified.map(rowOf);
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

interface IdentifiedItem {
  item: ParsedItem;
  identity: string;
  /** The same item's identity if its guid stood alone, or with its URL if it does not; null where there is no other. */
  otherIdentity: string | null;
  isAmbiguous: boolean;
}

/**
 * Identities within a document. A guid that several items share says nothing, so there the URL joins it; both forms are
 * looked for, so that an item keeps its article when its namesakes come and go. True copies are left out.
 */
function withIdentities(items: readonly ParsedItem[]): IdentifiedItem[] {
  const plain = items.map((item) => itemIdentity(item));
  const uses = new Map<string, number>();
  for (const { kind, value } of plain) uses.set(kind + value, (uses.get(kind + value) ?? 0) + 1);
  const taken = new Set<string>();
  const result: IdentifiedItem[] = [];
  for (const [index, item] of items.entries()) {
    const { kind, value } = plain[index] ?? itemIdentity(item);
    const isAmbiguous = (uses.get(kind + value) ?? 0) > 1;
    const detail = kind === 'guid' ? item.url : `${item.title}\n${item.text}`;
    const alone = identityOf(value);
    const detailed = detail === null || kind === 'content' ? null : identityOf(`${value}\n${detail}`);
    let identity = isAmbiguous && detailed ? detailed : alone;
    if (taken.has(identity) && isAmbiguous) identity = identityOf(`${value}\n${item.url}\n${item.title}\n${item.text}`);
    if (taken.has(identity)) continue;
    taken.add(identity);
    const other = isAmbiguous ? alone : kind === 'guid' ? detailed : null;
    result.push({ item, identity, otherIdentity: other === identity ? null : other, isAmbiguous });
  }
  return result;
}

function newestItems(items: readonly IdentifiedItem[]): readonly IdentifiedItem[] {
  if (items.length <= FIRST_POLL_ITEMS) return items;
  const timeOfItem = ({ item }: IdentifiedItem) => timeOf(item.publishedAt);
  if (items.some((item) => timeOfItem(item) === null)) return items.slice(0, FIRST_POLL_ITEMS);
  const newestFirst = items.toSorted((a, b) => (timeOfItem(b) ?? 0) - (timeOfItem(a) ?? 0));
  const kept = new Set(newestFirst.slice(0, FIRST_POLL_ITEMS));
  return items.filter((item) => kept.has(item));
}

function skippedIdentities(all: readonly IdentifiedItem[], kept: readonly IdentifiedItem[]): string[] {
  const identities = new Set(kept.map(({ identity }) => identity));
  return all.filter(({ identity }) => !identities.has(identity)).map(({ identity }) => identity);
}

function keyOf({ item, identity, otherIdentity, isAmbiguous }: IdentifiedItem, row: Row | undefined): string {
  return JSON.stringify({
    i: identity,
    o: otherIdentity,
    u: row?.url ?? null,
    m: isAmbiguous,
    l: item.url === null ? null : clean(item.url, MAX_URL).replace(/^https?:\/\/(www\.)?/, ''),
    h: row?.content_hash,
    c: row?.comment_count,
  });
}

interface Row {
  url: string | null;
  content_hash: string;
  comment_count: number | undefined;
}

function rowOf({ item, identity }: IdentifiedItem): Row {
  const contentHtml = clean(item.contentHtml ?? item.summaryHtml ?? '');
  const text = clean(item.text);
  const content = {
    url: item.url === null ? null : clean(item.url, MAX_URL),
    title: titleOf(item),
    author: cleanOrNull(item.authors.join(', '), MAX_NAME),
    image_url: cleanOrNull(item.imageUrl, MAX_URL),
    comments_url: cleanOrNull(item.comments?.url ?? null, MAX_URL),
    content_html: contentHtml,
    enclosures: item.enclosures.map(cleanEnclosure),
    categories: item.categories.slice(0, 100).map((category) => clean(category, MAX_NAME)),
    details: detailsOf(item),
  };
  return {
    ...content,
    identity,
    // Not part of the hash: an article is not edited because its language is told apart better.
    language: languageOf(item, text),
    excerpt: clean(item.excerpt),
    text,
    published_at: isoTime(item.publishedAt),
    updated_at: isoTime(item.updatedAt),
    content_hash: byteaOf(sha256(JSON.stringify(content)).subarray(0, IDENTITY_BYTES)),
    comment_count: item.comments?.count ?? undefined,
  } as Row;
}

/** What the words say goes before what the feed says, which is often the default of some program. */
function languageOf(item: ParsedItem, text: string): string | null {
  const sample = `${item.title ?? ''}\n${text.slice(0, LANGUAGE_SAMPLE)}`;
  return detectLanguage(sample).language ?? declaredLanguage(item.language);
}

function declaredLanguage(tag: string | null): string | null {
  const [primary = ''] = (tag ?? '').trim().toLowerCase().split(/[-_]/);
  return /^[a-z]{2,3}$/.test(primary) ? primary : null;
}

/** What namespaces say of the item. Undefined, which JSON leaves out, for most: they cost nothing and hash as ever. */
function detailsOf({ comments, inReplyTo, location, podcast }: ParsedItem): object | undefined {
  const known = { commentsFeedUrl: comments?.feedUrl ?? null, inReplyTo, location, podcast };
  if (Object.values(known).every((value) => value === null)) return undefined;
  return JSON.parse(JSON.stringify(known), (_key, value: unknown) =>
    typeof value === 'string' ? clean(value, MAX_URL) : value,
  );
}

function cleanEnclosure(enclosure: ParsedItem['enclosures'][number]) {
  return {
    ...enclosure,
    url: clean(enclosure.url, MAX_URL),
    type: cleanOrNull(enclosure.type, MAX_NAME),
    title: cleanOrNull(enclosure.title, MAX_TITLE),
  };
}

/** An article without a title is named by the beginning of its text, else by its address. */
function titleOf(item: ParsedItem): string {
  const title = clean(item.title ?? '', MAX_TITLE).trim();
  if (title) return title;
  const text = clean(item.text).replace(/\s+/g, ' ').trim();
  if (text.length > 100) return `${text.slice(0, 99).replace(/\s+\S*$/, '')}…`.toWellFormed();
  return text || clean(item.url ?? '', MAX_TITLE) || 'Untitled';
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

function identityOf(value: string): string {
  return byteaOf(sha256(value.toWellFormed()).subarray(0, IDENTITY_BYTES));
}

function byteaOf(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`;
}

function sha256(data: string | Uint8Array): Buffer {
  return hash('sha256', data, 'buffer');
}

/** Postgres stores neither U+0000 nor half a character. */
function clean(text: string, maximum = Number.POSITIVE_INFINITY): string {
  const cut = text.length > maximum ? text.slice(0, maximum) : text;
  return (cut.includes('\0') ? cut.replaceAll('\0', '') : cut).toWellFormed();
}

function cleanOrNull(text: string | null, maximum: number): string | null {
  return text === null ? null : clean(text, maximum).trim() || null;
}

function timeOf(date: Date | null): number | null {
  const time = date?.getTime() ?? Number.NaN;
  return time > 0 && time < LATEST_TIME ? time : null;
}

function isoTime(date: Date | null): string | null {
  const time = timeOf(date);
  return time === null ? null : new Date(time).toISOString();
}
