import { expect, test } from 'vitest';
import { spansOf } from './quote-places.ts';

const bare = (text: string) => ({ text: text.replaceAll(' ', '') });
const quote = (words: string, prefix = '', suffix = '') => ({ quote: words, prefix, suffix });

test('a quote is found whatever the blanks, and not where its words are not', () => {
  const [found, lost] = spansOf(bare('The sea comes and goes.'), [quote('sea\n comes'), quote('the moon')]);
  expect(found).toEqual({ start: 3, end: 11 });
  expect(lost).toBeNull();
  expect(spansOf(bare('text'), [quote('  ')])).toEqual([null]);
});

test('of equal words those are meant that stand where they stood, also where the text around them has grown', () => {
  const text = 'High tide at noon. Later: low tide at noon. At last: no tide at noon.';
  const [second] = spansOf(bare(text), [quote('tide at noon', 'Later: low ', '. At')]);
  expect(second?.start).toBe('Hightideatnoon.Later:low'.length);
  const [third] = spansOf(bare(`A new beginning. ${text}`), [quote('tide at noon', 'At last: no ')]);
  expect(third?.end).toBe(bare(`A new beginning. ${text}`).text.length - 1);
  const [first] = spansOf(bare(text), [quote('tide at noon')]);
  expect(first?.start).toBe(4);
});

test('a letter is the same in either of its written forms', () => {
  expect(spansOf({ text: 'cafe\u0301noir' }, [quote('caf\u00e9')])).toEqual([{ start: 0, end: 5 }]);
});
