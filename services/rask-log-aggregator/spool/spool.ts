import { mkdir, open, rm } from 'node:fs/promises';
import { HEADER_BYTES, listSegments, measureSegment, readRecord, type Segment, segmentPath } from './segment.ts';
import { createWriter, refusal, type Writer } from './writer.ts';

export interface SpoolOptions {
  folder: string;
  /** All segments together; above it nothing more is taken. */
  maximumBytes: number;
  /** A segment that is longer is followed by a new one. */
  segmentBytes?: number;
  log: { warn(details: object, message: string): void };
}

/** Where in the spool somebody reads. */
export interface Position {
  segment: number;
  offset: number;
}

/**
 * A write-ahead spool: records are appended to segments on disk and taken from there, in order, by one reader. What `append` has
 * acknowledged survives a crash of the process and of the machine.
 */
export interface Spool {
  /** Durable, all of them, when it resolves. Throws `spool-full` (503) where there is no room on the disk or by the limit; then none is. */
  append(records: readonly Buffer[]): Promise<void>;
  /** Durable records from a position on, up to about `maximumBytes` and at least one; empty where there is none yet. */
  read(from: Position, maximumBytes: number): Promise<{ records: Buffer[]; next: Position }>;
  /** Where the oldest record is. */
  first(): Position;
  /** Everything before this was stored elsewhere: segments that lie before it are deleted. */
  release(before: Position): Promise<void>;
  /** Resolves when there is something at or after the position, or when `signal` aborts. */
  untilReadable(from: Position, signal: AbortSignal): Promise<void>;
  /** Bytes on disk that are not released. */
  bytes(): number;
  /** Bytes that lie at and after a position. */
  bytesFrom(from: Position): number;
  /** Waits for what is being appended. */
  close(): Promise<void>;
}

const SEGMENT_BYTES = 16 * 1024 * 1024;
/** The last segment is deleted too, once all of it was stored, if it is worth it: else a crash would replay it. */
const WORTH_DELETING_BYTES = 32 * 1024;

/** Opens a spool. What a crash left half written at the end of a segment is passed over: nobody was told that it is kept. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { folder, maximumBytes, segmentBytes = SEGMENT_BYTES, log } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const segments = await openSegments(folder, log);
  const wakes = new Set<() => void>();
  const writer = createWriter({
    folder,
    segmentBytes,
    segments,
    onDurable: () => {
      for (const wake of wakes) wake();
    },
  });
  const total = () => segments.reduce((sum, { durable }) => sum + durable, 0);
  return {
    async append(records) {
      const bytes = records.reduce((sum, { length }) => sum + length + HEADER_BYTES, 0);
      if (total() + writer.queuedBytes() + bytes > maximumBytes) throw refusal({ code: 'ENOSPC' });
      await writer.append(records, bytes);
    },
    read: (from, wanted) => readFrom(folder, segments, from, wanted),
    first: () => ({ segment: segments[0]?.number ?? writer.next(), offset: 0 }),
    release: (before) => release({ folder, segments, writer }, before),
    untilReadable: (from, signal) => untilReadable({ segments, wakes }, from, signal),
    bytes: total,
    bytesFrom: (from) =>
      segments
        .filter(({ number }) => number >= from.segment)
        .reduce((sum, { number, durable }) => sum + durable - (number === from.segment ? from.offset : 0), 0),
    close: () => writer.close(),
  };
}

/** Deletes segments that lie before a position; the one that is being written only where that is worth it. */
async function release(
  { folder, segments, writer }: { folder: string; segments: Segment[]; writer: Writer },
  before: Position,
): Promise<void> {
  for (const segment of [...segments]) {
    const isBehind = segment.number < before.segment;
    const isDone = segment.number === before.segment && before.offset >= segment.durable;
    if (!isBehind && !isDone) continue;
    if (writer.isOpen(segment) && (segment.durable < WORTH_DELETING_BYTES || !(await writer.leave(segment)))) continue;
    segments.splice(segments.indexOf(segment), 1);
    await rm(segmentPath(folder, segment.number), { force: true });
  }
}

async function openSegments(folder: string, log: SpoolOptions['log']): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const number of await listSegments(folder)) {
    const { whole, size } = await measureSegment(segmentPath(folder, number));
    if (whole < size) log.warn({ segment: number, bytes: size - whole }, 'a torn end of the log spool was passed over');
    if (whole > 0) segments.push({ number, durable: whole });
    else await rm(segmentPath(folder, number));
  }
  return segments;
}

async function readFrom(folder: string, segments: Segment[], from: Position, wanted: number) {
  const records: Buffer[] = [];
  let { segment: number, offset } = from;
  let bytes = 0;
  for (const segment of segments.filter((each) => each.number >= from.segment)) {
    if (segment.number !== number) [number, offset] = [segment.number, 0];
    if (offset >= segment.durable) continue;
    const file = await open(segmentPath(folder, number), 'r');
    try {
      while (records.length === 0 || bytes < wanted) {
        const found = await readRecord(file, offset, segment.durable);
        if (!found) break;
        records.push(found.record);
        bytes += found.record.length;
        offset = found.next;
      }
    } finally {
      await file.close();
    }
    if (bytes >= wanted) break;
  }
  return { records, next: { segment: number, offset } };
}

function untilReadable(
  { segments, wakes }: { segments: Segment[]; wakes: Set<() => void> },
  from: Position,
  signal: AbortSignal,
): Promise<void> {
  const isReadable = () =>
    segments.some(({ number, durable }) =>
      number === from.segment ? durable > from.offset : number > from.segment && durable > 0,
    );
  return new Promise((resolve) => {
    const look = () => {
      if (!isReadable() && !signal.aborted) return;
      wakes.delete(look);
      signal.removeEventListener('abort', look);
      resolve();
    };
    wakes.add(look);
    signal.addEventListener('abort', look);
    look();
  });
}
