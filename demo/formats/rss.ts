import { absoluteHtml, element, type FeedDocument, type FeedItem } from './document.ts';

/** RSS 2.0 with `content:encoded`, and the iTunes elements for a podcast; https://www.rssboard.org/rss-specification */
export function writeRss20(feed: FeedDocument): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" ${namespaces}>
<channel>
${element('title', feed.title)}
${element('link', feed.homeUrl)}
${element('description', feed.description)}
${element('language', feed.language)}
${element('lastBuildDate', feed.updatedAt.toUTCString())}
<atom:link href="${feed.selfUrl}" rel="self" type="application/rss+xml"/>
${feed.definition.isPodcast ? podcastChannel(feed) : ''}
${feed.items.map((item) => rss20Item(item, feed)).join('\n')}
</channel>
</rss>
`;
}

/** RSS 0.91, in which items have neither dates nor identifiers; https://www.rssboard.org/rss-0-9-1-netscape */
export function writeRss091(feed: FeedDocument): string {
  const items = feed.items.map(
    (item) => `<item>
${element('title', item.title)}
${element('link', item.url)}
${element('description', absoluteHtml(item.html, feed.homeUrl))}
</item>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="0.91">
<channel>
${element('title', feed.title)}
${element('link', feed.homeUrl)}
${element('description', feed.description)}
${element('language', feed.language)}
${element('lastBuildDate', feed.updatedAt.toUTCString())}
${items.join('\n')}
</channel>
</rss>
`;
}

const namespaces = [
  'xmlns:atom="http://www.w3.org/2005/Atom"',
  'xmlns:content="http://purl.org/rss/1.0/modules/content/"',
  'xmlns:dc="http://purl.org/dc/elements/1.1/"',
  'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"',
  'xmlns:media="http://search.yahoo.com/mrss/"',
].join(' ');

function rss20Item(item: FeedItem, feed: FeedDocument): string {
  const html = absoluteHtml(item.html, feed.homeUrl).replaceAll(']]>', ']]&gt;');
  const lines = [
    '<item>',
    element('title', item.title),
    element('link', item.url),
    element('guid', item.id, 'isPermaLink="false"'),
    element('pubDate', item.publishedAt.toUTCString()),
    element('dc:creator', feed.author),
    ...item.tags.map((tag) => element('category', tag)),
    element('description', item.summary),
    feed.definition.content === 'full' ? `<content:encoded><![CDATA[${html}]]></content:encoded>` : '',
    item.imageUrl === null ? '' : `<media:content url="${item.imageUrl}" medium="image" type="image/png"/>`,
    item.sound === null ? '' : episode(item.sound),
    '</item>',
  ];
  return lines.filter((line) => line !== '').join('\n');
}

function podcastChannel(feed: FeedDocument): string {
  return `${element('itunes:author', feed.author)}
<itunes:image href="${feed.homeUrl}images/cover.png"/>
<itunes:category text="Society &amp; Culture"/>
<itunes:explicit>false</itunes:explicit>`;
}

function episode(sound: NonNullable<FeedItem['sound']>): string {
  return `<enclosure url="${sound.url}" length="${sound.bytes}" type="audio/wav"/>
<itunes:duration>${sound.seconds}</itunes:duration>
<itunes:episode>${sound.episode}</itunes:episode>`;
}
