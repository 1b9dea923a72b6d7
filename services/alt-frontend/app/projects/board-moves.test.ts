import { expect, test } from 'vitest';
import { type Column, moved, targetOf } from './board-moves.ts';
import type { ProjectArticle } from './projects-api.ts';

const column = (id: string | null, ...ids: string[]): Column => ({
  id,
  articles: ids.map((pinId) => ({ id: pinId, sectionId: id }) as ProjectArticle),
});
const columns = [column(null, 'a'), column('s1', 'b', 'c', 'd'), column('s2')];
const idsOf = (some: readonly Column[]) => some.map(({ articles }) => articles.map(({ id }) => id).join(''));
const after = (pinId: string, step: Parameters<typeof targetOf>[2]) => {
  const target = targetOf(columns, pinId, step);
  return target && idsOf(moved(columns, pinId, target));
};

test('one step moves an article by one place, or to the section beside its own', () => {
  expect(after('c', 'earlier')).toEqual(['a', 'cbd', '']);
  expect(after('c', 'later')).toEqual(['a', 'bdc', '']);
  expect(after('d', 'earlier')).toEqual(['a', 'bdc', '']);
  expect(after('b', 'next')).toEqual(['a', 'cd', 'b']);
  expect(after('c', 'previous')).toEqual(['ac', 'bd', '']);
});

test('at an edge there is no step', () => {
  expect(after('b', 'earlier')).toBeNull();
  expect(after('d', 'later')).toBeNull();
  expect(after('a', 'previous')).toBeNull();
  expect(after('missing', 'next')).toBeNull();
});

test('an article that moves is in one section alone and says so', () => {
  const [, first, second] = moved(columns, 'b', { sectionId: 's2' });
  expect(first?.articles.map(({ id }) => id)).toEqual(['c', 'd']);
  expect(second?.articles).toEqual([{ id: 'b', sectionId: 's2' }]);
});
