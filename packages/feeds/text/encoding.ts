import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { declaredEncoding } from './declarations.ts';
import { guessLegacyEncoding } from './guess.ts';

export interface DecodedText {
  text: string;
  /** The name of the encoding that was used, lower case. */
  encoding: string;
  /** True when bytes had to be replaced by U+FFFD. */
  hadErrors: boolean;
  /** True when the document or its headers named another encoding than the one it is in. */
  isDeclaredWrongly: boolean;
}

export interface DecodingHints {
  contentType?: string | null;
  kind: 'xml' | 'html' | 'json' | 'text';
}

/**
 * Turns bytes into text. In this order: a byte order mark; zero bytes that give UTF-16 or UTF-32 away; what the bytes
 * themselves prove (text that is valid UTF-8 with other than ASCII characters is UTF-8, whatever a one-byte encoding's label
 * says); the charset of the content type; the declaration in the document; a guess from the frequency of characters.
 * Sources: RFC 7303 §3, WHATWG Encoding (labels), XML 1.0 appendix F.
 */
export function decodeText(bytes: Uint8Array, hints: DecodingHints): DecodedText {
  const marked = byteOrderMark(bytes) ?? zeroPattern(bytes);
  if (marked !== null) return { ...decodeAs(bytes.subarray(marked.skip), marked.encoding), isDeclaredWrongly: false };
  const declared = declaredEncodings(bytes, hints);
  const first = declared[0] ?? null;
  if (isUtf8(bytes) && !(first !== null && isSevenBit(first, bytes))) return decodeValidUtf8(bytes, declared);
  for (const encoding of declared) {
    if (encoding === 'utf-8') continue;
    const decoded = decodeAs(bytes, encoding);
    if (!decoded.hadErrors) return { ...decoded, isDeclaredWrongly: encoding !== first };
  }
  return decodeBroken(bytes, declared);
}

/**
 * The bytes are valid UTF-8. A one-byte encoding reads any bytes without complaint, so its label proves nothing against
 * that; a label of a multi-byte encoding is believed if the bytes are valid in it too (short texts can be both).
 */
function decodeValidUtf8(bytes: Uint8Array, declared: readonly string[]): DecodedText {
  const text = new TextDecoder('utf-8').decode(bytes);
  const first = declared[0] ?? 'utf-8';
  const hasOnlyAscii = text.length === bytes.length;
  if (first !== 'utf-8' && !hasOnlyAscii && isMultiByte(first)) {
    const decoded = decodeAs(bytes, first);
    if (!decoded.hadErrors) return { ...decoded, isDeclaredWrongly: false };
  }
  return { text, encoding: 'utf-8', hadErrors: false, isDeclaredWrongly: first !== 'utf-8' && !hasOnlyAscii };
}

/** No declared encoding fits without errors: either a few broken bytes or a wrong label. */
function decodeBroken(bytes: Uint8Array, declared: readonly string[]): DecodedText {
  const first = declared[0] ?? null;
  const candidate = decodeAs(bytes, first ?? 'utf-8');
  if (isMostlySound(candidate.text)) return { ...candidate, isDeclaredWrongly: false };
  const guessed = guessLegacyEncoding(bytes);
  return { ...decodeAs(bytes, guessed), isDeclaredWrongly: first !== null && guessed !== first };
}

/** A few replacement characters among many good foreign ones: a cut character or a pasted byte, not another encoding. */
function isMostlySound(text: string): boolean {
  let replaced = 0;
  let foreign = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0xfffd) replaced++;
    else if (code >= 0x80) foreign++;
  }
  return replaced * 10 <= foreign;
}

function declaredEncodings(bytes: Uint8Array, hints: DecodingHints): string[] {
  const charset = /charset\s*=\s*["']?\s*([\w.:()-]+)/i.exec(hints.contentType ?? '')?.[1] ?? null;
  const inDocument = hints.kind === 'xml' || hints.kind === 'html' ? declaredEncoding(bytes, hints.kind) : null;
  const names = [charset, inDocument].map((label) => (label === null ? null : encodingName(label)));
  // A document that calls itself UTF-16 in one-byte letters is mistaken.
  return [
    ...new Set(names.filter((name) => name !== null && !name.startsWith('utf-16') && !name.startsWith('utf-32'))),
  ].filter((name) => name !== null);
}

/** The canonical name of an encoding label, or null when nobody knows it. */
function encodingName(label: string): string | null {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return iconv.encodingExists(label) ? label.toLowerCase() : null;
  }
}

function decodeAs(bytes: Uint8Array, encoding: string): Omit<DecodedText, 'isDeclaredWrongly'> {
  try {
    const text = new TextDecoder(encoding).decode(bytes);
    return { text, encoding, hadErrors: text.includes('\ufffd') };
  } catch {
    // UTF-32, HZ, DOS code pages: known to iconv-lite alone.
    const text = iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), encoding);
    return { text, encoding, hadErrors: text.includes('\ufffd') };
  }
}

function byteOrderMark(bytes: Uint8Array): { encoding: string; skip: number } | null {
  const [first, second, third, fourth] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: 'utf-8', skip: 3 };
  if (first === 0xff && second === 0xfe && third === 0 && fourth === 0) return { encoding: 'utf-32le', skip: 4 };
  if (first === 0 && second === 0 && third === 0xfe && fourth === 0xff) return { encoding: 'utf-32be', skip: 4 };
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', skip: 2 };
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', skip: 2 };
  return null;
}

/** Markup and JSON begin with ASCII characters; the zeros beside the first ones tell the width and the order. */
function zeroPattern(bytes: Uint8Array): { encoding: string; skip: number } | null {
  if (bytes.length < 4) return null;
  const zeros = [0, 1, 2, 3].map((index) => (bytes[index] === 0 ? '0' : 'x')).join('');
  if (zeros === 'x000') return { encoding: 'utf-32le', skip: 0 };
  if (zeros === '000x') return { encoding: 'utf-32be', skip: 0 };
  if (zeros === 'x0x0') return { encoding: 'utf-16le', skip: 0 };
  if (zeros === '0x0x') return { encoding: 'utf-16be', skip: 0 };
  return null;
}

function isMultiByte(encoding: string): boolean {
  return /^(?:shift_jis|euc-|gb|big5)/.test(encoding);
}

/** Encodings that write everything in ASCII bytes: such bytes are always valid UTF-8 too. */
function isSevenBit(encoding: string, bytes: Uint8Array): boolean {
  if (encoding === 'iso-2022-jp') return bytes.includes(0x1b);
  return /^(?:utf-?7|hz)/.test(encoding);
}
