import { splitSentences } from './sentences.ts';
import { stemWord } from './stemming.ts';
import { isStopword } from './stopwords.ts';
import { foldWord, segmentWords, type TextSpan } from './words.ts';

export interface SummaryDocument {
  text: string;
  /** Helps to tell what the text is about; never part of the summary. */
  title?: string | null;
  /** ISO 639-1; null where unknown. */
  language: string | null;
}

export interface SummaryLimits {
  maximumSentences: number;
  /** Sentences are taken until they have so many words together. */
  maximumWords?: number;
}

/** A sentence of the text: `text.slice(start, end)`, in UTF-16 units. */
export interface RankedSentence {
  text: string;
  start: number;
  end: number;
  /** How central it is, from 0; comparable within one text. */
  score: number;
  /** When it was chosen: 0 is the best of all. */
  rank: number;
  words: number;
}

/** Of longer texts the sentences with the commonest words are compared; comparing grows with the square. */
const COMPARED_MAXIMUM = 300;
/** Texts are looked at so far: some 60,000 English words. */
const TEXT_MAXIMUM = 400_000;
const LONGEST_SENTENCE = 800;
const FEWEST_TERMS = 3;
/** Weights beside centrality, which lies in 0…1; tuned on news in `bench/quality/summaries.ts`, flat around these values. */
const POSITION_WEIGHT = 0.1;
const TITLE_WEIGHT = 0.2;
const REDUNDANCY_WEIGHT = 0.1;
/** Sentences that share so much say the same; a second one comes last. */
const SAME_LIKENESS = 0.65;
const FRAGMENT_FACTOR = 0.3;

/**
 * The sentences that say most of a text, in the order of the text. Centrality is the sum of a sentence's similarities to
 * all others (LexRank's degree: Erkan and Radev 2004), over the cosine of their distinct stems without stopwords; the
 * beginning and words of the title count a little more; what a chosen sentence says already counts less (MMR: Carbonell
 * and Goldstein 1998). Exact places; no model. Empty for a text without sentences.
 */
export function summarizeText(document: SummaryDocument, limits: SummaryLimits): RankedSentence[] {
  const sentences = readSentences(document);
  const similarities = compareSentences(sentences);
  const scores = scoreSentences(sentences, similarities, termsOf(document.title ?? '', document.language));
  return choose(sentences, scores, similarities, limits)
    .flatMap((index, rank) => {
      const sentence = sentences[index];
      if (!sentence) return [];
      const { terms: _terms, ...shown } = sentence;
      return [{ ...shown, score: scores[index] ?? 0, rank }];
    })
    .sort((a, b) => a.start - b.start);
}

/** The distinct stems of a text without stopwords: what sentences, passages and articles are compared by. */
export function termsOf(text: string, language: string | null): Set<string> {
  return createTerms(language)(segmentWords(text, language));
}

/** The terms of words; what was found of a word is kept, because most words of a text come again. */
function createTerms(language: string | null): (words: readonly TextSpan[]) => Set<string> {
  const known = new Map<string, string>();
  const termOf = (word: string): string => {
    const folded = foldWord(word);
    return isStopword(folded, language) ? '' : stemWord(folded, language);
  };
  return (words) => {
    const terms = new Set<string>();
    for (const { text } of words) {
      const term = known.get(text) ?? termOf(text);
      known.set(text, term);
      if (term !== '') terms.add(term);
    }
    return terms;
  };
}

interface Sentence {
  text: string;
  start: number;
  end: number;
  words: number;
  terms: Set<string>;
}

function readSentences({ text, language }: SummaryDocument): Sentence[] {
  const termsOfWords = createTerms(language);
  const sentences = splitSentences(text.slice(0, TEXT_MAXIMUM), language).map((found): Sentence => {
    const { start, end } = shorten(found);
    const shown = text.slice(start, end);
    const words = segmentWords(shown, language);
    return { text: shown, start, end, words: words.length, terms: termsOfWords(words) };
  });
  const meant = sentences.filter(({ terms }) => terms.size > 0);
  return meant.length <= COMPARED_MAXIMUM ? meant : mostTypical(meant);
}

