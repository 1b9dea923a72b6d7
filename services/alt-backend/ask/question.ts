import { detectLanguage, foldWord, isStopword, segmentWords } from '@alt/language';

export interface Question {
  text: string;
  /** ISO 639-1; null where unknown. */
  language: string | null;
  /** What is looked for: without stopwords, each once, as written. */
  words: string[];
}

const WORDS = 24;

/** A question as something to look for. One of stopwords alone ("who is it?") is looked for by all of them. */
export function readQuestion(text: string): Question {
  const { language } = detectLanguage(text);
  const all = new Map(segmentWords(text, language).map(({ text: word }) => [foldWord(word), word]));
  const telling = [...all].filter(([folded]) => !isStopword(folded, language));
  return { text, language, words: (telling.length > 0 ? telling : [...all]).slice(0, WORDS).map(([, word]) => word) };
}
