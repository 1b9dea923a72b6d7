import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  fillAccount,
  type InoreaderWorld,
  itemAt,
  setLabel,
  setLocal,
  startWorld,
  WAKE_MS,
} from './inoreader-world.ts';

const ROUNDS = process.env.ALT_TEST_LONG ? 25 : 3;
const KILLS = process.env.ALT_TEST_LONG ? 30 : 6;
/** Two days of requests are enough for all kills. */
const ROUNDS_MAXIMUM = 100;
const FEEDS = 3;
const ITEMS = 8;

const place = fc.record({ feed: fc.nat(FEEDS - 1), item: fc.nat(ITEMS - 1) });
const label = fc.constantFrom('later', 'ideas', 'work');

type Act =
  | { kind: 'wake' }
  | { kind: 'local' | 'remote'; at: { feed: number; item: number }; isRead: boolean | null; isStarred: boolean | null }
  | { kind: 'local-label' | 'remote-label'; at: { feed: number; item: number }; label: string; isSet: boolean }
  | { kind: 'arrive'; feed: number }
  | { kind: 'folder'; feed: number; name: string }
  | { kind: 'fault'; fault: 'lost' | 'error' | 'cut' | 'html' | 'doubled' | 'too-many'; after: number };

const marks = { isRead: fc.option(fc.boolean()), isStarred: fc.option(fc.boolean()) };
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'wake' as const }) },
  fc.record({ kind: fc.constantFrom('local' as const, 'remote' as const), at: place, ...marks }),
  fc.record({
    kind: fc.constantFrom('local-label' as const, 'remote-label' as const),
    at: place,
    label,
    isSet: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('arrive' as const), feed: fc.nat(FEEDS - 1) }),
  fc.record({ kind: fc.constant('folder' as const), feed: fc.nat(FEEDS - 1), name: fc.constantFrom('News', 'Other') }),
  fc.record({
    kind: fc.constant('fault' as const),
    fault: fc.constantFrom('lost', 'error', 'cut', 'html', 'doubled', 'too-many'),
    after: fc.nat(6),
  }),
);

async function perform(world: InoreaderWorld, one: Act, arrivals: { count: number }): Promise<void> {
  const { account, control } = world.inoreader;
  const url = (at: { feed: number; item: number }) => `https://blog${at.feed}.test/${at.item}`;
  switch (one.kind) {
    case 'wake':
      world.advance(WAKE_MS);
      await world.wake();
      return;
    case 'local':
      return setLocal(world, url(one.at), {
        ...(one.isRead === null ? {} : { isRead: one.isRead }),
        ...(one.isStarred === null ? {} : { isStarred: one.isStarred }),
      });
    case 'remote': {
      const item = itemAt(world, url(one.at));
      item.isRead = one.isRead ?? item.isRead;
      item.isStarred = one.isStarred ?? item.isStarred;
      return;
    }
    case 'local-label':
      return setLabel(world, url(one.at), one.label, one.isSet);
    case 'remote-label': {
      const item = itemAt(world, url(one.at));
      item.labels = item.labels.filter((name) => name !== one.label).concat(one.isSet ? [one.label] : []);
      return;
    }
    case 'arrive': {
      arrivals.count += 1;
      const feed = account.feeds[one.feed];
      if (feed) account.addItem(feed, { url: `${feed.htmlUrl}new${arrivals.count}`, arrivedAt: world.now() });
      return;
    }
    case 'folder': {
      const feed = account.feeds[one.feed];
      if (feed) feed.folders = [one.name];
      return;
    }
    case 'fault':
      control.order(one.fault, { after: one.after });
  }
}

test('whatever both sides do and whatever goes wrong, both have the same in the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), async (acts) => {
      const world = await startWorld();
      try {
        fillAccount(world, { feeds: FEEDS, items: ITEMS });
        world.advance(WAKE_MS);
        await world.wake();
        const arrivals = { count: 0 };
        for (const one of acts) await perform(world, one, arrivals);
        await world.untilAgreed(8);
        for (const day of world.spent()) {
          expect(day[1]).toBeLessThanOrEqual(90);
          expect(day[2]).toBeLessThanOrEqual(90);
        }
      } finally {
        await world.stop();
      }
    }),
    { numRuns: ROUNDS, endOnFailure: true },
  );
}, 1_800_000);

test('a star or a label that only one side ever touched is never lost', async () => {
  const world = await startWorld();
  try {
    fillAccount(world, { feeds: 2, items: 20 });
    await world.untilAgreed();
    await setLocal(world, 'https://blog0.test/1', { isStarred: true });
    await setLabel(world, 'https://blog0.test/2', 'kept', true);
    itemAt(world, 'https://blog1.test/1').isStarred = true;
    itemAt(world, 'https://blog1.test/2').labels = ['kept there'];
    for (const fault of ['lost', 'empty-list', 'cut', 'error', 'empty-list', 'lost'] as const) {
      world.inoreader.control.order(fault, { after: 2 });
    }
    await world.untilAgreed(8);
    expect(itemAt(world, 'https://blog0.test/1').isStarred).toBe(true);
    expect(itemAt(world, 'https://blog0.test/2').labels).toEqual(['kept']);
    const local = await world.local();
    expect(local.get('https://blog1.test/1')?.isStarred).toBe(true);
    expect(local.get('https://blog1.test/2')?.labels).toEqual(['kept there']);
  } finally {
    await world.stop();
  }
}, 600_000);

test('kill -9 at any request leaves nothing undone, and every request counted', async () => {
  const world = await startWorld();
  try {
    fillAccount(world, { feeds: 3, items: 40 });
    let kills = 0;
    for (let round = 1; kills < KILLS && round <= ROUNDS_MAXIMUM; round += 1) {
      const n = 1 + (round % 39);
      await setLocalIfThere(world, `https://blog0.test/${n}`);
      itemAt(world, `https://blog1.test/${n}`).isStarred = true;
      // A run that had less to ask ended by itself.
      if (await killedRun(world, round)) kills += 1;
      world.advance(WAKE_MS);
    }
    expect(kills).toBe(KILLS);
    await world.untilAgreed(6);
    const budgets = await world.rows.all<{ zone: 1 | 2; used: number }>({
      name: 'b',
      text: 'select zone, used from inoreader_budgets',
    });
    const today = world.inoreader.control.usage();
    for (const { zone, used } of budgets) expect(used).toBeGreaterThanOrEqual(today[zone]);
  } finally {
    await world.stop();
  }
}, 1_200_000);

async function setLocalIfThere(world: InoreaderWorld, url: string): Promise<void> {
  if ((await world.local()).has(url)) await setLocal(world, url, { isRead: true, isStarred: true });
}

/** A run in another process, which is killed while its nth request is answered, or has just been. Whether it still ran then. */
async function killedRun(world: InoreaderWorld, round: number): Promise<boolean> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'inoreader-run.ts')], {
    env: { ...process.env, ALT_TEST_RUN: JSON.stringify(world.forChild()) },
    stdio: 'inherit',
  });
  let left = 1 + (round % 5);
  world.inoreader.control.beforeRequest(() => {
    left -= 1;
    if (left === 0) setTimeout(() => child.kill('SIGKILL'), Math.random() * 20);
  });
  const [, signal] = await once(child, 'exit');
  world.inoreader.control.beforeRequest(null);
  await world.arrived();
  return signal === 'SIGKILL';
}
