/** An attribute as it is written, its references not decoded. */
export interface TagAttribute {
  name: string;
  value: string;
}

const MAX_ATTRIBUTES = 24;
const MAX_VALUE = 4_096;
/** A picture inside the page; the sanitiser keeps as much. */
const MAX_INLINE_PICTURE = 200_000;

/** All that a style says of an article. */
const HIDING = /display\s*:\s*none|visibility\s*:\s*hidden/i;

/**
 * Reads the attributes of a start tag from `start` to its `>`. Linear in the length of the tag; the first two dozen
 * attributes are kept, those that run programs and those too long for an address or a name are not.
 */
export function readAttributes(html: string, start: number): { attributes: TagAttribute[]; end: number } {
  const attributes: TagAttribute[] = [];
  let position = start;
  while (position < html.length) {
    const code = html.charCodeAt(position);
    if (code === 0x3e) return { attributes, end: position + 1 };
    if (code <= 0x20 || code === 0x2f) position += 1;
    else position = readAttribute(html, position, attributes);
  }
  return { attributes, end: html.length };
}

function readAttribute(html: string, start: number, attributes: TagAttribute[]): number {
  let nameEnd = start + 1;
  while (nameEnd < html.length && !endsName(html.charCodeAt(nameEnd))) nameEnd += 1;
  const [valueStart, valueEnd, end] = findValue(html, nameEnd);
  if (attributes.length >= MAX_ATTRIBUTES || nameEnd - start > 64) return end;
  const written = html.slice(start, nameEnd).toLowerCase();
  // AMP pages may call themselves so.
  const name = written === '⚡' ? 'amp' : written;
  const limit = html.startsWith('data:image', valueStart) ? MAX_INLINE_PICTURE : MAX_VALUE;
  const isKept =
    isUsable(name) &&
    (name !== 'style' || HIDING.test(html.slice(valueStart, Math.min(valueEnd, valueStart + MAX_VALUE)))) &&
    valueEnd - valueStart <= limit &&
    !attributes.some((known) => known.name === name);
  if (isKept) attributes.push({ name, value: html.slice(valueStart, valueEnd) });
  return end;
}

/** Where the value of an attribute begins and ends, and where reading goes on. */
function findValue(html: string, nameEnd: number): [start: number, end: number, next: number] {
  const equals = skipBlanks(html, nameEnd);
  if (html.charCodeAt(equals) !== 0x3d) return [nameEnd, nameEnd, nameEnd];
  const start = skipBlanks(html, equals + 1);
  const quote = html.charCodeAt(start);
  if (quote === 0x22 || quote === 0x27) {
    const close = html.indexOf(quote === 0x22 ? '"' : "'", start + 1);
    const end = close === -1 ? html.length : close;
    return [start + 1, end, end + 1];
  }
  let end = start;
  while (end < html.length && html.charCodeAt(end) > 0x20 && html.charCodeAt(end) !== 0x3e) end += 1;
  return [start, end, end];
}

function isUsable(name: string): boolean {
  return /^[a-z_:@][\w:.@-]*$/.test(name) && !name.startsWith('on');
}

function endsName(code: number): boolean {
  return code <= 0x20 || code === 0x2f || code === 0x3e || code === 0x3d;
}

function skipBlanks(html: string, start: number): number {
  let index = start;
  while (index < html.length && html.charCodeAt(index) <= 0x20) index += 1;
  return index;
}
