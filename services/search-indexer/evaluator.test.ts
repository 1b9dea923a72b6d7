import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JudgedArticle, matches, parseQuery, splitQuery, type TextAnalysis } from '@alt/contracts';
import { foldWord } from '@alt/language/words.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAnalysis } from './analysis.ts';
import { createEmbeddedEngine } from './embedded/engine.ts';
import type { IndexedArticle, SearchEngine, SearchIndex } from './engine.ts';

const analysis: TextAnalysis = { ...createAnalysis(), fold: foldWord };

const WORDS = [
  ...['cats', 'cat', 'running', 'runs', 'RAN', 'café', 'state-of-the-art', 'C++', 'naïve', '3.14', 'iPhone'],
  ...[
    '東京',
    '東京都',
    '京都の紅葉',
    'エンジン',
    'книги',
    'книга',
    'ёлка',
    'Straße',
    'Häuser',
    '서울시',
    'ไทย',
    'don’t',
  ],
];
const LANGUAGES = ['en', 'ja', 'ru', 'de', 'ko', null];

const text = fc.array(fc.constantFrom(...WORDS), { maxLength: 6 }).map((words) => words.join(' '));
const indexed = fc.record({ title: text, text, author: text, url: text, language: fc.constantFrom(...LANGUAGES) });

const leaf = fc
  .tuple(
    fc.constantFrom('', '', '', 'intitle:', 'author:', 'inurl:'),
    fc.constantFrom(...WORDS),
    fc.nat(3),
    fc.constantFrom(...WORDS),
  )
  .map(([field, word, kind, next]) => {
    if (kind === 0) return `${field}"${word} ${next}"`;
    if (kind === 1) return `${field}"${word}"`;
    return kind === 2 && !word.includes('+') ? `${field}${word.slice(0, 3)}*` : `${field}${word}`;
  });
const { query } = fc.letrec<{ query: string }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    tie('query').map((part) => `-(${part})`),
    fc.tuple(tie('query'), tie('query')).map(([a, b]) => `(${a}) (${b})`),
    fc.tuple(tie('query'), tie('query')).map(([a, b]) => `(${a}) OR (${b})`),
  ),
}));

let folder: string;
let engine: SearchEngine;
let index: SearchIndex;
let judged: (JudgedArticle & { id: number })[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alt-evaluator-'));
  engine = createEmbeddedEngine({ folder, onError: (error) => expect.fail(String(error)) });
  index = await engine.create('evaluated');
  const articles = fc
    .sample(indexed, { numRuns: 200, seed: 20261121 })
    .map((article, n): IndexedArticle => ({ ...article, articleId: n + 1, feedId: 1, sortAt: n }));
  // Several segments, some of them of articles that have changed since.
  for (const [first, last] of [
    [0, 80],
    [80, 160],
    [40, 200],
  ]) {
    await index.apply({ articles: articles.slice(first, last), removedIds: [] });
  }
  await index.apply({ articles: [], removedIds: [7, 77, 177] });
  judged = articles
    .filter(({ articleId }) => articleId % 100 !== 77 && articleId !== 7)
    .map(({ articleId, feedId: _feed, ...article }) => ({
      ...article,
      ...NO_STATE,
      id: articleId,
      sortAt: new Date(0),
    }));
});
afterAll(async () => {
  await engine.stop();
  await rm(folder, { recursive: true });
});

const NO_STATE = {
  feed: { id: 1, title: '', url: null },
  ...{ folders: [], labels: [], tags: [] },
  ...{ isRead: false, isStarred: false, hasSummary: false, hasAudio: false },
};

test('the embedded engine finds exactly the articles that the evaluator finds one by one, whatever is asked', async () => {
  await fc.assert(
    fc.asyncProperty(query, async (q) => {
      const root = parseQuery(q).query?.root;
      const [only] = (root && splitQuery(root)) ?? [];
      if (!root || !only?.text) throw new Error(`no query of text: ${q}`);
      const expected = judged.filter((article) => matches(root, article, analysis)).map(({ id }) => id);
      const { hits, total } = await index.search({
        ...{ text: only.text, mode: 'filter', order: 'oldest', limit: 1_000, offset: 0 },
        ...{ facets: [], countLimit: 10_000, scope: { feedIds: [1] } },
      });
      expect(hits.map(({ articleId }) => articleId).toSorted((a, b) => a - b)).toEqual(expected);
      expect(total).toBe(expected.length);
    }),
    { numRuns: 500 },
  );
});
