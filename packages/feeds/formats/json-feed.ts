import { createRequire } from 'node:module';
import type { parseJsonFeed } from 'feedsmith';
import { resolveUrl } from '../addresses.ts';
import { parseDate } from '../dates/parse-date.ts';
import { NO_DETAILS } from './details.ts';
import { type ItemDraft, paragraphsOf } from './draft.ts';
import type { FeedFacts } from './rss.ts';
import { oneLine } from './titles.ts';

type JsonFeed = ReturnType<typeof parseJsonFeed<Date | null>>;
type JsonItem = NonNullable<JsonFeed['items']>[number];

/** JSON Feed 1.0 and 1.1 (jsonfeed.org); null when the document is some other JSON. */
export function readJsonFeed(
  document: unknown,
  documentUrl: string,
  maxItems: number,
): { facts: FeedFacts; drafts: ItemDraft[]; itemCount: number } | null {
  const recognised = recognise(document);
  if (recognised === null) return null;
  const feed = parsed(recognised, maxItems);
  const siteUrl = resolveUrl(feed.home_page_url ?? null, documentUrl);
  const facts: FeedFacts = {
    format: 'json',
    version: versionOf(document),
    title: oneLine(feed.title ?? null),
    siteUrl,
    selfUrl: resolveUrl(feed.feed_url ?? null, documentUrl),
    description: oneLine(feed.description ?? null),
    language: feed.language ?? null,
    imageUrl:
      resolveUrl(feed.icon ?? null, siteUrl ?? documentUrl) ?? resolveUrl(feed.favicon ?? null, siteUrl ?? documentUrl),
    ttlMinutes: null,
    hubUrl: hubOf(feed, documentUrl),
    newFeedUrl: null,
  };
  const names = authorNames(feed.authors);
  const drafts = (feed.items ?? []).map((item) => readItem(item, siteUrl ?? documentUrl, names));
  return { facts, drafts, itemCount: itemsOf(recognised)?.length ?? 0 };
}

/** Loaded with the first JSON feed: half of what a thread that reads feeds has to load, and nearly all feeds are XML. */
function feedsmith(): typeof import('feedsmith') {
  return createRequire(import.meta.url)('feedsmith');
}

/** feedsmith throws where a document has nothing but its version; that is a feed without items. */
function parsed(document: object, maxItems: number): JsonFeed {
  try {
    return feedsmith().parseJsonFeed(document, { maxItems, parseDateFn: (raw) => parseDate(String(raw)) });
  } catch {
    return {} as JsonFeed;
  }
}

/** Feeds that write `"version": "1.0"` for the address of the standard are still taken for what they are. */
function recognise(document: unknown): object | null {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return null;
  const isNumbered =
    'version' in document && /^1(?:\.\d)?$/.test(String(document.version)) && itemsOf(document) !== null;
  const isFeed = isNumbered || feedsmith().detectJsonFeed(document);
  return isFeed ? { ...document, version: 'https://jsonfeed.org/version/1.1' } : null;
}

function itemsOf(document: object): readonly unknown[] | null {
  return 'items' in document && Array.isArray(document.items) ? document.items : null;
}

function readItem(item: JsonItem, baseUrl: string, feedAuthors: string[]): ItemDraft {
  const url = resolveUrl(item.url ?? null, baseUrl) ?? resolveUrl(item.external_url ?? null, baseUrl);
  const html = item.content_html ?? (item.content_text === undefined ? null : paragraphsOf(item.content_text));
  const summary = item.summary === undefined ? null : { html: paragraphsOf(item.summary), baseUrl: url };
  const own = authorNames(item.authors);
  return {
    guid: item.id ?? null,
    url,
    title: oneLine(item.title ?? null),
    authors: own.length > 0 ? own : feedAuthors,
    publishedAt: item.date_published ?? null,
    updatedAt: item.date_modified ?? null,
    content: html === null ? summary : { html, baseUrl: url ?? baseUrl },
    summary: html === null ? null : summary,
    imageUrl: resolveUrl(item.image ?? null, baseUrl) ?? resolveUrl(item.banner_image ?? null, baseUrl),
    categories: item.tags ?? [],
    enclosures: (item.attachments ?? []).flatMap((attachment) => {
      const attachmentUrl = resolveUrl(attachment.url ?? null, baseUrl);
      if (attachmentUrl === null) return [];
      const { mime_type: type = null, size_in_bytes: length = null, duration_in_seconds: duration = null } = attachment;
      return [{ url: attachmentUrl, type, length, durationSeconds: duration, title: attachment.title ?? null }];
    }),
    language: item.language ?? null,
    ...NO_DETAILS,
  };
}

function authorNames(authors: JsonItem['authors']): string[] {
  return (authors ?? []).flatMap(({ name, url }) => name ?? url ?? []);
}

function hubOf(feed: JsonFeed, documentUrl: string): string | null {
  const hub = feed.hubs?.find(({ type }) => type?.toLowerCase() === 'websub') ?? feed.hubs?.[0];
  return resolveUrl(hub?.url ?? null, documentUrl);
}

function versionOf(document: unknown): string {
  const version =
    typeof document === 'object' && document !== null && 'version' in document ? String(document.version) : '';
  const number = /(?:version\/|^)(\d+(?:\.\d+)?)/.exec(version)?.[1] ?? '';
  return number === '1' ? '1.0' : number;
}
