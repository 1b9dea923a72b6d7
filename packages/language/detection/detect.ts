import { eastAsianLanguage } from './east-asian.ts';
import { languageByLetters } from './letters.ts';
import { sampleProse } from './prose.ts';
import { countScripts, type Script } from './scripts.ts';
import { likeliestLanguage } from './statistics.ts';

export interface DetectedLanguage {
  /** ISO 639-1; null is unknown. */
  language: string | null;
  /** From 0, unknown, to 1: about the share of such answers that are right. */
  confidence: number;
}

/**
 * The language that most of a text is written in. Text without enough letters, of a language that is not known here, or
 * with equally good answers is unknown; nothing is guessed. Addresses, code and markup do not count. Reads about 6,000
 * characters at most, from all over the text; never throws.
 */
export function detectLanguage(text: string): DetectedLanguage {
  const prose = sampleProse(text);
  const script = mainScript(countScripts(prose));
  if (script === null) return unknown;
  const only = onlyLanguages[script];
  if (only !== undefined) return { language: only, confidence: 1 };
  if (script === 'EastAsian') return eastAsianLanguage(prose);
  return languageByLetters(prose, script) ?? likeliestLanguage(prose, script) ?? unknown;
}

const unknown: DetectedLanguage = Object.freeze({ language: null, confidence: 0 });

/**
 * The script of most of the text. A syllable or a Chinese character weighs more than a letter. Latin letters are in texts of
 * all scripts, names and programs; they prevail only where the others together are less than a third.
 */
function mainScript(counts: ReadonlyMap<Script, number>): Script | null {
  const weighed = [...counts].map(([script, count]) => ({ script, weight: count * (weightOf[script] ?? 1) }));
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  const others = weighed.filter(({ script }) => script !== 'Latin').sort((one, other) => other.weight - one.weight);
  const best =
    others[0] && others[0].weight * 3 >= total ? others[0] : weighed.find(({ script }) => script === 'Latin');
  return best && best.weight >= LEAST_WEIGHT ? best.script : null;
}

const weightOf: Partial<Record<Script, number>> = { EastAsian: 2.5, Hangul: 2.5 };
/** Two Chinese characters, or a word. */
const LEAST_WEIGHT = 4;

/** Scripts that are those of one language, as good as always. */
const onlyLanguages: Partial<Record<Script, string>> = {
  Greek: 'el',
  Armenian: 'hy',
  Gurmukhi: 'pa',
  Gujarati: 'gu',
  Oriya: 'or',
  Tamil: 'ta',
  Telugu: 'te',
  Kannada: 'kn',
  Malayalam: 'ml',
  Sinhala: 'si',
  Thai: 'th',
  Lao: 'lo',
  Tibetan: 'bo',
  Myanmar: 'my',
  Georgian: 'ka',
  Hangul: 'ko',
  Khmer: 'km',
};
