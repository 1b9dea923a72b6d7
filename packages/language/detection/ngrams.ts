import { Buffer } from 'node:buffer';

/** ngrams.json: see distil-ngrams.ts. */
export interface NgramTable {
  source: string;
  languages: string[];
  /** Of distinct n-grams. */
  count: number;
  entries: string;
}

export interface NgramModel {
  languages: readonly string[];
  /** Hashes of n-grams, ascending. */
  hashes: Uint32Array;
  /** Where the scores of each n-gram begin in `scores`, and after the last where they end. */
  offsets: Uint32Array;
  /** Pairs of a language's index and its score less the base score. */
  scores: Uint8Array;
}

export interface NgramScores {
  /** By the language's index in the model. */
  scores: Float64Array;
  /** Of distinct n-grams. */
  count: number;
}

/** What each n-gram counts for a language that has it, before its own score. */
const BASE_SCORE = 53;

/** The table unpacked; about 10 ms. */
export function readNgramModel({ languages, count, entries }: NgramTable): NgramModel {
  const bytes = Buffer.from(entries, 'base64');
  const hashes = new Uint32Array(count);
  const offsets = new Uint32Array(count + 1);
  const scores = new Uint8Array(bytes.length);
  let at = 0;
  let end = 0;
  const readNumber = () => {
    let number = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? 0;
      number += (byte & 127) * factor;
      if (byte < 128) return number;
    }
  };
  for (let index = 0, hash = 0; index < count; index++) {
    hash += readNumber();
    hashes[index] = hash;
    offsets[index] = end;
    for (let pairs = readNumber(); pairs > 0; pairs--) {
      scores[end++] = bytes[at++] ?? 0;
      scores[end++] = bytes[at++] ?? 0;
    }
  }
  offsets[count] = end;
  return { languages, hashes, offsets, scores: scores.slice(0, end) };
}

/**
 * Mean score of each language (by its index) over the distinct n-grams of the words, in lower case: pieces of 4 bytes of
 * UTF-8, every third byte, with a blank before a word's first and after its last.
 */
export function scoreNgrams(model: NgramModel, words: readonly string[]): NgramScores {
  const ngrams = ngramsOf(words);
  const scores = new Float64Array(model.languages.length);
  for (const ngram of ngrams) {
    const index = indexOf(model.hashes, ngram);
    if (index < 0) continue;
    const end = model.offsets[index + 1] ?? 0;
    for (let at = model.offsets[index] ?? end; at < end; at += 2) {
      const language = model.scores[at] ?? 0;
      scores[language] = (scores[language] ?? 0) + (model.scores[at + 1] ?? 0) + BASE_SCORE;
    }
  }
  for (let language = 0; language < scores.length; language++) {
    scores[language] = (scores[language] ?? 0) / Math.max(1, ngrams.size);
  }
  return { scores, count: ngrams.size };
}

/** Hash of a piece of bytes (FNV-1a, 32 bits). */
export function hashNgram(bytes: ArrayLike<number>, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash >>> 0;
}

const MAX_WORD_BYTES = 70;
const BLANK = 0x20;

function ngramsOf(words: readonly string[]): Set<number> {
  const ngrams = new Set<number>();
  const bytes = Buffer.from(` ${words.join(' ')} `, 'utf8');
  for (let start = 0; start < bytes.length - 1; ) {
    const end = bytes.indexOf(BLANK, start + 1);
    addNgrams(ngrams, bytes, start, end);
    start = end;
  }
  return ngrams;
}

/** Of the word between the blanks at `start` and `end`; of a very long one the beginning, which keeps a blank after it. */
function addNgrams(ngrams: Set<number>, bytes: Buffer, start: number, end: number): void {
  const first = start + 1;
  const length = Math.min(end - first, MAX_WORD_BYTES);
  let at = 0;
  for (; at + 4 < length; at += 3) ngrams.add(hashNgram(bytes, at === 0 ? start : first + at, first + at + 4));
  const last = length === 3 ? 0 : Math.max(0, length - 4);
  ngrams.add(hashNgram(bytes, at === 0 ? start : first + last, Math.min(end, first + length) + 1));
}

function indexOf(hashes: Uint32Array, hash: number): number {
  let low = 0;
  let high = hashes.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = hashes[middle] ?? 0;
    if (found === hash) return middle;
    if (found < hash) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
