import type { Analysis } from '../analysis.ts';
import { distanceOf, MAX_CORRECTED, MAX_READINGS, maximumErrors } from '../distance.ts';
import { TERM } from './format.ts';
import { createBlock, decodeDocuments, loadPostings } from './postings.ts';
import type { SegmentScope } from './scope.ts';
import { eachTerm, findTerm, type Segment, type TermPlace } from './segment.ts';

export interface Spelling {
  /** Words of the index that somebody may have meant who wrote `word`; none where the word itself is found. */
  readings(word: string): readonly string[];
  corrections(): { word: string; readAs: string[] }[];
}

/** A segment, what may be found in it, and what the reader may see: words of other documents are as if they were not there. */
export interface Spelled {
  segment: Segment;
  scope: SegmentScope;
  known: SegmentScope;
}

/** Looks into so many similar words, the likeliest first, for one that is in scope; and into so many blocks of 128 places. */
const MAX_LOOKED_INTO = 200;
const MAX_BLOCKS_LOOKED_INTO = 2_000;
/** Of so many terms the time is looked at once. */
const TERMS_A_CHECK = 1_024;

/**
 * Reads unknown words as the most frequent ones in scope that differ by one or two errors, after the first letter. Known
 * is what a document has that the reader may see: less would correct what is right, more would tell what others read.
 */
export function createSpelling(
  segments: readonly Spelled[],
  analysis: Analysis,
  { isOn, checkTime }: { isOn: boolean; checkTime(): void },
): Spelling {
  const known = new Map<string, readonly string[]>();
  const corrections: { word: string; readAs: string[] }[] = [];
  let unknown = 0;
  const read = (word: string): readonly string[] => {
    const maximum = maximumErrors(word);
    if (!isOn || maximum === 0 || analysis.isScriptWithoutSpaces(word)) return [];
    if (unknown >= MAX_CORRECTED || isKnown(word, segments, analysis, checkTime)) return [];
    unknown += 1;
    const readAs = similarWords(word, segments, maximum, checkTime);
    if (readAs.length > 0) corrections.push({ word, readAs });
    return readAs;
  };
  return {
    readings(word) {
      const readings = known.get(word) ?? read(word);
      known.set(word, readings);
      return readings;
    },
    corrections: () => corrections,
  };
}

function isKnown(word: string, segments: readonly Spelled[], analysis: Analysis, checkTime: () => void): boolean {
  const mayRead = (): boolean => {
    checkTime();
    return true;
  };
  return segments.some(({ segment, known }) =>
    [
      TERM.plain(word),
      TERM.exact(word),
      ...segment.meta.stemmedLanguages.map((language) => TERM.stem(language, analysis.stem(word, language))),
    ].some((term) => {
      const place = findTerm(segment, term);
      return place !== null && isInScope(segment, known, place, mayRead);
    }),
  );
}

/** Whether any document in scope has a term; `mayRead` is asked before each block, and ends it as if none had. */
function isInScope(segment: Segment, scope: SegmentScope, place: TermPlace, mayRead: () => boolean): boolean {
  if (scope.holdsSomeOf(place.count)) return true;
  const postings = loadPostings(segment, place);
  const block = createBlock();
  for (let at = postings.blockCount - 1; at >= 0 && mayRead(); at -= 1) {
    decodeDocuments(postings, at, block);
    for (let index = 0; index < block.length; index += 1) {
      if (scope.holds(block.documents[index] as number)) return true;
    }
  }
  return false;
}

interface Similar {
  distance: number;
  count: number;
  places: (Spelled & { place: TermPlace })[];
}

function similarWords(word: string, segments: readonly Spelled[], maximum: number, checkTime: () => void): string[] {
  const likeliest = [...wordsLike(word, segments, maximum, checkTime)]
    .sort(([, a], [, b]) => a.distance - b.distance || b.count - a.count)
    .slice(0, MAX_LOOKED_INTO);
  let blocks = 0;
  const mayRead = (): boolean => {
    checkTime();
    blocks += 1;
    return blocks <= MAX_BLOCKS_LOOKED_INTO;
  };
  const found: string[] = [];
  for (const [candidate, { places }] of likeliest) {
    if (places.some(({ segment, scope, place }) => isInScope(segment, scope, place, mayRead))) found.push(candidate);
    if (found.length === MAX_READINGS) break;
  }
  return found;
}

function wordsLike(
  word: string,
  segments: readonly Spelled[],
  maximum: number,
  checkTime: () => void,
): Map<string, Similar> {
  const found = new Map<string, Similar>();
  let terms = 0;
  for (const make of [TERM.exact, TERM.plain]) {
    // Words that begin alike: a twentieth of the dictionary, and the first letter is seldom the wrong one.
    const prefix = make([...word][0] ?? '');
    for (const spelled of segments) {
      eachTerm(spelled.segment, prefix, (term, place) => {
        terms += 1;
        if (terms % TERMS_A_CHECK === 0) checkTime();
        if (!term.startsWith(prefix)) return false;
        if (Math.abs(term.length - 1 - word.length) > maximum) return true;
        const candidate = term.slice(1);
        const distance = distanceOf(word, candidate, maximum);
        if (distance > maximum) return true;
        const known = found.get(candidate) ?? { distance, count: 0, places: [] };
        found.set(candidate, known);
        known.count += place.count;
        known.places.push({ ...spelled, place });
        return true;
      });
    }
  }
  return found;
}
