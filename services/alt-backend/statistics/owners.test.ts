import { type PlatformStatistics, parseQuery } from '@alt/contracts';
import { statement } from '@alt/database';
import { createTestDatabase } from '@alt/database/testing.ts';
import { createWorkRecord, runStage } from '@alt/pipeline';
import { createLogger, type Reader } from '@alt/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeReader, openBackend, type TestBackend } from '../testing.ts';
import { startStatistics } from './start.ts';
import { serveStatistics, type TestStatistics } from './testing.ts';

const owner: Reader = { ...makeReader(1), ownsInstance: true };
const other = makeReader(2);

let backend: TestBackend;
let served: TestStatistics;

beforeAll(async () => {
  backend = await openBackend();
  served = serveStatistics(backend);
});
afterAll(async () => {
  await served.moving.stop();
  await backend.drop();
});

const platform = async (query = ''): Promise<PlatformStatistics> => {
  const response = await served.request('GET', `/v1/stats/platform${query}`, { as: owner });
  expect(response.status).toBe(200);
  return response.json() as Promise<PlatformStatistics>;
};

test('the owner of the instance sees stages, models, searches and cost; nobody else does', async () => {
  const models = createWorkRecord(backend.database, 'model');
  models.add({
    name: 'chat',
    variant: 'small',
    isDone: true,
    milliseconds: 900,
    tokensIn: 1_000_000,
    tokensOut: 250_000,
  });
  models.add({ name: 'chat', variant: 'small', isDone: false, milliseconds: 4_000 });
  const stages = createWorkRecord(backend.database, 'stage');
  for (let n = 0; n < 99; n += 1) stages.add({ name: 'tag', isDone: true, milliseconds: 4 });
  stages.add({ name: 'tag', isDone: true, milliseconds: 800_000 });
  const searches = createWorkRecord(backend.database, 'search');
  searches.add({ name: 'search', isDone: false, milliseconds: 30 });
  for (const record of [models, stages, searches]) await record.stop();
  // Told twice in an hour: it is added to what is there.
  const again = createWorkRecord(backend.database, 'stage');
  again.add({ name: 'tag', isDone: false, count: 10, milliseconds: 4 });
  await again.stop();
  expect(await platform()).toMatchObject({
    models: [{ kind: 'chat', model: 'small', done: 1, failed: 1, tokensIn: 1_000_000, tokensOut: 250_000, cost: 4 }],
    stages: [{ stage: 'tag', done: 100, failed: 10, p50Ms: 5, p95Ms: 5, days: [{ done: 100 }] }],
    searches: { done: 0, failed: 1, p95Ms: 50 },
    prices: { currency: 'USD' },
  });
  const refused = await served.request('GET', '/v1/stats/platform', { as: other });
  expect(refused.status).toBe(403);
  expect((await platform('?from=2020-01-01&to=2020-01-02')).stages).toEqual([]);
});

test('a stage writes down how long its articles took, summed, when it stops', async () => {
  const databases = await createTestDatabase();
  const worker = databases.connectAs('pre_processor');
  const admin = databases.superuser('alt');
  await admin.script(
    `insert into hosts (host) values ('a.example'); insert into feeds (url, host) values ('https://a.example/', 'a.example');
     insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
       select n, 1, sha256(n::text::bytea), 't', '', now(), now(), '\\x01' from generate_series(1, 30) n;
     insert into article_stages (article_id, stage, content_hash) select id, 'extract', '\\x01' from articles`,
  );
  let done = 0;
  const ended = Promise.withResolvers<void>();
  const stage = await runStage({
    database: worker,
    stage: 'extract',
    worker: 'test',
    concurrency: 4,
    signal: new AbortController().signal,
    work: async ({ articleId }) => {
      if (articleId % 3 === 0) throw new Error('never');
      return async () => {};
    },
    maxAttempts: 1,
    onEnded: () => {
      done += 1;
      if (done === 30) ended.resolve();
    },
  });
  await ended.promise;
  await stage.stop();
  const rows = statement<{ done: number; failed: number; rows: number; counted: number }>(
    'test_work',
    `select sum(done)::integer as done, sum(failed)::integer as failed, count(*)::integer as rows,
       (select sum(n)::integer from work_hours w, unnest(w.buckets) n) as counted from work_hours`,
  );
  const written = await admin.one(rows);
  expect(written).toMatchObject({ done: 20, failed: 10, counted: 30 });
  // One row an hour, and the test may fall on its end.
  expect(written?.rows).toBeLessThanOrEqual(2);
  await databases.drop();
});

test('of a search nothing is kept but its length, what it was made of, and what came of it', async () => {
  const statistics = await startStatistics(
    { ALT_STATISTICS: 'on', ALT_STATISTICS_DAYS: 400, ALT_LLM_PRICE_CURRENCY: 'USD' } as never,
    { database: backend.database, log: createLogger('silent') } as never,
  );
  statistics.routes(backend.asReader);
  const query = 'secret -feed:"my doctor" is:unread';
  const { query: parsed } = parseQuery(query);
  if (!parsed) throw new Error('no query');
  statistics.onSearched(other, { query, root: parsed.root, results: 3, tookMs: 12 });
  const all = statement<{ row: string }>('test_inbox_rows', 'select t::text as row from reading_inbox t');
  await expect.poll(async () => (await backend.superuser.all(all)).length, { timeout: 60_000 }).toBe(1);
  const [kept] = await backend.superuser.all(all);
  expect(kept?.row).not.toMatch(/secret|doctor/);
  expect(kept?.row).toContain(String(query.length));
  expect(kept?.row).toMatch(/feed.*is.*not/);
  await statistics.stop();
});

test('where the instance is off nothing is written of anybody, whoever asks for it', async () => {
  const off = await startStatistics(
    { ALT_STATISTICS: 'off', ALT_STATISTICS_DAYS: 400, ALT_LLM_PRICE_CURRENCY: 'USD' } as never,
    { database: backend.database, log: createLogger('silent') } as never,
  );
  const feed = await backend.makeFeed('paper', other);
  const id = String(await backend.makeArticle(feed, { title: 'one' }));
  const request = backend.serve(off.routes(backend.asReader));
  const reported = await request('POST', '/v1/stats/events', {
    as: other,
    body: { events: [{ entryId: id, opened: true }] },
  });
  expect(await reported.json()).toEqual({ recorded: 0 });
  await served.request('PATCH', '/v1/entries', { as: other, body: { ids: [id], read: true } });
  expect(await (await request('GET', '/v1/stats/reading', { as: other })).json()).toMatchObject({
    isOn: false,
    offBecause: 'instance',
    totals: { read: 0, opened: 0 },
  });
  await off.stop();
});
