import { clearBit, eachBit, intersect, isEmpty, subtract, unite } from './bits.ts';
import type { Collector } from './collector.ts';
import { match, type Scratch } from './matching.ts';
import { costOf, type LeafPostings, type Node } from './plan.ts';
import { addScores, WINDOW_SIZE } from './postings.ts';
import { removeTooWeak, type WeighedLeaf } from './ranking.ts';
import type { LiveSegment, SegmentScope } from './scope.ts';

/** The search of one segment. */
export interface SegmentSearch {
  live: LiveSegment;
  /** Null: all documents. */
  node: Node | null;
  /** None where something else than relevance orders. */
  leaves: readonly WeighedLeaf[];
  scope: SegmentScope;
  collector: Collector;
  scratch: Scratch;
  /** Throws when the time is up. */
  checkTime(): void;
}

/** More than any document can score by its words. */
const ALL_WORDS = 1_000_000;

/** Finds whatever a node holds for. */
export function searchSegment(search: SegmentSearch): void {
  const node = search.node && inOrder(search.node);
  eachWindow(search, ({ base, mask, scores }) => {
    prune(search, base, mask, 0);
    if (!isEmpty(mask)) collectMatching(search, node, base, mask, scores, 0);
    return true;
  });
}

/** Offers the documents that have all words, before all others; counts nothing. */
export function searchAllWords(search: SegmentSearch): void {
  const node = search.node && inOrder(search.node);
  eachWindow(search, ({ base, mask, scores }) => {
    if (search.collector.order === 'relevance') removeWeak(search, base, mask, ALL_WORDS);
    if (!isEmpty(mask)) collectMatching(search, node, base, mask, scores, ALL_WORDS, false);
    return true;
  });
}

/** Counts the documents that have one of the words, and offers those that have not all; after `searchAllWords`. */
export function searchSomeWords(search: SegmentSearch): void {
  const { node, collector } = search;
  const parts = node?.kind === 'and' ? node.parts : [];
  eachWindow(search, ({ base, mask, scores }) => {
    const isFull = collector.threshold() >= ALL_WORDS;
    if (isFull && collector.isCounted()) return false;
    prune(search, base, mask, 0);
    if (!isEmpty(mask)) collectSome(search, parts, base, mask, scores, isFull);
    return true;
  });
}

interface Window {
  base: number;
  /** What is in scope. */
  mask: Uint32Array;
  scores: Float64Array;
}

/** Visits the windows of a segment in which something is in scope, the newest documents first, until answered false. */
function eachWindow({ live, scope, scratch, checkTime }: SegmentSearch, visit: (window: Window) => boolean): void {
  const { documentCount } = live.segment.meta;
  // A small segment needs no room for a whole window.
  const scores = scratch.scores.subarray(0, Math.min(WINDOW_SIZE, documentCount));
  let goesOn = true;
  for (
    let base = Math.floor((documentCount - 1) / WINDOW_SIZE) * WINDOW_SIZE;
    base >= 0 && goesOn;
    base -= WINDOW_SIZE
  ) {
    checkTime();
    const mask = scratch.take();
    if (scope.fill(base, mask)) goesOn = visit({ base, mask, scores });
    scratch.give(mask);
  }
}

/** The narrowest parts of conjunctions first, exclusions last. */
function inOrder(node: Node): Node {
  if (node.kind !== 'and' && node.kind !== 'or') return node;
  const parts = node.parts.map(inOrder);
  return { kind: node.kind, parts: parts.sort((a, b) => costOf(a) - costOf(b)) };
}

/** Takes out of a window what cannot come in any more, once all is counted. */
function prune(search: SegmentSearch, base: number, mask: Uint32Array, bonus: number): void {
  const { collector, live } = search;
  if (!collector.isCounted()) return;
  if (collector.order === 'relevance') removeWeak(search, base, mask, bonus);
  else collector.removeTooLate(live.segment, base, mask);
}

function removeWeak(
  { collector, leaves, scratch }: SegmentSearch,
  base: number,
  mask: Uint32Array,
  bonus: number,
): void {
  const threshold = collector.threshold() - bonus;
  if (threshold > 0) removeTooWeak(leaves, base, mask, threshold, scratch.block);
}

function collectMatching(
  search: SegmentSearch,
  node: Node | null,
  base: number,
  mask: Uint32Array,
  scores: Float64Array,
  bonus: number,
  isCounting = true,
): void {
  const { live, collector, scratch } = search;
  const found = node ? matchAndScore(search, node, base, mask, scores, bonus, isCounting) : mask;
  if (!isEmpty(found)) {
    if (isCounting) collector.count(live.segment, base, found);
    collector.offer(live.segment, base, found, scores);
  }
  if (node) scratch.give(found);
}

