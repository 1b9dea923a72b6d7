import type { CreatedAnswer, CreatedRecap, CreatedSummary } from '@alt/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestNewsCreator, type TestNewsCreator } from './testing.ts';

const HARBOUR = `The city council of Lindhaven voted on Tuesday to rebuild the old harbour. Work on the harbour begins in March 2027 and costs 48 million euros. Fishermen had asked the council for years to repair the harbour walls. The weather was mild. Mayor Ada Brandt said the rebuilt harbour would give the city 300 new places for boats. A café sells coffee nearby. Opponents on the council said the harbour was too dear for a city of this size.`;
const ROCKET = `The Orion rocket was launched from Kourou on Friday. It carries a weather satellite for twelve countries. Engineers had fixed a leaking valve in the second stage. The satellite will watch storms over the Atlantic for fifteen years.`;
const JAPANESE =
  '市議会は火曜日、古い港を再建することを決めた。港の工事は来年三月に始まり、費用は四十八億円になる。漁師たちは何年も前から港の壁の修理を求めていた。天気は穏やかだった。市長は、新しい港には三百隻の船が入ると述べた。';
const RUSSIAN =
  'Городской совет проголосовал во вторник за восстановление старой гавани. Работы в гавани начнутся в марте и обойдутся в 48 миллионов. Рыбаки много лет просили совет починить стены гавани. Погода была мягкой. Мэр сказал, что новая гавань примет триста лодок.';

let creator: TestNewsCreator;
beforeAll(async () => {
  creator = await startTestNewsCreator();
});
afterAll(() => creator.stop());

