import { expect, test } from 'vitest';
import type { Entry } from '../api/api.ts';
import { changeInPages, countChange, type EntryPages } from './entry-cache.ts';

const entry = (id: string): Entry => ({
  id,
  title: id,
  url: null,
  author: null,
  publishedAt: null,
  receivedAt: '2026-01-01T00:00:00Z',
  feed: { id: '1', title: 'feed' },
  excerpt: '',
  imageUrl: null,
  read: false,
  starred: false,
  labels: [],
  tags: [],
  summary: { state: 'none', text: null, language: null, engine: null, note: null, reason: null },
  alsoIn: [],
});

const pages: EntryPages = {
  pages: [
    { items: [entry('1'), entry('2')], nextCursor: 'x' },
    { items: [entry('3')], nextCursor: null },
  ],
  pageParams: [undefined, 'x'],
};

test('a change touches one entry of one page and leaves every other object as it was', () => {
  const after = changeInPages(pages, '3', { read: true });
  expect(after.pages[1]?.items[0]).toMatchObject({ id: '3', read: true, starred: false });
  expect(after.pages[0]).toBe(pages.pages[0]);
  expect(pages.pages[1]?.items[0]?.read).toBe(false);
});

test('what changes nothing gives the same pages back, so that nothing renders', () => {
  expect(changeInPages(pages, '3', { read: false })).toBe(pages);
  expect(changeInPages(pages, '99', { read: true })).toBe(pages);
});

test('counters follow a change in the feed and in every folder around it, and never go below zero', () => {
  const counters = { unread: 1, starred: 0, bySubscription: { '7': 1 }, byFolder: { '1': 0, '2': 1 } };
  const place = { subscriptionId: '7', folderIds: ['1', '2'] };
  const before = { read: false, starred: false };
  expect(countChange(counters, before, { read: true, starred: true }, place)).toEqual({
    unread: 0,
    starred: 1,
    bySubscription: { '7': 0 },
    byFolder: { '1': 0, '2': 0 },
  });
  expect(countChange(counters, before, { read: false }, place)).toBe(counters);
});
