import { type Answer, type CreatedAnswer, type CreatorEvent, type Passage, Problem } from '@alt/contracts';
import { statement } from '@alt/database';
import type { PeerFetch } from '@alt/service-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { creatorStream, makeReader, openBackend, standIn, type TestBackend, type TestClient } from '../testing.ts';
import { type AskReading, createAskReading } from './reading.ts';
import { askRoutes } from './routes.ts';

const ADA = makeReader(1);
const EVE = makeReader(2);
const COMET = `Astronomers watched the comet all night. The comet Halvorsen will pass the Earth on 14 March 2031. It was found by Ines Halvorsen in Tromsø.`;

let backend: TestBackend;
let reading: AskReading;
beforeAll(() => {
  reading = createAskReading();
});
afterAll(() => reading.stop());
beforeEach(async () => {
  backend = await openBackend();
});
afterEach(() => backend.drop());

test('an answer quotes the articles exactly, and names them', async () => {
  const feed = await backend.makeFeed('sky', ADA);
  const id = await backend.makeArticle(feed, { title: 'A comet comes', text: COMET, url: 'https://sky.example/1' });
  const client = serve({ creator: creatorThatQuotes('The comet Halvorsen will pass the Earth on 14 March 2031.') });
  const answer = await ask(client, 'When will the comet Halvorsen pass the Earth?');
  expect(answer).toEqual({
    found: true,
    answer: 'It passes then [1].',
    citations: [
      {
        articleId: String(id),
        quote: 'The comet Halvorsen will pass the Earth on 14 March 2031.',
        title: 'A comet comes',
        url: 'https://sky.example/1',
        feed: { id: String(feed), title: 'sky' },
      },
    ],
    engine: 'ollama/test',
  });
  expect(COMET).toContain(answer.citations[0]?.quote);
});

test('the question goes out without stopwords, over what the reader follows and nothing else', async () => {
  const own = await backend.makeFeed('sky', ADA);
  await backend.makeFeed('other', EVE);
  const search = searchOver(backend);
  const client = serve({ search, creator: creatorThatQuotes('x') });
  await ask(client, 'When will the comet Halvorsen pass?');
  const [{ body }] = search.asked as unknown as [
    { body: { text: { kind: string; parts: { text: string }[] }; scope: unknown } },
  ];
  expect(body.text.kind).toBe('or');
  const words = body.text.parts.map(({ text }) => text);
  expect(words).toEqual(expect.arrayContaining(['comet', 'Halvorsen', 'pass']));
  expect(words).not.toContain('the');
  expect(body.scope).toEqual({ feedIds: [own] });
});

test('what search-indexer finds of others is not looked at', async () => {
  await backend.makeFeed('sky', ADA);
  const eves = await backend.makeFeed('secret', EVE);
  const id = await backend.makeArticle(eves, { title: 'A comet comes', text: COMET });
  const creator = creatorThatQuotes('It was found by Ines Halvorsen in Tromsø.');
  const client = serve({ search: searchThatFinds(id), creator });
  expect(await ask(client, 'Who found the comet Halvorsen?')).toMatchObject({
    found: false,
    citations: [],
    engine: null,
  });
  expect(creator.asked).toEqual([]);
});

test('an answer is found behind any number of articles of the same feeds that the reader does not hold', async () => {
  const feed = await backend.makeFeed('sky', ADA);
  const id = await backend.makeArticle(feed, { title: 'A comet comes', text: COMET });
  const strangers = Array.from({ length: 2_500 }, (_, n) => 2_000_000_000_000_000 + n);
  const search = standIn((_path, { offset = 0, limit }: { offset?: number; limit: number }) =>
    found([...strangers, id].slice(offset, offset + limit)),
  );
  const good = 'It was found by Ines Halvorsen in Tromsø.';
  const answer = await ask(serve({ search, creator: creatorThatQuotes(good) }), 'Who found the comet Halvorsen?');
  expect(answer).toMatchObject({ found: true, citations: [{ articleId: String(id), quote: good }] });
  expect(search.asked.length).toBeLessThanOrEqual(4);
});

