import { detectLanguage } from '@alt/language';
import { stemWord } from '@alt/language/stemming.ts';
import { foldWord, segmentWords } from '@alt/language/words.ts';

/** These write all nouns with a capital, so that a capital says nothing. */
const CAPITAL_NOUNS = new Set(['de', 'lb']);
const SHOWN_MAXIMUM = 5;

/**
 * The numbers and names of a summary that its source does not have, at most five. Names are looked for where both are in
 * one language, since they change between languages; numbers everywhere.
 */
export function unsupportedFacts(summary: string, source: string): string[] {
  const digits = new Set(numbersOf(source));
  const missing = numbersOf(summary).filter((number) => !digits.has(number));
  const language = detectLanguage(summary).language;
  if (language !== null && language === detectLanguage(source).language) {
    missing.push(...missingNames(summary, source, language));
  }
  return [...new Set(missing)].slice(0, SHOWN_MAXIMUM);
}

/** Numbers without their separators: 1,200 is 1200 is 1 200; 3.50 is 3.5. A lone digit is often a word in the source. */
function numbersOf(text: string): string[] {
  const found = text.normalize('NFKC').match(/\p{Nd}+(?:[.,'\u00a0\u202f ]\p{Nd}+)*/gu) ?? [];
  return found.flatMap((written) => {
    const groups = written.split(/[.,'\u00a0\u202f ]/u);
    const isGrouped = groups.length > 1 && groups.slice(1).every((group) => group.length === 3);
    const plain = isGrouped ? [groups.join('')] : groups;
    return plain.map((number) => number.replace(/^0+(?=\d)/, '')).filter((number) => number.length > 1);
  });
}

function missingNames(summary: string, source: string, language: string): string[] {
  const known = new Set(segmentWords(source, language).map(({ text }) => stemWord(foldWord(text), language)));
  const folded = foldWord(source);
  return namesOf(summary, language).filter((name) => {
    const word = foldWord(name);
    return !known.has(stemWord(word, language)) && !folded.includes(language === 'en' ? word : beginningOf(word));
  });
}

/** Names are inflected where stemmers know no ending of them: Линдхафен, Линдхафена. */
function beginningOf(word: string): string {
  return word.slice(0, Math.max(4, Math.ceil(word.length * 0.7)));
}

/** Words with a capital that do not begin a sentence; in Japanese and Chinese, foreign names: Latin letters and katakana. */
function namesOf(text: string, language: string): string[] {
  if (language === 'ja' || language === 'zh')
    return text.match(/[\p{Script=Latin}]{3,}|[\p{Script=Katakana}ー]{4,}/gu) ?? [];
  const least = CAPITAL_NOUNS.has(language) ? /^\p{Lu}{2,}$/u : /^\p{Lu}[\p{L}\p{M}'’-]+$/u;
  return segmentWords(text, language)
    .filter(({ text: word, start }) => least.test(word) && !/(^|[.!?:…"“”„«»]\s*|\n\s*)$/u.test(text.slice(0, start)))
    .map(({ text: word }) => word);
}
