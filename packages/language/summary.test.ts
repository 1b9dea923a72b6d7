import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { summarizeText } from './summary.ts';

const STORY = [
  'The river flooded the old town of Marl on Sunday.',
  'Rescuers brought two hundred people of the old town to safety in boats.',
  'The bakery at the corner is known for its rolls.',
  'The river rose by three metres in the night, the mayor of Marl said.',
  'The mayor said that the river had flooded the old town of Marl on Sunday.',
  'Rescuers stay in the town until the river falls.',
].join(' ');

describe('a summary', () => {
  test('has the sentences that tell most, in the order of the text', () => {
    const summary = summarizeText({ text: STORY, language: 'en', title: 'Flood in Marl' }, { maximumSentences: 3 });
    expect(summary[0]?.text).toBe('The river flooded the old town of Marl on Sunday.');
    expect(summary.map(({ text }) => text)).not.toContain('The bakery at the corner is known for its rolls.');
    const starts = summary.map(({ start }) => start);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });

  test('does not say the same twice', () => {
    const summary = summarizeText({ text: STORY, language: 'en' }, { maximumSentences: 2 }).map(({ text }) => text);
    expect(summary.filter((text) => text.includes('flooded'))).toHaveLength(1);
  });

  test('follows the title where the text is about several things', () => {
    const text =
      'Much was sold. Apples grow on old trees here. Old apples grow sweet. Pears ripen near young walls. Young pears ripen late.';
    const about = (title: string) =>
      summarizeText({ text, language: 'en', title }, { maximumSentences: 1 }).map((sentence) => sentence.text);
    expect(about('When apples grow')[0]).toMatch(/apples/i);
    expect(about('When pears ripen')[0]).toMatch(/pears/i);
  });

  test('takes no more sentences, and hardly more words, than asked for', () => {
    expect(summarizeText({ text: STORY, language: 'en' }, { maximumSentences: 99 })).toHaveLength(6);
    const few = summarizeText({ text: STORY, language: 'en' }, { maximumSentences: 99, maximumWords: 12 });
    expect(few.length).toBeLessThan(3);
  });

  test.each(['', '   \n', '— * — 🙂', '。。。'])('of %j is empty', (text) => {
    expect(summarizeText({ text, language: null }, { maximumSentences: 3 })).toEqual([]);
  });

  test('keeps to its places in any text, and never throws', () => {
    const words = fc.constantFrom(
      'river',
      'город',
      '東京',
      'a',
      '.',
      '。',
      ' ',
      '\n',
      '🙂',
      'Dr.',
      '3.5',
      '\ud83d',
      'été',
    );
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words, { maxLength: 200 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(
        anything,
        fc.constantFrom('en', 'ja', 'ru', null),
        fc.integer({ min: 1, max: 5 }),
        (text, language, most) => {
          const summary = summarizeText({ text, language }, { maximumSentences: most });
          expect(summary.length).toBeLessThanOrEqual(most);
          let after = 0;
          for (const sentence of summary) {
            expect(text.slice(sentence.start, sentence.end)).toBe(sentence.text);
            expect(sentence.start).toBeGreaterThanOrEqual(after);
            after = sentence.end;
          }
        },
      ),
    );
  });

  test('of a very long text comes in time, one without stops included', () => {
    const long = Array.from(
      { length: 8_000 },
      (_, n) => `The river ${n} rose by ${n % 90} metres near town ${n % 40}.`,
    );
    const startedAt = process.cpuUsage();
    expect(summarizeText({ text: long.join(' '), language: 'en' }, { maximumSentences: 4 })).toHaveLength(4);
    const [only] = summarizeText({ text: 'word '.repeat(100_000), language: 'en' }, { maximumSentences: 4 });
    expect(only?.text.length).toBeLessThan(1_000);
    expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(20_000);
  });
});
