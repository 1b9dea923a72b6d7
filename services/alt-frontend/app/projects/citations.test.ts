import { expect, test } from 'vitest';
import { citationNumbers } from './citations.ts';

test('the same words of the same article have one number wherever they are cited', () => {
  const cited = (articleId: string, quote: string) => ({ articleId, quote, title: '', url: null });
  const parts = [
    { sentences: [{ text: 'One.', citations: [cited('1', 'a'), cited('2', 'a')] }] },
    { sentences: [{ text: 'Two.', citations: [cited('2', 'a'), cited('2', 'b')] }] },
  ];
  expect([...citationNumbers(parts)]).toEqual([
    ['1 a', 1],
    ['2 a', 2],
    ['2 b', 3],
  ]);
});
