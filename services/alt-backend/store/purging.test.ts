import { defaultSettings, type Settings } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import type { Reader } from '@alt/service-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settleAll } from '../marking.ts';
import { beginChange, markAllRead } from './counters.ts';
import { updateEntries } from './entries.ts';
import { addLabels, ensureLabels } from './labels.ts';
import { listPage } from './lists.ts';
import { createAsReader, writeSettings } from './readers.ts';
import { subscribe, unsubscribe } from './subscriptions.ts';

/** Days since each article of the feed was received; the last two are the feed's last document. */
const AGES = [90, 80, 70, 50, 40, 35, 20, 10, 5, 2];
const LAST_DOCUMENT = 2;

let database: TestDatabase;
let superuser: Database;
let backend: Database;
let asReader: ReturnType<typeof createAsReader>;
let feedId: number;
let articles: { id: number; age: number }[];

beforeEach(async () => {
  database = await createTestDatabase();
  superuser = database.superuser('alt');
  backend = database.connectAs('alt_backend');
  asReader = createAsReader(backend);
  feedId = (await backend.one(ensureFeed, ['https://feed.example/']))?.id ?? 0;
  await superuser.script(`update feeds set created_at = now() - interval '100 days'`);
  for (const reader of [FIRST, SECOND]) await asReader(reader, (tx) => subscribe(tx, [feedId], [null]));
  articles = await deliver(AGES);
});
afterEach(async () => {
  expect(await superuser.all(selectMiscounted)).toEqual([]);
  await database.drop();
});

