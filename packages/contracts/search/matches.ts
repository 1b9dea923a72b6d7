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

/** The part of an article that is the same for all of its readers. */
export type JudgedText = Pick<JudgedArticle, 'title' | 'text' | 'author' | 'url' | 'language'>;

/**
 * Whether an article fulfils a query; all words are required, whatever `isPlain` says. Engine and database find the same:
 * tests hold them to it.
 */
export function matches(root: SearchNode, article: JudgedArticle, analysis: TextAnalysis): boolean {
  return createJudge(article, analysis)(root, article);
}

/** The same for many queries and readers of one article, whose texts are cut into words once. */
export function createJudge(
  text: JudgedText,
  analysis: TextAnalysis,
): (root: SearchNode, state: Omit<JudgedArticle, keyof JudgedText>) => boolean {
  const words = createArticleWords(text, analysis);
  return (root, state) => {
    const judge = (node: SearchNode): boolean => {
      if (node.kind === 'and') return node.parts.every(judge);
      if (node.kind === 'or') return node.parts.some(judge);
      if (node.kind === 'not') return !judge(node.part);
      if (node.kind === 'word' || node.kind === 'phrase') return matchesText(node, words, analysis);
      return matchesState(node, { ...state, language: text.language }, analysis.fold);
    };
    return judge(root);
  };
}

/** The words of each field, cut when they are first asked for; title and text apart, so that no phrase runs across. */
type ArticleWords = (field: TextField) => { words: FieldWords[]; language: string | null };

/** Looking for something costs little, however long a text is: a rule may have a hundred words, and a reader 200 rules. */
interface FieldWords {
  inOrder: string[];
  /** Where each word stands. */
  places: Map<string, number[]>;
  /** Made when a stem, or what a word begins with, is first sought. */
  stems: Set<string> | null;
  sorted: string[] | null;
}

function createArticleWords(article: JudgedText, analysis: TextAnalysis): ArticleWords {
  const known = new Map<string, FieldWords>();
  const wordsOf = (name: 'title' | 'text' | 'author' | 'url'): FieldWords => {
    const present = known.get(name);
    if (present) return present;
    const inOrder: string[] = [];
    analysis.eachWord(article[name] ?? '', (word) => {
      inOrder.push(word);
      return true;
    });
    const places = Map.groupBy(inOrder.keys(), (place) => inOrder[place] ?? '');
    const words = { inOrder, places, stems: null, sorted: null };
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
    return fields.some((words) => stemsOf(words, language, analysis).has(stem));
  });
}

function stemsOf(words: FieldWords, language: string, analysis: TextAnalysis): Set<string> {
  words.stems ??= new Set([...words.places.keys()].map((word) => analysis.stem(word, language)));
  return words.stems;
}

function hasUnit(fieldWords: FieldWords, unit: SearchUnit): boolean {
  const { inOrder, places } = fieldWords;
  const last = unit.words.length - 1;
  const [first = ''] = unit.words;
  if (last <= 0) return unit.endsOpen ? hasBeginning(fieldWords, first) : places.has(first);
  return (places.get(first) ?? []).some((at) =>
    unit.words.every((sought, place) => {
      const word = inOrder[at + place];
      return unit.endsOpen && place === last ? word?.startsWith(sought) : word === sought;
    }),
  );
}

/** Whether any word begins so: the first one that does not come before it does, or none. */
function hasBeginning(words: FieldWords, beginning: string): boolean {
  words.sorted ??= [...words.places.keys()].sort();
  let low = 0;
  let high = words.sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words.sorted[middle] ?? '') < beginning) low = middle + 1;
    else high = middle;
  }
  return words.sorted[low]?.startsWith(beginning) ?? false;
}

function matchesState(
  leaf: StateLeaf,
  article: Omit<JudgedArticle, Exclude<keyof JudgedText, 'language'>>,
  fold: (name: string) => string,
): boolean {
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
