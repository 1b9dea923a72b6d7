import { hasBit, setBit } from './bits.ts';
import { createNumbers, type NumberList, pushNumber } from './bytes.ts';
import { type Block, decodeCodes, eachBlock, type Postings, WINDOW_SIZE } from './postings.ts';
import { readAt } from './segment.ts';

/** Where a phrase may begin: the documents of a window, and of each the positions that are left. All ascend. */
interface Starts {
  /** Offsets from the window's base. */
  documents: NumberList;
  /** Where the positions of each document end in `positions`. */
  ends: NumberList;
  positions: NumberList;
}

/**
 * Keeps in `bits` the documents in which the words stand one after the other. `words[i]` are the terms that the word at
 * place i may be; several only where it is the beginning of a word. `titleLengths`, if given, keeps phrases that lie in
 * the title.
 */
export function keepPhrases(
  words: readonly (readonly Postings[])[],
  base: number,
  bits: Uint32Array,
  titleLengths: Uint16Array | null,
  block: Block,
): void {
  // From the rarest word, so that the fewest positions are read; one of several terms would not give them in order.
  const places = words.map((_, place) => place).sort((a, b) => costOf(words[a]) - costOf(words[b]));
  const [first = 0, ...others] = places;
  let starts = firstStarts(words[first] ?? [], first, base, bits, block);
  for (const place of others) {
    if (starts.documents.length === 0) break;
    keepDocuments(bits, starts);
    const kept = new Uint8Array(starts.positions.length);
    for (const postings of words[place] ?? []) markFollowed(postings, place, base, bits, block, starts, kept);
    starts = compact(starts, kept);
  }
  keepDocuments(bits, titleLengths ? inTitles(starts, titleLengths, base, words.length) : starts);
}

function costOf(postings: readonly Postings[] | undefined): number {
  if (!postings || postings.length > 1) return Number.MAX_SAFE_INTEGER;
  return postings[0]?.count ?? 0;
}

function createStarts(): Starts {
  return { documents: createNumbers(), ends: createNumbers(), positions: createNumbers() };
}

function firstStarts(terms: readonly Postings[], place: number, base: number, bits: Uint32Array, block: Block): Starts {
  const starts = createStarts();
  for (const postings of terms) {
    eachPlaces(postings, base, bits, block, (offset, bytes, from, count) => {
      let at = from;
      let position = -place;
      for (let left = count; left > 0; left -= 1) {
        let byte = bytes[at++] as number;
        let distance = byte & 127;
        for (let shift = 7; byte > 127; shift += 7) {
          byte = bytes[at++] as number;
          distance |= (byte & 127) << shift;
        }
        position += distance;
        if (position >= 0) pushNumber(starts.positions, position);
      }
      pushNumber(starts.documents, offset);
      pushNumber(starts.ends, starts.positions.length);
    });
  }
  return starts;
}

/** Marks the starts at whose `place`-th word a term stands. */
function markFollowed(
  postings: Postings,
  place: number,
  base: number,
  bits: Uint32Array,
  block: Block,
  { documents, ends, positions }: Starts,
  kept: Uint8Array,
): void {
  let index = 0;
  eachPlaces(postings, base, bits, block, (offset, bytes, from, count) => {
    while (index < documents.length && (documents.values[index] as number) < offset) index += 1;
    if (index === documents.length || documents.values[index] !== offset) return;
    let start = index === 0 ? 0 : (ends.values[index - 1] as number);
    const end = ends.values[index] as number;
    let at = from;
    let position = -place;
    for (let left = count; left > 0 && start < end; left -= 1) {
      let byte = bytes[at++] as number;
      let distance = byte & 127;
      for (let shift = 7; byte > 127; shift += 7) {
        byte = bytes[at++] as number;
        distance |= (byte & 127) << shift;
      }
      position += distance;
      while (start < end && (positions.values[start] as number) < position) start += 1;
      if (start < end && positions.values[start] === position) kept[start] = 1;
    }
  });
}

function compact({ documents, ends, positions }: Starts, kept: Uint8Array): Starts {
  const rest = createStarts();
  let at = 0;
  for (let index = 0; index < documents.length; index += 1) {
    const before = rest.positions.length;
    for (const end = ends.values[index] as number; at < end; at += 1) {
      if (kept[at] === 1) pushNumber(rest.positions, positions.values[at] as number);
    }
    if (rest.positions.length === before) continue;
    pushNumber(rest.documents, documents.values[index] as number);
    pushNumber(rest.ends, rest.positions.length);
  }
  return rest;
}

function keepDocuments(bits: Uint32Array, { documents }: Starts): void {
  bits.fill(0);
  for (let index = 0; index < documents.length; index += 1) setBit(bits, documents.values[index] as number);
}

function inTitles(starts: Starts, titleLengths: Uint16Array, base: number, length: number): Starts {
  const rest = createStarts();
  for (let index = 0; index < starts.documents.length; index += 1) {
    const offset = starts.documents.values[index] as number;
    const first = starts.positions.values[index === 0 ? 0 : (starts.ends.values[index - 1] as number)] as number;
    if (first + length <= (titleLengths[base + offset] ?? 0)) pushNumber(rest.documents, offset);
  }
  return rest;
}

/** Visits the documents of `bits` that a term stands in, with the bytes of its positions there. */
function eachPlaces(
  postings: Postings,
  base: number,
  bits: Uint32Array,
  block: Block,
  visit: (offset: number, bytes: Uint8Array, from: number, count: number) => void,
): void {
  eachBlock(postings, base, bits, block, (blockAt) => {
    const { documents, codes, length } = block;
    decodeCodes(postings, block);
    const bytes = readPositions(postings, blockAt);
    let at = 0;
    for (let index = 0; index < length; index += 1) {
      const count = (codes[index] as number) >> 1;
      const offset = (documents[index] as number) - base;
      if (offset >= 0 && offset < WINDOW_SIZE && hasBit(bits, offset)) visit(offset, bytes, at, count);
      for (let left = count; left > 0; at += 1) if ((bytes[at] as number) < 128) left -= 1;
    }
  });
}

/** Zeros behind the last byte end whatever a damaged list would read on and on. */
const PADDING = 16;

function readPositions({ segment, skips, blockCount, positionsAt, positionsLength }: Postings, at: number): Uint8Array {
  const from = blockCount === 1 ? 0 : (skips[at * 4 + 2] ?? 0);
  const to = at === blockCount - 1 ? positionsLength : (skips[at * 4 + 6] ?? 0);
  const bytes = new Uint8Array(to - from + PADDING);
  readAt(segment.file, bytes, to - from, positionsAt + from);
  return bytes;
}
