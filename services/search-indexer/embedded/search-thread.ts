import { parentPort } from 'node:worker_threads';
import { createAnalysis } from '../analysis.ts';
import { type EngineRequest, type EngineResult, SearchTimeoutError } from '../engine.ts';
import { hasBit } from './bits.ts';
import type { LiveSegment } from './scope.ts';
import { searchSegments } from './search.ts';
import { closeSegment, DamagedSegmentError, documentOf, openSegment } from './segment.ts';
import type { Answer, Call, FailureKind } from './thread.ts';

/** The segments that count from now on, the newest last. `deleted` is left out where it did not change. */
export interface ShownSegments {
  segments: { name: string; path: string; deletedCount: number; deleted?: Uint32Array }[];
}

/** Where an article stands that is not deleted, and the hash of what was indexed. */
export interface Located {
  articleId: number;
  segment: string;
  document: number;
  hash: [number, number];
}

const port = parentPort;
if (port) {
  const methods = createMethods();
  port.on('message', ({ id, method, argument }: Call) => {
    try {
      port.postMessage({ id, result: methods[method]?.(argument as never) } satisfies Answer);
    } catch (error) {
      port.postMessage({ id, error, kind: kindOf(error) } satisfies Answer);
    }
  });
}

function kindOf(error: unknown): FailureKind {
  if (error instanceof SearchTimeoutError) return 'timeout';
  return error instanceof DamagedSegmentError ? 'damaged' : 'other';
}

/** What the thread can do: show segments, search them, and say where articles stand. */
function createMethods(): Record<string, (argument: never) => unknown> {
  const analysis = createAnalysis();
  let shown: LiveSegment[] = [];
  return {
    show({ segments }: ShownSegments): void {
      const known = new Map(shown.map((live) => [live.segment.name, live]));
      shown = segments.map(({ name, path, deleted, deletedCount }) => {
        const old = known.get(name);
        known.delete(name);
        const segment = old?.segment ?? openSegment(path, name);
        return { segment, deletedCount, deleted: deleted ?? old?.deleted ?? new Uint32Array() };
      });
      for (const { segment } of known.values()) closeSegment(segment);
    },
    search: (request: EngineRequest): EngineResult => searchSegments(shown, request, analysis),
    locate(articleIds: number[]): Located[] {
      return articleIds.flatMap((articleId) => locate(shown, articleId));
    },
  };
}

function locate(shown: readonly LiveSegment[], articleId: number): Located[] {
  for (const { segment, deleted } of shown) {
    const document = documentOf(segment, articleId);
    if (document < 0 || hasBit(deleted, document)) continue;
    const { hashes } = segment.columns;
    return [
      { articleId, segment: segment.name, document, hash: [hashes[document * 2] ?? 0, hashes[document * 2 + 1] ?? 0] },
    ];
  }
  return [];
}
