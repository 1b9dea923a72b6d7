import { Problem } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import type { PeerFetch, Reader, RouteContext } from '@alt/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureFolder } from './store/folders.ts';
import { type AsReader, createAsReader } from './store/readers.ts';
import { setFolders, subscribe } from './store/subscriptions.ts';
import { subscriptionRoutes } from './subscriptions.ts';

let database: TestDatabase;
let superuser: Database;
let asReader: AsReader;
beforeEach(async () => {
  database = await createTestDatabase();
  superuser = database.superuser('alt');
  asReader = createAsReader(database.connectAs('alt_backend'));
});
afterEach(() => database.drop());

const ensureFeed = statement<{ id: number }>('refresh_feed', `select ensure_feed($1, $2, null, null) as id`);
const postpone = statement(
  'refresh_postpone',
  `update feeds set next_poll_at = now() + interval '5 hours', last_polled_at = now() - $2::interval, priority = 0
   where id = $1`,
);
const selectDue = statement<{ url: string }>(
  'refresh_due',
  'select url from feeds where next_poll_at <= now() and priority = 1 order by url',
);

/** A feed that is due in five hours; `age` is how long ago it was polled. */
async function makeFeed(name: string, age = '1 hour'): Promise<number> {
  const id = (await superuser.one(ensureFeed, [`https://${name}.example/feed`, `${name}.example`]))?.id ?? 0;
  await superuser.run(postpone, [id, age]);
  return id;
}

const dueNow = async () => (await superuser.all(selectDue)).map(({ url }) => new URL(url).hostname.split('.')[0]);

const makeReader = (digit: number): Reader => ({
  userId: `018f0000-0000-7000-8000-00000000000${digit}`,
  tenantId: `018f0000-0000-7000-8000-00000000000${digit}`,
  role: 'owner',
  email: '',
  name: '',
  sessionId: null,
  keyId: null,
  csrfToken: null,
  provedAt: null,
  isSuspended: false,
  ownsInstance: false,
  scope: 'full',
});

const noPeer: PeerFetch = () => Promise.reject(new Error('a refresh asks nobody'));

/** What POST /v1/subscriptions/:id/refresh answers. */
async function refreshOne(reader: Reader, id: number): Promise<{ nextPollAt: string; delayedBy: string | null }> {
  const route = subscriptionRoutes(asReader, noPeer).find(({ endpoint }) => endpoint.name === 'refreshSubscription');
  return (await route?.handle({ params: { id: String(id) }, reader } as unknown as RouteContext)) as never;
}

/** What POST /v1/subscriptions/refresh answers. */
async function refresh(reader: Reader, body: { folderId?: string }): Promise<unknown> {
  const route = subscriptionRoutes(asReader, noPeer).find(({ endpoint }) => endpoint.name === 'refreshSubscriptions');
  return route?.handle({ body, reader } as RouteContext);
}

test('refreshing polls all that the reader follows now, but nobody else’s feeds and none polled a moment ago', async () => {
  const [first, second, fresh, foreign] = [
    await makeFeed('first'),
    await makeFeed('second'),
    await makeFeed('fresh', '20 seconds'),
    await makeFeed('foreign'),
  ];
  const [ada, eve] = [makeReader(1), makeReader(2)];
  await asReader(ada, (tx) => subscribe(tx, [first, second, fresh], [null, null, null]));
  await asReader(eve, (tx) => subscribe(tx, [foreign], [null]));
  expect(await refresh(ada, {})).toEqual({ polls: 2 });
  expect(await dueNow()).toEqual(['first', 'second']);
});

test('refreshing a folder polls what lies in it and below it; a foreign one is not found', async () => {
  const [outside, inside, below] = [await makeFeed('outside'), await makeFeed('inside'), await makeFeed('below')];
  const [ada, eve] = [makeReader(1), makeReader(2)];
  const folderId = await asReader(ada, async (tx, readerId) => {
    const made = await subscribe(tx, [outside, inside, below], [null, null, null]);
    const subscriptionOf = (feedId: number) => made.find((row) => row.feedId === feedId)?.subscriptionId ?? 0;
    const { folder } = await ensureFolder(tx, readerId, null, 'Folder');
    const { folder: nested } = await ensureFolder(tx, readerId, folder.id, 'Nested');
    await setFolders(tx, readerId, subscriptionOf(inside), [folder.id]);
    await setFolders(tx, readerId, subscriptionOf(below), [nested.id]);
    return String(folder.id);
  });
  expect(await refresh(ada, { folderId })).toEqual({ polls: 2 });
  expect(await dueNow()).toEqual(['below', 'inside']);
  const refused = await refresh(eve, { folderId }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Problem);
  expect((refused as Problem).code).toBe('not-found');
});

const putOff = statement('refresh_put_off', 'update feeds set retry_after_at = $2 where id = $1');
const penalise = statement('refresh_penalise', 'update hosts set penalty_until = $2 where host = $1');
const selectPlan = statement<{ at: Date; priority: number }>(
  'refresh_plan',
  'select next_poll_at as at, priority from feeds where id = $1',
);

test('a feed is not polled before the time that it or its host asked for, and the answer tells until when', async () => {
  const [free, feedWaits, hostWaits] = [await makeFeed('free'), await makeFeed('feed'), await makeFeed('host')];
  const inAnHour = new Date(Date.now() + 3_600_000);
  const inTwoHours = new Date(Date.now() + 7_200_000);
  await superuser.run(putOff, [feedWaits, inAnHour]);
  await superuser.run(penalise, ['feed.example', new Date(Date.now() - 1_000)]);
  await superuser.run(putOff, [hostWaits, inAnHour]);
  await superuser.run(penalise, ['host.example', inTwoHours]);
  const [ada, eve] = [makeReader(1), makeReader(2)];
  const made = await asReader(ada, (tx) => subscribe(tx, [free, feedWaits, hostWaits], [null, null, null]));
  const subscriptionOf = (feedId: number) => made.find((row) => row.feedId === feedId)?.subscriptionId ?? 0;

  const now = await refreshOne(ada, subscriptionOf(free));
  expect(now.delayedBy).toBeNull();
  expect(Date.parse(now.nextPollAt)).toBeLessThanOrEqual(Date.now() + 60_000);
  expect(await refreshOne(ada, subscriptionOf(feedWaits))).toEqual({
    nextPollAt: inAnHour.toISOString(),
    delayedBy: 'feed',
  });
  expect(await refreshOne(ada, subscriptionOf(hostWaits))).toEqual({
    nextPollAt: inTwoHours.toISOString(),
    delayedBy: 'host',
  });
  expect(await superuser.one(selectPlan, [feedWaits])).toEqual({ at: inAnHour, priority: 1 });
  expect(await superuser.one(selectPlan, [hostWaits])).toEqual({ at: inTwoHours, priority: 1 });
  // Nor does a refresh of everything ask a feed that asked to be left alone.
  expect(await refresh(ada, {})).toEqual({ polls: 1 });
  expect(await dueNow()).toEqual(['free']);
  await expect(refreshOne(eve, subscriptionOf(free))).rejects.toMatchObject({ code: 'not-found' });
});
