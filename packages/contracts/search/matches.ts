import { startOfDate } from './dates.ts';
import type { SearchNode, StateLeaf, TextField, TextLeaf } from './query.ts';

/** Words that follow one another; of the last, where it ends open, only the beginning is given. */
export interface SearchUnit {
  words: string[];
  endsOpen: boolean;
}

/** How texts and queries become words. Of @alt/language; given, because contracts depend on nothing of ours. */
export interface TextAnalysis {
  /** Visits the words of a text, as they are compared, until `visit` answers false. */
  eachWord(text: string, visit: (word: string) => boolean | undefined): void;
  /** What a word of a query seeks, each part of it by itself; none where it says nothing. */
  unitsOf(text: string, isPrefix: boolean): SearchUnit[];
  /** What a phrase of a query seeks; null where it says nothing. */
  phraseOf(text: string): SearchUnit | null;
  isStemmed(language: string): boolean;
  stem(word: string, language: string): string;
  /** A name as names are compared. */
  fold(name: string): string;
}

/** What a query is about: an article as one reader has it. */
export interface JudgedArticle {
  title: string;
  text: string;
  author: string | null;
  url: string | null;
  /** ISO 639-1; null where unknown. */
  language: string | null;
  feed: NamedFeed;
  /** The folders in which the feed lies, and those around them. */
  folders: readonly string[];
  labels: readonly string[];
  tags: readonly string[];
  isRead: boolean;
  isStarred: boolean;
  hasSummary: boolean;
  hasAudio: boolean;
  sortAt: Date;
}

export interface NamedFeed {
  id: number;
  /** As the reader calls it. */
  title: string;
  /** The address of the site or of the feed. */
  url: string | null;
}

/**
 * Whether an article fulfils a query; all words are required, whatever `isPlain` says. Engine and database find the same:
 * tests hold them to it.
 */
export function matches(root: SearchNode, article: JudgedArticle, analysis: TextAnalysis): boolean {
  const words = createArticleWords(article, analysis);
  const judge = (node: SearchNode): boolean => {
    if (node.kind === 'and') return node.parts.every(judge);
    if (node.kind === 'or') return node.parts.some(judge);
    if (node.kind === 'not') return !judge(node.part);
    if (node.kind === 'word' || node.kind === 'phrase') return matchesText(node, words, analysis);
    return matchesState(node, article, analysis.fold);
  };
  return judge(root);
}

/** The words of each field, cut when they are first asked for; title and text apart, so that no phrase runs across. */
type ArticleWords = (field: TextField) => { words: string[][]; language: string | null };

function createArticleWords(article: JudgedArticle, analysis: TextAnalysis): ArticleWords {
  const known = new Map<string, string[]>();
  const wordsOf = (name: 'title' | 'text' | 'author' | 'url'): string[] => {
    const present = known.get(name);
    if (present) return present;
    const words: string[] = [];
    analysis.eachWord(article[name] ?? '', (word) => {
      words.push(word);
      return true;
    });
    known.set(name, words);
    return words;
  };
  const language = article.language !== null && analysis.isStemmed(article.language) ? article.language : null;
  return (field) => {
    if (field === 'text') return { words: [wordsOf('title'), wordsOf('text')], language };
    return { words: [wordsOf(field)], language: field === 'title' ? language : null };
  };
}

function matchesText(leaf: TextLeaf, wordsOf: ArticleWords, analysis: TextAnalysis): boolean {
  const { words: fields, language } = wordsOf(leaf.field);
  const phrase = leaf.kind === 'phrase' ? analysis.phraseOf(leaf.text) : null;
  const units = leaf.kind === 'word' ? analysis.unitsOf(leaf.text, leaf.isPrefix) : phrase ? [phrase] : [];
  return units.every((unit) => {
    const [only] = unit.words;
    const isExact = leaf.kind === 'phrase' || unit.endsOpen || unit.words.length > 1 || language === null;
    if (isExact || only === undefined) return fields.some((words) => hasUnit(words, unit));
    const stem = analysis.stem(only, language);
    return fields.some((words) => words.some((word) => analysis.stem(word, language) === stem));
  });
}

function hasUnit(words: readonly string[], unit: SearchUnit): boolean {
  const last = unit.words.length - 1;
  return words.some((_, at) =>
    unit.words.every((sought, place) => {
      const word = words[at + place];
      return unit.endsOpen && place === last ? word?.startsWith(sought) : word === sought;
    }),
  );
}

function matchesState(leaf: StateLeaf, article: JudgedArticle, fold: (name: string) => string): boolean {
  switch (leaf.kind) {
    case 'feed':
      return isFeedNamed(article.feed, leaf.name, fold);
    case 'folder':
      return article.folders.some((name) => isNamed(name, leaf.name, fold));
    case 'label':
      return article.labels.some((name) => isNamed(name, leaf.name, fold));
    case 'tag':
      return article.tags.some((name) => isNamed(name, leaf.name, fold));
    case 'lang':
      return (article.language ?? 'und') === leaf.language;
    case 'is':
      return leaf.state === 'starred' ? article.isStarred : article.isRead === (leaf.state === 'read');
    case 'has':
      return leaf.what === 'summary' ? article.hasSummary : article.hasAudio;
    case 'after':
      return article.sortAt.getTime() >= (startOfDate(leaf.date) ?? Number.NaN);
    default:
      return article.sortAt.getTime() < (startOfDate(leaf.date) ?? Number.NaN);
  }
}

/** Whether a folder, label or tag has this name in a query: the same but for case, accents, width, blanks and quotation marks. */
export function isNamed(name: string, sought: string, fold: (name: string) => string): boolean {
  return readable(name, fold) === readable(sought, fold);
}

/**
 * Whether `feed:` means this feed: a part of its title, its host or a domain around it, or its number. Digits alone may be
 * any of these ("404 Media"); behind `#` they are its number and nothing else.
 */
export function isFeedNamed(feed: NamedFeed, sought: string, fold: (name: string) => string): boolean {
  if (/^#\d+$/.test(sought)) return sought === `#${feed.id}`;
  if (sought === String(feed.id)) return true;
  const name = readable(sought, fold);
  if (name !== '' && readable(feed.title, fold).includes(name)) return true;
  const host = hostOf(feed.url);
  const domain = sought.toLowerCase();
  return host === domain || (domain.includes('.') && host.endsWith(`.${domain}`));
}

/** A query cannot hold quotation marks in a name. */
function readable(name: string, fold: (name: string) => string): string {
  return fold(name.replace(/["“”„‟«»\s\p{Cc}]+/gu, ' ').trim());
}

function hostOf(url: string | null): string {
  return url !== null && URL.canParse(url) ? new URL(url).hostname : '';
}
