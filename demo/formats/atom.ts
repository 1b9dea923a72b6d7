import { absoluteHtml, element, type FeedDocument, type FeedItem } from './document.ts';

/** Atom 1.0 (RFC 4287); content is XHTML whose links are relative to `xml:base`. */
export function writeAtom10(feed: FeedDocument): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${feed.language}" xml:base="${feed.homeUrl}">
${element('id', feedId(feed))}
${element('title', feed.title)}
${element('subtitle', feed.description)}
${element('updated', feed.updatedAt.toISOString())}
<author>${element('name', feed.author)}</author>
<link rel="self" type="application/atom+xml" href="${feed.selfUrl}"/>
<link rel="alternate" type="text/html" href="./"/>
<icon>icon.png</icon>
${feed.items.map((item) => atom10Entry(item, feed)).join('\n')}
</feed>
`;
}

/** Atom 0.3, the draft that many feeds still wear; https://datatracker.ietf.org/doc/html/draft-ietf-atompub-format-00 */
export function writeAtom03(feed: FeedDocument): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<feed version="0.3" xmlns="http://purl.org/atom/ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" xml:lang="${feed.language}">
${element('title', feed.title)}
${element('tagline', feed.description)}
<link rel="alternate" type="text/html" href="${feed.homeUrl}"/>
${element('id', feedId(feed))}
${element('modified', seconds(feed.updatedAt))}
<author>${element('name', feed.author)}</author>
${feed.items.map((item) => atom03Entry(item, feed)).join('\n')}
</feed>
`;
}

function atom10Entry(item: FeedItem, feed: FeedDocument): string {
  const isFull = feed.definition.content === 'full';
  const content = `<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">${item.html}</div></content>`;
  return `<entry>
${element('id', item.id)}
${element('title', item.title)}
<link rel="alternate" type="text/html" href="${item.url}"/>
${element('published', item.publishedAt.toISOString())}
${element('updated', item.publishedAt.toISOString())}
${item.tags.map((tag) => `<category term="${tag}"/>`).join('')}
${element('summary', item.summary)}
${isFull ? content : ''}
</entry>`;
}

function atom03Entry(item: FeedItem, feed: FeedDocument): string {
  return `<entry>
${element('title', item.title)}
<link rel="alternate" type="text/html" href="${item.url}"/>
${element('id', item.id)}
${element('issued', seconds(item.publishedAt))}
${element('modified', seconds(item.publishedAt))}
${item.tags.map((tag) => element('dc:subject', tag)).join('')}
${element('summary', item.summary, 'type="text/plain"')}
${element('content', absoluteHtml(item.html, feed.homeUrl), 'type="text/html" mode="escaped"')}
</entry>`;
}

function feedId(feed: FeedDocument): string {
  return `tag:alt.example,2026:${new URL(feed.selfUrl).pathname.slice(1)}`;
}

function seconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
