import { IMPACT_STEPS, impactBound, K1, lengthPartsOf } from './format.ts';
import { type Leaf, type LeafPostings, leavesOf, type Node } from './plan.ts';
import {
  type Block,
  blockFrom,
  decodeDocuments,
  lastOf,
  type Postings,
  TABLE_CODES,
  WINDOW_SIZE,
  type Worth,
  worthOf,
} from './postings.ts';
import type { Segment } from './segment.ts';

/** A leaf and what it is worth. */
export interface WeighedLeaf {
  of: LeafPostings;
  worth: Worth;
  /** The most that a block is worth, by the impact kept with it. */
  boundOf(kept: number): number;
  /** The most that any document is worth. */
  maximum(): number;
}

/** Weighs the leaves of a node by how rare they are in all segments (BM25). */
export function createWeigher(segments: readonly Segment[]): (node: Node) => WeighedLeaf[] {
  const documents = segments.reduce((sum, { meta }) => sum + meta.documentCount, 0);
  const average = segments.reduce((sum, { meta }) => sum + meta.totalLength, 0) / Math.max(1, documents);
  const lengthParts = lengthPartsOf(average);
  const factorOf = ({ count }: Leaf): number =>
    (K1 + 1) * Math.log(1 + Math.max(0, documents - count + 0.5) / (count + 0.5));
  // The oldest average rules for all segments: a looser bound is still a bound.
  const ratio = Math.min(...segments.map(({ meta }) => meta.averageLength)) / Math.max(1, average);
  // A leaf is worth the same in every segment.
  const known = new Map<Leaf, { worth: Worth; boundOf: (kept: number) => number }>();
  const weigh = (leaf: Leaf) => {
    const factor = factorOf(leaf);
    const worth = { isTitleOnly: leaf.isTitleOnly, factor, lengthParts, table: tableOf(factor, lengthParts) };
    const made = { worth, boundOf: (kept: number) => factor * impactBound(kept, ratio) };
    known.set(leaf, made);
    return made;
  };
  return (node) =>
    leavesOf(node).map((of) => {
      const { worth, boundOf } = known.get(of.leaf) ?? weigh(of.leaf);
      let maximum: number | null = null;
      return {
        of,
        worth,
        boundOf,
        maximum() {
          maximum ??= boundOf(bestImpact(of));
          return maximum;
        },
      };
    });
}

function tableOf(factor: number, lengthParts: Float32Array): Float32Array {
  const at = (index: number): number => worthOf(index >>> 8, lengthParts[index & 255] as number, factor);
  return Float32Array.from({ length: TABLE_CODES * 256 }, (_, index) => at(index));
}

/** The best impact that is kept with any block; several terms of one document add up. */
function bestImpact({ load, isDisjoint }: LeafPostings): number {
  if (!isDisjoint) return IMPACT_STEPS * load().length;
  return load().reduce((best, { skips, blockCount }) => {
    if (blockCount === 1) return IMPACT_STEPS;
    let most = best;
    for (let at = 3; at < skips.length; at += 4) most = Math.max(most, skips[at] as number);
    return most;
  }, 0);
}

/** Documents that are judged together. */
export const RANGE_SIZE = 128;
const RANGES = WINDOW_SIZE / RANGE_SIZE;
const RANGE_WORDS = RANGE_SIZE / 32;
/** Scores are sums in another order than bounds, of worths in single precision. */
const ROUNDING = 1 + 1e-6;

/**
 * Takes out of a window the ranges in which no document can score as much as `threshold`, by the best impacts of the
 * blocks that reach into them (after block-max WAND; Ding and Suel 2011).
 */
export function removeTooWeak(
  leaves: readonly WeighedLeaf[],
  base: number,
  bits: Uint32Array,
  threshold: number,
  block: Block,
): void {
  const sums = new Float64Array(RANGES);
  const best = new Float64Array(RANGES);
  for (const { of, boundOf } of leaves) {
    best.fill(0);
    for (const postings of of.load()) {
      if (postings.blockCount === 1)
        raiseByDocuments(postings, base, boundOf(IMPACT_STEPS), of.isDisjoint, best, block);
      else raiseByBlocks(postings, base, boundOf, of.isDisjoint, best);
    }
    for (let range = 0; range < RANGES; range += 1) sums[range] = (sums[range] as number) + (best[range] as number);
  }
  for (let range = 0; range < RANGES; range += 1) {
    if ((sums[range] as number) * ROUNDING < threshold) bits.fill(0, range * RANGE_WORDS, (range + 1) * RANGE_WORDS);
  }
}

/** The lists of a leaf mostly share no document: then the best of them counts, else their sum. */
function raise(best: Float64Array, range: number, bound: number, isDisjoint: boolean): void {
  const known = best[range] as number;
  best[range] = isDisjoint ? Math.max(known, bound) : known + bound;
}

function raiseByBlocks(
  postings: Postings,
  base: number,
  boundOf: WeighedLeaf['boundOf'],
  isDisjoint: boolean,
  best: Float64Array,
): void {
  const end = base + WINDOW_SIZE;
  const { skips, blockCount } = postings;
  for (let at = blockFrom(postings, base); at < blockCount; at += 1) {
    const first = at === 0 ? 0 : (skips[at * 4 - 4] as number) + 1;
    if (first >= end) return;
    const bound = boundOf(skips[at * 4 + 3] as number);
    const last = Math.min(lastOf(postings, at), end - 1);
    for (let range = (Math.max(first, base) - base) >> 7; range <= (last - base) >> 7; range += 1) {
      raise(best, range, bound, isDisjoint);
    }
  }
}

function raiseByDocuments(
  postings: Postings,
  base: number,
  bound: number,
  isDisjoint: boolean,
  best: Float64Array,
  block: Block,
): void {
  decodeDocuments(postings, 0, block);
  let lastRange = -1;
  for (let index = 0; index < block.length; index += 1) {
    const range = ((block.documents[index] as number) - base) >> 7;
    if (range < 0 || range >= RANGES || range === lastRange) continue;
    raise(best, range, bound, isDisjoint);
    lastRange = range;
  }
}
