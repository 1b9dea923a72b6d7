import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stemWord } from './stemming.ts';
import { functionWords, isStopword } from './stopwords.ts';
import { foldWord } from './words.ts';

const families: readonly (readonly [language: string, words: string])[] = [
  ['en', 'organization organizations organize organized organizing'],
  ['en', 'run runs running'],
  ['en', 'party parties'],
  ['de', 'Haus Häuser Häusern'],
  ['de', 'Regierung Regierungen'],
  ['de', 'schön schöne schöner schönsten'],
  ['fr', 'national nationale nationaux nationalité nationalités'],
  ['fr', 'cheval chevaux'],
  ['fr', 'heureux heureuse heureuses'],
  ['es', 'gobierno gobiernos'],
  ['es', 'canción canciones'],
  ['es', 'luz luces'],
  ['pt', 'nação nações'],
  ['pt', 'animal animais'],
  ['it', 'governo governi'],
  ['it', 'lago laghi'],
  ['nl', 'boek boeken'],
  ['nl', 'mogelijkheid mogelijkheden'],
  ['sv', 'flicka flickor'],
  ['da', 'bil biler bilen bilerne'],
  ['no', 'hus huset husene'],
  ['fi', 'talo talossa talot taloissa'],
  ['hu', 'ház házak házban'],
  ['ru', 'новость новости новостей новостями'],
  ['ru', 'красивый красивая красивыми'],
  ['uk', 'книга книги книгу'],
  ['pl', 'kobieta kobiety kobiet'],
  ['cs', 'město města městu'],
  ['bg', 'правителство правителството правителства'],
  ['ro', 'guvern guvernul guvernului'],
  ['tr', 'ev evler evlerimizden'],
  ['el', 'άνθρωπος άνθρωποι ανθρώπων'],
  ['ar', 'كتاب الكتاب والكتاب'],
  ['hi', 'लड़का लड़के लड़कियों'],
  ['ko', '대통령 대통령은 대통령이 대통령의'],
  ['ja', 'コンピューター コンピュータ'],
];

describe('stems', () => {
  test.each(families)('%s: one stem for %s', (language, words) => {
    expect(new Set(words.split(' ').map((word) => stemWord(foldWord(word), language))).size).toBe(1);
  });

  // The vocabulary of the published algorithm: https://snowballstem.org/algorithms/english/stemmer.html
  test.each([
    ['consigned', 'consign'],
    ['consistency', 'consist'],
    ['knightly', 'knight'],
    ['hopping', 'hop'],
    ['hoping', 'hope'],
    ['falling', 'fall'],
    ['flies', 'fli'],
    ['ties', 'tie'],
    ['gas', 'gas'],
    ['this', 'this'],
    ['agreed', 'agre'],
    ['luxuriated', 'luxuri'],
    ['generously', 'generous'],
    ['relational', 'relat'],
    ['skies', 'sky'],
    ['news', 'news'],
    ['succeed', 'succeed'],
    ['cry', 'cri'],
    ['by', 'by'],
    ['say', 'say'],
  ])('en: %s is %s', (word, stem) => {
    expect(stemWord(word, 'en')).toBe(stem);
  });

  test('a region or another name of a language is that language', () => {
    expect(stemWord('governos', 'pt-BR')).toBe(stemWord('governos', 'pt'));
    expect(stemWord('husene', 'nb')).toBe(stemWord('husene', 'no'));
  });

  test('without rules, without a language or with digits a word is its own stem', () => {
    expect(stemWord('workings', null)).toBe('workings');
    expect(stemWord('世界', 'zh')).toBe('世界');
    expect(stemWord('5gs', 'en')).toBe('5gs');
  });

  test('any word has a stem that is not empty and not longer than the word by more than a letter', () => {
    const languages = fc.constantFrom(...functionWords.keys());
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), languages, (word, language) => {
        const stem = stemWord(word, language);
        expect(stem).not.toBe('');
        expect(stem.length).toBeLessThanOrEqual(word.length + 1);
      }),
    );
    for (const [language, words] of functionWords) {
      for (const word of words) expect(stemWord(foldWord(word), language), `${language} ${word}`).not.toBe('');
    }
  });
});

describe('stopwords', () => {
  test('function words are, content words are not', () => {
    for (const [language, yes, no] of [
      ['en', 'the because would', 'bridge river council'],
      ['de', 'und für würde', 'brücke fluss'],
      ['fr', 'les être où', 'pont rivière'],
      ['ru', 'и что который', 'мост река'],
      ['ja', 'の です する', '東京 選挙'],
      ['zh', '的 因为', '世界'],
    ] as const) {
      for (const word of yes.split(' ')) expect(isStopword(foldWord(word), language), word).toBe(true);
      for (const word of no.split(' ')) expect(isStopword(foldWord(word), language), word).toBe(false);
    }
  });

  test('of an unknown language there are none', () => {
    expect(isStopword('the', null)).toBe(false);
    expect(isStopword('the', 'xx')).toBe(false);
  });

  test('every list is in lower case, and a word mixes no alphabets', () => {
    for (const [language, words] of functionWords) {
      for (const word of words) {
        expect(word, language).toBe(word.toLowerCase());
        expect(/\p{Script=Latin}/u.test(word) && /\p{Script=Cyrillic}/u.test(word), `${language} ${word}`).toBe(false);
      }
    }
  });
});
