import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type FeedOutcome, type ParsedFeed, parseFeed } from './index.ts';

const parse = (text: string | Uint8Array, contentType?: string): FeedOutcome =>
  parseFeed(typeof text === 'string' ? Buffer.from(text) : text, {
    url: 'https://site.example/feeds/feed.xml',
    contentType: contentType ?? null,
  });

function feedOf(text: string | Uint8Array, contentType?: string): ParsedFeed {
  const outcome = parse(text, contentType);
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  return outcome.feed;
}

const rss = (items: string, channel = ''): string => `<rss version="2.0"><channel>${channel}${items}</channel></rss>`;

describe('refusals', () => {
  test.each([
    ['', 'empty'],
    [' \n\t', 'empty'],
    ['\ufeff', 'empty'],
    ['<!DOCTYPE html><html><head><title>x</title></head></html>', 'html'],
    ['<html lang="en"><body>x</body></html>', 'html'],
    ['<?xml version="1.0"?><note><to>you</to></note>', 'not-a-feed'],
    ['<opml version="2.0"><body/></opml>', 'not-a-feed'],
    ['just text', 'not-a-feed'],
    ['{"hello":"world"}', 'not-a-feed'],
    ['{"version":"https://jsonfeed.org/version/1.1","items":', 'unparsable'],
    ['[1,2,3]', 'not-a-feed'],
    ['\u0089PNG\r\n', 'not-a-feed'],
    ['<rss', 'not-a-feed'],
    [`<rss><channel>${'<x>'.repeat(20_000)}`, 'too-deep'],
  ])('%j is %s, in a sentence', (text, code) => {
    expect(parse(text)).toEqual({ ok: false, refusal: { code, message: expect.stringMatching(/^[A-Z].*\.$/) } });
  });

  test('a body beyond 32 MiB', () => {
    expect(parse(new Uint8Array(33 * 1024 * 1024))).toMatchObject({ ok: false, refusal: { code: 'too-large' } });
  });
});

describe('what servers get wrong', () => {
  test.each(['text/html', 'text/plain', 'application/octet-stream', 'application/json', 'image/png', 'nonsense'])(
    'the content type %s',
    (type) => {
      expect(feedOf(rss('<item><guid>1</guid></item>'), type).items).toHaveLength(1);
    },
  );

  test('a packed body', () => {
    expect(feedOf(gzipSync(rss('<item><guid>1</guid></item>')))).toMatchObject({
      items: [{ guid: '1' }],
      warnings: ['decompressed'],
    });
  });

  test('an empty feed is a feed', () => {
    expect(feedOf('<rss version="2.0"><channel><title>T</title></channel></rss>')).toMatchObject({
      title: 'T',
      items: [],
      isTruncated: false,
    });
    expect(feedOf('<feed xmlns="http://www.w3.org/2005/Atom"/>')).toMatchObject({ format: 'atom', items: [] });
  });

  test('half a document keeps its whole items', () => {
    const whole = rss('<item><guid>1</guid></item><item><guid>2</guid><title>a long title</title></item>');
    const feed = feedOf(whole.slice(0, whole.indexOf('long')));
    expect(feed).toMatchObject({ isTruncated: true, warnings: ['document-cut-short'] });
    expect(feed.items.map(({ guid }) => guid)).toEqual(['1']);
  });

  test('wherever it is cut, items are whole or left out', () => {
    const whole = rss(
      '<item><guid>first</guid><link>https://e.example/1</link></item><item><guid>second</guid><link>https://e.example/2</link></item>',
    );
    for (let length = 40; length < whole.length; length++) {
      const outcome = parse(whole.slice(0, length));
      const guids = outcome.ok ? outcome.feed.items.map(({ guid, url }) => `${guid} ${url}`) : [];
      expect(['first https://e.example/1', 'second https://e.example/2'].slice(0, guids.length)).toEqual(guids);
    }
  });

  test('items beyond the cap', () => {
    const outcome = parseFeed(
      Buffer.from(rss('<item><link>/a</link></item><item><link>/b</link></item><item><link>/c</link></item>')),
      { url: 'https://e.example/', maxItems: 2 },
    );
    expect(outcome).toMatchObject({
      ok: true,
      feed: {
        isTruncated: true,
        warnings: ['items-capped'],
        items: [{ url: 'https://e.example/a' }, { url: 'https://e.example/b' }],
      },
    });
  });
});

