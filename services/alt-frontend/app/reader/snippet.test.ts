import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromFirstMark } from './snippet.ts';

const part = (text: string, isMarked = false) => ({ text, isMarked });

test('a snippet begins with whole words shortly before what was found', () => {
  const parts = [
    part('For thirty years the harbour master wrote the '),
    part('tide', true),
    part(' tables in pencil.'),
  ];
  expect(fromFirstMark(parts)).toEqual([part('… master wrote the '), ...parts.slice(1)]);
  const japanese = [part('港の管理人は三十年のあいだ鉛筆で'), part('潮', true), part('の表を書いた。')];
  expect(fromFirstMark(japanese)).toEqual([part('… 人は三十年のあいだ鉛筆で'), ...japanese.slice(1)]);
});

test('what begins near enough, or has no mark, stays as it is', () => {
  for (const parts of [
    [],
    [part('tide', true)],
    [part('The '), part('tide', true)],
    [part('Nothing was found here at all.')],
  ]) {
    expect(fromFirstMark(parts)).toEqual(parts);
  }
});

test('nothing from the first mark on changes, and what stands before it is short', () => {
  const anyPart = fc.record({ text: fc.string({ minLength: 1, unit: 'grapheme' }), isMarked: fc.boolean() });
  fc.assert(
    fc.property(fc.array(anyPart, { minLength: 1 }), (parts) => {
      const made = fromFirstMark(parts);
      expect(made.slice(1)).toEqual(parts.slice(1));
      if (!made[0]?.isMarked && made.length > 1) expect([...(made[0]?.text ?? '')].length).toBeLessThanOrEqual(26);
    }),
  );
});
