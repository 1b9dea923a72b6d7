import { type BriefPart, type BriefSentence, type CreatedBrief, createBrief, type Passage } from '@alt/contracts';
import { statement } from '@alt/database';
import { createLogger, type PeerFetch } from '@alt/service-kit';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compareSentences } from './brief-diff.ts';
import { createBriefWorker } from './brief-writing.ts';
import { type Jobs, startJobs } from './jobs.ts';
import { makePerson, openRepo, type TestRepo } from './testing.ts';

const ada = makePerson(1);
const cleo = makePerson(3);

let repo: TestRepo;
let feed: number;
beforeAll(async () => {
  repo = await openRepo();
  feed = await repo.makeFeed('feed', ada);
  await repo.call('GET', '/v1/projects', { as: cleo });
});
afterAll(() => repo.drop());

type Asked = { topic: string; passages: Passage[] };
/** What stands in for news-creator: what it is asked is kept, and a test may say what it answers. */
let asked: Asked[] = [];
let answer: (question: Asked) => CreatedBrief | Response | Promise<CreatedBrief | Response>;
const creator: PeerFetch = async (_path, init) => {
  const question = createBrief.body?.parse(JSON.parse(String(init?.body))) as Asked;
  asked.push(question);
  const made = await answer(question);
  if (made instanceof Response) return made;
  return new Response(
    `${JSON.stringify({ type: 'waiting', position: 0 })}\n${JSON.stringify({ type: 'result', result: made })}\n`,
  );
};

/** The first sentence of each passage, cited. */
function firstSentences({ passages }: Asked): CreatedBrief {
  return {
    engine: 'extractive',
    sentences: passages.map(({ id, articleId, text }) => {
      const end = text.indexOf('.') + 1;
      const quote = text.slice(0, end);
      return { text: quote, citations: [{ passageId: id, articleId, quote, start: 0, end }] };
    }),
  };
}

let workers: Jobs[] = [];
/** Whatever a test lets wait goes on after it, also where it failed. */
const releases: (() => void)[] = [];
const start = async (leaseMs = 60_000, by: PeerFetch = creator) => {
  const unwanted = async () => {};
  const jobs = await startJobs({
    watched: (_name, _everyMs, work) => work,
    database: repo.database,
    log: createLogger(process.env.ALT_TEST_LOG ? 'info' : 'silent'),
    workers: { brief: createBriefWorker(by), export: unwanted, import: unwanted },
    leaseMs,
  });
  workers.push(jobs);
  return jobs;
};
beforeEach(() => {
  asked = [];
  answer = firstSentences;
});
afterEach(async () => {
  for (const release of releases.splice(0)) release();
  await Promise.all(workers.map((jobs) => jobs.stop()));
  workers = [];
});

const post = async (path: string, body: unknown, as = ada) => (await repo.call('POST', path, { as, body })).json;
const get = async (path: string, as = ada) => (await repo.call('GET', path, { as })).json;

/** A project with two sections, Costs and Risks, of an article each. */
async function project() {
  const { id } = await post('/v1/projects', { title: 'Batteries' });
  const path = `/v1/projects/${id}`;
  const sections: string[] = [];
  for (const title of ['Costs', 'Risks']) {
    const section = await post(`${path}/sections`, { title });
    const article = await repo.makeArticle(feed, {
      title: `On ${title}`,
      text: `${title} rise by ${id}. More follows.`,
    });
    await post(`${path}/articles`, { articleIds: [article], sectionId: section.id });
    sections.push(section.id);
  }
  await repo.call('PUT', `${path}/members/${cleo.userId}`, { as: ada, body: { role: 'viewer' } });
  return { id, path, sections };
}

async function written(path: string, body: object = {}) {
  const jobs = await start();
  const job = await repo.call('POST', path, { as: ada, body });
  expect(job.status).toBe(202);
  await jobs.workNow();
  await jobs.stop();
  return get(`/v1/projects/jobs/${job.json.id}`);
}

