import { eachSearchWord, isUnspaced, type SearchUnit, searchPhrase, searchUnits } from '@alt/language/search-words.ts';
import { stemWord } from '@alt/language/stemming.ts';
import { isStopword } from '@alt/language/stopwords.ts';
import { foldWord } from '@alt/language/words.ts';

export type Unit = SearchUnit;

/** How texts become terms: the same when they are indexed and when they are sought. */
export interface Analysis {
  /** Visits the words of a text until `visit` answers false. */
  eachWord(text: string, visit: (word: string) => boolean): void;
  /** Whether words of a language (empty where unknown) are also found by their stems. */
  isStemmed(language: string): boolean;
  stem(word: string, language: string): string;
  /** A quoted phrase of a query; null where it says nothing. */
  phraseOf(text: string): Unit | null;
  /** A word of a query. */
  unitsOf(text: string, isPrefix: boolean): Unit[];
  isScriptWithoutSpaces(word: string): boolean;
  isFunctionWord(word: string, language: string): boolean;
}

/** The languages whose words are also found by their stems. */
export const stemmedLanguages: readonly string[] =
  'ar be bg ca cs da de el en es et fa fi fr gl hi hr hu id it mk mr nl no pl pt ro ru sk sl sr sv tr uk'.split(' ');
const MAX_CACHED = 100_000;

export function createAnalysis(): Analysis {
  const folded = new Map<string, string>();
  const fold = (word: string): string => {
    const known = folded.get(word);
    if (known !== undefined) return known;
    if (folded.size >= MAX_CACHED) folded.clear();
    const made = foldWord(word);
    folded.set(word, made);
    return made;
  };
  const stemmed = new Set(stemmedLanguages);
  return {
    eachWord: (text, visit) => eachSearchWord(text, visit, fold),
    isStemmed: (language) => stemmed.has(language),
    stem: stemWord,
    phraseOf: searchPhrase,
    unitsOf: searchUnits,
    isScriptWithoutSpaces: isUnspaced,
    isFunctionWord: isStopword,
  };
}
