import type { HtmlAttribute } from './images.ts';
import type { HtmlWriter } from './writer.ts';

const NO_ATTRIBUTES: readonly HtmlAttribute[] = [];
const VOID: ReadonlySet<string> = new Set(['br', 'hr', 'img', 'wbr']);
/** Elements for which the HTML parser does nothing but open and close them, as long as they nest properly. */
const TAME: ReadonlySet<string> = new Set(
  (
    'a abbr address article aside b big blockquote br cite code dd del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 ' +
    'h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small span strong sub sup time tt u ul var wbr'
  ).split(' '),
);
const MAX_DEPTH = 64;
const MAX_ATTRIBUTES = 16;

const REFERENCES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', '\u00a0'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['ndash', '–'],
  ['mdash', '—'],
  ['hellip', '…'],
  ['copy', '©'],
]);

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]/;

/**
 * Reads HTML whose tree is plain from its tags: known simple elements, each closed by its own end tag in order. Answers
 * false at the first thing that would need the rules of a real parser, and what the writer got by then is worthless.
 * Most articles are tame; reading them so takes about a sixth of the time of a whole parser. A property test holds both equal.
 */
export function walkTameHtml(html: string, writer: HtmlWriter): boolean {
  if (CONTROL.test(html)) return false;
  const stack: string[] = [];
  let position = 0;
  while (position < html.length) {
    const open = html.indexOf('<', position);
    const end = open === -1 ? html.length : open;
    if (end > position && !writeText(html.slice(position, end), writer)) return false;
    if (open === -1) break;
    position =
      html.charCodeAt(open + 1) === 0x2f ? readEnd(html, open, stack, writer) : readStart(html, open, stack, writer);
    if (position === -1) return false;
  }
  return stack.length === 0;
}

function writeText(text: string, writer: HtmlWriter): boolean {
  const decoded = text.includes('&') ? decodeReferences(text, false) : text;
  if (decoded === null) return false;
  writer.text(decoded);
  return true;
}

/** Index behind the end tag at `open`, or -1 when it is not the one that is due. */
function readEnd(html: string, open: number, stack: string[], writer: HtmlWriter): number {
  const due = stack.pop();
  if (due === undefined) return -1;
  const end = open + 2 + due.length;
  if (html.charCodeAt(end) !== 0x3e || html.slice(open + 2, end).toLowerCase() !== due) return -1;
  writer.close();
  return end + 1;
}

/** Index behind the start tag at `open`, or -1 when it is not tame. */
function readStart(html: string, open: number, stack: string[], writer: HtmlWriter): number {
  let nameEnd = open + 1;
  while (isNameCharacter(html.charCodeAt(nameEnd))) nameEnd++;
  const name = html.slice(open + 1, nameEnd).toLowerCase();
  if (!TAME.has(name) || stack.length >= MAX_DEPTH || (name === 'a' && stack.includes('a'))) return -1;
  const attributes: HtmlAttribute[] = [];
  const end = html.charCodeAt(nameEnd) === 0x3e ? nameEnd : readAttributes(html, nameEnd, attributes);
  if (end === -1) return -1;
  const isVoid = VOID.has(name);
  // `<p/>` leaves a paragraph open in HTML.
  if (html.charCodeAt(end - 1) === 0x2f && !isVoid) return -1;
  writer.open(name, attributes.length === 0 ? NO_ATTRIBUTES : attributes);
  if (isVoid) writer.close();
  else stack.push(name);
  if (!writer.canGoOn) return -1;
  // The line break right behind `<pre>` is not part of the text.
  return name === 'pre' && html.charCodeAt(end + 1) === 0x0a ? end + 2 : end + 1;
}

/** Index of the tag's `>`, or -1. */
function readAttributes(html: string, start: number, attributes: HtmlAttribute[]): number {
  let position = start;
  for (;;) {
    const afterSpace = skipSpaces(html, position);
    const code = html.charCodeAt(afterSpace);
    if (code === 0x3e) return afterSpace;
    if (code === 0x2f) return html.charCodeAt(afterSpace + 1) === 0x3e ? afterSpace + 1 : -1;
    if (afterSpace === position || attributes.length >= MAX_ATTRIBUTES) return -1;
    position = readAttribute(html, afterSpace, attributes);
    if (position === -1) return -1;
  }
}

function readAttribute(html: string, start: number, attributes: HtmlAttribute[]): number {
  let nameEnd = start;
  while (isNameCharacter(html.charCodeAt(nameEnd))) nameEnd++;
  const quote = html.charCodeAt(nameEnd + 1);
  if (nameEnd === start || html.charCodeAt(nameEnd) !== 0x3d || (quote !== 0x22 && quote !== 0x27)) return -1;
  const valueEnd = html.indexOf(quote === 0x22 ? '"' : "'", nameEnd + 2);
  if (valueEnd === -1) return -1;
  const name = html.slice(start, nameEnd).toLowerCase();
  const raw = html.slice(nameEnd + 2, valueEnd);
  const value = raw.includes('&') ? decodeReferences(raw, true) : raw;
  if (value === null || attributes.some((attribute) => attribute.name === name)) return -1;
  attributes.push({ name, value });
  return valueEnd + 1;
}

/** The text with its references decoded, or null where only the full rules of the standard can tell what is meant. */
function decodeReferences(text: string, isAttribute: boolean): string | null {
  let decoded = '';
  let copied = 0;
  for (let index = text.indexOf('&'); index !== -1; index = text.indexOf('&', index + 1)) {
    const next = text.charCodeAt(index + 1);
    if (next === 0x20 || next === 0x0a || next === 0x3c || Number.isNaN(next)) continue;
    const semicolon = text.indexOf(';', index);
    const name = semicolon === -1 || semicolon - index > 10 ? '' : text.slice(index + 1, semicolon);
    const character = REFERENCES.get(name) ?? numeric(name);
    if (character !== null) {
      decoded += text.slice(copied, index) + character;
      copied = semicolon + 1;
    } else if (!isAttribute || !/^&[a-z_][a-z0-9_]{0,30}=/i.test(text.slice(index, index + 34))) return null;
  }
  return decoded + text.slice(copied);
}

function numeric(name: string): string | null {
  const match = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name);
  if (match === null) return null;
  const code = match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16);
  const isPlain =
    (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code < 0xd800) || (code >= 0x1f000 && code < 0x1fb00);
  return isPlain ? String.fromCodePoint(code) : null;
}

function skipSpaces(html: string, start: number): number {
  let index = start;
  while (html.charCodeAt(index) === 0x20 || html.charCodeAt(index) === 0x0a || html.charCodeAt(index) === 0x09) index++;
  return index;
}

function isNameCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2d ||
    code === 0x5f
  );
}
