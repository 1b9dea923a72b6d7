/**
 * A segment: one immutable file that holds some articles.
 *
 *     terms      for each term, in order: skips (if several blocks), blocks, positions
 *     dictionary blocks of 64 terms, each term as what differs from the one before, with its counts
 *     index      the first term of each block and where the block lies
 *     columns    of each document: id, hash, date, feed, language, length, and the order of ids
 *     footer     JSON that says where everything lies and the checksum of index and columns; its own length and checksum, and
 *                a magic number
 *
 * A term's documents come in blocks of 128: the distances of document numbers, then their codes, as varints. A skip is
 * four 32-bit numbers: the block's last document, where its bytes and its positions begin, and its best impact.
 */
export const MAGIC = 0x31_73_6c_61; // "als1"
export const BLOCK_SIZE = 128;
export const DICTIONARY_BLOCK_SIZE = 64;
export const SKIP_BYTES = 16;

/** Where the words of the title end and those of the text begin, a phrase cannot run across. */
export const FIELD_GAP = 1;

/** A word in the title counts as so many more in the text. */
export const TITLE_WEIGHT = 2;

/** How often a term stands in a document, and whether in its title too. */
export const codeOf = (count: number, isInTitle: boolean): number => (count << 1) | (isInTitle ? 1 : 0);

/** What ranking counts of a code. */
export const weightOf = (code: number): number => (code >> 1) + (code & 1) * TITLE_WEIGHT;

/**
 * The kinds of terms. Documents whose language has a stemmer have each word as `exact` and its stem under the language;
 * all others have each word as `plain` alone. So no document stands twice in the lists that a word is sought in.
 */
export const TERM = {
  exact: (word: string) => `=${word}`,
  plain: (word: string) => `~${word}`,
  stem: (language: string, stem: string) => `${language}:${stem}`,
  author: (word: string) => `@${word}`,
  url: (word: string) => `/${word}`,
} as const;

/** BM25's constants: 1.6 rather than 1.2 gained 0.003 of MAP on Cranfield and on CISI, other values of b nothing. */
export const K1 = 1.6;
export const B = 0.75;

/** What length counts for in ranking, by norm: k1 * (1 - b + b * length / average). */
export function lengthPartsOf(averageLength: number): Float32Array {
  const average = Math.max(1, averageLength);
  return Float32Array.from({ length: 256 }, (_, norm) => K1 * (1 - B + (B * lengthOf(norm)) / average));
}

/**
 * Impacts are weight / (weight + length part), below 1; kept in so many steps, rounded up. With 255 steps no block of a
 * frequent word could be passed over: its best impacts lie between 0.92 and 0.95.
 */
export const IMPACT_STEPS = 65_535;

/**
 * The most that an impact can be which was kept with another average length than today's: where the average has grown,
 * lengths count for less, at the least `ratio` (old average / new one) of what they did.
 */
export function impactBound(kept: number, ratio: number): number {
  const impact = kept / IMPACT_STEPS;
  return ratio >= 1 || impact >= 1 ? impact : impact / (impact + (1 - impact) * ratio);
}

const LENGTH_STEPS = 15;

/** A document's length in a byte, exact to 2.3 %. */
export function normOf(length: number): number {
  return Math.min(255, Math.round(LENGTH_STEPS * Math.log2(length + 1)));
}

/** The length that a byte stands for. */
export function lengthOf(norm: number): number {
  return 2 ** (norm / LENGTH_STEPS) - 1;
}

/** Where the parts of a segment file lie, and what must be known to read it. */
export interface SegmentMeta {
  documentCount: number;
  termCount: number;
  /** The sum of the lengths of all documents, in words. */
  totalLength: number;
  /** With which the impacts were reckoned. */
  averageLength: number;
  /** ISO 639-1 codes by the number in the column; `und` is unknown. */
  languages: string[];
  /** The languages whose stems stand in the dictionary. */
  stemmedLanguages: string[];
  dictionary: { at: number; length: number };
  index: { at: number; length: number };
  columns: Record<ColumnName, { at: number; length: number }>;
  /** CRC-32 of the index and the columns, in their order; missing in segments of an older Alt. */
  checksum?: number;
}

export type ColumnName =
  | 'ids'
  | 'sortAts'
  | 'hashes'
  | 'order'
  | 'feedOrdinals'
  | 'feedIds'
  | 'titleLengths'
  | 'languages'
  | 'norms';

/** As they lie in the file. */
export const COLUMN_ORDER: readonly ColumnName[] = [
  'ids',
  'sortAts',
  'hashes',
  'order',
  'feedOrdinals',
  'feedIds',
  'titleLengths',
  'languages',
  'norms',
];

/** What is known of each document besides its words. */
export interface Columns {
  ids: Float64Array;
  /** Milliseconds since 1970. */
  sortAts: Float64Array;
  /** Two numbers a document, of all that is indexed of it. */
  hashes: Uint32Array;
  /** Document numbers in the order of their ids. */
  order: Uint32Array;
  /** Places in `feedIds`. */
  feedOrdinals: Uint32Array;
  /** The distinct feeds, ascending. */
  feedIds: Uint32Array;
  /** Words of the title. */
  titleLengths: Uint16Array;
  /** Places in `SegmentMeta.languages`. */
  languages: Uint8Array;
  norms: Uint8Array;
}
