import { type Candidate, findCandidates, type Reading, readWords } from './keyphrase-candidates.ts';
import { isUnspaced, type PhraseWord } from './keyphrase-words.ts';
import { languageKey } from './languages.ts';
import { stemWord } from './stemming.ts';
import { foldWord, segmentWords } from './words.ts';

export interface Keyphrase {
  /** As the text has it most often. */
  phrase: string;
  /** See `foldPhrase`. */
  normalised: string;
  /** See `stemPhrase`. */
  stem: string;
  /** From 1 for the first of the document downwards. */
  score: number;
}

export interface KeyphraseSource {
  title: string | null;
  text: string;
  /** ISO 639-1; null where unknown. */
  language: string | null;
}

/** In how many of the documents read so far, all of one language, a stem occurs. */
export interface Background {
  documentCount: number;
  counts: ReadonlyMap<string, number>;
}

export interface KeyphraseOptions {
  /** 12 unless given. */
  limit?: number;
  background?: Background | null;
}

/**
 * The phrases that say what a document is about, the first first: by frequency, place, casing, cohesion, and how common
 * and how promiscuous their words are. Statistical, after the ideas of YAKE! (Campos et al. 2020) and KP-Miner
 * (El-Beltagy and Rafea 2009); needs no model. Linear in the text.
 */
export function extractKeyphrases(
  source: KeyphraseSource | KeyphraseDocument,
  options: KeyphraseOptions = {},
): Keyphrase[] {
  const { limit = 12, background = null } = options;
  const document = 'words' in source ? source : readKeyphraseDocument(source);
  const { language } = document;
  const words = countWords(document.words);
  const candidates = findCandidates(document, language);
  const weigh = createWeighing(words, background);
  const ranked = [...candidates.values()]
    .filter((candidate) => isComplete(candidate, isUnspaced(language)) && !isTooCommon(candidate, background))
    .map((candidate) => ({ candidate, score: scoreOf(candidate, words, weigh) }))
    .sort((a, b) => b.score - a.score || a.candidate.first - b.candidate.first);
  const best = ranked[0]?.score ?? 1;
  return withoutRepeats(ranked, limit).map(({ candidate, score }) => {
    const phrase = formOf(candidate);
    return { phrase, normalised: foldPhrase(phrase), stem: candidate.key, score: score / best };
  });
}

/** A document whose words have been read: half of the work, for what is asked of it more than once. */
export interface KeyphraseDocument extends Reading {
  /** Of `languageKey`. */
  language: string | null;
}

export function readKeyphraseDocument({ title, text, language }: KeyphraseSource): KeyphraseDocument {
  const key = languageKey(language);
  return { ...readWords(title, text, key), language: key };
}

/** The distinct stems of a document, for counting in how many documents each occurs. */
export function backgroundTerms(source: KeyphraseSource | KeyphraseDocument): string[] {
  const { words } = 'words' in source ? source : readKeyphraseDocument(source);
  return [...new Set(words.flatMap(({ isNumber, stem }) => (isNumber || stem === '' ? [] : [stem])))];
}

/**
 * A phrase by which names are compared: case, width, accents, dots of abbreviations and punctuation folded away. Never
 * has a colon.
 */
