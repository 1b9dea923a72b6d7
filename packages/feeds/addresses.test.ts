import { describe, expect, test } from 'vitest';
import { canonicalFeedUrl, FeedAddressError, itemIdentity, type ParsedItem } from './index.ts';

describe('one spelling for one feed', () => {
  test.each([
    ['https://Example.ORG/Feed', 'https://example.org/Feed'],
    ['  http://example.org:80/feed#top ', 'http://example.org/feed'],
    ['https://example.org:443', 'https://example.org/'],
    ['https://example.org:8443/x', 'https://example.org:8443/x'],
    ['feed://example.org/feed', 'http://example.org/feed'],
    ['feed:https://example.org/feed', 'https://example.org/feed'],
    ['feeds:https://example.org/feed', 'https://example.org/feed'],
    ['itpc://example.org/podcast', 'http://example.org/podcast'],
    ['pcast://example.org/podcast', 'http://example.org/podcast'],
    ['example.org', 'https://example.org/'],
    ['example.org:8080/feed?x=1', 'https://example.org:8080/feed?x=1'],
    ['//example.org/feed', 'https://example.org/feed'],
    ['https://bücher.example/feed', 'https://xn--bcher-kva.example/feed'],
    ['https://例え.jp/フィード', 'https://xn--r8jz45g.jp/%E3%83%95%E3%82%A3%E3%83%BC%E3%83%89'],
    ['https://example.org./feed', 'https://example.org/feed'],
    ['https://me:secret@example.org/feed', 'https://me:secret@example.org/feed'],
    ['http://[::1]:8000/feed', 'http://[::1]:8000/feed'],
    ['localhost:8000/feed', 'https://localhost:8000/feed'],
    ['https://example.org/a/../b', 'https://example.org/b'],
  ])('%s', (typed, expected) => {
    expect(canonicalFeedUrl(typed)).toBe(expected);
    expect(canonicalFeedUrl(expected)).toBe(expected);
  });

  test.each([
    ['', 'empty-address'],
    ['   ', 'empty-address'],
    ['ftp://example.org/feed', 'unsupported-scheme'],
    ['javascript:alert(1)', 'unsupported-scheme'],
    ['file:///etc/passwd', 'unsupported-scheme'],
    ['mailto:a@example.org', 'unsupported-scheme'],
    ['hello', 'no-host'],
    ['https://', 'not-an-address'],
    ['http://exa mple.org/', 'not-an-address'],
    [`https://example.org/${'x'.repeat(3_000)}`, 'address-too-long'],
  ])('“%s” is refused as %s', (typed, code) => {
    expect(() => canonicalFeedUrl(typed)).toThrow(FeedAddressError);
    expect(() => canonicalFeedUrl(typed)).toThrow(expect.objectContaining({ code }));
  });
});

test('an item is known by its guid, else its address, else what it says', () => {
  const item: ParsedItem = {
    guid: 'g',
    url: 'https://e.example/1',
    title: 'T',
    authors: [],
    publishedAt: null,
    updatedAt: null,
    contentHtml: null,
    summaryHtml: null,
    excerpt: '',
    text: 'x',
    imageUrl: null,
    categories: [],
    enclosures: [],
    language: null,
    comments: null,
    inReplyTo: null,
    location: null,
    podcast: null,
  };
  expect(itemIdentity(item)).toEqual({ kind: 'guid', value: 'g' });
  expect(itemIdentity({ ...item, guid: null })).toEqual({ kind: 'url', value: 'https://e.example/1' });
  const bare = { ...item, guid: null, url: null };
  expect(itemIdentity(bare)).toEqual(itemIdentity({ ...bare }));
  expect(itemIdentity(bare).value).not.toBe(itemIdentity({ ...bare, text: 'y' }).value);
});
