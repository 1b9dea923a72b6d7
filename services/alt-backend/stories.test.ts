import type { Counters, Entry, FullEntry } from '@alt/contracts';
import { statement } from '@alt/database';
import { createImageAddresses } from '@alt/feeds/html/image-address.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entryRoutes } from './entries.ts';
import { changedEntries, readRevisions } from './store/changes.ts';
import { subscribe, unsubscribe } from './store/subscriptions.ts';
import { makeReader, openBackend, type TestBackend, type TestClient } from './testing.ts';

const ADA = makeReader(1);
const EVE = makeReader(2);
const HOUR_MS = 3_600_000;

let backend: TestBackend;
let ask: TestClient;
/** Three feeds that Ada follows, Eve the last two; an article of each, the first first. */
let feeds: number[];
let ids: string[];

beforeEach(async () => {
  backend = await openBackend();
  const { asReader, database } = backend;
  ask = backend.serve(
    entryRoutes({
      asReader,
      database,
      images: createImageAddresses('x'.repeat(32)),
      findRelated: async () => ({ related: [], relatedState: 'ready' }),
      findListed: async () => ({ rows: [], next: null }),
      onMarked() {},
    }),
  );
  feeds = [];
  ids = [];
  for (const name of ['one', 'two', 'three']) {
    const feed = await backend.makeFeed(name, ...(name === 'one' ? [ADA] : [ADA, EVE]));
    const at = new Date(Date.now() - (10 - feeds.length) * HOUR_MS);
    feeds.push(feed);
    ids.push(
      String(await backend.makeArticle(feed, { title: `Told by ${name}`, url: `https://${name}.example/`, at })),
    );
  }
});
afterEach(async () => {
  expect(await backend.superuser.all(selectMiscounted)).toEqual([]);
  await backend.drop();
});

test('the list shows one of a story and says where else it is', async () => {
  await tell(ids);
  const [entry, ...others] = await list();
  expect(others).toEqual([]);
  expect(entry).toMatchObject({ id: ids[0], title: 'Told by one' });
  expect(entry?.alsoIn).toEqual([
    { id: ids[1], feed: { id: String(feeds[1]), title: 'two' }, url: 'https://two.example/', title: 'Told by two' },
    {
      id: ids[2],
      feed: { id: String(feeds[2]), title: 'three' },
      url: 'https://three.example/',
      title: 'Told by three',
    },
  ]);
  expect(await counters()).toMatchObject({ unread: 1 });
  expect((await list(EVE))[0]?.alsoIn.map(({ id }) => id)).toEqual([ids[2]]);
});

test('what is folded can be opened, and says where its story is', async () => {
  await tell(ids);
  const { alsoIn } = (await (await ask('GET', `/v1/entries/${ids[1]}`, { as: ADA })).json()) as FullEntry;
  expect(alsoIn.map(({ id }) => id)).toEqual([ids[0], ids[2]]);
});

test.each([0, 1])('reading and starring act on the whole story, whichever of it is named (%i)', async (place) => {
  await tell(ids);
  const body = { ids: [ids[place], '5'], read: true, starred: true, addLabels: ['kept'] };
  expect(await (await ask('PATCH', '/v1/entries', { as: ADA, body })).json()).toEqual({ updated: 1 });
  expect(await backend.superuser.all(selectState, [ADA.userId])).toEqual([
    { isRead: true, isStarred: true },
    { isRead: true, isStarred: true },
    { isRead: true, isStarred: true },
  ]);
  expect(await counters()).toMatchObject({ unread: 0, starred: 1 });
  expect((await list(ADA, '?label=kept')).map(({ id }) => id)).toEqual([ids[0]]);
  expect(await counters(EVE)).toMatchObject({ unread: 1, starred: 0 });
});

test('what the reader has read before stays read, and what they keep is not folded away', async () => {
  await ask('PATCH', '/v1/entries', { as: ADA, body: { ids: [ids[1]], read: true } });
  await ask('PATCH', '/v1/entries', { as: ADA, body: { ids: [ids[2]], addLabels: ['kept'] } });
  await tell(ids);
  const entries = await list();
  expect(entries.map(({ id, read, labels }) => ({ id, read, labels }))).toEqual([
    { id: ids[2], read: true, labels: ['kept'] },
  ]);
});