/** What a node holds for, with scores where relevance orders. Once all is counted, what scores too little may miss. */
function matchAndScore(
  { collector, leaves, scratch }: SegmentSearch,
  node: Node,
  base: number,
  mask: Uint32Array,
  scores: Float64Array,
  bonus: number,
  isCounting: boolean,
): Uint32Array {
  if (collector.order !== 'relevance') return match(node, base, mask, scratch);
  const groups = wordGroups(node, leaves);
  const isRough = groups?.hasPhrases ?? false;
  const isFree = collector.isCounted() || !isCounting;
  if (!groups || (isRough && !isFree)) {
    const found = match(node, base, mask, scratch);
    scores.fill(bonus);
    for (const leaf of leaves) addLeaf(leaf, base, found, scores, scratch, null);
    return found;
  }
  const threshold = isFree ? collector.threshold() : Number.NEGATIVE_INFINITY;
  const rough = scoreConjunction(groups.words, base, mask, scores, scratch, { bonus, threshold });
  if (!isRough || isEmpty(rough)) return rough;
  const found = match(node, base, rough, scratch);
  scratch.give(rough);
  return found;
}

interface WordGroups {
  /** For each word the leaves one of which a document must have, the rarest first. */
  words: WeighedLeaf[][];
  /** The words of phrases must also stand together. */
  hasPhrases: boolean;
}

/** The words of a node that wants all of some words and phrases; null for any other node. */
function wordGroups(node: Node, leaves: readonly WeighedLeaf[]): WordGroups | null {
  const parts = node.kind === 'and' ? node.parts : [node];
  const weighed = new Map(leaves.map((leaf) => [leaf.of, leaf]));
  const groups: LeafPostings[][] = [];
  for (const part of parts) {
    if (part.kind === 'word') groups.push([part.of]);
    else if (part.kind === 'phrase') {
      const [first = []] = part.alternatives;
      groups.push(...first.map((_, place) => part.alternatives.flatMap((words) => words[place] ?? [])));
    } else return null;
  }
  const sizeOf = (group: readonly WeighedLeaf[]): number => group.reduce((sum, { of }) => sum + of.count, 0);
  const words = groups.map((group) => group.map((of) => weighed.get(of)).filter((leaf) => leaf !== undefined));
  return {
    words: words.sort((a, b) => sizeOf(a) - sizeOf(b)),
    hasPhrases: parts.some(({ kind }) => kind === 'phrase'),
  };
}

/** Matches and scores in one pass over each word's lists, and lets go what cannot reach the threshold any more. */
function scoreConjunction(
  words: readonly WeighedLeaf[][],
  base: number,
  mask: Uint32Array,
  scores: Float64Array,
  scratch: Scratch,
  { bonus, threshold }: { bonus: number; threshold: number },
): Uint32Array {
  scores.fill(bonus);
  let found = scratch.take();
  found.set(mask);
  let rest = words.flat().reduce((sum, { maximum }) => sum + maximum(), 0);
  for (const group of words) {
    const next = scratch.take();
    for (const leaf of group) {
      addLeaf(leaf, base, found, scores, scratch, next);
      rest -= leaf.maximum();
    }
    scratch.give(found);
    found = next;
    if (threshold > bonus) removeBelow(found, scores, threshold - Math.max(0, rest) * ROUNDING);
    if (isEmpty(found)) break;
  }
  return found;
}

/** Scores are sums in another order than bounds. */
const ROUNDING = 1 + 1e-6;

function collectSome(
  { live, leaves, collector, scratch }: SegmentSearch,
  parts: readonly Node[],
  base: number,
  mask: Uint32Array,
  scores: Float64Array,
  isFull: boolean,
): void {
  const some = scratch.take();
  const all = scratch.take();
  all.set(mask);
  for (const part of parts) {
    const found = match(part, base, mask, scratch);
    unite(some, found);
    intersect(all, found);
    scratch.give(found);
  }
  collector.count(live.segment, base, some);
  if (!isFull && subtract(some, all)) {
    scores.fill(0);
    for (const leaf of leaves) addLeaf(leaf, base, some, scores, scratch, null);
    collector.offer(live.segment, base, some, scores);
  }
  scratch.give(some);
  scratch.give(all);
}

function addLeaf(
  { of, worth }: WeighedLeaf,
  base: number,
  wanted: Uint32Array,
  scores: Float64Array,
  { block }: Scratch,
  out: Uint32Array | null,
): void {
  for (const postings of of.load()) addScores(postings, base, wanted, worth, block, scores, out);
}

function removeBelow(bits: Uint32Array, scores: Float64Array, threshold: number): void {
  eachBit(bits, (at) => {
    if ((scores[at] as number) < threshold) clearBit(bits, at);
  });
}
