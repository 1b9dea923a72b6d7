import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { discoverFeeds, knownFeedUrls, wellKnownFeedPaths } from '../index.ts';

const found = (html: string, url = 'https://site.example/blog/'): string[] =>
  discoverFeeds(Buffer.from(html), { url }).map((feed) => feed.url);

describe('link elements', () => {
  test.each([
    ['<link rel="alternate" type="application/rss+xml" href="/feed">', 'https://site.example/feed'],
    ["<LINK REL=ALTERNATE TYPE='Application/RSS+XML' HREF=feed.xml>", 'https://site.example/blog/feed.xml'],
    ['<link href=/a.atom type=application/atom+xml rel="alternate home">', 'https://site.example/a.atom'],
    ['<link/rel="alternate"/type="application/feed+json"/href="/f.json"/>', 'https://site.example/f.json'],
    [
      '<base href="https://cdn.example/x/"><link rel=alternate type=application/rss+xml href=feed>',
      'https://cdn.example/x/feed',
    ],
    [
      '<link rel=alternate type=application/rss+xml href=/first><base href="https://cdn.example/">',
      'https://cdn.example/first',
    ],
    [
      '<link rel="alternate" type="application/rss+xml; charset=utf-8" href="?a=1&amp;b=2">',
      'https://site.example/blog/?a=1&b=2',
    ],
    ['<link rel="feed" href="/hfeed">', 'https://site.example/hfeed'],
    ['<link rel="alternate" type="text/xml" href="/rss.xml">', 'https://site.example/rss.xml'],
    ['<link rel="alternate" type="application/rss+xml" href="feed://site.example/old">', 'http://site.example/old'],
    [
      '<!-- <link rel=alternate type=application/rss+xml href=/no> --><link rel=alternate type=application/rss+xml href=/yes>',
      'https://site.example/yes',
    ],
    [
      '<script>"<link rel=alternate type=application/rss+xml href=/no>"</script><link rel=alternate type=application/rss+xml href=/yes>',
      'https://site.example/yes',
    ],
  ])('%s', (html, url) => {
    expect(found(html)).toEqual([url]);
  });

  test('what is no feed is left out, comments come last, doubles once', () => {
    const html = `<link rel="stylesheet" href="/s.css"><link rel="alternate" hreflang="de" href="/de/">
      <link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1"><link rel="alternate" type="application/json+oembed" href="/oembed">
      <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/"><link rel="alternate" type="application/rss+xml" title=" Main
      feed " href="/feed"><link rel="alternate" type="application/rss+xml" href="/feed">`;
    expect(discoverFeeds(Buffer.from(html), { url: 'https://site.example/' })).toEqual([
      { url: 'https://site.example/feed', title: 'Main feed', format: 'rss', source: 'link' },
      { url: 'https://site.example/comments/feed/', title: 'Comments', format: 'rss', source: 'link' },
    ]);
  });

  test('a page in UTF-16', () => {
    const bytes = iconv.encode('<link rel=alternate type=application/rss+xml title="Лента" href=/f>', 'utf-16le', {
      addBOM: true,
    });
    expect(discoverFeeds(bytes, { url: 'https://site.example/' })[0]).toMatchObject({
      title: 'Лента',
      url: 'https://site.example/f',
    });
  });
});

test('links in the page count when they look like a feed', () => {
  expect(
    found('<a href="/rss.xml">RSS <b>feed</b></a><a href="/about">About feeds</a><a href="/news/feed/">x</a>'),
  ).toEqual(['https://site.example/rss.xml', 'https://site.example/news/feed/']);
});

test.each([
  [
    'https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv',
    ['https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv'],
  ],
  [
    'https://www.youtube.com/playlist?list=PL1234567890',
    ['https://www.youtube.com/feeds/videos.xml?playlist_id=PL1234567890'],
  ],
  ['https://www.youtube.com/user/someone', ['https://www.youtube.com/feeds/videos.xml?user=someone']],
  ['https://www.reddit.com/r/selfhosted/', ['https://www.reddit.com/r/selfhosted/.rss']],
  ['https://old.reddit.com/r/a+b/top/?t=week', ['https://www.reddit.com/r/a+b/top/.rss?t=week']],
  [
    'https://github.com/owner/project',
    [
      'https://github.com/owner/project/releases.atom',
      'https://github.com/owner/project/tags.atom',
      'https://github.com/owner/project/commits.atom',
    ],
  ],
  ['https://github.com/owner/project/commits/main', ['https://github.com/owner/project/commits/main.atom']],
  ['https://github.com/owner', ['https://github.com/owner.atom']],
  ['https://mastodon.example/@someone', ['https://mastodon.example/@someone.rss']],
  ['https://mastodon.example/tags/photo', ['https://mastodon.example/tags/photo.rss']],
  ['https://medium.com/@someone', ['https://medium.com/feed/@someone']],
  ['https://name.substack.com/p/post', ['https://name.substack.com/feed']],
  ['https://bsky.app/profile/name.example', ['https://bsky.app/profile/name.example/rss']],
  ['https://site.example/page', []],
  ['not an address', []],
  ['ftp://github.com/a/b', []],
])('what is known of %s', (url, feeds) => {
  expect(knownFeedUrls(url)).toEqual(feeds);
});

test('a YouTube page of any address names its channel', () => {
  const html = '<meta itemprop="identifier" content="UCabcdefghijklmnopqrstuv">';
  expect(found(html, 'https://www.youtube.com/@handle')).toEqual([
    'https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv',
  ]);
});

test('well-known places begin beside the page and stay on its site', () => {
  const paths = wellKnownFeedPaths('https://site.example/blog/post?x#y');
  expect(paths[0]).toBe('https://site.example/blog/feed');
  expect(paths).toContain('https://site.example/rss.xml');
  expect(paths.every((path) => path.startsWith('https://site.example/'))).toBe(true);
  expect(new Set(paths).size).toBe(paths.length);
});
