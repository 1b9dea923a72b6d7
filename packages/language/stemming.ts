import { languageKey } from './languages.ts';
import { stemArabic, stemJapanese, stemKorean } from './stemming/asian.ts';
import { stemEnglish } from './stemming/english.ts';
import { germanic } from './stemming/germanic.ts';
import { others } from './stemming/others.ts';
import { romance } from './stemming/romance.ts';
import { stemRussian } from './stemming/russian.ts';
import { slavic } from './stemming/slavic.ts';
import { suffixStemmer } from './stemming/suffixes.ts';

/**
 * What the forms of a folded word (`foldWord`) have in common; not itself a word. English and Russian by Snowball's rules,
 * other languages by lighter ones that expect no accents, because readers search without them. A word of a language
 * without rules (Chinese, Thai, Vietnamese) or of an unknown one, or with digits, is its own stem.
 */
export function stemWord(word: string, language: string | null): string {
  const stemmer = stemmers.get(languageKey(language) ?? '');
  if (!stemmer || /\p{N}/u.test(word)) return word;
  const suffixed = word.indexOf("'");
  return stemmer(suffixed >= 2 ? word.slice(0, suffixed) : word);
}

const stemmers: ReadonlyMap<string, (word: string) => string> = new Map([
  ...Object.entries({ ...germanic, ...romance, ...slavic, ...others }).map(
    ([language, steps]) => [language, suffixStemmer(steps)] as const,
  ),
  ['en', stemEnglish],
  ['ru', stemRussian],
  ['ar', stemArabic],
  ['ja', stemJapanese],
  ['ko', stemKorean],
]);
