import type { Passage } from '@alt/contracts';
import { foldWord, segmentWords, splitSentences, stemWord } from '@alt/language';

export interface AskedDocument {
  id: number;
  title: string;
  language: string | null;
  text: string;
}

export interface PassageTask {
  /** Words of the question that carry meaning. */
  words: string[];
  /** The likeliest first. */
  documents: AskedDocument[];
}

/** As much as a model reads with ease and a reader takes in at a glance. */
const PASSAGE_LENGTH = 700;
const PASSAGES = 24;
/** One long article must not crowd out the others. */
const PASSAGES_OF_A_DOCUMENT = 4;
/** A word in the title speaks for every passage of the article, but less than the passage's own. */
const TITLE_WEIGHT = 0.5;
/** The usual constants of BM25 (Robertson and Zaragoza, 2009). */
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;

/**
 * The passages of documents that have most of a question's words, the best first, by BM25 over these passages. Each text
 * is a piece of its document's, exactly. Runs in a thread of its own: words are cut at about a megabyte a second.
 */
export function selectPassages({ words, documents }: PassageTask): Passage[] {
  const counted = documents.flatMap((document) => countDocument(document, words));
  const averageLength = counted.reduce((sum, { length }) => sum + length, 0) / Math.max(1, counted.length);
  const rarity = words.map((_, index) => {
    const having = counted.filter(({ counts }) => (counts[index] ?? 0) > 0).length;
    return Math.log(1 + (counted.length - having + 0.5) / (having + 0.5));
  });
  const taken = new Map<number, number>();
  return counted
    .map((passage) => ({ ...passage, score: scoreOf(passage, rarity, averageLength) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .filter(({ document }) => {
      const already = taken.get(document.id) ?? 0;
      taken.set(document.id, already + 1);
      return already < PASSAGES_OF_A_DOCUMENT;
    })
    .slice(0, PASSAGES)
    .map(({ document, text }, index) => ({
      id: String(index + 1),
      articleId: String(document.id),
      title: document.title.slice(0, 2_000),
      text,
    }));
}

interface Counted {
  document: AskedDocument;
  text: string;
  length: number;
  /** How often each word of the question stands here. */
  counts: number[];
}

function countDocument(document: AskedDocument, words: string[]): Counted[] {
  const { language } = document;
  const formOf = (word: string) => stemWord(foldWord(word), language);
  const wanted = new Map(words.map((word, index) => [formOf(word), index]));
  const count = (text: string) => {
    const counts = words.map(() => 0);
    const found = segmentWords(text, language);
    for (const { text: word } of found) {
      const index = wanted.get(formOf(word));
      if (index !== undefined) counts[index] = (counts[index] ?? 0) + 1;
    }
    return { counts, length: found.length };
  };
  const title = count(document.title).counts;
  const pieces = piecesOf(document).map((text) => ({ document, text, ...count(text) }));
  const touched = pieces.filter(({ counts }) => counts.some((n) => n > 0));
  // Where the title alone has the words, what begins under it may be the answer.
  const spoken = touched.length > 0 ? touched : pieces.slice(0, 1);
  for (const piece of spoken) piece.counts = piece.counts.map((n, i) => n + TITLE_WEIGHT * (title[i] ?? 0));
  return pieces;
}

function scoreOf({ counts, length }: Counted, rarity: number[], averageLength: number): number {
  const norm = SATURATION * (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * length) / Math.max(1, averageLength));
  const sum = counts.reduce((total, n, i) => total + ((rarity[i] ?? 0) * n * (SATURATION + 1)) / (n + norm), 0);
  const covered = counts.filter((n) => n > 0).length / Math.max(1, counts.length);
  return sum * (0.5 + 0.5 * covered);
}

/** Whole sentences up to the length of a passage; what is no sentence to its end is cut where a word ends. */
function piecesOf({ text, language }: AskedDocument): string[] {
  const pieces: string[] = [];
  let start = 0;
  let end = 0;
  const close = () => {
    const piece = text.slice(start, end).trim();
    if (piece) pieces.push(piece);
    start = end;
  };
  for (const sentence of splitSentences(text, language)) {
    if (sentence.end - start > PASSAGE_LENGTH && end > start) close();
    end = sentence.end;
    while (end - start > PASSAGE_LENGTH) {
      const whole = end;
      const space = text.lastIndexOf(' ', start + PASSAGE_LENGTH);
      end = space > start + PASSAGE_LENGTH / 2 ? space : start + PASSAGE_LENGTH;
      if (isLowSurrogate(text.charCodeAt(end))) end -= 1;
      close();
      end = whole;
    }
  }
  close();
  return pieces;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
