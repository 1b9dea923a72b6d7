import { type FullEntry, summaryNotes } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import type { Reader, RouteContext } from '@alt/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entryDetails } from './store/entries.ts';
import { type AsReader, createAsReader } from './store/readers.ts';
import { setSummaries, summarySentences } from './store/summaries.ts';
import { summaryRoutes, withNoteCode } from './summaries.ts';

let database: TestDatabase;
let superuser: Database;
let asReader: AsReader;
beforeEach(async () => {
  database = await createTestDatabase();
  superuser = database.superuser('alt');
  asReader = createAsReader(database.connectAs('alt_backend'));
  await asReader(ADA, async () => {});
  await asReader(EVE, async () => {});
  await superuser.script(LOAD);
});
afterEach(() => database.drop());

const ADA = readerOf(1, 'owner');
const EVE = readerOf(2, 'member');

function readerOf(number: number, role: Reader['role']): Reader {
  const id = `018f0000-0000-7000-8000-00000000000${number}`;
  const nobody = {
    email: '',
    name: '',
    sessionId: null,
    keyId: null,
    csrfToken: null,
    provedAt: null,
    isSuspended: false,
    ownsInstance: false,
  };
  return { userId: id, tenantId: id, role, scope: 'full', ...nobody };
}

/** Six articles that Ada has and of which Eve has the first: ready, pending, parked, done without, not begun, in two languages. */
const LOAD = `
  insert into hosts (host) values ('a.example');
  insert into feeds (url, host) values ('https://a.example/', 'a.example');
  insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
    select n, (select id from feeds), int4send(n), 'title ' || n, '', now(), now(), '\\x01' from generate_series(1, 6) n;
  insert into article_contents (article_id, content_html, text) select id, '', 'text' from articles;
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
    select a.id, r.id, a.feed_id, a.sort_at, a.received_at, 0, 0 from articles a cross join readers r where r.id = 1 or a.id = 1;
  insert into subscriptions (reader_id, feed_id) select r.id, f.id from readers r cross join feeds f;
  insert into article_stages (article_id, stage, content_hash, state, error) values (1, 'summarise', '\\x01', 'done', null),
    (2, 'summarise', '\\x01', 'claimed', null), (3, 'summarise', '\\x01', 'parked', 'no luck'), (4, 'summarise', '\\x01', 'done', null),
    (6, 'summarise', '\\x01', 'done', null);
  insert into article_summaries (article_id, language, engine, content_hash, summary, sentences, note) values
    (1, 'en', 'extractive', '\\x01', 'One.', '[{"text": "One.", "start": 0, "end": 4}]', 'the model was wrong'),
    (6, 'en', 'extractive', '\\x01', 'English.', '[]', null), (6, 'en', 'ollama/x', '\\x01', 'Better.', '[]', null),
    (6, 'ja', 'ollama/x', '\\x01', '日本語。', '[]', null);`;

type Summary = FullEntry['summary'];
const ALL = [1, 2, 3, 4, 5, 6];

async function seenBy(reader: Reader): Promise<Map<number, Omit<Summary, 'sentences'>>> {
  const details = await asReader(reader, (tx, readerId) => entryDetails(tx, ALL));
  return new Map([...details].map(([id, { summary }]) => [id, summary]));
}

async function call(name: string, reader: Reader, context: Partial<Record<'params' | 'body', unknown>> = {}) {
  const route = summaryRoutes(asReader).find(({ endpoint }) => endpoint.name === name);
  return route?.handle({ reader, ...context } as unknown as RouteContext);
}

test('an entry says whether its summary is ready, pending, or why there is none, and who made it', async () => {
  const seen = await seenBy(ADA);
  expect(seen.get(1)).toEqual({
    state: 'ready',
    text: 'One.',
    language: 'en',
    engine: 'extractive',
    note: 'the model was wrong',
    code: null,
    reason: null,
  });
  expect(seen.get(2)).toMatchObject({ state: 'pending', text: null, reason: null });
  expect(seen.get(3)).toMatchObject({ state: 'failed', text: null, code: 'failed' });
  expect(seen.get(3)?.reason).not.toContain('no luck');
  expect(seen.get(4)).toMatchObject({ state: 'none', code: 'no-text', reason: expect.stringContaining('no text') });
  expect(seen.get(5)).toMatchObject({ state: 'none', reason: null });
  const sentences = await asReader(ADA, (tx) => summarySentences(tx, 1));
  expect(sentences).toEqual([{ text: 'One.', start: 0, end: 4 }]);
});

