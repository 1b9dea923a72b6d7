import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { EngineQuery } from '../packages/contracts/search-internal.ts';
import { createEmbeddedEngine } from '../services/search-indexer/embedded/engine.ts';
import type { EngineRequest, SearchIndex } from '../services/search-indexer/engine.ts';
import type { Section } from './report.ts';
import { ARCHIVE_FEEDS, ARTICLE_EVERY_MS, type Archive, createArchive, FIRST_ARTICLE_AT } from './search-articles.ts';

const ARRIVAL_BATCH = 100;
const FRESH = 10_000;
const SEARCHES = 1_000;
const CANDIDATES = 10_000;
const DAY_MS = 86_400_000;
/** Between two searches: a reader who waits for nothing else. */
const PAUSE_MS = 5;

/** Search over a million articles on the embedded engine, while fresh ones arrive. */
export async function benchSearch({ isQuick }: { isQuick: boolean }): Promise<Section> {
  const articles = isQuick ? 100_000 : 1_000_000;
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-bench-search-'));
  try {
    // In a process of its own: what filling leaves in memory is none of searching's.
    const program = path.join(import.meta.dirname, 'search-fill.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [program, folder, String(articles)]);
    const archive = createArchive();
    const before = process.memoryUsage.rss() / 1e6;
    return await measure({ folder, archive, articles, filledSeconds: Number(stdout), before });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The index opened anew, in a process that has only what makes up the questions. */
async function measure(made: {
  folder: string;
  archive: Archive;
  articles: number;
  filledSeconds: number;
  /** MB resident before anything was done. */
  before: number;
}): Promise<Section> {
  const { folder, archive, articles, filledSeconds, before } = made;
  const engine = createEmbeddedEngine({
    folder,
    onError(error) {
      throw error;
    },
  });
  const index = await engine.open('bench');
  if (!index) throw new Error('the index is gone');
  const memory: number[] = [];
  const sampling = setInterval(() => memory.push(process.memoryUsage.rss() / 1e6 - before), 100);
  const quiet = await searchMany(index, archive, articles, SEARCHES / 2);
  let fresh = articles;
  let isDone = false;
  const arriving = (async () => {
    for (; fresh < articles + FRESH; fresh += ARRIVAL_BATCH) {
      const batch = Array.from({ length: ARRIVAL_BATCH }, (_, at) => archive.article(fresh + at));
      await index.apply({ articles: batch, removedIds: [] });
    }
    isDone = true;
  })();
  const meanwhile: Kinds = new Map();
  while (!isDone) await searchMany(index, archive, articles, 20, meanwhile);
  await arriving;
  const after = await searchMany(index, archive, articles, SEARCHES);
  clearInterval(sampling);
  await engine.stop();
  const every = (kinds: Kinds) => [...kinds.values()].flat();
  const target = 'p95 ≤ 50 ms, p99 ≤ 200 ms';
  return {
    title: `Search over ${articles.toLocaleString('en')} articles, embedded engine`,
    notes: [
      '150 words an article by Zipf from a vocabulary of 300,000; 60 % English, 10 % each German, French, Russian, unknown.',
      '40 % one to three words, 15 % phrases as they stand in articles, 15 % AND, OR and NOT, 20 % within a feed, a folder or a',
      'month, 10 % within 10,000 candidates. Words that are sought are none of the 100 most frequent, those of phrases any.',
      `Built in ${filledSeconds.toFixed(0)} s; ${(await sizeOf(folder)).toFixed(0)} MB on disk. Times are those of the caller.`,
    ],
    measures: [
      { what: 'all searches, nothing arriving', unit: 'ms', values: every(quiet), target },
      {
        what: `all, while ${FRESH.toLocaleString('en')} arrive in batches of ${ARRIVAL_BATCH}`,
        unit: 'ms',
        values: every(meanwhile),
        target,
      },
      { what: 'all, afterwards', unit: 'ms', values: every(after), target },
      ...[...after].map(([kind, values]) => ({ what: `afterwards: ${kind}`, unit: 'ms' as const, values })),
      { what: 'more resident, upkeep included', unit: 'MB', values: memory, target: '≤ 600 MB' },
    ],
  };
}

type Kinds = Map<string, number[]>;

async function searchMany(
  index: SearchIndex,
  archive: Archive,
  articles: number,
  count: number,
  kinds: Kinds = new Map(),
): Promise<Kinds> {
  for (let asked = 0; asked < count; asked += 1) {
    const { kind, request } = ask(archive, articles);
    const begun = performance.now();
    await index.search(request);
    kinds.set(kind, [...(kinds.get(kind) ?? []), performance.now() - begun]);
    await sleep(PAUSE_MS);
  }
  return kinds;
}

const word = (text: string): EngineQuery => ({ kind: 'word', field: 'text', text });
const allFeeds = Array.from({ length: ARCHIVE_FEEDS }, (_, at) => at + 1);

function ask(archive: Archive, articles: number): { kind: string; request: EngineRequest } {
  const base = { order: 'relevance', limit: 50, offset: 0, facets: [], countLimit: CANDIDATES } as const;
  const make = (
    kind: string,
    text: EngineQuery,
    mode: 'rank' | 'filter',
    scope: Partial<EngineRequest['scope']> = {},
  ): { kind: string; request: EngineRequest } => ({
    kind,
    request: { ...base, text, mode, scope: { feedIds: allFeeds, ...scope } },
  });
  const dice = archive.random();
  if (dice < 0.4) return make('words', words(archive, 1 + Math.floor(archive.random() * 3)), 'rank');
  if (dice < 0.55) {
    const text = archive.words(2 + Math.floor(archive.random() * 2)).join(' ');
    return make('phrases', { kind: 'phrase', field: 'text', text }, 'filter');
  }
  if (dice < 0.7) return make('AND, OR, NOT', operators(archive), 'filter');
  if (dice < 0.9) return make('in a feed, folder or month', words(archive, 2), 'rank', scopeOf(archive, articles));
  const articleIds = Array.from({ length: CANDIDATES }, () => 1 + Math.floor(archive.random() * articles));
  return make('among candidates', words(archive, 2), 'filter', { articleIds });
}

function words(archive: Archive, count: number): EngineQuery {
  const [first, ...rest] = Array.from({ length: count }, () => word(archive.contentWord()));
  return first && rest.length === 0 ? first : { kind: 'and', parts: first ? [first, ...rest] : [] };
}

function operators(archive: Archive): EngineQuery {
  const [a, b, c] = [word(archive.contentWord()), word(archive.contentWord()), word(archive.contentWord())];
  const dice = archive.random();
  if (dice < 0.34) return { kind: 'and', parts: [a, b, { kind: 'not', part: c }] };
  if (dice < 0.67) return { kind: 'or', parts: [a, b] };
  return { kind: 'and', parts: [a, { kind: 'or', parts: [b, c] }] };
}

function scopeOf(archive: Archive, articles: number): Partial<EngineRequest['scope']> {
  const dice = archive.random();
  const first = 1 + Math.floor(archive.random() * (ARCHIVE_FEEDS - 30));
  if (dice < 0.34) return { feedIds: [first], readableFeedIds: allFeeds };
  if (dice < 0.67) return { feedIds: allFeeds.slice(first, first + 30), readableFeedIds: allFeeds };
  const before = FIRST_ARTICLE_AT + Math.floor(archive.random() * articles) * ARTICLE_EVERY_MS;
  return { after: before - 30 * DAY_MS, before };
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0) / 1e6;
}
