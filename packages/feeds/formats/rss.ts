import { resolveBases, resolveUrl } from '../addresses.ts';
import { parseDate } from '../dates/parse-date.ts';
import type { ParsedFeed } from '../feed.ts';
import {
  attribute,
  elementsNamed,
  firstNamed,
  firstText,
  hasElements,
  rawTextOf,
  textOf,
  type XmlElement,
} from '../xml/element.ts';
import { markupOf } from '../xml/markup.ts';
import type { XmlDocument, XmlEntry } from '../xml/reading.ts';
import { readDetails } from './details.ts';
import { type ItemDraft, type MarkupDraft, paragraphsOf } from './draft.ts';
import { mediaDescription, mediaEnclosures, mediaImage } from './media.ts';
import { personName } from './people.ts';
import { oneLine, titleFromHtml } from './titles.ts';

export type FeedFacts = Omit<ParsedFeed, 'items' | 'isTruncated' | 'warnings'>;

/** RSS 0.90 to 2.0 and RDF, which share their elements; `isRdf` decides where the items and the picture stand. */
export function readRss(document: XmlDocument, documentUrl: string): { facts: FeedFacts; drafts: ItemDraft[] } {
  const { root } = document;
  const isRdf = root.name.endsWith('rdf');
  const channel = root.name === 'channel' ? root : (firstNamed(root, 'channel') ?? root);
  const bases = [root, channel].flatMap((element) => attribute(element, 'xml:base') ?? []);
  const declaredBase = bases.length > 0 ? resolveBases(bases, documentUrl) : null;
  const siteUrl = channelLink(channel, declaredBase ?? documentUrl);
  const itemBase = siteUrl ?? documentUrl;
  const language =
    firstText(channel, 'language', 'dc:language') ?? attribute(channel, 'xml:lang') ?? attribute(root, 'xml:lang');
  const facts: FeedFacts = {
    format: isRdf ? 'rdf' : 'rss',
    version: isRdf ? rdfVersion(document.namespace) : (oneLine(attribute(root, 'version')) ?? ''),
    title: titleFromHtml(firstText(channel, 'title', 'dc:title', 'media:title', 'itunes:title')),
    siteUrl,
    selfUrl: relatedLink(channel, 'self', documentUrl),
    description: titleFromHtml(
      firstText(channel, 'description', 'dc:description', 'itunes:summary', 'itunes:subtitle'),
    ),
    language,
    imageUrl: channelImage(root, channel, itemBase),
    ttlMinutes: timeToLive(channel),
    hubUrl: relatedLink(channel, 'hub', documentUrl),
    newFeedUrl: resolveUrl(firstText(channel, 'itunes:new-feed-url'), documentUrl),
  };
  const drafts = document.entries.map((entry) => readItem(entry, { documentUrl, itemBase, isRdf }));
  return { facts, drafts };
}

interface ItemContext {
  documentUrl: string;
  /** What relative addresses refer to when the document does not say. */
  itemBase: string;
  isRdf: boolean;
}

function readItem({ element: item, bases, language }: XmlEntry, context: ItemContext): ItemDraft {
  const ownBase = attribute(item, 'xml:base');
  const allBases = ownBase === null ? bases : [...bases, ownBase];
  const declaredBase = allBases.length > 0 ? resolveBases(allBases, context.documentUrl) : null;
  const baseUrl = declaredBase ?? context.itemBase;
  const guidElement = firstNamed(item, 'guid');
  const guid =
    textOf(guidElement) ?? firstText(item, 'atom:id') ?? (context.isRdf ? attribute(item, 'rdf:about') : null);
  const url = itemLink(item, guidElement, baseUrl);
  const contentBase = declaredBase ?? url ?? baseUrl;
  const { content, summary } = itemBodies(item, contentBase);
  return {
    guid,
    url,
    title: titleFromHtml(firstText(item, 'title', 'dc:title', 'media:title', 'itunes:title', 'atom:title')),
    authors: itemAuthors(item),
    publishedAt: firstDate(
      item,
      'pubdate',
      'dc:date',
      'dcterms:issued',
      'dcterms:created',
      'atom:published',
      'prism:publicationdate',
      'published',
      'date',
    ),
    updatedAt: firstDate(item, 'atom:updated', 'dcterms:modified', 'updated', 'lastbuilddate'),
    content,
    summary,
    imageUrl: mediaImage(item, contentBase),
    categories: itemCategories(item),
    enclosures: [...mediaEnclosures(item, baseUrl), ...linkedEnclosures(item, baseUrl)],
    language: firstText(item, 'dc:language', 'language') ?? attribute(item, 'xml:lang') ?? language,
    ...readDetails(item, baseUrl),
  };
}

