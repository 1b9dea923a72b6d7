import { createHash } from 'node:crypto';
import { Problem } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import type { RunningStage } from '@alt/pipeline';
import { type FakeLlm, startFakeLlm, verdict } from '@alt/testing/fake-llm.ts';
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

const deaf = async () => async () => {};

async function start(environment: Record<string, string> = {}, concurrency = 2, listen = deaf): Promise<void> {
  creator ??= await startTestNewsCreator(environment);
  const { peer } = creator;
  stage = startSummarising({
    database: database.connectAs('pre_processor'),
    creator: createCreator((path, init) => peer(path, init)),
    worker: `w${Math.random()}`,
    concurrency,
    signal: stopping.signal,
    listen,
    log: () => {},
    lookEveryMs: 50,
    retrySeconds: 0.05,
  });
}

const withModel = (more: Record<string, string> = {}) => ({
  OLLAMA_HOST: llm.origin,
  ALT_LLM_TIMEOUT_SECONDS: '60',
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
const OTHER = {
  ...READER,
  userId: '018f0000-0000-7000-8000-0000000000f2',
  tenantId: '018f0000-0000-7000-8000-0000000000f2',
};
const seenBy = (reader: typeof READER) =>
  database
    .connectAs('alt_backend')
    .asReader(reader, (tx) =>
      tx.all<{ state: string; summary: string | null; code: string | null; reason: string | null }>(
        named('select state, summary, code, reason from entry_summaries(array[1, 2]) order by article_id'),
      ),
    );
/** A second reader of everything. */
async function addOther(): Promise<void> {
  await database.connectAs('alt_backend').asReader(OTHER, (tx) => tx.all(named('select ensure_reader()')));
  await rows.script(`insert into subscriptions (reader_id, feed_id) select 2, id from feeds;
    insert into entries (reader_id, article_id, feed_id, sort_at, received_at, revision, arrival_revision)
      select 2, article_id, feed_id, sort_at, received_at, 1, 1 from entries`);
}
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

  test('of two readers who switched summaries off, only who asks for one sees it, and nobody waits for it any more', async () => {
    await addArticles(1);
    await addOther();
    await rows.script('update subscriptions set wants_summary = false');
    await start();
    await done(1);
    expect(await summaries()).toEqual([]);
    const backend = database.connectAs('alt_backend');
    await backend.asReader(READER, (tx) => tx.all(named('select request_summary(1)')));
    stage?.wake();
    await until(async () => (await summaries()).length === 1);
    expect(await seenBy(READER)).toMatchObject([{ state: 'ready', code: null }]);
    expect(await seenBy(OTHER)).toEqual([{ state: 'none', summary: null, code: null, reason: null }]);
    expect(await rows.all(named(`select priority from article_stages where stage = 'summarise'`))).toEqual([
      { priority: 0 },
    ]);
  });

  const feedSwitch = (isOn: boolean) => `update subscriptions set wants_summary = ${isOn}`;
  const tenantSwitch = (isOn: boolean) => `select switch_stage('summarise', ${isOn})`;
  test.each([
    ['for the feed', feedSwitch],
    ['for the tenant', tenantSwitch],
  ])('what came while they were switched off %s is made when they are switched on', async (_of, switching) => {
    await addArticles(2);
    await rows.script(`update article_contents set text = '' where article_id = 2`);
    const backend = database.connectAs('alt_backend');
    await backend.asReader(READER, (tx) => tx.all(named(switching(false))));
    await start();
    await done(2);
    expect(await summaries()).toEqual([]);
    await backend.asReader(READER, (tx) => tx.all(named(switching(true))));
    stage?.wake();
    await done(2);
    expect(await summaries()).toHaveLength(1);
    expect(await seenBy(READER)).toMatchObject([
      { state: 'ready', code: null },
      { state: 'none', code: 'no-text', reason: expect.stringContaining('no text') },
    ]);
  });

  test('a reader who comes after all others switched them off is told why there is none', async () => {
    await addArticles(1);
    await rows.script('update subscriptions set wants_summary = false');
    await start();
    await done(1);
    await addOther();
    expect(await seenBy(OTHER)).toMatchObject([
      { state: 'none', code: 'not-wanted', reason: expect.stringContaining('switched off') },
    ]);
  });

  test('what went wrong with an article is not shown to its readers', async () => {
    await addArticles(1);
    await rows.script(
      `update article_stages set state = 'parked', error = '21000 cannot affect row' where article_id = 1`,
    );
    const [seen] = await seenBy(READER);
    expect(seen).toMatchObject({ state: 'failed', code: 'failed', reason: expect.any(String) });
    expect(seen?.reason).not.toContain('21000');
  });

  test('it goes on where the database cannot be listened to at first', async () => {
    await addArticles(1);
    let tries = 0;
    const listen = async () => {
      tries += 1;
      if (tries < 3) throw new Error('The database is not there.');
      return async () => {};
    };
    await start({}, 2, listen);
    await done(1);
    expect(tries).toBe(3);
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
    const judged = llm.requests.filter(({ prompt }) => prompt.includes('"scores"'));
    expect(judged).toHaveLength(3);
  });

  /** Three readers of the feed, who chose these languages. */
  async function addReaders(...languages: string[]): Promise<void> {
    await rows.run(
      statement(
        'test-readers',
        `with r as (
           insert into readers (user_id, tenant_id, settings)
             select uuidv7(), tenant_id, jsonb_build_object('language', l) from readers, unnest($1::text[]) l where id = 1
             returning id
         )
         insert into subscriptions (reader_id, feed_id) select r.id, f.id from r cross join feeds f`,
      ),
      [languages],
    );
  }
  const JAPANESE = '市議会は港を48百万ユーロで再建することを決めた。';
  const RUSSIAN = 'Совет города Линдхафен решил перестроить гавань за 48 миллионов евро.';
  const translate = ({ prompt }: { prompt: string }) =>
    prompt.includes('Write in Japanese') ? JAPANESE : prompt.includes('Write in Russian') ? RUSSIAN : null;

  test('it writes in each of the languages that readers chose', async () => {
    await addArticles(1);
    await addReaders('ja', 'en', 'ru', 'ja');
    llm.answerWith(translate);
    await start(withModel());
    await done(1);
    const made = (await summaries()).map(({ language, engine, note }) => ({ language, engine, note }));
    expect(made).toEqual(['en', 'ja', 'ru'].map((language) => ({ language, engine: 'ollama/fake:1b', note: null })));
  });

  test('a model that writes in another language than it was asked for is not believed, and holds up nothing', async () => {
    await addArticles(1);
    await addReaders('ja', 'en', 'ru');
    await start(withModel());
    await done(1);
    expect((await stages()).map(({ attempts }) => attempts)).toEqual([0]);
    expect(await summaries()).toMatchObject([
      { language: 'en', engine: 'extractive', note: expect.stringContaining('another language') },
      { language: 'en', engine: 'ollama/fake:1b', note: null },
    ]);
  });

  test('who chooses a language later gets a summary in it by asking', async () => {
    await addArticles(1);
    llm.answerWith(translate);
    await start(withModel());
    await done(1);
    await rows.script(`update readers set settings = '{"language": "ja"}'`);
    const backend = database.connectAs('alt_backend');
    await backend.asReader(READER, (tx) => tx.all(named('select request_summary(1)')));
    stage?.wake();
    await until(async () => (await summaries()).length === 2);
    expect((await summaries()).map(({ language }) => language)).toEqual(['en', 'ja']);
    const [seen] = await backend.asReader(READER, (tx) =>
      tx.all<{ summary: string }>(named('select summary from entry_summaries(array[1])')),
    );
    expect(seen?.summary).toBe(JAPANESE);
  });

  const LONG = `${Array.from({ length: 700 }, (_, n) => `The walls of house ${n} are old and grey.`).join(' ')} ${textOf(7)}`;
  const END = 'It voted to rebuild the harbour of Lindhaven for 48 million euros.';

  test('what stands at the end of a long text is judged by what stands there', async () => {
    await addArticles(1);
    await rows.run(named('update article_contents set text = $1'), [LONG]);
    llm.answerWith(({ prompt }) => {
      if (!prompt.includes('"scores"')) return prompt.includes('<text>') ? END : null;
      return verdict(prompt, prompt.split('<statements>')[0]?.includes('costs 48 million') ? 10 : 0);
    });
    await start(withModel());
    await done(1);
    expect(await summaries()).toMatchObject([{ engine: 'ollama/fake:1b', score: 1 }]);
    const judged = llm.requests.filter(({ prompt }) => prompt.includes('"scores"'));
    expect(judged).toHaveLength(1);
  });

  test('of a long text in another language than its summary, all parts are judged and the best counts', async () => {
    await addArticles(1);
    await addReaders('ja');
    await rows.script('update subscriptions set wants_summary = reader_id <> 1');
    await rows.run(named('update article_contents set text = $1'), [LONG]);
    llm.answerWith((request) => {
      if (!request.prompt.includes('"scores"')) return translate(request);
      return verdict(request.prompt, request.prompt.includes('costs 48 million') ? 9 : 0);
    });
    await start(withModel());
    await done(1);
    expect(await summaries()).toMatchObject([{ language: 'ja', engine: 'ollama/fake:1b', note: null }]);
    expect(llm.requests.filter(({ prompt }) => prompt.includes('"scores"')).length).toBeGreaterThan(1);
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
    ['answers out of range', '{"scores": [900]}', null],
    ['judges another number of statements', '{"scores": [0, 0, 0]}', null],
    ['is cut off', '{"scores": [', null],
    ['finds it faithful', '{"scores": [10]}', 1],
    ['thinks aloud before', '<think>{"scores": [0]}?</think>{"scores": [8]}', 0.8],
  ])('a judge who %s is %s', async (_what, answer, score) => {
    await addArticles(1);
    llm.answerWith(({ prompt }) => (prompt.includes('"scores"') ? answer : null));
    await start(withModel());
    await done(1);
    expect(await summaries()).toMatchObject([{ engine: 'ollama/fake:1b', score, note: null }]);
  });

  test('a judge who finds it made up counts', async () => {
    await addArticles(1);
    llm.answerWith(({ prompt }) => (prompt.includes('"scores"') ? '{"scores": [1]}' : null));
    await start(withModel());
    await done(1);
    expect(await summaries()).toMatchObject([{ engine: 'extractive', note: expect.any(String) }]);
  });

  test.each(['hang', 'babble', 'too-many', 'die', 'junk', 'broken', 'no-model'] as const)(
    'a model that is %s pauses the stage; nothing is lost, done twice, or counted as a try',
    async (behaviour) => {
      await addArticles(4);
      llm.behave(behaviour);
      if (behaviour === 'babble') llm.answerWith(() => null);
      await start(withModel(behaviour === 'hang' ? { ALT_LLM_TIMEOUT_SECONDS: '1' } : {}));
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
    await start(withModel());
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
    const [before] = [llm.requests.length, await addArticles(1, (await summaries()).length + 1)];
    const count = (await stages()).length;
    stage?.wake();
    await done(count);
    return llm.requests.length > before;
  });
  const engines = (await summaries()).map(({ engine }) => engine);
  expect(engines[0]).toBe('extractive');
  expect(engines.at(-1)).toBe('ollama/fake:1b');
  await generative.stop();
});
