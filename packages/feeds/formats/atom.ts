import { resolveBases, resolveUrl } from '../addresses.ts';
import { parseDate } from '../dates/parse-date.ts';
import type { ParsedEnclosure } from '../feed.ts';
import { htmlToText } from '../html/clean.ts';
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
import type { FeedFacts } from './rss.ts';
import { oneLine, titleFromHtml } from './titles.ts';

/** Atom 1.0 (RFC 4287) and 0.3, whose elements differ in name and whose text constructs say `mode` as well as `type`. */
export function readAtom(document: XmlDocument, documentUrl: string): { facts: FeedFacts; drafts: ItemDraft[] } {
  const { root } = document;
  const ownBase = attribute(root, 'xml:base');
  const baseUrl = ownBase === null ? documentUrl : (resolveBases([ownBase], documentUrl) ?? documentUrl);
  const facts: FeedFacts = {
    format: 'atom',
    version: attribute(root, 'version') === '0.3' || firstNamed(root, 'tagline') !== null ? '0.3' : '1.0',
    title: constructText(firstNamed(root, 'title')),
    siteUrl: alternateLink(root, baseUrl),
    selfUrl: linkAddress(root, 'self', baseUrl),
    description:
      constructText(firstNamed(root, 'subtitle') ?? firstNamed(root, 'tagline')) ?? firstText(root, 'itunes:summary'),
    language: attribute(root, 'xml:lang'),
    imageUrl: resolveUrl(firstText(root, 'logo', 'icon'), baseUrl) ?? mediaImage(root, baseUrl),
    ttlMinutes: null,
    hubUrl: linkAddress(root, 'hub', baseUrl),
    newFeedUrl: resolveUrl(firstText(root, 'itunes:new-feed-url'), baseUrl),
  };
  const feedAuthors = authorsOf(root);
  return { facts, drafts: document.entries.map((entry) => readEntry(entry, documentUrl, feedAuthors)) };
}

function readEntry(
  { element: entry, bases, language }: XmlEntry,
  documentUrl: string,
  feedAuthors: string[],
): ItemDraft {
  const ownBase = attribute(entry, 'xml:base');
  const allBases = ownBase === null ? bases : [...bases, ownBase];
  const declaredBase = allBases.length > 0 ? resolveBases(allBases, documentUrl) : null;
  const baseUrl = declaredBase ?? documentUrl;
  const url = resolveUrl(firstText(entry, 'feedburner:origlink'), baseUrl) ?? alternateLink(entry, baseUrl);
  // A feed that names no base means the page that an entry belongs to more often than itself.
  const contentBase = declaredBase ?? url ?? documentUrl;
  const source = firstNamed(entry, 'source');
  const authors = [...authorsOf(entry), ...(source === null ? [] : authorsOf(source)), ...feedAuthors];
  return {
    guid: firstText(entry, 'id'),
    url,
    title: constructText(firstNamed(entry, 'title')) ?? titleFromHtml(firstText(entry, 'media:title')),
    authors: authorsOf(entry).length > 0 ? authorsOf(entry) : authors,
    publishedAt: firstDate(entry, 'published', 'issued', 'created', 'dc:date', 'pubdate'),
    updatedAt: firstDate(entry, 'updated', 'modified', 'dcterms:modified'),
    ...entryBodies(entry, contentBase),
    imageUrl: mediaImage(entry, contentBase),
    categories: categoriesOf(entry),
    enclosures: [...linkedEnclosures(entry, baseUrl), ...mediaEnclosures(entry, baseUrl)],
    language: attribute(entry, 'xml:lang') ?? language,
    ...readDetails(entry, baseUrl),
  };
}

function entryBodies(entry: XmlElement, baseUrl: string | null): Pick<ItemDraft, 'content' | 'summary'> {
  const full = firstConstruct(entry, 'content', baseUrl);
  const summary = firstConstruct(entry, 'summary', baseUrl) ?? firstConstruct(entry, 'itunes:summary', baseUrl);
  const media = mediaDescription(entry);
  const caption = media === null ? null : { html: media.isHtml ? media.text : paragraphsOf(media.text), baseUrl };
  if (full === null) return { content: summary ?? caption, summary: null };
  return { content: full, summary: summary?.html === full.html ? null : summary };
}

function firstConstruct(entry: XmlElement, name: string, baseUrl: string | null): MarkupDraft | null {
  for (const element of elementsNamed(entry, name)) {
    const ownBase = attribute(element, 'xml:base');
    const elementBase = ownBase === null ? baseUrl : resolveBases([ownBase], baseUrl);
    const html = constructHtml(element, elementBase);
    if (html.trim() !== '') return { html, baseUrl: elementBase };
  }
  return null;
}

