import {
  Problem,
  parseQuery,
  problemSchema,
  searchArticles,
  searchProject,
  splitQuery,
  type TextQuery,
} from '@alt/contracts';
import { foldWord } from '@alt/language';
import { type PeerFetch, type Route, route } from '@alt/service-kit';
import { type AsPerson, looking } from './people.ts';
import * as store from './store/search.ts';

/** So many notes and so many decisions are looked through. */
const WRITTEN_MAXIMUM = 2_000;
const TIMEOUT_MS = 20_000;
const SNIPPET_LENGTH = 160;

/**
 * Search inside a project. search-indexer finds articles by their text, restricted to those that are pinned; notes and
 * decisions, which are few, are looked through for all the words.
 */
export function searchRoutes(asPerson: AsPerson, searchIndexer: PeerFetch): Route[] {
  return [
    route(searchProject, async ({ params, query, reader, requestId }) => {
      const text = textOf(query.q);
      const { scope, written } = await looking(asPerson, reader, params.id, async ({ tx }) => ({
        scope: await store.searchScope(tx, params.id),
        written: await store.newestWritten(tx, params.id, WRITTEN_MAXIMUM),
      }));
      const found =
        scope.articleIds.length === 0
          ? nothing
          : await ask(searchIndexer, { text, scope, limit: query.limit, requestId });
      const hits = found.hits.map(({ articleId }) => articleId);
      const pins = await looking(asPerson, reader, params.id, ({ tx }) => store.pinsByArticle(tx, params.id, hits));
      const articles = found.hits.flatMap(({ articleId, snippet = [] }) => {
        const pin = pins.get(articleId);
        return pin ? [{ kind: 'article' as const, id: pin.id, articleId, title: pin.title, snippet }] : [];
      });
      const texts = findWritten(written, text);
      return {
        items: [...articles, ...texts].slice(0, query.limit),
        total: found.total + texts.length,
        totalIsExact: found.totalIsExact,
        nextCursor: null,
      };
    }),
  ];
}

const nothing = { hits: [], total: 0, totalIsExact: true };

/** The text of a query. What asks for anything else is refused: a project knows no reading state. */
function textOf(q: string): TextQuery {
  const { query, errors } = parseQuery(q);
  if (!query) throw new Problem('invalid-query', errors[0].message);
  const [only, ...others] = splitQuery(query.root) ?? [];
  if (!only?.text || only.state || others.length > 0) {
    throw new Problem(
      'invalid-query',
      'In a project only words, "phrases", -not, OR, intitle:, inurl: and author: are sought.',
    );
  }
  return only.text;
}

async function ask(
  searchIndexer: PeerFetch,
  {
    text,
    scope,
    limit,
    requestId,
  }: { text: TextQuery; scope: { articleIds: string[]; feedIds: number[] }; limit: number; requestId: string },
) {
  const response = await searchIndexer(searchArticles.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': requestId },
    body: JSON.stringify({ text, mode: 'rank', order: 'relevance', scope, limit, highlight: true }),
    timeoutMs: TIMEOUT_MS,
  });
  const answer = await response.json().catch(() => null);
  const found = response.ok ? searchArticles.response?.safeParse(answer) : null;
  if (found?.success) return found.data;
  const problem = problemSchema.safeParse(answer);
  if (problem.success && problem.data.status === 503) throw new Problem('search-unavailable', problem.data.detail);
  throw new Problem('bad-gateway', 'search-indexer gave no useful answer. Try again in a moment.');
}

/** What people wrote that has all that is sought, as it is written but for case and accents. */
function findWritten(written: store.Written[], text: TextQuery) {
  return written.flatMap(({ kind, id, title, text: body }) => {
    const folded = foldWord(`${title}\n${body}`);
    if (!has(folded, text)) return [];
    const snippet = body.replace(/\s+/g, ' ').slice(0, SNIPPET_LENGTH);
    const shown = title || snippet.slice(0, 80);
    return [{ kind, id, articleId: null, title: shown, snippet: [{ text: snippet, isMarked: false }] }];
  });
}

function has(folded: string, query: TextQuery): boolean {
  switch (query.kind) {
    case 'and':
      return query.parts.every((part) => has(folded, part));
    case 'or':
      return query.parts.some((part) => has(folded, part));
    case 'not':
      return !has(folded, query.part);
    default:
      return (query.field === 'text' || query.field === 'title') && folded.includes(foldWord(query.text));
  }
}
