import { expect, test } from 'vitest';
import type { Translate } from '../language/catalogue.ts';
import { en } from '../language/en.ts';
import { ApiProblem, problemMessage } from './problem.ts';

const t: Translate = ((key: keyof typeof en) => en[key] ?? key) as unknown as Translate;

test('a name that is taken is told as that; other conflicts as a change from elsewhere', () => {
  const conflictAt = (path: string) => problemMessage(new ApiProblem(409, { code: 'conflict' }, path), t);
  for (const path of ['/v1/saved-searches', '/v1/folders/3', '/v1/labels/winter', '/v1/tags/tide']) {
    expect(conflictAt(path)).toBe(en['problem.name-taken']);
  }
  for (const path of ['/v1/settings', '/v1/subscriptions/1', '/v1/tags/merge', '/v1/tags/proposals/dismiss']) {
    expect(conflictAt(path)).toBe(en['problem.conflict']);
  }
});

test('an outage of search has a sentence in every language, and an unknown code the server’s own', () => {
  expect(problemMessage(new ApiProblem(503, { code: 'search-unavailable' }), t)).toBe(en['problem.search-unavailable']);
  expect(problemMessage(new ApiProblem(418, { code: 'teapot', detail: 'Short and stout.' }), t)).toBe(
    'Short and stout.',
  );
});
