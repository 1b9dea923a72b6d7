import { type CreatedAnswer, type CreatedSummary, type CreatorEvent, Problem } from '@alt/contracts';
import { type FakeLlm, startFakeLlm } from '@alt/testing/fake-llm.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestNewsCreator, type TestNewsCreator } from './testing.ts';

const TEXT =
  'The city council of Lindhaven voted on Tuesday to rebuild the old harbour. Work begins in March 2027 and costs 48 million euros. Fishermen had asked for years to repair the walls.';

let llm: FakeLlm;
const started: TestNewsCreator[] = [];
beforeEach(async () => {
  llm = await startFakeLlm();
});
afterEach(async () => {
  for (const creator of started.splice(0)) await creator.stop();
  await llm.stop();
});

type Kind = 'ollama' | 'openai';

async function start(kind: Kind = 'ollama', more: Record<string, string> = {}): Promise<TestNewsCreator> {
  const address: Record<string, string> =
    kind === 'ollama'
      ? { OLLAMA_HOST: llm.origin }
      : { ALT_LLM_URL: `${llm.origin}/v1`, ALT_LLM_KEY: 'secret', ALT_LLM_MODEL: 'fake:1b' };
  const creator = await startTestNewsCreator({ ...address, ALT_LLM_TIMEOUT_SECONDS: '60', ...more });
  started.push(creator);
  return creator;
}

async function eventsOf(response: Response): Promise<CreatorEvent[]> {
  const text = await response.text();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CreatorEvent);
}

describe.each<Kind>(['ollama', 'openai'])('with a model behind %s', (kind) => {
  test('the model writes, and each sentence is linked to the one it rests on', async () => {
    const creator = await start(kind);
    llm.answerWith(() => '<think>Hm.</think>Summary: Lindhaven will rebuild the old harbour for 48 million euros.');
    const summary = (await (await creator.post('/v1/summarize', { text: TEXT })).json()) as CreatedSummary;
    expect(summary).toMatchObject({
      engine: `${kind}/fake:1b`,
      language: 'en',
      text: 'Lindhaven will rebuild the old harbour for 48 million euros.',
    });
    const [sentence] = summary.sentences;
    expect(TEXT.slice(sentence?.start ?? 0, sentence?.end ?? 0)).toContain('rebuild the old harbour');
    expect(sentence?.source).toBe(TEXT.slice(sentence?.start ?? 0, sentence?.end ?? 0));
    if (kind === 'openai') expect(llm.requests[0]?.headers.authorization).toBe('Bearer secret');
  });

  test('the answer streams while it is written', async () => {
    const creator = await start(kind);
    llm.behave('slow');
    const events = await eventsOf(await creator.post('/v1/summarize', { text: TEXT, stream: true }));
    const written = events.flatMap((event) => (event.type === 'text' ? [event.text] : []));
    expect(written.length).toBeGreaterThan(5);
    expect(events[0]).toEqual({ type: 'waiting', position: 0 });
    expect(events.at(-1)).toMatchObject({ type: 'result', result: { text: written.join('') } });
  });

  test.each([
    ['hang', 504, 'timeout'],
    ['die', 503, 'unavailable'],
    ['junk', 502, 'bad-gateway'],
    ['too-many', 429, 'too-many-requests'],
    ['broken', 503, 'unavailable'],
    ['no-model', 503, 'unavailable'],
  ] as const)(
    'a server that is %s is said so, streamed or not, and is used again once it is well',
    async (behaviour, status, code) => {
      const creator = await start(kind, behaviour === 'hang' ? { ALT_LLM_TIMEOUT_SECONDS: '2' } : {});
      llm.behave(behaviour);
      llm.answerWith(() => (behaviour === 'die' ? 'a b c d' : null));
      const response = await creator.post('/v1/summarize', { text: TEXT });
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ code });
      if (behaviour === 'too-many') expect(response.headers.get('retry-after')).toBe('7');
      const events = await eventsOf(await creator.post('/v1/summarize', { text: TEXT, stream: true }));
      expect(events.at(-1)).toMatchObject({ type: 'problem', code });
      llm.behave('good');
      llm.answerWith(() => null);
      expect((await creator.post('/v1/summarize', { text: TEXT })).status).toBe(200);
    },
  );

  test('an answer that is cut off ends with its last whole sentence, or is none', async () => {
    const creator = await start(kind);
    llm.behave('cut');
    llm.answerWith(() => 'The council will rebuild the harbour. It costs 48 million. Fishermen had asked for');
    const summary = (await (await creator.post('/v1/summarize', { text: TEXT })).json()) as CreatedSummary;
    expect(summary.text).toBe('The council will rebuild the harbour. It costs 48 million.');
    llm.answerWith(() => 'The council of Lindhaven will rebuild the harbour and also');
    expect((await creator.post('/v1/summarize', { text: TEXT })).status).toBe(502);
    llm.answerWith(() => '<think>The council will rebuild the harbour. It costs 48 million. So');
    expect((await creator.post('/v1/summarize', { text: TEXT })).status).toBe(502);
  });

  test('nonsense that goes in circles is no summary', async () => {
    const creator = await start(kind);
    llm.answerWith(() => 'The harbour is the harbour. '.repeat(8));
    expect((await creator.post('/v1/summarize', { text: TEXT })).status).toBe(502);
  });

  test('a slow server may take longer than the time-out, as long as it goes on', async () => {
    const creator = await start(kind, { ALT_LLM_TIMEOUT_SECONDS: '1' });
    llm.behave('slow');
    llm.answerWith(() => `The council votes on the harbour ${'and talks about walls and boats '.repeat(20)}.`);
    const response = await creator.post('/v1/summarize', { text: TEXT });
    expect(response.status).toBe(200);
  });

  test('Ollama’s API passes a conversation on, streamed or at once', async () => {
    const creator = await start(kind);
    const body = { model: 'fake:1b', messages: [{ role: 'user', content: 'Say the word OK.' }] };
    const whole = await (await creator.post('/api/chat', { ...body, stream: false })).json();
    expect(whole).toMatchObject({ message: { role: 'assistant', content: 'OK' }, done: true, done_reason: 'stop' });
    const lines = (await (await creator.post('/api/chat', body)).text()).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).message?.content).join('')).toBe('OK');
    const { embeddings } = await (await creator.post('/api/embed', { model: 'fake:1b', input: ['a', 'b'] })).json();
    expect(embeddings).toHaveLength(2);
  });
});

