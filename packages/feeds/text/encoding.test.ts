import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { decodeText, parseFeed } from '../index.ts';

const SAMPLES: Readonly<Record<string, { text: string; encodings: readonly string[] }>> = {
  japanese: {
    text: '港の日記です。今日は天気がよく、海は静かでした。カモメが飛んでいるのを見ました。また明日書きます。',
    encodings: ['utf-8', 'shift_jis', 'euc-jp'],
  },
  simplified: {
    text: '今天的天气很好，我们去了海边。这里的人们都很友好，我们会再来的。中国的春天来了。',
    encodings: ['utf-8', 'gb18030', 'gbk', 'gb2312'],
  },
  traditional: {
    text: '今天的天氣很好，我們去了海邊。這裡的人們都很友好，我們會再來的。這個國家的春天來了。',
    encodings: ['utf-8', 'big5'],
  },
  korean: {
    text: '오늘은 날씨가 좋아서 바다에 갔습니다. 사람들이 많이 있었고 모두 친절했습니다.',
    encodings: ['utf-8', 'euc-kr'],
  },
  russian: {
    text: 'Сегодня хорошая погода, и мы пошли к морю. Люди здесь очень добрые, мы ещё вернёмся.',
    encodings: ['utf-8', 'windows-1251', 'koi8-r', 'iso-8859-5', 'ibm866'],
  },
  french: {
    text: 'Le café était fermé à Noël, mais la crème brûlée « maison » n’était pas prête. C’est dommage…',
    encodings: ['utf-8', 'windows-1252', 'macintosh'],
  },
  polish: {
    text: 'Zażółć gęślą jaźń. Pogoda była ładna i poszliśmy nad morze.',
    encodings: ['utf-8', 'windows-1250', 'iso-8859-2'],
  },
  greek: {
    text: 'Σήμερα ο καιρός είναι καλός και πήγαμε στη θάλασσα.',
    encodings: ['utf-8', 'windows-1253', 'iso-8859-7'],
  },
};

const feed = (text: string, encoding: string | null): string =>
  `<?xml version="1.0"${encoding === null ? '' : ` encoding="${encoding}"`}?><rss version="2.0"><channel><title>${text}</title><item><guid>1</guid><description>${text}</description></item></channel></rss>`;

function titleOf(bytes: Uint8Array, contentType?: string): string | null {
  const outcome = parseFeed(bytes, { url: 'https://e.example/', contentType: contentType ?? null });
  return outcome.ok ? outcome.feed.title : outcome.refusal.code;
}

const cases = Object.values(SAMPLES).flatMap(({ text, encodings }) =>
  encodings.map((encoding) => ({ text, encoding })),
);

describe('a declared encoding is read', () => {
  test.each(cases)('$encoding in the document: $text', ({ text, encoding }) => {
    expect(titleOf(iconv.encode(feed(text, encoding), encoding))).toBe(text);
  });

  test.each(cases)('$encoding in the content type: $text', ({ text, encoding }) => {
    expect(titleOf(iconv.encode(feed(text, null), encoding), `text/xml; charset="${encoding}"`)).toBe(text);
  });

  test('iso-2022-jp', () => {
    const bytes = Buffer.concat([
      Buffer.from('<?xml version="1.0" encoding="ISO-2022-JP"?><rss version="2.0"><channel><title>'),
      Buffer.from([0x1b, 0x24, 0x42, 0x46, 0x7c, 0x4b, 0x5c, 0x1b, 0x28, 0x42]),
      Buffer.from('</title></channel></rss>'),
    ]);
    expect(titleOf(bytes)).toBe('日本');
  });

  test.each(['utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'])('%s, with and without byte order mark', (encoding) => {
    const text = SAMPLES.russian?.text ?? '';
    expect(titleOf(iconv.encode(feed(text, 'UTF-16'), encoding, { addBOM: true }))).toBe(text);
    expect(titleOf(iconv.encode(feed(text, null), encoding))).toBe(text);
  });

  test('utf-8 with a byte order mark', () => {
    expect(titleOf(iconv.encode(feed('é', null), 'utf-8', { addBOM: true }))).toBe('é');
  });
});

describe('a wrong declaration does not spoil the text', () => {
  test.each(Object.values(SAMPLES))('UTF-8 called something else: $text', ({ text }) => {
    for (const lie of ['iso-8859-1', 'windows-1252', 'us-ascii', 'windows-1251']) {
      expect(titleOf(Buffer.from(feed(text, lie)), `text/xml; charset=${lie}`)).toBe(text);
    }
  });

  test.each(
    cases.filter(({ encoding }) =>
      /^(?:shift_jis|euc-jp|gb18030|big5|euc-kr|windows-1251|koi8-r|windows-1252)$/.test(encoding),
    ),
  )('$encoding called UTF-8 or nothing at all: $text', ({ text, encoding }) => {
    expect(titleOf(iconv.encode(feed(text, 'utf-8'), encoding))).toBe(text);
    expect(titleOf(iconv.encode(feed(text, null), encoding))).toBe(text);
  });

  test('the header is wrong and the document right', () => {
    const text = SAMPLES.japanese?.text ?? '';
    expect(titleOf(iconv.encode(feed(text, 'shift_jis'), 'shift_jis'), 'text/xml; charset=utf-8')).toBe(text);
  });

  test('an unknown name and UTF-16 in one-byte letters are ignored', () => {
    expect(titleOf(Buffer.from(feed('é', 'x-no-such-thing')))).toBe('é');
    expect(titleOf(Buffer.from(feed('é', 'UTF-16')))).toBe('é');
  });

  test('one broken byte among good ones costs one character', () => {
    const bytes = Buffer.concat([
      Buffer.from(feed(SAMPLES.russian?.text ?? '', 'utf-8').replace('</title>', '!')),
      Buffer.from([0xff]),
      Buffer.from('</title></channel></rss>'),
    ]);
    const decoded = decodeText(bytes, { kind: 'xml' });
    expect(decoded).toMatchObject({ encoding: 'utf-8', hadErrors: true });
  });
});

test('an HTML page names its encoding in meta elements', () => {
  const page = (meta: string): Buffer => iconv.encode(`<html><head>${meta}<title>Привет, мир</title>`, 'windows-1251');
  for (const meta of [
    '<meta charset=windows-1251>',
    '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=windows-1251">',
  ]) {
    expect(decodeText(page(meta), { kind: 'html' }).text).toContain('Привет, мир');
  }
});

test('any bytes become well-formed text', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('xml', 'html', 'json', 'text'),
      fc.constantFrom(null, 'text/xml; charset=big5', 'x; charset=utf-7'),
      (bytes, kind, contentType) => {
        expect(decodeText(bytes, { kind, contentType }).text).toBeTypeOf('string');
      },
    ),
  );
});
