import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineQuery } from '@alt/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmbeddedEngine } from './embedded/engine.ts';
import {
  type EngineRequest,
  type IndexedArticle,
  type SearchEngine,
  type SearchIndex,
  SearchTimeoutError,
} from './engine.ts';
import { createMeilisearchEngine } from './meilisearch/engine.ts';
import { createMeilisearchServer, meilisearchBinary } from './meilisearch/testing.ts';

const binary = meilisearchBinary();

/** What every engine promises, asked of each. Meilisearch runs where npm has its server. */
const engines: { name: string; isHere: boolean; open(): Promise<{ engine: SearchEngine; close(): Promise<void> }> }[] =
  [
    {
      name: 'embedded',
      isHere: true,
      async open() {
        const folder = await mkdtemp(join(tmpdir(), 'alt-search-'));
        const onError = (error: unknown) => expect.fail(String(error));
        return { engine: createEmbeddedEngine({ folder, onError }), close: () => rm(folder, { recursive: true }) };
      },
    },
    {
      name: 'meilisearch',
      isHere: binary !== null,
      async open() {
        const server = await createMeilisearchServer(binary ?? '');
        await server.start();
        const signal = new AbortController().signal;
        return { engine: createMeilisearchEngine({ ...server, signal }), close: server.close };
      },
    },
  ];

const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 10, 1);

function article(articleId: number, given: Partial<IndexedArticle>): IndexedArticle {
  const rest = { feedId: 1, language: 'en', author: null, url: null, text: '', title: '' };
  return { articleId, sortAt: T0 + articleId * HOUR, ...rest, ...given };
}

const articles: IndexedArticle[] = [
  article(1, { title: 'Running shoes compared', text: 'We ran in twelve pairs of shoes. The best shoe is light.' }),
  article(2, {
    title: 'A quiet kernel',
    text: 'The Linux kernel runs quietly on old machines, and café owners like it.',
  }),
  article(3, {
    title: 'Linux for cafes',
    text: 'Cafes with old machines install free software. State-of-the-art it is not.',
  }),
  article(4, {
    feedId: 2,
    title: 'Secret plans',
    text: 'The kernel of the plan is secret.',
    author: 'Ada Byron',
    url: 'https://example.org/plans/secret-kernel',
  }),
  article(5, { language: 'ja', title: '東京の天気', text: '今日の東京都の天気は晴れです。iPhoneで確認できます。' }),
  article(6, { language: 'ja', title: '京都の紅葉', text: '京都では紅葉が見頃を迎えています。天気もよい。' }),
  article(7, {
    language: 'ru',
    title: 'Новая книга',
    text: 'Автор написал новую книгу о ёлках.',
    author: 'Ada Lovelace',
  }),
  article(8, { language: null, title: 'C++ and C# side by side', text: 'Version 3.14 of nothing.' }),
  article(9, { language: 'de', title: 'Über Häuser', text: 'Die Straße führt zum Haus am See.' }),
];

const word = (text: string, field: 'text' | 'title' | 'author' | 'url' = 'text'): EngineQuery => ({
  kind: 'word',
  field,
  text,
});
const phrase = (text: string, field: 'text' | 'title' | 'author' | 'url' = 'text'): EngineQuery => ({
  kind: 'phrase',
  field,
  text,
});
const and = (...parts: EngineQuery[]): EngineQuery => ({ kind: 'and', parts });
const or = (...parts: EngineQuery[]): EngineQuery => ({ kind: 'or', parts });
const not = (part: EngineQuery): EngineQuery => ({ kind: 'not', part });

function request(text: EngineQuery | null, given: Partial<EngineRequest> = {}): EngineRequest {
  const rest = { mode: 'filter', order: 'relevance', limit: 50, offset: 0, facets: [], countLimit: 10_000 } as const;
  return { text, scope: { feedIds: [1, 2, 3] }, ...rest, ...given };
}

/** Asks again where a search took too long: on a busy machine any may. */
function patient(index: SearchIndex): SearchIndex {
  const search = (request: EngineRequest, tries = 10): ReturnType<SearchIndex['search']> =>
    index.search(request).catch((error) => {
      if (tries > 1 && error instanceof SearchTimeoutError) return search(request, tries - 1);
      throw error;
    });
  return { ...index, search: (request) => search(request) };
}

