import { resolveUrl } from '../addresses.ts';
import type { ParsedEnclosure } from '../feed.ts';
import { attribute, elementsNamed, firstNamed, firstText, rawTextOf, textOf, type XmlElement } from '../xml/element.ts';

const IMAGE_PATH = /\.(?:jpe?g|png|gif|webp|avif)(?:$|[?#])/i;

/**
 * The attached files of an item: `enclosure` elements, Media RSS contents and `itunes:duration`. Pictures of Media RSS are
 * illustrations, not files, and are left to `mediaImage`.
 */
export function mediaEnclosures(item: XmlElement, baseUrl: string | null): ParsedEnclosure[] {
  const durationSeconds = parseDuration(firstText(item, 'itunes:duration'));
  const enclosures: ParsedEnclosure[] = [];
  for (const element of elementsNamed(item, 'enclosure')) {
    const url = resolveUrl(attribute(element, 'url') ?? attribute(element, 'href') ?? textOf(element), baseUrl);
    if (url === null) continue;
    const type = attribute(element, 'type');
    const isTimed = type === null || /^(?:audio|video)\//i.test(type);
    enclosures.push({
      url,
      type,
      length: byteLength(attribute(element, 'length')),
      durationSeconds: isTimed ? durationSeconds : null,
      title: null,
    });
  }
  for (const content of mediaContents(item)) {
    const url = resolveUrl(attribute(content, 'url'), baseUrl);
    // YouTube still names the Flash player it no longer has.
    if (url === null || isImage(content) || attribute(content, 'type') === 'application/x-shockwave-flash') continue;
    enclosures.push({
      url,
      type: attribute(content, 'type'),
      length: byteLength(attribute(content, 'filesize')),
      durationSeconds: parseDuration(attribute(content, 'duration')),
      title: firstText(content, 'media:title'),
    });
  }
  return enclosures;
}

/** The picture of an item or a feed that stands outside its text. */
export function mediaImage(item: XmlElement, baseUrl: string | null): string | null {
  const pictures = [...mediaContents(item)].filter(isImage);
  const candidates = [
    attributeOf(widest(pictures), 'url'),
    attributeOf(widest([...thumbnails(item)]), 'url'),
    attributeOf(firstNamed(item, 'itunes:image'), 'href') ?? textOf(firstNamed(item, 'itunes:image')),
    attributeOf(firstNamed(item, 'googleplay:image'), 'href'),
    attributeOf([...elementsNamed(item, 'enclosure')].find(isImage) ?? null, 'url'),
    plainImage(firstNamed(item, 'image')),
  ];
  for (const candidate of candidates) {
    const url = resolveUrl(candidate, baseUrl);
    if (url !== null) return url;
  }
  return null;
}

/** The text Media RSS gives to a picture or a film (YouTube has no other). */
export function mediaDescription(item: XmlElement): { text: string; isHtml: boolean } | null {
  for (const parent of mediaParents(item)) {
    const description = firstNamed(parent, 'media:description');
    const text = description === null ? '' : rawTextOf(description).trim();
    if (description !== null && text !== '') return { text, isHtml: attribute(description, 'type') === 'html' };
  }
  return null;
}

/** `90`, `1:30` or `1:02:03` in seconds. */
export function parseDuration(text: string | null): number | null {
  if (text === null || !/^\d{1,7}(?:\.\d{1,6})?$|^(?:\d{1,4}:)?\d{1,4}:\d{1,2}(?:\.\d{1,6})?$/.test(text)) return null;
  const seconds = text.split(':').reduce((total, part) => total * 60 + Number(part), 0);
  return Math.round(seconds);
}

function* mediaParents(item: XmlElement): Generator<XmlElement> {
  yield item;
  for (const group of elementsNamed(item, 'media:group')) yield group;
  for (const content of elementsNamed(item, 'media:content')) yield content;
}

function* mediaContents(item: XmlElement): Generator<XmlElement> {
  yield* elementsNamed(item, 'media:content');
  for (const group of elementsNamed(item, 'media:group')) yield* elementsNamed(group, 'media:content');
}

function* thumbnails(item: XmlElement): Generator<XmlElement> {
  for (const parent of mediaParents(item)) yield* elementsNamed(parent, 'media:thumbnail');
  for (const group of elementsNamed(item, 'media:group')) {
    for (const content of elementsNamed(group, 'media:content')) yield* elementsNamed(content, 'media:thumbnail');
  }
}

function isImage(element: XmlElement): boolean {
  const type = attribute(element, 'type');
  const medium = attribute(element, 'medium');
  if (type !== null) return /^image\//i.test(type);
  return medium === null ? IMAGE_PATH.test(attribute(element, 'url') ?? '') : medium === 'image';
}

function widest(elements: readonly XmlElement[]): XmlElement | null {
  let best: XmlElement | null = null;
  for (const element of elements) {
    if (best === null || widthOf(element) > widthOf(best)) best = element;
  }
  return best;
}

function widthOf(element: XmlElement): number {
  return Number.parseInt(attribute(element, 'width') ?? '0', 10) || 0;
}

function attributeOf(element: XmlElement | null, name: string): string | null {
  return element === null ? null : attribute(element, name);
}

function plainImage(image: XmlElement | null): string | null {
  if (image === null) return null;
  const address =
    firstText(image, 'url') ?? attribute(image, 'href') ?? attribute(image, 'url') ?? attribute(image, 'rdf:resource');
  return address ?? (image.children.every((child) => typeof child === 'string') ? textOf(image) : null);
}

function byteLength(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
