import { createReferenceDecoder, type ReferenceDecoder } from '@alt/feeds/xml/references.ts';
import { readAttributes, type TagAttribute } from './attributes.ts';
import { createTagStack, type TagStack, VOID } from './tag-stack.ts';

/** A page as well-formed markup of bounded size, safe to hand to any tree builder. */
export interface BoundedMarkup {
  html: string;
  /** Something behind one of the bounds was left out. */
  isCut: boolean;
}

/** The largest of 170 pages measured has 9,888 elements and the deepest 38 levels. Inline tags go first, then all. */
const MAX_ELEMENTS = 16_000;
const MAX_INLINE_ELEMENTS = 12_000;
/** As much as the sanitiser takes. */
const MAX_TEXT = 1_000_000;
const MAX_ATTRIBUTES = 3_000_000;
/** The site says about the article what it is: metadata, which may come after everything else. */
const MAX_HEAD = 400_000;

/** Elements whose inside is no markup. What a reader never sees of them is dropped. */
const RAW = new Set('script style textarea title iframe xmp noembed noframes select datalist'.split(' '));
/** Trees that are no text; one of the second set inside ends them, as it does in browsers. */
const FOREIGN = new Set(['svg', 'math', 'template']);
const BREAKS_OUT = new Set('p div ul ol table h1 h2 h3 h4 h5 h6 pre blockquote article section main body'.split(' '));
/** Longer or stranger names are typing errors, and one with a prefix (`o:p`) is what the tree builder takes for another. */
const NAME = /^[a-z][a-z0-9_-]{0,39}$/;
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const SKELETON = new Set(['html', 'head', 'body', 'frameset', 'frame']);
const INLINE = new Set(
  'a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q ruby rb rt rp s samp small span strike strong sub sup time tt u var wbr label'.split(
    ' ',
  ),
);

/**
 * Reads a page once, from left to right, and writes it down as balanced markup: no scripts (but JSON-LD), styles,
 * drawings or comments, no more elements, depth, attributes or text than an article has. Linear in the length of the
 * page whatever it holds; what people's browsers would repair is repaired roughly as the HTML standard says.
 */
export function boundMarkup(html: string): BoundedMarkup {
  const page = createPage();
  let textStart = 0;
  let open = html.indexOf('<');
  while (open !== -1 && !isFull(page)) {
    let next = open + 1;
    if (beginsMarkup(html.charCodeAt(next))) {
      if (open > textStart) addText(page, html.slice(textStart, open));
      next = readMarkup(html, open, page);
      textStart = next;
    }
    open = html.indexOf('<', next);
  }
  if (!isFull(page) && textStart < html.length) addText(page, html.slice(textStart));
  return finish(page);
}

/** Whether a `<` before this character is one of a tag, a comment or a declaration; else it is text. */
function beginsMarkup(code: number): boolean {
  return isLetter(code) || code === 0x2f || code === 0x21 || code === 0x3f;
}

/** Reads a tag, comment or declaration; answers the index behind it. */
function readMarkup(html: string, open: number, page: Page): number {
  if (isLetter(html.charCodeAt(open + 1))) return readStart(html, open, page);
  if (html.charCodeAt(open + 1) === 0x2f && isLetter(html.charCodeAt(open + 2))) {
    const nameEnd = endOfName(html, open + 2);
    if (nameEnd - open < 50) closeElement(page, html.slice(open + 2, nameEnd).toLowerCase());
    return behind(html, '>', nameEnd);
  }
  if (html.startsWith('!--', open + 1)) return behind(html, '-->', open + 2);
  return behind(html, '>', open + 1);
}

function readStart(html: string, open: number, page: Page): number {
  const nameEnd = endOfName(html, open + 1);
  const name = html.slice(open + 1, nameEnd).toLowerCase();
  const { attributes, end } = readAttributes(html, nameEnd);
  if (!RAW.has(name)) {
    if (NAME.test(name)) openElement(page, name, attributes);
    return end;
  }
  const close = endOfRaw(html, name, end);
  addRaw(page, name, attributes, html.slice(end, close));
  return behind(html, '>', close);
}

/** Where the end tag of raw text begins, or the end of the page. */
function endOfRaw(html: string, name: string, from: number): number {
  let close = html.indexOf('</', from);
  while (close !== -1) {
    const nameEnd = close + 2 + name.length;
    if (isNameEnd(html.charCodeAt(nameEnd)) && html.slice(close + 2, nameEnd).toLowerCase() === name) return close;
    close = html.indexOf('</', close + 2);
  }
  return html.length;
}

/** What is written of a page so far. */
interface Page {
  stack: TagStack;
  decode: ReferenceDecoder;
  head: string;
  body: string;
  rootAttributes: string;
  elementCount: number;
  textLength: number;
  attributeLength: number;
  isCut: boolean;
  /** The drawing or template that is open: everything in it goes. */
  foreign: { name: string; depth: number } | null;
}

