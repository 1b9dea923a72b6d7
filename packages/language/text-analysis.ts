import type { TextAnalysis } from '@alt/contracts';
import { eachSearchWord, searchPhrase, searchUnits } from './search-words.ts';
import { stemWord } from './stemming.ts';
import { foldWord } from './words.ts';

/** How a single article is judged (`matches` of the contracts): the words are cut and compared as search does it. */
export const textAnalysis: TextAnalysis = {
  eachWord: (text, visit) => eachSearchWord(text, visit),
  unitsOf: searchUnits,
  phraseOf: searchPhrase,
  // Where a language has no rules, a word is its own stem.
  isStemmed: () => true,
  stem: stemWord,
  fold: foldWord,
};