test('two that are starred both stay', async () => {
  await ask('PATCH', '/v1/entries', { as: ADA, body: { ids: [ids[1], ids[2]], starred: true } });
  await tell(ids);
  expect((await list(ADA, '?view=starred')).map(({ id }) => id).toSorted()).toEqual([ids[1], ids[2]].toSorted());
  expect(await counters()).toMatchObject({ starred: 2 });
});

test('what a reader splits is by itself, and stays so when the story grows', async () => {
  await tell(ids.slice(0, 2));
  const response = await ask('POST', `/v1/entries/${ids[1]}/split`, { as: ADA });
  expect(response.status).toBe(200);
  expect(((await response.json()) as Entry).alsoIn).toEqual([]);
  expect(await counters()).toMatchObject({ unread: 3 });
  await tell(ids);
  const entries = await list();
  expect(entries.map(({ id, alsoIn }) => [id, alsoIn.length])).toEqual([
    [ids[1], 0],
    [ids[0], 1],
  ]);
  expect((await list(EVE)).map(({ alsoIn }) => alsoIn.length)).toEqual([1]);
});

test('when the one that stood for a story is split, another takes its place', async () => {
  await tell(ids);
  await ask('PATCH', '/v1/entries', { as: ADA, body: { ids: [ids[0]], read: true } });
  await ask('POST', `/v1/entries/${ids[0]}/split`, { as: ADA });
  expect((await list()).map(({ id, read, alsoIn }) => [id, read, alsoIn.map((other) => other.id)])).toEqual([
    [ids[1], true, [ids[2]]],
    [ids[0], true, []],
  ]);
});

describe('a split that is taken back', () => {
  const split = (id: string | undefined) => ask('POST', `/v1/entries/${id}/split`, { as: ADA });
  const rejoin = (id: string | undefined, reader = ADA) => ask('DELETE', `/v1/entries/${id}/split`, { as: reader });
  const entryOf = async (id: string | undefined) =>
    (await (await ask('GET', `/v1/entries/${id}`, { as: ADA })).json()) as FullEntry;

  test('puts the entry into its story again, which grows with it; clients hear of it', async () => {
    await tell(ids.slice(0, 2));
    await split(ids[1]);
    expect((await entryOf(ids[1])).splitFrom).toMatchObject([
      { id: ids[0], title: 'Told by one', feed: { title: 'one' } },
    ]);
    expect((await entryOf(ids[0])).splitFrom).toEqual([]);
    const { revision } = await backend.asReader(ADA, readRevisions);
    const response = await rejoin(ids[1]);
    expect(response.status).toBe(200);
    expect(((await response.json()) as Entry).alsoIn.map(({ id }) => id)).toEqual([ids[0]]);
    expect((await entryOf(ids[1])).splitFrom).toEqual([]);
    expect((await list()).map(({ id, alsoIn }) => [id, alsoIn.length])).toEqual([
      [ids[2], 0],
      [ids[0], 1],
    ]);
    expect(await counters()).toMatchObject({ unread: 2 });
    const changed = await backend.asReader(ADA, (tx, readerId) => changedEntries(tx, readerId, revision, 100));
    expect(changed.map(({ id, isListed }) => [String(id), isListed])).toEqual([[ids[1], false]]);
    await tell(ids);
    expect((await list()).map(({ id, alsoIn }) => [id, alsoIn.length])).toEqual([[ids[0], 2]]);
  });

  test('keeps what was read and starred meanwhile, and what the reader keeps stays in lists', async () => {
    await tell(ids);
    await split(ids[0]);
    await ask('PATCH', '/v1/entries', { as: ADA, body: { ids: [ids[0]], read: true } });
    await rejoin(ids[0]);
    expect((await list()).map(({ id, read, alsoIn }) => [id, read, alsoIn.length])).toEqual([[ids[1], true, 2]]);
    await split(ids[2]);
    await ask('PATCH', '/v1/entries', { as: ADA, body: { ids: [ids[2]], starred: true } });
    await rejoin(ids[2]);
    expect((await list()).map(({ id, starred }) => [id, starred])).toEqual([
      [ids[2], true],
      [ids[1], false],
    ]);
  });

  test('is each reader’s own; what was never split stays as it is', async () => {
    await tell(ids);
    await split(ids[1]);
    expect((await rejoin(ids[1], EVE)).status).toBe(200);
    expect((await list()).map(({ alsoIn }) => alsoIn.length)).toEqual([0, 1]);
    expect((await rejoin(ids[0], EVE)).status).toBe(404);
    for (const id of ['1', '0', 'x', '99999999999999999999']) expect((await rejoin(id)).status).toBe(404);
    expect((await list(EVE)).map(({ alsoIn }) => alsoIn.length)).toEqual([1]);
  });
});

