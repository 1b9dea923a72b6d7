import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { type ByteReader, readVarint } from './bytes.ts';
import {
  BLOCK_SIZE,
  COLUMN_ORDER,
  type Columns,
  DICTIONARY_BLOCK_SIZE,
  MAGIC,
  type SegmentMeta,
  SKIP_BYTES,
} from './format.ts';

/** An open segment: its columns in memory, its lists on disk. */
export interface Segment {
  name: string;
  file: number;
  meta: SegmentMeta;
  columns: Columns;
  /** The first term of each block of the dictionary, and where the block begins. */
  firstTerms: string[];
  blockStarts: number[];
  /** The dictionary of a small segment; there are many of them. */
  dictionary: Buffer | null;
}

/** Up to this size a dictionary stays in memory: that of some hundred articles. */
const SMALL_DICTIONARY_BYTES = 1 << 18;

/** Where the lists of a term lie. */
export interface TermPlace {
  /** In how many documents it stands, deleted ones included. */
  count: number;
  at: number;
  blocksLength: number;
  positionsLength: number;
}

export class DamagedSegmentError extends Error {}

/** Opens a segment file; throws `DamagedSegmentError` where it is not what was written. */
export function openSegment(path: string, name: string): Segment {
  const file = openFile(path);
  try {
    const meta = readMeta(file, path);
    const dictionary = readDictionary(file, meta);
    const index = Buffer.alloc(meta.index.length);
    readAt(file, index, index.length, meta.index.at);
    const columns = readColumns(file, meta);
    checkSum(index, columns, meta, path);
    return { name, file, meta, dictionary, columns, ...readIndex(index) };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new DamagedSegmentError(`${path} is missing.`, { cause: error });
  }
}

/** Throws `DamagedSegmentError` where a file is missing or its end is not what was written. */
export function checkSegment(path: string): void {
  const file = openFile(path);
  try {
    readMeta(file, path);
  } finally {
    closeSync(file);
  }
}

export function closeSegment(segment: Segment): void {
  closeSync(segment.file);
}

/** How long the skips of a term are, which only several blocks need. */
export function skipsLengthOf(count: number): number {
  return count > BLOCK_SIZE ? Math.ceil(count / BLOCK_SIZE) * SKIP_BYTES : 0;
}

/** Reads exactly so many bytes. */
export function readAt(file: number, bytes: Uint8Array, length: number, at: number): void {
  for (let done = 0; done < length; ) {
    const count = readSync(file, bytes, done, length - done, at + done);
    if (count === 0) throw new DamagedSegmentError(`A segment ends before byte ${at + length}.`);
    done += count;
  }
}

function readMeta(file: number, path: string): SegmentMeta {
  const size = fstatSync(file).size;
  const tail = Buffer.alloc(12);
  if (size < tail.length) throw new DamagedSegmentError(`${path} is too short.`);
  readAt(file, tail, tail.length, size - tail.length);
  const length = tail.readUInt32LE(0);
  if (tail.readUInt32LE(8) !== MAGIC || length > size) throw new DamagedSegmentError(`${path} is not a segment.`);
  const json = Buffer.alloc(length);
  readAt(file, json, length, size - tail.length - length);
  if (crc32(json) !== tail.readUInt32LE(4)) throw new DamagedSegmentError(`The footer of ${path} is damaged.`);
  return JSON.parse(json.toString()) as SegmentMeta;
}

function checkSum(index: Buffer, columns: Columns, { checksum }: SegmentMeta, path: string): void {
  if (checksum === undefined) return;
  const found = COLUMN_ORDER.reduce((sum, name) => {
    const { buffer, byteOffset, byteLength } = columns[name];
    return crc32(new Uint8Array(buffer, byteOffset, byteLength), sum);
  }, crc32(index));
  if (found !== checksum) throw new DamagedSegmentError(`The columns of ${path} are damaged.`);
}

function readColumns(file: number, { columns }: SegmentMeta): Columns {
  const read = <Column extends Columns[keyof Columns]>(
    column: { at: number; length: number },
    make: (length: number) => Column,
  ): Column => {
    const values = make(column.length);
    readAt(file, new Uint8Array(values.buffer), values.byteLength, column.at);
    return values;
  };
  return {
    ids: read(columns.ids, (length) => new Float64Array(length)),
    sortAts: read(columns.sortAts, (length) => new Float64Array(length)),
    hashes: read(columns.hashes, (length) => new Uint32Array(length)),
    order: read(columns.order, (length) => new Uint32Array(length)),
    feedOrdinals: read(columns.feedOrdinals, (length) => new Uint32Array(length)),
    feedIds: read(columns.feedIds, (length) => new Uint32Array(length)),
    titleLengths: read(columns.titleLengths, (length) => new Uint16Array(length)),
    languages: read(columns.languages, (length) => new Uint8Array(length)),
    norms: read(columns.norms, (length) => new Uint8Array(length)),
  };
}

