import { createHash } from 'node:crypto';
import { Problem } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import type { RunningStage } from '@alt/pipeline';
import { type FakeLlm, startFakeLlm } from '@alt/testing/fake-llm.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestNewsCreator, type TestNewsCreator } from '../services/news-creator/testing.ts';
import { createCreator } from '../services/pre-processor/summaries/creator.ts';
import { startSummarising } from '../services/pre-processor/summaries/summarising.ts';
import { READER, until } from '../services/pre-processor/testing.ts';

let database: TestDatabase;
let rows: Database;
let llm: FakeLlm;
let creator: TestNewsCreator | null;
let stage: RunningStage | null;
let stopping: AbortController;

beforeEach(async () => {
  database = await createTestDatabase();
  rows = database.superuser('alt');
  llm = await startFakeLlm();
  creator = null;
  stage = null;
  stopping = new AbortController();
});
afterEach(async () => {
  stopping.abort();
  await stage?.stop();
  await creator?.stop();
  await llm.stop();
  await database.drop();
});

const textOf = (n: number) =>
  `The council of Lindhaven met for the ${n}th time. It voted to rebuild the harbour of Lindhaven. The harbour costs 48 million euros. Fishermen had asked the council for that.`;

function named<Row>(sql: string) {
  return statement<Row>(`test-${createHash('md5').update(sql).digest('hex')}`, sql);
}

/** Articles of one feed that READER follows, with their stage. */
async function addArticles(count: number, from = 1): Promise<void> {
  const backend = database.connectAs('alt_backend');
  const run = (sql: string) => backend.asReader(READER, (tx) => tx.run(named(sql)));
  if (from === 1) {
    await run('select ensure_reader()');
    await run(
      `select subscribe(array[ensure_feed('https://h.example/feed', 'h.example', null, null, null)], array[null])`,
    );
  }
  for (let n = from; n < from + count; n += 1) {
    await rows.run(
      statement(
        'test-article',
        `with a as (
           insert into articles (id, feed_id, identity, title, excerpt, language, received_at, sort_at, content_hash)
             select $1::bigint, (select id from feeds), int8send($1::bigint), 'Article', '', 'en', now(), now(), int8send($1::bigint) returning id, feed_id
         ), c as (insert into article_contents (article_id, content_html, text) select id, '', $2 from a), e as (
           insert into entries (reader_id, article_id, feed_id, sort_at, received_at, revision, arrival_revision)
             select 1, id, feed_id, now(), now(), 1, 1 from a
         )
         insert into article_stages (article_id, stage, content_hash) select id, 'summarise', int8send($1::bigint) from a`,
      ),
      [n, textOf(n)],
    );
  }
}

async function start(environment: Record<string, string> = {}, concurrency = 2): Promise<void> {
  creator ??= await startTestNewsCreator(environment);
  const { peer } = creator;
  stage = startSummarising({
    database: database.connectAs('pre_processor'),
    creator: createCreator((path, init) => peer(path, init)),
    worker: `w${Math.random()}`,
    concurrency,
    signal: stopping.signal,
    listen: async () => async () => {},
    log: () => {},
    lookEveryMs: 50,
    retrySeconds: 0.05,
  });
}

const withModel = (more: Record<string, string> = {}) => ({
  OLLAMA_HOST: llm.origin,
  ALT_LLM_TIMEOUT_SECONDS: '0.2',
  ALT_LLM_CONCURRENCY: '2',
  ...more,
});

interface SummaryRow {
  article_id: number;
  engine: string;
  language: string;
  summary: string;
  sentences: { text: string; start: number; end: number }[];
  score: number | null;
  note: string | null;
}

const summaries = () =>
  rows.all<SummaryRow>(statement('test-summaries', 'select * from article_summaries order by article_id, language'));
const stages = (name = 'summarise') =>
  rows.all<{ state: string; attempts: number; error: string | null }>(
    statement('test-stages', 'select state, attempts, error from article_stages where stage = $1 order by article_id'),
    [name],
  );
const done = (count: number) =>
  until(async () => (await stages()).filter(({ state }) => state === 'done').length === count);