describe('addresses', () => {
  test('are resolved against xml:base, the site, the document', () => {
    expect(feedOf(rss('<item><link>x</link></item>')).items[0]?.url).toBe('https://site.example/feeds/x');
    expect(feedOf(rss('<item><link>x</link></item>', '<link>https://other.example/blog/</link>')).items[0]?.url).toBe(
      'https://other.example/blog/x',
    );
    expect(
      feedOf(rss('<item xml:base="b/"><link>x</link></item>').replace('<channel>', '<channel xml:base="/a/">')).items[0]
        ?.url,
    ).toBe('https://site.example/a/b/x');
  });

  test('of another scheme are no addresses', () => {
    expect(
      feedOf(
        rss(
          '<item><guid>1</guid><link>javascript:alert(1)</link><comments>data:x</comments><enclosure url="file:///x"/></item>',
        ),
      ).items[0],
    ).toMatchObject({ url: null, comments: null, enclosures: [] });
  });

  test('a permanent guid is an address, any other is not', () => {
    expect(feedOf(rss('<item><guid>https://e.example/1</guid></item>')).items[0]?.url).toBe('https://e.example/1');
    expect(feedOf(rss('<item><guid isPermaLink="false">https://e.example/1</guid></item>')).items[0]?.url).toBeNull();
  });
});

describe('text', () => {
  test.each([
    ['AT&amp;T &amp;amp; friends', 'AT&T & friends'],
    ['<![CDATA[A <b>bold</b> title]]>', 'A bold title'],
    ['How to use &lt;div&gt; in HTML', 'How to use <div> in HTML'],
    ['&lt;i&gt;Slanted&lt;/i&gt;&lt;br&gt;next', 'Slanted next'],
    ['Caf&eacute; &#8211; &#x1F600;', 'Café – 😀'],
    ['1 < 2 & 3', '1 < 2 & 3'],
    ['  many \n blanks ', 'many blanks'],
    ['&nosuch; stays', '&nosuch; stays'],
    ['bell\u0007 and zero\u0000', 'bell and zero'],
  ])('the title %s', (written, title) => {
    expect(feedOf(rss(`<item><title>${written}</title></item>`)).items[0]?.title).toBe(title);
  });

  test('an excerpt is at most 500 characters and never half a character', () => {
    for (const text of [
      'word '.repeat(300),
      '字'.repeat(900),
      '👩‍👩‍👧‍👦'.repeat(200),
      'e\u0301'.repeat(600),
      '🙂'.repeat(600),
    ]) {
      const excerpt = feedOf(rss(`<item><description>${text}</description></item>`)).items[0]?.excerpt ?? '';
      expect(excerpt.length).toBeLessThanOrEqual(500);
      expect(excerpt.length).toBeGreaterThan(400);
      expect(excerpt.isWellFormed()).toBe(true);
      const segments = [...new Intl.Segmenter().segment(excerpt.slice(0, -1).trimEnd())].map(({ segment }) => segment);
      expect(text).toContain(segments.at(-1));
      expect(segments.at(-1)).toBe(
        [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment)[segments.length - 1],
      );
    }
  });

  test.each([
    ['bob@example.org (Bob Smith)', 'Bob Smith'],
    ['Bob Smith &lt;bob@example.org&gt;', 'Bob Smith'],
    ['bob@example.org', 'bob@example.org'],
    ['Bob Smith', 'Bob Smith'],
  ])('the author %s', (written, name) => {
    expect(feedOf(rss(`<item><guid>1</guid><author>${written}</author></item>`)).items[0]?.authors).toEqual([name]);
  });
});
