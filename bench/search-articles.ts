import type { IndexedArticle } from '../services/search-indexer/engine.ts';

/** Articles of made-up words, and questions about them, the same in every run. */
export interface Archive {
  article(number: number): IndexedArticle;
  /** Words as they stand one after the other in some article. */
  words(count: number): string[];
  /** A word that people would search for: as often as it stands in the articles, but none of the hundred most frequent. */
  contentWord(): string;
  random(): number;
}

export const ARCHIVE_FEEDS = 1_000;
const WORDS_AN_ARTICLE = 150;
const TITLE_WORDS = 8;
const VOCABULARY = 300_000;
/** A language's function words: about two fifths of what is written. */
const FUNCTION_WORDS = 100;
const LANGUAGES = ['en', 'en', 'en', 'en', 'en', 'en', 'de', 'fr', 'ru', null];
const SYLLABLES = [...'bdfgklmnprstvz'].flatMap((consonant) => [...'aeiou'].map((vowel) => consonant + vowel));
const ENDINGS = ['', '', '', 's', '', 'ing', ''];
export const FIRST_ARTICLE_AT = Date.UTC(2024, 0, 1);
export const ARTICLE_EVERY_MS = 60_000;

/** Words are as frequent as Zipf's law has it: the n-th most frequent one stands for 1 / (12.6 n) of all. */
export function createArchive(): Archive {
  const names = Array.from({ length: VOCABULARY }, (_, rank) => nameOf(rank));
  const own = createRandom(1);
  const rankOf = (random: () => number) => Math.floor(Math.exp(random() * Math.log(VOCABULARY)));
  const wordOf = (random: () => number) => names[rankOf(random) - 1] ?? '';
  const wordsOf = (number: number) => {
    const random = createRandom(number + 1_000);
    return Array.from({ length: WORDS_AN_ARTICLE }, () => wordOf(random));
  };
  return {
    random: own,
    article(number) {
      const words = wordsOf(number);
      return {
        articleId: number + 1,
        feedId: 1 + ((Math.imul(number, 2_654_435_761) >>> 0) % ARCHIVE_FEEDS),
        language: LANGUAGES[number % LANGUAGES.length] ?? null,
        sortAt: FIRST_ARTICLE_AT + number * ARTICLE_EVERY_MS,
        title: words.slice(0, TITLE_WORDS).join(' '),
        author: words[3] ?? null,
        url: `https://example.org/${words[5]}/${number}`,
        text: words.slice(TITLE_WORDS).join(' '),
      };
    },
    words(count) {
      const words = wordsOf(Math.floor(own() * 1_000_000));
      const from = TITLE_WORDS + Math.floor(own() * (WORDS_AN_ARTICLE - TITLE_WORDS - count));
      return words.slice(from, from + count);
    },
    contentWord() {
      for (;;) {
        const rank = rankOf(own);
        if (rank > FUNCTION_WORDS) return names[rank - 1] ?? '';
      }
    },
  };
}

function nameOf(rank: number): string {
  let rest = rank + SYLLABLES.length;
  let name = '';
  for (; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) name += SYLLABLES[rest % SYLLABLES.length];
  return name + (ENDINGS[rank % ENDINGS.length] ?? '');
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
