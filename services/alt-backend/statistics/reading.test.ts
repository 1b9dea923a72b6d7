import type { ReadingStatistics } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeReader, openBackend, type TestBackend } from '../testing.ts';
import { serveStatistics, type TestStatistics } from './testing.ts';

const ada = makeReader(1);
const bo = makeReader(2);
const TEAM = '018f0000-0000-7000-8000-0000000000aa';

let backend: TestBackend;
let served: TestStatistics;
let feed: number;
let quiet: number;
let entries: number[];

beforeAll(async () => {
  backend = await openBackend();
  served = serveStatistics(backend);
});
afterAll(async () => {
  await served.moving.stop();
  await backend.drop();
});
beforeEach(async () => {
  await backend.superuser.script(
    `truncate subscriptions, entries, counters, articles, feeds, reading_inbox, reading_events, reading_slots, reading_feed_days,
       reading_feed_months restart identity cascade; update readers set settings = '{}'; update tenants set statistics_off = false`,
  );
  feed = await backend.makeFeed('paper', ada, bo);
  quiet = await backend.makeFeed('quiet', ada);
  await backend.superuser.script(`update subscriptions set created_at = now() - interval '60 days'`);
  entries = [];
  for (const title of ['one', 'two', 'three']) {
    entries.push(await backend.makeArticle(feed, { title, text: 'x'.repeat(2_800), summary: 's' }));
  }
});

const asked = async (as: Reader, path = '/v1/stats/reading'): Promise<ReadingStatistics> => {
  await served.moving.moveAll();
  const response = await served.request('GET', path, { as });
  expect(response.status).toBe(200);
  return response.json() as Promise<ReadingStatistics>;
};
const send = (as: Reader, method: string, path: string, body?: unknown) => served.request(method, path, { as, body });
const report = (as: Reader, ...events: object[]) => send(as, 'POST', '/v1/stats/events', { events });
const written = async (database: Database = backend.superuser) =>
  (
    await database.one(
      statement<{ count: number }>(
        'test_written',
        'select (select count(*) from reading_inbox) + (select count(*) from reading_events) as count',
      ),
    )
  )?.count;

test('what a reader does is in their statistics, by day, hour, feed and folder, and in nobody else’s', async () => {
  await send(ada, 'PATCH', '/v1/entries', { ids: [String(entries[0])], read: true, starred: true });
  await report(
    ada,
    { entryId: String(entries[0]), opened: true },
    { entryId: String(entries[0]), seconds: 40, summaryShown: true },
    { entryId: '999999', opened: true },
  );
  await send(ada, 'POST', '/v1/entries/mark-read', {});
  const stats = await asked(ada);
  // 2,800 characters are two minutes, less what was spent.
  const sums = { opened: 1, read: 1, starred: 1, spentSeconds: 40, summaries: 1, savedSeconds: 80, cleared: 2 };
  expect(stats.totals).toMatchObject(sums);
  expect(stats.days).toEqual([expect.objectContaining(sums)]);
  expect(stats.feeds[0]).toMatchObject({ feedId: String(feed), title: 'paper', opened: 1, read: 1, spentSeconds: 40 });
  expect(stats.week.opened.flat().reduce((sum, one) => sum + one, 0)).toBe(1);
  expect(stats.streaks).toEqual({ activeDays: 1, longest: 1, current: 1 });
  expect(stats.neverOpened).toHaveLength(1);
  expect(stats.feeds.find(({ feedId }) => feedId === String(quiet))?.subscriptionId).toBe(stats.neverOpened[0]);
  expect((await asked(bo)).totals).toMatchObject({ opened: 0, read: 0, cleared: 0 });
});

test('a change that changes nothing is no event, and marking unread again is one of its own', async () => {
  const ids = entries.map(String);
  for (const read of [true, true, false]) await send(ada, 'PATCH', '/v1/entries', { ids, read });
  expect((await asked(ada)).totals).toMatchObject({ read: 3, unread: 3 });
});

test('marking everything read is one event, however many entries that were', async () => {
  await send(ada, 'POST', '/v1/entries/mark-read', {});
  expect(await written()).toBe(1);
  expect((await asked(ada)).totals).toMatchObject({ cleared: 3, read: 0 });
});

test('whoever switches statistics off has nothing written any more, and what was collected is deleted at once', async () => {
  await report(ada, { entryId: String(entries[0]), opened: true });
  await report(bo, { entryId: String(entries[0]), opened: true });
  expect((await asked(ada)).totals.opened).toBe(1);
  await report(ada, { entryId: String(entries[1]), opened: true });
  expect((await send(ada, 'PATCH', '/v1/settings', { statistics: false })).status).toBe(200);
  expect(await (await report(ada, { entryId: String(entries[0]), opened: true })).json()).toEqual({ recorded: 0 });
  await send(ada, 'PATCH', '/v1/entries', { ids: [String(entries[0])], read: true });
  expect(await asked(ada)).toMatchObject({ isOn: false, offBecause: 'reader', totals: { opened: 2, read: 0 } });
  expect((await send(ada, 'DELETE', '/v1/stats/reading')).status).toBe(204);
  expect((await asked(ada)).totals.opened).toBe(0);
  expect(await written()).toBe(1);
  expect((await asked(bo)).totals.opened).toBe(1);
});

