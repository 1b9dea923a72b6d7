import { expect, test } from 'vitest';
import { mentionedIn, nameAt, peopleNamed, withName } from './mentions.ts';

const people = ['Ada', 'Bo', 'Bo Lindqvist', '佐藤'].map((name, index) => ({ id: String(index), name }));
const names = (found: ReadonlyArray<{ name: string }>) => found.map(({ name }) => name);

test('a name is being written behind an @ that begins a word, and nowhere else', () => {
  expect(nameAt('ask @bo', 7)).toEqual({ start: 4, word: 'bo' });
  expect(nameAt('@', 1)).toEqual({ start: 0, word: '' });
  expect(nameAt('「@佐', 3)).toEqual({ start: 1, word: '佐' });
  expect(nameAt('ada@example.org', 7)).toBeNull();
  expect(nameAt('@bo and', 7)).toBeNull();
});

test('names are found by the beginning of any of their parts', () => {
  expect(names(peopleNamed(people, 'b'))).toEqual(['Bo', 'Bo Lindqvist']);
  expect(names(peopleNamed(people, 'LIND'))).toEqual(['Bo Lindqvist']);
  expect(names(peopleNamed(people, ''))).toHaveLength(4);
});

test('a chosen name takes the place of what was typed, and the caret stands behind it', () => {
  expect(withName('ask @bo today', { start: 4, word: 'bo' }, 'Bo Lindqvist')).toEqual({
    text: 'ask @Bo Lindqvist today',
    caret: 18,
  });
});

test('the longest name that fits is the one who is mentioned', () => {
  expect(names(mentionedIn('@Bo Lindqvist and @Ada', people))).toEqual(['Ada', 'Bo Lindqvist']);
  expect(names(mentionedIn('@Bo, look', people))).toEqual(['Bo']);
  expect(mentionedIn('Bo and Ada', people)).toEqual([]);
});
