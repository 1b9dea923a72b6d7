import type { Counters } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { starredCount, unreadByFeed } from './store/counters.ts';
import { allFolders, foldersBelow, placements } from './store/folders.ts';

/** Every unread count of a reader: kept per feed, summed per folder with those inside, each feed once. */
export async function computeCounters(tx: Queryable, readerId: number): Promise<Counters> {
  const [feeds, folders, placed, { starred }] = await Promise.all([
    unreadByFeed(tx, readerId),
    allFolders(tx, readerId),
    placements(tx, readerId),
    starredCount(tx, readerId),
  ]);
  const unreadOf = new Map(feeds.map(({ feedId, unread }) => [feedId, unread]));
  const feedsIn = Map.groupBy(placed, ({ folderId }) => folderId);
  const byFolder: Record<string, number> = {};
  for (const [id, below] of foldersBelow(folders)) {
    const inside = new Set([...below].flatMap((folder) => (feedsIn.get(folder) ?? []).map(({ feedId }) => feedId)));
    byFolder[id] = [...inside].reduce((sum, feedId) => sum + (unreadOf.get(feedId) ?? 0), 0);
  }
  const bySubscription: Record<string, number> = {};
  for (const { subscriptionId, unread } of feeds) if (subscriptionId !== null) bySubscription[subscriptionId] = unread;
  return { unread: feeds.reduce((sum, { unread }) => sum + unread, 0), starred, bySubscription, byFolder };
}
