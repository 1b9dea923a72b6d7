import { describe, expect, test } from 'vitest';
import { unsupportedFacts } from './checking.ts';

const ENGLISH =
  'The council of Lindhaven voted on 3 March 2027 to rebuild the harbour for 1,200,000 euros. Mayor Ada Brandt said the walls, 3.5 metres high, would stay.';
const GERMAN = 'Der Rat von Lindhafen hat am 3. März 2027 beschlossen, den Hafen für 1.200.000 Euro neu zu bauen.';
const RUSSIAN =
  'Совет города Линдхафен решил 3 марта 2027 года перестроить гавань за 1 200 000 евро, сообщила Ада Брандт.';
const JAPANESE = 'リンドハーフェン市議会は2027年3月3日、港を120万ユーロで再建することを決めたとブラント市長が述べた。';

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
    ['a Russian name', 'Гавань города перестроят, сообщил мэр города Иванов.', RUSSIAN, 'Иванов'],
    ['a Japanese name', '市議会は港を再建すると発表し、シュナイダー氏が述べた。', JAPANESE, 'シュナイダー'],
  ])('with %s', (_what, summary, source, fact) => {
    expect(unsupportedFacts(summary, source)).toContain(fact);
  });
});
