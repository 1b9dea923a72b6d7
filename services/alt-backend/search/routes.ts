import {
  CANDIDATE_LIMIT,
  type Entry,
  type Highlight,
  Problem,
  type SearchFacet,
  type SearchItem,
  search,
  type TextQuery,
} from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type PeerFetch, type Reader, type Route, route } from '@alt/service-kit';
import type { ListKey } from '../cursor.ts';
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

export interface SearchTools {
  asReader: AsReader;
  searchIndexer: PeerFetch;
  /** Entries as lists show them, in the order of the rows. */
  present(tx: Queryable, rows: ListedEntry[]): Promise<Entry[]>;
}

export function searchRoutes(tools: SearchTools): Route[] {
  return [
    route(search, async ({ query: { q, facet, limit, cursor }, reader, requestId }) => {
      const startedAt = performance.now();
      const parsed = readQuery(q);
      const place = cursor === undefined ? null : decodePlace(cursor);
      const finding = createFinding(tools, reader, requestId);
      const query = await finding.read((tx, readerId) =>
        prepareQuery(createNames(tx, readerId), parsed, { isRanked: true }),
      );
      const wanted = facet.length > 0 ? CANDIDATE_LIMIT : (place?.count ?? 0) + limit + 1;
      const candidates = await findCandidates(finding, query, wanted);
      const { page, next } = pageOf(candidates, place && (await rankOf(finding, query, candidates, place)), limit);
      const ids = page.map(({ id }) => id);
      const [entries, highlights, facets] = await Promise.all([
        finding.read(async (tx, readerId) => tools.present(tx, await listedEntries(tx, readerId, ids))),
        findHighlights(finding, query, ids),
        findFacets(finding, facet, candidates.found),
      ]);
      const { total, totalIsExact, corrections, isComplete } = candidates;
      return {
        items: entries.map(
          (entry): SearchItem => ({ ...entry, highlights: highlights.get(entry.id) ?? NO_HIGHLIGHTS }),
        ),
        ...{ total, totalIsExact, corrections, isComplete, facets },
        nextCursor: next && encodePlace(next),
        tookMs: Math.round(performance.now() - startedAt),
      };
    }),
  ];
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
  const scope = withArticles({ feedIds }, ids);
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