test('where too many are found that the reader does not hold, it is asked among those that the reader holds', async () => {
  const feed = await backend.makeFeed('sky', ADA);
  const id = await backend.makeArticle(feed, { title: 'A comet comes', text: COMET });
  const search = standIn(
    (_path, { offset = 0, limit, scope }: { offset?: number; limit: number; scope: { articleIds?: string[] } }) =>
      scope.articleIds
        ? found(scope.articleIds.map(Number))
        : found(Array.from({ length: limit }, (_, n) => 2_000_000_000_000_000 + offset + n)),
  );
  const good = 'It was found by Ines Halvorsen in Tromsø.';
  const answer = await ask(serve({ search, creator: creatorThatQuotes(good) }), 'Who found the comet Halvorsen?');
  expect(answer).toMatchObject({ found: true, citations: [{ articleId: String(id), quote: good }] });
});

test('hidden and folded articles are not asked', async () => {
  const feed = await backend.makeFeed('sky', ADA);
  const id = await backend.makeArticle(feed, { title: 'A comet comes', text: COMET });
  await backend.superuser.run(
    statement('ask_hide', `update entries set hidden_reason = 'a rule' where article_id = $1`),
    [id],
  );
  expect(await ask(serve({ creator: creatorThatQuotes('x') }), 'Who found the comet?')).toMatchObject({ found: false });
});

test('an archive without an answer says so, in the language of the question', async () => {
  await backend.makeFeed('sky', ADA);
  const client = serve({ creator: creatorThatQuotes('x') });
  expect(await ask(client, 'How much does the moon weigh?')).toEqual({
    found: false,
    answer: 'The articles you have hold no answer to this.',
    citations: [],
    engine: null,
  });
  expect((await ask(client, 'Сколько весит Луна и почему об этом пишут?')).answer).toMatch(/нет ответа/);
  expect((await ask(client, '月の重さはどのくらいですか。')).answer).toMatch(/見つかりませんでした/);
});

test('where news-creator finds no answer in the passages, there is none', async () => {
  const feed = await backend.makeFeed('sky', ADA);
  await backend.makeArticle(feed, { title: 'A comet comes', text: COMET });
  const creator = standIn(() =>
    creatorStream({ type: 'result', result: { found: false, answer: '', citations: [], engine: 'extractive' } }),
  );
  expect(await ask(serve({ creator }), 'Who found the comet?')).toMatchObject({ found: false, engine: 'extractive' });
});

describe('a quote that is not in its source', () => {
  test.each([
    ['other words', { quote: 'The comet never passes.' }],
    ['another place', { start: 3 }],
    ['another passage', { passageId: '999' }],
    ['another article', { articleId: '17' }],
    ['nothing at all', { quote: '', start: 0, end: 0 }],
  ])('is never shown: %s', async (_name, wrong) => {
    const feed = await backend.makeFeed('sky', ADA);
    await backend.makeArticle(feed, { title: 'A comet comes', text: COMET });
    const good = 'It was found by Ines Halvorsen in Tromsø.';
    const creator = standIn((_path, { passages }: { passages: Passage[] }) => {
      const right = citationOf(passages, good);
      return creatorStream({
        type: 'result',
        result: {
          found: true,
          answer: 'False [1]. True [2].',
          citations: [{ ...right, ...wrong }, right],
          engine: 'ollama/test',
        },
      });
    });
    const answer = await ask(serve({ creator }), 'Who found the comet Halvorsen?');
    expect(answer.citations.map(({ quote }) => quote)).toEqual([good]);
    expect(answer.answer).toBe('False. True [1].');
  });

  test('leaves no answer where it was the only one', async () => {
    const feed = await backend.makeFeed('sky', ADA);
    await backend.makeArticle(feed, { title: 'A comet comes', text: COMET });
    const creator = standIn((_path, { passages }: { passages: Passage[] }) =>
      creatorStream({
        type: 'result',
        result: {
          found: true,
          answer: 'False [1].',
          citations: [{ ...citationOf(passages, 'The comet'), quote: 'invented' }],
          engine: 'ollama/test',
        },
      }),
    );
    expect(await ask(serve({ creator }), 'Who found the comet?')).toMatchObject({ found: false, citations: [] });
  });
});

