import type { EngineRequest, EngineResult } from '../engine.ts';
import { createFacets, type Facets } from '../facets.ts';
import { clearBit, countBits, eachBit } from './bits.ts';
import type { Segment } from './segment.ts';
import { createTop } from './top.ts';

/** Counts what is found, keeps the best of it, and knows what can still come in. */
export interface Collector {
  order: EngineRequest['order'];
  count(segment: Segment, base: number, bits: Uint32Array): void;
  /** Offers the documents of a window; scores by offset, where relevance orders. */
  offer(segment: Segment, base: number, bits: Uint32Array, scores: Float64Array): void;
  /** Whether all is counted that has to be; then only what is worth at least `threshold` is still wanted. */
  isCounted(): boolean;
  threshold(): number;
  /** Takes out of a window what its date keeps out; only where dates order. */
  removeTooLate(segment: Segment, base: number, bits: Uint32Array): void;
  result(): Omit<EngineResult, 'corrections'>;
}

type Wanted = Pick<EngineRequest, 'limit' | 'offset' | 'order' | 'facets' | 'countLimit'>;

export function createCollector({ limit, offset, order, facets: names, countLimit }: Wanted): Collector {
  const top = createTop(offset + limit);
  const facets = createFacets(names);
  const sign = order === 'oldest' ? -1 : 1;
  let total = 0;
  return {
    order,
    count(segment, base, bits) {
      if (names.length > 0) countFacets(facets, segment, base, bits, countLimit - total);
      total += countBits(bits);
    },
    offer({ columns: { ids, sortAts } }, base, bits, scores) {
      let threshold = top.threshold();
      eachBit(bits, (at) => {
        const document = base + at;
        const score = order === 'relevance' ? (scores[at] as number) : sign * (sortAts[document] as number);
        if (score < threshold) return;
        top.offer(score, sign * (ids[document] as number));
        threshold = top.threshold();
      });
    },
    isCounted: () => total > countLimit,
    threshold: top.threshold,
    removeTooLate({ columns: { sortAts } }, base, bits) {
      const threshold = top.threshold();
      eachBit(bits, (at) => {
        if (sign * (sortAts[base + at] as number) < threshold) clearBit(bits, at);
      });
    },
    result: () => ({
      hits: top
        .sorted()
        .slice(offset)
        .map(({ score, tie }) => ({
          articleId: Math.abs(tie),
          score,
          ...(order === 'relevance' ? {} : { sortAt: sign * score }),
        })),
      total: Math.min(total, countLimit),
      totalIsExact: total <= countLimit,
      facets: facets.result(),
    }),
  };
}

/** Counts the documents of a window, at most `limit`. */
function countFacets(facets: Facets, segment: Segment, base: number, bits: Uint32Array, limit: number): void {
  const { feedIds, feedOrdinals, languages, sortAts } = segment.columns;
  let left = limit;
  eachBit(bits, (at) => {
    if (left <= 0) return;
    left -= 1;
    const document = base + at;
    facets.count({
      feedId: feedIds[feedOrdinals[document] as number] as number,
      language: segment.meta.languages[languages[document] as number] ?? 'und',
      sortAt: sortAts[document] as number,
    });
  });
}
