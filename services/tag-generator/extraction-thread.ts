import { workerData } from 'node:worker_threads';
import {
  type Background,
  backgroundTerms,
  detectLanguage,
  extractKeyphrases,
  type Keyphrase,
  type KeyphraseSource,
  readKeyphraseDocument,
  stemPhrase,
} from '@alt/language';
import { createPauses } from '@alt/service-kit/courtesy.ts';
import { keyphraseTerm } from './store/terms.ts';

/** What a language's articles have taught, in a form that crosses to a thread cheaply. */
export interface SentBackground {
  language: string;
  documentCount: number;
  terms: string[];
  counts: number[];
}

export interface ExtractionTask {
  documents: KeyphraseSource[];
  backgrounds: SentBackground[];
  limit: number;
  /** Whether the documents are each other's background too. */
  isCompared: boolean;
}

export interface ExtractedDocument {
  keyphrases: Keyphrase[];
  /** As given, else as detected; null where unknown. */
  language: string | null;
  /** What to learn: the distinct stems, and the keyphrases as `keyphraseTerm`. */
  terms: string[];
}

/** Runs in a thread: the keyphrases of documents, in their order. */
export function extractBatch({ documents, backgrounds, limit, isCompared }: ExtractionTask): ExtractedDocument[] {
  const sources = documents.map((source) => ({
    ...source,
    language: source.language ?? detectLanguage(`${source.title ?? ''}\n${source.text}`.slice(0, 4_000)).language,
  }));
  const pause = createPauses(workerData);
  const read = sources.map((source, index) => {
    if (index > 0) pause();
    return readKeyphraseDocument(source);
  });
  const terms = read.map(backgroundTerms);
  const known = new Map<string | null, Background>(backgrounds.map((sent) => [sent.language, received(sent)]));
  if (isCompared)
    for (const [index, { language }] of sources.entries()) addDocument(known, language, terms[index] ?? []);
  return read.map((document, index) => {
    if (index > 0) pause();
    const language = sources[index]?.language ?? null;
    const keyphrases = extractKeyphrases(document, { limit, background: known.get(language) ?? null });
    const learned = keyphrases.map(({ stem }) => keyphraseTerm(stem));
    return { keyphrases, language, terms: [...new Set([...(terms[index] ?? []), ...learned])] };
  });
}

export interface PhraseToStem {
  phrase: string;
  language: string | null;
}

/** Runs in a thread: the stem of each phrase. */
export function stemPhrases(phrases: readonly PhraseToStem[]): string[] {
  return phrases.map(({ phrase, language }) => stemPhrase(phrase, language));
}

function received({ documentCount, terms, counts }: SentBackground): Background {
  return { documentCount, counts: new Map(terms.map((term, index) => [term, counts[index] ?? 0])) };
}

function addDocument(known: Map<string | null, Background>, language: string | null, terms: readonly string[]): void {
  const before = known.get(language) ?? { documentCount: 0, counts: new Map<string, number>() };
  const counts = before.counts as Map<string, number>;
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  known.set(language, { documentCount: before.documentCount + 1, counts });
}
