import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EngineQuery } from '../../packages/contracts/search-internal.ts';
import { createEmbeddedEngine } from '../../services/search-indexer/embedded/engine.ts';
import type { SearchIndex } from '../../services/search-indexer/engine.ts';
import { rankThroughApi } from './search-api.ts';
import type { QualityTable } from './table.ts';

/** `apiDepth`: so many are taken through the API, by pages whose entries are all shown; CISI has up to 155 relevant ones. */
const COLLECTIONS = [
  { name: 'cranfield', goal: 0.3, apiDepth: 200 },
  { name: 'cisi', goal: 0.22, apiDepth: 1_000 },
];
/** Judged rankings of the engine alone are of this length. */
const DEPTH = 1_000;

export interface Collection {
  documents: { id: string; title: string; text: string }[];
  queries: { id: string; text: string }[];
  /** Relevant documents by query. */
  relevant: Map<string, Set<string>>;
}

/** Mean average precision and nDCG@10 on public collections, by the embedded engine alone and through the public API. */
export async function measure(folder: string): Promise<QualityTable> {
  const rows: (string | number)[][] = [];
  for (const { name, goal, apiDepth } of COLLECTIONS) {
    const collection = await readCollection(path.join(folder, 'search-collections', name));
    const judged = collection.queries.filter(({ id }) => collection.relevant.has(id));
    const asked = { documents: collection.documents, queries: judged };
    const ways = [
      {
        way: `GET /v1/search, the first ${apiDepth.toLocaleString('en')}`,
        rankings: await rankThroughApi(asked, apiDepth),
      },
      { way: 'the engine alone, the first 1,000', rankings: await rankAll(collection) },
    ];
    for (const { way, rankings } of ways) {
      const mean = (score: (ranking: string[], relevant: Set<string>) => number): number =>
        judged.reduce(
          (sum, { id }) => sum + score(rankings.get(id) ?? [], collection.relevant.get(id) ?? new Set()),
          0,
        ) / judged.length;
      const scores = [mean(averagePrecision), mean(ndcgAt10)];
      rows.push([name, way, collection.documents.length, judged.length, ...scores, `≥ ${goal}`]);
    }
  }
  return {
    title: 'Search',
    notes: [
      'The embedded engine, BM25 over stems, title weighted; each question as plain words, its sentence unchanged.',
      'Every word of a question counts: articles with all words first, then by score. Through the public API the documents are',
      'articles of feeds that a reader follows, indexed and put into stories; a question is its words up to 500 characters.',
    ],
    columns: ['collection', 'asked', 'documents', 'questions', 'MAP', 'nDCG@10', 'goal (MAP)'],
    rows,
  };
}

async function readCollection(folder: string): Promise<Collection> {
  const lines = async (name: string): Promise<string[]> =>
    (await readFile(path.join(folder, name), 'utf8')).split('\n').filter((line) => line.trim() !== '');
  const json = async (name: string) =>
    (await lines(name)).map((line) => JSON.parse(line) as { _id?: string; id?: string; title?: string; text: string });
  const relevant = new Map<string, Set<string>>();
  for (const line of await lines('qrels.tsv')) {
    const [query = '', document = '', grade = '1'] = line.split('\t');
    if (!(Number(grade) > 0)) continue;
    relevant.set(query, (relevant.get(query) ?? new Set()).add(document));
  }
  return {
    documents: (await json('docs.jsonl')).map(({ _id, id, title = '', text }) => ({
      id: String(_id ?? id),
      title,
      text,
    })),
    queries: (await json('queries.jsonl')).map(({ _id, id, text }) => ({ id: String(_id ?? id), text })),
    relevant,
  };
}

async function rankAll({ documents, queries }: Collection): Promise<Map<string, string[]>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-quality-search-'));
  const engine = createEmbeddedEngine({
    folder,
    onError(error) {
      throw error;
    },
  });
  try {
    const index = await engine.create('collection');
    const articles = documents.map(({ title, text }, at) => ({
      articleId: at + 1,
      feedId: 1,
      language: 'en',
      sortAt: 0,
      title,
      author: null,
      url: null,
      // Both collections repeat the title in the text; a feed does not.
      text: text.startsWith(title) ? text.slice(title.length) : text,
    }));
    await index.apply({ articles, removedIds: [] });
    const rankings = new Map<string, string[]>();
    for (const { id, text } of queries) rankings.set(id, await rank(index, text, documents));
    return rankings;
  } finally {
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function rank(index: SearchIndex, question: string, documents: Collection['documents']): Promise<string[]> {
  const words = question.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const text: EngineQuery = {
    kind: 'and',
    parts: words.map((word) => ({ kind: 'word', field: 'text', text: word })),
  };
  const request = {
    mode: 'rank',
    order: 'relevance',
    limit: DEPTH,
    offset: 0,
    facets: [],
    countLimit: 10_000,
  } as const;
  const { hits } = await index.search({ text, scope: { feedIds: [1] }, ...request });
  return hits.map(({ articleId }) => documents[articleId - 1]?.id ?? '');
}

function averagePrecision(ranking: string[], relevant: Set<string>): number {
  let found = 0;
  let sum = 0;
  for (const [at, id] of ranking.entries()) {
    if (!relevant.has(id)) continue;
    found += 1;
    sum += found / (at + 1);
  }
  return sum / relevant.size;
}

function ndcgAt10(ranking: string[], relevant: Set<string>): number {
  const gain = (at: number): number => 1 / Math.log2(at + 2);
  const reached = ranking.slice(0, 10).reduce((sum, id, at) => sum + (relevant.has(id) ? gain(at) : 0), 0);
  const possible = Array.from({ length: Math.min(10, relevant.size) }, (_, at) => gain(at));
  return reached / possible.reduce((sum, value) => sum + value, 0);
}
