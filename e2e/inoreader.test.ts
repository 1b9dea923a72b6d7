import { expect, test } from 'vitest';
import { runDue } from '../services/pre-processor-sidecar/synchronising.ts';
import { expectBudgetKept, fillAccount, itemAt, setLabel, setLocal, startInTest } from './inoreader-world.ts';

test('first contact brings feeds, folders, bodies and states, and tells Inoreader what Alt alone had', async () => {
  const world = await startInTest();
  fillAccount(world, { feeds: 3, items: 20 });
  await world.pre.follow(['https://mine.test/feed']);
  await world.untilAgreed();
  expect((await world.localFeeds()).size).toBe(4);
  const [feed] = await world.rows.all<{ id: number }>({
    name: 'f',
    text: `select id from feeds where url like '%blog1%'`,
  });
  const [article] = await world.pre.articles(feed?.id ?? 0);
  expect(article?.text).toMatch(/^The text of item/);
  expect([...(await world.local()).values()].filter(({ isStarred }) => isStarred)).toHaveLength(12);
  expectBudgetKept(world);
});

test('what the reader does on either side reaches the other', async () => {
  const world = await startInTest();
  fillAccount(world, { feeds: 2, items: 12 });
  await world.untilAgreed();
  const { account } = world.inoreader;
  await setLocal(world, 'https://blog0.test/1', { isRead: true });
  await setLocal(world, 'https://blog0.test/2', { isStarred: true });
  await setLocal(world, 'https://blog0.test/5', { isStarred: false });
  await setLabel(world, 'https://blog0.test/4', 'to write', true);
  await setLabel(world, 'https://blog0.test/7', 'later', false);
  const item = (url: string) => itemAt(world, url);
  item('https://blog1.test/1').isRead = true;
  item('https://blog1.test/2').isStarred = true;
  item('https://blog1.test/3').isRead = false;
  item('https://blog1.test/4').labels = ['from there'];
  item('https://blog1.test/7').labels = [];
  const [first] = account.feeds;
  if (first) first.folders = ['Renamed'];
  await world.untilAgreed();
  expect(item('https://blog0.test/1').isRead).toBe(true);
  expect(item('https://blog0.test/2').isStarred).toBe(true);
  expect(item('https://blog0.test/5').isStarred).toBe(false);
  expect(item('https://blog0.test/4').labels).toEqual(['to write']);
  expect(item('https://blog0.test/7').labels).toEqual([]);
  const local = await world.local();
  expect(local.get('https://blog1.test/1')?.isRead).toBe(true);
  expect(local.get('https://blog1.test/3')?.isRead).toBe(false);
  expect(local.get('https://blog1.test/4')?.labels).toEqual(['from there']);
  expect((await world.localFeeds()).get('https://blog0.test/feed')?.folders).toEqual(['Renamed']);
  expectBudgetKept(world);
});

test('a "mark all read" reaches Inoreader in one request for many', async () => {
  const world = await startInTest();
  fillAccount(world, { feeds: 2, items: 40 });
  await world.untilAgreed();
  const before = world.inoreader.requests.filter(({ path }) => path === 'edit-tag').length;
  await world.act(
    'mark_all',
    `with changed as (select begin_change() as revision)
     update counters c set read_through = changed.revision, read_before = 'infinity', unread = 0, is_settled = false
     from changed where c.reader_id = $1 and c.unread > 0`,
  );
  await world.untilAgreed();
  expect(world.inoreader.account.items.every(({ isRead }) => isRead)).toBe(true);
  expect(world.inoreader.requests.filter(({ path }) => path === 'edit-tag').length - before).toBe(1);
});

test('a quiet day asks for no contents that are known and writes nothing', async () => {
  const world = await startInTest();
  fillAccount(world, { feeds: 2, items: 10 });
  await world.untilAgreed();
  const before = world.inoreader.requests.length;
  await world.wakeForADay();
  const paths = new Set(world.inoreader.requests.slice(before).map(({ path }) => path));
  expect([...paths].toSorted()).toEqual(['stream/items/ids', 'subscription/list', 'tag/list']);
  expectBudgetKept(world);
});

test('two runs at once spend no request twice', async () => {
  const world = await startInTest();
  fillAccount(world, { feeds: 1, items: 5 });
  const results = await Promise.all([runDue(world.tools('one')), runDue(world.tools('two'))]);
  expect(results.flat()).toHaveLength(1);
  expect(world.inoreader.requests.filter(({ path }) => path === 'subscription/list')).toHaveLength(1);
});
