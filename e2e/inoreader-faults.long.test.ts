import { describe, expect, test } from 'vitest';
import { expectBudgetKept, fillAccount, itemAt, setLocal, startInTest, WAKE_MS } from './inoreader-world.ts';

/** More than one page of ids, of a thousand each. */
const ITEMS_OF_PAGES = process.env.ALT_TEST_LONG ? 2_500 : 1_200;

test.for(['too-many', 'too-many-bare'] as const)('after %s nothing is asked until the day is over', async (fault) => {
  const world = await startInTest();
  fillAccount(world, { feeds: 1, items: 5 });
  world.inoreader.control.order(fault, { path: 'stream/items/ids', after: 1 });
  const [first] = await world.wake();
  expect(first).toMatchObject({ state: 'waiting', code: 'budget-spent' });
  const asked = world.inoreader.requests.length;
  for (let wakes = 0; wakes < 6; wakes += 1) {
    world.advance(WAKE_MS);
    await world.wake();
  }
  expect(world.inoreader.requests.length).toBe(asked);
  await world.untilAgreed();
});

test('a refused token is tried once more only if it was renewed, and a new one lets the work go on', async () => {
  const world = await startInTest();
  fillAccount(world, { feeds: 1, items: 5 });
  world.inoreader.control.expireTokens();
  const [refused] = await world.wake();
  expect(refused).toMatchObject({ state: 'unauthorised', code: 'token-refused' });
  expect(world.inoreader.requests).toHaveLength(1);
  await world.setToken(null);
  world.advance(WAKE_MS);
  expect((await world.wake())[0]).toMatchObject({ state: 'unauthorised', code: 'no-token' });
  expect(world.inoreader.requests).toHaveLength(1);
  await world.setToken('second-token');
  await world.untilAgreed();
});

describe('a continuation that is good no more', () => {
  test.for(['bad-request', 'first-page'] as const)(
    'answered with %s, the list begins anew',
    { timeout: 600_000 },
    async (answer) => {
      const world = await startInTest();
      fillAccount(world, { feeds: 1, items: ITEMS_OF_PAGES, isUnread: true });
      let isChanged = false;
      world.inoreader.control.beforeRequest(({ params }) => {
        if (params.get('c') && !isChanged) {
          isChanged = true;
          world.inoreader.control.changeContinuations(answer);
          // Something arrives between two pages, too.
          const [feed] = world.inoreader.account.feeds;
          if (feed) world.inoreader.account.addItem(feed, { url: 'https://blog0.test/late', arrivedAt: world.now() });
        }
      });
      await world.untilAgreed(4);
      expect(isChanged).toBe(true);
      expect((await world.local()).has('https://blog0.test/late')).toBe(true);
      expectBudgetKept(world);
    },
  );
});

test.for(['lost', 'error', 'cut', 'html', 'doubled', 'slow'] as const)(
  'answers that are %s, of questions and of changes, leave nothing undone and nothing done twice',
  async (fault) => {
    const world = await startInTest();
    fillAccount(world, { feeds: 2, items: 10 });
    for (const path of ['subscription/list', 'tag/list', 'stream/items/ids', 'stream/items/contents']) {
      world.inoreader.control.order(fault, { path });
    }
    await world.untilAgreed(6);
    await setLocal(world, 'https://blog0.test/1', { isRead: true, isStarred: true });
    await world.pre.follow(['https://mine.test/feed']);
    for (const path of ['edit-tag', 'subscription/edit']) world.inoreader.control.order(fault, { path });
    await world.untilAgreed(6);
    expect(itemAt(world, 'https://blog0.test/1')).toMatchObject({ isRead: true, isStarred: true });
    expect(world.inoreader.account.feeds.filter(({ url }) => url === 'https://mine.test/feed')).toHaveLength(1);
    expectBudgetKept(world);
  },
);

test('a list that is empty by mistake takes no star, no label and no subscription', async () => {
  const world = await startInTest();
  fillAccount(world, { feeds: 3, items: 10 });
  await world.untilAgreed();
  const stars = [...(await world.local()).values()].filter(({ isStarred }) => isStarred).length;
  for (const path of ['subscription/list', 'tag/list', 'stream/items/ids']) {
    world.inoreader.control.order('empty-list', { path, times: path === 'stream/items/ids' ? 4 : 1 });
  }
  await world.wakeForADay(async () => {
    expect((await world.localFeeds()).size).toBe(3);
    expect([...(await world.local()).values()].filter(({ isStarred }) => isStarred)).toHaveLength(stars);
  });
  await world.untilAgreed();
});

describe('a deleted subscription', () => {
  test('goes on the other side too, whichever side it went from; what is starred stays', async () => {
    const world = await startInTest();
    fillAccount(world, { feeds: 4, items: 10 });
    await world.untilAgreed();
    const { account } = world.inoreader;
    const gone = account.feeds.find(({ url }) => url.includes('blog1'));
    if (gone) account.removeFeed(gone);
    await world.act(
      'leave',
      `select unsubscribe(s.id) from subscriptions s join feeds f on f.id = s.feed_id
       where s.reader_id = $1 and f.url like '%blog2%'`,
    );
    await world.untilAgreed();
    expect([...(await world.localFeeds()).keys()].toSorted()).toEqual([
      'https://blog0.test/feed',
      'https://blog3.test/feed',
    ]);
    expect((await world.local()).get('https://blog1.test/0')?.isStarred).toBe(true);
    expect(account.feeds.find(({ url }) => url.includes('blog2'))?.isSubscribed).toBe(false);
  });

  test('most of them at once are not believed until the reader says that it was meant', async () => {
    const world = await startInTest();
    fillAccount(world, { feeds: 8, items: 3 });
    await world.untilAgreed();
    const { account } = world.inoreader;
    for (const feed of account.feeds.slice(0, 6)) account.removeFeed(feed);
    await world.wakeForADay();
    await world.wakeForADay();
    const [last] = await world.rows.all<{ state: string; code: string | null }>({
      name: 'c',
      text: 'select state, problem_code as code from inoreader_connections',
    });
    expect(last).toMatchObject({ state: 'waiting', code: 'mass-deletion-there' });
    expect((await world.localFeeds()).size).toBe(8);
    await world.act(
      'confirm',
      'update inoreader_connections set confirmed_at = now(), wanted_at = now() where reader_id = $1',
    );
    await world.untilAgreed();
    expect((await world.localFeeds()).size).toBe(2);
  });
});