test('a brief has an overview and every section; each sentence cites words of an article of the project', async () => {
  const { id, path, sections } = await project();
  expect(await get(`${path}/brief`)).toEqual({ brief: null, job: null });
  expect(await written(`${path}/brief`)).toMatchObject({ state: 'done', done: 3, total: 3, result: { number: 1 } });
  const { brief } = await get(`${path}/brief`, cleo);
  expect(brief).toMatchObject({ number: 1, engine: 'extractive', articleCount: 2, sentenceCount: 4 });
  expect(brief.parts.map(({ sectionId, title }: BriefPart) => [sectionId, title])).toEqual([
    [null, ''],
    [sections[0], 'Costs'],
    [sections[1], 'Risks'],
  ]);
  expect(brief.parts[1].sentences).toEqual([
    {
      text: `Costs rise by ${id}.`,
      citations: [
        { articleId: brief.parts[1].articleIds[0], quote: `Costs rise by ${id}.`, title: 'On Costs', url: null },
      ],
    },
  ]);
  expect((await get(`${path}/activity`)).items[0].kind).toBe('brief-written');
  expect((await repo.call('POST', `${path}/brief`, { as: cleo, body: {} })).status).toBe(403);
});

test('what is not quoted exactly is not in it', async () => {
  const { path } = await project();
  answer = ({ passages: [passage] }) => {
    const { id: passageId = '', articleId = '', text = '' } = passage ?? {};
    const cite = (quote: string, start: number, end: number, of = articleId) => [
      { passageId, articleId: of, quote, start, end },
    ];
    return {
      engine: 'model',
      sentences: [
        { text: 'True.', citations: cite(text.slice(0, 9), 0, 9) },
        { text: 'Made up.', citations: cite('Nobody said this', 0, 16) },
        { text: 'Astray.', citations: cite(text.slice(0, 9), 1, 10) },
        { text: 'Of another.', citations: cite(text.slice(0, 9), 0, 9, '77') },
        { text: 'Empty.', citations: cite('', 0, 0) },
      ],
    };
  };
  await written(`${path}/brief`);
  const { brief } = await get(`${path}/brief`);
  expect(brief.parts.flatMap(({ sentences }: BriefPart) => sentences.map(({ text }) => text))).toEqual([
    'True.',
    'True.',
    'True.',
  ]);
});

test('unchanged texts are not written about again; one section alone leaves the others word for word', async () => {
  const { path, sections } = await project();
  await written(`${path}/brief`);
  expect(asked).toHaveLength(3);
  expect(await written(`${path}/brief`)).toMatchObject({ result: { number: 1, isUnchanged: true } });
  expect(asked).toHaveLength(3);

  const article = await repo.makeArticle(feed, { title: 'News', text: 'Prices fell. At last.' });
  await post(`${path}/articles`, { articleIds: [article], sectionId: sections[0] });
  const before = (await get(`${path}/brief`)).brief;
  await written(`${path}/brief/sections/${sections[0]}`);
  expect(asked).toHaveLength(4);
  const after = (await get(`${path}/brief`)).brief;
  expect(after.number).toBe(2);
  expect([after.parts[0], after.parts[2]]).toEqual([before.parts[0], before.parts[2]]);
  expect(after.parts[1].sentences.map(({ text }: BriefSentence) => text)).toContain('Prices fell.');

  expect(await get(`${path}/brief/diff?from=1&to=2`)).toMatchObject({
    from: { number: 1 },
    to: { number: 2 },
    parts: [
      { change: 'kept' },
      { change: 'changed', sentences: [{ change: 'added', text: 'Prices fell.' }, { change: 'kept' }] },
      { change: 'kept' },
    ],
  });
  // Made anew all the same where somebody wants it.
  answer = (question) => ({ ...firstSentences(question), engine: 'other' });
  await written(`${path}/brief`, { force: true });
  expect(asked).toHaveLength(7);
  const versions = await get(`${path}/brief/versions?limit=2`);
  expect(versions.items.map(({ number }: { number: number }) => number)).toEqual([3, 2]);
  expect((await get(`${path}/brief/versions?cursor=${versions.nextCursor}`)).items).toMatchObject([{ number: 1 }]);
  expect(await get(`${path}/brief/versions/1`)).toEqual(before);
  expect((await repo.call('GET', `${path}/brief/versions/9`, { as: ada })).status).toBe(404);
});

