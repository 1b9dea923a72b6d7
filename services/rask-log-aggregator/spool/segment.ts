import { type FileHandle, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';

/** Before each record: its length and the CRC-32 of its bytes, 32 bits each, little-endian. */
export const HEADER_BYTES = 8;
/** No record is longer: a length beyond it is no length. */
const MAXIMUM_RECORD_BYTES = 64 * 1024 * 1024;

/** A file of records, one after the other. */
export interface Segment {
  number: number;
  /** Up to here records are durable. */
  durable: number;
  /** Lines in what is durable. */
  lines: number;
}

const NEWLINE = 10;

/** Every line of a record ends in a newline. */
export function linesOf(record: Buffer): number {
  let lines = 0;
  for (let at = record.indexOf(NEWLINE); at >= 0; at = record.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}

export function headerOf(record: Buffer): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32LE(record.length, 0);
  header.writeUInt32LE(crc32(record), 4);
  return header;
}

export function segmentPath(folder: string, number: number): string {
  return path.join(folder, `${String(number).padStart(12, '0')}.spool`);
}

/** The numbers of the segments in a folder, the oldest first. */
export async function listSegments(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names
    .map((name) => /^(\d{12})\.spool$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/** A record and where the next one begins; null at the end, or where what follows was torn by a crash. */
export async function readRecord(
  file: FileHandle,
  offset: number,
  end: number,
): Promise<{ record: Buffer; next: number } | null> {
  if (offset + HEADER_BYTES > end) return null;
  const header = await readExactly(file, offset, HEADER_BYTES);
  const length = header?.readUInt32LE(0) ?? 0;
  if (!header || length === 0 || length > MAXIMUM_RECORD_BYTES || offset + HEADER_BYTES + length > end) return null;
  const record = await readExactly(file, offset + HEADER_BYTES, length);
  if (!record || crc32(record) !== header.readUInt32LE(4)) return null;
  return { record, next: offset + HEADER_BYTES + length };
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer | null> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) return null;
    filled += bytesRead;
  }
  return buffer;
}

/** How far the records of a segment are whole, and how many lines they have. */
export async function measureSegment(file: string): Promise<{ whole: number; size: number; lines: number }> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    let [whole, lines] = [0, 0];
    for (let at = await readRecord(handle, 0, size); at; at = await readRecord(handle, whole, size)) {
      whole = at.next;
      lines += linesOf(at.record);
    }
    return { whole, size, lines };
  } finally {
    await handle.close();
  }
}