test('why a summary is not the model’s is said by a code, where it is known', async () => {
  const summary = (await seenBy(ADA)).get(1);
  if (!summary) throw new Error('Ada has no such entry');
  expect(withNoteCode(summary)).toEqual({ ...summary, noteCode: null });
  expect(withNoteCode({ ...summary, note: summaryNotes.language })).toMatchObject({ noteCode: 'language' });
});

test('a model’s summary goes before the built-in engine’s, and one in the reader’s language before others', async () => {
  expect((await seenBy(ADA)).get(6)).toMatchObject({ text: expect.stringMatching(/Better|日本/), engine: 'ollama/x' });
  await superuser.script(`update readers set settings = '{"language": "ja"}' where id = 1`);
  expect((await seenBy(ADA)).get(6)).toMatchObject({ text: '日本語。', language: 'ja' });
  await superuser.script(`update readers set settings = '{"language": "en"}' where id = 1`);
  expect((await seenBy(ADA)).get(6)).toMatchObject({ text: 'Better.' });
});

test('a reader sees none of an article that is not theirs', async () => {
  expect([...(await seenBy(EVE)).keys()]).toEqual([1]);
  expect(await asReader(EVE, (tx) => summarySentences(tx, 6))).toEqual([]);
  await expect(call('requestSummary', EVE, { params: { id: '6' } })).rejects.toMatchObject({ code: 'not-found' });
  await expect(call('requestSummary', ADA, { params: { id: 'x' } })).rejects.toMatchObject({ code: 'not-found' });
});

test('what a tenant’s own model made is that tenant’s', async () => {
  await superuser.script(
    `update article_summaries set tenant_id = (select tenant_id from readers where id = 2) where article_id = 6`,
  );
  expect((await seenBy(ADA)).get(6)).toMatchObject({ text: null });
});

test('switched off for a feed there are none for that reader, but for those that are asked for', async () => {
  await asReader(ADA, async (tx, readerId) => setSummaries(tx, readerId, 1, false));
  expect((await seenBy(ADA)).get(1)).toMatchObject({ state: 'none', text: null, engine: null });
  expect((await seenBy(EVE)).get(1)).toMatchObject({ state: 'ready' });
  await call('requestSummary', ADA, { params: { id: '5' } });
  expect((await seenBy(ADA)).get(5)).toMatchObject({ state: 'pending' });
  const rows = await superuser.all(
    statement(
      'test-stage',
      `select state, priority, attempts from article_stages where article_id = 5 and stage = 'summarise'`,
    ),
  );
  expect(rows).toEqual([{ state: 'waiting', priority: 1, attempts: 0 }]);
});

test('a tenant switches all of its summaries off and on', async () => {
  expect(await call('writeTenantSettings', ADA, { body: { summaries: false } })).toMatchObject({ summaries: false });
  expect((await seenBy(ADA)).get(1)).toMatchObject({ state: 'none', text: null });
  expect((await seenBy(EVE)).get(1)).toMatchObject({ state: 'ready' });
  await expect(call('requestSummary', ADA, { params: { id: '1' } })).rejects.toMatchObject({ code: 'invalid-request' });
  expect(await call('readTenantSettings', EVE)).toMatchObject({ summaries: true });
  expect(await call('writeTenantSettings', ADA, { body: { summaries: true } })).toMatchObject({ summaries: true });
  expect((await seenBy(ADA)).get(1)).toMatchObject({ state: 'ready' });
});

const lockStage = statement('test_lock_stage', 'select from article_stages where article_id = 2 for update');
const takeRequest = statement(
  'test_take_request',
  'insert into summary_requests (article_id, reader_id) values (2, 1) on conflict do nothing',
);
const lookForWaiting = statement('test_waiting', 'select from pg_locks where not granted');

test('a request that a stage and it wait for each other over is made all the same', async () => {
  // The stage has the row of the article, the request that of the reader, and each wants the other's. Postgres ends the one
  // that notices first: the request, as the stage has more patience.
  await superuser
    .transaction(async (tx) => {
      await tx.script("set local deadlock_timeout = '3s'");
      await tx.one(lockStage);
      const asked = call('requestSummary', ADA, { params: { id: '2' } });
      asked.catch(() => {}); // it is awaited below
      await until(async () => (await superuser.all(lookForWaiting)).length > 0);
      await tx.run(takeRequest);
      return { asked };
    })
    .then(({ asked }) => asked);
  expect((await seenBy(ADA)).get(2)).toMatchObject({ state: 'pending' });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}