test('while news-creator is down the job waits, says so, and loses no attempt', async () => {
  const { path } = await project();
  let isDown = true;
  answer = (question) =>
    isDown
      ? Response.json({ code: 'unavailable', detail: 'news-creator is not available just now.' }, { status: 503 })
      : firstSentences(question);
  const { id } = await post(`${path}/brief`, {});
  const jobs = await start();
  const overdue = `update project_jobs set next_attempt_at = now() - interval '1 minute' where id = '${id}'`;
  for (let n = 0; n < 8; n += 1) {
    await jobs.workNow();
    expect(await get(`/v1/projects/jobs/${id}`)).toMatchObject({ state: 'waiting', error: { code: 'unavailable' } });
    await repo.superuser.script(overdue);
  }
  isDown = false;
  await jobs.workNow();
  expect(await get(`/v1/projects/jobs/${id}`)).toMatchObject({ state: 'done', error: null });
});

test('an answer that is useless again and again fails the job with its reason', async () => {
  const { path } = await project();
  answer = () => new Response('nonsense\n');
  const { id } = await post(`${path}/brief`, {});
  const jobs = await start();
  const overdue = `update project_jobs set next_attempt_at = now() - interval '1 minute' where id = '${id}'`;
  await expect
    .poll(async () => {
      await repo.superuser.script(overdue);
      await jobs.workNow();
      return get(`/v1/projects/jobs/${id}`);
    })
    .toMatchObject({ state: 'failed', error: { code: 'bad-gateway' } });
  expect(asked.length).toBeGreaterThanOrEqual(5);
  expect((await get(`${path}/brief`)).brief).toBe(null);
});

describe('what a tenant may ask of models in a month', () => {
  const limit = (most: number) =>
    repo.superuser.script(`delete from llm_usage;
      update tenants set limits = jsonb_build_object('llmRequestsPerMonth', ${most}) where id = '${ada.tenantId}'`);
  const used = async () => (await repo.superuser.one(selectUsed))?.requests ?? 0;
  const selectUsed = statement<{ requests: number }>('test_used', 'select requests from llm_usage');
  afterEach(() => repo.superuser.script(`delete from llm_usage; update tenants set limits = '{}'`));

  test('holds for briefs asked for at the same time: of fifty that want the last request one gets it', async () => {
    const paths: string[] = [];
    for (let n = 0; n < 50; n += 1) {
      const path = `/v1/projects/${(await post('/v1/projects', { title: `Project ${n}` })).id}`;
      const article = await repo.makeArticle(feed, { title: `Article ${n}`, text: `It is ${n}. More follows.` });
      await post(`${path}/articles`, { articleIds: [article] });
      paths.push(path);
    }
    answer = (question) => ({ ...firstSentences(question), engine: 'ollama/test' });
    await limit(1);
    const asking = await Promise.all(paths.map((path) => post(`${path}/brief`, {})));
    const workers = await Promise.all(Array.from({ length: 5 }, () => start()));
    await Promise.all(workers.map((jobs) => jobs.workNow()));
    const jobs = await Promise.all(asking.map(({ id }) => get(`/v1/projects/jobs/${id}`)));
    expect(jobs.filter(({ state }) => state === 'done')).toHaveLength(1);
    const refused = jobs.filter(({ state }) => state === 'failed');
    expect(new Set(refused.map(({ error }) => error.code))).toEqual(new Set(['limit-reached']));
    expect([refused.length, asked.length, await used()]).toEqual([49, 1, 1]);
  });

  test('is not touched where no model worked, and a brief is written as a whole or not begun', async () => {
    const { path, sections } = await project();
    await limit(2);
    expect(await written(`${path}/brief`)).toMatchObject({
      state: 'failed',
      error: { code: 'limit-reached', message: expect.stringContaining('only 2 more') },
    });
    expect([asked.length, await used()]).toEqual([0, 0]);
    expect(await written(`${path}/brief/sections/${sections[0]}`)).toMatchObject({ state: 'done' });
    expect([asked.length, await used()]).toEqual([1, 0]);

    answer = (question) => ({ ...firstSentences(question), engine: 'ollama/test' });
    expect(await written(`${path}/brief`)).toMatchObject({ state: 'done', result: { number: 2 } });
    expect([asked.length, await used()]).toEqual([3, 2]);
    answer = () => new Response('nonsense\n');
    await limit(3);
    await written(`${path}/brief`, { force: true });
    expect(await used()).toBe(0);
  });

  test('is counted once for each part, also where a worker was killed between two', async () => {
    const { path } = await project();
    await limit(3);
    const second = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    releases.push(release.resolve);
    answer = async (question) => {
      if (asked.length === 2) {
        second.resolve();
        await release.promise;
      }
      return { ...firstSentences(question), engine: 'ollama/test' };
    };
    const { id } = await post(`${path}/brief`, {});
    const killed = await start();
    const working = killed.workNow();
    await second.promise;
    expect(await used()).toBe(3);
    await repo.superuser.script(`update project_jobs set claimed_until = now() where id = '${id}'`);
    await (await start()).workNow();
    expect(await get(`/v1/projects/jobs/${id}`)).toMatchObject({ state: 'done' });
    release.resolve();
    await working;
    expect(await used()).toBe(3);
  });
});