test('nobody splits what is not theirs, and words that are no id are no entry', async () => {
  await tell(ids);
  for (const id of [ids[0], '1', '0', 'x', '99999999999999999999']) {
    expect((await ask('POST', `/v1/entries/${id}/split`, { as: EVE })).status).toBe(404);
  }
  expect((await ask('POST', `/v1/entries/${ids[1]}/split`)).status).toBe(401);
  expect(await backend.superuser.all(selectSplits)).toEqual([]);
  expect(await list()).toHaveLength(1);
});

test('when the feed of the one that is shown goes, the next is shown, read if that was', async () => {
  await tell(ids);
  await ask('PATCH', '/v1/entries', { as: ADA, body: { ids: [ids[0]], read: true } });
  await ask('PATCH', '/v1/entries', { as: EVE, body: { ids: [ids[1]], read: false } });
  for (const [reader, place] of [
    [ADA, 0],
    [EVE, 1],
  ] as const) {
    await backend.asReader(reader, async (tx) => {
      const [own] = await subscribe(tx, [feeds[place] ?? 0], [null]);
      await unsubscribe(tx, own?.subscriptionId ?? 0);
    });
  }
  expect((await list()).map(({ id, read, alsoIn }) => [id, read, alsoIn.length])).toEqual([[ids[1], true, 1]]);
  expect((await list(EVE)).map(({ id, read, alsoIn }) => [id, read, alsoIn.length])).toEqual([[ids[2], false, 0]]);
  expect(await counters(EVE)).toMatchObject({ unread: 1 });
});

