import {
  CANDIDATE_LIMIT,
  type Entry,
  type Highlight,
  Problem,
  type QueryOf,
  type SearchFacet,
  type SearchItem,
  type SearchNode,
  search,
  type TextQuery,
} from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type PeerFetch, type Reader, type Route, route } from '@alt/service-kit';
import { decodeKey, encodeKey, type ListKey } from '../cursor.ts';
import { allOf, type Condition } from '../store/conditions.ts';
import { countFacets } from '../store/facets.ts';
import type { ListedEntry } from '../store/lists.ts';
import type { AsReader } from '../store/readers.ts';
import { listedEntries, type Walk } from '../store/search.ts';
import { type Finding, findCandidates } from './candidates.ts';
import { createAskEngine, withArticles } from './engine.ts';
import { findPage, pageOf, type RankPlace, rankOf } from './pages.ts';
import { type PreparedQuery, prepareQuery, readQuery } from './query.ts';
import { createNames } from './resolving.ts';
import { scopeCondition } from './scope.ts';

export interface SearchTools {
  asReader: AsReader;
  searchIndexer: PeerFetch;
  /** Entries as lists show them, in the order of the rows. */
  present(tx: Queryable, rows: ListedEntry[]): Promise<Entry[]>;
  /** Hears of each search that was answered, for statistics; of its words nothing is kept. */
  onSearched?(reader: Reader, searched: Searched): void;
}

export interface Searched {
  query: string;
  root: SearchNode;
  results: number;
  tookMs: number;
}

export function searchRoutes(tools: SearchTools): Route[] {
  return [
    route(search, async ({ query, reader, requestId }) => {
      const startedAt = performance.now();
      const { order, facet } = query;
      const parsed = readQuery(query.q);
      const finding = createFinding(tools, reader, requestId);
      const prepared = await finding.read(async (tx, readerId) => {
        const filter = await scopeCondition(tx, readerId, query);
        return prepareQuery(createNames(tx, readerId), parsed, { filter, isRanked: order === 'relevance' });
      });
      const find = order === 'relevance' ? findRanked : findDated;
      const { candidates, ids, nextCursor } = await find(finding, prepared, query);
      const [entries, highlights, facets] = await Promise.all([
        finding.read(async (tx, readerId) => tools.present(tx, await listedEntries(tx, readerId, ids))),
        findHighlights(finding, prepared, ids),
        findFacets(finding, facet, candidates.found),
      ]);
      const { total, totalIsExact, corrections, isComplete } = candidates;
      const tookMs = Math.round(performance.now() - startedAt);
      // A further page is no other search.
      if (query.cursor === undefined)
        tools.onSearched?.(reader, { query: query.q, root: parsed.root, results: total, tookMs });
      return {
        items: entries.map(
          (entry): SearchItem => ({ ...entry, highlights: highlights.get(entry.id) ?? NO_HIGHLIGHTS }),
        ),
        ...{ total, totalIsExact, corrections, isComplete, facets, nextCursor },
        tookMs,
      };
    }),
  ];
}

type SearchQuery = QueryOf<typeof search>;

/** A page of what a query finds, the best first. */
async function findRanked(finding: Finding, prepared: PreparedQuery, { facet, limit, cursor }: SearchQuery) {
  const place = cursor === undefined ? null : decodePlace(cursor);
  const wanted = facet.length > 0 ? CANDIDATE_LIMIT : (place?.count ?? 0) + limit + 1;
  const candidates = await findCandidates(finding, prepared, wanted);
  const rank = place && (await rankOf(finding, prepared, candidates, place));
  const { page, next } = pageOf(candidates, rank, limit);
  return { candidates, ids: page.map(({ id }) => id), nextCursor: next && encodePlace(next) };
}

