import type { Scope } from '../engine.ts';
import { hasBit, setBit } from './bits.ts';
import { WINDOW_SIZE } from './postings.ts';
import { documentOf, type Segment } from './segment.ts';

/** A segment with what was deleted of it since it was written. */
export interface LiveSegment {
  segment: Segment;
  /** By document number. */
  deleted: Uint32Array;
  deletedCount: number;
}

/** The scope as one segment sees it: which documents of a window are in it. */
export interface SegmentScope {
  /** Puts the window's documents into `out`, which is empty; answers whether there are any. */
  fill(base: number, out: Uint32Array): boolean;
  /** Whether one document is in it. */
  holds(document: number): boolean;
  /** Whether of any so many documents one is in it, whichever they are. */
  holdsSomeOf(count: number): boolean;
}

/** `wantedFeeds` are those of the scope. */
export function createSegmentScope(
  { segment, deleted, deletedCount }: LiveSegment,
  scope: Scope,
  wantedFeeds: ReadonlySet<number>,
): SegmentScope {
  const { columns, meta } = segment;
  const { feedOrdinals, feedIds, sortAts, languages } = columns;
  const allowed = Uint8Array.from(feedIds, (feedId) => (wantedFeeds.has(feedId) ? 1 : 0));
  const allowsLanguage = Uint8Array.from(meta.languages, (name) => (scope.languages?.includes(name) === false ? 0 : 1));
  const allowsAllFeeds = allowed.every((is) => is === 1);
  const allowsAllLanguages = allowsLanguage.every((is) => is === 1);
  const isDated = scope.after !== undefined || scope.before !== undefined;
  const after = scope.after ?? Number.NEGATIVE_INFINITY;
  const before = scope.before ?? Number.POSITIVE_INFINITY;
  const candidates = scope.articleIds && candidatesOf(segment, scope.articleIds);

  const isIn = (document: number): boolean =>
    allowed[feedOrdinals[document] as number] === 1 &&
    (allowsAllLanguages || allowsLanguage[languages[document] as number] === 1) &&
    (!isDated || ((sortAts[document] as number) >= after && (sortAts[document] as number) < before));

  const isLive = (document: number): boolean => isIn(document) && !hasBit(deleted, document);

  return {
    holds: (document) => isLive(document) && (!candidates || isAmong(candidates, document)),
    holdsSomeOf: (count) => allowsAllFeeds && allowsAllLanguages && !isDated && !candidates && count > deletedCount,
    fill(base, out) {
      const end = Math.min(base + WINDOW_SIZE, meta.documentCount);
      if (candidates) return fillCandidates(candidates, base, end, out, isLive);
      if (!allowed.includes(1)) return false;
      if (allowsAllFeeds && allowsAllLanguages && !isDated) {
        fillRange(out, end - base);
      } else {
        for (let document = base; document < end; document += 1) {
          if (isIn(document)) setBit(out, document - base);
        }
      }
      return removeDeleted(out, base, deletedCount > 0 ? deleted : null);
    },
  };
}

/** The documents of articles, ascending. */
function candidatesOf(segment: Segment, articleIds: readonly number[]): Uint32Array {
  const documents = articleIds.map((articleId) => documentOf(segment, articleId)).filter((document) => document >= 0);
  return Uint32Array.from(documents).sort();
}

/** Whether a document is one of these, which ascend. */
function isAmong(candidates: Uint32Array, document: number): boolean {
  let low = 0;
  let high = candidates.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((candidates[middle] as number) < document) low = middle + 1;
    else high = middle;
  }
  return candidates[low] === document;
}

function fillCandidates(
  candidates: Uint32Array,
  base: number,
  end: number,
  out: Uint32Array,
  isIn: (document: number) => boolean,
): boolean {
  let isAny = false;
  for (const document of candidates) {
    if (document < base || document >= end || !isIn(document)) continue;
    setBit(out, document - base);
    isAny = true;
  }
  return isAny;
}

function fillRange(out: Uint32Array, count: number): void {
  out.fill(0xff_ff_ff_ff, 0, count >>> 5);
  for (let at = (count >>> 5) * 32; at < count; at += 1) setBit(out, at);
}

function removeDeleted(out: Uint32Array, base: number, deleted: Uint32Array | null): boolean {
  const first = base >>> 5;
  let left = 0;
  for (let word = 0; word < out.length; word += 1) {
    const rest = (out[word] as number) & ~(deleted?.[first + word] ?? 0);
    out[word] = rest;
    left |= rest;
  }
  return left !== 0;
}

/** Room for a bit for each document. */
export function createDeleted(documentCount: number): Uint32Array {
  return new Uint32Array(Math.ceil(documentCount / 32));
}

/** Marks a document as deleted; answers whether it was not so before. */
export function markDeleted(live: { deleted: Uint32Array; deletedCount: number }, document: number): boolean {
  if (hasBit(live.deleted, document)) return false;
  setBit(live.deleted, document);
  live.deletedCount += 1;
  return true;
}
