import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldWord, segmentWords } from './words.ts';

function wordsOf(text: string, language: string | null = null): string[] {
  return segmentWords(text, language).map((word) => word.text);
}

describe('words', () => {
  test('blanks, punctuation and symbols are none', () => {
    expect(wordsOf('— “Well,” (he) said: yes… 🎉 & = %')).toEqual(['Well', 'he', 'said', 'yes']);
  });

  test('apostrophes stay inside, an elided article is a word of its own', () => {
    expect(wordsOf("don't rock’n’roll McDonald's")).toEqual(["don't", 'rock’n’roll', "McDonald's"]);
    expect(wordsOf("L’homme d'État dell'arte", 'fr')).toEqual(['L', 'homme', 'd', 'État', 'dell', 'arte']);
    expect(wordsOf("O'Brien")).toEqual(["O'Brien"]);
  });

  test('hyphens and points part words, so that each half is found', () => {
    expect(wordsOf('state-of-the-art example.com end.Next')).toEqual([
      'state',
      'of',
      'the',
      'art',
      'example',
      'com',
      'end',
      'Next',
    ]);
  });

  test('numbers, initialisms and names of languages keep their signs', () => {
    expect(wordsOf('3.5 1,000 2nd 5G U.S.A. C++ and C#, x_y')).toEqual([
      '3.5',
      '1,000',
      '2nd',
      '5G',
      'U.S.A',
      'C++',
      'and',
      'C#',
      'x_y',
    ]);
  });

  test('Japanese, Chinese and Thai are cut into words', () => {
    expect(wordsOf('東京で新しいiPhoneが発売された。', 'ja')).toEqual(
      expect.arrayContaining(['東京', '新しい', 'iPhone', '発売']),
    );
    expect(wordsOf('人工智能改变世界', 'zh')).toEqual(expect.arrayContaining(['世界']));
    expect(wordsOf('สวัสดีครับ', 'th')).toEqual(['สวัสดี', 'ครับ']);
  });

  test('marks and joiners belong to their word', () => {
    expect(wordsOf('हिन्दी می‌خواهم Donau\u00addampf cafe\u0301')).toEqual([
      'हिन्दी',
      'می‌خواهم',
      'Donau\u00addampf',
      'cafe\u0301',
    ]);
  });
});

describe('folding', () => {
  test.each([
    ['Crème', 'creme'],
    ['Straße', 'strasse'],
    ['Ørsted', 'orsted'],
    ['Łódź', 'lodz'],
    ['İstanbul', 'istanbul'],
    ['ISPARTA', 'isparta'],
    ['Đồng', 'dong'],
    ['ＡＢＣ１', 'abc1'],
    ['ｶﾞﾗｽ', 'ガラス'],
    ['Ёлка', 'елка'],
    ['Йод', 'йод'],
    ['замо\u0301к', 'замок'],
    ['Ἀθῆναι', 'αθηναι'],
    ['ΛΌΓΟΣ', 'λογοσ'],
    ['أحمد', 'احمد'],
    ['مُحَمَّد', 'محمد'],
    ['שָׁלוֹם', 'שלום'],
    ['हिन्दी', 'हिन्दी'],
    ['McDonald’s', 'mcdonald'],
    ['don’t', "don't"],
    ['Donau\u00addampf', 'donaudampf'],
    ['ﬁn', 'fin'],
  ])('%s is %s', (word, folded) => {
    expect(foldWord(word)).toBe(folded);
  });

  test.each([" ''", "it's's", "'s's", "''", "s'"])('twice changes nothing: %s', (word) => {
    expect(foldWord(foldWord(word))).toBe(foldWord(word));
  });

  test('twice changes nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })), (word) => {
        const folded = foldWord(word);
        expect(foldWord(folded)).toBe(folded);
      }),
      { numRuns: 500 },
    );
  });
});

describe('any text', () => {
  test('is cut at exact offsets, in order, into words without blanks', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.constantFrom('en', 'ja', 'xx', null),
        (text, key) => {
          let last = 0;
          for (const word of segmentWords(text, key)) {
            expect(text.slice(word.start, word.end)).toBe(word.text);
            expect(word.start).toBeGreaterThanOrEqual(last);
            expect(word.text).toMatch(/^\S+$/u);
            last = word.end;
          }
        },
      ),
    );
  });

  test('is cut and folded at once, however long and odd it is', () => {
    for (const unit of [
      'a',
      "a'",
      'A.',
      '1,',
      '漢字仮名',
      'カ',
      'ไทย',
      'e\u0301\u0302',
      '\ud83d',
      '_',
      '\u00ad',
      "d'",
    ]) {
      const text = unit.repeat(200_000 / unit.length);
      segmentWords(text, null);
      foldWord(text);
    }
  });
});
