import { workerData } from 'node:worker_threads';
import { createPauses } from '@alt/service-kit/courtesy.ts';
import { createAnalysis } from '../analysis.ts';
import { mergeSegments } from './merge.ts';
import { closeSegment, openSegment } from './segment.ts';
import { buildSegment, type HashedArticle } from './segment-builder.ts';

/** Writes a segment of articles, durable when it answers. */
export function build({ path, articles }: { path: string; articles: HashedArticle[] }): void {
  buildSegment(path, articles, createAnalysis(), createPauses(workerData));
}

/** Writes one segment from several; answers how many documents it has. */
export function merge(task: {
  path: string;
  sources: { path: string; deleted: Uint32Array; deletedCount: number }[];
}): void {
  const sources = task.sources.map(({ path, ...rest }) => ({ segment: openSegment(path, path), ...rest }));
  try {
    mergeSegments(task.path, sources);
  } finally {
    for (const { segment } of sources) closeSegment(segment);
  }
}