describe('retention', () => {
  test('keeps everything for ever unless the reader says otherwise', async () => {
    await change(FIRST, [90, 80], { isRead: true });
    expect(await retain()).toBe(0);
    expect(await agesOf(FIRST)).toEqual(AGES);
  });

  test('removes what is older than the reader says, read and unread apart, and marks nothing read', async () => {
    await change(FIRST, [90, 50, 40, 20, 5], { isRead: true });
    await setRetention(FIRST, { readDays: 30, unreadDays: 60 });
    expect(await retain()).toBe(5);
    expect(await agesOf(FIRST)).toEqual([35, 20, 10, 5, 2]);
    expect(await agesOf(FIRST, 'unread')).toEqual([35, 10, 2]);
    expect(await agesOf(SECOND, 'unread')).toEqual(AGES);
  });

  test.each([
    ['read', { readDays: 30, unreadDays: null }, [90, 70, 40, 20, 10, 5, 2]],
    ['unread', { readDays: null, unreadDays: 30 }, [80, 50, 35, 20, 10, 5, 2]],
  ])('of %s entries alone leaves the others', async (_, retention, left) => {
    await change(FIRST, [80, 50, 35], { isRead: true });
    await setRetention(FIRST, retention);
    await retain();
    expect(await agesOf(FIRST)).toEqual(left);
  });

  test('never removes what the reader starred, labelled, highlighted, noted or shared', async () => {
    await change(FIRST, AGES, { isRead: true });
    await keepFive(FIRST);
    await setRetention(FIRST, { readDays: 1, unreadDays: 1 });
    expect(await retain()).toBe(AGES.length - 5);
    expect(await agesOf(FIRST)).toEqual([90, 80, 70, 50, 40]);
  });

  test('takes for read what "mark all read" covers, before its rows have followed', async () => {
    await asReader(FIRST, async (tx, readerId) => markAllRead(tx, readerId, null, await beginChange(tx)));
    await setRetention(FIRST, { readDays: null, unreadDays: 30 });
    expect(await retain()).toBe(0);
    await setRetention(FIRST, { readDays: 60, unreadDays: null });
    expect(await retain()).toBe(3);
    await settleAll(backend);
    expect(await agesOf(FIRST, 'read')).toEqual([50, 40, 35, 20, 10, 5, 2]);
  });

  test('removes what is hidden as it removes the rest: what the reader hid as read, what a rule hid as it was', async () => {
    await change(FIRST, [90, 70, 40], { isHidden: true });
    await change(FIRST, [80], { isRead: true });
    await superuser.run(hideByRule, [idsOf([80, 50, 35])]);
    await setRetention(FIRST, { readDays: 60, unreadDays: null });
    expect(await retain()).toBe(3);
    expect(await agesOf(FIRST, 'hidden')).toEqual([50, 40, 35]);
    await asReader(FIRST, async (tx, readerId) => markAllRead(tx, readerId, null, await beginChange(tx)));
    await setRetention(FIRST, { readDays: 30, unreadDays: null });
    expect(await retain()).toBe(1);
    expect(await agesOf(FIRST, 'hidden')).toEqual([50, 35]); // "all" is what is listed
    await change(FIRST, [35], { isStarred: true });
    await setRetention(FIRST, { readDays: null, unreadDays: 30 });
    expect(await retain()).toBe(1);
    expect(await agesOf(FIRST, 'hidden')).toEqual([35]);
  });

  test('takes what is folded into an old entry with it; what is kept or young stays, and nothing comes back as new', async () => {
    await superuser.run(fold, [idsOf([80, 70, 50, 10]), idsOf([90])[0]]);
    await change(FIRST, [90], { isRead: true });
    await change(FIRST, [70], { isStarred: true });
    await setRetention(FIRST, { readDays: 30, unreadDays: null });
    const before = await superuser.all(selectRevisions);
    expect(await retain()).toBe(3);
    expect(await agesOf(FIRST)).toEqual([70, 40, 35, 20, 5, 2]);
    const [{ id: reader }] = (await superuser.all(selectReaders)) as [{ id: number }];
    expect(await superuser.all(selectNew, [reader, before[0]?.revision])).toEqual([{ id: idsOf([70])[0] }]);
    expect(await superuser.all(selectFolded, [reader])).toEqual([{ id: idsOf([10])[0], into: idsOf([70])[0] }]);
  });

  test('goes in batches of several readers, as large as asked for, and tells clients', async () => {
    for (const reader of [FIRST, SECOND]) await setRetention(reader, { readDays: null, unreadDays: 30 });
    const before = await superuser.all(selectRevisions);
    const removed: number[] = [];
    do removed.push(await retain(5));
    while ((removed.at(-1) ?? 0) > 0);
    expect(removed).toEqual([5, 5, 2, 0]);
    for (const reader of [FIRST, SECOND]) expect(await agesOf(reader)).toEqual([20, 10, 5, 2]);
    for (const [n, { revision, structure }] of (await superuser.all(selectRevisions)).entries()) {
      expect(revision).toBeGreaterThan(before[n]?.revision ?? 0);
      expect(structure).toBe(revision);
    }
  });

  test('waits for no reader from whom nothing goes', async () => {
    await setRetention(FIRST, { readDays: 30, unreadDays: null });
    await setRetention(SECOND, { readDays: null, unreadDays: 30 });
    await asReader(FIRST, async (tx) => {
      await beginChange(tx);
      expect(await retain()).toBe(6);
    });
  });

  test('leaves what the reader stars while it waits', async () => {
    await setRetention(FIRST, { readDays: null, unreadDays: 60 });
    let retaining: Promise<number> | null = null;
    await asReader(FIRST, async (tx, readerId) => {
      const revision = await beginChange(tx);
      retaining = retain();
      await expect.poll(() => superuser.all(selectWaiting)).toHaveLength(1);
      await updateEntries(tx, readerId, idsOf([90, 80]), { isRead: null, isStarred: true }, revision);
    });
    expect(await retaining).toBe(1);
    expect(await agesOf(FIRST, 'starred')).toEqual([90, 80]);
  });
});

