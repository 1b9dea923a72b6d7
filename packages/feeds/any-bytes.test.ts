import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { discoverFeeds, parseOpml } from './index.ts';
import { readFeed } from './parse-feed.ts';

/** The full counts in the long run. */
const isLong = process.env.ALT_TEST_LONG === '1';

describe('no bytes make it throw', () => {
  const context = { url: 'https://e.example/feed' };
  const pieces = fc.constantFrom(
    '<?xml version="1.0" encoding="',
    'utf-16',
    '"?>',
    '<rss version="2.0">',
    '<channel>',
    '<item>',
    '</item>',
    '</channel>',
    '</rss>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    '<entry>',
    '</entry>',
    '<title type="xhtml">',
    '<title>',
    '</title>',
    '<content type="',
    'html',
    'xhtml',
    '">',
    '</content>',
    '<link href="',
    '"/>',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<!DOCTYPE',
    '[',
    ']>',
    '&amp;',
    '&',
    '<',
    '>',
    'xmlns:a="',
    'a:b',
    '<rdf:RDF>',
    '<pubDate>',
    'Tue, 03 Jun 2025',
    '<guid>',
    'xml:base="',
    'http://[',
    '{"version":"https://jsonfeed.org/version/1.1","items":[',
    '{"id":',
    '"}',
    ']}',
    '\u0000',
    '\ud800',
    'text',
    ' ',
  );

  test('bytes at random', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        for (const contentType of [null, 'application/json', 'text/xml; charset=utf-16'])
          expect(readFeed(bytes, { ...context, contentType })).toHaveProperty('ok');
        expect(discoverFeeds(bytes, context)).toBeInstanceOf(Array);
        expect(parseOpml(bytes)).toHaveProperty('ok');
      }),
    );
  });

  test('the words of feeds at random', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), fc.webUrl(), (parts, url) => {
        const bytes = Buffer.from(parts.join(''));
        expect(readFeed(bytes, { url })).toHaveProperty('ok');
        expect(discoverFeeds(bytes, { url })).toBeInstanceOf(Array);
      }),
      { numRuns: isLong ? 2_000 : 500 },
    );
  });

  test('an address that is none', () => {
    expect(
      readFeed(
        Buffer.from(
          '<rss version="2.0"><channel><link>/x</link><item><link>/y</link><guid>1</guid></item></channel></rss>',
        ),
        { url: 'nonsense' },
      ),
    ).toMatchObject({ ok: true, feed: { siteUrl: null, items: [{ url: null, guid: '1' }] } });
  });
});
