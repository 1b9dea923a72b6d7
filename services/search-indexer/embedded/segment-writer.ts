import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { type ByteWriter, createBytes, writeBytes, writeUint32, writeVarint } from './bytes.ts';
import {
  BLOCK_SIZE,
  COLUMN_ORDER,
  type Columns,
  DICTIONARY_BLOCK_SIZE,
  IMPACT_STEPS,
  lengthPartsOf,
  MAGIC,
  type SegmentMeta,
  weightOf,
} from './format.ts';

/** Writes a segment term by term, in the order of terms; keeps one term's lists and the dictionary in memory. */
export interface SegmentWriter {
  /** Terms come in ascending order, documents of a term too. */
  beginTerm(term: string): void;
  /** `positions` are the bytes of the document's positions as varints of their distances, or none. */
  addPosting(document: number, code: number, positions: Uint8Array, from: number, to: number): void;
  endTerm(): void;
  /** Makes it durable. */
  finish(description: Pick<SegmentMeta, 'languages' | 'stemmedLanguages'>, columns: Columns): void;
  /** Gives up; the file stays, unfinished. */
  abort(): void;
}

const FLUSH_BYTES = 1 << 20;

export function createSegmentWriter(path: string, norms: Uint8Array, totalLength: number): SegmentWriter {
  const averageLength = totalLength / Math.max(1, norms.length);
  const lengthParts = lengthPartsOf(averageLength);
  const file = openOutput(path);
  const { append } = file;
  const dictionary = createDictionary();
  const term = createTermBuffers();

  return {
    beginTerm(text) {
      resetTerm(term);
      dictionary.add(text, file.position());
    },
    addPosting(document, code, positions, from, to) {
      if (term.inBlock === BLOCK_SIZE) closeBlock(term);
      writeVarint(term.blocks, document - term.lastDocument);
      term.codes[term.inBlock++] = code;
      term.lastDocument = document;
      term.count += 1;
      const weight = weightOf(code);
      const impact = weight / (weight + (lengthParts[norms[document] ?? 0] ?? 0));
      if (impact > term.maxImpact) term.maxImpact = impact;
      if (to > from) writeBytes(term.positions, positions, from, to);
    },
    endTerm() {
      closeBlock(term);
      if (term.count > BLOCK_SIZE) append(term.skips.bytes, term.skips.length);
      append(term.blocks.bytes, term.blocks.length);
      append(term.positions.bytes, term.positions.length);
      dictionary.end(term.count, term.blocks.length, term.positions.length);
    },
    finish(description, columns) {
      const entries = dictionary.entries;
      const index = dictionary.index();
      const at = file.position();
      append(entries.bytes, entries.length);
      const indexAt = file.position();
      append(index.bytes, index.length);
      let checksum = crc32(index.bytes.subarray(0, index.length));
      const places = {} as SegmentMeta['columns'];
      for (const name of COLUMN_ORDER) {
        const { buffer, byteOffset, byteLength } = columns[name];
        file.align();
        places[name] = { at: file.position(), length: columns[name].length };
        const bytes = new Uint8Array(buffer, byteOffset, byteLength);
        append(bytes, byteLength);
        checksum = crc32(bytes, checksum);
      }
      const meta: SegmentMeta = {
        ...description,
        totalLength,
        averageLength,
        documentCount: norms.length,
        termCount: dictionary.termCount(),
        dictionary: { at, length: entries.length },
        index: { at: indexAt, length: index.length },
        columns: places,
        checksum,
      };
      append(...footer(meta));
      file.finish();
    },
    abort: file.abort,
  };
}

/** A file that is written from its beginning to its end, a megabyte at a time. */
function openOutput(path: string) {
  const file = openSync(path, 'w');
  const out = createBytes(FLUSH_BYTES * 2);
  let written = 0;
  const flush = (): void => {
    for (let from = 0; from < out.length; ) from += writeSync(file, out.bytes, from, out.length - from);
    written += out.length;
    out.length = 0;
  };
  const append = (bytes: Uint8Array, length: number): void => {
    writeBytes(out, bytes, 0, length);
    if (out.length >= FLUSH_BYTES) flush();
  };
  const position = () => written + out.length;
  return {
    append,
    position,
    /** Numbers of eight bytes begin where they can be read without being copied. */
    align(): void {
      while (position() % 8 !== 0) append(ZERO, 1);
    },
    finish(): void {
      flush();
      fsyncSync(file);
      closeSync(file);
    },
    abort: (): void => closeSync(file),
  };
}

