import type { Database } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { explaining, type PlanMode, type Seen } from '@alt/testing/explaining.ts';
import { findLargeReader, LARGE_READER, type LargeReader, loadLargeReader } from '@alt/testing/large-reader.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Finding, findCandidates } from '../search/candidates.ts';
import type { AskEngine, EngineQuestion } from '../search/engine.ts';
import { prepareQuery, readQuery } from '../search/query.ts';
import { createNames } from '../search/resolving.ts';
import { allOf, type Condition } from './conditions.ts';
import { countFacets } from './facets.ts';
import { seenFeedIds, seenFeeds } from './names.ts';
import { countEntries, filterEntries, listedEntries, WALK_ROWS, walkEntries } from './search.ts';

/** Statements of searches are not kept prepared, so they are planned with their values known. */
const MODE: PlanMode = 'force_custom_plan';
const LARGE_TABLES = ['entries', 'articles', 'article_contents', 'article_tags', 'entry_labels'];
const PAGE = { order: 'newest', key: null, limit: 51 } as const;

let database: TestDatabase;
let backend: Database;
let large: LargeReader;
beforeAll(async () => {
  const prepare = async (draft: TestDatabase) => void (await loadLargeReader(draft.superuser('alt'), { perFeed: 200 }));
  database = await createTestDatabase({ template: { name: 'large_reader_200', prepare } });
  backend = database.connectAs('alt_backend');
  large = await findLargeReader(database.superuser('alt'));
}, 300_000);
afterAll(() => database.drop());

type Work = (tx: Parameters<typeof walkEntries>[0]) => Promise<unknown>;

/** Runs work; no statement may read more rows than this, nor any large table from end to end. */
async function expectRows(rows: number, work: Work): Promise<void> {
  const seen: Seen[] = [];
  await backend.asReader(LARGE_READER, (tx) => work(explaining(tx, MODE, seen)));
  expect(seen).not.toEqual([]);
  for (const { name, rowsRead, sequentialScans } of seen) {
    const scanned = sequentialScans.filter((table) => LARGE_TABLES.includes(table));
    expect(scanned, name).toEqual([]);
    expect(rowsRead, name).toBeLessThanOrEqual(rows);
  }
}

test('however many folders a query names, they and what lies in them are read once', async () => {
  const seen: Seen[] = [];
  const query = readQuery('folder:Old OR folder:Below OR (folder:"Below 1" -folder:x)');
  await backend.asReader(LARGE_READER, (tx) =>
    prepareQuery(createNames(explaining(tx, MODE, seen), large.readerId), query),
  );
  const aboutFolders = seen.map(({ name }) => name).filter((name) => name.startsWith('folder'));
  expect(aboutFolders.toSorted()).toEqual(['folder_placements', 'folders_all']);
});

const starred: Condition = { kind: 'is', state: 'starred' };
const unread: Condition = { kind: 'is', state: 'unread' };
const read: Condition = { kind: 'is', state: 'read' };
const labelled = (): Condition => ({ kind: 'labels', ids: [large.labelId] });
const tagged = (): Condition => ({ kind: 'tags', ids: [large.tagId] });
const audio: Condition = { kind: 'has', what: 'audio' };
const feeds = (count: number): Condition => ({ kind: 'feeds', ids: Array.from({ length: count }, (_, n) => n + 1) });

describe('of 200,000 entries a page', () => {
  test.each<[string, () => (Condition | null)[], number]>([
    ['of everything', () => [null], 1_000],
    ['of a starred one', () => [starred], 1_000],
    ['of unread ones', () => [unread], 1_000],
    ['of a label', () => [labelled()], 10_000],
    ['of a label, unread and starred', () => [labelled(), unread, starred], 20_000],
    ['of a tag', () => [tagged()], 10_000],
    ['of one feed', () => [feeds(1)], 1_000],
    // The oldest first are those of feeds in another folder.
    ['of a folder of many feeds', () => [feeds(300), unread], 50_000],
    ['of a day', () => [{ kind: 'after', at: new Date(Date.now() - 86_400_000) }], 5_000],
    ['of some of those', () => [{ kind: 'or', parts: [starred, labelled()] }], 20_000],
  ])('%s reads little', async (_, conditions, rows) => {
    for (const order of ['newest', 'oldest'] as const) {
      await expectRows(rows, (tx) => walkEntries(tx, large.readerId, allOf(conditions()), { ...PAGE, order }));
    }
  });

  test('of what hardly any entry fulfils gives up after so many, says where, and goes on from there', async () => {
    await expectRows(WALK_ROWS * 4, async (tx) => {
      const { found, endedAt } = await walkEntries(tx, large.readerId, audio, PAGE);
      expect(found).toEqual([]);
      const rest = await walkEntries(tx, large.readerId, audio, { ...PAGE, key: endedAt });
      expect(rest.endedAt).not.toBeNull();
      expect(await walkEntries(tx, large.readerId, audio, { ...PAGE, key: rest.endedAt })).toEqual({
        found: [],
        endedAt: null,
      });
    });
  });
});

