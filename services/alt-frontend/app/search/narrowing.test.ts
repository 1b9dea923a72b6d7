import { parseQuery } from '@alt/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type NarrowingNames, queryOf } from './narrowing.ts';

const names = (...titles: string[]) =>
  ({
    subscriptions: titles.map((title, index) => ({ id: `${index + 1}`, title, feed: { id: `${index + 101}` } })),
    folders: [{ id: '7', name: 'The "sea"' }],
  }) as unknown as NarrowingNames;

test('a search narrowed by any name is understood when it is kept, with one condition more', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 40 }), (title) => {
      fc.pre(/[a-z]/i.test(title));
      const known = names(title);
      for (const [narrowing, kind] of [
        [{ subscription: '1' }, 'feed'],
        [{ feed: '101' }, 'feed'],
        [{ tag: title }, 'tag'],
        [{ folder: '7' }, 'folder'],
      ] as const) {
        const { query, errors } = parseQuery(queryOf('tide OR table', narrowing, known));
        expect(errors).toEqual([]);
        expect(query?.root).toMatchObject({ kind: 'and', parts: [{ kind: 'or' }, { kind }] });
      }
    }),
  );
});

test('a day is from its beginning to that of the next one, over the end of a year too', () => {
  expect(queryOf('tide', { day: '2026-12-31', language: 'und', order: 'newest' }, names())).toBe(
    'tide lang:und after:2026-12-31 before:2027-01-01',
  );
});

test('a feed whose title other titles have in them is named by its number and nothing else', () => {
  const known = names('News', 'Bread', 'Evening news');
  expect(queryOf('tide', { feed: '102' }, known)).toBe('tide feed:"Bread"');
  expect(queryOf('tide', { subscription: '1' }, known)).toBe('tide feed:#101');
  expect(queryOf('猫', {}, known)).toBe('猫');
});
