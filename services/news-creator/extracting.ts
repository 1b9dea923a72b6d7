import { workerData } from 'node:worker_threads';
import type { CreatedSummary, SummarySentence } from '@alt/contracts';
import { detectLanguage } from '@alt/language';
import { splitSentences } from '@alt/language/sentences.ts';
import { summarizeText, termsOf } from '@alt/language/summary.ts';
import { createPauses } from '@alt/service-kit/courtesy.ts';

export const EXTRACTIVE = 'extractive';

export interface SourceDocument {
  title: string | null;
  text: string;
  language: string | null;
}

/** Summaries made of the texts' own sentences, in the order given; null for a text without sentences. */
export function extractSummaries(task: {
  documents: SourceDocument[];
  maximumSentences: number;
}): (CreatedSummary | null)[] {
  const pause = createPauses(workerData);
  return task.documents.map((document, index) => {
    if (index > 0) pause();
    return extractSummary(document, task.maximumSentences);
  });
}

function extractSummary(document: SourceDocument, maximumSentences: number): CreatedSummary | null {
  const language = document.language ?? detectLanguage(document.text).language;
  const chosen = summarizeText({ ...document, language }, { maximumSentences });
  if (chosen.length === 0) return null;
  return {
    text: joinSentences(
      chosen.map(({ text }) => text),
      language,
    ),
    language,
    engine: EXTRACTIVE,
    sentences: chosen.map(({ text, start, end }) => ({ text, start, end })),
  };
}

/** Sentences in a row, each on one line; Chinese and Japanese put no blank between them. */
export function joinSentences(sentences: string[], language: string | null): string {
  const gap = language === 'ja' || language === 'zh' ? '' : ' ';
  return sentences.map((sentence) => sentence.replace(/\s+/gu, ' ').trim()).join(gap);
}

/** Sentences of a summary share so much with the sentence of the text that they rest on. */
const LINK_MINIMUM = 0.3;

/** The sentences of a summary that somebody else wrote, each with the sentence of the source that is most like it. */
export function linkSentences(task: {
  summary: string;
  summaryLanguage: string | null;
  source: SourceDocument;
}): SummarySentence[] {
  const language = task.source.language ?? detectLanguage(task.source.text).language;
  const written = splitSentences(task.summary, task.summaryLanguage);
  if (language !== task.summaryLanguage)
    return written.map(({ text }) => ({ text, start: null, end: null, source: null }));
  const sources = splitSentences(task.source.text, language).map((sentence) => ({
    ...sentence,
    terms: termsOf(sentence.text, language),
  }));
  return written.map(({ text }) => {
    const terms = termsOf(text, language);
    let best: (typeof sources)[number] | null = null;
    let likeness = LINK_MINIMUM;
    for (const source of sources) {
      const own = cosine(terms, source.terms);
      if (own > likeness) [best, likeness] = [source, own];
    }
    return { text, start: best?.start ?? null, end: best?.end ?? null, source: best?.text ?? null };
  });
}

/** The cosine of two sets. */
export function cosine(one: Set<string>, other: Set<string>): number {
  if (one.size === 0 || other.size === 0) return 0;
  let shared = 0;
  for (const term of one) if (other.has(term)) shared += 1;
  return shared / Math.sqrt(one.size * other.size);
}

const DIMENSIONS = 256;

/** A vector of length 1 for each text: its terms, hashed (Weinberger et al. 2009). Like texts have like vectors. */
export function embedTexts(texts: string[]): number[][] {
  return texts.map((text) => {
    const vector = new Array<number>(DIMENSIONS).fill(0);
    for (const term of termsOf(text, detectLanguage(text).language)) {
      const hash = hashOf(term);
      const index = hash % DIMENSIONS;
      vector[index] = (vector[index] ?? 0) + (hash & 0x10000 ? 1 : -1);
    }
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  });
}

/** FNV-1a, 32 bits. http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(term: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < term.length; index += 1) {
    hash = Math.imul(hash ^ term.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
