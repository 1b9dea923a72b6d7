import { hasBit } from './bits.ts';
import { BLOCK_SIZE, type Columns } from './format.ts';
import { type Block, createBlock, decodeCodes, decodeDocuments, type Postings } from './postings.ts';
import type { LiveSegment } from './scope.ts';
import { createTermDecoder, readAt, type Segment, skipsLengthOf, type TermPlace } from './segment.ts';
import { createSegmentWriter, type SegmentWriter } from './segment-writer.ts';

/** Writes one segment from several, without what was deleted, the given order kept; durable when it returns. */
export function mergeSegments(path: string, sources: readonly LiveSegment[]): void {
  const maps = documentMaps(sources);
  const columns = mergeColumns(sources, maps);
  const writer = createSegmentWriter(path, columns.norms, totalLengthOf(sources));
  try {
    mergeTerms(writer, sources, maps);
    writer.finish(describe(sources), columns);
  } catch (error) {
    writer.abort();
    throw error;
  }
}

/** For each segment and document, its new number; -1 for what was deleted. */
function documentMaps(sources: readonly LiveSegment[]): Int32Array[] {
  let next = 0;
  return sources.map(({ segment, deleted }) =>
    Int32Array.from({ length: segment.meta.documentCount }, (_, document) => (hasBit(deleted, document) ? -1 : next++)),
  );
}

function languagesOf(sources: readonly LiveSegment[]): string[] {
  return [...new Set(sources.flatMap(({ segment }) => segment.meta.languages))].sort();
}

/** Of what is left, as if what was deleted had been as long as the rest: it need not be exact. */
function totalLengthOf(sources: readonly LiveSegment[]): number {
  return sources.reduce((sum, { segment: { meta }, deletedCount }) => {
    return sum + meta.totalLength * (1 - deletedCount / Math.max(1, meta.documentCount));
  }, 0);
}

function describe(sources: readonly LiveSegment[]) {
  const stemmed = sources.flatMap(({ segment }) => segment.meta.stemmedLanguages);
  return { languages: languagesOf(sources), stemmedLanguages: [...new Set(stemmed)].sort() };
}

function mergeColumns(sources: readonly LiveSegment[], maps: readonly Int32Array[]): Columns {
  const count = maps.reduce((sum, map) => sum + map.reduce((kept, next) => (next < 0 ? kept : kept + 1), 0), 0);
  const feedIds = Uint32Array.from(new Set(sources.flatMap(({ segment }) => [...segment.columns.feedIds]))).sort();
  const feedOrdinals = new Map([...feedIds].map((feedId, ordinal) => [feedId, ordinal]));
  const languages = languagesOf(sources);
  const columns: Columns = {
    ids: new Float64Array(count),
    sortAts: new Float64Array(count),
    hashes: new Uint32Array(count * 2),
    order: new Uint32Array(count),
    feedOrdinals: new Uint32Array(count),
    feedIds,
    titleLengths: new Uint16Array(count),
    languages: new Uint8Array(count),
    norms: new Uint8Array(count),
  };
  for (const [index, { segment }] of sources.entries()) {
    const from = segment.columns;
    const feedMap = Uint32Array.from(from.feedIds, (feedId) => feedOrdinals.get(feedId) ?? 0);
    const languageMap = Uint8Array.from(segment.meta.languages, (language) => languages.indexOf(language));
    for (const [document, next] of (maps[index] ?? new Int32Array()).entries()) {
      if (next < 0) continue;
      columns.ids[next] = from.ids[document] as number;
      columns.sortAts[next] = from.sortAts[document] as number;
      columns.hashes[next * 2] = from.hashes[document * 2] as number;
      columns.hashes[next * 2 + 1] = from.hashes[document * 2 + 1] as number;
      columns.feedOrdinals[next] = feedMap[from.feedOrdinals[document] as number] as number;
      columns.titleLengths[next] = from.titleLengths[document] as number;
      columns.languages[next] = languageMap[from.languages[document] as number] as number;
      columns.norms[next] = from.norms[document] as number;
    }
  }
  mergeOrder(columns, sources, maps);
  return columns;
}

/** The order of ids, from the orders of the sources. */
function mergeOrder({ ids, order }: Columns, sources: readonly LiveSegment[], maps: readonly Int32Array[]): void {
  let at = 0;
  for (const [index, { segment }] of sources.entries()) {
    for (const document of segment.columns.order) {
      const next = maps[index]?.[document] ?? -1;
      if (next >= 0) order[at++] = next;
    }
  }
  order.sort((a, b) => (ids[a] as number) - (ids[b] as number));
}

