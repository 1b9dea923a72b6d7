import fc from 'fast-check';
import { expect, test } from 'vitest';
import { selectPassages } from './passages.ts';
import { readQuestion } from './question.ts';

const filler = 'The weather was mild and the harbour quiet that day. ';
const document = (id: number, text: string, title = '', language: string | null = 'en') => ({
  id,
  title,
  language,
  text,
});

test('the passage with the rare words of the question comes first, from wherever it stands in a long text', () => {
  const needle = 'The lighthouse of Vardholm was lit again in October after eleven dark years.';
  const documents = [
    document(1, filler.repeat(60)),
    document(2, `${filler.repeat(80)}${needle} ${filler.repeat(80)}`),
    document(3, 'A lighthouse is a tower with a light. '.repeat(10)),
  ];
  const [first] = selectPassages({ words: ['lighthouse', 'Vardholm', 'lit'], documents });
  expect(first?.articleId).toBe('2');
  expect(first?.text).toContain(needle);
  expect(first?.text.length).toBeLessThanOrEqual(700);
});

test('inflected words are found, and accents and case do not matter', () => {
  const [first] = selectPassages({ words: ['erupting', 'VOLCANO'], documents: [document(1, 'The volcáno erupts. ')] });
  expect(first?.text).toBe('The volcáno erupts.');
});

test('Japanese is searched by its words', () => {
  const text = '市の図書館は四月から夜九時まで開きます。駅前の公園は工事のため閉まっています。'.repeat(12);
  const { words } = readQuestion('図書館は何時まで開いていますか。');
  const passages = selectPassages({ words, documents: [document(1, text, '', 'ja')] });
  expect(words).toContain('図書館');
  expect(passages[0]?.text).toContain('図書館');
});

test('one article does not crowd out the others', () => {
  const documents = [
    document(1, 'Comets are cold. '.repeat(500)),
    document(2, `${filler.repeat(20)} A comet is a ball of ice.`),
  ];
  const passages = selectPassages({ words: ['comet'], documents });
  expect(passages.filter(({ articleId }) => articleId === '1')).toHaveLength(4);
  expect(passages.some(({ articleId }) => articleId === '2')).toBe(true);
});

test('what has none of the words is no passage; where the title alone has them, what begins under it is one', () => {
  const text = `It began at night. ${filler.repeat(40)}`;
  expect(selectPassages({ words: ['comet'], documents: [document(1, text, 'A lamp')] })).toEqual([]);
  const passages = selectPassages({ words: ['comet'], documents: [document(1, text, 'A comet')] });
  expect(passages).toHaveLength(1);
  expect(passages[0]?.text).toMatch(/^It began at night\./);
});

test('a question of stopwords alone is looked for by all its words', () => {
  expect(readQuestion('Who is it?').words.length).toBeGreaterThan(0);
  expect(readQuestion('?!').words).toEqual([]);
});

test('whatever the text, every passage is a piece of it, short enough, and named once', () => {
  const words = fc.constantFrom(
    'comet',
    'moon',
    'ice',
    '月',
    'луна',
    '. ',
    '!',
    '\n\n',
    '😀',
    'a'.repeat(900),
    '\ud800',
  );
  const texts = fc.array(fc.oneof(words, fc.string({ unit: 'grapheme', maxLength: 12 })), { maxLength: 120 });
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 4 }), fc.constantFrom('en', 'ja', 'ru', null), (parts, language) => {
      const documents = parts.map((text, index) => document(index + 1, text.join(' '), '', language));
      const passages = selectPassages({ words: ['comet', 'moon', '月'], documents });
      expect(new Set(passages.map(({ id }) => id)).size).toBe(passages.length);
      for (const { articleId, text } of passages) {
        expect(documents[Number(articleId) - 1]?.text.includes(text)).toBe(true);
        expect(text.length).toBeGreaterThan(0);
        expect(text.length).toBeLessThanOrEqual(700);
      }
    }),
    { numRuns: 150 },
  );
});
