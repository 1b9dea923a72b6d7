import { expect, test } from 'vitest';
import { folded } from './activity-lines.ts';
import type { ProjectEvent } from './projects-api.ts';

const ada = { id: 'a', name: 'Ada' };
const event = (id: string, kind: string, minute: number, count: number, actor = ada): ProjectEvent => ({
  id,
  kind,
  actor,
  subject: { count },
  at: new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString(),
});

test('what somebody does to articles in a row within an hour is one line with all of them counted', () => {
  const bo = { id: 'b', name: 'Bo' };
  const lines = folded([
    event('6', 'articles-moved', 50, 1),
    event('5', 'articles-moved', 49, 2),
    event('4', 'articles-pinned', 48, 1),
    event('3', 'articles-pinned', 47, 1, bo),
    event('2', 'note-created', 46, 0),
    event('1', 'note-created', 45, 0),
  ]);
  expect(lines.map(({ id, subject }) => [id, subject.count])).toEqual([
    ['6', 3],
    ['4', 1],
    ['3', 1],
    ['2', 0],
    ['1', 0],
  ]);
  expect(folded([event('2', 'articles-moved', 120, 1), event('1', 'articles-moved', 0, 1)])).toHaveLength(2);
});
