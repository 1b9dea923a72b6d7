import { type FileHandle, open } from 'node:fs/promises';
import { Problem } from '@alt/contracts';
import { headerOf, linesOf, type Segment, segmentPath } from './segment.ts';

export interface WriterOptions {
  folder: string;
  segmentBytes: number;
  /** The writer adds its own to them, and says of each how far it is durable. */
  segments: Segment[];
  onDurable(): void;
}

/** The end of the spool: whoever appends meanwhile shares one write and one fdatasync. */
export interface Writer {
  append(records: readonly Buffer[], bytes: number): Promise<void>;
  queuedBytes(): number;
  isOpen(segment: Segment): boolean;
  /** Ends a segment that is written to, unless something is on its way there; answers whether it did. */
  leave(segment: Segment): Promise<boolean>;
  /** The number of the segment that is written to, or will be. */
  next(): number;
  close(): Promise<void>;
}

interface Waiting {
  records: readonly Buffer[];
  bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

const RETRY_AFTER_SECONDS = '5';

export function createWriter(options: WriterOptions): Writer {
  const current = createCurrent(options);
  let queue: Waiting[] = [];
  let queuedBytes = 0;
  let writing: Promise<void> | null = null;
  let isClosed = false;

  async function writeAll(): Promise<void> {
    while (queue.length > 0) {
      const group = queue;
      queue = [];
      try {
        await current.write(group.flatMap(({ records }) => records));
        for (const { resolve } of group) resolve();
        options.onDurable();
      } catch (error) {
        await current.abandon();
        for (const { reject } of group) reject(refusal(error));
      } finally {
        queuedBytes -= group.reduce((sum, { bytes }) => sum + bytes, 0);
      }
    }
    // In the same turn as the last look at the queue: who appends from here on begins anew.
    writing = null;
  }

  return {
    append(records, bytes) {
      if (isClosed) return Promise.reject(new Problem('unavailable', 'This aggregator stops. Send the lines again.'));
      queuedBytes += bytes;
      return new Promise((resolve, reject) => {
        queue.push({ records, bytes, resolve, reject });
        writing ??= writeAll();
      });
    },
    queuedBytes: () => queuedBytes,
    isOpen: ({ number }) => current.isOpen() && current.number() === number,
    async leave() {
      if (writing !== null || queue.length > 0) return false;
      await current.leave();
      return true;
    },
    next: () => current.number(),
    async close() {
      isClosed = true;
      await writing;
      await current.leave();
    },
  };
}

/** The segment that is written to; it begins with its first record. */
function createCurrent({ folder, segmentBytes, segments }: WriterOptions) {
  let number = (segments.at(-1)?.number ?? 0) + 1;
  let file: FileHandle | null = null;
  let segment: Segment | null = null;

  /** At once, before anything else runs: who writes from now on finds no open segment and begins one. */
  async function leave(): Promise<void> {
    const left = file;
    if (left) number += 1;
    [file, segment] = [null, null];
    await left?.close();
  }

  async function begin(): Promise<{ file: FileHandle; segment: Segment }> {
    await leave();
    const begun = {
      file: await open(segmentPath(folder, number), 'wx', 0o600),
      segment: { number, durable: 0, lines: 0 },
    };
    // The name of a file is durable with its folder.
    const directory = await open(folder, 'r');
    await directory.sync().finally(() => directory.close());
    segments.push(begun.segment);
    ({ file, segment } = begun);
    return begun;
  }

  return {
    number: () => number,
    isOpen: () => file !== null,
    leave,
    async write(records: readonly Buffer[]): Promise<void> {
      const isUsable = file && segment && segment.durable < segmentBytes;
      const at = isUsable && file && segment ? { file, segment } : await begin();
      const pieces = records.flatMap((record) => [headerOf(record), record]);
      const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
      const { bytesWritten } = await at.file.writev(pieces, at.segment.durable);
      // A disk that is nearly full takes a part.
      if (bytesWritten < bytes) throw Object.assign(new Error('The disk took a part only'), { code: 'ENOSPC' });
      await at.file.datasync();
      at.segment.durable += bytes;
      at.segment.lines += records.reduce((sum, record) => sum + linesOf(record), 0);
    },
    /** After a failed write nobody knows what is on the disk: what was durable before stays, and a new segment begins. */
    async abandon(): Promise<void> {
      await file?.truncate(segment?.durable ?? 0).catch(() => undefined);
      if (!file) number += 1; // its file may be there, and empty
      await leave().catch(() => undefined);
    },
  };
}

export function refusal(error: unknown): Problem {
  const code = (error as { code?: string }).code ?? '';
  const detail = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)
    ? 'The spool is full: the store does not take the lines. Send them again in some seconds.'
    : 'The spool cannot be written. Send the lines again in some seconds.';
  return new Problem('spool-full', detail, { cause: error, headers: { 'retry-after': RETRY_AFTER_SECONDS } });
}
