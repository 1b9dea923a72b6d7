import type { Database, Queryable } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { explainUndone, type PlanMode } from '@alt/testing/explaining.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FeedUpdate } from '../feed.ts';
import { findItems, takeDelivery } from './articles.ts';
import { claimants, claimOpened, claimSpaced, nextDue, queueDepth, releaseClaimants, unclaim } from './claims.ts';
import { findFeedByAddress, loadFeed } from './feeds.ts';
import { releaseHosts, takeHost } from './hosts.ts';
import { completePolls, lockFeeds } from './polls.ts';
import { claimHubs } from './websub.ts';

/** Prepared statements are planned for their values at first and without them later; both plans must be good. */
const MODES: PlanMode[] = ['force_custom_plan', 'force_generic_plan'];
/** This one has no name, so that it is always planned for its values. */
const CLAIM_OPENED: PlanMode = 'force_custom_plan';
const FEEDS = 100_000;
/** A quarter of the feeds lie on one of them. */
const HOSTS = 5_000;
const GIANT = 'h1.example';
const OPENED = 'h2.example';
const LARGE_TABLES = ['feeds', 'hosts', 'articles', 'article_contents', 'feed_documents', 'websub_subscriptions'];
const LIMIT = 64;
const TENANT = '00000000-0000-7000-8000-0000000000a1';

let database: TestDatabase;
let rows: Database;
let role: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  rows = database.superuser('alt');
  role = database.connectAs('pre_processor');
  await rows.transaction((tx) => tx.script(LOAD));
});
afterAll(() => database.drop());

const spaced = { worker: 'us', limit: LIMIT, openHosts: [OPENED], leaseSeconds: 60 };

describe(`of ${FEEDS} feeds on ${HOSTS} hosts, a few of them due`, () => {
  beforeAll(() => settle(`update feeds set next_poll_at = now() - id % 100 * interval '1 second' where id % 2000 = 7`));

  test.each(MODES)('a look reads a few (%s)', async (mode) => {
    expect(await expectRows(mode, 2_000, (tx) => claimSpaced(tx, spaced))).not.toHaveLength(0);
    await expectRows(CLAIM_OPENED, 2_000, (tx) => claimOpened(tx, spaced));
    await expectRows(mode, 200, nextDue);
    await expectRows(mode, 200, queueDepth);
    await expectRows(mode, 300, (tx) => claimHubs(tx, 20));
    await expectRows(mode, 10, takeDelivery);
  });

  test.each(MODES)('feeds and hosts are found one by one (%s)', async (mode) => {
    const ids = Array.from({ length: 50 }, (_, n) => n * 997 + 1);
    const hosts = Array.from({ length: 50 }, (_, n) => `h${n + 10}.example`);
    const release = { spacing_seconds: 1, penalty_seconds: null, penalty_code: null };
    const address = { url: 'https://h8.example/7', credential: null };
    await expectRows(mode, 5, (tx) => loadFeed(tx, 7));
    await expectRows(mode, 5, (tx) => findFeedByAddress(tx, address, TENANT));
    await expectRows(mode, 20, (tx) => takeHost(tx, 'h7.example', 60));
    await expectRows(mode, 500, (tx) => unclaim(tx, 'us', ids, 1));
    await expectRows(mode, 500, (tx) => lockFeeds(tx, ids, null));
    expect(await expectRows(mode, 2_000, (tx) => completePolls(tx, ids.map(updateOf), null))).toHaveLength(ids.length);
    await expectRows(mode, HOSTS, (tx) =>
      releaseHosts(
        tx,
        hosts.map((host) => ({ host, ...release })),
      ),
    );
    const penalty = { spacing_seconds: 1, penalty_seconds: 60, penalty_code: 'http-429' };
    await expectRows(mode, HOSTS + 3_000, (tx) =>
      releaseHosts(
        tx,
        hosts.map((host) => ({ host, ...penalty })),
      ),
    );
  });

  test.each(MODES)('items of documents are looked up by what they are (%s)', async (mode) => {
    const numbers = Array.from({ length: 1_000 }, (_, n) => 1_000 * (1 + Math.floor(n / 50)) + (n % 50));
    const feedIds = numbers.map((n) => 1 + (n % 1_000));
    const keys = numbers.map((n) => ({ i: `\\x${n.toString(16).padStart(32, '0')}`, u: null, m: false, h: '\\x00' }));
    const known = await expectRows(mode, 20_000, (tx) => findItems(tx, Buffer.from(JSON.stringify(keys)), feedIds));
    expect(known.filter(({ id }) => id !== null)).toHaveLength(numbers.length);
    const news = keys.map(({ i, ...key }) => ({ ...key, i: i.replace('x0', 'xf'), l: 'h.example/new' }));
    await expectRows(mode, 60_000, (tx) => findItems(tx, Buffer.from(JSON.stringify(news)), feedIds));
  });

  test.each(MODES)('only a start passes over all feeds, once or twice (%s)', async (mode) => {
    await expectRows(mode, FEEDS, claimants);
    await expectRows(mode, FEEDS, (tx) => releaseClaimants(tx, ['dead'], 1));
  });
});

