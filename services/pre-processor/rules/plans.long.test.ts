import type { Database, Queryable } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { explainUndone, type PlanMode } from '@alt/testing/explaining.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockFeeds } from '../store/polls.ts';
import { actByRules, articlesForRules, rulesForFeeds, takeRuleWaits } from './store.ts';

/** Prepared statements are planned for their values at first and without them later; both plans must be good. */
const MODES: PlanMode[] = ['force_custom_plan', 'force_generic_plan'];
/** Twenty a tenant. All follow one feed, and each has five rules and one that waits; two rules are shared in each tenant. */
const READERS = 10_000;
const ARTICLES = 200;

let database: TestDatabase;
let rows: Database;
let role: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  rows = database.superuser('alt');
  role = database.connectAs('pre_processor');
  await rows.transaction((tx) => tx.script(LOAD));
  await rows.script(
    'vacuum (analyze) rules, readers, subscriptions, entries, articles, rule_waits, rule_hits, counters',
  );
});
afterAll(() => database.drop());

describe(`of ${READERS} readers with rules`, () => {
  test.each(MODES)('a poll asks in a few blocks whether there are any, also where all are off (%s)', async (mode) => {
    const [feed] = await expectBlocks(mode, 300, (tx) => lockFeeds(tx, [1], null));
    expect(feed?.hasRules).toBe(true);
    await switchAll(false);
    const [other] = await expectBlocks(mode, 300, (tx) => lockFeeds(tx, [1], null));
    expect(other?.hasRules).toBe(false);
    await switchAll(true);
  });

  test.each(MODES)('an arrival reads the rules of those whom it serves (%s)', async (mode) => {
    const found = await expectBlocks(mode, 12_000, (tx) =>
      rulesForFeeds(tx, [1], { afterReaderId: 5_000, limit: 200 }),
    );
    expect(found.pairs).toHaveLength(200);
    expect(found.pairs[0]?.ruleIds).toHaveLength(7);
    expect(found.rules).toHaveLength(200 * 5 + 10 * 2);
  });

  test.each(MODES)('what waits is taken in batches of articles and readers (%s)', async (mode) => {
    const found = await expectBlocks(mode, 250_000, (tx) => takeRuleWaits(tx, { articles: 50, readers: 200 }));
    expect(found?.cases).toHaveLength(50 * 200);
    const ids = [...new Set(found?.cases.map(({ articleId }) => articleId))];
    expect(await expectBlocks(mode, 1_000, (tx) => articlesForRules(tx, ids))).toHaveLength(50);
  });

  test.each(MODES)('what rules do reads the entries that they do it to (%s)', async (mode) => {
    const deeds = Array.from({ length: 20 }, (_, n) => ({
      ...{ ruleId: n * 5 + 1, version: 1, readerId: n + 1, articleId: 1, markRead: true },
    }));
    expect(await expectBlocks(mode, 4_000, (tx) => actByRules(tx, deeds))).toBe(20);
  });
});

async function switchAll(isOn: boolean): Promise<void> {
  await rows.script(`update rules set is_enabled = ${isOn}`);
  await rows.script('vacuum (analyze) rules');
}

/** Does work that is taken back; each of its statements touches at most so many blocks, functions included. */
async function expectBlocks<T>(mode: PlanMode, maximum: number, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const { result, seen } = await explainUndone(role, mode, work);
  for (const { name, blocks } of seen) expect(blocks, name).toBeLessThanOrEqual(maximum);
  return result;
}

const LOAD = `
  set local session_replication_role = replica;
  insert into tenants (id) select uuidv7() from generate_series(1, ${READERS / 20});
  insert into readers (user_id, tenant_id)
    select uuidv7(), t.id from (select id, row_number() over () as n from tenants) t, generate_series(1, 20) order by t.n;
  insert into hosts (host) values ('a.example');
  insert into feeds (url, host, title) values ('https://a.example/feed', 'a.example', 'A');
  insert into subscriptions (reader_id, feed_id) select id, 1 from readers order by id;
  insert into counters (reader_id, feed_id, unread) select id, 1, ${ARTICLES} from readers;
  insert into articles (id, feed_id, identity, url, title, excerpt, received_at, sort_at, content_hash)
    select n, 1, decode(lpad(to_hex(n), 32, '0'), 'hex'), 'https://a.example/' || n, 'Article', '', now(), now(), ''
    from generate_series(1, ${ARTICLES}) n;
  insert into article_contents (article_id, content_html, text) select id, '', 'text' from articles;
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
    select a.id, r.id, 1, a.sort_at, a.received_at, 1, 1 from articles a, readers r where a.id <= 50;
  insert into rules (tenant_id, owner_id, name, query, actions)
    select r.tenant_id, r.id, 'r', 'x', '{"star": true}' from readers r, generate_series(1, 5) order by r.id;
  insert into rules (tenant_id, owner_id, name, query, actions)
    select t.id, null, 'r', 'x', '{"star": true}' from tenants t, generate_series(1, 2);
  insert into rules (tenant_id, owner_id, name, query, actions, needs_stage, active_since)
    select r.tenant_id, r.id, 'r', 'tag:x', '{"star": true}', 'tag', now() - interval '1 day' from readers r;
  insert into rule_waits (article_id) select id from articles order by id;
`;