describe('with the built-in engine', () => {
  test('every article gets a summary of its own sentences with their places, and is indexed again', async () => {
    await addArticles(60);
    await start();
    await done(60);
    const made = await summaries();
    expect(made).toHaveLength(60);
    for (const { article_id, engine, sentences, score } of made) {
      expect({ engine, score }).toEqual({ engine: 'extractive', score: null });
      expect(sentences.length).toBeGreaterThan(0);
      for (const { text, start, end } of sentences) expect(textOf(article_id).slice(start, end)).toBe(text);
    }
    expect(await stages('index')).toHaveLength(60);
  });

  test('an article without text has none, and holds up no other', async () => {
    await addArticles(3);
    await rows.script(`update article_contents set text = '' where article_id = 2`);
    await start();
    await done(3);
    expect((await summaries()).map(({ article_id }) => article_id)).toEqual([1, 3]);
  });

  test('an unchanged text is never summarised again, a changed one anew and once', async () => {
    await addArticles(2);
    await start();
    await done(2);
    const [before] = await summaries();
    await rows.script(`update article_stages set state = 'waiting' where stage = 'summarise';
      update article_contents set text = 'The harbour burned down. Nobody was hurt.' where article_id = 2;
      update articles set content_hash = '\\x02ff' where id = 2;
      update article_stages set content_hash = '\\x02ff' where stage = 'summarise' and article_id = 2`);
    stage?.wake();
    await done(2);
    const after = await summaries();
    expect(after).toHaveLength(2);
    expect(after[0]).toEqual(before);
    expect(after[1]?.summary).toContain('burned');
  });

  test('nothing is summarised that nobody wants: switched off for the feed, or for the tenant', async () => {
    await addArticles(1);
    await rows.script('update subscriptions set wants_summary = false');
    await start();
    await done(1);
    await rows.script(`update subscriptions set wants_summary = true;
      update tenants set disabled_stages = array['summarise']`);
    await addArticles(1, 2);
    stage?.wake();
    await done(2);
    expect(await summaries()).toEqual([]);
    await rows.script(`update tenants set disabled_stages = '{}'`);
    await addArticles(1, 3);
    stage?.wake();
    await done(3);
    expect((await summaries()).map(({ article_id }) => article_id)).toEqual([3]);
  });

  test('news-creator may come later, and go for a while: nothing is lost and no attempt is counted', async () => {
    await addArticles(30);
    creator = await startTestNewsCreator();
    const up = creator;
    let isUp = false;
    creator = {
      ...up,
      peer: (path, init) =>
        isUp ? up.peer(path, init) : Promise.reject(new Problem('unavailable', 'It is not there.')),
    };
    await start();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect((await stages()).every(({ state, attempts }) => state === 'waiting' && attempts === 0)).toBe(true);
    isUp = true;
    await done(30);
    isUp = false;
    await addArticles(5, 31);
    stage?.wake();
    await new Promise((resolve) => setTimeout(resolve, 150));
    isUp = true;
    await done(35);
    expect((await stages()).every(({ attempts }) => attempts === 0)).toBe(true);
    expect(await summaries()).toHaveLength(35);
  });
});

