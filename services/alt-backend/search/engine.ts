import { type BodyOf, CANDIDATE_LIMIT, Problem, searchArticles, type TextQuery } from '@alt/contracts';
import type { PeerFetch } from '@alt/service-kit';
import type { z } from 'zod';
import { allOf, type Condition, conjuncts } from '../store/conditions.ts';

type Answer = z.output<NonNullable<typeof searchArticles.response>>;

/** What the engine is asked: a text query within what the reader may see. */
export interface EngineQuestion {
  text: TextQuery;
  mode: 'rank' | 'filter';
  order: 'relevance' | 'newest' | 'oldest';
  scope: BodyOf<typeof searchArticles>['scope'];
  limit: number;
  offset?: number;
  highlight?: boolean;
}

export type AskEngine = (question: EngineQuestion) => Promise<Answer>;

const TIMEOUT_MS = 15_000;

/**
 * Asks search-indexer. Throws `search-unavailable` whatever keeps it from answering: there is no other way to search
 * texts.
 */
export function createAskEngine(searchIndexer: PeerFetch, requestId: string): AskEngine {
  return async (question) => {
    if (question.scope.feedIds.length === 0 || question.scope.articleIds?.length === 0) return NOTHING;
    const response = await searchIndexer(searchArticles.path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': requestId },
      body: JSON.stringify(question),
      timeoutMs: TIMEOUT_MS,
    }).catch((error: unknown) => {
      throw error instanceof Problem ? unavailable(error) : error;
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.status === 422) throw new Error(`search-indexer refused a question: ${JSON.stringify(answer)}`);
    const parsed = response.ok ? searchArticles.response?.safeParse(answer) : undefined;
    if (!parsed?.success) throw unavailable(parsed?.error);
    return parsed.data;
  };
}

const NOTHING: Answer = {
  hits: [],
  total: 0,
  totalIsExact: true,
  facets: {},
  corrections: [],
  engine: 'embedded',
  isComplete: true,
  tookMs: 0,
};

function unavailable(cause: unknown): Problem {
  return new Problem(
    'search-unavailable',
    'Texts cannot be searched just now; lists and what they are filtered by still work. Try again in a moment.',
    { cause, headers: { 'retry-after': '5' } },
  );
}

/**
 * A scope with what the engine knows of a condition, where all of it must hold: feeds, dates and language. `unscoped` is
 * the rest; feeds and dates stay in it, because they cost the database nothing, a language a look-up for each article.
 */
export function narrowScope(
  feedIds: readonly number[],
  condition: Condition | null,
): { scope: EngineQuestion['scope']; unscoped: Condition | null } {
  const parts = conjuncts(condition);
  const feeds = parts.flatMap((part) => (part.kind === 'feeds' ? [new Set(part.ids)] : []));
  const after = parts.flatMap((part) => (part.kind === 'after' ? [part.at.getTime()] : []));
  const before = parts.flatMap((part) => (part.kind === 'before' ? [part.at.getTime()] : []));
  const languages = parts.flatMap((part) => (part.kind === 'language' ? [part.language ?? 'und'] : []));
  // Two languages at once: no article, which the database finds out.
  const isOfOneLanguage = languages.length === 1;
  const scope = {
    feedIds: feeds.length === 0 ? [...feedIds] : feedIds.filter((id) => feeds.every((set) => set.has(id))),
    ...(feeds.length > 0 ? { readableFeedIds: [...feedIds] } : {}),
    ...(after.length > 0 ? { after: new Date(Math.max(...after)).toISOString() } : {}),
    ...(before.length > 0 ? { before: new Date(Math.min(...before)).toISOString() } : {}),
    ...(isOfOneLanguage ? { languages } : {}),
  };
  return { scope, unscoped: isOfOneLanguage ? allOf(parts.filter(({ kind }) => kind !== 'language')) : condition };
}

/** Articles among which the engine is to look, as it takes them. */
export function withArticles(scope: EngineQuestion['scope'], ids: readonly number[]): EngineQuestion['scope'] {
  return { ...scope, articleIds: ids.slice(0, CANDIDATE_LIMIT).map(String) };
}