function mergeTerms(writer: SegmentWriter, sources: readonly LiveSegment[], maps: readonly Int32Array[]): void {
  const streams = sources.map(({ segment }, index) => ({
    stream: createTermStream(segment),
    map: maps[index] as Int32Array,
  }));
  const block = createBlock();
  for (;;) {
    let least: string | null = null;
    for (const { stream } of streams) {
      if (stream.term !== null && (least === null || stream.term < least)) least = stream.term;
    }
    if (least === null) return;
    let isBegun = false;
    for (const { stream, map } of streams) {
      if (stream.term !== least) continue;
      isBegun = copyTerm(writer, stream, map, block, isBegun);
      stream.next();
    }
    if (isBegun) writer.endTerm();
  }
}

/** Copies what is left of a term; begins it with the first document that is left. */
function copyTerm(writer: SegmentWriter, stream: TermStream, map: Int32Array, block: Block, isBegun: boolean): boolean {
  const { postings, positions } = stream.read();
  let hasBegun = isBegun;
  let at = 0;
  for (let blockAt = 0; blockAt < postings.blockCount; blockAt += 1) {
    decodeDocuments(postings, blockAt, block);
    decodeCodes(postings, block);
    for (let index = 0; index < block.length; index += 1) {
      const code = block.codes[index] as number;
      const from = at;
      if (positions.length > 0) {
        for (let left = code >> 1; left > 0; at += 1) if ((positions[at] as number) < 128) left -= 1;
      }
      const next = map[block.documents[index] as number] as number;
      if (next < 0) continue;
      if (!hasBegun) writer.beginTerm(stream.term ?? '');
      hasBegun = true;
      writer.addPosting(next, code, positions, from, at);
    }
  }
  return hasBegun;
}

interface TermStream {
  /** Null at the end. */
  term: string | null;
  next(): void;
  /** The lists of the term; valid until the next term. */
  read(): { postings: Postings; positions: Uint8Array };
}

const CHUNK_BYTES = 1 << 18;

/** The terms of a segment in order, read from the file in large pieces. */
function createTermStream(segment: Segment): TermStream {
  let dictionaryBlock = -1;
  let decoder: ReturnType<typeof createTermDecoder> | null = null;
  let place: TermPlace = { count: 0, at: 0, blocksLength: 0, positionsLength: 0 };
  const dictionary = createWindow(segment.file, segment.meta.dictionary.at + segment.meta.dictionary.length);
  const lists = createWindow(segment.file, segment.meta.dictionary.at);
  const nextBlock = (): boolean => {
    dictionaryBlock += 1;
    const start = segment.blockStarts[dictionaryBlock];
    if (start === undefined) return false;
    const end = segment.blockStarts[dictionaryBlock + 1] ?? segment.meta.dictionary.length;
    const bytes = dictionary.read(segment.meta.dictionary.at + start, end - start);
    decoder = createTermDecoder(Buffer.from(bytes));
    return true;
  };
  const stream: TermStream = {
    term: null,
    next() {
      if (!decoder?.hasMore() && !nextBlock()) {
        stream.term = null;
        return;
      }
      const decoded = decoder?.next();
      stream.term = decoded?.term ?? null;
      if (decoded) place = decoded.place;
    },
    read() {
      const skipsLength = skipsLengthOf(place.count);
      const bytes = lists.read(place.at, skipsLength + place.blocksLength + place.positionsLength);
      const skips = bytes.slice(0, skipsLength);
      const positionsFrom = skipsLength + place.blocksLength;
      const postings: Postings = {
        segment,
        count: place.count,
        skips: new Uint32Array(skips.buffer, 0, skipsLength / 4),
        blocks: bytes.subarray(skipsLength, positionsFrom),
        blockCount: Math.ceil(place.count / BLOCK_SIZE),
        positionsAt: 0,
        positionsLength: place.positionsLength,
      };
      return { postings, positions: bytes.subarray(positionsFrom) };
    },
  };
  stream.next();
  return stream;
}

/** Reads pieces that follow one another; a piece is valid until the next is read. */
function createWindow(file: number, end: number): { read(at: number, length: number): Uint8Array } {
  let bytes = new Uint8Array(CHUNK_BYTES);
  let from = 0;
  let to = 0;
  return {
    read(at, length) {
      if (at < from || at + length > to) {
        if (length > bytes.length) bytes = new Uint8Array(length * 2);
        else if (bytes.length > CHUNK_BYTES && length <= CHUNK_BYTES) bytes = new Uint8Array(CHUNK_BYTES);
        from = at;
        to = Math.min(end, at + bytes.length);
        readAt(file, bytes, to - from, from);
      }
      return bytes.subarray(at - from, at - from + length);
    },
  };
}