/** A page of all that a query finds, by date, as lists go; what is counted are candidates as in any search. */
async function findDated(finding: Finding, prepared: PreparedQuery, { order, facet, limit, cursor }: SearchQuery) {
  const key = cursor === undefined ? null : decodeKey(cursor);
  const walk: Walk = { order: order === 'oldest' ? 'oldest' : 'newest', key, limit };
  const [candidates, { found, next }] = await Promise.all([
    findCandidates(finding, prepared, facet.length > 0 ? CANDIDATE_LIMIT : 1),
    findPage(finding, prepared, walk),
  ]);
  return { candidates, ids: found.map(({ id }) => id), nextCursor: next && encodeKey(next) };
}

export function createFinding({ asReader, searchIndexer }: SearchTools, reader: Reader, requestId: string): Finding {
  return {
    ask: createAskEngine(searchIndexer, requestId),
    read: (work) => asReader(reader, work, { isReadOnly: true }),
  };
}

/** What `GET /v1/entries?q=` shows of a view: entries in the order of the list that fulfil the query besides. */
export type FindListed = (
  reader: Reader,
  question: { q: string; filter: (tx: Queryable, readerId: number) => Promise<Condition | null>; walk: Walk },
  requestId: string,
) => Promise<{ rows: ListedEntry[]; next: ListKey | null }>;

export function createFindListed(tools: Omit<SearchTools, 'present'>): FindListed {
  return async (reader, { q, filter, walk }, requestId) => {
    const parsed = readQuery(q);
    const finding = createFinding(tools as SearchTools, reader, requestId);
    const query = await finding.read(async (tx, readerId) =>
      prepareQuery(createNames(tx, readerId), parsed, { filter: allOf([await filter(tx, readerId)]) }),
    );
    const { found, next } = await findPage(finding, query, walk);
    const ids = found.map(({ id }) => id);
    return { rows: await finding.read((tx, readerId) => listedEntries(tx, readerId, ids)), next };
  };
}

interface Highlights {
  title: Highlight | null;
  snippet: Highlight | null;
}

const NO_HIGHLIGHTS: Highlights = { title: null, snippet: null };

async function findHighlights(
  { ask }: Finding,
  { cases, mode }: PreparedQuery,
  ids: number[],
): Promise<Map<string, Highlights>> {
  const texts = cases.flatMap(({ text }) => text ?? []);
  const [only] = texts;
  if (!only || ids.length === 0) return new Map();
  const text: TextQuery = texts.length > 1 ? { kind: 'or', parts: texts } : only;
  const feedIds = [...new Set(cases.flatMap(({ scope }) => scope.feedIds))];
  const readableFeedIds = [...new Set(cases.flatMap(({ scope }) => scope.readableFeedIds ?? scope.feedIds))];
  const scope = withArticles({ feedIds, readableFeedIds }, ids);
  const { hits } = await ask({ text, mode, order: 'relevance', scope, limit: ids.length, highlight: true });
  return new Map(
    hits.map(({ articleId, title, snippet }) => [articleId, { title: marked(title), snippet: marked(snippet) }]),
  );
}

function marked(text: Highlight | undefined): Highlight | null {
  return text?.some(({ isMarked }) => isMarked) ? text : null;
}

async function findFacets({ read }: Finding, names: SearchFacet[], found: { id: number }[]) {
  if (names.length === 0) return {};
  const ids = found.map(({ id }) => id);
  return read((tx, readerId) => countFacets(tx, readerId, ids, [...new Set(names)]));
}

function encodePlace({ count, id, sortAt }: RankPlace): string {
  return Buffer.from(`r${count}.${id}.${sortAt.getTime()}`).toString('base64url');
}

function decodePlace(cursor: string): RankPlace {
  const match = /^r(\d{1,5})\.(\d{1,16})\.(-?\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!match) {
    throw new Problem('invalid-cursor', 'Take the cursor from "nextCursor" of the page before, unchanged.');
  }
  return { count: Number(match[1]), id: Number(match[2]), sortAt: new Date(Number(match[3])) };
}