async function ask<T>(path: string, body: unknown): Promise<T> {
  const response = await creator.post(path, body);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

describe('the built-in engine', () => {
  test.each([
    ['en', HARBOUR],
    ['ja', JAPANESE],
    ['ru', RUSSIAN],
  ])('summarises with sentences of the text, in its order, each with its place (%s)', async (language, text) => {
    const summary = await ask<CreatedSummary>('/v1/summarize', { text, maximumSentences: 2 });
    expect(summary.engine).toBe('extractive');
    expect(summary.language).toBe(language);
    expect(summary.sentences).toHaveLength(2);
    for (const sentence of summary.sentences) {
      expect(text.slice(sentence.start ?? 0, sentence.end ?? 0)).toBe(sentence.text);
      expect(summary.text).toContain(sentence.text);
    }
    const starts = summary.sentences.map(({ start }) => start ?? 0);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(summary.text).not.toMatch(/mild|coffee|穏やか|мягкой/);
  });

  test('summarises many texts at once, in their order; one without sentences has no summary', async () => {
    const documents = [{ text: HARBOUR }, { text: '—— * ——' }, { text: ROCKET }];
    const { summaries } = await ask<{ summaries: (CreatedSummary | null)[] }>('/v1/summarize/batch', { documents });
    expect(summaries.map((summary) => summary?.text.slice(0, 9) ?? null)).toEqual([
      expect.any(String),
      null,
      expect.any(String),
    ]);
    expect(summaries[2]?.text).toContain('rocket');
  });

  const passages = [
    { id: 'p1', articleId: '11', title: 'Harbour to be rebuilt', text: HARBOUR },
    { id: 'p2', articleId: '22', title: 'Orion launched', text: ROCKET },
  ];

  test.each([
    ['How much does the harbour in Lindhaven cost?', '11', '48 million euros'],
    ['When was the Orion rocket launched?', '22', 'Friday'],
    ['Who is the mayor of Lindhaven?', '11', 'Ada Brandt'],
  ])('answers by exact quotes: %s', async (question, articleId, words) => {
    const answer = await ask<CreatedAnswer>('/v1/answer', { question, passages });
    expect(answer).toMatchObject({ found: true, engine: 'extractive' });
    expect(answer.citations[0]?.articleId).toBe(articleId);
    expect(answer.citations.map(({ quote }) => quote).join(' ')).toContain(words);
    for (const { passageId, quote, start, end } of answer.citations) {
      expect(passages.find(({ id }) => id === passageId)?.text.slice(start, end)).toBe(quote);
    }
  });

  test.each([
    'Who won the chess championship in Reykjavik?',
    'How much does the harbour in Westport cost?',
    'What is the mayor of Lindhaven allergic to in 2031?',
    'Who, what and when?',
    '??',
  ])('says when the passages hold no answer: %s', async (question) => {
    const answer = await ask<CreatedAnswer>('/v1/answer', { question, passages });
    expect(answer).toEqual({ found: false, answer: '', citations: [], engine: 'extractive' });
  });

  test('says so too when there is no passage at all', async () => {
    expect(await ask('/v1/answer', { question: 'Who is the mayor?', passages: [] })).toMatchObject({ found: false });
  });

  test('finds related articles by what they share, and none where there is none', async () => {
    const subject = { title: 'Harbour to be rebuilt', text: HARBOUR };
    const candidates = [
      { id: '1', title: 'Orion launched', text: ROCKET },
      {
        id: '2',
        title: 'Lindhaven fishermen welcome the harbour vote',
        text: 'Fishermen in Lindhaven welcomed the vote of the council on the harbour walls.',
      },
      { id: '3', title: 'A recipe for bread', text: 'Mix flour and water. Let the dough rest. Bake it in a hot oven.' },
    ];
    const { items } = await ask<{ items: { id: string; score: number; terms: string[] }[] }>('/v1/related', {
      subject,
      candidates,
    });
    expect(items.map(({ id }) => id)).toEqual(['2']);
    expect(items[0]?.terms.map((term) => term.toLowerCase())).toContain('harbour');
  });

  test('groups the stories of a recap by topic, the important first, each with why it is in it', async () => {
    const cluster = (id: string, title: string, text: string, more: object) => ({
      id,
      articles: [{ id: `${id}1`, title, text, feed: 'A feed' }],
      articleCount: 1,
      feedCount: 1,
      ...more,
    });
    const recap = await ask<CreatedRecap>('/v1/recap', {
      period: 'daily',
      maximumStories: 3,
      interests: ['space'],
      clusters: [
        cluster('a', 'Harbour', HARBOUR, { tags: ['Lindhaven'], feedCount: 4, articleCount: 5, ageHours: 9 }),
        cluster('b', 'Orion', ROCKET, { tags: ['Space'], starredCount: 1, ageHours: 9 }),
        cluster('c', 'Moon', 'A probe landed on the moon. It sent pictures.', { tags: ['space'], ageHours: 20 }),
        cluster('d', 'Bread', 'Mix flour and water. Bake it.', { ageHours: 23 }),
      ],
    });
    expect(recap.leftOut).toEqual(['d']);
    const topics = recap.topics.map(({ name, stories }) => [name, stories.map(({ clusterId }) => clusterId)]);
    expect(topics).toContainEqual(['Lindhaven', ['a']]);
    expect(topics).toContainEqual([expect.stringMatching(/space/i), ['b', 'c']]);
    const reasons = Object.fromEntries(
      recap.topics.flatMap(({ stories }) => stories).map((story) => [story.clusterId, story.reasons]),
    );
    expect(reasons.a).toContainEqual({ code: 'many-feeds', count: 4, tag: null });
    expect(reasons.b).toContainEqual({ code: 'starred', count: 1, tag: null });
    expect(reasons.c).toContainEqual({ code: 'tag', count: null, tag: 'space' });
    for (const { sentences, summary } of recap.topics.flatMap(({ stories }) => stories)) {
      expect(summary).not.toBe('');
      for (const { text, start, end } of sentences) {
        expect(
          [HARBOUR, ROCKET, 'A probe landed on the moon. It sent pictures.'].some(
            (all) => all.slice(start ?? 0, end ?? 0) === text,
          ),
        ).toBe(true);
      }
    }
  });
});

describe('Ollama’s API', () => {
  test('names the built-in engine where no model is configured, and says how to configure one', async () => {
    const tags = (await (await creator.peer('/api/tags')).json()) as { models: { name: string }[] };
    expect(tags.models.map(({ name }) => name)).toEqual(['extractive']);
    expect(await (await creator.peer('/api/version')).json()).toEqual({ version: expect.any(String) });
    const refused = await creator.post('/api/chat', {
      model: 'gemma3:4b',
      stream: false,
      messages: [{ role: 'user', content: 'Hi' }],
    });
    expect(refused.status).toBe(404);
    expect(await refused.json()).toMatchObject({ error: expect.stringContaining('OLLAMA_HOST') });
  });

  test('answers a prompt with its most telling sentences, at once or streamed', async () => {
    const body = { model: 'extractive', prompt: HARBOUR };
    const whole = await ask<{ response: string; done: boolean }>('/api/generate', { ...body, stream: false });
    expect(whole.done).toBe(true);
    expect(whole.response).toContain('harbour');
    const streamed = await (await creator.post('/api/generate', body)).text();
    const lines = streamed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { response: string; done: boolean });
    expect(lines.map(({ response }) => response).join('')).toBe(whole.response);
    expect(lines.at(-1)?.done).toBe(true);
  });

  test('makes vectors that are nearer for texts that are nearer', async () => {
    const { embeddings } = await ask<{ embeddings: number[][] }>('/api/embed', {
      model: 'extractive',
      input: [HARBOUR, 'The harbour walls of the city are repaired by the council.', ROCKET],
    });
    const dot = (a: number, b: number) =>
      (embeddings[a] ?? []).reduce((sum, x, i) => sum + x * (embeddings[b]?.[i] ?? 0), 0);
    expect(dot(0, 1)).toBeGreaterThan(dot(0, 2));
  });
});

test('nobody gets in without the token of a service that may call', async () => {
  const stranger = await creator.as('search-indexer');
  for (const path of ['/api/tags', '/v1/engines', '/api/version']) {
    expect((await stranger(path)).status).toBe(404);
    expect((await creator.peer(path)).status).toBe(200);
  }
});