/** FeedBurner keeps the true address aside; RSS puts it into the text of `link`, some write it as Atom does. */
function itemLink(item: XmlElement, guid: XmlElement | null, baseUrl: string): string | null {
  const original = resolveUrl(firstText(item, 'feedburner:origlink'), baseUrl);
  if (original !== null) return original;
  for (const link of elementsNamed(item, 'link')) {
    const url = resolveUrl(textOf(link), baseUrl);
    if (url !== null) return url;
  }
  const alternate = relatedLink(item, 'alternate', baseUrl);
  if (alternate !== null) return alternate;
  const isPermanent = guid !== null && attribute(guid, 'ispermalink')?.toLowerCase() !== 'false';
  const address = textOf(guid);
  return isPermanent && address !== null && /^https?:\/\//i.test(address) ? resolveUrl(address, null) : null;
}

/** `content:encoded` is the article and `description` its summary; alone, `description` is all there is. */
function itemBodies(
  item: XmlElement,
  baseUrl: string | null,
): { content: MarkupDraft | null; summary: MarkupDraft | null } {
  const full = firstMarkup(
    item,
    baseUrl,
    'content:encoded',
    'encoded',
    'xhtml:body',
    'body',
    'xhtml:div',
    'atom:content',
    'content',
    'fulltext',
  );
  const description = firstMarkup(
    item,
    baseUrl,
    'description',
    'dc:description',
    'dcterms:abstract',
    'atom:summary',
    'summary',
  );
  const spoken =
    plainMarkup(firstNamed(item, 'itunes:summary'), baseUrl) ??
    plainMarkup(firstNamed(item, 'itunes:subtitle'), baseUrl);
  const media = mediaDescription(item);
  const caption = media === null ? null : { html: media.isHtml ? media.text : paragraphsOf(media.text), baseUrl };
  const [content = null, summary = null] = [full, description].filter((body) => body !== null);
  if (content === null) return { content: spoken ?? caption, summary: null };
  return { content, summary: summary?.html === content.html ? null : summary };
}

function firstMarkup(item: XmlElement, baseUrl: string | null, ...names: string[]): MarkupDraft | null {
  for (const name of names) {
    for (const element of elementsNamed(item, name)) {
      const ownBase = attribute(element, 'xml:base');
      const elementBase = ownBase === null ? baseUrl : resolveBases([ownBase], baseUrl);
      const isXhtml = name.startsWith('xhtml:') || name === 'body';
      const html =
        hasElements(element) || isXhtml ? markupOf(element, { isXhtml, baseUrl: elementBase }) : rawTextOf(element);
      if (html.trim() !== '') return { html: isHtmlShaped(html) ? html : paragraphsOf(html), baseUrl: elementBase };
    }
  }
  return null;
}

/** Text with line breaks and neither tags nor references is text, whatever the element is for. */
function isHtmlShaped(html: string): boolean {
  return html.includes('<') || html.includes('&') || !/\n\s*\n/.test(html.trim());
}

function plainMarkup(element: XmlElement | null, baseUrl: string | null): MarkupDraft | null {
  const text = element === null ? '' : rawTextOf(element).trim();
  if (text === '') return null;
  return { html: /<[a-z!/]/i.test(text) ? text : paragraphsOf(text), baseUrl };
}

