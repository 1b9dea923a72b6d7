import type { ReaderAccount, ReaderFeed, ReaderItem } from './account.ts';
import type { ReaderVariant } from './variants.ts';

const LONG_FORM = 'tag:google.com,2005:reader/item/';

export function streamIdOf(feed: ReaderFeed, { feedIds }: ReaderVariant): string {
  if (feedIds === 'url') return `feed/${feed.url}`;
  return feedIds === 'number' ? `feed/${feed.number}` : `feed/${objectId(feed.number)}`;
}

export function findFeed(account: ReaderAccount, streamId: string, variant: ReaderVariant): ReaderFeed | undefined {
  return account.feeds.find((feed) => feed.isSubscribed && streamIdOf(feed, variant) === streamId);
}

/** As lists of ids have it: decimal, or the object id. */
export function shortId(item: ReaderItem, { itemIds }: ReaderVariant): string {
  return itemIds === 'number' ? String(item.number) : objectId(item.number);
}

export function longId(item: ReaderItem, { itemIds }: ReaderVariant): string {
  if (itemIds === 'object') return LONG_FORM + objectId(item.number);
  return LONG_FORM + item.number.toString(16).padStart(16, '0');
}

/** Any form that clients send: long, 16 hex digits, decimal, object id. */
export function findItem(account: ReaderAccount, id: string, { itemIds }: ReaderVariant): ReaderItem | undefined {
  const bare = id.startsWith(LONG_FORM) ? id.slice(LONG_FORM.length) : id;
  if (itemIds === 'object') return account.items.find(({ number }) => objectId(number) === bare);
  const isHex = id !== bare || (bare.length === 16 && bare.startsWith('000'));
  const number = isHex ? Number.parseInt(bare, 16) : Number(bare);
  return account.items.find((item) => item.number === number);
}

function objectId(number: number): string {
  return `50e1d5af${number.toString(16).padStart(16, '0')}`;
}
