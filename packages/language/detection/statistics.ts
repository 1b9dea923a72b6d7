import { lazily } from '../lazily.ts';
import { extraLetters, frequentLetters } from './alphabets.ts';
import { scoreFunctionWords } from './function-words.ts';
import table from './ngrams.json' with { type: 'json' };
import { type NgramScores, readNgramModel, scoreNgrams } from './ngrams.ts';
import type { Script } from './scripts.ts';

/**
 * The language of a script whose n-grams, function words and letters fit best; null if none fits well, or several do. Each
 * language is scored per n-gram: its own sentences reach 77 to 160, those of languages that are not here less than 40.
 */
export function likeliestLanguage(text: string, script: Script): { language: string; confidence: number } | null {
  const lower = text.toLowerCase().replaceAll('\u0307', '');
  const words = (lower.match(wordPatterns[script] ?? /[\p{L}\p{M}]+/gu) ?? []).map((word) => word.replaceAll('’', "'"));
  const ngrams = scoreNgrams(readModel(), words);
  const functionWords = scoreFunctionWords(words);
  const ranked = scoreLanguages(words, script, ngrams, functionWords);
  const best = ranked[0];
  if (!best || best.score < LEAST_SCORE) return null;
  if (neededLetters[best.language]?.test(lower) === false) return null;
  const language = siblingOf(best.language, functionWords);
  const rival = ranked.find((other) => other !== best && !siblings[other.language]?.includes(language));
  const evidence = (best.score - (rival?.score ?? 0)) * Math.sqrt(ngrams.count);
  return evidence < LEAST_EVIDENCE ? null : { language, confidence: 1 - 0.5 * Math.exp(-evidence / 40) };
}

/** Serbian shares short words with all its neighbours, and hardly has a sentence without a letter of its own. */
const neededLetters: Readonly<Record<string, RegExp>> = { sr: /[јљњћђџ]/ };

/** The language itself, or the relative with the same n-grams whose function words the text has. */
function siblingOf(language: string, functionWords: ReadonlyMap<string, number>): string {
  const share = (name: string) => functionWords.get(name) ?? 0;
  return siblings[language]?.find((name) => share(name) > share(language) + SIBLING_LEAD) ?? language;
}

const LEAST_SCORE = 42;
/** Below it one answer in five is wrong; one sentence in two hundred falls below it. */
const LEAST_EVIDENCE = 20;

/** A text of a dozen words has one more of the sibling's own. */
const SIBLING_LEAD = 0.06;

/** A word of function words adds this much, as a word with a foreign letter takes it away. */
const WORD_WEIGHT = 100;

function scoreLanguages(
  words: readonly string[],
  script: Script,
  ngrams: NgramScores,
  functionWords: ReadonlyMap<string, number>,
): { language: string; score: number }[] {
  const { languages } = readModel();
  const ngramScore = (language: string) => ngrams.scores[languages.indexOf(language)] ?? 0;
  const strangeness = strangenessOf(words);
  const share = (language: string) => functionWords.get(language) ?? 0;
  return (languagesOf[script] ?? [])
    .map((language) => {
      const likeness = wordScores[language] ?? ngramScore(language);
      const wordShare = Math.max(share(language), ...(siblings[language] ?? []).map(share));
      return { language, score: likeness + WORD_WEIGHT * (wordShare - strangeness(language)) };
    })
    .sort((one, other) => other.score - one.score);
}

/** Per word, how many different letters a language does not have, and how much it would miss letters that it often has. */
function strangenessOf(words: readonly string[]): (language: string) => number {
  const joined = words.join('');
  const all = new Set(joined);
  const telling = [...all].filter((letter) => countedLetters.has(letter));
  return (language) => {
    const own = extraLetters[language] ?? '';
    const foreign = telling.filter((letter) => !own.includes(letter)).length;
    const frequent = frequentLetters[language];
    const isMissing = frequent && ![...frequent.letters].some((letter) => all.has(letter));
    const missed = isMissing ? (joined.length * frequent.share) / 2 : 0;
    return (foreign + missed) / Math.max(1, words.length);
  };
}

const readModel = lazily(() => readNgramModel(table));
const countedLetters: ReadonlySet<string> = new Set(Object.values(extraLetters).flatMap((letters) => [...letters]));

const wordPatterns: Partial<Record<Script, RegExp>> = {
  Latin: /[\p{Script=Latin}'’·]+/gu,
  Cyrillic: /[\p{Script=Cyrillic}'’]+/gu,
  Arabic: /\p{L}+/gu,
};

/**
 * Languages without n-grams, that only their function words tell. Where all of a script are so, the first has the start of
 * the most frequent; among others they begin low, and a sentence full of their words lifts them over the least score.
 */
const wordScores: Readonly<Record<string, number>> = {
  he: 70,
  yi: 45,
  hi: 60,
  mr: 40,
  ne: 40,
  cy: 20,
  eo: 20,
  ga: 20,
  la: 20,
  sw: 20,
};

/** Near relatives without n-grams of their own. */
const siblings: Readonly<Record<string, readonly string[]>> = {
  id: ['ms'],
  nl: ['af'],
  pt: ['gl'],
  es: ['gl'],
  bg: ['mk'],
  sr: ['mk'],
};

const languagesOf: Partial<Record<Script, readonly string[]>> = {
  Latin:
    'az ca cs cy da de en eo es et eu fi fr ga hr hu id is it la lt lv nl no pl pt ro sk sl sq sv sw tl tr vi yo'.split(
      ' ',
    ),
  Cyrillic: 'be bg ru sr uk'.split(' '),
  Arabic: 'ar fa ku ur'.split(' '),
  Hebrew: 'he yi'.split(' '),
  Devanagari: 'hi mr ne'.split(' '),
};