describe('with a model', () => {
  test('it writes, its words are checked and judged, and its name is kept', async () => {
    await addArticles(3);
    await start(withModel());
    await done(3);
    expect(await summaries()).toHaveLength(3);
    for (const { engine, score, note, summary, language } of await summaries()) {
      expect({ engine, note, language }).toEqual({ engine: 'ollama/fake:1b', note: null, language: 'en' });
      expect(score).toBeCloseTo(0.9);
      expect(summary).toContain('council of Lindhaven');
    }
    const judged = llm.requests.filter(({ prompt }) => prompt.includes('"score"'));
    expect(judged).toHaveLength(3);
  });

  test('it writes in the languages that readers chose', async () => {
    await addArticles(1);
    await rows.script(`update readers set settings = '{"language": "ja"}'`);
    llm.answerWith(({ prompt }) =>
      prompt.includes('Write in Japanese') ? '市議会は港を48億円ではなく48百万ユーロで再建することを決めた。' : null,
    );
    await start(withModel());
    await done(1);
    expect(await summaries()).toMatchObject([{ language: 'ja', engine: 'ollama/fake:1b' }]);
  });

  test('what it makes up is not kept: the text’s own sentences are, and it is said', async () => {
    await addArticles(2);
    llm.answerWith(({ prompt }) =>
      prompt.includes('<text>') ? 'The harbour costs 99 million euros, said Carl Winter of Berlin.' : null,
    );
    await start(withModel());
    await done(2);
    for (const { engine, note, summary } of await summaries()) {
      expect(engine).toBe('extractive');
      expect(note).toContain('what the text does not');
      expect(summary).not.toContain('99');
    }
    expect((await stages()).every(({ attempts }) => attempts === 0)).toBe(true);
  });

  test('nonsense is not kept either, whatever the judge says', async () => {
    await addArticles(1);
    llm.answerWith(({ prompt }) =>
      prompt.includes('<text>') ? 'Lorem ipsum dolor sit amet, consectetur elit.' : null,
    );
    await start(withModel());
    await done(1);
    expect(await summaries()).toMatchObject([{ engine: 'extractive', note: expect.any(String) }]);
  });

  test.each([
    ['does not answer in JSON', 'It is fine, I think.', null],
    ['answers out of range', '{"score": 900}', null],
    ['finds it faithful', '{"unsupported": [], "score": 10}', 1],
  ])('a judge who %s is %s', async (_what, answer, score) => {
    await addArticles(1);
    llm.answerWith(({ prompt }) => (prompt.includes('"score"') ? answer : null));
    await start(withModel());
    await done(1);
    expect(await summaries()).toMatchObject([{ engine: 'ollama/fake:1b', score, note: null }]);
  });

  test('a judge who finds it made up counts', async () => {
    await addArticles(1);
    llm.answerWith(({ prompt }) => (prompt.includes('"score"') ? '{"unsupported": ["all"], "score": 1}' : null));
    await start(withModel());
    await done(1);
    expect(await summaries()).toMatchObject([{ engine: 'extractive', note: expect.any(String) }]);
  });

  test.each(['hang', 'die', 'junk', 'babble', 'too-many', 'broken', 'no-model'] as const)(
    'a model that is %s pauses the stage; nothing is lost, done twice, or counted as a try',
    async (behaviour) => {
      await addArticles(4);
      llm.behave(behaviour);
      if (behaviour === 'babble') llm.answerWith(() => null);
      await start(withModel());
      await until(() => llm.requests.length >= 3);
      if (behaviour !== 'babble') {
        expect(await summaries()).toEqual([]);
        expect(
          (await stages()).every(({ state, attempts }) => state !== 'done' && state !== 'parked' && attempts === 0),
        ).toBe(true);
      }
      llm.behave('good');
      await done(4);
      expect((await stages()).every(({ attempts }) => attempts === 0)).toBe(true);
      expect(new Set((await summaries()).map(({ article_id }) => article_id)).size).toBe(4);
    },
  );

  test('one text that the model cannot do does not hold up the others, and gets its own sentences in the end', async () => {
    await addArticles(3);
    llm.answerWith(({ prompt }) => (prompt.includes('for the 2th time') && prompt.includes('<text>') ? 'No.' : null));
    await start(withModel());
    await done(3);
    expect((await summaries()).map(({ engine }) => engine)).toEqual(['ollama/fake:1b', 'extractive', 'ollama/fake:1b']);
    expect((await stages()).map(({ attempts }) => attempts)).toEqual([0, 2, 0]);
  });

  test('what a reader waits for goes first, also where its feed is switched off, and the reader hears of it', async () => {
    await addArticles(12);
    await rows.script('update subscriptions set wants_summary = false');
    const backend = database.connectAs('alt_backend');
    const asReader = <T>(sql: string) => backend.asReader(READER, (tx) => tx.all<T>(named(sql)));
    await asReader('select request_summary(11)');
    const [before] = await asReader<{ revision: number }>('select revision from readers');
    llm.behave('slow');
    await start(withModel(), 1);
    await done(12);
    expect((await summaries()).map(({ article_id }) => article_id)).toEqual([11]);
    const [after] = await asReader<{ revision: number }>('select revision from readers');
    expect(after?.revision).toBeGreaterThan(before?.revision ?? 0);
    const seen = await asReader<{ state: string }>(
      `select state from entry_summaries(array[10, 11]) order by article_id`,
    );
    expect(seen.map(({ state }) => state)).toEqual(['none', 'ready']);
  });

  test('a worker that is killed in the middle loses nothing and does nothing twice', async () => {
    await addArticles(6);
    llm.behave('hang');
    await start(withModel({ ALT_LLM_TIMEOUT_SECONDS: '600' }));
    await until(() => llm.running().now === 2);
    // Its process is gone, and with it its news-creator; what it had taken is free when the lease ends.
    const [dead, deadCreator, deadStopping] = [stage, creator, stopping];
    await rows.script(
      `update article_stages set claimed_by = 'dead', claimed_until = now() - interval '1 second' where state = 'claimed'`,
    );
    llm.behave('good');
    creator = null;
    stopping = new AbortController();
    await start(withModel());
    await done(6);
    deadStopping.abort();
    await dead?.stop();
    await deadCreator?.stop();
    expect(await summaries()).toHaveLength(6);
    expect((await stages()).every(({ attempts }) => attempts === 0)).toBe(true);
  });
});

test('a model that is configured later writes what comes then', async () => {
  await addArticles(1);
  const plain = await startTestNewsCreator();
  let current = plain;
  creator = { ...plain, peer: (path, init) => current.peer(path, init) };
  await start();
  await done(1);
  const generative = await startTestNewsCreator(withModel());
  current = generative;
  await until(async () => {
    await rows.script(
      `insert into article_stages (article_id, stage, content_hash) values (1, 'noise', '') on conflict do nothing`,
    );
    return llm.requests.length === 0;
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  await addArticles(1, 2);
  stage?.wake();
  await done(2);
  expect((await summaries()).map(({ engine }) => engine)).toEqual(['extractive', 'ollama/fake:1b']);
  await generative.stop();
});
