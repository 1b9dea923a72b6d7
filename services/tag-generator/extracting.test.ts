import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestTagGenerator, type TestTagGenerator } from './testing.ts';

let alt: TestTagGenerator;
beforeAll(async () => {
  alt = await startTestTagGenerator();
});
afterAll(() => alt.stop());

const TEXT =
  'The Orion rocket was launched from Kourou on Friday. The rocket carries a weather satellite. Engineers had fixed a valve of the rocket in Kourou. The weather satellite will watch storms.';
type Extracted = { keyphrases: { phrase: string; score: number }[]; language: string; engine: string };
const phrases = ({ keyphrases }: Extracted) => keyphrases.map(({ phrase }) => phrase);

test('a text has keyphrases, the best first, in the language that it is in', async () => {
  const { status, json } = await alt.post('/v1/tags/extract', { text: TEXT, limit: 6 }, null);
  const answer = json as Extracted;
  expect([status, answer.language, answer.engine]).toEqual([200, 'en', 'statistical']);
  expect(phrases(answer)).toEqual(expect.arrayContaining(['rocket', 'Kourou', 'weather satellite']));
  expect(answer.keyphrases).toHaveLength(6);
  const scores = answer.keyphrases.map(({ score }) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(scores[0]).toBe(1);
});

test('what all texts of a large batch say is no keyphrase of one', async () => {
  const frame = 'Subscribe to our newsletter. Our newsletter is free, and the newsletter comes weekly.';
  const topics = Array.from(
    { length: 60 },
    (_, n) => `vol${String.fromCharCode(97 + (n % 26), 97 + Math.floor(n / 26))}kano`,
  );
  const documents = topics.map((topic) => ({ text: `${frame} The ${topic} is here. Everybody loves the ${topic}.` }));
  const { json } = await alt.post('/v1/tags/extract/batch', { documents, limit: 3 }, null);
  const found = (json as { documents: Extracted[] }).documents;
  expect(found.map((document) => phrases(document)[0])).toEqual(topics);
});

test.each([
  ['no text', {}],
  ['a text that is no text', { text: 5 }],
  ['too long a text', { text: 'x'.repeat(400_001) }],
  ['no number of phrases', { text: 'x', limit: 0 }],
  ['an unknown engine', { text: 'x', engine: 'oracle' }],
])('%s is refused', async (_, body) => {
  expect(await alt.post('/v1/tags/extract', body, null)).toMatchObject({
    status: 422,
    json: { code: 'invalid-request' },
  });
});

test('the model works for services, not for whoever reaches the port', async () => {
  const asked: string[] = [];
  const own = await startTestTagGenerator({}, async (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    if (pathname === '/v1/engines') {
      const engine = { name: 'ollama/m', isReady: true, reason: null, model: 'm' };
      return Response.json({ isGenerative: true, engines: [engine] });
    }
    const message = { role: 'assistant', content: '{"tags": ["Kourou"]}' };
    return new Response(`${JSON.stringify({ model: 'm', message, done: true })}\n`);
  });
  try {
    const { json: strangers } = await own.post('/v1/tags/extract', { text: TEXT }, null);
    expect((strangers as Extracted).engine).toBe('statistical');
    expect(asked).toEqual([]);
    const { json: services } = await own.post('/v1/tags/extract', { text: TEXT }, 'alt-backend');
    expect((services as Extracted).engine).toBe('ollama/m');
    expect(phrases(services as Extracted)[0]).toBe('Kourou');
  } finally {
    await own.stop();
  }
});

test('a text without words has no keyphrases', async () => {
  for (const text of ['', '   ', '🎉🎉', '1 2 3']) {
    expect(await alt.post('/v1/tags/extract', { text }, null)).toMatchObject({ status: 200, json: { keyphrases: [] } });
  }
});
