import { describe, expect, test } from 'vitest';
import { canonicalAddress } from './address.ts';
import { keysOf } from './keys.ts';
import { type LabelledPair, labelledPairs } from './labelled/pairs.ts';
import { profileOf } from './profile.ts';
import { sameStory } from './same-story.ts';
import { hasConflict, readTitle, titleSimilarity } from './titles.ts';

const pairs = labelledPairs();
const LEAST_PRECISION = 0.98;
/** All copies but those that were rewritten from beginning to end, which no shared words give away. */
const LEAST_RECALL = 0.9;

const matches = new Map(pairs.map((pair) => [pair, sameStory(profileOf(pair.a), profileOf(pair.b), pair.evidence)]));

function precisionOf(some: LabelledPair[]): number {
  const matched = some.filter((pair) => matches.get(pair));
  return matched.filter(({ isSame }) => isSame).length / matched.length;
}

test('there are at least 300 labelled pairs, each kind in its own words, half of them the same story', () => {
  expect(pairs.length).toBeGreaterThanOrEqual(300);
  const same = pairs.filter(({ isSame }) => isSame).length / pairs.length;
  expect(same).toBeGreaterThan(0.4);
  expect(same).toBeLessThan(0.6);
});

describe.each(['en', 'ja', 'ru'] as const)('of the labelled pairs in %s', (language) => {
  test.each(['tuning', 'other'] as const)('what is taken for one story is one (%s half)', (half) => {
    const some = pairs.filter((pair) => pair.language === language && pair.half === half);
    expect(precisionOf(some)).toBeGreaterThanOrEqual(LEAST_PRECISION);
  });

  test('copies, shortened, edited and teased, are found', () => {
    const copies = pairs.filter(
      (pair) => pair.language === language && pair.isSame && !pair.kind.startsWith('rewritten from'),
    );
    const found = copies.filter((pair) => matches.get(pair));
    expect(found.length / copies.length).toBeGreaterThanOrEqual(LEAST_RECALL);
  });
});

test('whatever is one story shares keys, so that it is looked at', () => {
  for (const [pair, match] of matches) {
    if (!match) continue;
    const keys = new Set(keysOf(profileOf(pair.a)).map(({ key }) => key));
    const shared = keysOf(profileOf(pair.b)).filter(({ key }) => keys.has(key));
    const isStrong = shared.some(({ kind }) => kind === 'url' || kind === 'title');
    expect(isStrong || shared.length >= 2, pair.kind).toBe(true);
  }
});

test('which of two comes first makes no difference', () => {
  for (const { a, b, evidence } of pairs) {
    const [first, second] = [profileOf(a), profileOf(b)];
    const [there, back] = [sameStory(first, second, evidence), sameStory(second, first, evidence)];
    expect(back).toEqual(there);
  }
});

describe('an address', () => {
  test.each([
    'http://www.one.example/a/story',
    'https://one.example/a/story/',
    'https://m.one.example/a/story?utm_source=rss&utm_medium=feed',
    'https://one.example/a/story/amp',
    'https://one.example/a/story/index.html?fbclid=abc#comments',
    'https://one.example/a/story?ref=front&source=rss#:~:text=word',
  ])('%s is that of the same page', (address) => {
    expect(canonicalAddress(address)).toBe(canonicalAddress('https://one.example/a/story'));
  });

  test.each([
    'https://one.example/a/story?id=2',
    'https://one.example/a/story/2',
    'https://one.example/a/story#v1.3',
    'https://two.example/a/story',
    'https://one.example:8080/a/story',
    'https://mone.example/a/story',
  ])('%s is that of another page', (address) => {
    expect(canonicalAddress(address)).not.toBe(canonicalAddress('https://one.example/a/story'));
  });

  test.each([
    null,
    '',
    'no address',
    'mailto:a@one.example',
    'https://one.example',
    'https://www.one.example/?utm_source=x',
  ])('%s says nothing of an article', (address) => {
    expect(canonicalAddress(address)).toBeNull();
  });
});

describe('two titles', () => {
  test.each([
    ['en', 'Quillbase 1.2 released', 'Quillbase 1.3 released'],
    ['en', 'The radio course, part 1', 'The radio course, part 2'],
    ['en', 'Notes from Monday', 'Notes from Tuesday'],
    ['en', 'Rocky XI: a review', 'Rocky XII: a review'],
    ['en', 'Podcast #512: bees', 'Podcast #513: wasps'],
    ['ja', 'ラジオを作る（上）', 'ラジオを作る（下）'],
    ['ja', '庭しごと 第十二回', '庭しごと 第十三回'],
    ['ru', 'Итоги среды в городе', 'Итоги четверга в городе'],
    ['ru', 'Погода на июль', 'Погода на август'],
  ])('of a series name different issues (%s)', (language, first, second) => {
    expect(hasConflict(readTitle(first, language), readTitle(second, language))).toBe(true);
    expect(hasConflict(readTitle(first, language), readTitle(first, language))).toBe(false);
  });

  test.each([
    ['Marlowe closes harbour bridge | The Evening Lantern', 'Marlowe closes harbour bridge'],
    ['UPDATE 2-Marlowe closes harbour bridge', 'Marlowe closes harbour bridge'],
    ['Breaking: Marlowe closes the harbour bridge', 'Marlowe closes harbour bridge — Lantern'],
  ])('are equal without what editors and sites add', (first, second) => {
    expect(titleSimilarity(readTitle(first, 'en'), readTitle(second, 'en'))).toBe(1);
  });
});
