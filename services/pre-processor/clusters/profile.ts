import { foldWord, isStopword, segmentWords, stemWord } from '@alt/language';
import { canonicalAddress } from './address.ts';
import { hash53 } from './hashing.ts';
import { NUMBER, plainNumber, readTitle, type Title } from './titles.ts';

/** An article as it is compared with others; `text` is plain. */
export interface StoryText {
  title: string;
  text: string;
  url: string | null;
  language: string | null;
  feedId: number;
  /** Milliseconds since the epoch. */
  sortAt: number;
}

/** What of an article is compared. */
export interface StoryProfile {
  language: string | null;
  feedId: number;
  sortAt: number;
  address: string | null;
  title: Title;
  /** Number of words of meaning, of the part that is read. */
  wordCount: number;
  words: ReadonlySet<string>;
  /** Hashes of every three words of meaning in a row. */
  shingles: ReadonlySet<number>;
  /** Those of the beginning. */
  lead: ReadonlySet<number>;
  numbers: ReadonlySet<string>;
}

/** Longer texts are compared by their beginning: about 3,000 words. */
const READ_CHARACTERS = 20_000;
const SHINGLE_WORDS = 3;
const LEAD_WORDS = 45;

/** Reads an article for comparison: words of meaning, folded and stemmed. Linear in what is read. */
export function profileOf(story: StoryText): StoryProfile {
  const { language } = story;
  const text = story.text.slice(0, READ_CHARACTERS);
  const words = segmentWords(text, language)
    .map(({ text: word }) => foldWord(word))
    .filter((word) => !isStopword(word, language))
    .map((word) => stemWord(word, language));
  return {
    language,
    feedId: story.feedId,
    sortAt: story.sortAt,
    address: canonicalAddress(story.url),
    title: readTitle(story.title, language),
    wordCount: words.length,
    words: new Set(words),
    shingles: shinglesOf(words),
    lead: shinglesOf(words.slice(0, LEAD_WORDS)),
    numbers: new Set(Array.from(text.matchAll(NUMBER), ([number]) => plainNumber(number))),
  };
}

function shinglesOf(words: string[]): Set<number> {
  const shingles = new Set<number>();
  for (let n = 0; n + SHINGLE_WORDS <= words.length; n += 1) {
    shingles.add(hash53(words.slice(n, n + SHINGLE_WORDS).join(' ')));
  }
  return shingles;
}