test('a question and its answer fit into the context that Ollama is told', async () => {
  const creator = await start();
  const contextOf = async (content: string, options: object = {}) => {
    const messages = [{ role: 'user', content }];
    await creator.post('/api/chat', { model: 'fake:1b', messages, options, stream: false });
    return (llm.requests.at(-1)?.body.options as { num_ctx: number } | undefined)?.num_ctx;
  };
  expect(await contextOf('Say the word OK.')).toBe(4_096);
  // A Japanese character is a token, and an English word of five letters one too.
  expect(await contextOf('港'.repeat(12_000))).toBeGreaterThanOrEqual(16_384);
  expect(await contextOf('harbour '.repeat(4_000), { num_predict: 2_000 })).toBeGreaterThanOrEqual(8_192);
  expect(await contextOf('harbour '.repeat(4_000), { num_ctx: 512 })).toBe(512);
  await creator.post('/v1/answer', {
    question: 'Why?',
    passages: Array.from({ length: 5 }, (_, n) => ({ id: `${n}`, articleId: '7', text: '港'.repeat(2_000) })),
  });
  expect(llm.requests.at(-1)?.body.options).toMatchObject({ num_ctx: 16_384 });
});

test('what a reader waits for goes first, and no more run at once than may', async () => {
  const creator = await start('ollama', { ALT_LLM_CONCURRENCY: '1' });
  llm.behave('slow');
  llm.answerWith(({ prompt }) => (prompt.includes('First speaks') ? `It ${'goes on and '.repeat(40)}ends.` : null));
  const ask = async (name: string, priority: string) => {
    const response = await creator.post('/v1/summarize', {
      text: `${name} speaks of the harbour and its walls. ${TEXT}`,
      priority,
    });
    expect(response.status).toBe(200);
  };
  const first = ask('First', 'background');
  await seen(() => llm.requests.length === 1);
  const others = [ask('Second', 'background'), ask('Third', 'background')];
  await seen(async () => (await waitingOf(creator)) === 2);
  const reader = ask('Reader', 'reader');
  await seen(async () => (await waitingOf(creator)) === 3);
  const messages = [{ role: 'user', content: 'Judge speaks of it.' }];
  const judge = creator.post('/api/chat', { model: 'fake:1b', messages, priority: 'reader' });
  await seen(async () => (await waitingOf(creator)) === 4);
  await Promise.all([first, ...others, reader, judge.then((response) => response.text())]);
  const asked = llm.requests.map(({ prompt }) => /(\w+) speaks of/.exec(prompt)?.[1]);
  expect(asked).toEqual(['First', 'Reader', 'Judge', 'Second', 'Third']);
  expect(llm.running().most).toBe(1);
});

test('who gives up takes the request to the model with them', async () => {
  const creator = await start('ollama', { ALT_LLM_TIMEOUT_SECONDS: '60' });
  llm.behave('hang');
  const leaving = new AbortController();
  const asking = creator.post('/v1/summarize', { text: TEXT }, { signal: leaving.signal });
  await seen(() => llm.running().now === 1);
  leaving.abort();
  await expect(asking).rejects.toThrow();
  await seen(() => llm.running().now === 0);

  const streamed = await creator.post('/v1/summarize', { text: TEXT, stream: true });
  await seen(() => llm.running().now === 1);
  await streamed.body?.cancel();
  await seen(() => llm.running().now === 0);
});

