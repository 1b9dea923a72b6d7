import { resolveBases, resolveUrl } from '../addresses.ts';
import type { ItemComments } from '../feed.ts';
import { attribute, elementsNamed, firstText, type XmlElement } from '../xml/element.ts';

/**
 * Where an item is discussed and how much: `comments` of RSS 2.0, `slash:comments`, `wfw:commentRss`, and of RFC 4685
 * `thr:total` and links with `rel="replies"`.
 */
export function readComments(item: XmlElement, baseUrl: string | null): ItemComments | null {
  const links = repliesLinks(item, baseUrl);
  const written = firstText(item, 'comments');
  const writtenCount = commentCount(written);
  const url = writtenCount === null ? resolveUrl(written, baseUrl) : null;
  const comments = {
    url: url ?? links.find(({ isFeed }) => !isFeed)?.url ?? null,
    feedUrl: resolveUrl(firstText(item, 'wfw:commentrss'), baseUrl) ?? links.find(({ isFeed }) => isFeed)?.url ?? null,
    count:
      commentCount(firstText(item, 'slash:comments')) ??
      commentCount(firstText(item, 'thr:total')) ??
      links.find(({ count }) => count !== null)?.count ??
      writtenCount,
  };
  return comments.url === null && comments.feedUrl === null && !comments.count ? null : comments;
}

interface RepliesLink {
  url: string | null;
  isFeed: boolean;
  count: number | null;
}

function repliesLinks(item: XmlElement, baseUrl: string | null): RepliesLink[] {
  const links: RepliesLink[] = [];
  for (const link of elementsNamed(item, 'link', 'atom:link')) {
    if (attribute(link, 'rel')?.toLowerCase() !== 'replies') continue;
    const ownBase = attribute(link, 'xml:base');
    const type = attribute(link, 'type') ?? '';
    links.push({
      url: resolveUrl(attribute(link, 'href'), ownBase === null ? baseUrl : resolveBases([ownBase], baseUrl)),
      isFeed: /atom|rss|xml/i.test(type) && !/xhtml/i.test(type),
      // Attributes keep the document's own prefix.
      count: commentCount(link.attributes.find(({ name }) => /^(?:\w+:)?count$/.test(name))?.value ?? null),
    });
  }
  return links;
}

/** A number of comments that can be one: nine digits at most. */
function commentCount(text: string | null): number | null {
  return text !== null && /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : null;
}