describe('of 200,000 entries', () => {
  test('counting stops at its limit', async () => {
    await expectRows(50_000, async (tx) => {
      expect(await countEntries(tx, large.readerId, unread, 10_001)).toBe(10_001);
      expect(await countEntries(tx, large.readerId, starred, 2_001)).toBe(2_001);
      expect(await countEntries(tx, large.readerId, allOf([labelled(), starred]), 10_001)).toBe(2_000);
    });
    await expectRows(WALK_ROWS * 4, async (tx) => {
      expect(await countEntries(tx, large.readerId, read, 10_001)).toBeNull();
    });
  });

  test('checking candidates reads these alone', async () => {
    const ids = Array.from({ length: 10_000 }, (_, n) => 1_700_000_000_000_000 + n * 19);
    const condition = allOf([unread, { kind: 'not', part: labelled() }]);
    await expectRows(60_000, async (tx) => {
      expect(await filterEntries(tx, large.readerId, ids, null)).toHaveLength(ids.length);
      expect((await filterEntries(tx, large.readerId, ids, condition)).length).toBe(
        ids.filter((id) => id % 100 !== 0).length,
      );
      await listedEntries(tx, large.readerId, ids.slice(0, 200));
      const facets = await countFacets(tx, large.readerId, ids, ['feed', 'tag', 'language', 'day']);
      expect(facets.tag?.map(({ value }) => value).toSorted()).toEqual(['dull', 'science']);
    });
    await expectRows(5_000, (tx) => seenFeeds(tx, large.readerId));
    await expectRows(5_000, (tx) => seenFeedIds(tx, large.readerId));
  });
});

describe('a search that finds more than 10,000 entries', () => {
  const ids = Array.from({ length: 10_000 }, (_, n) => 1_700_000_000_000_000 + n * 19);

  /** An engine that finds more than it counts, and how often it was asked. */
  function createEngine() {
    const asked: EngineQuestion[] = [];
    const ask: AskEngine = async (question) => {
      asked.push(question);
      const { offset = 0, limit } = question;
      const hits = ids
        .slice(offset, offset + limit)
        .map((id, at) => ({ articleId: String(id), score: 20_000 - offset - at }));
      const known = { total: 10_000, totalIsExact: false, facets: {}, corrections: [] };
      return { hits, ...known, engine: 'embedded', isComplete: true, tookMs: 1 };
    };
    return { ask, asked };
  }

  test.each<[string, string]>([
    ['a text alone', 'word'],
    ['a text and a state', 'word is:unread'],
    ['a text that is not of a label', 'word -label:science'],
  ])('%s: no hit is asked for or checked twice, and the total is the same on every page', async (_, q) => {
    const totals: number[] = [];
    for (const wanted of [21, 221, 10_000]) {
      const seen: Seen[] = [];
      const { ask, asked } = createEngine();
      const read: Finding['read'] = (work) =>
        backend.asReader(LARGE_READER, (tx) => work(explaining(tx, MODE, seen), large.readerId));
      const query = await read((tx, readerId) => prepareQuery(createNames(tx, readerId), readQuery(q)));
      const { found, total, totalIsExact } = await findCandidates({ ask, read }, query, wanted);
      expect(found.length).toBeGreaterThanOrEqual(Math.min(wanted, total));
      expect(totalIsExact).toBe(false);
      totals.push(total);
      const sought = asked.flatMap(({ offset = 0, limit }) => ids.slice(offset, offset + limit));
      expect(new Set(sought).size).toBe(sought.length);
      expect(seen.filter(({ plan }) => JSON.stringify(plan).includes('entries_pkey')).length).toBeLessThanOrEqual(1);
    }
    expect(new Set(totals).size).toBe(1);
  });

  test('names are read once for all queries of a request', async () => {
    const seen: Seen[] = [];
    await backend.asReader(LARGE_READER, async (tx) => {
      const names = createNames(explaining(tx, MODE, seen), large.readerId);
      for (const q of [
        'feed:a OR (feed:b word)',
        '(label:x word) OR (label:y feed:c) OR folder:z',
        'feed:a -label:q',
      ]) {
        await prepareQuery(names, readQuery(q));
      }
    });
    const read = seen.map(({ name }) => name);
    for (const name of ['names_feeds', 'names_feed_ids', 'names_labels']) {
      expect(
        read.filter((one) => one === name),
        name,
      ).toHaveLength(1);
    }
  });
});