test('what a killed worker left is taken up when its lease is over, without asking again for what was written', async () => {
  const { path } = await project();
  const second = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  releases.push(release.resolve);
  let count = 0;
  answer = async (question) => {
    count += 1;
    if (count === 2) {
      second.resolve();
      await release.promise;
    }
    return firstSentences(question);
  };
  const { id } = await post(`${path}/brief`, {});
  const dying = await start();
  const lastWork = dying.workNow();
  await second.promise;
  expect(await get(`/v1/projects/jobs/${id}`)).toMatchObject({ state: 'running', done: 1, total: 3 });
  const other = await start();
  await other.workNow();
  expect(await get(`/v1/projects/jobs/${id}`)).toMatchObject({ state: 'running' });
  await repo.superuser.script(`update project_jobs set claimed_until = now() - interval '1 second' where id = '${id}'`);
  await other.workNow();
  expect(await get(`/v1/projects/jobs/${id}`)).toMatchObject({ state: 'done', result: { number: 1 } });
  // One part of the first worker, its second that nobody waits for, and two of the other.
  expect(asked.map(({ topic }) => topic)).toEqual(['On Risks', 'Costs', 'Costs', 'Risks']);
  release.resolve();
  await lastWork;
  expect((await get(`${path}/brief/versions`)).items).toHaveLength(1);
});

test('a worker that stops gives its job back at once', async () => {
  const { path } = await project();
  const begun = Promise.withResolvers<void>();
  const { id } = await post(`${path}/brief`, {});
  const hanging = await start(60_000, (_path, init) => {
    begun.resolve();
    return new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
    });
  });
  void hanging.workNow();
  await begun.promise;
  await hanging.stop();
  expect(await get(`/v1/projects/jobs/${id}`)).toMatchObject({ state: 'waiting', error: null });
  await (await start()).workNow();
  expect(await get(`/v1/projects/jobs/${id}`)).toMatchObject({ state: 'done' });
});

test('a job of whoever lost the project meanwhile fails and writes nothing', async () => {
  const { path } = await project();
  await repo.call('PUT', `${path}/members/${cleo.userId}`, { as: ada, body: { role: 'editor' } });
  const { id } = await post(`${path}/brief`, {}, cleo);
  await repo.call('DELETE', `${path}/members/${cleo.userId}`, { as: ada });
  await (await start()).workNow();
  expect(await get(`/v1/projects/jobs/${id}`, cleo)).toMatchObject({ state: 'failed', error: { code: 'not-found' } });
  expect((await get(`${path}/brief`)).brief).toBe(null);
});

describe('a comparison', () => {
  const sentence = (text: string, articleId = '1'): BriefSentence => ({
    text,
    citations: [{ articleId, quote: text, title: '', url: null }],
  });

  test('says what was added, removed, kept, and cited anew', () => {
    const before = [sentence('a'), sentence('b'), sentence('c')];
    const after = [sentence('a'), sentence('x'), sentence('c', '2'), sentence('d')];
    expect(compareSentences(before, after).map(({ change, text }) => `${change} ${text}`)).toEqual([
      'kept a',
      'removed b',
      'added x',
      'recited c',
      'added d',
    ]);
  });

  test('leads from any brief to any other', () => {
    const texts = fc.array(
      fc.constantFrom('a', 'b', 'c', 'd').map((text) => sentence(text)),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const changes = compareSentences(before, after);
        const without = (unwanted: string) =>
          changes.filter(({ change }) => change !== unwanted).map(({ text }) => text);
        expect(without('added')).toEqual(before.map(({ text }) => text));
        expect(without('removed')).toEqual(after.map(({ text }) => text));
      }),
    );
  });
});
