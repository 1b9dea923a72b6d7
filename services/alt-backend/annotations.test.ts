import type { EntryHighlight, EntryNote } from '@alt/contracts';
import type { Reader } from '@alt/service-kit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { annotationRoutes } from './annotations.ts';
import { changedEntries, readRevisions } from './store/changes.ts';
import { makeReader, openBackend, type TestBackend, type TestClient } from './testing.ts';

const TENANT = '018f0000-0000-7000-8000-0000000000aa';
const ada: Reader = { ...makeReader(1), tenantId: TENANT, role: 'member' };
const bo: Reader = { ...makeReader(2), tenantId: TENANT, role: 'reader' };
const eve = makeReader(3);

let backend: TestBackend;
let client: TestClient;
let entry = '';

beforeAll(async () => {
  backend = await openBackend();
  client = backend.serve(annotationRoutes(backend.asReader));
});

afterAll(() => backend.drop());

beforeEach(async () => {
  const feed = await backend.makeFeed(`paper-${crypto.randomUUID()}`, ada, bo, eve);
  entry = String(await backend.makeArticle(feed, { title: 'Tides', text: 'The sea comes and goes.' }));
});

async function send<Answer>(method: string, path: string, as: Reader, body?: unknown) {
  const response = await client(method, path, { as, body });
  const text = await response.text();
  return { status: response.status, json: (text ? JSON.parse(text) : null) as Answer };
}

const highlightOf = async (as: Reader, more: object = {}) =>
  (await send<EntryHighlight>('POST', `/v1/entries/${entry}/highlights`, as, { quote: 'comes and goes', ...more }))
    .json;
const seenBy = async (as: Reader) =>
  (await send<{ highlights: EntryHighlight[]; notes: EntryNote[] }>('GET', `/v1/entries/${entry}/annotations`, as))
    .json;

test('what a reader marks and writes is theirs alone until they share it with their tenant', async () => {
  const marked = await highlightOf(ada);
  const note = await send<EntryNote>('POST', `/v1/entries/${entry}/notes`, ada, {
    body: ' Why? ',
    highlightId: marked.id,
  });
  expect(note).toMatchObject({
    status: 201,
    json: { body: 'Why?', highlightId: marked.id, isMine: true, isShared: false },
  });
  expect(await seenBy(bo)).toEqual({ highlights: [], notes: [] });
  await send('PATCH', `/v1/highlights/${marked.id}`, ada, { isShared: true, color: 'blue' });
  await send('PATCH', `/v1/notes/${note.json.id}`, ada, { isShared: true });
  // Shared is not rewritten.
  expect((await seenBy(ada)).notes).toMatchObject([{ updatedAt: note.json.updatedAt, isShared: true }]);
  expect(await seenBy(bo)).toMatchObject({
    highlights: [{ id: marked.id, color: 'blue', isMine: false, isShared: true, authorId: ada.userId }],
    notes: [{ id: note.json.id, body: 'Why?', isMine: false, authorId: ada.userId }],
  });
  expect(await seenBy(eve)).toEqual({ highlights: [], notes: [] });
});

test('what others share is seen with the article, and by nobody who does not hold it', async () => {
  const feed = await backend.makeFeed(`only-ada-${crypto.randomUUID()}`, ada);
  entry = String(await backend.makeArticle(feed, { title: 'Hers' }));
  await highlightOf(ada, { isShared: true });
  expect(await send('GET', `/v1/entries/${entry}/annotations`, bo)).toMatchObject({ status: 404 });
});

test('one can write on what another shared, and change only what one wrote', async () => {
  const marked = await highlightOf(ada, { isShared: true });
  const answer = await send<EntryNote>('POST', `/v1/entries/${entry}/notes`, bo, {
    body: 'Because.',
    highlightId: marked.id,
  });
  expect(answer.status).toBe(201);
  const unknown = { status: 404, json: { code: 'not-found' } };
  expect(await send('PATCH', `/v1/highlights/${marked.id}`, bo, { color: 'pink' })).toMatchObject(unknown);
  expect(await send('DELETE', `/v1/highlights/${marked.id}`, bo)).toMatchObject(unknown);
  expect(await send('DELETE', `/v1/notes/${answer.json.id}`, ada)).toMatchObject(unknown);
  expect(await send('PATCH', '/v1/notes/none', ada, { body: 'x' })).toMatchObject(unknown);
});

