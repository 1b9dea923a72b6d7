import { parseFragment } from 'parse5';

/** Turns `&amp;`, `&#233;` and named references into characters; unknown ones stay as they are written. */
export type ReferenceDecoder = (text: string) => string;

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Longer names do not exist in HTML (the longest has 31 characters). */
const MAX_NAME_LENGTH = 32;
/** HTML knows 2,231 names; a document that uses more distinct ones is making them up. */
const MAX_DISTINCT_NAMES = 2_500;
/** A document with more references to nothing is not worth decoding. */
const MAX_UNKNOWN = 100_000;
const MAX_DECLARED = 500;
const MAX_DECLARED_LENGTH = 200;

/**
 * A decoder for one document. `declarations` is the internal subset of its DOCTYPE. A declared entity stands for its
 * text once and is never expanded inside another, so nested declarations ("billion laughs") cannot grow.
 */
export function createReferenceDecoder(declarations: string): ReferenceDecoder {
  const names = new Map(PREDEFINED);
  readDeclarations(declarations, names);
  let unknownCount = 0;
  return (text) => {
    if (!text.includes('&') || unknownCount > MAX_UNKNOWN) return text;
    return decode(text, names, () => ++unknownCount <= MAX_UNKNOWN);
  };
}

function readDeclarations(declarations: string, names: Map<string, string>): void {
  const pattern = /<!ENTITY\s+([\w.-]{1,64})\s+(?:"([^"]{0,400})"|'([^']{0,400})')/gi;
  for (const [, name = '', double, single] of declarations.matchAll(pattern)) {
    const value = decode(double ?? single ?? '', PREDEFINED, () => true);
    if (names.size > MAX_DECLARED) return;
    if (value.length <= MAX_DECLARED_LENGTH && !PREDEFINED.has(name) && !names.has(name)) names.set(name, value);
  }
}

/** `goOn` is asked at every reference that means nothing. */
function decode(text: string, names: ReadonlyMap<string, string>, goOn: () => boolean): string {
  let decoded = '';
  let copied = 0;
  let ampersand = text.indexOf('&');
  while (ampersand !== -1) {
    const end = referenceEnd(text, ampersand + 1);
    const character = end === -1 ? null : resolve(text.slice(ampersand + 1, end), names);
    if (character !== null) {
      decoded += text.slice(copied, ampersand) + character;
      copied = end + 1;
    }
    if (character === null && end !== -1 && !goOn()) break;
    ampersand = text.indexOf('&', character === null ? ampersand + 1 : copied);
  }
  return copied === 0 ? text : decoded + text.slice(copied);
}

/** The index of the semicolon that ends a reference whose name begins at `start`, or -1. */
function referenceEnd(text: string, start: number): number {
  const limit = Math.min(text.length, start + MAX_NAME_LENGTH);
  for (let index = start; index < limit; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x3b) return index === start ? -1 : index;
    const isNameCharacter =
      (code >= 0x61 && code <= 0x7a) ||
      (code >= 0x41 && code <= 0x5a) ||
      (code >= 0x30 && code <= 0x39) ||
      code === 0x23 ||
      code === 0x2d ||
      code === 0x2e ||
      code === 0x5f;
    if (!isNameCharacter) return -1;
  }
  return -1;
}

function resolve(name: string, names: ReadonlyMap<string, string>): string | null {
  if (name.charCodeAt(0) === 0x23) return numericReference(name);
  const known = names.get(name);
  if (known !== undefined) return known === '' ? null : known;
  if (names === PREDEFINED) return null;
  return namedReference(name, names as Map<string, string>);
}

/** The HTML names come from parse5; an empty string in the cache means that there is no such name. */
function namedReference(name: string, cache: Map<string, string>): string | null {
  if (cache.size > MAX_DISTINCT_NAMES || !/^[a-z][a-z0-9]*$/i.test(name)) return null;
  const node = parseFragment(`&${name};`).childNodes[0];
  const value = node !== undefined && 'value' in node ? node.value : '';
  const isDecoded = value !== '' && !value.startsWith('&') && !value.endsWith(';');
  cache.set(name, isDecoded ? value : '');
  return isDecoded ? value : null;
}

function numericReference(name: string): string | null {
  const isHexadecimal = name.charCodeAt(1) === 0x78 || name.charCodeAt(1) === 0x58;
  const digits = name.slice(isHexadecimal ? 2 : 1);
  if (!(isHexadecimal ? /^[0-9a-f]+$/i : /^[0-9]+$/).test(digits)) return null;
  const code = Number.parseInt(digits, isHexadecimal ? 16 : 10);
  if (code >= 0x80 && code <= 0x9f) return new TextDecoder('windows-1252').decode(new Uint8Array([code]));
  if (code === 9 || code === 10 || code === 13) return String.fromCharCode(code);
  const isCharacter = code >= 0x20 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe;
  return isCharacter && code !== 0xffff ? String.fromCodePoint(code) : '';
}
