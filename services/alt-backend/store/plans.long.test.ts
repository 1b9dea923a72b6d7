import { type Database, type Queryable, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { explaining, type PlanMode, type Seen } from '@alt/testing/explaining.ts';
import { findLargeReader, LARGE_READER, type LargeReader, loadLargeReader } from '@alt/testing/large-reader.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { computeCounters } from '../counters.ts';
import type { ListKey } from '../cursor.ts';
import { settleAll } from '../marking.ts';
import { changedEntries, markedFeeds, readRevisions } from './changes.ts';
import { beginChange, markAllRead, settleNext, starredCount, unreadByFeed } from './counters.ts';
import { entryContent, entryDetails, entryState, updateEntries } from './entries.ts';
import { type ListedEntry, type ListFilter, listPage } from './lists.ts';
import { readStats, writeSettings } from './readers.ts';
import { listSubscriptions } from './subscriptions.ts';
import { listTags } from './tags.ts';

/** Prepared statements are planned for their values at first and without them later; both plans must be good. */
const MODES: PlanMode[] = ['force_custom_plan', 'force_generic_plan'];
const VIEWS = ['unread', 'read', 'starred', 'all'] as const;
const ORDERS = ['newest', 'oldest'] as const;
const LIMIT = 51;
const LARGE_TABLES = ['entries', 'articles', 'article_contents', 'article_tags', 'entry_labels'];

/** For any page at any depth: heads of 300 feeds, twice where read and unread lie apart, and half of the squared page. */
const ROWS_OF_A_PAGE = 5_000;
const BLOCKS_OF_A_PAGE = 10_000;
/** Heads of feeds are sorted, and pages; never a list. */
const ROWS_SORTED = 1_000;
/** A label or tag within other limits may be passed whole: 10,000 of the label, 10,000 look-ups, 20,000 starred. */
const ROWS_OF_A_NAME = 45_000;

/** Each of 1,000 feeds has so many entries. What reads little of these reads little of a million, which full counts have. */
const PER_FEED = process.env.ALT_TEST_LONG ? 1_000 : 500;

describe(`of ${PER_FEED} unread entries in each of 1,000 feeds`, () => {
  const large = openLarge(PER_FEED);

  describe.each(MODES)('planned with %s', (mode) => {
    test.each(VIEWS)('a page of %s entries reads little more than itself', async (view) => {
      for (const list of lists(view, large.scopes)) expectPage(await large.list(mode, list), list);
    });

    test.each(VIEWS)('a page of %s entries with a label or a tag never sorts or scans', async (view) => {
      const { labelId, tagId, dullTagId } = large.ids;
      const names = [{ labelIds: [labelId] }, { tagIds: [tagId] }, { labelIds: [labelId], tagIds: [dullTagId] }];
      for (const name of names) {
        for (const list of lists(view, large.scopes.slice(0, 2), name)) {
          const { seen } = await large.list(mode, list);
          const isOne = view !== 'read' && list.feedIds === null && !('tagIds' in name && 'labelIds' in name);
          expectBounded(seen, isOne ? ROWS_OF_A_PAGE : ROWS_OF_A_NAME, Number.POSITIVE_INFINITY);
        }
      }
    });

    test('starred entries of a tag that none of them has are looked for in two indexes alone', async () => {
      const tagIds = [large.ids.dullTagId];
      const { rows, seen } = await large.list(mode, { ...EVERYTHING, view: 'starred', tagIds, key: null });
      expect(rows).toEqual([]);
      expectBounded(seen, ROWS_OF_A_NAME, 1_000);
    });

    test('what a page shows, counters, changes and one entry read what they show', async () => {
      const { readerId } = large.ids;
      const ids = Array.from({ length: 50 }, (_, n) => 1_700_000_000_000_000 + n * 997);
      const [first = 0] = ids;
      await large.expectStatements(mode, 400, (tx) => entryDetails(tx, ids));
      await large.expectStatements(mode, 10, (tx) => entryState(tx, readerId, first));
      await large.expectStatements(mode, 10, (tx) => entryContent(tx, first));
      await large.expectStatements(mode, 3_000, (tx) => computeCounters(tx, readerId));
      await large.expectStatements(mode, 3_000, (tx) => unreadByFeed(tx, readerId));
      await large.expectStatements(mode, 10, (tx) => starredCount(tx, readerId));
      await large.expectStatements(mode, 3_000, (tx) => listSubscriptions(tx, readerId, 0, 201));
      await large.expectStatements(mode, 300, async (tx) => {
        const revision = await beginChange(tx);
        await updateEntries(tx, readerId, ids, { isRead: true, isStarred: true }, revision);
        expect(await changedEntries(tx, readerId, revision - 1, 100)).toHaveLength(ids.length);
      });
      await large.expectStatements(mode, 600, async (tx) => {
        const change = { isRead: null, isStarred: null, isHidden: true };
        await updateEntries(tx, readerId, ids, change, await beginChange(tx));
        const hidden = { ...EVERYTHING, view: 'hidden' as const };
        expect(await listPage(tx, readerId, hidden, null, LIMIT)).toHaveLength(ids.length);
      });
      await large.expectStatements(mode, 3_000, async (tx) => {
        const { revision } = await readRevisions(tx, readerId);
        await markedFeeds(tx, readerId, revision);
      });
    });

    test('a page of tags looks at the newest articles of each, however many have it', async () => {
      const page = { after: '', prefix: '', view: 'visible' as const, limit: 101 };
      await large.expectStatements(mode, 1_000, async (tx) => {
        const counts = (await listTags(tx, large.ids.readerId, page)).map(({ count }) => count);
        expect(counts).toEqual([200, 200]);
      });
    });

    test('statistics count no more than their limits', async () => {
      await large.expectStatements(mode, 400_000, (tx) => readStats(tx, large.ids.readerId));
    });
  });

  describe('when all is marked read', () => {
    const fresh: number[] = [];
    beforeAll(async () => {
      const { readerId } = large.ids;
      const read = await large.backend.asReader(LARGE_READER, (tx) =>
        readBy(tx, async () => {
          const marked = await markAllRead(tx, readerId, null, await beginChange(tx));
          expect(marked).toBe(large.ids.entries);
        }),
      );
      expect(read).toEqual({ scanned: 0, fetched: 0 });
      fresh.push(...(await deliverFresh(large.superuser, 5)));
    });

    test.each(MODES)('lists are true at once and still read little (%s)', async (mode) => {
      for (const list of [...lists('unread', large.scopes), ...lists('all', large.scopes)]) {
        const page = await large.list(mode, list);
        // The stale rows of the five feeds that have something new lie before it, once for heads and once for pages.
        expectBounded(page.seen, ROWS_OF_A_PAGE + 2 * 5 * 1_000, 2 * BLOCKS_OF_A_PAGE);
        expect(page.rows.filter((row) => row.isRead === fresh.includes(row.id))).toEqual([]);
      }
      for (const list of [...lists('read', large.scopes), ...lists('starred', large.scopes)]) {
        const page = await large.list(mode, list);
        expectPage(page, list);
        expect(page.rows.every((row) => row.isRead)).toBe(true);
      }
      const { rows } = await large.list(mode, { ...EVERYTHING, view: 'unread', key: null });
      expect(rows.map(({ id }) => id).toSorted()).toEqual(fresh.toSorted());
    });

    test('a step of the settling reads a few times what it settles', async () => {
      await large.superuser.transaction(async (tx) => {
        const { scanned, fetched } = await readBy(tx, async () => {
          expect(await settleNext(tx, 10_000)).toEqual({ settled: 10_000, isDone: false });
        });
        expect(scanned).toBe(0);
        expect(fetched).toBeLessThan(50_000);
      });
    });
  });
});

describe('of 100,000 old entries', () => {
  const large = openLarge(100);

  test('a batch of retention reads a few times what it removes', async () => {
    await large.superuser.script('update entries set received_at = sort_at');
    await large.superuser.script('vacuum (analyze) entries');
    await large.backend.asReader(LARGE_READER, (tx) =>
      writeSettings(tx, large.ids.readerId, { retention: { readDays: null, unreadDays: 10 } }, null),
    );
    for (let batch = 1; batch <= 5; batch += 1) {
      await large.superuser.transaction(async (tx) => {
        const { scanned, fetched } = await readBy(tx, async () => {
          expect(await tx.one(callRetain)).toEqual({ removed: 1_000 });
        });
        expect(scanned).toBe(0);
        expect(fetched).toBeLessThan(5_000);
      });
    }
  });
});

describe('of 100,000 entries after "mark all read" has settled', () => {
  const large = openLarge(100);

  beforeAll(async () => {
    const { readerId } = large.ids;
    await large.backend.asReader(LARGE_READER, async (tx) => markAllRead(tx, readerId, null, await beginChange(tx)));
    expect(await settleAll(large.backend)).toBe(large.ids.entries);
    await deliverFresh(large.superuser, 5);
  });

  for (const state of ['before vacuum', 'after vacuum', 'after vacuum and analyze']) {
    test.each(MODES)(`every page reads little more than itself ${state} (%s)`, async (mode) => {
      if (state === 'after vacuum') await large.backend.script('vacuum entries');
      if (state === 'after vacuum and analyze') await large.backend.script('vacuum (analyze) entries');
      for (const list of VIEWS.flatMap((view) => lists(view, large.scopes)))
        expectPage(await large.list(mode, list), list);
    });
  }
});

type List = ListFilter & { key: ListKey | null };
interface Page {
  rows: ListedEntry[];
  seen: Seen[];
}

const EVERYTHING: ListFilter = { view: 'all', order: 'newest', feedIds: null, labelIds: null, tagIds: null };

/** Every order, scope and depth of a view. */
function lists(view: ListFilter['view'], scopes: Scope[], names: Partial<ListFilter> = {}): List[] {
  return ORDERS.flatMap((order) =>
    scopes.flatMap(({ feedIds, middle }) =>
      [null, middle].map((key) => ({ ...EVERYTHING, view, order, feedIds, ...names, key })),
    ),
  );
}

function expectPage({ rows, seen }: Page, list: List): void {
  expectBounded(seen, ROWS_OF_A_PAGE, BLOCKS_OF_A_PAGE);
  const keys = rows.map(({ sortAt, id }) => [sortAt.getTime(), id] as const);
  const sorted = keys.toSorted(([a, x], [b, y]) => (a - b || x - y) * (list.order === 'newest' ? -1 : 1));
  expect(keys).toEqual(sorted);
}

function expectBounded(seen: Seen[], rows: number, blocks: number): void {
  for (const { name, rowsRead, rowsSorted, sequentialScans, ...rest } of seen) {
    expect(
      sequentialScans.filter((table) => LARGE_TABLES.includes(table)),
      name,
    ).toEqual([]);
    expect(rowsRead, name).toBeLessThanOrEqual(rows);
    expect(rowsSorted, name).toBeLessThanOrEqual(ROWS_SORTED);
    expect(rest.blocks, name).toBeLessThanOrEqual(blocks);
  }
}

interface Scope {
  name: string;
  feedIds: number[] | null;
  /** An entry in the middle of the scope's list: a page from there is as deep as one can be. */
  middle: ListKey;
}

/** A database with the large reader, loaded once for all tests of the run; opened before this block's tests. */
function openLarge(perFeed: number) {
  const opened: { database?: TestDatabase; backend?: Database; ids?: LargeReader } = {};
  const need = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the large reader is not open yet');
    return value;
  };
  const scopes: Scope[] = [];
  const large = {
    scopes,
    get ids() {
      return need(opened.ids);
    },
    get backend() {
      return need(opened.backend);
    },
    get superuser() {
      return need(opened.database).superuser('alt');
    },
    /** A page as the service reads it, and the plans of its statements. */
    async list(mode: PlanMode, { key, ...filter }: List): Promise<Page> {
      const seen: Seen[] = [];
      const rows = await large.backend.asReader(LARGE_READER, (tx) =>
        listPage(explaining(tx, mode, seen), large.ids.readerId, filter, key, LIMIT),
      );
      return { rows, seen };
    },
    /** Runs work whose changes are taken back; each of its statements reads at most so many rows. */
    async expectStatements(mode: PlanMode, rows: number, work: (tx: Queryable) => Promise<unknown>): Promise<void> {
      const seen: Seen[] = [];
      const undo = new Error('undo');
      const run = large.backend.asReader(LARGE_READER, async (tx) => {
        await work(explaining(tx, mode, seen));
        throw undo;
      });
      await expect(run).rejects.toBe(undo);
      expectBounded(seen, rows, Number.POSITIVE_INFINITY);
    },
  };
  beforeAll(async () => {
    const name = `large_reader_${perFeed}`;
    const prepare = async (draft: TestDatabase) => {
      await loadLargeReader(draft.superuser('alt'), { perFeed });
    };
    opened.database = await createTestDatabase({ template: { name, prepare } });
    opened.backend = opened.database.connectAs('alt_backend');
    opened.ids = await findLargeReader(large.superuser);
    scopes.push(...(await findScopes(large.superuser)));
  }, 300_000);
  afterAll(() => opened.database?.drop());
  return large;
}

