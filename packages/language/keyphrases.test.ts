import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backgroundTerms, extractKeyphrases, foldPhrase, type KeyphraseSource, stemPhrase } from './keyphrases.ts';

const HARBOUR: KeyphraseSource = {
  title: 'Lindhaven rebuilds its harbour',
  text: `The city council of Lindhaven voted on Tuesday to rebuild the old harbour. Work on the harbour begins in March and
    costs 48 million euros. Fishermen had asked the city council for years to repair the harbour walls. Mayor Ada Brandt of
    Lindhaven said the harbour walls were built by the Bank of Flanders. Ada Brandt opens the harbour.`,
  language: 'en',
};

const phrases = (source: KeyphraseSource, limit = 8) =>
  extractKeyphrases(source, { limit }).map(({ phrase }) => phrase);

describe('what a text is about comes first', () => {
  test.each<[string, KeyphraseSource, string[]]>([
    ['English', HARBOUR, ['harbour', 'Lindhaven', 'Ada Brandt', 'city council', 'harbour walls']],
    [
      'Japanese',
      {
        title: '東京都が人工知能の研究拠点を新設へ',
        text: '東京都は人工知能の研究拠点を来年度に新設すると発表した。研究拠点では大学や企業と協力し、人工知能を使った防災システムの開発を進める。',
        language: 'ja',
      },
      ['人工知能', '研究拠点', '東京都'],
    ],
    [
      'Chinese',
      {
        title: '深度学习推动蛋白质结构预测',
        text: '研究人员利用深度学习方法在蛋白质结构预测方面取得突破。蛋白质结构预测是生物学的重要问题。深度学习模型能够预测蛋白质结构。',
        language: 'zh',
      },
      ['深度学习'],
    ],
    [
      'Korean, without its particles',
      {
        title: '삼성전자, 새로운 반도체 공장 건설',
        text: '삼성전자가 평택에 새로운 반도체 공장을 건설한다. 반도체 공장은 내년에 완공된다. 삼성전자는 반도체 시장에서 앞선다.',
        language: 'ko',
      },
      ['반도체', '삼성전자', '반도체 공장'],
    ],
    [
      'Russian',
      {
        title: 'В Москве открылся музей космонавтики',
        text: 'В музее космонавтики представлены корабли. Директор музея космонавтики Иван Петров рассказал о планах. Музей космонавтики открыт. Иван Петров рад.',
        language: 'ru',
      },
      ['музей космонавтики', 'Иван Петров'],
    ],
    [
      'French, without its articles',
      {
        title: "L'Égypte élit un président",
        text: "Le président de l'Égypte a été élu. L'Égypte attendait cette élection. Les Frères musulmans saluent l'élection en Égypte.",
        language: 'fr',
      },
      ['Égypte', 'élection'],
    ],
  ])('%s', (_, source, expected) => {
    expect(phrases(source)).toEqual(expect.arrayContaining(expected));
  });
});

test('names go across the small words inside them, other phrases do not', () => {
  const found = phrases(HARBOUR, 30);
  expect(found).toContain('Bank of Flanders');
  expect(found.filter((phrase) => /\b(of|the|to|on|in)\b/.test(phrase))).toEqual(['Bank of Flanders']);
});

test('numbers, days and months are no keyphrases', () => {
  expect(phrases(HARBOUR, 50).filter((phrase) => /^(\d|Tuesday|March|million)/.test(phrase))).toEqual([]);
});

test('a piece of a name is left out where the name always stands whole', () => {
  const source = {
    title: null,
    text: 'Jorge Silva Santos spoke. Jorge Silva Santos left. We saw Jorge Silva Santos.',
    language: 'en',
  };
  expect(phrases(source)).toContain('Jorge Silva Santos');
  expect(phrases(source)).not.toContain('Jorge Silva');
});

test('singular and plural count together', () => {
  const [first] = extractKeyphrases({
    title: null,
    text: 'Volcanoes rise. A volcano sleeps. Many volcanoes smoke.',
    language: 'en',
  });
  expect(first).toMatchObject({ phrase: 'volcanoes', stem: stemPhrase('volcano', 'en'), score: 1 });
});

test('what nearly every document of the background has is none, unless it is a name', () => {
  const source = {
    title: null,
    text: 'The newsletter is here. A newsletter about Rust. Rust and salmon. Salmon and Rust.',
    language: 'en',
  };
  const counts = new Map(['newsletter', 'rust'].map((word) => [stemPhrase(word, 'en'), 90]));
  const found = extractKeyphrases(source, { background: { documentCount: 100, counts } }).map(({ phrase }) => phrase);
  expect(found).not.toContain('newsletter');
  expect(found).toEqual(expect.arrayContaining(['Rust', 'salmon']));
});

test('the background learns words, each once a document', () => {
  const terms = backgroundTerms({ title: 'Harbours', text: 'The harbour. 48 harbours!', language: 'en' });
  expect(terms.filter((term) => term === stemPhrase('harbour', 'en'))).toHaveLength(1);
  expect(terms).not.toContain('48');
});

test.each([
  ['Node.js', 'node.js'],
  ['ＡＩ', 'ai'],
  ['U.S.', 'us'],
  ['C++', 'c++'],
  ['São  Paulo', 'sao paulo'],
  ['e-mail', 'e mail'],
  ['Obama’s Libya', 'obama libya'],
  ['foo:bar', 'foo bar'],
  ['人工知能', '人工知能'],
])('the name %s is compared as %s', (phrase, folded) => {
  expect(foldPhrase(phrase)).toBe(folded);
});

describe('whatever the text', () => {
  const languages = fc.constantFrom('en', 'fr', 'pt', 'ja', 'zh', 'ko', 'ru', 'de', 'th', 'ar', 'xx', null);
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          'Ada',
          'harbour',
          'of',
          "l'",
          '東京',
          '都',
          'の',
          '-',
          '. ',
          '\n\n',
          '48',
          ' ',
          '’s',
          'ﬁ',
          'U.S.',
        ),
        { maxLength: 60 },
      )
      .map((parts) => parts.join('')),
  );

  test('there are no more phrases than asked for, each once, the best first, and each stands in it', () => {
    fc.assert(
      fc.property(texts, texts, languages, fc.integer({ min: 1, max: 20 }), (title, text, language, limit) => {
        const found = extractKeyphrases({ title, text, language }, { limit });
        expect(found.length).toBeLessThanOrEqual(limit);
        expect(new Set(found.map(({ stem }) => stem)).size).toBe(found.length);
        const scores = found.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        const whole = `${title.trim()}\n\n${text}`.replace(/\s+/gu, ' ');
        for (const { phrase, score } of found) {
          expect(whole).toContain(phrase);
          expect(Number.isFinite(score)).toBe(true);
        }
      }),
    );
  });

  test('a folded name stays as it is, and has no colon', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (name) => {
        const folded = foldPhrase(name);
        expect(foldPhrase(folded)).toBe(folded);
        expect(folded).not.toContain(':');
      }),
    );
  });

  test('a hostile text of a megabyte takes no longer than it should', () => {
    for (const text of [
      'A '.repeat(500_000),
      'a-'.repeat(500_000),
      '東京'.repeat(500_000),
      "l'".repeat(500_000),
      'Ab of '.repeat(150_000),
    ]) {
      const startedAt = process.cpuUsage();
      extractKeyphrases({ title: null, text, language: 'fr' });
      expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(10_000);
    }
  });
});
