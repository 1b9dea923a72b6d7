/** A start tag as it stands in the text; attribute values are still encoded. */
export interface StartTag {
  name: string;
  attributes: readonly RawAttribute[];
  isSelfClosing: boolean;
  /** Index just behind the tag; -1 when the text ends inside it. */
  end: number;
}

export interface RawAttribute {
  name: string;
  value: string;
}

/** Finds `needle` at or behind `from`; -1 when there is none. Calls must come with rising `from`. */
export type Seek = (needle: string, from: number) => number;

const NO_ATTRIBUTES: readonly RawAttribute[] = [];
const MAX_ATTRIBUTES = 256;
/** Attributes with quotes of their own that one value may hold unescaped. */
const MAX_QUOTED_PAIRS = 32;

/**
 * An `indexOf` that remembers what was not found, so that text full of openings without an end costs one search and
 * not one for each opening.
 */
export function createSeek(text: string): Seek {
  const absent = new Set<string>();
  return (needle, from) => {
    if (absent.has(needle)) return -1;
    const index = text.indexOf(needle, from);
    if (index === -1) absent.add(needle);
    return index;
  };
}

/** Reads the start tag whose `<` is at `open`. Accepts unquoted values, missing spaces, spaces around `=`. */
export function readStartTag(text: string, open: number, seek: Seek): StartTag {
  const nameEnd = endOfName(text, open + 1);
  const name = text.slice(open + 1, nameEnd);
  if (text.charCodeAt(nameEnd) === 0x3e) {
    return { name, attributes: NO_ATTRIBUTES, isSelfClosing: false, end: nameEnd + 1 };
  }
  const attributes: RawAttribute[] = [];
  let position = nameEnd;
  let isSelfClosing = false;
  while (position < text.length) {
    const code = text.charCodeAt(position);
    if (code === 0x3e) return { name, attributes, isSelfClosing, end: position + 1 };
    // A new tag begins inside this one: its `>` is missing.
    if (code === 0x3c) return { name, attributes, isSelfClosing, end: position };
    isSelfClosing = code === 0x2f;
    if (isSelfClosing || isSpace(code) || isQuote(code) || code === 0x3d) position++;
    else position = readAttribute(text, position, seek, attributes);
  }
  return { name, attributes, isSelfClosing, end: -1 };
}

export function isNameStart(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || code >= 0x80;
}

/** Index of the first character that no longer belongs to a tag's or attribute's name. */
export function endOfName(text: string, start: number): number {
  let index = start;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === 0x3e || code === 0x2f || code === 0x3d || code === 0x3c || isSpace(code) || isQuote(code)) break;
    index++;
  }
  return index;
}

function readAttribute(text: string, start: number, seek: Seek, attributes: RawAttribute[]): number {
  const nameEnd = endOfName(text, start);
  const name = text.slice(start, nameEnd).toLowerCase();
  let position = skipSpaces(text, nameEnd);
  if (text.charCodeAt(position) !== 0x3d) return Math.max(position, start + 1);
  position = skipSpaces(text, position + 1);
  const quote = text.charCodeAt(position);
  const valueStart = isQuote(quote) ? position + 1 : position;
  const closing = isQuote(quote) ? closingQuote(text, valueStart, quote === 0x22 ? '"' : "'", seek) : -1;
  const valueEnd = closing === -1 ? endOfUnquoted(text, valueStart) : closing;
  if (attributes.length < MAX_ATTRIBUTES) attributes.push({ name, value: text.slice(valueStart, valueEnd) });
  return closing === -1 ? valueEnd : valueEnd + 1;
}

/**
 * The quote that ends a value. Exports write HTML into attributes without escaping its quotes
 * (`description="<em class="x">…"`): a quote behind the `=` of a tag inside the value belongs to that tag, and so does the next.
 */
function closingQuote(text: string, valueStart: number, quote: string, seek: Seek): number {
  let closing = seek(quote, valueStart);
  for (let pairs = 0; pairs < MAX_QUOTED_PAIRS; pairs++) {
    if (closing === -1 || text.charCodeAt(closing - 1) !== 0x3d || !isInsideTag(text, valueStart, closing)) break;
    const paired = seek(quote, closing + 1);
    if (paired === -1) return closing;
    closing = seek(quote, paired + 1);
  }
  return closing;
}

function isInsideTag(text: string, valueStart: number, index: number): boolean {
  return /<[a-z][^<>]*=$/i.test(text.slice(Math.max(valueStart, index - 200), index));
}

function endOfUnquoted(text: string, start: number): number {
  let index = start;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === 0x3e || code === 0x3c || isSpace(code)) break;
    index++;
  }
  // `<a href=x/>` ends itself; `<a href=/x/y>` does not.
  return text.charCodeAt(index) === 0x3e && text.charCodeAt(index - 1) === 0x2f && index > start ? index - 1 : index;
}

function skipSpaces(text: string, start: number): number {
  let index = start;
  while (isSpace(text.charCodeAt(index))) index++;
  return index;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || code === 0x0c;
}

function isQuote(code: number): boolean {
  return code === 0x22 || code === 0x27;
}
