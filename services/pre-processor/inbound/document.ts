import { htmlToText, itemIdentity, type ParsedItem, parseFeed } from '@alt/feeds';
import { identityOf } from '../identities.ts';
import { rowOf } from '../rows.ts';
import { timeOf } from '../storable.ts';
import { linkKeyOf, textKeyOf } from './keys.ts';

/** An inbound item as a thread is given it. */
export interface InboundText {
  guid: string | null;
  url: string | null;
  title: string | null;
  author: string | null;
  publishedAt: string | null;
  contentHtml: string | null;
  enclosures: { url: string; type: string | null; length: number | null }[];
}

/** The JSON of items of one feed. */
export interface InboundTask {
  bytes: Uint8Array;
  /** What relative addresses are read against. */
  feedUrl: string;
  /** Whose they are: until a poll shows them, nobody else is given their text. */
  tenantId: string;
}

/** What an item says, ready to be stored. */
export interface InboundRow {
  /** A JSON record, as rowOf makes it; its identity is the tenant's own. */
  row: string;
  identity: string;
  /** The same with its title, for an item that shares its address with another one. */
  apartIdentity: string;
  /** Empty where it has none of its own. */
  title: string;
  /** Under which a poll knows the same item. */
  polledIdentity: string;
  /** Hash of its address as other feeds may write it too. */
  linkKey: string | null;
  /** Hash of title and text, where there is enough of it to tell texts apart. */
  textKey: string | null;
  publishedAt: number | null;
  /** Of the last days. */
  isNews: boolean;
}

/** Whose full text is fetched if the item is cut short, and what rules judge: news, and not an archive that comes at once. */
const NEWS_MS = 3 * 86_400_000;

/** Reads and cleans inbound items, in their order; null for what has nothing to show. */
export function readInbound({ bytes, feedUrl, tenantId }: InboundTask): (InboundRow | null)[] {
  const items = JSON.parse(Buffer.from(bytes).toString()) as InboundText[];
  const parsed = parseItems(items, feedUrl);
  return items.map((given, index) => {
    const item = parsed.get(String(index));
    return item ? inboundRow({ ...item, guid: given.guid }, tenantId) : null;
  });
}

/** As a JSON Feed, so that they are read and cleaned as everything else is. The guid is the place. */
function parseItems(items: readonly InboundText[], feedUrl: string): Map<string | null, ParsedItem> {
  const document = {
    version: 'https://jsonfeed.org/version/1.1',
    title: '',
    home_page_url: feedUrl,
    items: items.map((item, index) => ({
      id: String(index),
      url: item.url ?? undefined,
      title: item.title === null ? undefined : plainTitle(item.title),
      content_html: item.contentHtml ?? '',
      date_published: item.publishedAt ?? undefined,
      authors: item.author ? [{ name: item.author }] : [],
      attachments: item.enclosures.map(({ url, type, length }) => ({
        url,
        mime_type: type ?? undefined,
        size_in_bytes: length ?? undefined,
      })),
    })),
  };
  const bytes = Buffer.from(JSON.stringify(document));
  const outcome = parseFeed(bytes, { url: feedUrl, contentType: 'application/feed+json', maxItems: items.length });
  return new Map(outcome.ok ? outcome.feed.items.map((item) => [item.guid, item]) : []);
}

/** Services disagree on whether titles are text or HTML. */
function plainTitle(title: string): string {
  return /&(?:#\d+|#x[\da-f]+|[a-z]+\d*);/i.test(title) ? htmlToText(title.replaceAll('<', '&lt;')) : title;
}

function inboundRow(item: ParsedItem, tenantId: string): InboundRow | null {
  const hasText = (item.title ?? '') !== '' || item.text !== '' || item.enclosures.length > 0 || item.imageUrl !== null;
  if (!hasText) return null;
  const polled = itemIdentity(item).value;
  const publishedAt = timeOf(item.publishedAt);
  const identity = identityOf(`inbound\n${tenantId}\n${polled}`);
  const isNews = publishedAt !== null && publishedAt > Date.now() - NEWS_MS;
  const row = rowOf({ item, identity, otherIdentity: null, isAmbiguous: false }, isNews);
  return {
    row: JSON.stringify(row),
    identity,
    apartIdentity: identityOf(`inbound\n${tenantId}\n${polled}\n${row.title}`),
    title: (item.title ?? '') === '' ? '' : row.title,
    polledIdentity: identityOf(polled),
    linkKey: linkKeyOf(item.url),
    textKey: textKeyOf(item.text, row.text_hash),
    publishedAt,
    isNews,
  };
}
