import { hasAny, hasBit, setBit } from './bits.ts';
import { BLOCK_SIZE, weightOf } from './format.ts';
import { DamagedSegmentError, readAt, type Segment, skipsLengthOf, type TermPlace } from './segment.ts';

/** The documents of one term in one segment, read from disk. Documents are looked at a window at a time. */
export interface Postings {
  segment: Segment;
  count: number;
  /** Four numbers a block; empty where one block holds all. */
  skips: Uint32Array;
  blocks: Uint8Array;
  blockCount: number;
  /** Where the positions lie in the file. */
  positionsAt: number;
  positionsLength: number;
}

/** Documents `base` to `base + size` of a segment; sets are of numbers from `base`. A multiple of 32. */
export const WINDOW_SIZE = 16_384;
export const WINDOW_WORDS = WINDOW_SIZE / 32;

export function loadPostings(segment: Segment, place: TermPlace): Postings {
  const skipsLength = skipsLengthOf(place.count);
  const end = place.at + skipsLength + place.blocksLength;
  if (!(end <= segment.meta.dictionary.at))
    throw new DamagedSegmentError(`The dictionary of ${segment.name} is damaged.`);
  const bytes = new Uint8Array(skipsLength + place.blocksLength);
  readAt(segment.file, bytes, bytes.length, place.at);
  return {
    segment,
    count: place.count,
    skips: new Uint32Array(bytes.buffer, 0, skipsLength / 4),
    blocks: bytes.subarray(skipsLength),
    blockCount: Math.ceil(place.count / BLOCK_SIZE),
    positionsAt: place.at + bytes.length,
    positionsLength: place.positionsLength,
  };
}

/** A block that was decoded: reused for one after the other. */
export interface Block {
  documents: Int32Array;
  codes: Int32Array;
  length: number;
  /** Where the codes begin, once the documents are decoded. */
  at: number;
}

export function createBlock(): Block {
  return { documents: new Int32Array(BLOCK_SIZE), codes: new Int32Array(BLOCK_SIZE), length: 0, at: 0 };
}

/** The last document of a block. */
export function lastOf({ skips, blockCount }: Postings, block: number): number {
  return blockCount === 1 ? 0x7f_ff_ff_ff : (skips[block * 4] ?? 0);
}

/** The first block that reaches `document`; `blockCount` if none does. */
export function blockFrom(postings: Postings, document: number): number {
  const { skips, blockCount } = postings;
  if (blockCount === 1) return 0;
  let low = 0;
  let high = blockCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((skips[middle * 4] ?? 0) < document) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function decodeDocuments(postings: Postings, at: number, block: Block): void {
  const { skips, blocks, blockCount, count } = postings;
  const { documents } = block;
  const length = at === blockCount - 1 ? count - at * BLOCK_SIZE : BLOCK_SIZE;
  let document = at === 0 ? -1 : (skips[at * 4 - 4] ?? 0);
  let byteAt = blockCount === 1 ? 0 : (skips[at * 4 + 1] ?? 0);
  for (let index = 0; index < length; index += 1) {
    let byte = blocks[byteAt++] as number;
    if (byte < 128) {
      document += byte;
    } else {
      let distance = byte & 127;
      let shift = 7;
      do {
        byte = blocks[byteAt++] as number;
        distance |= (byte & 127) << shift;
        shift += 7;
      } while (byte > 127);
      document += distance;
    }
    documents[index] = document;
  }
  block.length = length;
  block.at = byteAt;
}

export function decodeCodes({ blocks }: Postings, block: Block): void {
  const { codes, length } = block;
  let byteAt = block.at;
  for (let index = 0; index < length; index += 1) {
    let byte = blocks[byteAt++] as number;
    if (byte > 127) {
      let code = byte & 127;
      let shift = 7;
      do {
        byte = blocks[byteAt++] as number;
        code |= (byte & 127) << shift;
        shift += 7;
      } while (byte > 127);
      codes[index] = code;
    } else {
      codes[index] = byte;
    }
  }
}

/** Visits the blocks that hold documents of a window which `mask` holds too. */
export function eachBlock(
  postings: Postings,
  base: number,
  mask: Uint32Array,
  block: Block,
  visit: (at: number) => void,
): void {
  const end = base + WINDOW_SIZE;
  for (let at = blockFrom(postings, base); at < postings.blockCount; at += 1) {
    const first = at === 0 ? 0 : (postings.skips[at * 4 - 4] ?? 0) + 1;
    if (first >= end) return;
    const last = Math.min(lastOf(postings, at), end - 1);
    if (!hasAny(mask, Math.max(first, base) - base, last - base)) continue;
    decodeDocuments(postings, at, block);
    visit(at);
  }
}

/** Adds the term's documents to `out`, as far as `mask` may hold them; more than `mask` holds may come. */
export function addDocuments(
  postings: Postings,
  base: number,
  mask: Uint32Array,
  isTitleOnly: boolean,
  block: Block,
  out: Uint32Array,
): void {
  eachBlock(postings, base, mask, block, () => {
    const { documents, codes, length } = block;
    if (isTitleOnly) decodeCodes(postings, block);
    for (let index = 0; index < length; index += 1) {
      const offset = (documents[index] as number) - base;
      if (offset < 0 || offset >= WINDOW_SIZE) continue;
      if (isTitleOnly && ((codes[index] as number) & 1) === 0) continue;
      setBit(out, offset);
    }
  });
}

/** What the occurrences of a leaf are worth, by code and norm; greater codes are reckoned one by one. */
export interface Worth {
  isTitleOnly: boolean;
  /** By rarity. */
  factor: number;
  /** By norm: k1 * (1 - b + b * length / average). */
  lengthParts: Float32Array;
  /** By code * 256 + norm, for codes below `TABLE_CODES`. */
  table: Float32Array;
}

export const TABLE_CODES = 24;

/** BM25 (Robertson and Zaragoza 2009, equation 3.15, with the title weighted as in 3.6), without the constant k1 + 1. */
export function worthOf(code: number, lengthPart: number, factor: number): number {
  const weight = weightOf(code);
  return (factor * weight) / (weight + lengthPart);
}

/**
 * Adds what the term is worth in each document of `wanted` to its score, and those that have it to `out`, if given.
 */
export function addScores(
  postings: Postings,
  base: number,
  wanted: Uint32Array,
  { isTitleOnly, factor, lengthParts, table }: Worth,
  block: Block,
  scores: Float64Array,
  out: Uint32Array | null = null,
): void {
  const { norms } = postings.segment.columns;
  eachBlock(postings, base, wanted, block, () => {
    const { documents, codes, length } = block;
    decodeCodes(postings, block);
    for (let index = 0; index < length; index += 1) {
      const document = documents[index] as number;
      const offset = document - base;
      if (offset < 0 || offset >= WINDOW_SIZE || !hasBit(wanted, offset)) continue;
      const code = codes[index] as number;
      if (isTitleOnly && (code & 1) === 0) continue;
      const norm = norms[document] as number;
      const worth =
        code < TABLE_CODES ? (table[code * 256 + norm] as number) : worthOf(code, lengthParts[norm] as number, factor);
      scores[offset] = (scores[offset] as number) + worth;
      if (out) setBit(out, offset);
    }
  });
}