/** A text construct as HTML (RFC 4287 §3.1 and §4.1.3.3; Atom 0.3 §3.1 for `mode`). */
function constructHtml(element: XmlElement, baseUrl: string | null): string {
  switch (kindOf(element)) {
    case 'xhtml':
      return markupOf(element, { isXhtml: hasElements(element), baseUrl });
    case 'html':
      return hasElements(element) ? markupOf(element, { isXhtml: false, baseUrl }) : rawTextOf(element);
    case 'base64':
      return decodeBase64(rawTextOf(element));
    case 'text':
      return hasElements(element) ? markupOf(element, { isXhtml: true, baseUrl }) : paragraphsOf(rawTextOf(element));
    case 'other':
      // A picture or a program decodes to nothing; what is not base64 at all is a wrong label on text.
      return decodeBase64(rawTextOf(element)) || markupOf(element, { isXhtml: false, baseUrl });
  }
}

/** A text construct as one line of plain text. */
function constructText(element: XmlElement | null): string | null {
  if (element === null) return null;
  switch (kindOf(element)) {
    case 'html':
      return titleFromHtml(textOf(element));
    case 'base64':
    case 'other':
      return oneLine(htmlToText(decodeBase64(rawTextOf(element)))) ?? textOf(element);
    case 'xhtml':
      return hasElements(element) ? textOf(element) : titleFromHtml(textOf(element));
    default:
      return textOf(element);
  }
}

function kindOf(element: XmlElement): 'text' | 'html' | 'xhtml' | 'base64' | 'other' {
  const type = (attribute(element, 'type') ?? 'text').toLowerCase().split(';', 1)[0]?.trim() ?? 'text';
  const mode = attribute(element, 'mode')?.toLowerCase() ?? null;
  if (mode === 'base64') return 'base64';
  if (type === 'html' || type === 'text/html') return mode === 'xml' ? 'xhtml' : 'html';
  if (type === 'xhtml' || type === 'application/xhtml+xml') return mode === 'escaped' ? 'html' : 'xhtml';
  if (type === 'text' || type === 'text/plain') return mode === 'escaped' && type !== 'text/plain' ? 'html' : 'text';
  if (type.startsWith('text/')) return 'text';
  if (type.endsWith('+xml') || type.endsWith('/xml')) return 'xhtml';
  // RFC 4287: content of any other media type is base64 of that type.
  return type.includes('/') ? 'other' : 'html';
}

/** The text inside base64; empty when what is inside is no text (a picture, a program). */
function decodeBase64(text: string): string {
  const compact = text.replace(/\s+/g, '');
  if (!/^[\w+/]*={0,2}$/.test(compact)) return '';
  const decoded = new TextDecoder().decode(Buffer.from(compact, 'base64'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the mark of binary data
  return /[\u0000-\u0008\ufffd]/.test(decoded) ? '' : decoded;
}

function alternateLink(parent: XmlElement, baseUrl: string): string | null {
  let fallback: string | null = null;
  for (const link of elementsNamed(parent, 'link')) {
    const relation = attribute(link, 'rel')?.toLowerCase() ?? 'alternate';
    const url = relation === 'alternate' ? linkTarget(link, baseUrl) : null;
    if (url === null) continue;
    const type = attribute(link, 'type');
    if (type === null || /html/i.test(type)) return url;
    fallback ??= url;
  }
  return fallback;
}

function linkAddress(parent: XmlElement, relation: string, baseUrl: string): string | null {
  for (const link of elementsNamed(parent, 'link')) {
    if (attribute(link, 'rel')?.toLowerCase() !== relation) continue;
    const url = linkTarget(link, baseUrl);
    if (url !== null) return url;
  }
  return null;
}

/** The address of a link, which may have its own base; Atom 0.3 feeds in the wild also write it as text. */
function linkTarget(link: XmlElement, baseUrl: string): string | null {
  const ownBase = attribute(link, 'xml:base');
  return resolveUrl(
    attribute(link, 'href') ?? textOf(link),
    ownBase === null ? baseUrl : resolveBases([ownBase], baseUrl),
  );
}

function linkedEnclosures(entry: XmlElement, baseUrl: string): ParsedEnclosure[] {
  const enclosures: ParsedEnclosure[] = [];
  for (const link of elementsNamed(entry, 'link')) {
    const url = attribute(link, 'rel')?.toLowerCase() === 'enclosure' ? linkTarget(link, baseUrl) : null;
    if (url === null) continue;
    const length = attribute(link, 'length');
    const isLength = length !== null && /^\d{1,15}$/.test(length);
    enclosures.push({
      url,
      type: attribute(link, 'type'),
      length: isLength ? Number(length) : null,
      durationSeconds: null,
      title: attribute(link, 'title'),
    });
  }
  return enclosures;
}

function authorsOf(parent: XmlElement): string[] {
  return [...elementsNamed(parent, 'author', 'dc:creator')]
    .map(
      (person) =>
        firstText(person, 'name') ?? (hasElements(person) ? firstText(person, 'email', 'uri') : textOf(person)),
    )
    .filter((name) => name !== null);
}

function categoriesOf(entry: XmlElement): string[] {
  return [...elementsNamed(entry, 'category', 'dc:subject')]
    .map((category) => attribute(category, 'label') ?? attribute(category, 'term') ?? textOf(category))
    .filter((name) => name !== null);
}

function firstDate(entry: XmlElement, ...names: string[]): Date | null {
  for (const name of names) {
    const date = parseDate(firstText(entry, name));
    if (date !== null) return date;
  }
  return null;
}
