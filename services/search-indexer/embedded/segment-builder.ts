import type { Analysis } from '../analysis.ts';
import type { IndexedArticle } from '../engine.ts';
import { createBytes, createNumbers, type NumberList, pushNumber, writeVarint } from './bytes.ts';
import { type Columns, codeOf, FIELD_GAP, normOf, TERM } from './format.ts';
import { createSegmentWriter } from './segment-writer.ts';

export interface HashedArticle extends IndexedArticle {
  /** Of all that is indexed. */
  hash: [number, number];
}

/** Longer texts are found by their beginning: more words than a novel has. */
const MAX_TOKENS = 200_000;

/** Writes articles, each once, into a new segment, durable when it returns. `pause` is called between them. */
export function buildSegment(
  path: string,
  articles: readonly HashedArticle[],
  analysis: Analysis,
  pause: () => void = () => {},
): void {
  const sorted = [...articles].sort((a, b) => a.articleId - b.articleId);
  const collected = collect(sorted, analysis, pause);
  const writer = createSegmentWriter(path, collected.columns.norms, collected.totalLength);
  try {
    writeTerms(writer, collected);
    const { languages, stemmedLanguages } = collected;
    writer.finish({ languages, stemmedLanguages }, collected.columns);
  } catch (error) {
    writer.abort();
    throw error;
  }
}

interface Collected {
  occurrences: Occurrences;
  columns: Columns;
  totalLength: number;
  languages: string[];
  stemmedLanguages: string[];
}

function collect(articles: readonly HashedArticle[], analysis: Analysis, pause: () => void): Collected {
  const occurrences = createOccurrences();
  const columns = createColumns(articles);
  const wordTerms = createWordTerms(occurrences, analysis);
  const authorTerms = remember((word) => [occurrences.numberOf(TERM.author(word))]);
  const urlTerms = remember((word) => [occurrences.numberOf(TERM.url(word))]);
  let totalLength = 0;
  /** Adds the words of a field from a position on; answers the position after the last. */
  const addField = (text: string | null, terms: WordTerms, from: number, isInTitle: boolean): number => {
    let position = from;
    analysis.eachWord(text ?? '', (word) => {
      const [first = 0, second] = terms(word);
      occurrences.place(first, position, isInTitle);
      if (second !== undefined) occurrences.count(second, isInTitle);
      position += 1;
      return position - from < MAX_TOKENS;
    });
    return position;
  };
  for (const [document, { language, title, text, author, url }] of articles.entries()) {
    pause();
    const terms = wordTerms(language ?? '');
    const titleEnd = addField(title, terms, 0, true);
    const length = addField(text, terms, titleEnd + FIELD_GAP, false) - FIELD_GAP;
    addField(author, authorTerms, 0, false);
    addField(url, urlTerms, 0, false);
    occurrences.endDocument(document);
    totalLength += length;
    columns.norms[document] = normOf(length);
    columns.titleLengths[document] = Math.min(titleEnd, 65_535);
  }
  const languages = [...new Set(articles.map(({ language }) => language ?? 'und'))].sort();
  for (const [document, { language }] of articles.entries()) {
    columns.languages[document] = languages.indexOf(language ?? 'und');
  }
  return { occurrences, columns, totalLength, languages, stemmedLanguages: languages.filter(analysis.isStemmed) };
}

/** What occurs where, in the order of documents. */
interface Occurrences {
  terms: string[];
  /** One for each term of each document. */
  postings: { term: NumberList; document: NumberList; code: NumberList };
  /** One for each place of each term with places. */
  places: { term: NumberList; position: NumberList };
  numberOf(term: string): number;
  count(term: number, isInTitle: boolean): void;
  place(term: number, position: number, isInTitle: boolean): void;
  endDocument(document: number): void;
}

function createOccurrences(): Occurrences {
  const numbers = new Map<string, number>();
  const terms: string[] = [];
  const postings = { term: createNumbers(), document: createNumbers(), code: createNumbers() };
  const places = { term: createNumbers(), position: createNumbers() };
  // Of the present document, by term, and the terms that it has.
  const counts = createNumbers();
  const titles = createNumbers();
  const touched = createNumbers();
  const count: Occurrences['count'] = (term, isInTitle) => {
    if (counts.values[term] === 0) pushNumber(touched, term);
    counts.values[term] = (counts.values[term] as number) + 1;
    if (isInTitle) titles.values[term] = 1;
  };
  return {
    terms,
    postings,
    places,
    count,
    numberOf(term) {
      const known = numbers.get(term);
      if (known !== undefined) return known;
      numbers.set(term, terms.length);
      pushNumber(counts, 0);
      pushNumber(titles, 0);
      return terms.push(term) - 1;
    },
    place(term, position, isInTitle) {
      count(term, isInTitle);
      pushNumber(places.term, term);
      pushNumber(places.position, position);
    },
    endDocument(document) {
      for (let index = 0; index < touched.length; index += 1) {
        const term = touched.values[index] as number;
        pushNumber(postings.term, term);
        pushNumber(postings.document, document);
        pushNumber(postings.code, codeOf(counts.values[term] as number, titles.values[term] === 1));
        counts.values[term] = 0;
        titles.values[term] = 0;
      }
      touched.length = 0;
    },
  };
}

