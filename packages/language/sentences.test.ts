import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitSentences } from './sentences.ts';

/** Sentences parted by ¦ must come out as they are parted. */
const texts: readonly (readonly [language: string, promise: string, marked: string])[] = [
  ['en', 'titles and initials', 'Mr. Hill met Dr. J. R. R. Marsh. ¦ They talked.'],
  ['en', 'countries and degrees', 'The U.S. Army came. ¦ She has a Ph.D. and lives in the U.S. ¦ The end.'],
  ['en', 'firms and hours', 'Bolt Inc. announced it at 3 p.m. on Jan. 5. ¦ Nobody came.'],
  ['en', 'numbers', 'It costs $3.50. ¦ That is 1,000.25 less than in No. 5 of vol. 3.'],
  ['en', 'a word that is an abbreviation, too', 'He said no. ¦ She may. ¦ They sat. ¦ Then it rained.'],
  ['en', 'quotations', '"Is it true?" he asked. ¦ "Yes!" ¦ She left.'],
  ['en', 'an exclamation in a name', 'Yahoo! is old. ¦ I know!'],
  ['en', 'ellipses', 'Wait… ¦ What? ¦ He left... and came back... ¦ Then it ended.'],
  ['en', 'addresses', 'See https://example.com/a?B=C!d.Html&e or write to a.b@c.de. ¦ Thanks.'],
  ['en', 'numbered points', '1. First thing. ¦ 2. Second thing.'],
  ['en', 'initials of a plan', 'We need a plan B. ¦ There is none.'],
  ['de', 'abbreviations of several letters', 'Das war z. B. gut, d. h. nicht schlecht. ¦ Vgl. S. 5. ¦ Punkt.'],
  ['de', 'ordinals', 'Am 3. Oktober begann das 21. Jahrhundert. ¦ Er ist 27. ¦ Seine Frau auch.'],
  ['de', 'units', 'Es gab ca. 5 Mio. Menschen bzw. Tiere. ¦ Das war alles.'],
  [
    'fr',
    'titles and guillemets',
    'M. Petit et Mme. Grand sont là. ¦ « Bonjour ! » dit-il. ¦ Voir l’art. 3. ¦ Il pleut.',
  ],
  ['fr', 'guillemets that end a sentence', '« Entrez ! » ¦ Elle entra.'],
  ['es', 'signs at both ends', 'El Sr. Ríos llegó. ¦ ¿Qué pasa? ¦ ¡Nada! ¦ Véase pág. 5.'],
  ['pt', 'titles', 'O Sr. Silva chegou. ¦ A Dra. Ana saiu.'],
  ['it', 'titles', 'Il dott. Rossi è qui. ¦ Vedi pag. 5. ¦ Ciao.'],
  ['nl', 'abbreviations with points', 'Dhr. Jansen is er, d.w.z. nu. ¦ Klaar.'],
  ['ru', 'initials, years and towns', 'А. С. Белов родился в г. Омске в 1941 г. в мае. ¦ Это т. е. так. ¦ См. рис. 5.'],
  ['pl', 'abbreviations', 'Prof. Nowak mieszka przy ul. Długiej, tzn. blisko. ¦ Koniec.'],
  ['ja', 'fullwidth signs', '今日は晴れ！ ¦ 明日は雨。 ¦ 本当？'],
  ['ja', 'what is said of a quotation', '彼は「行く。すぐに。」と言った。 ¦ 「本当？」 ¦ 彼女は聞いた。'],
  ['zh', 'quotation marks', '他说：“你好。” ¦ 然后走了。 ¦ 真的吗？'],
  ['ko', 'blanks', '안녕하세요. ¦ 저는 학생입니다. ¦ 정말요?'],
  ['hi', 'danda', 'मैं घर जा रहा हूँ। ¦ क्या तुम आओगे?'],
  ['ar', 'Arabic question marks', 'هل أنت بخير؟ ¦ نعم.'],
  ['el', 'a semicolon asks', 'Πού είσαι; ¦ Εδώ είμαι.'],
];

describe('sentences', () => {
  test.each(texts)('%s: %s', (language, _promise, marked) => {
    const joined = marked.replaceAll(/ ?¦ ?/g, /^(?:ja|zh)$/.test(language) ? '' : ' ');
    expect(splitSentences(joined, language).map(({ text }) => text)).toEqual(marked.split(/ ?¦ ?/));
  });

  test('paragraphs and headings break, wrapped lines do not', () => {
    const text = 'A heading\nThis line was wrapped by a program for mail after about\nseventy letters.\n\nnext part';
    expect(splitSentences(text, 'en').map((sentence) => sentence.text)).toEqual([
      'A heading',
      'This line was wrapped by a program for mail after about\nseventy letters.',
      'next part',
    ]);
  });

  test('short lines in lower case stay a list', () => {
    expect(splitSentences('milk\neggs\nbread', 'en')).toHaveLength(3);
  });

  test('Thai is cut at blanks into clauses of some length', () => {
    const clause = 'วันนี้อากาศดีมากเราจะไปเที่ยวทะเลกันกับเพื่อนที่โรงเรียนในตอนเช้า';
    expect(splitSentences(`${clause} ${clause} ${clause}`, 'th')).toHaveLength(3);
  });

  test('nothing has no sentences', () => {
    expect(splitSentences('', null)).toEqual([]);
    expect(splitSentences(' \n\t ', 'ja')).toEqual([]);
  });
});

describe('any text', () => {
  const language = fc.constantFrom('en', 'de', 'ja', 'th', 'el', 'ru', 'xx', 'pt-BR', null);
  const piece = fc.constantFrom(
    '. ',
    '? ',
    '。',
    '「',
    '」',
    '…',
    ' A',
    'Mr.',
    '\n',
    '\r\n',
    '5.',
    ' »',
    'a',
    'Я',
    '漢',
    '\ud800',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
  );

  test('is cut at exact offsets, in order, and only blanks are left out', () => {
    fc.assert(
      fc.property(text, language, (whole, key) => {
        let last = 0;
        for (const { text: sentence, start, end } of splitSentences(whole, key)) {
          expect(whole.slice(start, end)).toBe(sentence);
          expect(sentence).toBe(sentence.trim());
          expect(sentence).not.toBe('');
          expect(whole.slice(last, start).trim()).toBe('');
          last = end;
        }
        expect(whole.slice(last).trim()).toBe('');
      }),
      { numRuns: 500 },
    );
  });

  test('is cut at once, however long and odd it is', () => {
    for (const unit of ['.', 'A.', 'Mr. ', '「', '「あ。', '… A', '\n', 'a\n', 'a ', '5 г. А', '!»', 'ไทย ']) {
      for (const key of ['en', 'ja', 'th']) splitSentences(unit.repeat(60_000 / unit.length), key);
    }
  });
});
