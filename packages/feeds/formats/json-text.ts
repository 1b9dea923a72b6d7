export interface JsonDocument {
  value: unknown;
  isCutShort: boolean;
  hasTooManyItems: boolean;
}

/** Above this the text is counted before it is parsed: fifteen megabytes of `{},` are five million objects. */
const UNCOUNTED_LENGTH = 1_000_000;
const MAX_VALUES = 2_000_000;

/**
 * A JSON Feed document as far as it can be read: one that ends in the middle keeps its whole items, line breaks inside
 * strings are forgiven, and items beyond the cap are cut off before they take memory. Null when it is no JSON.
 */
export function readJsonText(text: string, maxItems: number): JsonDocument | null {
  const start = text.indexOf('{');
  if (start === -1) return null;
  const body = start === 0 ? text : text.slice(start);
  if (body.length <= UNCOUNTED_LENGTH) {
    const value = parseJson(body);
    if (value !== undefined) return { value, isCutShort: false, hasTooManyItems: false };
  }
  const scan = scanItems(body, maxItems);
  if (scan.hasTooManyValues) return null;
  const isWhole = scan.end === 'closed';
  const kept = isWhole ? body : scan.lastItemEnd > 0 ? `${body.slice(0, scan.lastItemEnd)}]}` : '';
  const value = parseJson(kept) ?? parseJson(withoutControls(kept));
  if (value === undefined) return null;
  return { value, isCutShort: scan.end === 'cut-short', hasTooManyItems: scan.end === 'capped' };
}

interface ItemScan {
  end: 'closed' | 'cut-short' | 'capped';
  lastItemEnd: number;
  hasTooManyValues: boolean;
}

/** One pass over the brackets: where the items of the top-level `items` array end. */
function scanItems(text: string, maxItems: number): ItemScan {
  const scan: ItemScan = { end: 'cut-short', lastItemEnd: 0, hasTooManyValues: false };
  let depth = 0;
  let itemCount = 0;
  let valueCount = 0;
  let isInItems = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x22) index = stringEnd(text, index);
    else if (code === 0x2c) valueCount++;
    else if (code === 0x7b || code === 0x5b) {
      valueCount++;
      if (depth === 1)
        isInItems = code === 0x5b && /"items"\s{0,20}:\s{0,20}$/.test(text.slice(Math.max(0, index - 60), index));
      depth++;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
      if (depth <= 0) return { ...scan, end: 'closed' };
      if (depth === 2 && isInItems) {
        scan.lastItemEnd = index + 1;
        if (++itemCount >= maxItems && /^\s*,/.test(text.slice(index + 1, index + 60)))
          return { ...scan, end: 'capped' };
      }
    }
    if (valueCount > MAX_VALUES) return { ...scan, hasTooManyValues: true };
  }
  return scan;
}

function stringEnd(text: string, quote: number): number {
  for (let index = quote + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x5c) index++;
    else if (code === 0x22) return index;
  }
  return text.length;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside strings
  return text.replace(/[\u0000-\u001f]/g, ' ').replace(/,(\s*[\]}])/g, '$1');
}
