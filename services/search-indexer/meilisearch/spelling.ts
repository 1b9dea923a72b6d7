import { z } from 'zod';
import { type Analysis, stemmedLanguages } from '../analysis.ts';
import { distanceOf, MAX_CORRECTED, MAX_READINGS, maximumErrors } from '../distance.ts';
import { isStemmed, type Sought, unitsOf } from '../sought.ts';
import { decodeWord, encodeWord } from './documents.ts';
import type { AskIndex } from './search.ts';

const spelled = z.object({
  hits: z.array(
    z.object({
      _matchesPosition: z.record(z.string(), z.array(z.object({ start: z.int(), length: z.int() }))).default({}),
      titleWords: z.string(),
      textWords: z.string(),
    }),
  ),
});

/** Words that no article has of those that `known` lets through, and similar ones that some of those of `filter` have. */
export async function readUnknown(
  askIndex: AskIndex,
  sought: Sought,
  { filter, known: knownFilter, analysis }: { filter: string[]; known: string[]; analysis: Analysis },
): Promise<Map<string, string[]>> {
  const readings = new Map<string, string[]>();
  const units = unitsOf(sought).filter(
    (unit) => isStemmed(unit) && !analysis.isScriptWithoutSpaces(unit.unit.words[0] ?? ''),
  );
  const words = new Set(units.map(({ unit }) => unit.words[0] ?? ''));
  let unknown = 0;
  for (const word of words) {
    const maximum = maximumErrors(word);
    if (maximum === 0 || unknown >= MAX_CORRECTED) continue;
    const ask = (q: string, attributesToSearchOn: string[], more: object) =>
      askIndex({ q, attributesToSearchOn, ...more });
    const forms = [...new Set([word, ...stemmedLanguages.map((language) => analysis.stem(word, language))])];
    const known = await Promise.all(
      forms.map((form) =>
        ask(`"${encodeWord(form)}"`, ['titleStems', 'textStems'], {
          filter: knownFilter,
          limit: 1,
          attributesToRetrieve: ['id'],
        }),
      ),
    );
    if (known.some((given) => z.object({ hits: z.array(z.unknown()) }).parse(given).hits.length > 0)) continue;
    unknown += 1;
    // A blank at the end: the word is whole, not the beginning of one.
    const given = await ask(`${encodeWord(word)} `, ['titleWords', 'textWords'], {
      filter,
      limit: 20,
      attributesToRetrieve: ['titleWords', 'textWords'],
      showMatchesPosition: true,
    });
    const readAs = wordsFound(spelled.parse(given).hits, word, maximum);
    if (readAs.length > 0) readings.set(word, readAs);
  }
  return readings;
}

function wordsFound(hits: z.infer<typeof spelled>['hits'], word: string, maximum: number): string[] {
  const counts = new Map<string, number>();
  for (const { _matchesPosition: places, ...texts } of hits) {
    for (const field of ['titleWords', 'textWords'] as const) {
      for (const { start, length } of places[field] ?? []) {
        const found = decodeWord(texts[field].slice(start, start + length));
        if (distanceOf(word, found, maximum) <= maximum) counts.set(found, (counts.get(found) ?? 0) + 1);
      }
    }
  }
  return [...counts]
    .sort(([a, countA], [b, countB]) => distanceOf(word, a, maximum) - distanceOf(word, b, maximum) || countB - countA)
    .slice(0, MAX_READINGS)
    .map(([found]) => found);
}
