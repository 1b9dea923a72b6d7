import type { Extraction } from './extraction.ts';
import type { PhraseToStem } from './extraction-thread.ts';

/** Stems of phrases, which cost too much to be found where requests are answered: 15 ms for a batch of articles. */
export interface Stems {
  /** Takes what is known already. */
  remember(phrases: readonly (PhraseToStem & { stem: string })[]): void;
  /** The stem of each phrase: what is remembered, or found in another thread. See `stemPhrase`. */
  of(phrases: readonly PhraseToStem[]): Promise<string[]>;
}

/** The phrases of some hundred articles: what was extracted a moment ago becomes tags now. */
const REMEMBERED = 6_000;

export function createStems(extraction: Pick<Extraction, 'stem'>): Stems {
  const known = new Map<string, string>();
  return {
    remember(phrases) {
      for (const phrase of phrases) known.set(keyOf(phrase), phrase.stem);
      for (const key of known.keys()) {
        if (known.size <= REMEMBERED) break;
        known.delete(key);
      }
    },
    async of(phrases) {
      const found = phrases.map((phrase) => known.get(keyOf(phrase)));
      const missing = phrases.filter((_phrase, index) => found[index] === undefined);
      const stems = missing.length > 0 ? (await extraction.stem(missing)).values() : [].values();
      return found.map((stem) => stem ?? stems.next().value ?? '');
    },
  };
}

function keyOf({ phrase, language }: PhraseToStem): string {
  return `${language ?? ''}:${phrase}`;
}
