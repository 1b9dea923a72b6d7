import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hrefOf, type Place, placeAt } from './place.ts';

const id = fc.integer({ min: 1, max: 2_147_483_647 }).map(String);
const source: fc.Arbitrary<Place['source']> = fc.oneof(
  fc.constantFrom<Place['source']>({ kind: 'all' }, { kind: 'starred' }),
  fc.record({ kind: fc.constantFrom('feed' as const, 'folder' as const), id }),
  fc.record({ kind: fc.constantFrom('label' as const, 'tag' as const), name: fc.string({ minLength: 1 }) }),
  fc.record({
    kind: fc.constant('statistics' as const),
    part: fc.constantFrom('own' as const, 'team' as const, 'platform' as const),
  }),
  fc.record({ kind: fc.constant('recap' as const), period: fc.constantFrom('daily' as const, 'weekly' as const) }),
  fc.record({
    kind: fc.constant('projects' as const),
    path: fc.constantFrom('', 'archived', 'p1', 'p1/brief'),
    text: fc.string({ minLength: 1 }),
  }),
  fc.record({ kind: fc.constant('ask' as const), text: fc.string() }),
  fc.record({
    kind: fc.constant('search' as const),
    text: fc.string(),
    narrowing: fc.record(
      { order: fc.constantFrom('newest', 'oldest'), folder: id, tag: fc.string({ minLength: 1 }) },
      { requiredKeys: [] },
    ),
  }),
);

test('every place has an address, and the address leads back to the place', () => {
  const places = fc.record({
    source,
    isHome: fc.constant(false),
    entryId: fc.option(id, { nil: undefined }),
    panel: fc.option(fc.constantFrom('add', 'feed:12'), { nil: undefined }),
  });
  fc.assert(
    fc.property(places, (place) => {
      const url = new URL(hrefOf(place), 'https://alt.example');
      expect(placeAt(url.pathname, Object.fromEntries(url.searchParams))).toEqual(place);
    }),
  );
});

test('the root shows all articles', () => {
  expect(placeAt('/', {})).toMatchObject({ source: { kind: 'all' }, isHome: true });
  expect(hrefOf({ source: { kind: 'all' }, isHome: true, panel: 'add' })).toBe('/?panel=add');
});
