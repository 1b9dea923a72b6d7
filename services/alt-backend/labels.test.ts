import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import type { Reader, RouteContext } from '@alt/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { labelRoutes } from './labels.ts';
import { changedEntries, readRevisions } from './store/changes.ts';
import { type AsReader, createAsReader } from './store/readers.ts';

let database: TestDatabase;
let superuser: Database;
let asReader: AsReader;
beforeEach(async () => {
  database = await createTestDatabase();
  superuser = database.superuser('alt');
  asReader = createAsReader(database.connectAs('alt_backend'));
});
afterEach(() => database.drop());

const READER: Reader = {
  userId: '018f0000-0000-7000-8000-000000000001',
  tenantId: '018f0000-0000-7000-8000-000000000001',
  role: 'owner',
  email: '',
  name: '',
  sessionId: null,
  keyId: null,
  csrfToken: null,
  provedAt: null,
  isSuspended: false,
  ownsInstance: false,
  scope: 'full',
};

const revisions = () => asReader(READER, readRevisions);

async function call(name: string, context: Partial<Record<'params' | 'body', unknown>>): Promise<unknown> {
  const route = labelRoutes(asReader).find(({ endpoint }) => endpoint.name === name);
  return route?.handle({ reader: READER, ...context } as unknown as RouteContext);
}

/** A reader with so many unread entries, all with the label `large`, and the first with `small` too. */
async function makeEntries(count: number): Promise<void> {
  await revisions();
  await superuser.script(`
    insert into hosts (host) values ('a.example');
    insert into feeds (url, host) values ('https://a.example/', 'a.example');
    insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
      select n, (select id from feeds), int4send(n), 'title', '', now(), now(), '\\x01' from generate_series(1, ${count}) n;
    insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
      select id, (select id from readers), feed_id, sort_at, received_at, 0, 0 from articles;
    insert into labels (tenant_id, owner_id, name)
      select tenant_id, id, unnest(array['large', 'small']) from readers;
    insert into entry_labels (reader_id, label_id, article_id, sort_at)
      select reader_id, l.id, article_id, sort_at from entries join labels l on l.name = 'large' or article_id = 1;`);
}

const selectUnread = statement<{ unread: number }>('labels_unread', 'select unread from counters');
const selectMiscounted = statement('labels_miscounted', 'select * from miscounted()');

test('a change of a label on thousands of entries has clients load everything; on few it names the entries', async () => {
  await makeEntries(5_001);
  const before = await revisions();
  expect(await call('renameLabel', { params: { name: 'large' }, body: { name: 'huge' } })).toMatchObject({
    name: 'huge',
    count: 5_001,
  });
  const renamed = await revisions();
  expect(renamed.resetRevision).toBeGreaterThan(before.revision);
  expect(renamed.resetRevision).toBe(renamed.revision);

  await call('deleteLabel', { params: { name: 'small' } });
  const { revision, resetRevision } = await revisions();
  expect([revision, resetRevision]).toEqual([renamed.revision + 1, renamed.resetRevision]);
  const changed = await asReader(READER, (tx, readerId) => changedEntries(tx, readerId, renamed.revision, 10));
  expect(changed).toMatchObject([{ id: 1, labels: ['huge'], isRead: false, isNew: false }]);
  expect(await superuser.one(selectUnread)).toEqual({ unread: 5_001 });
  expect(await superuser.all(selectMiscounted)).toEqual([]);
});

test('of two labels that take the same name at once, one gets it', async () => {
  await makeEntries(1);
  const outcomes = await Promise.allSettled(
    ['large', 'small'].map((name) => call('renameLabel', { params: { name }, body: { name: 'one' } })),
  );
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const refused = outcomes.find((outcome) => outcome.status === 'rejected');
  expect(refused?.reason).toMatchObject({ code: 'name-taken' });
});

test('what a "mark all read" covers stays read when a label of it changes', async () => {
  await makeEntries(3);
  await superuser.script(`update readers set revision = 5;
    update counters set read_through = 5, read_before = 'infinity', is_settled = false, unread = 0`);
  await call('renameLabel', { params: { name: 'large' }, body: { name: 'other' } });
  const changed = await asReader(READER, (tx, readerId) => changedEntries(tx, readerId, 5, 10));
  expect(changed.map(({ isRead }) => isRead)).toEqual([true, true, true]);
  expect(await superuser.one(selectUnread)).toEqual({ unread: 0 });
  expect(await superuser.all(selectMiscounted)).toEqual([]);
});
