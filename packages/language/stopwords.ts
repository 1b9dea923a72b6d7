import { languageKey } from './languages.ts';
import { lazilyBy } from './lazily.ts';
import { asianAndAfrican } from './stopwords/asian-and-african.ts';
import { germanic } from './stopwords/germanic.ts';
import { otherEuropean } from './stopwords/other-european.ts';
import { romance } from './stopwords/romance.ts';
import { slavic } from './stopwords/slavic.ts';
import { foldWord } from './words.ts';

/** The function words of each language as they are written: ISO 639-1 code → words, in lower case and with accents. */
export const functionWords: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({ ...germanic, ...romance, ...slavic, ...otherEuropean, ...asianAndAfrican }).map(
    ([language, words]) => [language, [...new Set(words.split(/\s+/))]] as const,
  ),
);

const foldedFunctionWords = lazilyBy(
  (language: string): ReadonlySet<string> => new Set(functionWords.get(language)?.map(foldWord)),
);

/**
 * Whether a folded word (`foldWord`) says too little to be searched or tagged by: a function word of the language, or one
 * letter of an alphabet. No word of an unknown language is one.
 */
export function isStopword(word: string, language: string | null): boolean {
  const key = languageKey(language);
  if (key === null) return false;
  return (functionWords.has(key) && foldedFunctionWords(key).has(word)) || /^[a-zа-яα-ω]$/u.test(word);
}
