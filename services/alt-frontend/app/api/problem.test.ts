import { expect, test } from 'vitest';
import type { Translate } from '../language/catalogue.ts';
import { en } from '../language/en.ts';
import { ApiProblem, problemMessage } from './problem.ts';

const t: Translate = ((key: keyof typeof en) => en[key] ?? key) as unknown as Translate;

test('a name that is taken is told as that, any other conflict as a change from elsewhere', () => {
  expect(problemMessage(new ApiProblem(409, { code: 'name-taken' }), t)).toBe(en['problem.name-taken']);
  expect(problemMessage(new ApiProblem(409, { code: 'conflict' }), t)).toBe(en['problem.conflict']);
});

test('an outage of search has a sentence in every language, and an unknown code the server’s own', () => {
  expect(problemMessage(new ApiProblem(503, { code: 'search-unavailable' }), t)).toBe(en['problem.search-unavailable']);
  expect(problemMessage(new ApiProblem(418, { code: 'teapot', detail: 'Short and stout.' }), t)).toBe(
    'Short and stout.',
  );
});