export function foldPhrase(phrase: string): string {
  const folded = foldWord(phrase.normalize('NFKC').replace(POSSESSIVES, ''))
    .replace(/[^\p{L}\p{N}\p{M}+#.&]+/gu, ' ')
    .replace(/\.(?![\p{L}\p{N}])/gu, '');
  return folded.replace(INITIALISM_POINTS, '').replace(/ +/g, ' ').trim();
}

const POSSESSIVES = /['’]s(?![\p{L}\p{N}])/giu;
/** Those of `u.s.a`, not that of `node.js`. */
const INITIALISM_POINTS = /(?<=(?:^|[^\p{L}\p{N}\p{M}])\p{L})\.(?=\p{L}(?![\p{L}\p{N}\p{M}]))/gu;

/** The stems of a phrase's words: one for singular and plural. Only within a language. */
export function stemPhrase(phrase: string, language: string | null): string {
  const key = languageKey(language);
  const words = segmentWords(foldPhrase(phrase), key);
  return words.map(({ text }) => stemWord(foldWord(text), key)).join(isUnspaced(key) ? '' : ' ');
}

interface WordCount {
  count: number;
  capitals: number;
  /** Occurrences where a capital says something: not at the beginning of a sentence. */
  insides: number;
  acronyms: number;
  neighbours: Set<string>;
}

function countWords(words: readonly PhraseWord[]): Map<string, WordCount> {
  const counts = new Map<string, WordCount>();
  words.forEach((word, index) => {
    const known = counts.get(word.stem) ?? { count: 0, capitals: 0, insides: 0, acronyms: 0, neighbours: new Set() };
    counts.set(word.stem, known);
    known.count += 1;
    if (!word.beginsSentence) known.insides += 1;
    if (!word.beginsSentence && word.isCapital) known.capitals += 1;
    if (word.isAcronym) known.acronyms += 1;
    const previous = words[index - 1];
    const next = words[index + 1];
    if (previous && !word.isBreak) known.neighbours.add(`<${previous.stem}`);
    if (next && !next.isBreak) known.neighbours.add(`>${next.stem}`);
  });
  return counts;
}

/** A piece of a longer phrase that it hardly ever leaves (`Presidente Jorge` of `Presidente Jorge Sampaio`) is none. */
function isComplete({ parts, count, insideCount, isInsideName }: Candidate, isUnspacedText: boolean): boolean {
  const isPiece = insideCount >= WHOLE_SHARE * count && (count > 1 || isInsideName || isUnspacedText);
  return !isPiece || (parts.length === 1 && insideCount < count && !isUnspacedText);
}

const WHOLE_SHARE = 0.75;

/** What stands in so many documents of many says nothing about one, unless it is a name. */
function isTooCommon({ stems, isName }: Candidate, background: Background | null): boolean {
  if (isName || !background || background.documentCount < COMMON_FROM_DOCUMENTS) return false;
  const { counts, documentCount } = background;
  return stems.every((stem) => (counts.get(stem) ?? 0) > COMMON_SHARE * documentCount);
}

const COMMON_FROM_DOCUMENTS = 50;
const COMMON_SHARE = 0.4;

type Weighing = (stem: string) => number;

/** How much a word says: rare in the background, written as a name, with few different neighbours. */
function createWeighing(words: ReadonlyMap<string, WordCount>, background: Background | null): Weighing {
  const known = new Map<string, number>();
  const weigh = (stem: string): number => {
    const word = words.get(stem);
    if (!word) return 0;
    const asName = Math.max(word.insides > 0 ? word.capitals / word.insides : 0, word.acronyms / word.count);
    const variety = word.neighbours.size / (2 * word.count) / (word.count > 1 ? 1 : 2);
    return (rarity(stem, background) ** RARITY_POWER * (1 + NAME_BONUS * asName)) / (1 + VARIETY_PENALTY * variety);
  };
  return (stem) => {
    const weight = known.get(stem) ?? weigh(stem);
    known.set(stem, weight);
    return weight;
  };
}

const RARITY_POWER = 0.3;
const NAME_BONUS = 0.3;
const VARIETY_PENALTY = 0.6;
/** Words that stand together once, and are no name, are together by chance more often than not. */
const CHANCE_WEIGHT = 0.7;
const LETTERS_POWER = 0.3;
const ENOUGH_LETTERS = 12;
/** Long phrases are right more seldom. */
const LENGTH_WEIGHTS = [1, 1, 0.8, 0.6];

/** From near 0 (in every document) to 1 (in none); 1 while nothing is known. */
function rarity(stem: string, background: Background | null): number {
  if (!background || background.documentCount === 0) return 1;
  const { counts, documentCount } = background;
  const ratio = (documentCount + 1) / ((counts.get(stem) ?? 0) + 0.5);
  return Math.max(Math.log(ratio) / Math.log(2 * (documentCount + 1)), 0.05);
}

function scoreOf(candidate: Candidate, words: ReadonlyMap<string, WordCount>, weigh: Weighing): number {
  const { stems, count, first, letters, isName } = candidate;
  const weight = Math.exp(stems.reduce((sum, stem) => sum + Math.log(weigh(stem)), 0) / stems.length);
  const rarest = Math.min(...stems.map((stem) => words.get(stem)?.count ?? 1));
  const cohesion = stems.length > 1 ? count / rarest : 1;
  const place = 1 + 1 / (1 + Math.log(1 + first));
  const chance = stems.length > 1 && count === 1 && !isName ? CHANCE_WEIGHT : 1;
  const length = LENGTH_WEIGHTS[stems.length - 1] ?? LENGTH_WEIGHTS.at(-1) ?? 1;
  return weight * count * cohesion * chance * place * length * Math.min(letters, ENOUGH_LETTERS) ** LETTERS_POWER;
}

interface Ranked {
  candidate: Candidate;
  score: number;
}

/** The best, without what a better one contains and what hardly occurs outside it. */
function withoutRepeats(ranked: readonly Ranked[], limit: number): Ranked[] {
  const kept: Ranked[] = [];
  for (const next of ranked) {
    if (kept.length === limit) break;
    const { parts, count } = next.candidate;
    const isRepeat = kept.some(
      ({ candidate }) => contains(candidate.parts, parts) && candidate.count >= REPEAT_SHARE * count,
    );
    if (!isRepeat) kept.push(next);
  }
  return kept;
}

const REPEAT_SHARE = 0.6;

function contains(whole: readonly string[], part: readonly string[]): boolean {
  return whole.some((_, index) => part.every((stem, place) => whole[index + place] === stem));
}

/** The form that the text has most often; not shouted where there is another, and of two equals the lower one. */
function formOf({ forms }: Candidate): string {
  const isShouted = (form: string) => form.length > 6 && form === form.toUpperCase() && form !== form.toLowerCase();
  const [best] = [...forms].sort(
    ([a, countA], [b, countB]) =>
      Number(isShouted(a)) - Number(isShouted(b)) || countB - countA || Number(a < b) - Number(b < a),
  );
  return best?.[0] ?? '';
}
