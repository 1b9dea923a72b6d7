import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { Problem } from '@alt/contracts';
import { HEADER_BYTES, headerOf, listSegments, measureSegment, readRecord, segmentPath } from './segment.ts';

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

interface Segment {
  number: number;
  /** Up to here records are durable. */
  durable: number;
}

interface Waiting {
  records: readonly Buffer[];
  bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

const SEGMENT_BYTES = 16 * 1024 * 1024;
/** The last segment is deleted too, once all of it was stored, if it is worth it: else a crash would replay it. */
const WORTH_DELETING_BYTES = 32 * 1024;
const RETRY_AFTER_SECONDS = '5';

/** Opens a spool. What a crash left half written at the end of a segment is passed over: nobody was told that it is kept. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { folder, maximumBytes, segmentBytes = SEGMENT_BYTES, log } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const segments = await openSegments(folder, log);
  let current = { number: (segments.at(-1)?.number ?? 0) + 1, file: null as FileHandle | null };
  let queue: Waiting[] = [];
  let queuedBytes = 0;
  let writing: Promise<void> | null = null;
  let isClosed = false;
  const wakes = new Set<() => void>();
  const total = () => segments.reduce((sum, { durable }) => sum + durable, 0);

  /** One write and one fdatasync for all that waited meanwhile. */
  async function writeAll(): Promise<void> {
    while (queue.length > 0) {
      const group = queue;
      queue = [];
      try {
        await writeGroup(group);
        for (const { resolve } of group) resolve();
        for (const wake of wakes) wake();
      } catch (error) {
        await abandon();
        for (const { reject } of group) reject(refusal(error));
      } finally {
        queuedBytes -= group.reduce((sum, { bytes }) => sum + bytes, 0);
      }
    }
    // In the same turn as the last look at the queue: who appends from here on begins anew.
    writing = null;
  }

  async function writeGroup(group: Waiting[]): Promise<void> {
    let segment = segments.find(({ number }) => number === current.number);
    if (!current.file || (segment && segment.durable >= segmentBytes)) {
      segment = await startSegment();
    }
    if (!segment || !current.file) throw new Error('The segment is gone');
    const pieces = group.flatMap(({ records }) => records.flatMap((record) => [headerOf(record), record]));
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const { bytesWritten } = await current.file.writev(pieces, segment.durable);
    // A disk that is nearly full takes a part.
    if (bytesWritten < bytes) throw Object.assign(new Error('The disk took a part only'), { code: 'ENOSPC' });
    await current.file.datasync();
    segment.durable += bytes;
  }

  async function startSegment(): Promise<Segment> {
    await current.file?.close();
    current = { number: current.file ? current.number + 1 : current.number, file: null };
    current.file = await open(segmentPath(folder, current.number), 'wx', 0o600);
    // The name of a file is durable with its folder.
    const directory = await open(folder, 'r');
    await directory.sync().finally(() => directory.close());
    const segment = { number: current.number, durable: 0 };
    segments.push(segment);
    return segment;
  }

  /** After a failed write nobody knows what is on the disk: what was durable before stays, and a new segment begins. */
  async function abandon(): Promise<void> {
    const segment = segments.find(({ number }) => number === current.number);
    await current.file?.truncate(segment?.durable ?? 0).catch(() => undefined);
    await current.file?.close().catch(() => undefined);
    current = { number: current.number + 1, file: null };
  }

  async function release(before: Position): Promise<void> {
    const isWriting = () => writing !== null || queue.length > 0;
    for (const segment of [...segments]) {
      const isBehind = segment.number < before.segment;
      const isDone = segment.number === before.segment && before.offset >= segment.durable;
      const isLast = segment.number === current.number && current.file !== null;
      if (!isBehind && !isDone) continue;
      if (isLast && (isWriting() || segment.durable < WORTH_DELETING_BYTES)) continue;
      if (isLast) {
        // At once, before anything else runs: who appends from now on finds no open segment and begins one.
        const { file } = current;
        current = { number: current.number + 1, file: null };
        await file?.close();
      }
      segments.splice(segments.indexOf(segment), 1);
      await rm(segmentPath(folder, segment.number), { force: true });
    }
  }

  return {
    append(records) {
      const bytes = records.reduce((sum, { length }) => sum + length + HEADER_BYTES, 0);
      if (isClosed) return Promise.reject(new Problem('unavailable', 'This aggregator stops. Send the lines again.'));
      if (total() + queuedBytes + bytes > maximumBytes) return Promise.reject(refusal({ code: 'ENOSPC' }));
      queuedBytes += bytes;
      return new Promise((resolve, reject) => {
        queue.push({ records, bytes, resolve, reject });
        writing ??= writeAll();
      });
    },
    read: (from, wanted) => readFrom(folder, segments, from, wanted),
    first: () => ({ segment: segments[0]?.number ?? current.number, offset: 0 }),
    release,
    untilReadable: (from, signal) => untilReadable({ segments, wakes }, from, signal),
    bytes: total,
    bytesFrom: (from) =>
      segments
        .filter(({ number }) => number >= from.segment)
        .reduce((sum, { number, durable }) => sum + durable - (number === from.segment ? from.offset : 0), 0),
    async close() {
      isClosed = true;
      await writing;
      await current.file?.close();
    },
  };
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

function refusal(error: unknown): Problem {
  const code = (error as { code?: string }).code ?? '';
  const detail = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)
    ? 'The spool is full: the store does not take the lines. Send them again in some seconds.'
    : 'The spool cannot be written. Send the lines again in some seconds.';
  return new Problem('spool-full', detail, { cause: error, headers: { 'retry-after': RETRY_AFTER_SECONDS } });
}
