import { type Database, statement } from '@alt/database';
import { type RunningStage, runStage } from '@alt/pipeline';
import { type FakeLlm, startFakeLlm } from '@alt/testing/fake-llm.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestNewsCreator, type TestNewsCreator } from '../services/news-creator/testing.ts';
import { createRefiner, createRefining } from '../services/tag-generator/refining.ts';
import { startTestTagGenerator, type TestTagGenerator, tenant, until } from '../services/tag-generator/testing.ts';

const ME = tenant(1);
const VOLCANO = {
  title: 'Volcano erupts on Iceland',
  text: 'The volcano near Grindavik erupted on Monday. Lava from the volcano reached the road to Grindavik. The Icelandic Met Office said the volcano may stay active for weeks.',
};

let alt: TestTagGenerator;
let llm: FakeLlm;
let creator: TestNewsCreator | null;
let stage: RunningStage | null;
let stopping: AbortController;
let ids: number[];
beforeEach(async () => {
  [alt, llm] = [await startTestTagGenerator({}, () => Promise.reject(new Error('It is down.'))), await startFakeLlm()];
  [creator, stage, stopping] = [null, null, new AbortController()];
  ids = await alt.arrive(await alt.makeFeed('news', { tenants: [ME] }), [VOLCANO]);
  await alt.rows.script('notify alt_stages');
  // Where nobody can say whether there is a model, it is asked for; the tag-generator there waits for news-creator.
  await until(async () => (await refineState())?.state === 'waiting' && (await tags()).length > 0);
});
afterEach(async () => {
  stopping.abort();
  await stage?.stop();
  await creator?.stop();
  await llm.stop();
  await alt.stop();
});

/** Works `refine` with a news-creator that has the model, as tag-generator does where it reaches one. */
async function refine(
  role: Database,
  environment: Record<string, string> = { OLLAMA_HOST: llm.origin },
): Promise<void> {
  creator = await startTestNewsCreator({ ALT_LLM_TIMEOUT_SECONDS: '60', ...environment });
  const { peer } = creator;
  stage = await runStage({
    database: role,
    stage: 'refine',
    worker: 'refining',
    concurrency: 1,
    signal: stopping.signal,
    retrySeconds: 0.05,
    work: createRefining({ database: role, refiner: createRefiner((path, init) => peer(path, init)), limit: 16 }),
  });
}

const isProbe = (prompt: string) => prompt.includes('the word OK');
const refineState = () =>
  alt.rows.one<{ state: string; attempts: number }>(
    statement('test_refine_state', `select state, attempts from article_stages where stage = 'refine'`),
  );
/** The other tag-generator may have the article for a moment; then it is looked for again. */
const seen = (condition: () => Promise<boolean>) =>
  until(() => {
    stage?.wake();
    return condition();
  });
const ended = () => seen(async () => /done|parked/.test((await refineState())?.state ?? ''));
const tags = () => alt.tagsOf(ids[0] ?? 0, ME);

test('a model chooses among what was found; what the article has not is left out', async () => {
  llm.answerWith(() => '{"tags": ["Icelandic Met Office", "#Grindavik", "Atlantis", "lava"]}');
  await refine(alt.database.connectAs('tag_generator'));
  await ended();
  await alt.rows.script('notify alt_tags');
  await alt.settled();
  expect((await tags()).slice(0, 2)).toEqual(['Icelandic Met Office', 'Grindavik']);
  expect(await tags()).not.toContain('Atlantis');
  expect(llm.requests.at(-1)?.prompt).toContain('volcano near Grindavik');
});

describe('a model that is away', () => {
  test.each(['junk', 'babble', 'die', 'hang', 'too-many', 'broken'] as const)(
    '%s: it changes nothing and costs no attempt, and the tags follow when it is back',
    async (behaviour) => {
      const before = await tags();
      llm.behave(behaviour);
      const timeout: Record<string, string> = behaviour === 'hang' ? { ALT_LLM_TIMEOUT_SECONDS: '1' } : {};
      await refine(alt.database.connectAs('tag_generator'), { OLLAMA_HOST: llm.origin, ...timeout });
      await seen(async () => llm.requests.length > 4);
      expect(await refineState()).toMatchObject({ attempts: 0 });
      expect(await tags()).toEqual(before);
      llm.behave('good');
      llm.answerWith(({ prompt }) => (isProbe(prompt) ? null : '{"tags": ["Met Office", "Grindavik"]}'));
      await ended();
      await alt.rows.script('notify alt_tags');
      await alt.settled();
      expect((await tags())[0]).toBe('Met Office');
    },
  );
});

test('an article that the model alone fails at is tried a few times and then left as it is', async () => {
  const before = await tags();
  llm.answerWith(({ prompt }) => (isProbe(prompt) ? null : 'I would rather not.'));
  await refine(alt.database.connectAs('tag_generator'));
  await seen(async () => (await refineState())?.state === 'parked');
  expect((await refineState())?.attempts).toBeGreaterThan(1);
  expect(llm.requests.filter(({ prompt }) => !isProbe(prompt)).length).toBeGreaterThan(1);
  expect(await tags()).toEqual(before);
});

test('a model that thinks and writes at length is waited for', async () => {
  llm.behave('slow');
  llm.answerWith(() => `<think>${'I think of it. '.repeat(20)}</think>{"tags": ["Grindavik"]}`);
  await refine(alt.database.connectAs('tag_generator'));
  await ended();
  expect(await refineState()).toMatchObject({ state: 'done', attempts: 0 });
  await alt.rows.script('notify alt_tags');
  await alt.settled();
  expect((await tags())[0]).toBe('Grindavik');
});

test('where no model is configured any more, nothing waits for one', async () => {
  const before = await tags();
  await refine(alt.database.connectAs('tag_generator'), {});
  await ended();
  expect(await refineState()).toMatchObject({ state: 'done', attempts: 0 });
  expect(await tags()).toEqual(before);
});
