import { createHash } from 'node:crypto';
import { type Analysis, createAnalysis } from '../analysis.ts';
import type { IndexedArticle } from '../engine.ts';

/** An article as Meilisearch keeps it: its words cut and folded as everywhere in Alt, so that both engines find alike. */
export interface SearchDocument {
  id: number;
  hash: string;
  feedId: number;
  /** `und` is unknown. */
  language: string;
  sortAt: number;
  titleWords: string;
  textWords: string;
  /** The stems of a language that has a stemmer, else the words. */
  titleStems: string;
  textStems: string;
  author: string;
  url: string;
}

/** What Meilisearch looks at: by default it keeps 65,535 positions a field, and finds nothing behind them. */
const MAX_WORDS = 65_000;
/** Meilisearch drops words of more than 250 bytes. */
const MAX_WORD_LENGTH = 200;
/** What no word of a language begins with. */
const ENCODED = 'zqx';

/** The settings of an index. */
export const settings = {
  searchableAttributes: ['titleStems', 'textStems', 'titleWords', 'textWords', 'author', 'url'],
  displayedAttributes: ['id', 'hash', 'feedId', 'language', 'sortAt', 'titleWords', 'textWords'],
  filterableAttributes: ['id', 'feedId', 'language', 'sortAt'],
  sortableAttributes: ['sortAt', 'id'],
  rankingRules: ['sort', 'words', 'typo', 'proximity', 'attribute', 'exactness'],
  typoTolerance: {
    enabled: true,
    minWordSizeForTypos: { oneTypo: 4, twoTypos: 8 },
    disableOnAttributes: ['author', 'url'],
  },
};

/**
 * A word as one word of Meilisearch's, whatever its script: its own tokenizer would cut and fold it once more. The
 * beginning of a word becomes the beginning of its code.
 */
export function encodeWord(word: string): string {
  const code = /^[a-z0-9]+$/.test(word) ? word : ENCODED + Buffer.from(word).toString('hex');
  return code.slice(0, MAX_WORD_LENGTH);
}

export function decodeWord(code: string): string {
  return code.startsWith(ENCODED) ? Buffer.from(code.slice(ENCODED.length), 'hex').toString() : code;
}

/** What tells whether anything changed that is indexed. */
export function hashOf({ feedId, language, sortAt, title, author, url, text }: IndexedArticle): string {
  return createHash('sha256')
    .update(JSON.stringify([feedId, language, sortAt, title, author, url, text]))
    .digest('base64url')
    .slice(0, 22);
}

export function createDocuments(analysis: Analysis = createAnalysis()): (article: IndexedArticle) => SearchDocument {
  const wordsOf = (text: string): string[] => {
    const words: string[] = [];
    analysis.eachWord(text, (word) => words.push(word) < MAX_WORDS);
    return words;
  };
  return (article) => {
    const { articleId, feedId, language, sortAt } = article;
    const encode = (words: readonly string[]): string => words.map(encodeWord).join(' ');
    const stem = (words: readonly string[]): string =>
      language !== null && analysis.isStemmed(language)
        ? encode(words.map((word) => analysis.stem(word, language)))
        : encode(words);
    const title = wordsOf(article.title);
    const text = wordsOf(article.text);
    return {
      id: articleId,
      hash: hashOf(article),
      feedId,
      language: language ?? 'und',
      sortAt,
      titleWords: encode(title),
      textWords: encode(text),
      titleStems: stem(title),
      textStems: stem(text),
      author: encode(wordsOf(article.author ?? '')),
      url: encode(wordsOf(article.url ?? '')),
    };
  };
}