function readDictionary(file: number, { dictionary }: SegmentMeta): Buffer | null {
  if (dictionary.length > SMALL_DICTIONARY_BYTES) return null;
  const bytes = Buffer.alloc(dictionary.length);
  readAt(file, bytes, dictionary.length, dictionary.at);
  return bytes;
}

function readIndex(bytes: Buffer): Pick<Segment, 'firstTerms' | 'blockStarts'> {
  const reader: ByteReader = { bytes, at: 0 };
  const firstTerms: string[] = [];
  const blockStarts: number[] = [];
  let start = 0;
  while (reader.at < bytes.length) {
    const length = readVarint(reader);
    firstTerms.push(bytes.toString('utf8', reader.at, reader.at + length));
    reader.at += length;
    start += readVarint(reader);
    blockStarts.push(start);
  }
  return { firstTerms, blockStarts };
}

/** Where a term's lists lie, or null where no document has it. */
export function findTerm(segment: Segment, term: string): TermPlace | null {
  const block = blockOf(segment, term);
  if (block < 0) return null;
  const bytes = readBlock(segment, block);
  const wanted = Buffer.from(term);
  const reader: ByteReader = { bytes, at: 0 };
  let at = readVarint(reader);
  // So many bytes of the wanted term are those of the term before, which all terms are told apart from.
  let matched = 0;
  while (reader.at < bytes.length) {
    const shared = readVarint(reader);
    const rest = readVarint(reader);
    if (shared <= matched) matched = shared + sameBytes(bytes, reader.at, rest, wanted, shared);
    reader.at += rest;
    const count = readVarint(reader);
    const blocksLength = readVarint(reader);
    const positionsLength = readVarint(reader);
    if (matched === wanted.length && shared + rest === wanted.length) {
      return { count, at, blocksLength, positionsLength };
    }
    at += skipsLengthOf(count) + blocksLength + positionsLength;
  }
  return null;
}

/** How many bytes from a place are those of `wanted` from its `from`-th on. */
function sameBytes(bytes: Uint8Array, at: number, length: number, wanted: Uint8Array, from: number): number {
  let same = 0;
  while (same < length && from + same < wanted.length && bytes[at + same] === wanted[from + same]) same += 1;
  return same;
}

/** Visits terms in ascending order from `from`, until `visit` answers false. */
export function eachTerm(segment: Segment, from: string, visit: (term: string, place: TermPlace) => boolean): void {
  for (let block = Math.max(0, blockOf(segment, from)); block < segment.firstTerms.length; block += 1) {
    let goesOn = true;
    eachTermOfBlock(segment, block, (term, place) => {
      if (term >= from) goesOn = visit(term, place);
      return goesOn;
    });
    if (!goesOn) return;
  }
}

/** The block in which a term stands, if it stands anywhere; -1 before the first. */
function blockOf({ firstTerms }: Segment, term: string): number {
  let low = 0;
  let high = firstTerms.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((firstTerms[middle] ?? '') <= term) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function readBlock({ meta, blockStarts, file, dictionary }: Segment, block: number): Buffer {
  const start = blockStarts[block] ?? 0;
  const end = blockStarts[block + 1] ?? meta.dictionary.length;
  if (dictionary) return dictionary.subarray(start, end);
  const bytes = Buffer.allocUnsafe(end - start);
  readAt(file, bytes, bytes.length, meta.dictionary.at + start);
  return bytes;
}

function eachTermOfBlock(segment: Segment, block: number, visit: (term: string, place: TermPlace) => boolean): void {
  const decode = createTermDecoder(readBlock(segment, block));
  for (let index = 0; index < DICTIONARY_BLOCK_SIZE && decode.hasMore(); index += 1) {
    const { term, place } = decode.next();
    if (!visit(term, place)) return;
  }
}

/** Decodes the terms of one block, in order. */
export function createTermDecoder(bytes: Buffer): {
  hasMore(): boolean;
  next(): { term: string; place: TermPlace };
} {
  const reader: ByteReader = { bytes, at: 0 };
  let at = readVarint(reader);
  let text = Buffer.allocUnsafe(256);
  return {
    hasMore: () => reader.at < bytes.length,
    next() {
      const shared = readVarint(reader);
      const rest = readVarint(reader);
      const length = shared + rest;
      if (length > text.length) text = Buffer.concat([text, Buffer.allocUnsafe(length)]);
      bytes.copy(text, shared, reader.at, reader.at + rest);
      reader.at += rest;
      const count = readVarint(reader);
      const blocksLength = readVarint(reader);
      const positionsLength = readVarint(reader);
      const place = { count, at, blocksLength, positionsLength };
      at += skipsLengthOf(count) + blocksLength + positionsLength;
      return { term: text.toString('utf8', 0, length), place };
    },
  };
}

/** The document of an article in a segment, deleted or not; -1 if there is none. */
export function documentOf({ columns: { ids, order } }: Segment, articleId: number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[order[middle] ?? 0] ?? 0) < articleId) low = middle + 1;
    else high = middle;
  }
  const document = order[low];
  return document !== undefined && ids[document] === articleId ? document : -1;
}
