import { type Database, type Queryable, type Statement, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { createEgress, type Egress } from '@alt/egress';
import { createLogger } from '@alt/service-kit';
import { type StaticFeeds, startStaticFeeds } from '@alt/testing/hostile/index.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { createPoliteness } from './politeness.ts';
import { createPolling } from './poll.ts';
import { createReading } from './reading.ts';
import { startScheduler } from './scheduler.ts';
import { READER, until } from './testing.ts';

const FEEDS = 400;
/** One each would be 400 and more; seen: 24 and 33, fewer where the machine is busy. */
const STATEMENTS = FEEDS / 4;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

describe('of feeds that are answered "not modified", many go with one statement', () => {
  test('on a host of the operator', async () => {
    const site = await serve({ feeds: FEEDS, items: 1 });
    const alt = await startCounted(site, {});
    await alt.pollAll();
    const counts = await alt.countPolls();
    expect(site.served()).toMatchObject({ ok: FEEDS, notModified: FEEDS });
    expect(total(counts)).toBeLessThan(STATEMENTS);
  });

  test.runIf(process.platform === 'linux')('on as many hosts, each with its manners', async () => {
    const site = await serve({ feeds: FEEDS, items: 1, hosts: FEEDS });
    const alt = await startCounted(site, { spacesOpenedHosts: true });
    await alt.pollAll();
    const counts = await alt.countPolls();
    expect(site.served()).toMatchObject({ ok: FEEDS, notModified: FEEDS });
    expect(total(counts)).toBeLessThan(STATEMENTS);
  });
});

test.each([1, 20, 1_000])('a feed with %i new items takes at most six statements to store', async (items) => {
  const site = await serve({ feeds: 1, items });
  const alt = await startCounted(site, {});
  for (let poll = 1; poll <= 2; poll += 1) {
    const counts = await alt.countPolls();
    expect(total(counts, isStoring), JSON.stringify([...counts])).toBeLessThanOrEqual(6);
    site.publish(items);
  }
  expect(await alt.articleCount()).toBe(2 * items);
});

/** The claim of feeds on hosts of the operator has no name. */
const CLAIMING = ['claim-spaced', '', 'next-due', 'release-hosts'];
const isStoring = (name: string) => !CLAIMING.includes(name);

function total(counts: Map<string, number>, isCounted: (name: string) => boolean = () => true): number {
  return [...counts].reduce((sum, [name, count]) => sum + (isCounted(name) ? count : 0), 0);
}

async function serve(source: { feeds: number; items: number; hosts?: number }): Promise<StaticFeeds> {
  const site = await startStaticFeeds(source);
  stops.push(site.stop);
  return site;
}

/** What polls feeds, on a database that counts statements by name. */
async function startCounted(site: StaticFeeds, { spacesOpenedHosts = false }: { spacesOpenedHosts?: boolean }) {
  const database = await createTestDatabase();
  stops.push(() => database.drop());
  const rows = database.superuser('alt');
  await follow(database, site.urls);
  const egress = createEgress({ allow: ['127.0.0.0/8'], userAgent: 'Alt/test' });
  stops.push(() => egress.close());
  const counts = new Map<string, number>();
  const counted = countStatements(database.connectAs('pre_processor'), counts);
  const scheduler = startPolling(counted, egress, spacesOpenedHosts);
  const pollAll = async () => {
    // A second ago: times are rounded to milliseconds, and half of one ahead would not be due yet.
    await rows.script(
      `update hosts set next_request_at = now(); update feeds set next_poll_at = now() - interval '1 second'`,
    );
    scheduler.wake();
    await until(async () => (await rows.one(selectOpen))?.count === 0 && scheduler.running() === 0);
  };
  return {
    pollAll,
    articleCount: async () => (await rows.one(selectArticles))?.count ?? 0,
    async countPolls() {
      counts.clear();
      await pollAll();
      return new Map(counts);
    },
  };
}

function startPolling(database: Database, egress: Egress, spacesOpenedHosts: boolean) {
  const log = createLogger('silent');
  const reading = createReading(1);
  const spacingMs = 1_000;
  const { signal } = new AbortController();
  const politeness = createPoliteness({ database, egress, spacingMs, spacesOpenedHosts, log, signal });
  const shared = { database, politeness, log, worker: 'us', concurrency: 32 };
  const polling = createPolling({ ...shared, reading, userAgent: () => 'Alt/test' });
  const scheduler = startScheduler({ ...shared, polling, spacingMs, onPolled: async () => {} });
  stops.push(async () => {
    await scheduler.stop();
    await Promise.all([polling.idle(), politeness.idle()]);
    await reading.stop();
  });
  return scheduler;
}

async function follow(database: TestDatabase, urls: string[]): Promise<void> {
  await database.connectAs('alt_backend').asReader(READER, async (tx) => {
    await tx.one(ensureReader);
    await tx.all(subscribeAll, [urls, urls.map((url) => new URL(url).host)]);
  });
}

const ensureReader = statement('test-ensure-reader', 'select ensure_reader()');
const subscribeAll = statement(
  'test-subscribe-all',
  `select count(*) from subscribe((select array_agg(ensure_feed(w.url, w.host, null, null, null))
     from unnest($1::text[], $2::text[]) as w (url, host)), '{}')`,
);
const selectOpen = statement<{ count: number }>(
  'test-open',
  `select count(*)::integer as count from feeds where claimed_by is not null or next_poll_at <= now()`,
);

const selectArticles = statement<{ count: number }>('test-articles', 'select count(*) as count from articles');

/** The same database, which notes each statement's name; begin and commit are none. */
function countStatements(database: Database, counts: Map<string, number>): Database {
  const noted = <Sql extends Statement<unknown>>(sql: Sql): Sql => {
    counts.set(sql.name, (counts.get(sql.name) ?? 0) + 1);
    return sql;
  };
  const watch = (tx: Queryable): Queryable => ({
    all: (sql, values) => tx.all(noted(sql), values),
    one: (sql, values) => tx.one(noted(sql), values),
    run: (sql, values) => tx.run(noted(sql), values),
    script: (text) => tx.script(noted({ name: 'script', text }).text),
  });
  return {
    ...database,
    ...watch(database),
    transaction: (work, options) => database.transaction((tx) => work(watch(tx)), options),
  };
}
