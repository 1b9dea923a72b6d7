import { resolveUrl } from '../addresses.ts';
import { decodeText } from '../text/encoding.ts';
import { knownFeedUrls } from './known-sites.ts';
import { type PageTag, pageTags } from './tags.ts';

export interface DiscoveredFeed {
  url: string;
  title: string | null;
  /** `rss`, `atom`, `rdf` or `json` as far as the page says. */
  format: string | null;
  source: 'link' | 'anchor' | 'known-site' | 'well-known';
}

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_FEEDS = 50;
const SCANNED: ReadonlySet<string> = new Set(['a', 'base', 'link', 'meta']);
const FORMATS: readonly (readonly [pattern: RegExp, format: string])[] = [
  [/^application\/(?:x\.)?rss\+xml$/, 'rss'],
  [/^application\/atom\+xml$/, 'atom'],
  [/^application\/rdf\+xml$/, 'rdf'],
  [/^application\/(?:feed\+)?json$/, 'json'],
];
const FEED_PATH =
  /(?:\/(?:feed|rss|atom|feeds|index\.rdf|rss2?)\/?|(?:rss|atom|feed|index)\.(?:xml|json|rdf|rss|atom)|\.(?:rss|atom|rdf))$/i;

/**
 * The feeds a web page leads to: those it names in `link` elements first, then those of its site that are known from the
 * address, then links in the page that look like feeds. Feeds of comments come last.
 */
export function discoverFeeds(
  bytes: Uint8Array,
  context: { url: string; contentType?: string | null },
): DiscoveredFeed[] {
  const { text } = decodeText(bytes.subarray(0, MAX_BYTES), { contentType: context.contentType ?? null, kind: 'html' });
  const tags = pageTags(text, SCANNED);
  const base = tags.find(({ name, attributes }) => name === 'base' && attributes.has('href'));
  const baseUrl = resolveUrl(base?.attributes.get('href') ?? null, context.url) ?? context.url;
  const linked = tags.filter(({ name }) => name === 'link').flatMap((tag) => linkedFeed(tag, baseUrl));
  const known = [...knownFeedUrls(context.url), ...channelFeeds(tags, context.url)].map((url) => knownFeed(url));
  const anchors = tags.filter(({ name }) => name === 'a').flatMap((tag) => anchoredFeed(tag, baseUrl));
  return distinct([...linked, ...known, ...anchors]).slice(0, MAX_FEEDS);
}

/** Addresses at which sites keep their feed when they do not say so, the likeliest first. */
export function wellKnownFeedPaths(address: string): string[] {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) return [];
  const directory = url.pathname.replace(/[^/]*$/, '');
  const names = [
    'feed',
    'feed.xml',
    'rss.xml',
    'atom.xml',
    'index.xml',
    'rss',
    'feed/',
    'feed.json',
    'index.rdf',
    'feeds/posts/default',
    '?feed=rss2',
  ];
  const own =
    directory === '/'
      ? []
      : ['feed', 'rss.xml', 'atom.xml', 'index.xml'].map((name) => `${url.origin}${directory}${name}`);
  return [...new Set([...own, ...names.map((name) => `${url.origin}/${name}`)])];
}

function linkedFeed({ attributes }: PageTag, baseUrl: string): DiscoveredFeed[] {
  const relations = (attributes.get('rel') ?? '').toLowerCase().split(/\s+/);
  const type = (attributes.get('type') ?? '').toLowerCase().split(';', 1)[0]?.trim() ?? '';
  const isFeedRelation = relations.includes('feed');
  if (!isFeedRelation && !relations.includes('alternate')) return [];
  const format = FORMATS.find(([pattern]) => pattern.test(type))?.[1] ?? null;
  const href = attributes.get('href') ?? null;
  // WordPress announces its API as JSON, and some feeds carry the type of plain XML.
  const isXmlFeed = /^(?:text|application)\/xml$/.test(type) && FEED_PATH.test((href ?? '').split(/[?#]/, 1)[0] ?? '');
  if ((format === null && !isFeedRelation && !isXmlFeed) || /\/wp-json\/|oembed/i.test(href ?? '')) return [];
  const url = resolveUrl(withoutFeedScheme(href), baseUrl);
  return url === null
    ? []
    : [{ url, title: attributes.get('title')?.replace(/\s+/g, ' ').trim() || null, format, source: 'link' }];
}

function anchoredFeed({ attributes, text }: PageTag, baseUrl: string): DiscoveredFeed[] {
  const href = attributes.get('href') ?? null;
  if (href === null) return [];
  const type = (attributes.get('type') ?? '').toLowerCase();
  const format = FORMATS.find(([pattern]) => pattern.test(type))?.[1] ?? null;
  const url = resolveUrl(withoutFeedScheme(href), baseUrl);
  const hasFeedScheme = /^feed:/i.test(href);
  const path = (url ?? '').split(/[?#]/, 1)[0] ?? '';
  const saysFeed = /\b(?:rss|atom|feed|xml)\b/i.test(text) && /feed|rss|atom|xml/i.test(href);
  if (url === null || (format === null && !hasFeedScheme && !FEED_PATH.test(path) && !saysFeed)) return [];
  return [{ url, title: text.replace(/\s+/g, ' ').trim() || null, format, source: 'anchor' }];
}

/** A YouTube page names its channel in its metadata whatever its own address is. */
function channelFeeds(tags: readonly PageTag[], pageUrl: string): string[] {
  if (!/^https?:\/\/(?:(?:www|m)\.)?youtube\.com\//.test(pageUrl)) return [];
  for (const { attributes } of tags) {
    const isId = attributes.get('itemprop') === 'channelId' || attributes.get('itemprop') === 'identifier';
    const id = isId ? attributes.get('content') : /\/channel\/(UC[\w-]{22})/.exec(attributes.get('href') ?? '')?.[1];
    if (id !== undefined && /^UC[\w-]{22}$/.test(id))
      return [`https://www.youtube.com/feeds/videos.xml?channel_id=${id}`];
  }
  return [];
}

function knownFeed(url: string): DiscoveredFeed {
  return { url, title: null, format: null, source: 'known-site' };
}

function withoutFeedScheme(href: string | null): string | null {
  return href === null
    ? null
    : href
        .trim()
        .replace(/^feed:\/\/(?!\/)/i, 'http://')
        .replace(/^feed:(?=https?:)/i, '');
}

function distinct(feeds: readonly DiscoveredFeed[]): DiscoveredFeed[] {
  const byUrl = new Map<string, DiscoveredFeed>();
  for (const feed of feeds) if (!byUrl.has(feed.url)) byUrl.set(feed.url, feed);
  const isOfComments = ({ url, title }: DiscoveredFeed): boolean =>
    /comment/i.test(title ?? '') || /\/comments(?:\/|$)/i.test(url);
  const all = [...byUrl.values()];
  return [...all.filter((feed) => !isOfComments(feed)), ...all.filter(isOfComments)];
}
