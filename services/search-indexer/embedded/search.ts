import type { Analysis } from '../analysis.ts';
import { type EngineRequest, type EngineResult, LONGEST_SEARCH_MS, SearchTimeoutError } from '../engine.ts';
import { readQuery } from '../sought.ts';
import { createCollector } from './collector.ts';
import { createScratch } from './matching.ts';
import { costOf, planSegments } from './plan.ts';
import { createWeigher } from './ranking.ts';
import { createSegmentScope, type LiveSegment } from './scope.ts';
import { createSpelling } from './spelling.ts';
import { type SegmentSearch, searchAllWords, searchSegment, searchSomeWords } from './windows.ts';

/** Answers a request from segments, the newest of which come last. Throws `SearchTimeoutError`. */
export function searchSegments(live: readonly LiveSegment[], request: EngineRequest, analysis: Analysis): EngineResult {
  const checkTime = createTimeCheck();
  // Where no text ranks, the newest come first.
  const order = request.text === null && request.order === 'relevance' ? 'newest' : request.order;
  const collector = createCollector({ ...request, order });
  const { sought, isRanked } = request.text
    ? readQuery(request.text, request.mode, analysis)
    : { sought: null, isRanked: false };
  if (request.text && !sought) return { ...collector.result(), corrections: [] };
  const segments = live.map(({ segment }) => segment);
  const wantedFeeds = new Set(request.scope.feedIds);
  const scopes = live.map((one) => createSegmentScope(one, request.scope, wantedFeeds));
  const readable = request.scope.readableFeedIds ?? request.scope.feedIds;
  const readableFeeds = new Set(readable);
  const spelled = live.flatMap((one, at) => {
    const scope = scopes[at];
    return scope
      ? [{ segment: one.segment, scope, known: createSegmentScope(one, { feedIds: readable }, readableFeeds) }]
      : [];
  });
  const spelling = createSpelling(spelled, analysis, { isOn: request.mode === 'rank', checkTime });
  const nodes = sought ? planSegments(sought, { segments, analysis, spell: spelling.readings, checkTime }) : [];
  const weigh = order === 'relevance' ? createWeigher(segments) : () => [];
  const common = { collector, scratch: createScratch(), checkTime };
  // The newest first: what is counted before the limit are the newest, and later ones seldom come in by their date.
  const searches = live
    .flatMap((one, index): SegmentSearch[] => {
      const node = nodes[index] ?? null;
      const scope = scopes[index];
      return scope ? [{ live: one, node, leaves: node ? weigh(node) : [], scope, ...common }] : [];
    })
    .reverse();
  searchAll(searches, isRanked);
  return { ...collector.result(), corrections: spelling.corrections() };
}

function searchAll(searches: readonly SegmentSearch[], isRanked: boolean): void {
  if (isRanked) {
    for (const search of searches.filter(mayMatch)) searchAllWords(search);
    for (const search of searches) searchSomeWords(search);
  } else {
    for (const search of searches.filter(mayMatch)) searchSegment(search);
  }
}

function mayMatch({ node }: SegmentSearch): boolean {
  return node === null || costOf(node) > 0;
}

function createTimeCheck(): () => void {
  const until = performance.now() + LONGEST_SEARCH_MS;
  return () => {
    if (performance.now() > until) throw new SearchTimeoutError();
  };
}
