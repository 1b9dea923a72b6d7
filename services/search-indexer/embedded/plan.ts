import type { Analysis } from '../analysis.ts';
import type { Sought, SoughtUnit } from '../sought.ts';
import { setBit } from './bits.ts';
import { TERM } from './format.ts';
import {
  createBlock,
  decodeCodes,
  decodeDocuments,
  loadPostings,
  type Postings,
  WINDOW_SIZE,
  WINDOW_WORDS,
} from './postings.ts';
import { eachTerm, findTerm, type Segment, type TermPlace } from './segment.ts';

/** One thing whose frequency ranks: the terms that a word may be, and in how many documents they stand. */
export interface Leaf {
  /** Over all segments, deleted documents included. */
  count: number;
  isTitleOnly: boolean;
}

/** The terms of a leaf in one segment. */
export interface LeafPostings {
  leaf: Leaf;
  count: number;
  /** No document has two of the terms. */
  isDisjoint: boolean;
  load(): readonly Postings[];
}

/** A query as one segment answers it. */
export type Node =
  | { kind: 'word'; of: LeafPostings }
  /** Documents that rank by nothing: those with a word that begins so. */
  | { kind: 'set'; documents: Uint32Array; count: number }
  /** One of the alternatives holds; in each, the words follow one another. */
  | { kind: 'phrase'; alternatives: LeafPostings[][]; isTitleOnly: boolean }
  | { kind: 'and' | 'or'; parts: Node[] }
  | { kind: 'not'; part: Node };

/** More words than this that begin alike are not told apart. */
const MAX_PREFIX_TERMS = 1_000;

/** What a query is planned for. */
export interface Planning {
  segments: readonly Segment[];
  analysis: Analysis;
  /** Further words that a word may have meant. */
  spell(word: string): readonly string[];
  /** Throws when the time is up. */
  checkTime(): void;
}

/** Finds the terms of what is sought in every segment. */
export function planSegments(sought: Sought, planning: Planning): Node[] {
  const { segments } = planning;
  planning.checkTime();
  if (sought.kind === 'not') {
    return planSegments(sought.part, planning).map((part) => ({ kind: 'not', part }));
  }
  if (sought.kind !== 'unit') {
    const parts = sought.parts.map((part) => planSegments(part, planning));
    return segments.map((_, index) => ({
      kind: sought.kind,
      parts: parts.map((nodes) => nodes[index]).filter((node) => node !== undefined),
    }));
  }
  return planUnit(sought, planning);
}

function planUnit(sought: SoughtUnit, { segments, analysis, spell, checkTime }: Planning): Node[] {
  const isTitleOnly = sought.field === 'title';
  const { words } = sought.unit;
  if (words.length === 1) {
    if (sought.isPrefix) return segments.map((segment) => setOf(segment, sought, analysis, checkTime));
    const readings = sought.isExact ? words : [...words, ...spell(words[0] ?? '')];
    const leaf: Leaf = { count: 0, isTitleOnly };
    return segments.map((segment) => ({
      kind: 'word',
      of: leafPostings(
        leaf,
        segment,
        readings.flatMap((word) => termsOf(word, sought, segment, analysis)),
        false,
        readings.length === 1,
      ),
    }));
  }
  const kinds =
    sought.field === 'author' ? [TERM.author] : sought.field === 'url' ? [TERM.url] : [TERM.exact, TERM.plain];
  const leaves = words.map((): Leaf => ({ count: 0, isTitleOnly }));
  return segments.map((segment) => ({
    kind: 'phrase',
    isTitleOnly,
    alternatives: kinds.map((make) =>
      words.map((word, place) =>
        leafPostings(leaves[place] as Leaf, segment, [make(word)], sought.isPrefix && place === words.length - 1, true),
      ),
    ),
  }));
}

/** The terms that a single word may be in a segment; no document has two of them, but where a word has several readings. */
function termsOf(
  word: string,
  { field, isExact, isPrefix }: SoughtUnit,
  { meta }: Segment,
  analysis: Analysis,
): string[] {
  if (field === 'author') return [TERM.author(word)];
  if (field === 'url') return [TERM.url(word)];
  if (isExact || isPrefix) return [TERM.exact(word), TERM.plain(word)];
  return [
    TERM.plain(word),
    ...meta.stemmedLanguages.map((language) => TERM.stem(language, analysis.stem(word, language))),
  ];
}

function leafPostings(
  leaf: Leaf,
  segment: Segment,
  terms: readonly string[],
  isPrefix: boolean,
  isDisjoint: boolean,
): LeafPostings {
  const places = isPrefix
    ? terms.flatMap((term) => placesFrom(segment, term))
    : [...new Set(terms)].map((term) => findTerm(segment, term)).filter((place) => place !== null);
  const count = places.reduce((sum, place) => sum + place.count, 0);
  leaf.count += count;
  let loaded: readonly Postings[] | null = null;
  return {
    leaf,
    count,
    isDisjoint: isDisjoint && !isPrefix,
    load() {
      loaded ??= places.map((place) => loadPostings(segment, place));
      return loaded;
    },
  };
}

/** All documents with a word that begins so: there are too many words to go through them window by window. */
function setOf(segment: Segment, sought: SoughtUnit, analysis: Analysis, checkTime: () => void): Node {
  const documents = new Uint32Array(Math.ceil(segment.meta.documentCount / WINDOW_SIZE) * WINDOW_WORDS);
  const block = createBlock();
  let count = 0;
  const [word = ''] = sought.unit.words;
  for (const place of termsOf(word, sought, segment, analysis).flatMap((term) => placesFrom(segment, term))) {
    checkTime();
    const postings = loadPostings(segment, place);
    for (let at = 0; at < postings.blockCount; at += 1) {
      decodeDocuments(postings, at, block);
      if (sought.field === 'title') decodeCodes(postings, block);
      for (let index = 0; index < block.length; index += 1) {
        if (sought.field === 'title' && ((block.codes[index] as number) & 1) === 0) continue;
        setBit(documents, block.documents[index] as number);
        count += 1;
      }
    }
  }
  return { kind: 'set', documents, count };
}

function placesFrom(segment: Segment, prefix: string): TermPlace[] {
  const places: TermPlace[] = [];
  eachTerm(segment, prefix, (term, place) => {
    if (!term.startsWith(prefix)) return false;
    places.push(place);
    return places.length < MAX_PREFIX_TERMS;
  });
  return places;
}

/** All leaves of a node that may rank: those that are not excluded. */
export function leavesOf(node: Node): LeafPostings[] {
  if (node.kind === 'not' || node.kind === 'set') return [];
  if (node.kind === 'word') return [node.of];
  if (node.kind === 'phrase') return node.alternatives.flat();
  return node.parts.flatMap(leavesOf);
}

/** At most how many documents of the segment a node holds; for the order of work. */
export function costOf(node: Node): number {
  if (node.kind === 'set') return node.count;
  if (node.kind === 'word') return node.of.count;
  if (node.kind === 'not') return Number.MAX_SAFE_INTEGER;
  if (node.kind === 'phrase') {
    return node.alternatives.reduce((sum, words) => sum + Math.min(...words.map(({ count }) => count)), 0);
  }
  const costs = node.parts.map(costOf);
  return node.kind === 'and' ? Math.min(...costs) : costs.reduce((sum, cost) => sum + cost, 0);
}
