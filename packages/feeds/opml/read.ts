import { oneLine } from '../formats/titles.ts';
import { refusal } from '../refusals.ts';
import { decodeText } from '../text/encoding.ts';
import { attribute, elementsNamed, firstNamed, firstText, type XmlElement } from '../xml/element.ts';
import { readXml } from '../xml/reader.ts';

export interface OpmlOutline {
  kind: 'feed' | 'folder';
  title: string;
  xmlUrl?: string;
  htmlUrl?: string;
  children: OpmlOutline[];
}

export type OpmlOutcome =
  | { ok: true; outlines: OpmlOutline[]; title: string | null }
  | { ok: false; refusal: { code: string; message: string } };

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_OUTLINES = 50_000;
const MAX_DEPTH = 32;
const MAX_TITLE_LENGTH = 500;

/**
 * Reads OPML 1.0, 1.1 and 2.0 as readers and people write it. Folders nest up to 32 deep, deeper ones are merged into the last;
 * a feed at the top that names its folder in `category="/a/b"` goes there, in several folders if it names several. Feeds come
 * as they are written: the addresses are not checked.
 */
export function parseOpml(bytes: Uint8Array): OpmlOutcome {
  if (bytes.length === 0) return refusal('empty', 'The file is empty.');
  if (bytes.length > MAX_BYTES) return refusal('too-large', 'The file is larger than 16 MiB.');
  const { text } = decodeText(bytes, { kind: 'xml' });
  const outcome = readXml(text, { roots: new Set(['opml']), entries: new Set(), maxEntries: 0 });
  if (!outcome.ok)
    return refusal(outcome.reason === 'too-deep' ? 'too-deep' : 'not-a-feed', 'The file is not an OPML file.');
  const { root } = outcome.document;
  const head = firstNamed(root, 'head');
  const reading = { remaining: MAX_OUTLINES };
  const body = [root, ...elementsNamed(root, 'body')];
  const outlines = body.flatMap((parent) => readOutlines(parent, reading, 0));
  const filed = fileByCategory(outlines, [...body.flatMap((parent) => [...elementsNamed(parent, 'outline')])]);
  return { ok: true, outlines: filed, title: head === null ? null : firstText(head, 'title') };
}

function readOutlines(parent: XmlElement, reading: { remaining: number }, depth: number): OpmlOutline[] {
  const outlines: OpmlOutline[] = [];
  for (const element of elementsNamed(parent, 'outline')) {
    if (--reading.remaining < 0) break;
    outlines.push(...readOutline(element, reading, depth));
  }
  return outlines;
}

function readOutline(element: XmlElement, reading: { remaining: number }, depth: number): OpmlOutline[] {
  const xmlUrl = attribute(element, 'xmlurl') ?? linkedFeed(element);
  const htmlUrl = attribute(element, 'htmlurl');
  const title = (oneLine(attribute(element, 'title') ?? attribute(element, 'text')) ?? xmlUrl ?? '')
    .slice(0, MAX_TITLE_LENGTH)
    .toWellFormed();
  const children = readOutlines(element, reading, depth + 1);
  if (xmlUrl !== null) {
    const feed: OpmlOutline = { kind: 'feed', title, xmlUrl, children: [] };
    if (htmlUrl !== null) feed.htmlUrl = htmlUrl;
    // A feed is no folder: what stands inside it comes behind it.
    return [feed, ...children];
  }
  const isMerged = depth >= MAX_DEPTH || title === '';
  return isMerged ? children : [{ kind: 'folder', title, children }];
}

/** Some programs write `type="rss" url="…"`. */
function linkedFeed(element: XmlElement): string | null {
  const isFeed = /^(?:rss|atom|feed)\d?$/i.test(attribute(element, 'type') ?? '');
  return isFeed ? attribute(element, 'url') : null;
}

function fileByCategory(outlines: readonly OpmlOutline[], elements: readonly XmlElement[]): OpmlOutline[] {
  const categories = new Map<string, string[]>();
  for (const element of elements) {
    const paths = (attribute(element, 'category') ?? '')
      .split(',')
      .map((path) => path.trim())
      .filter((path) => path.startsWith('/'));
    const xmlUrl = attribute(element, 'xmlurl');
    if (xmlUrl !== null && paths.length > 0) categories.set(xmlUrl, paths);
  }
  if (categories.size === 0) return [...outlines];
  const filed: OpmlOutline[] = outlines.filter(({ xmlUrl }) => xmlUrl === undefined || !categories.has(xmlUrl));
  for (const outline of outlines) {
    for (const path of categories.get(outline.xmlUrl ?? '') ?? []) folderAt(filed, path).push(outline);
  }
  return filed;
}

function folderAt(outlines: OpmlOutline[], path: string): OpmlOutline[] {
  let inside = outlines;
  for (const title of path
    .split('/')
    .filter((part) => part !== '')
    .slice(0, MAX_DEPTH)) {
    let folder = inside.find((outline) => outline.kind === 'folder' && outline.title === title);
    if (folder === undefined) {
      folder = { kind: 'folder', title, children: [] };
      inside.push(folder);
    }
    inside = folder.children;
  }
  return inside;
}
