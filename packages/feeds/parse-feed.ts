import { decompressed } from './decompress.ts';
import type { FeedContext, FeedOutcome, FeedWarning, ParsedFeed, ParsedItem } from './feed.ts';
import { readAtom } from './formats/atom.ts';
import { finishItem, type ItemDraft, type MarkupBudget } from './formats/draft.ts';
import { readJsonFeed } from './formats/json-feed.ts';
import { readJsonText } from './formats/json-text.ts';
import { type FeedFacts, readRss } from './formats/rss.ts';
import { refusal } from './refusals.ts';
import { type DecodedText, decodeText } from './text/encoding.ts';
import { readXml } from './xml/reader.ts';
import type { XmlDocument } from './xml/reading.ts';

const MAX_BYTES = 32 * 1024 * 1024;
const DEFAULT_MAX_ITEMS = 10_000;
/** Of markup in one document: a thousand long articles. Cleaning so much takes about half a second. */
const MARKUP_BUDGET = 12_000_000;
const ROOTS: ReadonlySet<string> = new Set(['rss', 'rdf', 'feed', 'channel', 'entry']);
const ENTRIES: ReadonlySet<string> = new Set(['item', 'entry']);

/**
 * Reads a feed of any format from the bytes a server sent. Pure: no input or output, the same bytes give the same answer.
 * Never throws, whatever the bytes; time and memory are bounded (see docs/feeds.md).
 */
export function parseFeed(bytes: Uint8Array, context: FeedContext): FeedOutcome {
  try {
    return readFeed(bytes, context);
  } catch {
    // No bytes are known that lead here; those that would are a refusal, not the end of a worker.
    return refusal('unparsable');
  }
}

/** Exported for the tests that hold it to never throw by itself. */
export function readFeed(bytes: Uint8Array, context: FeedContext): FeedOutcome {
  if (bytes.length === 0) return refusal('empty');
  if (bytes.length > MAX_BYTES) return refusal('too-large');
  const unpacked = decompressed(bytes);
  if (isBinary(unpacked ?? bytes)) return refusal('not-a-feed');
  const isJson = isJsonLike(unpacked ?? bytes, context.contentType ?? null);
  const decoded = decodeText(unpacked ?? bytes, {
    contentType: context.contentType ?? null,
    kind: isJson ? 'json' : 'xml',
  });
  const warnings = new Set<FeedWarning>();
  if (unpacked !== null) warnings.add('decompressed');
  if (decoded.hadErrors) warnings.add('decoding-errors');
  if (decoded.isDeclaredWrongly) warnings.add('wrong-encoding-declared');
  const text = withoutControls(decoded.text);
  if (text.trim() === '') return refusal('empty');
  return isJson ? parseJsonText(text, context, warnings) : parseXmlText(text, context, warnings, decoded);
}

function parseJsonText(text: string, context: FeedContext, warnings: Set<FeedWarning>): FeedOutcome {
  const maxItems = context.maxItems ?? DEFAULT_MAX_ITEMS;
  const document = readJsonText(text, maxItems);
  if (document === null) return refusal('unparsable', 'The document begins like JSON but is not valid.');
  const feed = readJsonFeed(document.value, context.url, maxItems);
  if (feed === null) return refusal('not-a-feed');
  if (document.isCutShort) warnings.add('document-cut-short');
  if (document.hasTooManyItems || feed.itemCount > maxItems) warnings.add('items-capped');
  return finishFeed(feed.facts, feed.drafts, warnings);
}

function parseXmlText(
  text: string,
  context: FeedContext,
  warnings: Set<FeedWarning>,
  decoded: DecodedText,
): FeedOutcome {
  const maxEntries = context.maxItems ?? DEFAULT_MAX_ITEMS;
  const outcome = readXml(text, { roots: ROOTS, entries: ENTRIES, maxEntries });
  if (!outcome.ok) return refuseXml(outcome.reason, text, decoded);
  const { document } = outcome;
  if (isBareRoot(document)) return refusal(document.isCutShort ? 'unparsable' : 'not-a-feed');
  if (document.isCutShort) warnings.add('document-cut-short');
  if (document.hasTooManyEntries) warnings.add('items-capped');
  if (document.hasTooManyElements) warnings.add('elements-capped');
  if (document.hasUnclosedEntries) warnings.add('unclosed-items');
  if (document.isFlattened) warnings.add('nesting-flattened');
  if (document.hasGarbageBefore) warnings.add('garbage-before-document');
  const isAtom = document.root.name === 'feed' || document.root.name === 'entry';
  const { facts, drafts } = isAtom ? readAtom(document, context.url) : readRss(document, context.url);
  return finishFeed(facts, drafts, warnings);
}

