import { move, transferableSymbol, valueSymbol } from 'piscina';
import { type DocumentTask, readDocument as read } from './document.ts';

export { readInbound } from './inbound/document.ts';

/** The thread's side of `reading.ts`: the result's bytes change hands without being copied. */
export function readDocument(task: DocumentTask): unknown {
  const result = read(task);
  if (result.kind !== 'feed') return result;
  const buffers = [result.keys, result.rows, result.offsets, result.publishedAt].map(({ buffer }) => buffer);
  return move({
    get [transferableSymbol]() {
      return buffers as ArrayBuffer[];
    },
    get [valueSymbol]() {
      return result;
    },
  });
}
