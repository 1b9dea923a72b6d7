import { type Database, type Queryable, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ENTRIES = 30_000;
const TOMBSTONES = 50_000;

let database: TestDatabase;
let rows: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  rows = database.superuser('alt');
  await rows.transaction((tx) => tx.script(LOAD));
  await rows.script('vacuum analyze');
});
afterAll(() => database.drop());

test('a batch of retention among hidden and folded entries reads a few times what it removes', async () => {
  for (let batch = 1; batch <= 3; batch += 1) {
    const { scanned, fetched, result } = await readBy((tx) => tx.one(callRetain));
    expect(result).toEqual({ removed: 1_000 });
    expect(scanned).toBe(0);
    expect(fetched).toBeLessThan(15_000);
  }
});

test('tombstones are looked through a batch at a time, and only those that are due are touched', async () => {
  let last: { feedId: number; identity: Buffer } = { feedId: 0, identity: Buffer.alloc(0) };
  for (let batch = 1; batch <= 3; batch += 1) {
    const after = [last.feedId, last.identity];
    const { scanned, fetched, result } = await readBy((tx) => tx.one(callForget, after));
    expect(scanned).toBe(0);
    expect(fetched).toBeLessThan(5_000);
    expect(result?.feedId).toBeGreaterThan(last.feedId);
    last = result ?? last;
  }
});

const LOAD = `
  set local session_replication_role = replica;
  insert into tenants (id) values ('018f0000-0000-7000-8000-000000000001');
  insert into readers (user_id, tenant_id, settings)
    values ('018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000001', '{"retention": {"readDays": 30}}');
  insert into feeds (url, host, last_changed_at) select 'https://h.example/' || n, 'h.example', now() from generate_series(1, 100) n;
  insert into counters (reader_id, feed_id) select 1, n from generate_series(1, 100) n;
  insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
    select n, 1 + n % 100, int4send(n), 'Article', '', now() - interval '90 days', now() - interval '90 days' + n * interval '1 minute', ''
    from generate_series(1, ${ENTRIES}) n;
  -- Every second is hidden, a tenth folded into the one before it.
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision, is_read, hidden_reason, folded_into)
    select id, 1, feed_id, sort_at, sort_at, 1, 1, true, case when id % 2 = 0 then 'rule' end, case when id % 10 = 1 and id > 1 then id - 1 end
    from articles;
  insert into tombstones (feed_id, identity, removed_at, shown_at)
    select 1 + n % 100, int4send(n), now(), now() - n % 500 * interval '1 day' from generate_series(1, ${TOMBSTONES}) n;
`;
const callRetain = statement<{ removed: number }>('purging_plans_retain', 'select retain(1000) as removed');
const callForget = statement<{ feedId: number; identity: Buffer }>(
  'purging_plans_forget',
  'select feed_id as "feedId", identity from forget_tombstones($1, $2, 1000)',
);

const selectRead = statement<{ scanned: number; fetched: number }>(
  'purging_plans_read',
  `select sum(seq_tup_read)::int as scanned, sum(idx_tup_fetch)::int as fetched
   from pg_stat_xact_user_tables where relname = any('{entries,articles,tombstones}')`,
);

/** Rows of the large tables that this work reads, inside functions too. */
async function readBy<Result>(work: (tx: Queryable) => Promise<Result>) {
  return rows.transaction(async (tx) => {
    const before = await tx.one(selectRead);
    const result = await work(tx);
    const after = await tx.one(selectRead);
    return {
      result,
      scanned: (after?.scanned ?? 0) - (before?.scanned ?? 0),
      fetched: (after?.fetched ?? 0) - (before?.fetched ?? 0),
    };
  });
}