describe.each(engines)('$name', ({ open, isHere }) => {
  let engine: SearchEngine;
  let index: SearchIndex;
  let close: () => Promise<void>;

  beforeAll(async () => {
    if (!isHere) return;
    ({ engine, close } = await open());
    index = patient(await engine.create('promises'));
    await index.apply({ articles, removedIds: [] });
  });
  afterAll(async () => {
    await engine?.stop();
    await close?.();
  });
  const promise = test.skipIf(!isHere);

  const found = async (text: EngineQuery | null, given: Partial<EngineRequest> = {}): Promise<number[]> => {
    const { hits } = await index.search(request(text, given));
    return hits.map(({ articleId }) => articleId).sort((a, b) => a - b);
  };
  const inOrder = async (text: EngineQuery | null, given: Partial<EngineRequest> = {}): Promise<number[]> => {
    const { hits } = await index.search(request(text, given));
    return hits.map(({ articleId }) => articleId);
  };

  promise.each<[string, EngineQuery | null, number[]]>([
    ['a word in title and text', word('kernel'), [2, 4]],
    ['a word by its stem', word('shoes'), [1]],
    ['a word by its stem in its own language', word('книга'), [7]],
    ['accents and case aside', word('CAFÉS'), [2, 3]],
    ['umlauts and sharp s aside', and(word('uber'), word('strasse')), [9]],
    ['all words of a filter', and(word('kernel'), word('quietly')), [2]],
    ['either word', or(word('kernel'), word('紅葉')), [2, 4, 6]],
    ['without a word', and(word('kernel'), not(word('secret'))), [2]],
    ['everything but a word', not(word('kernel')), [1, 3, 5, 6, 7, 8, 9]],
    ['nested conditions', and(or(word('linux'), word('plan')), not(and(word('free'), word('software')))), [2, 4]],
    ['a phrase', phrase('old machines'), [2, 3]],
    ['a phrase word by word', phrase('machines old'), []],
    ['a phrase not across title and text', phrase('kernel the'), []],
    ['a quoted word as it is written', phrase('shoe'), [1]],
    ['no other form of a quoted word', phrase('machine'), []],
    ['a word with hyphens as a phrase', word('state-of-the-art'), [3]],
    ['a word in the title', word('linux', 'title'), [3]],
    ['a phrase in the title', phrase('quiet kernel', 'title'), [2]],
    ['not a phrase that only begins in the title', phrase('secret plans the', 'title'), []],
    ['an author', word('ada', 'author'), [4, 7]],
    ['an author by the whole name', phrase('ada byron', 'author'), [4]],
    ['a piece of the address', word('plans', 'url'), [4]],
    ['several pieces of the address', phrase('secret-kernel', 'url'), [4]],
    ['Japanese words', word('天気'), [5, 6]],
    ['Japanese words that stand in one word of the query', word('東京の天気'), [5]],
    ['a piece of a Japanese text, whatever a dictionary would cut', phrase('京都の'), [5, 6]],
    ['a single letter of a Japanese text', word('晴'), [5]],
    ['mixed scripts', phrase('iPhoneで'), [5]],
    ['signs that make another word', word('c++'), [8]],
    ['numbers', word('3.14'), [8]],
    ['the beginning of a word', { kind: 'word', field: 'text', text: 'quie', isPrefix: true }, [2]],
    ['everything', null, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['nothing for signs alone', word('&'), []],
    ['all the same with signs beside', and(word('kernel'), word('&')), [2, 4]],
  ])('finds %s', async (_what, text, expected) => {
    expect(await found(text)).toEqual(expected);
  });

  promise('finds nothing of a feed that the reader may not see', async () => {
    expect(await found(word('kernel'), { scope: { feedIds: [1] } })).toEqual([2]);
    expect(await found(word('kernel'), { scope: { feedIds: [] } })).toEqual([]);
    expect(await found(null, { scope: { feedIds: [2] } })).toEqual([4]);
  });

  promise('keeps to the candidates, times and languages given', async () => {
    const feedIds = [1, 2];
    expect(await found(word('kernel'), { scope: { feedIds, articleIds: [1, 4, 77] } })).toEqual([4]);
    expect(await found(null, { scope: { feedIds, after: T0 + 3 * HOUR, before: T0 + 6 * HOUR } })).toEqual([3, 4, 5]);
    expect(await found(null, { scope: { feedIds, languages: ['ja', 'und'] } })).toEqual([5, 6, 8]);
  });

  promise('pages, and sorts by time', async () => {
    expect(await inOrder(null, { order: 'newest', limit: 3 })).toEqual([9, 8, 7]);
    expect(await inOrder(null, { order: 'newest', limit: 3, offset: 3 })).toEqual([6, 5, 4]);
    expect(await inOrder(null, { order: 'oldest', limit: 2 })).toEqual([1, 2]);
    expect((await index.search(request(null, { limit: 0 }))).total).toBe(9);
    const { hits } = await index.search(request(word('kernel'), { order: 'oldest' }));
    expect(hits).toMatchObject([
      { articleId: 2, sortAt: T0 + 2 * HOUR },
      { articleId: 4, sortAt: T0 + 4 * HOUR },
    ]);
  });

  promise('counts exactly up to a limit and says where there are more', async () => {
    expect(await index.search(request(null))).toMatchObject({ total: 9, totalIsExact: true });
    expect(await index.search(request(null, { countLimit: 4, limit: 2 }))).toMatchObject({
      total: 4,
      totalIsExact: false,
    });
  });

  promise('ranks articles with all words first, then those with some', async () => {
    const ranked = await inOrder(and(word('linux'), word('kernel')), { mode: 'rank' });
    expect(ranked[0]).toBe(2);
    expect([...ranked].sort()).toEqual([2, 3, 4]);
    const unknown = await inOrder(and(word('linux'), word('xylophonist')), { mode: 'rank' });
    expect([...unknown].sort()).toEqual([2, 3]);
  });

  promise('ranks a word in the title above one in the text', async () => {
    expect((await inOrder(word('kernel'), { mode: 'rank' }))[0]).toBe(2);
  });

  promise('reads a word that nobody wrote as one that is nearly so', async () => {
    const { hits, corrections } = await index.search(request(word('kernal'), { mode: 'rank' }));
    expect(hits.map(({ articleId }) => articleId).sort()).toEqual([2, 4]);
    expect(corrections).toEqual([{ word: 'kernal', readAs: ['kernel'] }]);
    expect(await found(word('kernal'))).toEqual([]);
  });

  promise('reads no word as one that only others have, whatever is asked, and knows no word of theirs', async () => {
    const own = await engine.create('tenants');
    await own.apply({
      articles: [
        article(1, { feedId: 1, title: 'A quiet harbour', text: 'The ferry leaves at noon.' }),
        article(2, {
          feedId: 2,
          title: 'Acquisition of Zanthorium',
          text: 'The harbor of Zanthorium is secret. Ferrys.',
        }),
        article(3, { feedId: 1, title: 'Noon', text: 'Zanthoriun once.', language: 'de' }),
      ],
      removedIds: [],
    });
    const ask = async (text: string, scope: EngineRequest['scope']) => {
      const { hits, corrections } = await own.search(request(word(text), { mode: 'rank', scope }));
      return { ids: hits.map(({ articleId }) => articleId), corrections };
    };
    expect((await ask('zanthorum', { feedIds: [2] })).corrections).toEqual([
      { word: 'zanthorum', readAs: ['zanthorium'] },
    ]);
    expect((await ask('zanthorum', { feedIds: [1], languages: ['en'] })).corrections).toEqual([]);
    expect((await ask('acquisitoin', { feedIds: [1] })).corrections).toEqual([]);
    // Known to others alone: the reader's own word is meant.
    expect(await ask('harbor', { feedIds: [1] })).toEqual({
      ids: [1],
      corrections: [{ word: 'harbor', readAs: ['harbour'] }],
    });
    expect((await ask('harbor', { feedIds: [1], articleIds: [3] })).corrections).toEqual([]);
    // In another feed of the reader's: it is right, and stands nowhere in this one.
    expect(await ask('harbor', { feedIds: [1], readableFeedIds: [1, 2] })).toEqual({ ids: [], corrections: [] });
    await own.apply({ articles: [], removedIds: [1] });
    expect((await ask('harbor', { feedIds: [1] })).corrections).toEqual([]);
    await own.close();
    await engine.drop('tenants');
  });

  promise('seeks others for few of the unknown words of a query, each once', async () => {
    const misspelt = ['kernal', 'shose', 'machinse', 'secrte', 'sotfware', 'linxu', 'quietyl'];
    const parts = [...misspelt, ...misspelt].map((text) => word(text));
    const { corrections } = await index.search(request({ kind: 'and', parts }, { mode: 'rank' }));
    expect(corrections.length).toBeGreaterThan(2);
    expect(corrections.length).toBeLessThanOrEqual(5);
    expect(new Set(corrections.map((one) => one.word)).size).toBe(corrections.length);
  });

  promise('counts what is found by feed, language and day', async () => {
    const { facets } = await index.search(request(word('天気'), { facets: ['feed', 'language', 'day'] }));
    expect(facets).toEqual({
      feed: [{ value: '1', count: 2 }],
      language: [{ value: 'ja', count: 2 }],
      day: [{ value: '2026-11-01', count: 2 }],
    });
  });

  promise('sees a change and a removal as soon as they are applied', async () => {
    const own = await engine.create('changes');
    await own.apply({ articles: articles.slice(0, 4), removedIds: [] });
    await own.apply({ articles: [article(2, { title: 'Renamed', text: 'About teapots.' })], removedIds: [1] });
    const search = async (text: EngineQuery | null) =>
      (await own.search(request(text))).hits.map(({ articleId }) => articleId).sort();
    expect(await search(word('kernel'))).toEqual([4]);
    expect(await search(word('teapot'))).toEqual([2]);
    expect(await search(null)).toEqual([2, 3, 4]);
    expect(await own.count()).toBe(3);
    await own.apply({ articles: [article(2, { title: 'Renamed', text: 'About teapots.' })], removedIds: [1, 99] });
    expect(await own.count()).toBe(3);
    await own.close();
    await engine.drop('changes');
    expect(await engine.open('changes')).toBeNull();
  });
});
