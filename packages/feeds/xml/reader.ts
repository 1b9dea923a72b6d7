import type { XmlAttribute, XmlElement } from './element.ts';
import type { NamespaceDeclaration } from './namespaces.ts';
import { beginReading, type OpenElement, type Reading, type XmlOptions, type XmlOutcome } from './reading.ts';
import { createReferenceDecoder } from './references.ts';
import { endOfName, isNameStart, type RawAttribute, readStartTag, type StartTag } from './tags.ts';

/** Elements below this depth are left out and their text goes to the one above. Real feeds stay under 60. */
const MAX_DEPTH = 256;
const MAX_FLATTENED = 10_000;
/** 10,000 entries of 40 elements; about 60 MB of tree. */
const MAX_ELEMENTS = 400_000;
/** A document whose root has not come after so many tags is something else. */
const MAX_TAGS_BEFORE_ROOT = 2_000;
/** A feed wrapped into a page by a broken proxy begins at once. */
const MAX_TAGS_IN_HTML = 20;
const MAX_DOCTYPE_LENGTH = 65_536;
const NO_ATTRIBUTES: readonly XmlAttribute[] = [];

/**
 * Reads an XML document the way publishers write it: wrong nesting, missing ends, bare `&` and `<`, text before the
 * prolog, prefixes without declaration. One pass, linear in the length; never throws. What is not closed at the end of the
 * text is cut short: an entry that is still open is left out.
 */
export function readXml(text: string, options: XmlOptions): XmlOutcome {
  const reading = beginReading(text, options);
  let position = 0;
  while (reading.stop === null && position < text.length) {
    const open = nextMarkup(text, position);
    if (open === -1) {
      addText(reading, position, text.length);
      break;
    }
    if (open > position) addText(reading, position, open);
    position = readMarkup(reading, open);
  }
  if (reading.stop === 'too-deep') return { ok: false, reason: 'too-deep' };
  if (!reading.hasRoot) return { ok: false, reason: reading.isHtml ? 'html' : 'no-root' };
  if (reading.stop === null) reading.document.isCutShort ||= isCutShort(reading);
  return { ok: true, document: reading.document };
}

/** A feed whose `</rss>` alone is missing has lost nothing. */
function isCutShort({ stack, document }: Reading): boolean {
  if (stack.length === 1 && document.root.name === 'rss') return document.root.children.length === 0;
  return stack.length > 0;
}

/** Reads what begins with the `<` at `open`; answers where reading goes on. */
function readMarkup(reading: Reading, open: number): number {
  const code = reading.text.charCodeAt(open + 1);
  if (code === 0x2f) return readEndTag(reading, open);
  if (code === 0x21) return readDeclaration(reading, open);
  if (code === 0x3f)
    return skipPast(reading, '?>', open + 2) ?? skipPast(reading, '>', open + 2) ?? reading.text.length;
  return openElement(reading, open);
}

/** Index of the next `<` that begins something; `a < b` is text. */
function nextMarkup(text: string, from: number): number {
  let open = text.indexOf('<', from);
  while (open !== -1) {
    const code = text.charCodeAt(open + 1);
    if (code === 0x2f || code === 0x21 || code === 0x3f || isNameStart(code)) return open;
    open = text.indexOf('<', open + 1);
  }
  return -1;
}

function readDeclaration(reading: Reading, open: number): number {
  const { text } = reading;
  if (text.startsWith('<!--', open)) return skipPast(reading, '-->', open + 4) ?? open + 4;
  if (text.startsWith('<![CDATA[', open) || text.startsWith('<![cdata[', open)) {
    const end = reading.seek(']]>', open + 9);
    appendText(reading, text.slice(open + 9, end === -1 ? text.length : end));
    return end === -1 ? text.length : end + 3;
  }
  if (/^<!doctype/i.test(text.slice(open, open + 9))) return readDoctype(reading, open);
  return skipPast(reading, '>', open + 2) ?? text.length;
}