/** The numbers of the terms of a word; the first one has places. */
type WordTerms = (word: string) => readonly number[];

function remember(make: WordTerms): WordTerms {
  const cache = new Map<string, readonly number[]>();
  return (word) => {
    const known = cache.get(word);
    if (known) return known;
    const made = make(word);
    cache.set(word, made);
    return made;
  };
}

function createWordTerms({ numberOf }: Occurrences, analysis: Analysis): (language: string) => WordTerms {
  const known = new Map<string, WordTerms>();
  return (language) => {
    const terms = known.get(language) ?? remember((word) => termsOf(word, language, analysis).map(numberOf));
    known.set(language, terms);
    return terms;
  };
}

/** The terms of a word of title or text; the first one has places. */
function termsOf(word: string, language: string, analysis: Analysis): string[] {
  if (!analysis.isStemmed(language)) return [TERM.plain(word)];
  return [TERM.exact(word), TERM.stem(language, analysis.stem(word, language))];
}

function createColumns(articles: readonly HashedArticle[]): Columns {
  const feedIds = Uint32Array.from(new Set(articles.map(({ feedId }) => feedId))).sort();
  const ordinals = new Map([...feedIds].map((feedId, ordinal) => [feedId, ordinal]));
  return {
    ids: Float64Array.from(articles, ({ articleId }) => articleId),
    sortAts: Float64Array.from(articles, ({ sortAt }) => sortAt),
    hashes: Uint32Array.from(articles.flatMap(({ hash }) => hash)),
    order: Uint32Array.from(articles, (_, document) => document),
    feedOrdinals: Uint32Array.from(articles, ({ feedId }) => ordinals.get(feedId) ?? 0),
    feedIds,
    titleLengths: new Uint16Array(articles.length),
    languages: new Uint8Array(articles.length),
    norms: new Uint8Array(articles.length),
  };
}

function writeTerms(writer: ReturnType<typeof createSegmentWriter>, collected: Collected): void {
  const { terms, postings, places } = collected.occurrences;
  const byTerm = groupByTerm(postings.term, terms.length);
  const placesByTerm = groupByTerm(places.term, terms.length);
  const order = Uint32Array.from(terms, (_, term) => term).sort((a, b) => compare(terms[a] ?? '', terms[b] ?? ''));
  const bytes = createBytes();
  for (const term of order) {
    writer.beginTerm(terms[term] ?? '');
    let place = placesByTerm.starts[term] ?? 0;
    const placesEnd = placesByTerm.starts[term + 1] ?? 0;
    for (let index = byTerm.starts[term] ?? 0; index < (byTerm.starts[term + 1] ?? 0); index += 1) {
      const posting = byTerm.items[index] ?? 0;
      const code = postings.code.values[posting] ?? 0;
      bytes.length = 0;
      const end = Math.min(placesEnd, place + (code >> 1));
      for (let last = 0; place < end; place += 1) {
        const position = places.position.values[placesByTerm.items[place] ?? 0] ?? 0;
        writeVarint(bytes, position - last);
        last = position;
      }
      writer.addPosting(postings.document.values[posting] ?? 0, code, bytes.bytes, 0, bytes.length);
    }
    writer.endTerm();
  }
}

/** The places of each term's items, in their order: counting sort. */
function groupByTerm(list: NumberList, termCount: number): { starts: Uint32Array; items: Uint32Array } {
  const starts = new Uint32Array(termCount + 1);
  for (let index = 0; index < list.length; index += 1) {
    const next = (list.values[index] ?? 0) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let term = 0; term < termCount; term += 1) starts[term + 1] = (starts[term + 1] ?? 0) + (starts[term] ?? 0);
  const nexts = starts.slice();
  const items = new Uint32Array(list.length);
  for (let index = 0; index < list.length; index += 1) {
    const term = list.values[index] ?? 0;
    const next = nexts[term] ?? 0;
    items[next] = index;
    nexts[term] = next + 1;
  }
  return { starts, items };
}

/** The order of the dictionary: by UTF-16 units. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