function refuseXml(reason: 'no-root' | 'html' | 'too-deep', text: string, decoded: DecodedText): FeedOutcome {
  if (reason !== 'no-root') return refusal(reason);
  if (/<opml[\s>]/i.test(text.slice(0, 4_096))) {
    return refusal('not-a-feed', 'This is a list of feeds (OPML), not a feed. It can be imported.');
  }
  if (decoded.hadErrors && text.split('\ufffd', 1_001).length > 1_000) return refusal('bad-encoding');
  return /<(?:meta|script|div)[\s>]/i.test(text.slice(0, 65_536)) ? refusal('html') : refusal('not-a-feed');
}

/** A root with nothing in it: `channel` and `entry` are words of other documents too. */
function isBareRoot(document: XmlDocument): boolean {
  const isFeed = /^(?:rss|feed|rdf:rdf|rdf)$/.test(document.root.name);
  return document.entries.length === 0 && document.root.children.length === 0 && (!isFeed || document.isCutShort);
}

function finishFeed(facts: FeedFacts, drafts: readonly ItemDraft[], warnings: Set<FeedWarning>): FeedOutcome {
  const budget: MarkupBudget = { remaining: MARKUP_BUDGET, isExceeded: false };
  const items = withUsableGuids(
    drafts.map((draft) => finishItem(draft, budget)),
    warnings,
  );
  if (budget.isExceeded) warnings.add('content-cut');
  const isTruncated = TRUNCATIONS.some((code) => warnings.has(code));
  const feed: ParsedFeed = {
    ...facts,
    title: facts.title?.slice(0, 1_000).toWellFormed() ?? null,
    items,
    isTruncated,
    warnings: [...warnings],
  };
  return { ok: true, feed };
}

const TRUNCATIONS: readonly FeedWarning[] = ['document-cut-short', 'items-capped', 'elements-capped', 'content-cut'];

/**
 * Leaves out what stands twice, and takes the guid away where items that lead to different pages share it: it identifies
 * nothing there, and the address has to.
 */
function withUsableGuids(items: readonly ParsedItem[], warnings: Set<FeedWarning>): ParsedItem[] {
  const urlsByGuid = new Map<string, Set<string>>();
  for (const { guid, url } of items) {
    if (guid === null) continue;
    const urls = urlsByGuid.get(guid) ?? new Set();
    urlsByGuid.set(guid, urls.add(url ?? ''));
  }
  const seen = new Set<string>();
  const kept: ParsedItem[] = [];
  for (const item of items) {
    const isShared = item.guid !== null && (urlsByGuid.get(item.guid)?.size ?? 0) > 1;
    const key = `${item.guid}\n${item.url}\n${item.guid === null && item.url === null ? `${item.title}\n${item.text}` : ''}`;
    if (isShared) warnings.add('duplicate-guids');
    if (isBlank(item)) continue;
    if (seen.has(key)) warnings.add('duplicate-items');
    else kept.push(isShared && item.url !== null ? { ...item, guid: null } : item);
    seen.add(key);
  }
  return kept;
}

function isBlank(item: ParsedItem): boolean {
  const hasText = item.guid !== null || item.url !== null || item.title !== null || item.contentHtml !== null;
  const hasFacts =
    item.publishedAt !== null || item.updatedAt !== null || item.imageUrl !== null || item.language !== null;
  const lists = [item.authors, item.categories, item.enclosures];
  return !hasText && !hasFacts && lists.every((list) => list.length === 0);
}

function isJsonLike(bytes: Uint8Array, contentType: string | null): boolean {
  let index = 0;
  // Byte order marks, zeros of wide encodings and blanks.
  while (
    index < Math.min(bytes.length, 64) &&
    [0, 0x09, 0x0a, 0x0d, 0x20, 0xbb, 0xbf, 0xef, 0xfe, 0xff].includes(bytes[index] ?? 0x3c)
  )
    index++;
  if (bytes[index] === 0x3c) return false;
  return bytes[index] === 0x7b || /\bjson\b/i.test(contentType ?? '');
}

/** Pictures and programs are told by their control bytes before they are taken for text; UTF-16 and UTF-32, which have such bytes, begin differently. */
function isBinary(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, 4_096);
  if ((sample[0] ?? 0) >= 0xfe || sample.subarray(0, 4).includes(0)) return false;
  let controlCount = 0;
  for (const byte of sample)
    if (byte > 0 && (byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b))) controlCount++;
  return controlCount * 20 > sample.length;
}

function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no such characters
  const pattern = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
  return pattern.test(text) ? text.replace(new RegExp(pattern, 'g'), '') : text;
}