test('over HTTP too an answer streams, and who gives up takes the request to the model with them', async () => {
  const environment = { OLLAMA_HOST: llm.origin, ALT_LLM_TIMEOUT_SECONDS: '60' };
  const creator = await startTestNewsCreator(environment, { isOverHttp: true });
  started.push(creator);
  llm.behave('slow');
  const events = await eventsOf(await creator.post('/v1/summarize', { text: TEXT, stream: true }));
  expect(events.length).toBeGreaterThan(5);
  expect(events.at(-1)).toMatchObject({ type: 'result' });
  llm.behave('hang');
  const streamed = await creator.post('/v1/summarize', { text: TEXT, stream: true });
  await seen(() => llm.running().now === 1);
  await streamed.body?.cancel();
  await seen(() => llm.running().now === 0);
});

test('a long text goes in parts', async () => {
  const creator = await start('ollama', { ALT_LLM_PART_CHARACTERS: '1000' });
  const long = Array.from({ length: 60 }, (_, n) => `Sentence ${n} of the long story tells of harbour ${n}.`).join(' ');
  expect((await creator.post('/v1/summarize', { text: long })).status).toBe(200);
  const parts = llm.requests.filter(({ prompt }) => prompt.includes('You read part'));
  expect(parts.length).toBeGreaterThan(2);
  for (let n = 0; n < 60; n += 1) {
    expect(parts.filter(({ prompt }) => prompt.includes(`Sentence ${n} of`))).toHaveLength(1);
  }
});

test('an answer counts only with quotes that stand in the passages', async () => {
  const creator = await start();
  const passages = [{ id: 'p', articleId: '7', text: TEXT }];
  const ask = async (statements: unknown[], found = true) => {
    llm.answerWith(() => JSON.stringify({ found, statements }));
    const response = await creator.post('/v1/answer', { question: 'What does it cost?', passages });
    return (await response.json()) as CreatedAnswer;
  };
  const good = { text: 'It costs 48 million euros.', passage: 1, quote: '"costs  48 million euros"' };
  const made = { text: 'It is paid by Rome.', passage: 1, quote: 'Rome pays for everything' };
  const astray = { text: 'Other.', passage: 9, quote: 'costs 48 million euros' };
  const answer = await ask([made, good, astray]);
  expect(answer).toMatchObject({ found: true, answer: 'It costs 48 million euros. [1]', engine: 'ollama/fake:1b' });
  expect(answer.citations).toEqual([
    {
      passageId: 'p',
      articleId: '7',
      quote: 'costs 48 million euros',
      start: expect.any(Number),
      end: expect.any(Number),
    },
  ]);
  expect(await ask([made])).toMatchObject({ found: false, citations: [] });
  expect(await ask([], false)).toMatchObject({ found: false, answer: '' });
  llm.answerWith(() => 'I would rather not.');
  expect((await creator.post('/v1/answer', { question: 'Why?', passages })).status).toBe(502);
});

test('the engines are named, and whether they can be reached', async () => {
  const creator = await start();
  const engines = async () => (await creator.peer('/v1/engines')).json();
  expect(await engines()).toMatchObject({
    isGenerative: true,
    engines: [
      { name: 'ollama/fake:1b', isReady: true },
      { name: 'extractive', isReady: true },
    ],
  });
  await llm.stop();
  expect(await engines()).toMatchObject({ engines: [{ isReady: false, reason: expect.any(String) }, {}] });
});

test.each([
  [{ OLLAMA_HOST: 'localhost', PORT: '11434' }, /itself/],
  [{ OLLAMA_HOST: '127.0.0.1:8000' }, /itself/],
  [{ OLLAMA_HOST: '0.0.0.0:11434', ALT_EXPOSE: 'news-creator' }, /itself/],
  [{ OLLAMA_HOST: 'http://news-creator.alt-processing.svc.cluster.local:11434' }, /itself/],
  [{ OLLAMA_HOST: 'http://127.0.0.1:4711', NEWS_CREATOR_URL: 'http://127.0.0.1:4711' }, /itself/],
  [{ OLLAMA_HOST: 'ftp://x y' }, /host:port/],
  [{ ALT_LLM_URL: 'http://127.0.0.1:1/v1' }, /ALT_LLM_MODEL/],
  [{ ALT_LLM_URL: 'http://127.0.0.1:1/v1', ALT_LLM_MODEL: 'x', OLLAMA_HOST: 'localhost' }, /not both/],
])('settings that cannot be stop the start with a sentence: %j', async (settings, sentence) => {
  await expect(startTestNewsCreator(settings)).rejects.toThrow(sentence);
});

test('a model server beside an Alt that does not listen on its port is no self', async () => {
  started.push(await startTestNewsCreator({ OLLAMA_HOST: 'localhost:11434' }));
});

async function waitingOf(creator: TestNewsCreator): Promise<number> {
  const text = await (await creator.peer('/metrics')).text();
  return Number(/^alt_model_waiting (\d+)/m.exec(text)?.[1] ?? Number.NaN);
}

async function seen(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Problem('timeout', 'The condition did not come true.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
