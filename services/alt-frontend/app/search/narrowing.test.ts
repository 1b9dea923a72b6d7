import { parseQuery } from '@alt/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { narrowed } from './narrowing.ts';

const facet = fc.constantFrom('feed' as const, 'tag' as const);

test('a query narrowed by any name is understood, with one condition more', () => {
  fc.assert(
    fc.property(facet, fc.string({ minLength: 1, maxLength: 40 }), (name, title) => {
      fc.pre(/[a-z]/i.test(title));
      const { query, errors } = parseQuery(narrowed('tide OR table', name, { value: title, title }));
      expect(errors).toEqual([]);
      expect(query?.root).toMatchObject({ kind: 'and', parts: [{ kind: 'or' }, { kind: name }] });
    }),
  );
});

test('a day is from its beginning to that of the next one, over the end of a year too', () => {
  expect(narrowed('tide', 'day', { value: '2026-12-31', title: '2026-12-31' })).toBe(
    'tide after:2026-12-31 before:2027-01-01',
  );
  expect(narrowed('tide', 'language', { value: 'und', title: 'und' })).toBe('tide lang:und');
});

test('several words become one choice, since a condition beside words requires them all', () => {
  const tag = { value: 'bread', title: 'bread' };
  expect(narrowed('tide table', 'tag', tag)).toBe('(tide OR table) tag:"bread"');
  for (const query of ['tide', '"tide table"', 'tide -table', 'tide OR table', 'is:unread tide', 'tide*']) {
    expect(narrowed(query, 'tag', tag)).toBe(`${query} tag:"bread"`);
  }
});

test('a feed whose title other titles have in them is named by its number', () => {
  const feed = { value: '12', title: 'News' };
  expect(narrowed('tide', 'feed', feed, ['News', 'Bread'])).toBe('tide feed:"News"');
  expect(narrowed('tide', 'feed', feed, ['News', 'Evening news'])).toBe('tide feed:12');
});
