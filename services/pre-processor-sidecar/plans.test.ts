import { type Database, type Queryable, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { explaining, type PlanMode, type Seen } from '@alt/testing/explaining.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as items from './store/items.ts';
import * as marks from './store/marks.ts';

const READER = {
  userId: '018f0000-0000-7000-8000-000000000001',
  tenantId: '018f0000-0000-7000-8000-0000000000a1',
};
const ITEMS = 200_000;
const LARGE = ['inoreader_items', 'entries', 'articles'];

let database: TestDatabase;
let role: Database;

/** An account with 200,000 articles that both sides agree on, of which few changed, and another one beside it. */
beforeAll(async () => {
  database = await createTestDatabase();
  role = database.connectAs('pre_processor_sidecar');
  await database.superuser('alt').script(`
    set session_replication_role = replica;
    insert into tenants (id) values ('${READER.tenantId}');
    insert into readers (user_id, tenant_id, revision) values ('${READER.userId}', '${READER.tenantId}', 1000),
      (uuidv7(), '${READER.tenantId}', 1);
    insert into hosts (host) values ('a.example');
    insert into feeds (url, host) select 'https://a.example/' || n, 'a.example' from generate_series(1, 100) n;
    insert into counters (reader_id, feed_id) select 1, id from feeds;
    insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
      select n, 1 + n % 100, int4send(n), 't', '', now(), now(), '\\x01' from generate_series(1, ${ITEMS}) n;
    insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision, is_read, is_starred)
      select n, 1, 1 + n % 100, now(), now(), case when n > ${ITEMS - 50} then 999 else 1 end, 1, n % 40 <> 0, n % 1000 = 0
      from generate_series(1, ${ITEMS}) n;
    insert into inoreader_connections (reader_id, account) values (1, 'default'), (2, 'other');
    insert into inoreader_items (connection_id, item, stamp, content, article_id, is_agreed, remote_read, remote_starred, is_dirty,
        needs_write)
      select 1 + n / ${ITEMS + 1}, lpad(to_hex(n), 16, '0'), n,
        case when n % 500 = 1 then 'wanted' else 'here' end,
        case when n <= ${ITEMS} and n % 500 <> 1 then n end, true, n % 40 <> 0, n % 1000 = 0, n % 2000 = 0, n % 2000 = 7
      from generate_series(1, ${ITEMS * 2}) n;
    insert into inoreader_seen select 1, lpad(to_hex(n), 16, '0') from generate_series(40, ${ITEMS}, 40) n where n % 4000 <> 0;
    set session_replication_role = default;
    analyze;`);
});
afterAll(() => database?.drop());

describe.each<PlanMode>(['force_custom_plan', 'force_generic_plan'])('of 200,000 articles, planned with %s', (mode) => {
  const look = async (work: (tx: Queryable) => Promise<unknown>): Promise<Seen[]> => {
    const seen: Seen[] = [];
    const undo = new Error('undo');
    await role
      .asReader(READER, async (tx) => {
        await work(explaining(tx, mode, seen));
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
    return seen;
  };

  test.each<[string, number, (tx: Queryable) => Promise<unknown>]>([
    ['what is brought next', 600, (tx) => items.nextMissing(tx, 1, 100)],
    ['how much is missing', 2_000, (tx) => items.countMissing(tx, 1)],
    ['what changed', 2_000, (tx) => marks.dirtyItems(tx, 1, 1, 500)],
    ['what is to be told', 2_000, (tx) => marks.unwrittenItems(tx, 1, 1, 10_000)],
    [
      'changes of the reader',
      2_000,
      async (tx) => marks.noticeChanges(tx, 1, 1, 990, await marks.readRevisions(tx, 1)),
    ],
    [
      'a page of a list',
      20_000,
      (tx) =>
        items.addPage(
          tx,
          1,
          Array.from({ length: 1_000 }, (_, n) => ({ item: hex(n * 7), stamp: n })),
          true,
        ),
    ],
    ['what a list of unread articles leaves out', 40_000, (tx) => items.countGone(tx, 1, 'unread', 5, '')],
    ['believing it', 60_000, (tx) => items.believe(tx, 1, { kind: 'unread', startedStep: 5, label: '' }, false)],
    ['what a list of starred ones leaves out', 30_000, (tx) => items.countGone(tx, 1, 'starred', 5, '')],
  ])('%s reads little more than itself', async (_what, rows, work) => {
    for (const { name, rowsRead, sequentialScans } of await look(work)) {
      expect({ name, large: sequentialScans.filter((table) => LARGE.includes(table)) }).toEqual({ name, large: [] });
      expect({ name, rowsRead, isLittle: rowsRead <= rows }).toMatchObject({ name, isLittle: true });
    }
  });
});

test('what was prepared is what is looked at', async () => {
  const counted = await role.asReader(READER, (tx) =>
    tx.one<{ count: number }>(statement('plans_count', 'select count(*)::int as count from inoreader_items')),
  );
  expect(counted?.count).toBe(ITEMS);
});

function hex(number: number): string {
  return number.toString(16).padStart(16, '0');
}
