import { lazily } from '../lazily.ts';
import { functionWords } from '../stopwords.ts';

/**
 * For each language that uses function words of the text, their share of its words: a word that few languages have counts
 * most (`und`), one that many have least (`de`).
 */
export function scoreFunctionWords(words: readonly string[]): Map<string, number> {
  const scores = new Map<string, number>();
  for (const word of words) {
    const languages = languagesOf().get(word);
    if (!languages) continue;
    const weight = 1 / (languages.length * words.length);
    for (const language of languages) scores.set(language, (scores.get(language) ?? 0) + weight);
  }
  return scores;
}

const languagesOf = lazily((): ReadonlyMap<string, readonly string[]> => invert(functionWords));

function invert(lists: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const inverted = new Map<string, string[]>();
  for (const [language, words] of lists) {
    for (const word of words) inverted.set(word, [...(inverted.get(word) ?? []), language]);
  }
  return inverted;
}