describe('the collection of garbage', () => {
  test('removes articles that nobody holds, with all that belongs to them, and remembers that they went', async () => {
    await superuser.script(`
      insert into article_contents (article_id, content_html, text) select id, '', '' from articles;
      insert into article_stages (article_id, stage, content_hash) select id, 'extract', '' from articles;`);
    await setRetention(FIRST, { readDays: null, unreadDays: 30 });
    await retain();
    await collect();
    expect(await agesLeft()).toEqual(AGES); // the other reader's
    await setRetention(SECOND, { readDays: null, unreadDays: 45 });
    await retain();
    await collect();
    expect(await agesLeft()).toEqual([40, 35, 20, 10, 5, 2]);
    expect(await superuser.one(selectCounts)).toEqual({ contents: 6, stages: 6, tombstones: 4 });
    expect(await superuser.all(selectUnburied)).toEqual([]);
    expect(await agesOf(SECOND)).toEqual([40, 35, 20, 10, 5, 2]);
  });

  test('leaves the last document of a feed with readers, for who subscribes next, and what came today', async () => {
    await superuser.script('delete from entries');
    await superuser.script(`update articles set received_at = now() where id = (select min(id) from articles)`);
    await collect();
    expect(await agesLeft()).toEqual([90, 5, 2]);
    const third = readerNumber(3);
    await asReader(third, (tx) => subscribe(tx, [feedId], [null]));
    expect(await agesOf(third, 'unread')).toEqual([5, 2]);
  });

  test('takes nothing that anybody starred, labelled, highlighted, noted or shared, when all have unsubscribed', async () => {
    await keepFive(FIRST);
    for (const reader of [FIRST, SECOND]) await leave(reader);
    await collect();
    expect(await agesLeft()).toEqual([90, 80, 70, 50, 40]);
    expect(await agesOf(FIRST)).toEqual([90, 80, 70, 50, 40]);
    expect(await superuser.all(selectFeeds)).toHaveLength(1);
    await change(FIRST, [90], { isStarred: false });
    await superuser.script('delete from entry_labels; delete from notes; delete from highlights; delete from shares');
    await setRetention(FIRST, { readDays: 1, unreadDays: 1 });
    await retain();
    await collect();
    expect(await agesLeft()).toEqual([]);
    expect(await superuser.all(selectFeeds)).toEqual([]);
  });

  test('leaves an article that is still on its way to readers', async () => {
    await superuser.script('delete from entries');
    await superuser.run(insertDelivery, [feedId, idsOf([90, 80])]);
    await collect();
    expect(await agesLeft()).toEqual([90, 80, 5, 2]);
  });

  test('goes in batches, each after the last', async () => {
    await superuser.script('delete from entries');
    const looks: (number | null)[] = [0];
    const left: number[] = [];
    while (looks.at(-1) !== null) {
      looks.push((await backend.one(callCollect, [looks.at(-1), 3]))?.lastId ?? null);
      left.push((await agesLeft()).length);
    }
    expect(looks.slice(1, -1)).toEqual([70, 35, 5, 2].flatMap((age) => idsOf([age])));
    expect(left).toEqual([7, 4, 2, 2, 2]);
  });

  test('waits for who subscribes at the same time, and takes nothing from them', async () => {
    for (const reader of [FIRST, SECOND]) await leave(reader);
    let collecting: Promise<void> | null = null;
    await asReader(FIRST, async (tx) => {
      await subscribe(tx, [feedId], [null]);
      collecting = collect();
      await expect.poll(() => superuser.all(selectWaiting)).toHaveLength(1);
    });
    await collecting;
    expect(await agesOf(FIRST, 'unread')).toEqual([5, 2]);
    expect(await agesLeft()).toEqual([5, 2]);
  });

  test('fails nobody who subscribes while it works', async () => {
    for (const reader of [FIRST, SECOND]) await leave(reader);
    let subscribing: Promise<unknown> | null = null;
    await backend.transaction(async (tx) => {
      await tx.one(callCollect, [0, 1_000]);
      subscribing = asReader(FIRST, (own) => subscribe(own, [feedId], [null]));
      await expect.poll(() => superuser.all(selectWaiting)).toHaveLength(1);
    });
    await expect(subscribing).resolves.toHaveLength(1);
    expect(await agesLeft()).toEqual([]);
  });
});

describe('tombstones', () => {
  test('go when the feed was read and has not shown the article for longer than a year', async () => {
    const other = (await backend.one(ensureFeed, ['https://unchanged.example/']))?.id ?? 0;
    await superuser.run(insertTombstones, [feedId, [500, 402, 399, 1]]);
    await superuser.run(insertTombstones, [other, [500]]);
    await superuser.run(setChanged, [feedId, 1]);
    await superuser.run(setChanged, [other, 480]); // within the month to which that is known
    expect(await forget()).toEqual([399, 1, 500]);
    await superuser.run(setChanged, [other, 460]);
    expect(await forget()).toEqual([399, 1]);
  });

  test('are looked through in batches, each after the last', async () => {
    await superuser.run(insertTombstones, [feedId, [500, 490, 480, 1, 470]]);
    await superuser.run(setChanged, [feedId, 1]);
    expect(await forget(2)).toEqual([1]);
  });
});

// ------------------------------------------------------------------ readers

