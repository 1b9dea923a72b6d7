import type { Counters, Folder, Subscription } from '../api/api.ts';
import type { SavedSearch } from '../api/enrichment.ts';
import type { Arrived } from '../data/live.ts';
import type { Source } from '../data/sources.ts';
import type { Translate } from '../language/catalogue.ts';

/** What a list is called. */
export function titleOf(
  source: Source,
  subscriptions: readonly Subscription[],
  folders: readonly Folder[],
  searches: readonly SavedSearch[],
  t: Translate,
): string {
  if (source.kind === 'feed') return subscriptions.find(({ id }) => id === source.id)?.title ?? '';
  if (source.kind === 'folder') return folders.find(({ id }) => id === source.id)?.name ?? '';
  if (source.kind === 'saved') return searches.find(({ query }) => query === source.query)?.name ?? source.query;
  if (source.kind === 'label' || source.kind === 'tag') return source.name;
  if (source.kind === 'starred') return t('nav.starred');
  if (source.kind === 'hidden') return t('list.hidden');
  if (source.kind === 'search') return t('nav.search');
  if (source.kind === 'ask') return t('nav.ask');
  if (source.kind === 'highlights') return t('nav.highlights');
  if (source.kind === 'recap') return t('nav.recap');
  if (source.kind === 'statistics') return t('nav.statistics');
  if (source.kind === 'logs') return t('nav.logs');
  if (source.kind === 'projects') return t('nav.projects');
  return t('nav.all');
}

/** How many of a source are unread; undefined where nobody counts. */
export function unreadOf(source: Source, counters: Counters, searches: readonly SavedSearch[]): number | undefined {
  if (source.kind === 'all') return counters.unread;
  if (source.kind === 'feed') return counters.bySubscription[source.id] ?? 0;
  if (source.kind === 'folder') return counters.byFolder[source.id] ?? 0;
  if (source.kind === 'saved') return searches.find(({ query }) => query === source.query)?.unreadCount ?? undefined;
  return undefined;
}

/** How many of the arrivals belong to a source. */
export function newCountOf(
  source: Source,
  arrived: Arrived,
  subscriptions: readonly Subscription[],
  folders: readonly Folder[],
): number {
  const isCounted = source.kind === 'all' || source.kind === 'feed' || source.kind === 'folder';
  if (arrived.size === 0 || !isCounted) return 0;
  if (source.kind === 'all') return arrived.size;
  const inside = source.kind === 'folder' ? foldersWithin(source.id, folders) : null;
  const subscribed = subscriptions.filter((subscription) =>
    inside
      ? subscription.folderIds.some((id) => inside.has(id))
      : source.kind === 'feed' && subscription.id === source.id,
  );
  const feeds = new Set(subscribed.map(({ feed }) => feed.id));
  return [...arrived.values()].filter((feedId) => feeds.has(feedId)).length;
}

function foldersWithin(id: string, folders: readonly Folder[]): Set<string> {
  const inside = new Set([id]);
  let before = 0;
  while (inside.size > before) {
    before = inside.size;
    for (const folder of folders) if (folder.parentId && inside.has(folder.parentId)) inside.add(folder.id);
  }
  return inside;
}