/** A "sentence" of a thousand characters is a list or code without stops; its beginning stands for it. */
function shorten({ text, start, end }: { text: string; start: number; end: number }): { start: number; end: number } {
  if (text.length <= LONGEST_SENTENCE) return { start, end };
  const cut = text.slice(0, LONGEST_SENTENCE);
  const atWord = cut.search(/\s\S*$/u);
  const length = atWord > LONGEST_SENTENCE / 2 ? atWord : cut.replace(/[\uD800-\uDBFF]$/, '').length;
  return { start, end: start + length };
}

/** Those whose words the text uses most, in its order. Linear in the text. */
function mostTypical(sentences: Sentence[]): Sentence[] {
  const counts = countTerms(sentences);
  const weights = new Map(
    sentences.map((sentence) => {
      let sum = 0;
      for (const term of sentence.terms) sum += counts.get(term) ?? 0;
      return [sentence, sum / Math.sqrt(sentence.terms.size)];
    }),
  );
  const kept = [...sentences].sort((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0)).slice(0, COMPARED_MAXIMUM);
  return kept.sort((a, b) => a.start - b.start);
}

function countTerms(sentences: Sentence[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { terms } of sentences) for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** Cosines of the sentences' sets of terms, row by row; a sentence is not similar to itself here. */
function compareSentences(sentences: Sentence[]): Float64Array[] {
  const rows = sentences.map(() => new Float64Array(sentences.length));
  const holders = new Map<string, number[]>();
  sentences.forEach(({ terms }, index) => {
    for (const term of terms) {
      const others = holders.get(term) ?? [];
      for (const other of others) add(rows, index, other);
      others.push(index);
      holders.set(term, others);
    }
  });
  rows.forEach((row, index) => {
    const own = sentences[index]?.terms.size ?? 1;
    for (let other = 0; other < row.length; other += 1) {
      const shared = row[other] ?? 0;
      if (shared > 0) row[other] = shared / Math.sqrt(own * (sentences[other]?.terms.size ?? 1));
    }
  });
  return rows;
}

function add(rows: Float64Array[], one: number, other: number): void {
  const first = rows[one];
  const second = rows[other];
  if (first) first[other] = (first[other] ?? 0) + 1;
  if (second) second[one] = (second[one] ?? 0) + 1;
}

function scoreSentences(sentences: Sentence[], similarities: Float64Array[], title: Set<string>): number[] {
  const degrees = similarities.map((row) => row.reduce((sum, value) => sum + value, 0));
  const highest = Math.max(...degrees, 0) || 1;
  return sentences.map(({ terms }, index) => {
    const shared = [...title].filter((term) => terms.has(term)).length;
    const likeTitle = title.size > 0 ? shared / Math.sqrt(title.size * terms.size) : 0;
    const score = (degrees[index] ?? 0) / highest + POSITION_WEIGHT / (1 + index) + TITLE_WEIGHT * likeTitle;
    return terms.size < FEWEST_TERMS ? score * FRAGMENT_FACTOR : score;
  });
}

/** The best one, then again and again the best of those that say something else. */
function choose(
  sentences: Sentence[],
  scores: number[],
  similarities: Float64Array[],
  { maximumSentences, maximumWords = Number.POSITIVE_INFINITY }: SummaryLimits,
): number[] {
  const chosen: number[] = [];
  const left = new Set(sentences.keys());
  const likeness = new Float64Array(sentences.length);
  let words = 0;
  while (left.size > 0 && chosen.length < maximumSentences && words < maximumWords) {
    let best = -1;
    let bestValue = Number.NEGATIVE_INFINITY;
    for (const index of left) {
      const like = likeness[index] ?? 0;
      const value = (scores[index] ?? 0) - (like >= SAME_LIKENESS ? 1 : REDUNDANCY_WEIGHT * like);
      if (value > bestValue) [best, bestValue] = [index, value];
    }
    left.delete(best);
    chosen.push(best);
    words += sentences[best]?.words ?? 0;
    similarities[best]?.forEach((value, index) => {
      likeness[index] = Math.max(likeness[index] ?? 0, value);
    });
  }
  return chosen;
}
