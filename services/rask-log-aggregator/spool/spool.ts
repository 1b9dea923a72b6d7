import { mkdir, open, rm } from 'node:fs/promises';
import { lockSpool } from './lock.ts';
import {
  HEADER_BYTES,
  linesOf,
  listSegments,
  measureSegment,
  readRecord,
  type Segment,
  segmentPath,
} from './segment.ts';
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
  /** Lines of the segment that lie before it. */
  line: number;
}

/** So much, by whichever comes first. */
export interface Amount {
  bytes: number;
  lines: number;
}

/** Records one after the other, and where the next one is. */
export interface Batch extends Amount {
  records: Buffer[];
  next: Position;
}

/**
 * A write-ahead spool: records are appended to segments on disk and taken from there, in order, by one reader. What `append` has
 * acknowledged survives a crash of the process and of the machine.
 */
export interface Spool {
  /** Durable, all of them, when it resolves. Throws `spool-full` (503) where there is no room on the disk or by the limit; then none is. */
  append(records: readonly Buffer[]): Promise<void>;
  /** Durable records from a position on, until they are `enough`, and at least one; empty where there is none yet. */
  read(from: Position, enough: Amount): Promise<Batch>;
  /** Where the oldest record is. */
  first(): Position;
  /** Everything before this was stored elsewhere: segments that lie before it are deleted. */
  release(before: Position): Promise<void>;
  /** Whether so much lies at and after a position. */
  holds(from: Position, enough: Amount): boolean;
  /** Resolves when so much lies at and after a position, or when `signal` aborts. */
  until(from: Position, enough: Amount, signal: AbortSignal): Promise<void>;
  /** Bytes on disk that are not released. */
  bytes(): number;
  /** Waits for what is being appended, and leaves the folder to others. */
  close(): Promise<void>;
}

const SEGMENT_BYTES = 16 * 1024 * 1024;
/** The last segment is deleted too, once all of it was stored, if it is worth it: else a crash would replay it. */
const WORTH_DELETING_BYTES = 32 * 1024;

/**
 * Opens a spool, and keeps every other process from its folder. What a crash left half written at the end of a segment is passed
 * over: nobody was told that it is kept. Throws SpoolInUseError.
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const lock = lockSpool(options.folder);
  try {
    return await openLocked(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openLocked(options: SpoolOptions, lock: { release(): void }): Promise<Spool> {
  const { folder, maximumBytes, segmentBytes = SEGMENT_BYTES, log } = options;
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
  const holds = (from: Position, { bytes, lines }: Amount) => {
    const after = amountFrom(segments, from);
    return after.bytes >= bytes || after.lines >= lines;
  };
  const total = () => segments.reduce((sum, { durable }) => sum + durable, 0);
  return {
    async append(records) {
      const bytes = records.reduce((sum, { length }) => sum + length + HEADER_BYTES, 0);
      if (total() + writer.queuedBytes() + bytes > maximumBytes) throw refusal({ code: 'ENOSPC' });
      await writer.append(records, bytes);
    },
    read: (from, enough) => readFrom(folder, segments, from, enough),
    first: () => ({ segment: segments[0]?.number ?? writer.next(), offset: 0, line: 0 }),
    release: (before) => release({ folder, segments, writer }, before),
    holds,
    until: (from, enough, signal) => untilTrue(() => holds(from, enough), wakes, signal),
    bytes: total,
    async close() {
      await writer.close();
      lock.release();
    },
  };
}

/** What lies at and after a position. */
function amountFrom(segments: readonly Segment[], from: Position): Amount {
  const amount = { bytes: 0, lines: 0 };
  for (const { number, durable, lines } of segments) {
    if (number < from.segment) continue;
    const isFirst = number === from.segment;
    amount.bytes += durable - (isFirst ? from.offset : 0);
    amount.lines += lines - (isFirst ? from.line : 0);
  }
  return amount;
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
    const { whole, size, lines } = await measureSegment(segmentPath(folder, number));
    if (whole < size) log.warn({ segment: number, bytes: size - whole }, 'a torn end of the log spool was passed over');
    if (whole > 0) segments.push({ number, durable: whole, lines });
    else await rm(segmentPath(folder, number));
  }
  return segments;
}

async function readFrom(folder: string, segments: Segment[], from: Position, enough: Amount): Promise<Batch> {
  const records: Buffer[] = [];
  let { segment: number, offset, line } = from;
  let [bytes, lines] = [0, 0];
  const isEnough = () => records.length > 0 && (bytes >= enough.bytes || lines >= enough.lines);
  for (const segment of segments.filter((each) => each.number >= from.segment)) {
    if (segment.number !== number) [number, offset, line] = [segment.number, 0, 0];
    if (offset >= segment.durable) continue;
    const file = await open(segmentPath(folder, number), 'r');
    try {
      while (!isEnough()) {
        const found = await readRecord(file, offset, segment.durable);
        if (!found) break;
        const count = linesOf(found.record);
        records.push(found.record);
        bytes += found.record.length;
        lines += count;
        [offset, line] = [found.next, line + count];
      }
    } finally {
      await file.close();
    }
    if (isEnough()) break;
  }
  return { records, bytes, lines, next: { segment: number, offset, line } };
}

function untilTrue(isTrue: () => boolean, wakes: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isTrue() && !signal.aborted) return;
      wakes.delete(look);
      signal.removeEventListener('abort', look);
      resolve();
    };
    wakes.add(look);
    signal.addEventListener('abort', look);
    look();
  });
}