test('a tenant’s switch holds for all its readers, and only its owner deletes what was collected of all', async () => {
  const owner = { ...makeReader(3), tenantId: TEAM };
  const member: Reader = { ...makeReader(4), tenantId: TEAM, role: 'member' };
  const shared = await backend.makeFeed('shared', owner, member);
  const entry = String(await backend.makeArticle(shared, { title: 'one' }));
  for (const as of [owner, member]) await report(as, { entryId: entry, opened: true });
  expect((await send(member, 'PATCH', '/v1/settings/tenant', { statistics: false })).status).toBe(403);
  expect((await send(member, 'DELETE', '/v1/stats/tenant')).status).toBe(403);
  const changed = await send(owner, 'PATCH', '/v1/settings/tenant', { statistics: false, statisticsDays: 30 });
  expect(await changed.json()).toMatchObject({ statistics: false, statisticsDays: 30 });
  expect(await (await report(member, { entryId: entry, opened: true })).json()).toEqual({ recorded: 0 });
  expect(await asked(member)).toMatchObject({ isOn: false, offBecause: 'tenant', keptDays: 30, totals: { opened: 1 } });
  expect((await send(owner, 'DELETE', '/v1/stats/tenant')).status).toBe(204);
  expect((await asked(member)).totals.opened).toBe(0);
  expect(await written()).toBe(0);
});

test('an owner sees sums of a week in which at least five read, and never what fewer did', async () => {
  const readers = [3, 4, 5, 6, 7].map((digit): Reader => ({ ...makeReader(digit), tenantId: TEAM, role: 'member' }));
  const owner: Reader = { ...makeReader(8), tenantId: TEAM };
  const shared = await backend.makeFeed('shared', ...readers);
  const entry = String(await backend.makeArticle(shared, { title: 'one' }));
  const tenant = async () => {
    await served.moving.moveAll();
    return (await send(owner, 'GET', '/v1/stats/tenant')).json();
  };
  for (const as of readers.slice(0, 4)) await report(as, { entryId: entry, opened: true });
  expect(await tenant()).toMatchObject({ reading: [{ readers: null, sums: null }], readersMinimum: 5 });
  for (const as of readers.slice(4)) await report(as, { entryId: entry, opened: true });
  expect(await tenant()).toMatchObject({ reading: [{ readers: 5, sums: { opened: 5 } }] });
  // Which feeds others follow alone is their business.
  await backend.superuser.script(`update feeds set state = 'failing', failing_since = now()`);
  expect(await tenant()).toMatchObject({ troubles: [], sizes: { feeds: 1, failing: 1 } });
  await backend.makeFeed('owners', owner);
  await backend.superuser.script(`update feeds set state = 'failing', failing_since = now()`);
  expect(await tenant()).toMatchObject({ troubles: [{ title: 'owners', trouble: 'failing' }] });
});

test('the rows of a reader are hidden from others by the database itself', async () => {
  await report(ada, { entryId: String(entries[0]), opened: true });
  await served.moving.moveAll();
  const count = (table: string) =>
    statement<{ count: number }>(`test_seen_${table}`, `select count(*)::integer as count from ${table}`);
  for (const table of ['reading_events', 'reading_slots', 'reading_feed_days', 'reading_feed_months']) {
    const seen = (as: Reader) => backend.asReader(as, (tx) => tx.one(count(table)));
    expect(await seen(ada)).toEqual({ count: 1 });
    expect(await seen(bo)).toEqual({ count: 0 });
    await expect(backend.database.one(count(table))).rejects.toThrow();
  }
  await expect(backend.asReader(bo, (tx) => tx.script('select * from reading_inbox'))).rejects.toThrow('permission');
  await expect(backend.asReader(bo, (tx) => tx.script('delete from reading_slots'))).rejects.toThrow('permission');
});

test('a report out of bounds is refused, and an old or future time of a client is brought to the last day', async () => {
  const bad = [
    { entryId: 'x' },
    { entryId: '1', seconds: -1 },
    { entryId: '1', seconds: 3_601 },
    { entryId: '1', ip: 'x' },
  ];
  for (const event of bad) expect((await report(ada, event)).status).toBe(422);
  for (const at of ['2001-01-01T00:00:00Z', '2999-01-01T00:00:00Z']) {
    await report(ada, { entryId: String(entries[0]), opened: true, at });
  }
  const { days } = await asked(ada);
  expect(days.reduce((sum, { opened }) => sum + opened, 0)).toBe(2);
  expect(days.length).toBeLessThanOrEqual(2);
});

test('spans that make no sense are refused with what to do', async () => {
  for (const query of [
    'from=2026-02-30',
    'from=2026-02-02&to=2026-02-01',
    'from=1800-01-01&to=2026-01-01',
    'zone=Mars',
  ]) {
    const response = await send(ada, 'GET', `/v1/stats/reading?${query}`);
    expect(response.status, query).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid-query', detail: expect.stringMatching(/\w{3}/) });
  }
});

test('who leaves is forgotten, and what is too old too', async () => {
  await report(ada, { entryId: String(entries[0]), opened: true });
  await report(bo, { entryId: String(entries[0]), opened: true });
  await served.moving.moveAll();
  await backend.superuser.script(`update readers set purge_after = now() where user_id = '${bo.userId}'`);
  await backend.database.run(statement('test_leavers', 'select erase_leavers_reading()'));
  expect(await written()).toBe(1);
  await backend.superuser.script(
    `update readers set purge_after = null; update reading_events set at = at - interval '401 days';
     update reading_slots set slot = slot - 401 * 96; update reading_feed_days set day = day - 401;
     update reading_feed_months set month = month - interval '14 months'`,
  );
  await backend.database.run(statement('test_forget', 'select forget_old_reading(400)'));
  const left = `select (select count(*) from reading_slots) + (select count(*) from reading_feed_days)
    + (select count(*) from reading_feed_months) + (select count(*) from reading_events) as n`;
  expect(await backend.superuser.one(statement<{ n: number }>('test_left', left))).toEqual({ n: 0 });
});