describe('an outage is said', () => {
  const down: PeerFetch = async () => {
    throw new Problem('unavailable', 'search-indexer is not available just now. Try again in a moment.');
  };

  test('of search-indexer', async () => {
    await backend.makeFeed('sky', ADA);
    const response = await post(serve({ search: down, creator: creatorThatQuotes('x') }), {
      question: 'What of the comet?',
    });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'unavailable' });
  });

  test.each([
    ['not there', down, 503],
    ['junk', standIn(() => new Response('<html>')), 502],
    ['a broken end', standIn(() => creatorStream({ type: 'waiting', position: 1 })), 502],
    ['its own problem', standIn(() => creatorStream(problem('unavailable'))), 503],
    ['too many', standIn(() => creatorStream(problem('too-many-requests'))), 429],
  ])('of news-creator: %s', async (_name, creator, status) => {
    const feed = await backend.makeFeed('sky', ADA);
    await backend.makeArticle(feed, { title: 'A comet comes', text: COMET });
    const response = await post(serve({ creator }), { question: 'Who found the comet?' });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  test('of an index that is not complete, where nothing was found', async () => {
    await backend.makeFeed('sky', ADA);
    const search = standIn(() => found([], false));
    const answer = await ask(serve({ search, creator: creatorThatQuotes('x') }), 'Who found the comet?');
    expect(answer.answer).toMatch(/Not all of them can be searched yet/);
  });
});

test('events bring the text as it is written, and the checked answer at the end', async () => {
  const feed = await backend.makeFeed('sky', ADA);
  await backend.makeArticle(feed, { title: 'A comet comes', text: COMET });
  const good = 'It was found by Ines Halvorsen in Tromsø.';
  const creator = standIn((_path, { passages }: { passages: Passage[] }) =>
    creatorStream(
      { type: 'waiting', position: 1 },
      { type: 'text', text: 'Ines' },
      { type: 'result', result: resultOf('Ines [1].', citationOf(passages, good)) },
    ),
  );
  const response = await post(
    serve({ creator }),
    { question: 'Who found the comet?' },
    { accept: 'text/event-stream' },
  );
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const events = eventsIn(await response.text());
  expect(events.map(([name]) => name)).toEqual(['waiting', 'text', 'answer']);
  expect(events[1]?.[1]).toEqual({ text: 'Ines' });
  expect(events[2]?.[1]).toMatchObject({ found: true, citations: [{ quote: good }] });
});

test('events end with the problem where something is down', async () => {
  const feed = await backend.makeFeed('sky', ADA);
  await backend.makeArticle(feed, { title: 'A comet comes', text: COMET });
  const creator = standIn(() => creatorStream(problem('unavailable')));
  const response = await post(
    serve({ creator }),
    { question: 'Who found the comet?' },
    { accept: 'text/event-stream' },
  );
  expect(eventsIn(await response.text())).toEqual([
    ['problem', expect.objectContaining({ code: 'unavailable', status: 503 })],
  ]);
});

test('who asks a third question before two are answered is told to wait, and may ask when they are', async () => {
  const feed = await backend.makeFeed('sky', ADA, EVE);
  await backend.makeArticle(feed, { title: 'A comet comes', text: COMET });
  const held = Promise.withResolvers<void>();
  const bothThere = Promise.withResolvers<void>();
  const creator = standIn(async () => {
    if (creator.asked.length === 2) bothThere.resolve();
    await held.promise;
    return creatorStream({ type: 'result', result: { found: false, answer: '', citations: [], engine: 'extractive' } });
  });
  const client = serve({ creator });
  const question = { question: 'Who found the comet?' };
  const first = [post(client, question), post(client, question, { accept: 'text/event-stream' })];
  await bothThere.promise;
  expect((await post(client, question)).status).toBe(429);
  held.resolve();
  expect((await client('POST', '/v1/ask', { as: EVE, body: question })).status).toBe(200);
  for (const response of await Promise.all(first)) await response.text();
  expect((await post(client, question)).status).toBe(200);
});

