import { absoluteHtml, element, type FeedDocument, type FeedItem } from './document.ts';

/** RSS 1.0 with Dublin Core and content modules; https://web.resource.org/rss/1.0/spec */
export function writeRdf(feed: FeedDocument): string {
  const encoding = feed.definition.encoding === 'shift_jis' ? 'Shift_JIS' : 'UTF-8';
  return `<?xml version="1.0" encoding="${encoding}"?>
<rdf:RDF xmlns="http://purl.org/rss/1.0/"
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xml:lang="${feed.language}">
<channel rdf:about="${feed.selfUrl}">
${element('title', feed.title)}
${element('link', feed.homeUrl)}
${element('description', feed.description)}
${element('dc:language', feed.language)}
${element('dc:date', japaneseTime(feed.updatedAt))}
<items><rdf:Seq>${feed.items.map((item) => `<rdf:li rdf:resource="${item.url}"/>`).join('')}</rdf:Seq></items>
</channel>
${feed.items.map((item) => rdfItem(item, feed)).join('\n')}
</rdf:RDF>
`;
}

function rdfItem(item: FeedItem, feed: FeedDocument): string {
  return `<item rdf:about="${item.url}">
${element('title', item.title)}
${element('link', item.url)}
${element('description', item.summary)}
${element('content:encoded', absoluteHtml(item.html, feed.homeUrl))}
${element('dc:creator', feed.author)}
${element('dc:date', japaneseTime(item.publishedAt))}
${item.tags.map((tag) => element('dc:subject', tag)).join('')}
</item>`;
}

/** RFC 3339 in the zone of the site's author, so that readers meet an offset. */
function japaneseTime(time: Date): string {
  return new Date(time.getTime() + 9 * 3_600_000).toISOString().replace(/\.\d+Z$/, '+09:00');
}