test('who only reads keeps private notes and shares none', async () => {
  const refused = { status: 403, json: { code: 'forbidden' } };
  expect(await send('POST', `/v1/entries/${entry}/notes`, bo, { body: 'x', isShared: true })).toMatchObject(refused);
  const own = await highlightOf(bo);
  expect(await send('PATCH', `/v1/highlights/${own.id}`, bo, { isShared: true })).toMatchObject(refused);
});

test('an entry or a highlight that one does not have takes no notes', async () => {
  const feed = await backend.makeFeed(`only-eve-${crypto.randomUUID()}`, eve);
  const hers = await backend.makeArticle(feed, { title: 'Hers' });
  const unknown = { status: 404, json: { code: 'not-found' } };
  expect(await send('POST', `/v1/entries/${hers}/notes`, ada, { body: 'x' })).toMatchObject(unknown);
  const mine = await highlightOf(ada);
  expect(await send('POST', `/v1/entries/${entry}/notes`, bo, { body: 'x', highlightId: mine.id })).toMatchObject(
    unknown,
  );
});

test('a reader’s other clients hear of a change, and the notes are listed, the newest first', async () => {
  const before = await backend.asReader(ada, (tx, readerId) => readRevisions(tx, readerId));
  const first = await send<EntryNote>('POST', `/v1/entries/${entry}/notes`, ada, { body: 'first' });
  const second = await send<EntryNote>('POST', `/v1/entries/${entry}/notes`, ada, { body: 'second' });
  const changed = await backend.asReader(ada, (tx, readerId) => changedEntries(tx, readerId, before.revision, 10));
  expect(changed).toMatchObject([{ id: Number(entry), isRead: false }]);
  const page = await send<{ items: EntryNote[]; nextCursor: string }>('GET', '/v1/notes?limit=1', ada);
  expect(page.json).toMatchObject({ items: [{ id: second.json.id, entryTitle: 'Tides' }], nextCursor: second.json.id });
  const next = await send<{ items: EntryNote[] }>('GET', `/v1/notes?limit=1&cursor=${page.json.nextCursor}`, ada);
  expect(next.json.items).toMatchObject([{ id: first.json.id }]);
  expect((await send('DELETE', `/v1/notes/${first.json.id}`, ada)).status).toBe(204);
});

test('one’s own highlights are listed page by page with one’s notes on them, and found by words of any of them', async () => {
  const reader = makeReader(5);
  const feed = await backend.makeFeed(`paper-${crypto.randomUUID()}`, reader, ada);
  entry = String(await backend.makeArticle(feed, { title: 'Harbours', text: 'Ships come and go.' }));
  const first = await highlightOf(reader, { quote: 'Ships COME' });
  const second = await highlightOf(reader, { quote: 'and go' });
  await send('POST', `/v1/entries/${entry}/notes`, reader, { body: 'Where to?', highlightId: second.id });
  await highlightOf(ada, { quote: 'Ships', isShared: true });
  type Listed = { items: Array<EntryHighlight & { notes: EntryNote[] }>; nextCursor: string | null };
  const list = async (query: string) => (await send<Listed>('GET', `/v1/highlights${query}`, reader)).json;
  const page = await list('?limit=1');
  expect(page.items).toMatchObject([{ id: second.id, entryTitle: 'Harbours', notes: [{ body: 'Where to?' }] }]);
  const rest = await list(`?limit=1&cursor=${page.nextCursor}`);
  expect(rest).toMatchObject({ items: [{ id: first.id, notes: [] }], nextCursor: null });
  const found = async (q: string) => (await list(`?q=${encodeURIComponent(q)}`)).items.map(({ id }) => id);
  expect(await found('ships come')).toEqual([first.id]);
  expect(await found('WHERE')).toEqual([second.id]);
  expect(await found('harbour')).toEqual([second.id, first.id]);
  expect(await found('50%_')).toEqual([]);
  const notes = await send<{ items: EntryNote[] }>('GET', '/v1/notes?q=where', reader);
  expect(notes.json.items).toMatchObject([{ body: 'Where to?' }]);
  expect(await send('GET', '/v1/highlights?cursor=none', reader)).toMatchObject({ json: { code: 'invalid-cursor' } });
});
