import { hasBit } from './bits.ts';
import type { KnownSegment } from './manifest.ts';
import { createDeleted, markDeleted } from './scope.ts';

/** So many segments of about the same size become one; so a document is written about seven times up to a million. */
const SEGMENTS_A_MERGE = 8;
const SMALLEST_CLASS = 64;
/** A segment with more deleted documents than this share is written anew. */
const MAX_DELETED_SHARE = 0.3;

/** Which segments should become one now, or null. Small ones first: they come soonest and cost least. */
export function segmentsToMerge(segments: readonly KnownSegment[]): KnownSegment[] | null {
  const classes = new Map<number, KnownSegment[]>();
  for (const segment of segments) {
    const size = classOf(segment.documentCount - segment.deletedCount);
    classes.set(size, [...(classes.get(size) ?? []), segment]);
  }
  const full = [...classes].sort(([a], [b]) => a - b).find(([, members]) => members.length >= SEGMENTS_A_MERGE);
  if (full) return full[1].slice(0, SEGMENTS_A_MERGE);
  const worn = segments.find(
    ({ documentCount, deletedCount }) =>
      deletedCount > documentCount * MAX_DELETED_SHARE && deletedCount > SMALLEST_CLASS,
  );
  return worn ? [worn] : null;
}

function classOf(documentCount: number): number {
  return Math.ceil(Math.log(Math.max(1, documentCount / SMALLEST_CLASS)) / Math.log(SEGMENTS_A_MERGE));
}

/**
 * The merged segment as the index knows it: what was deleted from its sources while they were merged is deleted from it.
 * `before` is what was deleted from each when the merge began.
 */
export function mergedSegment(
  name: string,
  sources: readonly KnownSegment[],
  before: readonly Uint32Array[],
): KnownSegment {
  const missed: number[] = [];
  let next = 0;
  for (const [index, { documentCount, deleted }] of sources.entries()) {
    const atBegin = before[index] ?? deleted;
    for (let document = 0; document < documentCount; document += 1) {
      if (hasBit(atBegin, document)) continue;
      if (hasBit(deleted, document)) missed.push(next);
      next += 1;
    }
  }
  const deleted = createDeleted(next);
  const merged: KnownSegment = { name, documentCount: next, deleted, deletedCount: 0, deletedFile: null };
  for (const document of missed) markDeleted(merged, document);
  return merged;
}
