import type { EngineQuery } from '@alt/contracts';
import { type Analysis, stemmedLanguages, type Unit } from './analysis.ts';

export type Field = Extract<EngineQuery, { kind: 'word' }>['field'];

/** One word, or several that stand together; `isExact`: no other form of it; `isPrefix`: the last may go on. */
export interface SoughtUnit {
  kind: 'unit';
  field: Field;
  unit: Unit;
  isExact: boolean;
  isPrefix: boolean;
}

/** What is sought, before any segment is looked into. Null where a part says nothing: `&`, or a lone comma. */
export type Sought = SoughtUnit | { kind: 'and' | 'or'; parts: Sought[] } | { kind: 'not'; part: Sought };

/** A query as an engine answers it; null where it says nothing. */
export interface Seeking {
  sought: Sought | null;
  /** Plain words: articles with all of them come first, then those with some. */
  isRanked: boolean;
}

export function readQuery(query: EngineQuery, mode: 'rank' | 'filter', analysis: Analysis): Seeking {
  const units = mode === 'rank' ? seekPlain(query, analysis) : null;
  if (units) return { sought: group('and', units), isRanked: units.length > 1 };
  return { sought: seek(query, analysis), isRanked: false };
}

/** Reads a query into units: each one word, or several that stand together. */
function seek(query: EngineQuery, analysis: Analysis): Sought | null {
  if (query.kind === 'phrase') {
    const unit = analysis.phraseOf(query.text);
    return unit && { kind: 'unit', field: query.field, unit, isExact: true, isPrefix: unit.endsOpen };
  }
  if (query.kind === 'word') {
    const units = analysis.unitsOf(query.text, query.isPrefix ?? false);
    return group(
      'and',
      units.map((unit) => ({ kind: 'unit', field: query.field, unit, isExact: false, isPrefix: unit.endsOpen })),
    );
  }
  if (query.kind === 'not') {
    const part = seek(query.part, analysis);
    return part && { kind: 'not', part };
  }
  return group(
    query.kind,
    query.parts.map((part) => seek(part, analysis)).filter((part) => part !== null),
  );
}

function group(kind: 'and' | 'or', parts: Sought[]): Sought | null {
  return parts.length > 1 ? { kind, parts } : (parts[0] ?? null);
}

/** From this many words on, a query is a sentence, whose function words say nothing. */
const SENTENCE_WORDS = 6;

/**
 * Words side by side and nothing else, as they are ranked: each a unit by itself, hyphenated ones too. Null for any other
 * query. A sentence loses its function words.
 */
function seekPlain(query: EngineQuery, analysis: Analysis): SoughtUnit[] | null {
  const words = query.kind === 'and' ? query.parts : [query];
  const units: SoughtUnit[] = [];
  for (const word of words) {
    if (word.kind !== 'word' || word.field !== 'text' || word.isPrefix) return null;
    for (const unit of analysis.unitsOf(word.text, false)) {
      const parts = unit.words.some(analysis.isScriptWithoutSpaces)
        ? [unit]
        : unit.words.map((part) => ({ words: [part], endsOpen: false }));
      for (const part of parts) {
        units.push({ kind: 'unit', field: 'text', unit: part, isExact: false, isPrefix: part.endsOpen });
      }
    }
  }
  const content = units.length < SENTENCE_WORDS ? units : withoutFunctionWords(units, analysis);
  return content.length > 0 ? content : units;
}

/** In the language that explains most of them. */
function withoutFunctionWords(units: readonly SoughtUnit[], analysis: Analysis): SoughtUnit[] {
  const without = stemmedLanguages.map((language) =>
    units.filter(({ unit }) => !analysis.isFunctionWord(unit.words[0] ?? '', language)),
  );
  return without.reduce((fewest, rest) => (rest.length < fewest.length ? rest : fewest), [...units]);
}

/** Whether a unit is also found in other forms. */
export function isStemmed({ field, unit, isExact, isPrefix }: SoughtUnit): boolean {
  return !isExact && !isPrefix && unit.words.length === 1 && (field === 'text' || field === 'title');
}

/** All units of what is sought, excluded ones too. */
export function unitsOf(sought: Sought): SoughtUnit[] {
  if (sought.kind === 'unit') return [sought];
  return sought.kind === 'not' ? unitsOf(sought.part) : sought.parts.flatMap(unitsOf);
}
