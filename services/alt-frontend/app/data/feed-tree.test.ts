import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Folder, Subscription } from '../api/api.ts';
import { feedTree, folderChoices } from './feed-tree.ts';

const folder = (id: string, name: string, parentId: string | null = null): Folder => ({
  id,
  name,
  parentId,
  isShared: false,
  isLeft: false,
});

const feed = (id: string, title: string, folderIds: string[] = []): Subscription => ({
  id,
  feed: { id, url: `https://example.org/${id}`, siteUrl: null, title, format: null },
  title,
  isShared: false,
  folderIds,
  unreadCount: 0,
  fullText: false,
  summaries: true,
  autoFullText: true,
  selectors: null,
  status: { state: 'ok', lastCheckedAt: null, lastSuccessAt: null, nextPollAt: null, error: null, message: '' },
});

const shown = (lines: ReturnType<typeof feedTree>) =>
  lines.map(
    (line) => `${'-'.repeat(line.depth)}${line.kind === 'folder' ? line.folder.name : line.subscription.title}`,
  );

test('folders come first, then feeds, each by name as the language sorts them', () => {
  const lines = feedTree(
    [folder('1', 'b'), folder('2', 'A'), folder('3', 'inside', '1')],
    [feed('1', 'Zebra'), feed('2', 'apple'), feed('3', 'Feed 10', ['3']), feed('4', 'Feed 9', ['3'])],
    new Set(),
    'en',
  );
  expect(shown(lines)).toEqual(['A', 'b', '-inside', '--Feed 9', '--Feed 10', 'apple', 'Zebra']);
});

test('a closed folder hides what is in it; a feed in two folders stands in both', () => {
  const folders = [folder('1', 'one'), folder('2', 'two')];
  const feeds = [feed('1', 'both', ['1', '2'])];
  expect(shown(feedTree(folders, feeds, new Set(['1']), 'en'))).toEqual(['one', 'two', '-both']);
});

test('no feed is ever lost, whatever the folders say', () => {
  const ids = fc.constantFrom('1', '2', '3', '4');
  const folders = fc.uniqueArray(
    fc.record({
      id: ids,
      name: fc.string(),
      parentId: fc.constant(null),
      isShared: fc.constant(false),
      isLeft: fc.constant(false),
    }),
    {
      selector: ({ id }) => id,
    },
  );
  fc.assert(
    fc.property(folders, fc.array(fc.tuple(fc.string(), fc.array(ids))), (some, titles) => {
      const feeds = titles.map(([title, folderIds], index) => feed(String(index), title, folderIds));
      const lines = feedTree(some, feeds, new Set(), 'en');
      const seen = new Set(lines.flatMap((line) => (line.kind === 'feed' ? [line.subscription.id] : [])));
      expect(seen.size).toBe(feeds.length);
    }),
  );
});

test('a folder can be moved anywhere but into itself', () => {
  const folders = [folder('1', 'a'), folder('2', 'b', '1'), folder('3', 'c', '2'), folder('4', 'd')];
  expect(folderChoices(folders, 'en', '1').map((choice) => choice.folder.name)).toEqual(['d']);
});
