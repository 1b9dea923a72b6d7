import { detectLanguage } from '@alt/language';
import { stemWord } from '@alt/language/stemming.ts';
import { foldWord, segmentWords } from '@alt/language/words.ts';
import { numbersIn, type WrittenNumber, wordNumbersIn } from './numbers.ts';

/** These write all nouns with a capital, so that a capital says nothing. */
const CAPITAL_NOUNS = new Set(['de', 'lb']);
const SHOWN_MAXIMUM = 5;

/**
 * The numbers and names of a summary that its source does not have, at most five. Names are looked for where both are in
 * one language, since they change between languages; numbers everywhere.
 */
export function unsupportedFacts(summary: string, source: string): string[] {
  const language = detectLanguage(summary).language;
  const sourceLanguage = detectLanguage(source).language;
  const isSame = language === sourceLanguage;
  const missing = missingNumbers(summary, source, { sourceLanguage, isSame });
  if (language !== null && isSame) {
    missing.push(...missingNames(summary, source, language));
  }
  return [...new Set(missing)].slice(0, SHOWN_MAXIMUM);
}

/**
 * Numbers that the source has in no form. It may write small ones as words; where those are not known here, a lone digit
 * says nothing. In another language the word behind a number (million) may be unknown there, and months have names.
 */
function missingNumbers(
  summary: string,
  source: string,
  { sourceLanguage, isSame }: { sourceLanguage: string | null; isSame: boolean },
): string[] {
  const written = numbersIn(source);
  const digits = new Set(written.flatMap(({ readings }) => readings.flat()));
  // The groups of `1 999 100` are no numbers that others beside each other (`1 999 999`) could rest on.
  const apart = new Set(written.flatMap(({ readings: [first = [], ...others] }) => [...first, ...singles(others)]));
  const isKnown = (number: WrittenNumber, known: ReadonlySet<string>, knownApart = known) =>
    number.readings.some((reading) => reading.every((value) => (reading.length > 1 ? knownApart : known).has(value))) ||
    (!isSame && (number.isMonth || (number.bare !== null && known.has(number.bare))));
  const open = numbersIn(summary).filter((number) => !isKnown(number, digits, apart));
  if (open.length === 0) return [];
  const words = wordNumbersIn(source, sourceLanguage);
  return open
    .filter((number) => (words ? !isKnown(number, words) : !/^\d$/.test(number.readings[0]?.[0] ?? '')))
    .map(({ readings }) => readings[0]?.join(' ') ?? '');
}

const singles = (readings: readonly string[][]) => readings.filter(({ length }) => length === 1).flat();

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
