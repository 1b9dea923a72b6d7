import type { Queryable } from '@alt/database';
import { feedsInFolders } from './store/folders.ts';
import { findSubscription } from './store/subscriptions.ts';

/** The feeds of subscriptions and of folders with those inside them; null where none is named. */
export async function resolveFeeds(tx: Queryable, readerId: number, subscriptionIds: number[], folderIds: number[]) {
  if (subscriptionIds.length === 0 && folderIds.length === 0) return null;
  const feeds = new Set<number>();
  for (const id of subscriptionIds) {
    const row = await findSubscription(tx, readerId, id);
    if (row) feeds.add(row.feedId);
  }
  if (folderIds.length > 0) {
    for (const feedId of await feedsInFolders(tx, readerId, folderIds)) feeds.add(feedId);
  }
  return [...feeds];
}