function readDoctype(reading: Reading, open: number): number {
  const { text } = reading;
  const head = text.slice(open, open + MAX_DOCTYPE_LENGTH);
  const close = head.indexOf('>');
  const subset = head.indexOf('[');
  if (/^<!doctype\s+html/i.test(head) && !reading.hasRoot) reading.isHtml = true;
  if (subset === -1 || (close !== -1 && close < subset)) return close === -1 ? text.length : open + close + 1;
  const subsetEnd = /\]\s*>/.exec(head);
  if (subsetEnd === null) return skipPast(reading, ']>', open + subset) ?? open + subset;
  if (!reading.hasRoot) reading.decode = createReferenceDecoder(head.slice(subset, subsetEnd.index));
  return open + subsetEnd.index + subsetEnd[0].length;
}

function skipPast(reading: Reading, needle: string, from: number): number | null {
  const index = reading.seek(needle, from);
  return index === -1 ? null : index + needle.length;
}

function addText(reading: Reading, start: number, end: number): void {
  if (reading.stack.length === 0) {
    if (!reading.hasRoot && !reading.document.hasGarbageBefore) {
      reading.document.hasGarbageBefore = /[^\s\ufeff]/.test(reading.text.slice(start, Math.min(end, start + 4_096)));
    }
    return;
  }
  appendText(reading, reading.decode(reading.text.slice(start, end)));
}

function appendText(reading: Reading, text: string): void {
  const top = reading.stack.at(-1);
  if (top === undefined) return;
  const { children } = top.element;
  const last = children.length - 1;
  // Blanks between the elements of the feed itself mean nothing; inside content they do.
  if ((reading.stack.length <= 2 || top.isEntry) && text.trim() === '') return;
  if (typeof children[last] === 'string') children[last] += text;
  else children.push(text);
}

function openElement(reading: Reading, open: number): number {
  const tag = readStartTag(reading.text, open, reading.seek);
  if (tag.end === -1) {
    reading.document.isCutShort = true;
    return reading.text.length;
  }
  if (!reading.hasRoot && !beginsDocument(reading, tag)) return tag.end;
  if (reading.hasRoot && reading.stack.length === 0) return tag.end;
  if (reading.stack.length >= MAX_DEPTH) flatten(reading);
  else if (++reading.elementCount > MAX_ELEMENTS) stopAt(reading, 'hasTooManyElements');
  else pushElement(reading, tag.name, tag.attributes, tag.isSelfClosing);
  return tag.end;
}

function beginsDocument(reading: Reading, { name, attributes }: StartTag): boolean {
  const lowered = name.toLowerCase();
  const local = lowered.slice(lowered.indexOf(':') + 1);
  const isDeclared = attributes.some((attribute) => attribute.name.startsWith('xmlns') || attribute.name === 'version');
  if (reading.options.roots.has(local) && (isDeclared || !reading.isHtml)) return true;
  reading.document.hasGarbageBefore = true;
  reading.isHtml ||= local === 'html';
  if (++reading.tagsBeforeRoot > (reading.isHtml ? MAX_TAGS_IN_HTML : MAX_TAGS_BEFORE_ROOT)) reading.stop = 'done';
  return false;
}

function flatten(reading: Reading): void {
  reading.document.isFlattened = true;
  if (++reading.flattenedCount > MAX_FLATTENED) reading.stop = 'too-deep';
}

function stopAt(reading: Reading, cap: 'hasTooManyElements' | 'hasTooManyEntries'): void {
  reading.document[cap] = true;
  reading.stop = 'done';
}