function createPage(): Page {
  return {
    stack: createTagStack(),
    decode: createReferenceDecoder(''),
    head: '',
    body: '',
    rootAttributes: '',
    elementCount: 0,
    textLength: 0,
    attributeLength: 0,
    isCut: false,
    foreign: null,
  };
}

function isFull({ elementCount, textLength }: Page): boolean {
  return elementCount >= MAX_ELEMENTS || textLength >= MAX_TEXT;
}

function addText(page: Page, value: string): void {
  if (page.foreign !== null) return;
  const room = MAX_TEXT - page.textLength;
  const markup = escaped(page, value.length > room ? value.slice(0, room) : value);
  // A character may take six; then a sixth is sure to fit.
  const kept = markup.length > room ? escaped(page, value.slice(0, room / 6)) : markup;
  page.textLength = markup.length > room ? MAX_TEXT : page.textLength + kept.length;
  page.body += kept;
}

function openElement(page: Page, name: string, attributes: TagAttribute[]): void {
  if (isForeign(page, name, 1)) return;
  if (SKELETON.has(name)) {
    const isRoot = name === 'html' && page.rootAttributes === '';
    if (isRoot) page.rootAttributes = written(page, attributes.filter(isRootAttribute));
  } else if (FOREIGN.has(name) && !attributes.some(({ name: key }) => key === 'shadowrootmode')) {
    page.foreign = { name, depth: 1 };
  } else if (isForHead(name, attributes)) {
    addToHead(page, `<${name}${written(page, attributes)}/>`);
  } else if (INLINE.has(name) && page.elementCount > MAX_INLINE_ELEMENTS) {
    page.isCut = true;
  } else {
    writeElement(page, name, attributes);
  }
}

function writeElement(page: Page, name: string, attributes: TagAttribute[]): void {
  page.elementCount += 1;
  page.body += page.stack.open(name) + page.stack.makeRoom();
  if (VOID.has(name)) page.body += `<${name}${written(page, attributes)}/>`;
  else if (page.stack.push(name)) page.body += `<${name}${written(page, attributes)}>`;
}

function closeElement(page: Page, name: string): void {
  if (isForeign(page, name, -1)) return;
  page.body += name === 'br' ? '<br/>' : page.stack.close(name);
}

function addRaw(page: Page, name: string, attributes: TagAttribute[], inside: string): void {
  if (page.foreign !== null) return;
  const isData = attributes.some(({ name: key, value }) => key === 'type' && /^application\/ld\+json/i.test(value));
  if (name === 'title') addToHead(page, `<title>${escaped(page, inside.slice(0, 2_000))}</title>`);
  if (name === 'script' && isData) addToHead(page, `<script type="application/ld+json">${literal(inside)}</script>`);
  if (name === 'iframe') page.body += `<iframe${written(page, attributes)}></iframe>`;
}

function finish(page: Page): BoundedMarkup {
  const isCut = page.isCut || isFull(page) || page.attributeLength >= MAX_ATTRIBUTES;
  const body = page.body + page.stack.closeAll();
  const html = `<!doctype html><html${page.rootAttributes}><head>${page.head}</head><body>${body}</body></html>`;
  return { html, isCut };
}

function addToHead(page: Page, markup: string): void {
  if (page.head.length + markup.length <= MAX_HEAD) page.head += markup;
}

/** True while everything goes because of an open drawing or template. */
function isForeign(page: Page, name: string, change: 1 | -1): boolean {
  const { foreign } = page;
  if (foreign === null) return false;
  if (name === foreign.name) foreign.depth += change;
  const breaksOut = change === 1 && foreign.name !== 'template' && BREAKS_OUT.has(name);
  if (foreign.depth === 0 || breaksOut) page.foreign = null;
  return page.foreign !== null || change === -1;
}

function isRootAttribute({ name }: TagAttribute): boolean {
  return name === 'lang' || name === 'dir' || name === 'amp';
}

function escaped({ decode }: Page, text: string): string {
  return literal(decode(text));
}

function written(page: Page, attributes: readonly TagAttribute[]): string {
  if (attributes.length === 0 || page.attributeLength >= MAX_ATTRIBUTES) return '';
  const markup = attributes.map(({ name, value }) => ` ${name}="${escaped(page, value)}"`).join('');
  page.attributeLength += markup.length;
  return markup;
}

/** Metadata speaks for the whole page wherever it stands, but microdata belongs to what it stands in. */
function isForHead(name: string, attributes: readonly TagAttribute[]): boolean {
  if (name === 'base' || name === 'link') return true;
  return name === 'meta' && !attributes.some(({ name: key }) => key === 'itemprop');
}

/** Text that stands for itself. */
function literal(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '');
}

/** Index behind the next `mark`, or the end of the text. */
function behind(html: string, mark: string, from: number): number {
  const index = html.indexOf(mark, from);
  return index === -1 ? html.length : index + mark.length;
}

function endOfName(html: string, start: number): number {
  let index = start;
  while (index < html.length && !isNameEnd(html.charCodeAt(index))) index += 1;
  return index;
}

function isNameEnd(code: number): boolean {
  return code === 0x3e || code === 0x2f || code <= 0x20;
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}
