import type { EngineQuery, Highlight } from '@alt/contracts';
import { eachSearchWord, type SearchUnit, searchPhrase, searchUnits } from '@alt/language/search-words.ts';
import { stemWord } from '@alt/language/stemming.ts';

/** Marks in a text what a query found there. */
export interface Highlighter {
  whole(text: string, language: string | null): Highlight;
  /** The piece of text with most of what was found, about so many characters long. */
  snippet(text: string, language: string | null, length?: number): Highlight;
}

interface Word {
  word: string;
  start: number;
  end: number;
}

interface Wanted extends SearchUnit {
  isExact: boolean;
}

const SNIPPET_LENGTH = 240;
/** Words further on are not looked at: a snippet comes from the beginning of a book. */
const MAX_WORDS = 20_000;

export function createHighlighter(
  query: EngineQuery | null,
  corrections: readonly { readAs: string[] }[] = [],
): Highlighter {
  const wanted = query ? wantedOf(query) : [];
  for (const { readAs } of corrections) {
    for (const word of readAs) wanted.push({ words: [word], endsOpen: false, isExact: false });
  }
  const stems = new Map<string | null, Stems>();
  const stemsOf = (language: string | null): Stems => {
    const known = stems.get(language) ?? createStems(language);
    stems.set(language, known);
    return known;
  };
  return {
    whole: (text, language) => cut(text, marksOf(text, stemsOf(language), wanted), 0, text.length),
    snippet(text, language, length = SNIPPET_LENGTH) {
      const marks = marksOf(text, stemsOf(language), wanted);
      const [from, to] = bestPiece(text, marks, length);
      return cut(text, marks, from, to);
    },
  };
}

/** What a query wants to find in text or title; what it excludes is not there. */
function wantedOf(query: EngineQuery): Wanted[] {
  if (query.kind === 'not') return [];
  if (query.kind === 'and' || query.kind === 'or') return query.parts.flatMap(wantedOf);
  if (query.field === 'author' || query.field === 'url') return [];
  if (query.kind === 'word') {
    return searchUnits(query.text, query.isPrefix ?? false).map((unit) => ({
      ...unit,
      isExact: unit.words.length > 1,
    }));
  }
  const unit = searchPhrase(query.text);
  return unit ? [{ ...unit, isExact: true }] : [];
}

interface Mark {
  start: number;
  end: number;
  /** Which of the wanted it is. */
  of: number;
}

function marksOf(text: string, stemOf: Stems, wanted: readonly Wanted[]): Mark[] {
  if (wanted.length === 0) return [];
  const words: Word[] = [];
  eachSearchWord(text, (word, start, end) => words.push({ word, start, end }) < MAX_WORDS);
  const marks: Mark[] = [];
  for (const [of, unit] of wanted.entries()) {
    const sought = unit.isExact ? unit.words : unit.words.map(stemOf);
    for (let at = 0; at + unit.words.length <= words.length; at += 1) {
      const last = words[at + unit.words.length - 1];
      const first = words[at];
      if (first && last && isAt(words, at, unit, sought, stemOf)) marks.push({ start: first.start, end: last.end, of });
    }
  }
  return marks.sort((a, b) => a.start - b.start || a.end - b.end);
}

type Stems = (word: string) => string;

/** Each word of a page is stemmed once: for each word of a question anew, 200 abstracts took 1.5 s. */
function createStems(language: string | null): Stems {
  const known = new Map<string, string>();
  return (word) => {
    const stem = known.get(word) ?? stemWord(word, language);
    known.set(word, stem);
    return stem;
  };
}

/** `sought` are the unit's words, or their stems where other forms count too. */
function isAt(words: readonly Word[], at: number, unit: Wanted, sought: readonly string[], stemOf: Stems): boolean {
  return unit.words.every((wanted, place) => {
    const word = words[at + place]?.word ?? '';
    if (word === wanted) return true;
    if (unit.endsOpen && place === unit.words.length - 1) return word.startsWith(wanted);
    return !unit.isExact && stemOf(word) === sought[place];
  });
}

/** Where the piece with most different marks begins and ends, at the borders of words. */
function bestPiece(text: string, marks: readonly Mark[], length: number): [number, number] {
  let best = { from: 0, score: -1 };
  for (const [index, first] of marks.entries()) {
    const inside = marks.slice(index, index + 50).filter(({ end }) => end <= first.start + length);
    const score = new Set(inside.map(({ of }) => of)).size * 100 + inside.length;
    if (score > best.score) best = { from: first.start, score };
  }
  const lead = Math.min(best.from, Math.floor(length / 4));
  const from = borderBefore(text, best.from - lead);
  return [from, borderBefore(text, Math.min(text.length, from + length))];
}

/** The last blank at or before a place, or the place itself where none is near. */
function borderBefore(text: string, place: number): number {
  if (place <= 0 || place >= text.length) return Math.max(0, Math.min(place, text.length));
  for (let at = place; at > place - 30 && at > 0; at -= 1) if (/\s/u.test(text[at] ?? '')) return at;
  const isInside = /[\udc00-\udfff]/.test(text[place] ?? '');
  return isInside ? place - 1 : place;
}

function cut(text: string, marks: readonly Mark[], from: number, to: number): Highlight {
  const pieces: Highlight = [];
  let at = from;
  const push = (end: number, isMarked: boolean): void => {
    const piece = text.slice(at, end).replace(/\s+/gu, ' ');
    if (piece !== '') pieces.push({ text: piece, isMarked });
    at = Math.max(at, end);
  };
  for (const { start, end } of marks) {
    if (end <= at || start >= to) continue;
    if (start > at) push(start, false);
    push(Math.min(end, to), true);
  }
  if (at < to) push(to, false);
  return pieces;
}
