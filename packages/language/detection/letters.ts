import type { Script } from './scripts.ts';

/**
 * The language that its letters give away: one of a script whose other languages do not have them. Null if none does.
 */
export function languageByLetters(text: string, script: Script): { language: string; confidence: number } | null {
  const words = text.toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? [];
  for (const { language, letters, share = TELLING_SHARE } of tellingLetters[script] ?? []) {
    const telling = words.filter((word) => letters.test(word)).length;
    if (telling > 0 && telling >= words.length * share) return { language, confidence: 0.95 };
  }
  const usual = usualLanguage[script];
  return usual === undefined ? null : { language: usual, confidence: 0.9 };
}

/** A name or a quotation has some of them too. */
const TELLING_SHARE = 0.08;

interface TellingLetters {
  language: string;
  letters: RegExp;
  /** Of the words. */
  share?: number;
}

/** In order: the first that fits is the answer. */
const tellingLetters: Partial<Record<Script, readonly TellingLetters[]>> = {
  Cyrillic: [
    { language: 'mk', letters: /[ѓќѕ]/, share: 0.04 },
    { language: 'ba', letters: /[ҙҫҡ]/ },
    { language: 'tt', letters: /җ/ },
    { language: 'kk', letters: /[ғқұ]/ },
    { language: 'tg', letters: /[ӣӯҷҳ]/ },
    { language: 'tt', letters: /ә/ },
    { language: 'ky', letters: /ң/ },
    { language: 'mn', letters: /[өү]/ },
  ],
  Arabic: [
    { language: 'ug', letters: /[ۋۈڭ]/ },
    { language: 'ps', letters: /[ښځڅډړږۍ]/ },
    { language: 'sd', letters: /[ڄڃڏڦڳڱڻ]/ },
  ],
  Bengali: [{ language: 'as', letters: /[ৰৱ]/ }],
  Hebrew: [{ language: 'yi', letters: /[ײװױ]|א[\u05b7\u05b8]/ }],
  Ethiopic: [{ language: 'ti', letters: /[ቐቘኸዄጐ]/ }],
};

/** Where these letters are missing, the one language that is left. */
const usualLanguage: Partial<Record<Script, string>> = { Bengali: 'bn', Ethiopic: 'am' };
