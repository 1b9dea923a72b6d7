import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  agreedAfter,
  type ItemState,
  isMassRemoval,
  isSameSet,
  marksToWrite,
  mergeFeed,
  mergeItem,
} from './merging.ts';

const labels = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'));
const state: fc.Arbitrary<ItemState> = fc.record({ isRead: fc.boolean(), isStarred: fc.boolean(), labels });

function isSame(one: ItemState, other: ItemState): boolean {
  return one.isRead === other.isRead && one.isStarred === other.isStarred && isSameSet(one.labels, other.labels);
}

describe('marks of an article', () => {
  test('a change on one side alone is carried over, and an unchanged pair stays', () => {
    fc.assert(
      fc.property(state, state, (agreed, changed) => {
        expect(isSame(mergeItem(agreed, changed, agreed), changed)).toBe(true);
        expect(isSame(mergeItem(agreed, agreed, changed), changed)).toBe(true);
      }),
    );
  });

  test('it does not matter which side is which', () => {
    fc.assert(
      fc.property(fc.option(state), state, state, (agreed, local, remote) => {
        expect(isSame(mergeItem(agreed, local, remote), mergeItem(agreed, remote, local))).toBe(true);
      }),
    );
  });

  test('first contact keeps every star and label of both, and what was read on either side', () => {
    fc.assert(
      fc.property(state, state, (local, remote) => {
        const merged = mergeItem(null, local, remote);
        expect(merged.isStarred).toBe(local.isStarred || remote.isStarred);
        expect(merged.isRead).toBe(local.isRead || remote.isRead);
        expect([...local.labels, ...remote.labels].every((name) => merged.labels.includes(name))).toBe(true);
      }),
    );
  });

  test('a merge that is repeated before Inoreader heard of it comes to the same, and asks for the same marks', () => {
    fc.assert(
      fc.property(fc.option(state), state, state, (agreed, local, remote) => {
        const target = mergeItem(agreed, local, remote);
        const next = agreedAfter(agreed, target, remote);
        expect(isSame(mergeItem(next, target, remote), target)).toBe(true);
        expect(isSame(agreedAfter(next, target, target), target)).toBe(true);
        const { add, remove } = marksToWrite(target, remote);
        expect(add.length + remove.length === 0).toBe(isSame(target, remote));
      }),
    );
  });

  test('what the reader takes back before Inoreader heard of it leaves nothing to write', () => {
    fc.assert(
      fc.property(state, state, (agreed, local) => {
        const target = mergeItem(agreed, local, agreed);
        const next = agreedAfter(agreed, target, agreed);
        expect(isSame(mergeItem(next, agreed, agreed), agreed)).toBe(true);
      }),
    );
  });
});

describe('subscriptions', () => {
  const feed = { title: null, folders: [] };
  const agreed = { localTitle: null, remoteTitle: 'T', folders: [] };

  test('a new one comes to the other side, and one that went goes there too', () => {
    expect(mergeFeed(null, feed, null).kind).toBe('follow-there');
    expect(mergeFeed(null, null, feed).kind).toBe('follow-here');
    expect(mergeFeed(agreed, feed, null).kind).toBe('leave-here');
    expect(mergeFeed(agreed, null, feed).kind).toBe('leave-there');
    expect(mergeFeed(agreed, null, null).kind).toBe('forget');
  });

  test('folders of both sides meet; of two new titles the one given in Alt counts', () => {
    const base = { localTitle: null, remoteTitle: 'T', folders: ['x', 'y'] };
    const merge = mergeFeed(
      base,
      { title: 'Mine', folders: ['x', 'new'] },
      { title: 'Theirs', folders: ['x', 'y', 'z'] },
    );
    expect(merge).toEqual({
      kind: 'keep',
      local: { title: 'Mine', folders: ['new', 'x', 'z'] },
      remote: { title: 'Mine', folders: ['new', 'x', 'z'] },
    });
  });

  test('the title of the feed itself is nobody’s choice', () => {
    expect(mergeFeed(null, feed, { title: 'From the feed', folders: [] })).toEqual({
      kind: 'keep',
      local: { title: null, folders: [] },
      remote: { title: 'From the feed', folders: [] },
    });
  });

  test('a few may go at once; more than half of five or more may not', () => {
    expect([isMassRemoval(5, 5), isMassRemoval(100, 51), isMassRemoval(8, 5)]).toEqual([true, true, true]);
    expect([isMassRemoval(4, 4), isMassRemoval(100, 50), isMassRemoval(9, 4)]).toEqual([false, false, false]);
  });
});
