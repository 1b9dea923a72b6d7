/** A writing system as far as it matters for languages: Chinese characters and kana together are East Asian. */
export type Script =
  | 'Latin'
  | 'Cyrillic'
  | 'Greek'
  | 'Armenian'
  | 'Hebrew'
  | 'Arabic'
  | 'Devanagari'
  | 'Bengali'
  | 'Gurmukhi'
  | 'Gujarati'
  | 'Oriya'
  | 'Tamil'
  | 'Telugu'
  | 'Kannada'
  | 'Malayalam'
  | 'Sinhala'
  | 'Thai'
  | 'Lao'
  | 'Tibetan'
  | 'Myanmar'
  | 'Georgian'
  | 'Hangul'
  | 'Ethiopic'
  | 'Khmer'
  | 'EastAsian';

/** How many letters and marks of each script a text has; a script that is not there is absent. */
export function countScripts(text: string): Map<Script, number> {
  const counts = new Map<Script, number>();
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const script = code < 0x80 ? (isAsciiLetter(code) ? 'Latin' : null) : scriptOf(code);
    if (script !== null) counts.set(script, (counts.get(script) ?? 0) + 1);
  }
  return counts;
}

function isAsciiLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function scriptOf(code: number): Script | null {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle];
    if (!range) return null;
    if (code < range[0]) high = middle - 1;
    else if (code > range[1]) low = middle + 1;
    else return range[2];
  }
  return null;
}

/**
 * Blocks of the Basic Multilingual Plane, ascending; rare characters beyond it come with others of their script.
 * https://www.unicode.org/Public/UNIDATA/Blocks.txt
 */
const ranges: readonly (readonly [first: number, last: number, script: Script])[] = [
  [0xaa, 0xaa, 'Latin'],
  [0xb5, 0xb5, 'Latin'],
  [0xc0, 0xd6, 'Latin'],
  [0xd8, 0xf6, 'Latin'],
  [0xf8, 0x24f, 'Latin'],
  [0x250, 0x2af, 'Latin'],
  [0x370, 0x3ff, 'Greek'],
  [0x400, 0x52f, 'Cyrillic'],
  [0x531, 0x587, 'Armenian'],
  [0x591, 0x5f2, 'Hebrew'],
  [0x610, 0x65f, 'Arabic'],
  [0x66e, 0x6d5, 'Arabic'],
  [0x6ee, 0x6ef, 'Arabic'],
  [0x6fa, 0x6ff, 'Arabic'],
  [0x750, 0x77f, 'Arabic'],
  [0x8a0, 0x8ff, 'Arabic'],
  [0x900, 0x963, 'Devanagari'],
  [0x970, 0x97f, 'Devanagari'],
  [0x980, 0x9e3, 'Bengali'],
  [0x9f0, 0x9f1, 'Bengali'],
  [0xa01, 0xa65, 'Gurmukhi'],
  [0xa70, 0xa76, 'Gurmukhi'],
  [0xa81, 0xae3, 'Gujarati'],
  [0xb01, 0xb63, 'Oriya'],
  [0xb82, 0xbe5, 'Tamil'],
  [0xc00, 0xc63, 'Telugu'],
  [0xc80, 0xce3, 'Kannada'],
  [0xd00, 0xd63, 'Malayalam'],
  [0xd81, 0xddf, 'Sinhala'],
  [0xe01, 0xe3a, 'Thai'],
  [0xe40, 0xe4e, 'Thai'],
  [0xe81, 0xecd, 'Lao'],
  [0xf40, 0xfbc, 'Tibetan'],
  [0x1000, 0x103f, 'Myanmar'],
  [0x10a0, 0x10ff, 'Georgian'],
  [0x1100, 0x11ff, 'Hangul'],
  [0x1200, 0x137f, 'Ethiopic'],
  [0x1780, 0x17d3, 'Khmer'],
  [0x1c90, 0x1cbf, 'Georgian'],
  [0x1e00, 0x1eff, 'Latin'],
  [0x1f00, 0x1fff, 'Greek'],
  [0x3005, 0x3007, 'EastAsian'],
  [0x3041, 0x3096, 'EastAsian'],
  [0x30a1, 0x30fa, 'EastAsian'],
  [0x30fc, 0x30fe, 'EastAsian'],
  [0x3105, 0x312f, 'EastAsian'],
  [0x3131, 0x318e, 'Hangul'],
  [0x3400, 0x4dbf, 'EastAsian'],
  [0x4e00, 0x9fff, 'EastAsian'],
  [0xac00, 0xd7a3, 'Hangul'],
  [0xf900, 0xfaff, 'EastAsian'],
  [0xfb1d, 0xfb4f, 'Hebrew'],
  [0xfb50, 0xfdff, 'Arabic'],
  [0xfe70, 0xfefc, 'Arabic'],
  [0xff21, 0xff3a, 'Latin'],
  [0xff41, 0xff5a, 'Latin'],
  [0xff66, 0xff9d, 'EastAsian'],
];