const ZERO = new Uint8Array(1);
function footer(meta: SegmentMeta): [Uint8Array, number] {
  const json = Buffer.from(JSON.stringify(meta));
  const tail = Buffer.alloc(12);
  tail.writeUInt32LE(json.length, 0);
  tail.writeUInt32LE(crc32(json), 4);
  tail.writeUInt32LE(MAGIC, 8);
  const bytes = Buffer.concat([json, tail]);
  return [bytes, bytes.length];
}

interface TermBuffers {
  skips: ByteWriter;
  blocks: ByteWriter;
  positions: ByteWriter;
  codes: Int32Array;
  inBlock: number;
  count: number;
  lastDocument: number;
  blockAt: number;
  positionsAt: number;
  maxImpact: number;
}

function createTermBuffers(): TermBuffers {
  return {
    skips: createBytes(),
    blocks: createBytes(),
    positions: createBytes(),
    codes: new Int32Array(BLOCK_SIZE),
    inBlock: 0,
    count: 0,
    lastDocument: -1,
    blockAt: 0,
    positionsAt: 0,
    maxImpact: 0,
  };
}

function resetTerm(term: TermBuffers): void {
  term.skips.length = 0;
  term.blocks.length = 0;
  term.positions.length = 0;
  term.inBlock = 0;
  term.count = 0;
  term.lastDocument = -1;
  term.blockAt = 0;
  term.positionsAt = 0;
  term.maxImpact = 0;
}

function closeBlock(term: TermBuffers): void {
  for (let index = 0; index < term.inBlock; index += 1) writeVarint(term.blocks, term.codes[index] ?? 0);
  // A term in one block has no skips; most terms are such.
  if (term.count >= BLOCK_SIZE) {
    writeUint32(term.skips, term.lastDocument);
    writeUint32(term.skips, term.blockAt);
    writeUint32(term.skips, term.positionsAt);
    writeUint32(term.skips, Math.ceil(term.maxImpact * IMPACT_STEPS));
  }
  term.blockAt = term.blocks.length;
  term.positionsAt = term.positions.length;
  term.inBlock = 0;
  term.maxImpact = 0;
}

interface Dictionary {
  entries: ByteWriter;
  add(term: string, at: number): void;
  end(count: number, blocksLength: number, positionsLength: number): void;
  index(): ByteWriter;
  termCount(): number;
}

/** Blocks of terms: where the first term's lists lie, then for each how it differs from the last, and its counts. */
function createDictionary(): Dictionary {
  const entries = createBytes();
  const index = createBytes();
  let terms = 0;
  let lastBytes: Uint8Array = new Uint8Array(0);
  let lastBlockAt = 0;
  return {
    entries,
    add(term, at) {
      const bytes = Buffer.from(term);
      if (terms % DICTIONARY_BLOCK_SIZE === 0) {
        writeVarint(index, bytes.length);
        writeBytes(index, bytes);
        writeVarint(index, entries.length - lastBlockAt);
        lastBlockAt = entries.length;
        lastBytes = new Uint8Array(0);
        writeVarint(entries, at);
      }
      let shared = 0;
      while (shared < bytes.length && shared < lastBytes.length && bytes[shared] === lastBytes[shared]) shared += 1;
      writeVarint(entries, shared);
      writeVarint(entries, bytes.length - shared);
      writeBytes(entries, bytes, shared);
      lastBytes = bytes;
      terms += 1;
    },
    end(count, blocksLength, positionsLength) {
      writeVarint(entries, count);
      writeVarint(entries, blocksLength);
      writeVarint(entries, positionsLength);
    },
    index: () => index,
    termCount: () => terms,
  };
}
