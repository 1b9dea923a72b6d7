import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Background, backgroundTerms, extractKeyphrases, type KeyphraseSource } from '@alt/language';
import { tfIdf } from './keyphrase-baselines.ts';
import { porterStem } from './porter.ts';
import type { QualityTable } from './table.ts';

const AT = 10;
const NEWS: readonly { name: string; goal: number }[] = [
  { name: '500N-KPCrowd-v1.1', goal: 0.158 },
  { name: 'WikiNews', goal: 0.337 },
  { name: '110-PT-BN-KP', goal: 0.222 },
];

interface Document {
  text: string;
  /** Stemmed. */
  gold: Set<string>;
}

/**
 * Keyphrases on `FOLDER/keyphrases/<set>/{docsutf8,keys}`: the mean over documents of F1 of the first ten, exact match of
 * lower-cased Porter stems, as such sets are usually scored. The goal is tf-idf with background on the whole sets; the
 * sets here are parts of them, so the same tf-idf runs beside.
 */
export async function measure(folder: string): Promise<QualityTable> {
  const rows: (string | number)[][] = [];
  for (const { name, goal } of NEWS) rows.push(await measureSet(path.join(folder, 'keyphrases', name), name, goal));
  return {
    title: 'Keyphrases',
    notes: [
      'F@10, exact match of stemmed phrases, mean over the documents. `new instance`: no background. `learned`: the other documents of the set as background, as an instance learns its own articles.',
      'Baseline: tf-idf over the same documents. `goal`: tf-idf with background as measured on the whole sets.',
    ],
    columns: [
      'set',
      'documents',
      'goal',
      'tf-idf',

      'new instance',
      'learned',
      'precision',
      'recall',
      'ms a document',
    ],
    rows,
  };
}

async function measureSet(folder: string, name: string, goal: number): Promise<(string | number)[]> {
  const language = (await readFile(path.join(folder, 'lan.txt'), 'utf8')).trim().slice(0, 2);
  const documents = await readDocuments(folder);
  const texts = documents.map(({ text }) => text);
  const sources = texts.map((text) => sourceOf(text, language));
  const terms = sources.map(backgroundTerms);
  const all = new Map<string, number>();
  for (const own of terms) for (const term of own) all.set(term, (all.get(term) ?? 0) + 1);
  const cold = sources.map((source) => phrases(source, null));
  const startedAt = performance.now();
  const learned = sources.map((source, index) => phrases(source, without(all, terms[index] ?? [], texts.length - 1)));
  const tookMs = (performance.now() - startedAt) / texts.length;
  const { f, precision, recall } = score(documents, learned);
  return [
    `${name} (${language})`,
    texts.length,
    goal,
    score(documents, tfIdf(texts, language, AT)).f,
    score(documents, cold).f,
    f,
    precision,
    recall,
    tookMs,
  ];
}

async function readDocuments(folder: string): Promise<Document[]> {
  const names = (await readdir(path.join(folder, 'docsutf8'))).filter((name) => name.endsWith('.txt')).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(path.join(folder, 'docsutf8', name), 'utf8');
      const keys = await readFile(path.join(folder, 'keys', `${name.slice(0, -4)}.key`), 'utf8');
      return {
        text,
        gold: new Set(
          keys
            .split('\n')
            .map(stemmed)
            .filter((key) => key !== ''),
        ),
      };
    }),
  );
}

/** The first line is the title where it is one. */
function sourceOf(text: string, language: string): KeyphraseSource {
  const [first = '', ...rest] = text.trim().split('\n');
  const isTitle = first.length < 200 && rest.length > 0;
  return { title: isTitle ? first.trim() : null, text: text.trim(), language };
}

function phrases(source: KeyphraseSource, background: Background | null): string[] {
  return extractKeyphrases(source, { background, limit: AT }).map(({ phrase }) => phrase);
}

function without(all: ReadonlyMap<string, number>, own: readonly string[], documentCount: number): Background {
  const counts = new Map(all);
  for (const term of own) counts.set(term, (counts.get(term) ?? 1) - 1);
  return { documentCount, counts };
}

function stemmed(phrase: string): string {
  return (phrase.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map(porterStem).join(' ');
}

function score(documents: readonly Document[], answers: readonly string[][]) {
  const scores = documents.map(({ gold }, index) => {
    const given = [...new Set((answers[index] ?? []).map(stemmed))].slice(0, AT);
    const hits = given.filter((phrase) => gold.has(phrase)).length;
    const precision = given.length > 0 ? hits / given.length : 0;
    const recall = gold.size > 0 ? hits / gold.size : 0;
    return { precision, recall, f: hits > 0 ? (2 * precision * recall) / (precision + recall) : 0 };
  });
  const mean = (of: (one: (typeof scores)[number]) => number) =>
    scores.reduce((sum, one) => sum + of(one), 0) / scores.length;
  return { f: mean(({ f }) => f), precision: mean(({ precision }) => precision), recall: mean(({ recall }) => recall) };
}
