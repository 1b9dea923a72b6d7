import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { splitSentences } from '@alt/language/sentences.ts';
import { summarizeText, termsOf } from '@alt/language/summary.ts';
import { segmentWords } from '@alt/language/words.ts';
import { rankByLexRank, rankByTextRank } from './sentence-ranking.ts';
import type { QualityTable } from './table.ts';

interface Article {
  title: string;
  text: string;
  sentences: { text: string; words: string[] }[];
  reference: string[];
}

/** Sentences by rank, the best first. */
type Rank = (article: Article) => number[];

/**
 * Summaries of news against extractive references, at the length of the reference in words: ROUGE-1 and ROUGE-2 F1
 * (Lin 2004), lower-cased words without stemming. Every system chooses among the same sentences, its choice is put in the
 * order of the text, and the same number of words is scored.
 */
export async function measure(folder: string): Promise<QualityTable> {
  const articles = loadArticles(path.join(folder, 'summaries'));
  const systems: [string, Rank][] = [
    ['Alt', rankByAlt],
    ['lead', ({ sentences }) => [...sentences.keys()]],
    [
      'TextRank (overlap, PageRank)',
      ({ sentences }) => rankByTextRank(sentences.map(({ text }) => termsOf(text, 'en'))),
    ],
    [
      'LexRank (tf-idf cosine > 0.1, PageRank), all words',
      ({ sentences }) =>
        rankByLexRank(
          sentences.map(({ words }) => words),
          { threshold: 0.1 },
        ),
    ],
    [
      'LexRank continuous, stems without stopwords',
      ({ sentences }) =>
        rankByLexRank(
          sentences.map(({ text }) => [...termsOf(text, 'en')]),
          { threshold: 0 },
        ),
    ],
  ];
  return {
    title: 'Summaries',
    notes: [
      `${articles.length} English news articles with extractive references (about 40 % of the text).`,
      'ROUGE F1 at the length of the reference; higher is better; ± is the standard error over articles.',
    ],
    columns: ['system', 'ROUGE-1', '±', 'ROUGE-2', '±', 'ms an article'],
    rows: systems.map(([name, rank]) => measureSystem(name, rank, articles)),
  };
}

function measureSystem(name: string, rank: Rank, articles: Article[]): (string | number)[] {
  const ones: number[] = [];
  const twos: number[] = [];
  const startedAt = performance.now();
  const orders = articles.map(rank);
  const tookMs = (performance.now() - startedAt) / articles.length;
  articles.forEach((article, index) => {
    const summary = wordsOfChoice(article, orders[index] ?? []);
    ones.push(rouge(summary, article.reference, 1));
    twos.push(rouge(summary, article.reference, 2));
  });
  return [name, ...meanOf(ones), ...meanOf(twos), Number(tookMs.toFixed(2))];
}

function rankByAlt({ title, text, sentences }: Article): number[] {
  const places = new Map(splitSentences(text, 'en').map(({ start }, index) => [start, index]));
  const chosen = summarizeText({ title, text, language: 'en' }, { maximumSentences: sentences.length });
  return chosen.sort((a, b) => a.rank - b.rank).flatMap(({ start }) => places.get(start) ?? []);
}

/** The first sentences by rank that fill the length of the reference, the last of them cut, in the order of the text. */
function wordsOfChoice({ sentences, reference }: Article, order: number[]): string[] {
  const chosen: { index: number; words: string[] }[] = [];
  let left = reference.length;
  for (const index of order) {
    const words = sentences[index]?.words.slice(0, left) ?? [];
    left -= words.length;
    chosen.push({ index, words });
    if (left <= 0) break;
  }
  return chosen.sort((a, b) => a.index - b.index).flatMap(({ words }) => words);
}

/** F1 of n-grams, each counted as often as both have it. */
export function rouge(summary: string[], reference: string[], size: number): number {
  const given = countGrams(summary, size);
  const wanted = countGrams(reference, size);
  let shared = 0;
  for (const [gram, count] of wanted.counts) shared += Math.min(count, given.counts.get(gram) ?? 0);
  return given.total + wanted.total === 0 ? 0 : (2 * shared) / (given.total + wanted.total);
}

function countGrams(words: string[], size: number) {
  const counts = new Map<string, number>();
  for (let at = 0; at + size <= words.length; at += 1) {
    const gram = words.slice(at, at + size).join(' ');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return { counts, total: Math.max(words.length - size + 1, 0) };
}

function meanOf(values: number[]): [number, number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return [Number(mean.toFixed(4)), Number(Math.sqrt(variance / values.length).toFixed(4))];
}

function loadArticles(folder: string): Article[] {
  return readdirSync(path.join(folder, 'articles'))
    .sort()
    .map((name) => {
      const [title = '', ...rest] = readFileSync(path.join(folder, 'articles', name), 'utf8').split('\n');
      const text = rest.join('\n').trim();
      const sentences = splitSentences(text, 'en').map((sentence) => ({
        text: sentence.text,
        words: wordsOf(sentence.text),
      }));
      const reference = wordsOf(respace(readFileSync(path.join(folder, 'references', name), 'utf8')));
      return { title: title.trim(), text, sentences, reference };
    });
}

function wordsOf(text: string): string[] {
  return segmentWords(text, 'en').map(({ text: word }) => word.toLowerCase());
}

/** The references glue their sentences together: "…staff.The Telegraph…" */
function respace(text: string): string {
  return text.replace(/([a-z0-9)%][.!?]["']?|[.!?]["'])(?=["'£$(]?[A-Z0-9])/g, '$1 ');
}
