import { type BodyOf, CANDIDATE_LIMIT, Problem, type ResponseOf, type searchArticles } from '@alt/contracts';
import type { Database } from '@alt/database';
import { OutageError } from '@alt/pipeline';
import { type EngineRequest, type EngineResult, type SearchEngine, SearchTimeoutError } from './engine.ts';
import { createHighlighter } from './highlighting.ts';
import type { Library } from './library.ts';
import { articleTexts } from './store.ts';

type Asked = BodyOf<typeof searchArticles>;
type Found = ResponseOf<typeof searchArticles>;

/** Answers the searches of other services. */
export function createSearching(options: { database: Database; library: Library; engine: SearchEngine['name'] }) {
  return async function search(asked: Asked): Promise<Found> {
    const begun = performance.now();
    const { hits, isComplete, ...found } = await options.library.search(requestOf(asked)).catch(throwProblem);
    return {
      ...found,
      hits: asked.highlight ? await withHighlights(options.database, asked, { ...found, hits }) : hits.map(withId),
      engine: options.engine,
      isComplete,
      tookMs: Math.round((performance.now() - begun) * 100) / 100,
    };
  };
}

function requestOf({ scope, text, mode, order, limit, offset, facets }: Asked): EngineRequest {
  const { feedIds, readableFeedIds, articleIds, languages, after, before } = scope;
  return {
    text,
    mode,
    order,
    limit,
    offset,
    facets,
    countLimit: CANDIDATE_LIMIT,
    scope: {
      feedIds,
      readableFeedIds,
      languages,
      articleIds: articleIds?.map(Number),
      after: after === undefined ? undefined : Date.parse(after),
      before: before === undefined ? undefined : Date.parse(before),
    },
  };
}

function withId({ articleId, ...hit }: EngineResult['hits'][number]): Found['hits'][number] {
  return { articleId: String(articleId), ...hit };
}

/** More hits than a page has get no highlights: nobody reads them. */
const MAX_HIGHLIGHTED = 200;

async function withHighlights(
  database: Database,
  { text: query }: Asked,
  { hits, corrections }: Pick<EngineResult, 'hits' | 'corrections'>,
): Promise<Found['hits']> {
  const highlighter = createHighlighter(query, corrections);
  const texts = await articleTexts(
    database,
    hits.slice(0, MAX_HIGHLIGHTED).map(({ articleId }) => articleId),
  );
  const byId = new Map(texts.map((article) => [article.articleId, article]));
  return hits.map((hit) => {
    const article = byId.get(hit.articleId);
    if (!article) return withId(hit);
    const { title, text, language } = article;
    return {
      ...withId(hit),
      title: highlighter.whole(title, language),
      snippet: highlighter.snippet(text, language),
    };
  });
}

function throwProblem(error: unknown): never {
  if (error instanceof SearchTimeoutError) throw new Problem('timeout', error.message, { cause: error });
  if (error instanceof OutageError) {
    throw new Problem('unavailable', `Search does not work now: ${error.message}`, { cause: error });
  }
  throw error;
}