function pushElement(
  reading: Reading,
  rawName: string,
  rawAttributes: readonly RawAttribute[],
  isSelfClosing: boolean,
): void {
  const outerScope = reading.scope;
  const attributes = rawAttributes.length === 0 ? NO_ATTRIBUTES : readAttributes(reading, rawAttributes);
  if (!reading.hasRoot) claimVocabulary(reading, rawName);
  const name = reading.scope.elementName(rawName);
  const isEntry = reading.options.entries.has(name);
  if (isEntry && (reading.openCounts.get(name) ?? 0) > 0) {
    closeThrough(reading, name);
    reading.document.hasUnclosedEntries = true;
  }
  if (isEntry && reading.document.entries.length >= reading.options.maxEntries) {
    stopAt(reading, 'hasTooManyEntries');
    return;
  }
  const element: XmlElement = { name, attributes, children: [] };
  if (!reading.hasRoot) reading.document.root = element;
  else if (!isEntry) reading.stack.at(-1)?.element.children.push(element);
  reading.hasRoot = true;
  reading.stack.push({ element, rawName, outerScope, isEntry });
  reading.openCounts.set(name, (reading.openCounts.get(name) ?? 0) + 1);
  if (isSelfClosing) closeTop(reading);
}

function readAttributes(reading: Reading, rawAttributes: readonly RawAttribute[]): readonly XmlAttribute[] {
  const attributes: XmlAttribute[] = [];
  const declarations: NamespaceDeclaration[] = [];
  for (const { name, value: rawValue } of rawAttributes) {
    const value = reading.decode(rawValue);
    if (name === 'xmlns' && !reading.hasRoot) reading.document.namespace = value;
    if (name === 'xmlns') declarations.push({ prefix: '', uri: value });
    else if (name.startsWith('xmlns:')) declarations.push({ prefix: name.slice(6), uri: value });
    else attributes.push({ name, value });
  }
  if (declarations.length > 0) reading.scope = reading.scope.inside(declarations);
  return attributes;
}

/** Whatever namespace the root is in is the document's own, and Atom's is where the root is a `feed`. */
function claimVocabulary(reading: Reading, rawName: string): void {
  const name = reading.scope.elementName(rawName);
  const colon = name.indexOf(':');
  const local = name.slice(colon + 1);
  const own = local === 'feed' || local === 'entry' ? ['atom'] : [];
  if (colon !== -1 && local !== 'rdf') own.push(name.slice(0, colon));
  reading.scope = reading.scope.withOwn(own);
}

function readEndTag(reading: Reading, open: number): number {
  const { text, stack } = reading;
  const top = stack.at(-1);
  if (top !== undefined) {
    // Nearly every end tag closes what was opened last, spelt the same.
    const nameEnd = open + 2 + top.rawName.length;
    if (text.charCodeAt(nameEnd) === 0x3e && text.startsWith(top.rawName, open + 2)) {
      closeTop(reading);
      return nameEnd + 1;
    }
  }
  const nameEnd = endOfName(text, open + 2);
  const name = reading.scope.elementName(text.slice(open + 2, nameEnd));
  if ((reading.openCounts.get(name) ?? 0) > 0) closeThrough(reading, name);
  return skipPast(reading, '>', nameEnd) ?? text.length;
}

function closeThrough(reading: Reading, name: string): void {
  while (reading.stack.length > 0) {
    const isLast = reading.stack.at(-1)?.element.name === name;
    closeTop(reading);
    if (isLast) return;
  }
}

function closeTop(reading: Reading): void {
  const closed = reading.stack.pop();
  if (closed === undefined) return;
  const { name } = closed.element;
  reading.openCounts.set(name, (reading.openCounts.get(name) ?? 1) - 1);
  reading.scope = closed.outerScope;
  if (closed.isEntry) {
    reading.document.entries.push({ element: closed.element, ...surroundings(reading.stack) });
  }
}

function surroundings(stack: readonly OpenElement[]): { bases: string[]; language: string | null } {
  const bases: string[] = [];
  let language: string | null = null;
  for (const { element } of stack) {
    for (const { name, value } of element.attributes) {
      if (name === 'xml:base') bases.push(value);
      if (name === 'xml:lang') language = value;
    }
  }
  return { bases, language };
}
