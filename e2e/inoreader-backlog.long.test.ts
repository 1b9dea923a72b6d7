import { expect, test } from 'vitest';
import { expectBudgetKept, fillAccount, itemAt, setLocal, startInTest, WAKE_MS } from './inoreader-world.ts';

const isLong = process.env.ALT_TEST_LONG === '1';
/** Of each of five feeds, and what may be asked in a day: a backlog of more than two days. */
const [BACKLOG, REQUESTS] = isLong ? [1_000, 30] : [400, 20];

test('thousands of unread come over several days, newest and starred first, and no day’s requests pass the limit less its reserve', async () => {
  const world = await startInTest({ limits: { 1: REQUESTS, 2: REQUESTS } });
  fillAccount(world, { feeds: 5, items: BACKLOG, isUnread: true });
  const newest = `https://blog0.test/${BACKLOG - 1}`;
  const oldStar = itemAt(world, 'https://blog3.test/5');
  oldStar.isStarred = true;
  for (let wakes = 0; wakes < 12; wakes += 1) {
    world.advance(WAKE_MS);
    await world.wake();
  }
  const some = await world.local();
  expect(some.size).toBeLessThan(5 * BACKLOG);
  expect(some.get(oldStar.url ?? '')?.isStarred).toBe(true);
  expect([...some.keys()].includes(newest)).toBe(true);
  // What the reader does meanwhile is not undone by what comes later.
  await setLocal(world, newest, { isRead: true });
  await world.untilAgreed(10);
  expect((await world.local()).size).toBe(5 * BACKLOG);
  expect(itemAt(world, newest).isRead).toBe(true);
  expect(world.spent().length).toBeGreaterThan(2);
  expectBudgetKept(world, REQUESTS * 0.9);
}, 600_000);

test('a quota that ends in the middle of a list goes on the next day where it stood', async () => {
  const world = await startInTest();
  fillAccount(world, { feeds: 1, items: 4_000, isUnread: true });
  // Five requests are left of what may be spent: two for subscriptions and labels, three of the first list's four pages.
  world.inoreader.control.setUsage(1, 85);
  const [stopped] = await world.wake();
  // The first answer says what is used; the counting goes on from there.
  expect(stopped?.state).toBe('waiting');
  expect(world.inoreader.control.usage()[1]).toBe(90);
  for (let wakes = 0; wakes < 4; wakes += 1) {
    world.advance(WAKE_MS);
    await world.wake();
  }
  expect(world.inoreader.control.usage()[1]).toBe(90);
  const before = world.inoreader.requests.length;
  world.advance(24 * 3_600_000);
  await world.wake();
  const [next] = world.inoreader.requests.slice(before).filter(({ path }) => path === 'stream/items/ids');
  expect(next?.params.get('c')).toBeTruthy();
  const [listed] = await world.rows.all<{ count: number }>({
    name: 'listed',
    text: 'select count(*)::int as count from inoreader_items',
  });
  expect(listed?.count).toBe(4_000);
  if (isLong) await world.untilAgreed(6);
}, 600_000);
