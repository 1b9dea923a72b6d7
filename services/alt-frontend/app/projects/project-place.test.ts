import { expect, test } from 'vitest';
import { parseProjectPath, projectPlace, projectsPlace } from './project-place.ts';

const pathOf = ({ source }: ReturnType<typeof projectPlace>) => (source.kind === 'projects' ? source.path : '');

test('the address of a project says which part of it is shown, and unknown parts are its first page', () => {
  expect(parseProjectPath(pathOf(projectPlace('p1', 'board')))).toMatchObject({ id: 'p1', part: 'board' });
  expect(parseProjectPath(pathOf(projectPlace('p1')))).toMatchObject({ id: 'p1', part: 'overview' });
  expect(parseProjectPath('p1/nonsense')).toMatchObject({ id: 'p1', part: 'overview' });
  expect(parseProjectPath('p1/versions/2-5')).toMatchObject({ id: 'p1', part: 'versions', rest: '2-5' });
});

test('lists of projects are by where they stand', () => {
  expect(parseProjectPath('')).toMatchObject({ id: null, standing: 'active' });
  expect(parseProjectPath(pathOf(projectsPlace('archived')))).toMatchObject({ id: null, standing: 'archived' });
});