test.each([
  [undefined],
  [{}],
  [{ question: '' }],
  [{ question: '   ' }],
  [{ question: 7 }],
  [{ question: 'x'.repeat(1_001) }],
  [{ question: 'What?', tenant: 'x' }],
])('a bad question is refused: %j', async (body) => {
  const response = await post(serve({ creator: creatorThatQuotes('x') }), body);
  expect([415, 422]).toContain(response.status);
});

test('nobody asks without signing in', async () => {
  const client = serve({ creator: creatorThatQuotes('x') });
  expect((await client('POST', '/v1/ask', { body: { question: 'What?' } })).status).toBe(401);
});

// ------------------------------------------------------------------ the peers

function serve(peers: { search?: PeerFetch; creator: PeerFetch }): TestClient {
  const searchIndexer = peers.search ?? searchOver(backend);
  return backend.serve(askRoutes({ asReader: backend.asReader, searchIndexer, creator: peers.creator, reading }));
}

async function post(client: TestClient, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return client('POST', '/v1/ask', { as: ADA, body, headers });
}

async function ask(client: TestClient, question: string): Promise<Answer> {
  const response = await post(client, { question });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Answer;
}

const selectFound = statement<{ id: number }>(
  'ask_test_search',
  `select x.article_id as id from article_contents x join articles a on a.id = x.article_id
   where a.feed_id = any($1) and exists (select from unnest($2::text[]) w where x.text ilike '%' || w || '%')`,
);

/** search-indexer, as far as its contract goes: any of the words, in the feeds of the scope. */
function searchOver({ superuser }: TestBackend) {
  return standIn(
    async (_path, { text, scope }: { text: { parts: { text: string }[] }; scope: { feedIds: number[] } }) => {
      const rows = await superuser.all(selectFound, [scope.feedIds, text.parts.map((part) => part.text)]);
      return found(rows.map(({ id }) => id));
    },
  );
}

function searchThatFinds(...ids: number[]): PeerFetch {
  return standIn(() => found(ids));
}

function found(ids: number[], isComplete = true) {
  return {
    hits: ids.map((id, index) => ({ articleId: String(id), score: 10 - index })),
    total: ids.length,
    totalIsExact: true,
    facets: {},
    corrections: [],
    engine: 'embedded',
    isComplete,
    tookMs: 1,
  };
}

function creatorThatQuotes(quote: string) {
  return standIn((_path, { passages }: { passages: Passage[] }) =>
    creatorStream({ type: 'result', result: resultOf('It passes then [1].', citationOf(passages, quote)) }),
  );
}

function citationOf(passages: Passage[], quote: string) {
  const passage = passages.find(({ text }) => text.includes(quote));
  if (!passage) throw new Error(`no passage has: ${quote}`);
  const start = passage.text.indexOf(quote);
  return { passageId: passage.id, articleId: passage.articleId, quote, start, end: start + quote.length };
}

function resultOf(answer: string, citation: CreatedAnswer['citations'][number]): CreatedAnswer {
  return { found: true, answer, citations: [citation], engine: 'ollama/test' };
}

function problem(code: string): CreatorEvent {
  return { type: 'problem', code, detail: 'The model server is away.', retryAfterSeconds: 3 };
}

function eventsIn(text: string): [string, unknown][] {
  return text
    .split('\n\n')
    .map((block) => /^event: (\w+)\ndata: (.*)$/s.exec(block))
    .flatMap((match) => (match ? [[match[1] ?? '', JSON.parse(match[2] ?? '')] as [string, unknown]] : []));
}
