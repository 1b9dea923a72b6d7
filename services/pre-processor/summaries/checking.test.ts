import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unsupportedFacts } from './checking.ts';

const ENGLISH =
  'The council of Lindhaven voted on 3 March 2027 to rebuild the harbour for 1,200,000 euros. Mayor Ada Brandt said the walls, 3.5 metres high, would stay.';
const GERMAN = 'Der Rat von Lindhafen hat am 3. März 2027 beschlossen, den Hafen für 1.200.000 Euro neu zu bauen.';
const RUSSIAN =
  'Совет города Линдхафен решил 3 марта 2027 года перестроить гавань за 1 200 000 евро, сообщила Ада Брандт.';
const JAPANESE = 'リンドハーフェン市議会は2027年3月3日、港を120万ユーロで再建することを決めたとブラント市長が述べた。';

const BOATS = 'Three boats of the harbour sank on the second day of the storm, the mayor said.';
const CROWD = 'In May 2024 300 people came to the harbour of the town, and 40 of them left early, it was said.';

describe('a summary is supported', () => {
  test.each([
    ['its own words', 'The harbour of Lindhaven will be rebuilt, Mayor Brandt said.', ENGLISH],
    ['numbers however they are written', 'It costs 1200000 euros and 1 200 000 euros, or 1.200.000.', ENGLISH],
    ['decimals', 'The walls are 3.5 metres high.', ENGLISH],
    ['a name in another form', "Lindhaven's council and Brandt's vote.", ENGLISH],
    ['German nouns', 'Die Stadt baut ihre Anlage für 1.200.000 Euro neu.', GERMAN],
    ['Russian names in other cases', 'Решение Линдхафена: гавань перестроят, говорит Ада Брандт.', RUSSIAN],
    ['Japanese', 'リンドハーフェンは2027年に港を再建する。', JAPANESE],
    ['another language than the text', 'The council of Lindhafen rebuilds its harbour for 1,200,000 euros.', GERMAN],
    ['a text of one word', 'Yes.', ENGLISH],
    ['a small number that the text has as a word', 'The 3 boats sank on the 2nd day.', BOATS],
    ['a number in words of magnitude', 'It costs 1.2 million euros.', ENGLISH],
    ['the same in Russian', 'Гавань перестроят за 1,2 млн евро.', RUSSIAN],
    ['the same in Japanese', '港の再建は1,200,000ユーロだ。', JAPANESE],
    ['a word of magnitude in another language', 'Der Hafen kostet 1,2 Millionen Euro.', ENGLISH],
    ['two numbers beside each other', 'In May 2024 300 people came.', CROWD],
    ['numbers of two words in any order', 'Of 300 people 40 left.', CROWD],
    ['Chinese numerals in the text', '3人の議員が25隻の船を見た。', '三人の議員が二十五隻の船を見たと述べた。'],
    ['a month that another language names', '港は2027年3月3日に決まった。', ENGLISH],
  ])('by %s', (_how, summary, source) => {
    expect(unsupportedFacts(summary, source)).toEqual([]);
  });
});

describe('it is not supported', () => {
  test.each([
    ['another number', 'The harbour costs 1,300,000 euros.', ENGLISH, '1300000'],
    ['another year', 'It was decided in 2028.', ENGLISH, '2028'],
    ['a name that the text does not know', 'The harbour, said Carl Winter, will be rebuilt.', ENGLISH, 'Winter'],
    ['another number in another language', 'The council rebuilds its harbour for 1,400,000 euros.', GERMAN, '1400000'],
    ['another decimal', 'The walls are 3.7 metres high.', ENGLISH, '3.7'],
    ['a whole number for a decimal', 'The walls are 35 metres high.', ENGLISH, '35'],
    ['a lone digit', 'The 4 boats sank.', BOATS, '4'],
    ['a part of a number', 'It costs 200 euros.', ENGLISH, '200'],
    ['another magnitude', 'It costs 1.2 billion euros.', ENGLISH, '1200000000'],
    ['another Japanese magnitude', '港の再建は120億ユーロだ。', JAPANESE, '12000000000'],
    ['a number that two of the text only look like', 'In May 2024300 people came.', CROWD, '2024300'],
    ['another date', 'It voted on 4 March 2027.', ENGLISH, '4'],
    ['another version', 'Release 1.2.4 is out.', 'Release 1.2.3 is out, the project said on Monday.', '1 2 4'],
    ['a Russian name', 'Гавань города перестроят, сообщил мэр города Иванов.', RUSSIAN, 'Иванов'],
    ['a Japanese name', '市議会は港を再建すると発表し、シュナイダー氏が述べた。', JAPANESE, 'シュナイダー'],
  ])('with %s', (_what, summary, source, fact) => {
    expect(unsupportedFacts(summary, source)).toContain(fact);
  });
});

describe('any number', () => {
  const grouped = (digits: string, separator: string) => digits.replace(/\B(?=(\d{3})+$)/g, separator);
  const form = fc.constantFrom('', ',', '.', "'", '\u00a0', '\u202f', ' ');
  const number = fc.integer({ min: 10_000, max: 2_000_000_000 });
  const said = (written: string) => `The council said that the harbour of the town costs ${written} euros in all.`;

  test('is the same number in each of its forms', () => {
    fc.assert(
      fc.property(number, form, form, (value, one, other) => {
        const [source, summary] = [grouped(String(value), one), grouped(String(value), other)];
        expect(unsupportedFacts(said(summary), said(source)), `${summary} of ${source}`).toEqual([]);
      }),
    );
  });

  test('is no other number, in whatever form', () => {
    expect(unsupportedFacts(said('10 010'), said('10 000'))).not.toEqual([]);
    expect(unsupportedFacts(said('1 999 999 999'), said('1 999 100 100'))).not.toEqual([]);
    expect(unsupportedFacts(said('200 100'), said('100 200'))).not.toEqual([]);
    fc.assert(
      fc.property(number, number, form, form, (value, another, one, other) => {
        fc.pre(value !== another);
        const [source, summary] = [grouped(String(value), one), grouped(String(another), other)];
        expect(unsupportedFacts(said(summary), said(source)), `${summary} of ${source}`).not.toEqual([]);
      }),
    );
  });

  test('is a decimal with a point or a comma, and no other decimal', () => {
    const decimal = fc.tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(decimal, decimal, ([whole, tenth], [otherWhole, otherTenth]) => {
        expect(unsupportedFacts(said(`${whole}.${tenth}`), said(`${whole},${tenth}0`))).toEqual([]);
        fc.pre(whole !== otherWhole || tenth !== otherTenth);
        expect(unsupportedFacts(said(`${whole}.${tenth}`), said(`${otherWhole}.${otherTenth}`))).not.toEqual([]);
      }),
    );
  });
});
