import {
  type JudgedArticle,
  matches,
  type SearchNode,
  searchArticles,
  type TextAnalysis,
  type TextQuery,
} from '@alt/contracts';
import { foldWord, stemWord } from '@alt/language';
import { eachSearchWord, searchPhrase, searchUnits } from '@alt/language/search-words.ts';

/** The analysis of @alt/language, as far as a test needs it: English alone has stems. */
export const analysis: TextAnalysis = {
  eachWord: (text, visit) => eachSearchWord(text, visit),
  unitsOf: searchUnits,
  phraseOf: searchPhrase,
  isStemmed: (language) => language === 'en',
  stem: stemWord,
  fold: foldWord,
};

export type KnownArticle = Pick<JudgedArticle, 'title' | 'text' | 'author' | 'url' | 'language' | 'sortAt'> & {
  id: number;
  feedId: number;
};

/**
 * search-indexer for tests: its contract over articles in memory, judged one by one. It may count no further than
 * `countLimit`, so that few articles are already too many.
 */
export function createStandIn(articles: KnownArticle[], countLimit = 10_000) {
  return (_path: string, body: never) => {
    const question = searchArticles.body?.parse(body);
    if (!question?.text) throw new Error('nothing is asked');
    const { text, mode, order, scope, limit, offset } = question;
    const words = mode === 'rank' && text.kind === 'and' ? text.parts : [text];
    const scored = articles
      .filter((article) => isInScope(article, scope))
      .map((article) => ({ article, score: words.filter((word) => isFound(article, word)).length }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => compare(a, b, order));
    return {
      hits: scored.slice(offset, offset + limit).map(({ article, score }) => ({
        articleId: String(article.id),
        score,
        ...(order === 'relevance' ? {} : { sortAt: article.sortAt.getTime() }),
        ...(question.highlight ? { title: [{ text: article.title, isMarked: true }], snippet: [] } : {}),
      })),
      total: Math.min(scored.length, countLimit),
      totalIsExact: scored.length <= countLimit,
      facets: {},
      corrections: [],
      engine: 'embedded',
      isComplete: true,
      tookMs: 0,
    };
  };
}

type Scope = NonNullable<ReturnType<NonNullable<typeof searchArticles.body>['parse']>>['scope'];
type Scored = { article: KnownArticle; score: number };

function isInScope({ id, feedId, sortAt, language }: KnownArticle, scope: Scope): boolean {
  return (
    scope.feedIds.includes(feedId) &&
    (scope.articleIds?.includes(String(id)) ?? true) &&
    (scope.after === undefined || sortAt.getTime() >= Date.parse(scope.after)) &&
    (scope.before === undefined || sortAt.getTime() < Date.parse(scope.before)) &&
    (scope.languages?.includes(language ?? 'und') ?? true)
  );
}

function isFound(article: KnownArticle, text: TextQuery): boolean {
  const feed = { id: article.feedId, title: '', url: null };
  const state = {
    feed,
    folders: [],
    labels: [],
    tags: [],
    isRead: false,
    isStarred: false,
    hasSummary: false,
    hasAudio: false,
  };
  return matches(asNode(text), { ...article, ...state }, analysis);
}

function asNode(text: TextQuery): SearchNode {
  if (text.kind === 'word') return { ...text, isPrefix: text.isPrefix ?? false };
  if (text.kind === 'phrase') return text;
  if (text.kind === 'not') return { kind: 'not', part: asNode(text.part) };
  return { kind: text.kind, parts: text.parts.map(asNode) };
}

function compare(a: Scored, b: Scored, order: 'relevance' | 'newest' | 'oldest'): number {
  const byAge = b.article.sortAt.getTime() - a.article.sortAt.getTime() || b.article.id - a.article.id;
  if (order === 'relevance') return b.score - a.score || byAge;
  return order === 'newest' ? byAge : -byAge;
}