const selectFeedsIn = statement<{ id: number }>(
  'plans_feeds_in',
  `select s.feed_id as id from subscription_folders p join folders f on f.id = p.folder_id
   join subscriptions s on s.id = p.subscription_id where f.name like $1 order by 1`,
);
const selectMiddle = statement<ListKey>(
  'plans_middle',
  `select sort_at as "sortAt", article_id as id from entries where $1::int[] is null or feed_id = any($1)
   order by sort_at, article_id offset (select count(*) / 2 from entries where $1 is null or feed_id = any($1)) limit 1`,
);

async function findScopes(superuser: Database): Promise<Scope[]> {
  const feedsIn = async (folders: string) => (await superuser.all(selectFeedsIn, [folders])).map(({ id }) => id);
  const inFolder = await feedsIn('Below %');
  const scopes = {
    all: null,
    'one feed': inFolder.slice(0, 1),
    'a nested folder': inFolder,
    'a folder of old entries': await feedsIn('Old'),
  };
  return Promise.all(
    Object.entries(scopes).map(async ([name, feedIds]) => {
      const middle = await superuser.one(selectMiddle, [feedIds]);
      if (!middle) throw new Error(`${name} is empty`);
      return { name, feedIds, middle };
    }),
  );
}

const callRetain = statement<{ removed: number }>('plans_retain', 'select retain(1000) as removed');
const insertFresh = statement<{ id: number; feedId: number }>(
  'plans_fresh',
  `insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
     select allocate_article_ids(1), id, 'new', 'New', '', now(), now(), 'new' from feeds where id % 61 = 7 order by id limit $1
   returning id, feed_id as "feedId"`,
);
const deliver = statement('plans_deliver', 'select deliver($1, array[$2::bigint])');

/** One new article in each of some feeds; answers their ids. */
async function deliverFresh(superuser: Database, feeds: number): Promise<number[]> {
  return superuser.transaction(async (tx) => {
    const articles = await tx.all(insertFresh, [feeds]);
    for (const { id, feedId } of articles) await tx.run(deliver, [feedId, id]);
    return articles.map(({ id }) => id);
  });
}

const selectRead = statement<{ scanned: number; fetched: number }>(
  'plans_read',
  `select sum(seq_tup_read)::int as scanned, sum(idx_tup_fetch)::int as fetched
   from pg_stat_xact_user_tables where relname = any('{entries,articles}')`,
);

/** Rows of the large tables that this work reads, inside functions too. */
async function readBy(tx: Queryable, work: () => Promise<void>): Promise<{ scanned: number; fetched: number }> {
  const nothing = { scanned: 0, fetched: 0 };
  const before = (await tx.one(selectRead)) ?? nothing;
  await work();
  const after = (await tx.one(selectRead)) ?? nothing;
  return { scanned: after.scanned - before.scanned, fetched: after.fetched - before.fetched };
}
