import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseTags, type OfferedPhrase, TAGS_AN_ARTICLE, type Vocabulary, type VocabularyTag } from './vocabulary.ts';

function createVocabulary(size: number, known: Partial<VocabularyTag>[] = []): Vocabulary<VocabularyTag> {
  const tags = new Map<string, VocabularyTag>();
  for (const tag of known) {
    const name = tag.name ?? '';
    tags.set(name, { id: tags.size + 1, name, isHidden: false, isPromoted: false, ...tag });
  }
  const vocabulary: Vocabulary<VocabularyTag> = {
    size: size + tags.size,
    find: (names) => names.map((name) => tags.get(name)).find((tag) => tag !== undefined) ?? null,
    create({ phrase, names }) {
      const tag = { id: null, name: phrase, isHidden: false, isPromoted: false };
      for (const name of names) tags.set(name, tag);
      vocabulary.size += 1;
      return tag;
    },
  };
  return vocabulary;
}

const offer = (phrase: string, score: number, support = 1): OfferedPhrase => ({
  phrase,
  score,
  support,
  names: [phrase],
});
const namesOf = (offers: OfferedPhrase[], vocabulary: Vocabulary<VocabularyTag>) =>
  chooseTags(offers, vocabulary).map(({ tag }) => tag.name);

test('what the vocabulary has goes before a new phrase of the same weight', () => {
  const vocabulary = createVocabulary(0, [{ name: 'known' }]);
  expect(namesOf([offer('new', 0.9), offer('known', 0.85)], vocabulary)).toEqual(['known', 'new']);
});

test('a promoted tag is preferred, a hidden one takes only a place that is left', () => {
  const vocabulary = createVocabulary(0, [
    { name: 'dear', isPromoted: true },
    { name: 'plain' },
    { name: 'out', isHidden: true },
  ]);
  expect(namesOf([offer('out', 1), offer('plain', 0.8), offer('dear', 0.7)], vocabulary)).toEqual([
    'dear',
    'plain',
    'out',
  ]);
});

test('in a large vocabulary only a phrase that many articles have becomes a tag', () => {
  const offers = [offer('rare', 1, 1), offer('frequent', 0.5, 100)];
  expect(namesOf(offers, createVocabulary(2_000, [{ name: 'old' }]))).toEqual(['frequent']);
  expect(namesOf(offers, createVocabulary(4_000))).toEqual([]);
});

test('an article that would have no tag gets its best phrase while there is room', () => {
  expect(namesOf([offer('only', 1), offer('other', 0.9)], createVocabulary(700))).toEqual(['only']);
});

test('numbers, letters and sentences become no tags', () => {
  const offers = [
    offer('2026', 1, 50),
    offer('x', 1, 50),
    offer('a phrase that goes on and on and on and on and on', 1, 50),
  ];
  expect(namesOf(offers, createVocabulary(0))).toEqual([]);
});

test('an article never has more than eight tags, each once', () => {
  const offers = fc.array(
    fc.record({
      phrase: fc.constantFrom(...'abcdefghijklmnop').map((letter) => letter.repeat(3)),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(offers, fc.nat(5_000), (phrases, size) => {
      const names = namesOf(
        phrases.map(({ phrase, score }) => offer(phrase, score, 20)),
        createVocabulary(size, [{ name: 'aaa' }]),
      );
      expect(names.length).toBeLessThanOrEqual(TAGS_AN_ARTICLE);
      expect(new Set(names).size).toBe(names.length);
    }),
  );
});
