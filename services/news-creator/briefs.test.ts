import type { CreatedBrief } from '@alt/contracts';
import { type FakeLlm, startFakeLlm } from '@alt/testing/fake-llm.ts';
import { afterEach, expect, test } from 'vitest';
import { startTestNewsCreator, type TestNewsCreator } from './testing.ts';

const passages = [
  {
    id: 'p1',
    articleId: '11',
    title: 'Harbour to be rebuilt',
    text: 'The city council of Lindhaven voted on Tuesday to rebuild the old harbour. The work costs 48 million euros. A café sells coffee nearby.',
  },
  {
    id: 'p2',
    articleId: '22',
    title: 'Council decides',
    text: 'On Tuesday the city council of Lindhaven voted to rebuild the old harbour. Opponents said the harbour was too dear.',
  },
  { id: 'p3', articleId: '33', title: 'Orion launched', text: 'The Orion rocket was launched from Kourou on Friday.' },
];

let creator: TestNewsCreator;
let llm: FakeLlm | null = null;
afterEach(async () => {
  await creator.stop();
  await llm?.stop();
  llm = null;
});

async function brief(body: object): Promise<CreatedBrief> {
  const response = await creator.post('/v1/brief', body);
  expect(response.status).toBe(200);
  return (await response.json()) as CreatedBrief;
}

function expectExact({ sentences }: CreatedBrief): void {
  for (const { citations } of sentences) {
    expect(citations.length).toBeGreaterThan(0);
    for (const { passageId, articleId, quote, start, end } of citations) {
      const passage = passages.find(({ id }) => id === passageId);
      expect(passage?.articleId).toBe(articleId);
      expect(passage?.text.slice(start, end)).toBe(quote);
    }
  }
}

test('the built-in engine says each thing once and cites every article that says it', async () => {
  creator = await startTestNewsCreator();
  const made = await brief({ topic: 'The harbour of Lindhaven', passages, maximumSentences: 3 });
  expect(made.engine).toBe('extractive');
  expectExact(made);
  const votes = made.sentences.filter(({ text }) => text.includes('voted'));
  expect(votes).toHaveLength(1);
  expect(votes[0]?.citations.map(({ articleId }) => articleId).toSorted()).toEqual(['11', '22']);
  expect(made.sentences).toHaveLength(3);
});

test('of a model only what it quotes exactly is kept', async () => {
  llm = await startFakeLlm();
  creator = await startTestNewsCreator({ OLLAMA_HOST: llm.origin });
  llm.answerWith(() =>
    JSON.stringify({
      found: true,
      statements: [
        { text: 'The harbour will be rebuilt for 48 million.', passage: 1, quote: 'The work costs 48 million euros' },
        { text: 'It was made up.', passage: 2, quote: 'words that stand nowhere in it' },
        { text: 'It names no passage.', passage: 9, quote: 'The work costs 48 million euros' },
      ],
    }),
  );
  const made = await brief({ topic: 'The harbour', passages });
  expectExact(made);
  expect(made.sentences.map(({ text }) => text)).toEqual(['The harbour will be rebuilt for 48 million.']);
  expect(made.engine).toBe('ollama/fake:1b');
  expect(JSON.stringify(llm.requests.at(-1)?.body)).toContain('Topic: The harbour');
});