function itemAuthors(item: XmlElement): string[] {
  const creators = [...elementsNamed(item, 'dc:creator', 'author', 'atom:author')].map(
    (element) => firstText(element, 'name', 'atom:name') ?? personName(textOf(element)),
  );
  const named = creators.filter((name) => name !== null);
  if (named.length > 0) return named.map((name) => titleFromHtml(name) ?? name);
  return [firstText(item, 'itunes:author', 'googleplay:author', 'media:credit')].filter((name) => name !== null);
}

function itemCategories(item: XmlElement): string[] {
  const categories: string[] = [];
  for (const element of elementsNamed(item, 'category', 'dc:subject', 'atom:category', 'itunes:category')) {
    const text =
      textOf(element) ?? attribute(element, 'label') ?? attribute(element, 'term') ?? attribute(element, 'text');
    const name = titleFromHtml(text);
    if (name !== null) categories.push(name);
  }
  const keywords = firstText(item, 'itunes:keywords', 'media:keywords', 'keywords');
  return keywords === null ? categories : [...categories, ...keywords.split(',')];
}

function linkedEnclosures(item: XmlElement, baseUrl: string) {
  return [...elementsNamed(item, 'atom:link')]
    .filter((link) => attribute(link, 'rel') === 'enclosure')
    .flatMap((link) => {
      const url = resolveUrl(attribute(link, 'href'), baseUrl);
      return url === null
        ? []
        : [
            {
              url,
              type: attribute(link, 'type'),
              length: null,
              durationSeconds: null,
              title: attribute(link, 'title'),
            },
          ];
    });
}

function channelLink(channel: XmlElement, baseUrl: string): string | null {
  for (const link of elementsNamed(channel, 'link')) {
    const url = resolveUrl(textOf(link), baseUrl);
    if (url !== null) return url;
  }
  return relatedLink(channel, 'alternate', baseUrl);
}

/** The address of an Atom link with this relation; RSS has them with a prefix, some feeds without. */
function relatedLink(parent: XmlElement, relation: string, baseUrl: string): string | null {
  for (const link of elementsNamed(parent, 'atom:link', 'link')) {
    const address = attribute(link, 'href');
    if (address === null || (attribute(link, 'rel') ?? 'alternate').toLowerCase() !== relation) continue;
    const url = resolveUrl(address, baseUrl);
    if (url !== null) return url;
  }
  return null;
}

function channelImage(root: XmlElement, channel: XmlElement, baseUrl: string): string | null {
  const own = mediaImage(channel, baseUrl);
  return (
    own ??
    (root === channel ? null : mediaImage(root, baseUrl)) ??
    resolveUrl(firstText(channel, 'webfeeds:icon', 'webfeeds:logo'), baseUrl)
  );
}

const PERIOD_MINUTES: ReadonlyMap<string, number> = new Map([
  ['hourly', 60],
  ['daily', 1_440],
  ['weekly', 10_080],
  ['monthly', 43_200],
  ['yearly', 525_600],
]);

/** `ttl`, else what the syndication module says: the period divided by its frequency. */
function timeToLive(channel: XmlElement): number | null {
  const ttl = Number(firstText(channel, 'ttl') ?? Number.NaN);
  if (Number.isFinite(ttl) && ttl > 0) return Math.round(ttl);
  const period = PERIOD_MINUTES.get((firstText(channel, 'sy:updateperiod') ?? '').toLowerCase());
  if (period === undefined) return null;
  const frequency = Number(firstText(channel, 'sy:updatefrequency') ?? 1);
  return Math.round(period / (Number.isFinite(frequency) && frequency >= 1 ? frequency : 1));
}

function rdfVersion(namespace: string): string {
  if (/rdf\/simple\/0\.9/.test(namespace)) return '0.90';
  return /rss1\.1/.test(namespace) ? '1.1' : '1.0';
}

function firstDate(item: XmlElement, ...names: string[]): Date | null {
  for (const name of names) {
    for (const element of elementsNamed(item, name)) {
      const date = parseDate(textOf(element));
      if (date !== null) return date;
    }
  }
  return null;
}
