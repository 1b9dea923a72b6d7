import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPartial } from './partial.ts';

const URL = 'https://site.example/2026/11/a-post';
const TEXT =
  'The council met on Tuesday for the first time since the summer and talked about the bridge for three hours. ';
const of = (html: string, hints = {}) =>
  isPartial(html, html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' '), { url: URL, title: 'The bridge', ...hints });

test.each([
  ['an ellipsis in brackets', `<p>${TEXT.repeat(4)}Then the mayor [&hellip;]</p>`.replace('&hellip;', '…')],
  ['an ellipsis at the end of a short piece', `<p>${TEXT}Then the mayor said that…</p>`],
  ['dots at the end of a short piece', `${TEXT}Then the mayor said that...`],
  ['words to read on', `<p>${TEXT}</p><p><a href="${URL}">Continue reading</a></p>`],
  ['words to read on, with the title', `<p>${TEXT}</p><p><a href="${URL}">Read the full article: The bridge →</a></p>`],
  ['a link of dots to its own page', `<p>${TEXT}<a href="${URL}?utm_source=rss">[…]</a></p>`],
  ['German', `<p>${TEXT}</p><a href="${URL}">Weiterlesen</a>`],
  ['Russian', `<p>Совет собрался во вторник впервые после лета.</p><a href="${URL}">Читать далее</a>`],
  ['Japanese', `<p>市議会は火曜日、夏以来初めて開かれ、橋について三時間議論した。</p><a href="${URL}">続きを読む</a>`],
  [
    'WordPress’ teaser with its signature',
    `<p>${TEXT}But [...]</p><p>The post The bridge appeared first on The Paper.</p>`,
  ],
  ['one bare sentence under a title', TEXT],
])('cut short: %s', (_name, html) => {
  expect(of(html)).toBe(true);
});

test.each([
  ['a whole article', `<p>${TEXT.repeat(3)}</p><p>${TEXT.repeat(3)}</p>`],
  ['a long article that ends in dots', `${`<p>${TEXT}</p>`.repeat(30)}<p>And so on…</p>`],
  ['several paragraphs that end in dots', `${`<p>${TEXT}</p>`.repeat(4)}<p>And so on...</p>`],
  [
    'a whole article with WordPress’ signature',
    `<p>${TEXT.repeat(4)}</p><p>The post The bridge appeared first on The Paper.</p>`,
  ],
  [
    'a whole article that recommends another',
    `<p>${TEXT.repeat(4)}</p><p>Read more: <a href="/b">Another bridge was built in the north</a></p>`,
  ],
  ['a short remark with a link', `<p>${TEXT}<a href="https://other.example/">This</a> is why.</p>`],
  ['a picture with a caption', '<img src="a.png"><p>The bridge in the morning, seen from the north.</p>'],
  ['a few words', 'Hm…'],
  ['nothing', ''],
])('whole: %s', (_name, html) => {
  expect(of(html)).toBe(false);
});

test('without an address there is nothing to fetch, and an episode’s few words are all there are', () => {
  expect(of(`${TEXT}…`, { url: null })).toBe(false);
  expect(of(TEXT, { hasMedia: true })).toBe(false);
  expect(isPartial(`<p>${TEXT}Then […]</p>`, `${TEXT}Then […]`)).toBe(true);
});

test('any content is judged, quickly', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (html, text) => typeof isPartial(html, text, { url: URL }) === 'boolean'),
  );
  for (const piece of ['<a href="', '<a ', '...', 'read more ', 'The post ', '<p>', '</p> ']) {
    const long = piece.repeat(200_000);
    expect(typeof isPartial(long, long.slice(0, 2_400), { url: URL, title: 'x' })).toBe('boolean');
  }
});
