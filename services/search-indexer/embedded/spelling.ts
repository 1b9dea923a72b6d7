import type { Analysis } from '../analysis.ts';
import { distanceOf, maximumErrors } from '../distance.ts';
import { TERM } from './format.ts';
import { eachTerm, findTerm, type Segment } from './segment.ts';

export interface Spelling {
  /** Words of the index that somebody may have meant who wrote `word`; none where the word itself is found. */
  readings(word: string): readonly string[];
  corrections(): { word: string; readAs: string[] }[];
}

const MAX_READINGS = 3;

/** Reads unknown words as the most frequent known ones that differ by one or two errors, after the first letter. */
export function createSpelling(segments: readonly Segment[], analysis: Analysis, isOn: boolean): Spelling {
  const corrections: { word: string; readAs: string[] }[] = [];
  return {
    readings(word) {
      const maximum = maximumErrors(word);
      if (!isOn || maximum === 0 || analysis.isScriptWithoutSpaces(word) || isKnown(word, segments, analysis))
        return [];
      const readAs = similarWords(word, segments, maximum);
      if (readAs.length > 0) corrections.push({ word, readAs });
      return readAs;
    },
    corrections: () => corrections,
  };
}

function isKnown(word: string, segments: readonly Segment[], analysis: Analysis): boolean {
  return segments.some((segment) =>
    [
      TERM.plain(word),
      TERM.exact(word),
      ...segment.meta.stemmedLanguages.map((language) => TERM.stem(language, analysis.stem(word, language))),
    ].some((term) => findTerm(segment, term) !== null),
  );
}

function similarWords(word: string, segments: readonly Segment[], maximum: number): string[] {
  const found = new Map<string, { distance: number; count: number }>();
  for (const make of [TERM.exact, TERM.plain]) {
    // Words that begin alike: a twentieth of the dictionary, and the first letter is seldom the wrong one.
    const prefix = make([...word][0] ?? '');
    for (const segment of segments) {
      eachTerm(segment, prefix, (term, { count }) => {
        if (!term.startsWith(prefix)) return false;
        if (Math.abs(term.length - 1 - word.length) > maximum) return true;
        const candidate = term.slice(1);
        const distance = distanceOf(word, candidate, maximum);
        if (distance > maximum) return true;
        const known = found.get(candidate);
        found.set(candidate, { distance, count: count + (known?.count ?? 0) });
        return true;
      });
    }
  }
  return [...found]
    .sort(([, a], [, b]) => a.distance - b.distance || b.count - a.count)
    .slice(0, MAX_READINGS)
    .map(([candidate]) => candidate);
}
