import { absoluteHtml, type FeedDocument } from './document.ts';

/** JSON Feed 1.1; https://www.jsonfeed.org/version/1.1/ */
export function writeJsonFeed(feed: FeedDocument): string {
  const document = {
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.homeUrl,
    feed_url: feed.selfUrl,
    description: feed.description,
    language: feed.language,
    icon: `${feed.homeUrl}images/cover.png`,
    favicon: `${feed.homeUrl}icon.png`,
    authors: [{ name: feed.author }],
    items: feed.items.map((item) => ({
      id: item.id,
      url: item.url,
      title: item.title,
      content_html: absoluteHtml(item.html, feed.homeUrl),
      summary: item.summary,
      ...(item.imageUrl === null ? {} : { image: item.imageUrl }),
      date_published: item.publishedAt.toISOString(),
      tags: item.tags,
    })),
  };
  return JSON.stringify(document, null, 1);
}