describe(`of ${FEEDS} feeds that are all due, as after a long sleep`, () => {
  beforeAll(() => settle(`update feeds set next_poll_at = now() - id * interval '1 second'`));

  test.each(MODES)('a look reads a bounded part (%s)', async (mode) => {
    expect(await expectRows(mode, 25_000, (tx) => claimSpaced(tx, spaced))).toHaveLength(LIMIT);
    await expectRows(CLAIM_OPENED, 1_000, (tx) => claimOpened(tx, spaced));
    const giant = await expectRows(CLAIM_OPENED, 1_000, (tx) =>
      claimOpened(tx, { ...spaced, openHosts: [OPENED, GIANT] }),
    );
    expect(giant).toHaveLength(LIMIT);
    await expectRows(mode, 200, nextDue);
  });
});

describe(`of ${FEEDS} feeds that are all due, and the oldest lie on a very large host that has to wait`, () => {
  beforeAll(() =>
    settle(
      `update feeds set next_poll_at = now() - interval '2 days' where host = '${GIANT}'`,
      `update hosts set next_request_at = now() + interval '1 hour' where host = '${GIANT}'`,
    ),
  );

  test.each(MODES)('it hides nobody (%s)', async (mode) => {
    expect(await expectRows(mode, 25_000, (tx) => claimSpaced(tx, spaced))).toHaveLength(LIMIT);
    await expectRows(mode, 200, nextDue);
  });
});

describe(`of ${FEEDS} feeds that are all due on hosts that are all asked just now`, () => {
  beforeAll(() => settle(`update hosts set next_request_at = now() + interval '1 hour' where host <> 'h3.example'`));

  test.each(MODES)('the one free host is found (%s)', async (mode) => {
    expect(await expectRows(mode, 25_000, (tx) => claimSpaced(tx, spaced))).toHaveLength(1);
    await expectRows(mode, 200, nextDue);
  });
});

async function settle(...changes: string[]): Promise<void> {
  for (const change of changes) await rows.script(change);
  for (const table of LARGE_TABLES) await rows.script(`vacuum (analyze) ${table}`);
}

function updateOf(id: number): FeedUpdate {
  const nothing = { etag: null, last_modified: null, body_hash: null, post_gap_seconds: null, newest_item_at: null };
  const noError = { error_code: null, error_message: null, error_count: 0, failing_since: null, retry_after_at: null };
  const noMove = { redirect_url: null, redirect_count: 0, redirect_since: null, header: null, keeps_document: false };
  return {
    ...nothing,
    ...noError,
    ...noMove,
    id,
    next_poll_at: new Date(Date.now() + 3_600_000).toISOString(),
    minimum_interval_seconds: 0,
    state: 'ok',
    last_success_at: new Date().toISOString(),
    has_changed: false,
    last_status: 200,
    article_ids: [id],
  };
}

/** Does work that is taken back; each of its statements reads at most so many rows, and few blocks for each. */
async function expectRows<T>(mode: PlanMode, maximum: number, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const { result, seen } = await explainUndone(role, mode, work);
  for (const { name, rowsRead, blocks } of seen) {
    expect(rowsRead, name).toBeLessThanOrEqual(maximum);
    expect(blocks, name).toBeLessThanOrEqual(300 + 10 * maximum);
  }
  return result;
}

const LOAD = `
  set local session_replication_role = replica;
  insert into hosts (host) select 'h' || n || '.example' from generate_series(1, ${HOSTS}) n;
  insert into feeds (url, host, title, format, state, subscriber_count, last_polled_at, last_success_at, next_poll_at)
    select 'https://h' || h || '.example/' || n, 'h' || h || '.example', 'Feed ' || n, 'rss', 'ok', (n % 10 > 0)::integer,
      now(), now(), now() + interval '1 minute' + n * interval '0.8 seconds'
    from (select n, case when n % 4 = 0 then 1 else 1 + n % ${HOSTS} end as h from generate_series(1, ${FEEDS}) n) x;
  insert into websub_subscriptions (feed_id, hub_url, topic_url, secret, state, lease_until, next_attempt_at)
    select id, 'https://hub.example/', url, 's', 'active', now() + interval '9 days', now() + interval '8 days'
    from feeds where id % 5 = 0;
  insert into articles (id, feed_id, identity, url, title, excerpt, received_at, sort_at, content_hash)
    select n, 1 + n % 1000, decode(lpad(to_hex(n), 32, '0'), 'hex'), 'https://h.example/' || n, 'Article', '', now(), now(), ''
    from generate_series(1, ${FEEDS}) n;
  insert into feed_documents (feed_id, article_ids)
    select f.id, array(select 1000 * n + f.id - 1 from generate_series(81, 99) n where f.id <= 1000) from feeds f;
`;