describe('hiding', () => {
  const hide = (id: string | undefined, hidden = true) =>
    ask('PATCH', '/v1/entries', { as: ADA, body: { ids: [id], hidden } });
  const idsOf = (entries: Entry[]) => entries.map(({ id }) => id);

  test.each([0, 1])(
    'acts on the whole story, whichever of it is named (%i), until it is shown again',
    async (place) => {
      await tell(ids);
      await ask('PATCH', '/v1/entries', { as: ADA, body: { ids: [ids[0]], starred: true } });
      expect(await (await hide(ids[place])).json()).toEqual({ updated: 1 });
      for (const view of ['all', 'unread', 'starred']) expect(await list(ADA, `?view=${view}`)).toEqual([]);
      expect(await counters()).toMatchObject({ unread: 0, starred: 0 });
      const [hidden, ...others] = await list(ADA, '?view=hidden');
      expect(others).toEqual([]);
      expect([hidden?.id, hidden?.read, hidden?.alsoIn.length]).toEqual([ids[0], false, 2]);
      expect(idsOf(await list(EVE))).toEqual([ids[1]]);
      await hide(ids[place], false);
      expect(idsOf(await list())).toEqual([ids[0]]);
      expect(await list(ADA, '?view=hidden')).toEqual([]);
      expect(await counters()).toMatchObject({ unread: 1, starred: 1 });
    },
  );

  test('is of what joins the story later too', async () => {
    await hide(ids[0]);
    await tell(ids.slice(0, 2));
    expect(idsOf(await list())).toEqual([ids[2]]);
    await tell(ids);
    expect(await list()).toEqual([]);
    expect((await list(ADA, '?view=hidden'))[0]?.alsoIn).toHaveLength(2);
  });

  test('outlives the entry that stood for the story, and what was split off stays hidden by itself', async () => {
    await tell(ids);
    await hide(ids[0]);
    await ask('POST', `/v1/entries/${ids[2]}/split`, { as: ADA });
    await backend.asReader(ADA, async (tx) => {
      const [own] = await subscribe(tx, [feeds[0] ?? 0], [null]);
      await unsubscribe(tx, own?.subscriptionId ?? 0);
    });
    expect(await list()).toEqual([]);
    expect(idsOf(await list(ADA, '?view=hidden&order=oldest'))).toEqual([ids[1], ids[2]]);
  });

  test('a mark of all read is of what is listed; what was unread is unread when it is shown again', async () => {
    await hide(ids[0]);
    await ask('POST', '/v1/entries/mark-read', { as: ADA, body: {} });
    await hide(ids[0], false);
    expect(idsOf(await list(ADA, '?view=unread'))).toEqual([ids[0]]);
    expect(await counters()).toMatchObject({ unread: 1 });
  });

  test('its list pages, and takes feeds and labels like others; searching it is refused', async () => {
    await ask('PATCH', '/v1/entries', { as: ADA, body: { ids, hidden: true } });
    await ask('PATCH', '/v1/entries', { as: ADA, body: { ids: [ids[1]], addLabels: ['kept'] } });
    const first = await (await ask('GET', '/v1/entries?view=hidden&limit=2', { as: ADA })).json();
    const page = first as { items: Entry[]; nextCursor: string };
    expect(idsOf(page.items)).toEqual([ids[2], ids[1]]);
    expect(idsOf(await list(ADA, `?view=hidden&cursor=${page.nextCursor}`))).toEqual([ids[0]]);
    expect(idsOf(await list(ADA, '?view=hidden&label=kept'))).toEqual([ids[1]]);
    expect((await ask('GET', '/v1/entries?view=hidden&q=told', { as: ADA })).status).toBe(400);
  });

  test('reaches clients as removed, and showing again as new', async () => {
    const since = async () => (await backend.asReader(ADA, readRevisions)).revision;
    const changes = (revision: number) =>
      backend.asReader(ADA, async (tx, readerId) => {
        const changed = await changedEntries(tx, readerId, revision, 100);
        return changed.map(({ id, isListed, isNew }) => ({ id: String(id), isListed, isNew }));
      });
    const before = await since();
    await hide(ids[0]);
    expect(await changes(before)).toEqual([{ id: ids[0], isListed: false, isNew: false }]);
    const hidden = await since();
    await hide(ids[0], false);
    expect(await changes(hidden)).toEqual([{ id: ids[0], isListed: true, isNew: true }]);
  });
});

describe('when a feed becomes another', () => {
  /** The feed `one` moves to the address of `two`; its article is that of `two` where they have one address. */
  const move = async () => {
    await backend.superuser.run(callMove, [feeds[0]]);
    await foldAll();
  };
  const setUrl = (place: number) => backend.superuser.run(setAddress, [ids[place], 'https://one.example/']);

  test('what a reader receives by it is folded into the story that they have', async () => {
    await backend.asReader(ADA, async (tx) => {
      const [own] = await subscribe(tx, [feeds[1] ?? 0], [null]);
      await unsubscribe(tx, own?.subscriptionId ?? 0);
    });
    await backend.superuser.run(insertDocument, [feeds[1], [ids[1]]]);
    await tell([ids[1] ?? '', ids[2] ?? '']);
    expect(await list()).toHaveLength(2);
    await move();
    const entries = await list();
    expect(entries.map(({ id, alsoIn }) => [id, alsoIn.length])).toEqual([
      [ids[1], 1],
      [ids[0], 0],
    ]);
  });

  test('an article that is one with another keeps its place in a story, and what was split stays split', async () => {
    await tell([ids[0] ?? '', ids[2] ?? '']);
    await ask('POST', `/v1/entries/${ids[0]}/split`, { as: ADA });
    await setUrl(1);
    await move();
    await tell([ids[1] ?? '', ids[2] ?? '']);
    expect((await list()).map(({ id, alsoIn }) => [id, alsoIn.length])).toEqual([
      [ids[2], 0],
      [ids[1], 0],
    ]);
    expect((await list(EVE)).map(({ alsoIn }) => alsoIn.length)).toEqual([1]);
  });

  test('a story that only the replaced article told is still one', async () => {
    await tell([ids[0] ?? '', ids[2] ?? '']);
    await setUrl(1);
    await move();
    expect((await list()).map(({ alsoIn }) => alsoIn.length)).toEqual([1]);
    expect((await list(EVE)).map(({ alsoIn }) => alsoIn.length)).toEqual([1]);
  });

  test('what was switched off stays off, and the tenant’s selectors go on', async () => {
    await backend.superuser.run(switchOff, [feeds[0]]);
    await move();
    expect(await backend.superuser.all(selectSwitches, [feeds[1]])).toEqual([
      { wantsSummary: false, autoFullText: false, keep: ['main'] },
      { wantsSummary: true, autoFullText: true, keep: null },
    ]);
  });
});

