import { foldWord, segmentWords } from './words.ts';

/**
 * A word of a text as search compares it: folded (`foldWord`). Scripts that are written without blanks come in pairs of
 * letters, one from each letter on, and a single last letter; so any piece of such a text is found, however a dictionary
 * would cut it. Apostrophes, points and hyphens part words. At most 64 UTF-16 units.
 */
export type VisitWord = (word: string, start: number, end: number) => unknown;

const MAX_LENGTH = 64;

/**
 * Visits the words of a text in reading order, each one position after the last, until `visit` answers false. Offsets are
 * UTF-16 units of the text. `fold` may be a cache of `foldWord`. Linear; never throws.
 */
export function eachSearchWord(text: string, visit: VisitWord, fold: (word: string) => string = foldWord): void {
  const pattern = new RegExp(words);
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [run] = match;
    const goesOn =
      match[1] === undefined
        ? visit(fold(run).slice(0, MAX_LENGTH), match.index, match.index + run.length)
        : eachPair(run, match.index, visit, fold);
    if (goesOn === false) return;
  }
}

function eachPair(run: string, offset: number, visit: VisitWord, fold: (word: string) => string): boolean {
  const folded = fold(run);
  const letters = [...folded];
  // Folding seldom changes the length; where it does, the whole run stands for its letters.
  const isSame = folded.length === run.length;
  let at = 0;
  for (const [index, letter] of letters.entries()) {
    const pair = letter + (letters[index + 1] ?? '');
    const start = isSame ? offset + at : offset;
    const end = isSame ? start + pair.length : offset + run.length;
    if (visit(pair, start, end) === false) return false;
    at += letter.length;
  }
  return true;
}

/** Words that stand one after the other; a single one is one word. */
export interface SearchUnit {
  words: string[];
  /** The last word may go on: it is the beginning of one. */
  endsOpen: boolean;
}

/** A phrase of a query as it stands in texts; null where it has no letters or digits. */
export function searchPhrase(text: string): SearchUnit | null {
  const found: { word: string; end: number }[] = [];
  eachSearchWord(text, (word, _start, end) => void found.push({ word, end }));
  const [last, beforeLast] = [found.at(-1), found.at(-2)];
  if (!last) return null;
  const isLetter = isUnspaced(last.word) && [...last.word].length === 1;
  // The last letter of a run stands in the pair before it, where there is one; alone, it may begin any pair.
  if (isLetter && beforeLast?.end === last.end) found.pop();
  return { words: found.map(({ word }) => word), endsOpen: isLetter && beforeLast?.end !== last.end };
}

/**
 * What a word of a query seeks: several units where it holds several words of a script without blanks, each to be found
 * by itself; one unit of several words for `state-of-the-art`. None where it has no letters or digits.
 */
export function searchUnits(text: string, isPrefix = false): SearchUnit[] {
  const pieces = isUnspaced(text) ? segmentWords(text, null).map((piece) => piece.text) : [text];
  const kept = pieces.filter((piece) => pieces.length === 1 || !particle.test(piece));
  const units = (kept.length > 0 ? kept : pieces).map(searchPhrase).filter((unit) => unit !== null);
  const last = units.at(-1);
  if (last && isPrefix) last.endsOpen = true;
  return units;
}

/** Whether a text holds letters of a script that is written without blanks between words. */
export function isUnspaced(text: string): boolean {
  return anyUnspaced.test(text);
}

const unspaced =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}ー々〆〇ｰﾞﾟ\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const words = new RegExp(
  `([${unspaced}][${unspaced}\\p{M}]*)|[A-Za-z](?:\\+\\+|#)(?![\\p{L}\\p{N}+#])|(?:(?![${unspaced}])[\\p{L}\\p{M}\\p{N}])+`,
  'gu',
);
const anyUnspaced = new RegExp(`[${unspaced}]`, 'u');
/** One kana alone is grammar. */
const particle = /^\p{Script=Hiragana}$/u;