const FIRST = readerNumber(1);
const SECOND = readerNumber(2);

function readerNumber(n: number): Reader {
  const id = `018f0000-0000-7000-8000-00000000000${n}`;
  const person = { userId: id, tenantId: id, role: 'owner', email: '', name: '' } as const;
  return {
    ...person,
    sessionId: null,
    keyId: null,
    csrfToken: null,
    provedAt: null,
    isSuspended: false,
    ownsInstance: false,
    scope: 'full',
  };
}

async function setRetention(reader: Reader, retention: Settings['retention']): Promise<void> {
  await asReader(reader, (tx, readerId) => writeSettings(tx, readerId, { ...defaultSettings, retention }, null));
}

async function change(
  reader: Reader,
  ages: number[],
  state: { isRead?: boolean; isStarred?: boolean; isHidden?: boolean },
): Promise<void> {
  const { isRead = null, isStarred = null, isHidden = null } = state;
  await asReader(reader, async (tx, readerId) =>
    updateEntries(tx, readerId, idsOf(ages), { isRead, isStarred, isHidden }, await beginChange(tx)),
  );
}

/** Keeps the five oldest entries, each in another way. */
async function keepFive(reader: Reader): Promise<void> {
  const [starred = 0, labelled = 0, highlighted = 0, noted = 0, shared = 0] = idsOf(AGES);
  await asReader(reader, async (tx, readerId) => {
    await updateEntries(tx, readerId, [starred], { isRead: null, isStarred: true }, await beginChange(tx));
    const [kept] = await ensureLabels(tx, readerId, ['kept']);
    await addLabels(tx, readerId, kept ? [kept.id] : [], [labelled]);
    await tx.run(insertHighlight, [readerId, highlighted]);
    await tx.run(insertNote, [readerId, noted]);
    await tx.run(insertShare, [readerId, shared]);
  });
}

async function leave(reader: Reader): Promise<void> {
  await asReader(reader, async (tx, readerId) => {
    const row = await tx.one(selectSubscription, [readerId]);
    await unsubscribe(tx, row?.id ?? 0);
  });
}

/** The ages of a reader's entries in days, the oldest first. */
async function agesOf(
  reader: Reader,
  view: 'all' | 'read' | 'unread' | 'starred' | 'hidden' = 'all',
): Promise<number[]> {
  const filter = { view, order: 'oldest', feedIds: null, labelIds: null, tagIds: null } as const;
  const list = await asReader(reader, (tx, readerId) => listPage(tx, readerId, filter, null, 200));
  return list.map(({ id }) => articles.find((article) => article.id === id)?.age ?? Number.NaN);
}

const insertHighlight = statement(
  'purging_highlight',
  `insert into highlights (reader_id, article_id, quote) values ($1, $2, 'well said')`,
);
const insertNote = statement(
  'purging_note',
  `insert into notes (reader_id, article_id, body) values ($1, $2, 'to be read again')`,
);
const insertShare = statement(
  'purging_share',
  `insert into shares (reader_id, article_id, secret_hash) values ($1, $2, '\\x01')`,
);
const selectSubscription = statement<{ id: number }>(
  'purging_subscription',
  'select id from subscriptions where reader_id = $1',
);

// ------------------------------------------------------------------ feeds and articles

function idsOf(ages: number[]): number[] {
  return ages.flatMap((age) => articles.filter((article) => article.age === age).map(({ id }) => id));
}

async function retain(batch = 1_000): Promise<number> {
  return (await backend.one(callRetain, [batch]))?.removed ?? Number.NaN;
}

async function collect(): Promise<void> {
  let lastId: number | null = 0;
  while (lastId !== null) lastId = (await backend.one(callCollect, [lastId, 1_000]))?.lastId ?? null;
}

/** Looks through all tombstones; answers for how many days those that are left have not been shown. */
async function forget(batch = 1_000): Promise<number[]> {
  for (let last: Tombstone | null = { feedId: 0, identity: Buffer.alloc(0) }; last; ) {
    last = await backend.one(callForget, [last.feedId, last.identity, batch]);
  }
  return (await superuser.all(selectTombstones)).map(({ days }) => days);
}

/** The ages of the articles that are there, the oldest first. */
async function agesLeft(): Promise<number[]> {
  const left = await superuser.all(selectArticles);
  return left.map(({ id }) => articles.find((article) => article.id === id)?.age ?? Number.NaN);
}