test('clients learn what was folded away, and what came back as new', async () => {
  const since = async () => (await backend.asReader(ADA, readRevisions)).revision;
  const before = await since();
  await tell(ids.slice(0, 2));
  const changes = (revision: number) =>
    backend.asReader(ADA, async (tx, readerId) => {
      const changed = await changedEntries(tx, readerId, revision, 100);
      return changed.map(({ id, isListed, isNew }) => ({ id: String(id), isListed, isNew }));
    });
  expect(await changes(before)).toEqual([{ id: ids[1], isListed: false, isNew: false }]);
  const folded = await since();
  await ask('POST', `/v1/entries/${ids[1]}/split`, { as: ADA });
  expect(await changes(folded)).toContainEqual({ id: ids[1], isListed: true, isNew: true });
});

async function list(reader = ADA, query = ''): Promise<Entry[]> {
  const page = (await (await ask('GET', `/v1/entries${query}`, { as: reader })).json()) as { items: Entry[] };
  return page.items;
}

async function counters(reader = ADA): Promise<Counters> {
  return (await (await ask('GET', '/v1/counters', { as: reader })).json()) as Counters;
}

/** Lets these articles be one story, as pre-processor finds them, and folds all readers. */
async function tell(articleIds: string[]): Promise<void> {
  await backend.superuser.run(insertStory, [articleIds]);
  await foldAll();
}

async function foldAll(): Promise<void> {
  while ((await backend.superuser.one(foldNext))?.folded !== null);
}

const insertStory = statement(
  'stories_insert',
  `with made as (
     insert into clusters (first_at) values (now()) returning id
   ), members as (
     insert into cluster_members (article_id, cluster_id, reason)
       select w.id, made.id, 'text' from made cross join unnest($1::bigint[]) as w (id)
     on conflict (article_id) do update set cluster_id = excluded.cluster_id
   )
   insert into foldings (cluster_id) select id from made`,
);
const foldNext = statement<{ folded: number | null }>('stories_fold', 'select fold_next(1) as folded');
const selectState = statement<{ isRead: boolean; isStarred: boolean }>(
  'stories_state',
  `select e.is_read as "isRead", e.is_starred as "isStarred" from entries e join readers r on r.id = e.reader_id
   where r.user_id = $1 order by e.article_id`,
);
const selectSplits = statement('stories_splits', 'select * from entry_splits');
const selectMiscounted = statement('stories_miscounted', 'select * from miscounted()');
const callMove = statement('stories_move', `select move_feed($1, 'https://two.example/feed', 'two.example')`);
const setAddress = statement('stories_address', 'update articles set url = $2 where id = $1');
const insertDocument = statement(
  'stories_document',
  'insert into feed_documents (feed_id, article_ids) values ($1, $2::bigint[])',
);
const switchOff = statement(
  'stories_switch_off',
  `with off as (
     update subscriptions set wants_summary = false, auto_full_text = false where feed_id = $1 returning reader_id
   )
   insert into feed_selectors (feed_id, tenant_id, keep) select $1, r.tenant_id, '{main}' from off join readers r on r.id = off.reader_id`,
);
const selectSwitches = statement(
  'stories_switches',
  `select s.wants_summary as "wantsSummary", s.auto_full_text as "autoFullText", f.keep
   from subscriptions s join readers r on r.id = s.reader_id
   left join feed_selectors f on f.feed_id = s.feed_id and f.tenant_id = r.tenant_id
   where s.feed_id = $1 order by s.reader_id`,
);
