import { expect, test } from 'vitest';
import { withArrivals } from '../data/live.ts';
import { importProgress } from '../subscriptions/import-progress.ts';
import { neighbour } from './neighbour.ts';
import { playableUrl, playerOfPage } from './player-hosts.ts';
import { shortcutOf } from './shortcuts.ts';
import { newCountOf } from './source-facts.ts';
import { guessLanguage } from './text-language.ts';

const press = (key: string, code: string, shiftKey = false) => ({ key, code, shiftKey });

test('shortcuts lie on the same keys under a Russian layout', () => {
  expect(shortcutOf(press('j', 'KeyJ'), false)).toBe('next');
  expect(shortcutOf(press('о', 'KeyJ'), false)).toBe('next');
  expect(shortcutOf(press('Ф', 'KeyA', true), false)).toBe('markAllRead');
  expect(shortcutOf(press('?', 'Slash', true), false)).toBe('help');
});

test('after g the next key is a destination', () => {
  expect(shortcutOf(press('s', 'KeyS'), true)).toBe('goStarred');
  expect(shortcutOf(press('s', 'KeyS'), false)).toBe('toggleStar');
  expect(shortcutOf(press('j', 'KeyJ'), true)).toBeNull();
});

test('only https on known hosts may be framed', () => {
  expect(playableUrl('https://player.vimeo.com/video/1')?.hostname).toBe('player.vimeo.com');
  for (const address of ['http://player.vimeo.com/video/1', 'https://evil.example/', 'javascript:alert(1)', '', null]) {
    expect(playableUrl(address)).toBeNull();
  }
});

test('video pages lead to their player', () => {
  const player = 'https://www.youtube-nocookie.com/embed/abcdefghijk';
  for (const address of [
    'https://www.youtube.com/watch?v=abcdefghijk',
    'https://youtu.be/abcdefghijk',
    'https://m.youtube.com/shorts/abcdefghijk',
  ]) {
    expect(playerOfPage(address)?.href).toBe(player);
  }
  expect(playerOfPage('https://vimeo.com/12345')?.href).toBe('https://player.vimeo.com/video/12345?dnt=1');
  expect(playerOfPage('https://example.org/watch?v=abcdefghijk')).toBeNull();
});

test('a text’s language is guessed where its script tells', () => {
  expect(guessLanguage('雨の日の図書館で読む')).toBe('ja');
  expect(guessLanguage('北京大学图书馆')).toBe('zh');
  expect(guessLanguage('오늘의 뉴스')).toBe('ko');
  expect(guessLanguage('Это было утром')).toBe('ru');
  expect(guessLanguage('Це було в Києві')).toBe('uk');
  expect(guessLanguage('Plain English')).toBeUndefined();
});

test('arrivals count what is new and unread, by feed, and for a folder with those inside it', () => {
  const item = (id: string, feedId: string, isNew = true) => ({
    ...{ id, feedId, isNew },
    ...{ read: false, starred: false, labels: [] },
  });
  const none = new Map<string, string>();
  expect(withArrivals(none, [item('1', '1', false)])).toBe(none);
  const arrived = withArrivals(none, [item('1', '1'), item('2', '1'), item('3', '2'), item('1', '1')]);
  const folders = [
    { id: '5', name: 'a', parentId: null, isShared: false, isLeft: false },
    { id: '6', name: 'b', parentId: '5', isShared: false, isLeft: false },
  ];
  const subscriptions = [{ id: '9', feed: { id: '1' }, folderIds: ['6'] }] as unknown as Parameters<
    typeof newCountOf
  >[2];
  expect(newCountOf({ kind: 'all' }, arrived, subscriptions, folders)).toBe(3);
  expect(newCountOf({ kind: 'feed', id: '9' }, arrived, subscriptions, folders)).toBe(2);
  expect(newCountOf({ kind: 'folder', id: '5' }, arrived, subscriptions, folders)).toBe(2);
  expect(newCountOf({ kind: 'starred' }, arrived, subscriptions, folders)).toBe(0);
  const folded = withArrivals(arrived, [], ['2', '77']);
  expect(newCountOf({ kind: 'feed', id: '9' }, folded, subscriptions, folders)).toBe(1);
  expect(withArrivals(folded, [], ['2'])).toBe(folded);
});

test('an article that is not in the list has no neighbours; without a place the first is next', () => {
  expect(neighbour(['a', 'b', 'c'], 'b', 1)).toBe('c');
  expect(neighbour(['a', 'b', 'c'], 'c', 1)).toBeUndefined();
  expect(neighbour(['a', 'b', 'c'], 'elsewhere', 1)).toBeUndefined();
  expect(neighbour(['a', 'b', 'c'], null, 1)).toBe('a');
});

test('an import’s progress counts only what it brought', () => {
  const subscription = (id: string, state: string) =>
    ({ id, status: { state } }) as Parameters<typeof importProgress>[0][number];
  const all = [
    subscription('1', 'failing'),
    subscription('2', 'ok'),
    subscription('3', 'failing'),
    subscription('4', 'pending'),
  ];
  expect(importProgress(all, new Set(['1']))).toEqual({ done: 2, total: 3, inTrouble: 1 });
});