/** Articles that a poll stored so many days ago, the oldest first. */
async function deliver(ages: number[]): Promise<{ id: number; age: number }[]> {
  return database.connectAs('pre_processor').transaction(async (tx) => {
    const rows = await tx.all(insertArticles, [feedId, ages]);
    const ids = rows.map(({ id }) => id).toSorted((a, b) => a - b);
    await tx.run(insertDocument, [feedId, ids.slice(-LAST_DOCUMENT)]);
    await tx.run(callDeliver, [ids]);
    return ids.map((id, n) => ({ id, age: ages[n] ?? 0 }));
  });
}

const callRetain = statement<{ removed: number }>('purging_retain', 'select retain($1) as removed');
const callCollect = statement<{ lastId: number | null }>(
  'purging_collect',
  'select collect_garbage($1, $2) as "lastId"',
);
const ensureFeed = statement<{ id: number }>(
  'purging_feed',
  `select ensure_feed($1, 'feed.example', null, null) as id`,
);
const insertArticles = statement<{ id: number }>(
  'purging_articles',
  `with block as materialized (select allocate_article_ids(cardinality($2::integer[])) as first)
   insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
     select first + n - 1, $1, int8send(first + n), 'Title', '', at, at, ''
     from block, unnest($2::integer[]) with ordinality as given (age, n),
       lateral (select now() - make_interval(days => age) as at) x
   returning id`,
);
const insertDocument = statement(
  'purging_document',
  'insert into feed_documents (feed_id, article_ids) values ($1, $2)',
);
const insertDelivery = statement(
  'purging_delivery',
  'insert into deliveries (feed_id, article_ids, after_reader_id) values ($1, $2, 0)',
);
interface Tombstone {
  feedId: number;
  identity: Buffer;
}
const callForget = statement<Tombstone>(
  'purging_forget',
  'select feed_id as "feedId", identity from forget_tombstones($1, $2, $3)',
);
const insertTombstones = statement(
  'purging_tombstones',
  `insert into tombstones (feed_id, identity, shown_at)
     select $1, int4send(n::int), now() - make_interval(days => d) from unnest($2::int[]) with ordinality as x (d, n)`,
);
const selectTombstones = statement<{ days: number }>(
  'purging_shown',
  `select extract(day from now() - shown_at)::int as days from tombstones order by feed_id, identity`,
);
const setChanged = statement(
  'purging_changed',
  'update feeds set last_changed_at = now() - make_interval(days => $2) where id = $1',
);
const hideByRule = statement(
  'purging_rule',
  `update entries set hidden_reason = 'rule' where article_id = any ($1) and reader_id = (select min(id) from readers)`,
);
const fold = statement(
  'purging_fold',
  'update entries set folded_into = $2 where article_id = any ($1) and reader_id = (select min(id) from readers)',
);
const selectReaders = statement<{ id: number }>('purging_readers', 'select id from readers order by id');
const selectNew = statement<{ id: number }>(
  'purging_new',
  'select article_id as id from entries where reader_id = $1 and is_listed and arrival_revision > $2',
);
const selectFolded = statement<{ id: number; into: number }>(
  'purging_folded',
  'select article_id as id, folded_into as into from entries where reader_id = $1 and folded_into is not null',
);
const callDeliver = statement('purging_deliver', `select deliver_all($1, '{}')`);
const selectArticles = statement<{ id: number }>('purging_left', 'select id from articles order by id');
const selectFeeds = statement('purging_feeds', 'select id from feeds');
const selectCounts = statement(
  'purging_counts',
  `select (select count(*) from article_contents) as contents, (select count(*) from article_stages) as stages,
     (select count(*) from tombstones) as tombstones`,
);
const selectUnburied = statement(
  'purging_unburied',
  'select from tombstones t join articles a on a.feed_id = t.feed_id and a.identity = t.identity',
);
const selectMiscounted = statement('purging_miscounted', 'select * from miscounted()');
const selectRevisions = statement<{ revision: number; structure: number }>(
  'purging_revisions',
  'select revision, structure_revision as structure from readers order by id',
);
/** Connections to this test's database that wait for a lock. */
const selectWaiting = statement(
  'purging_waiting',
  `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
);
