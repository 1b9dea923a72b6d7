import type { Folder, Subscription } from '../api/api.ts';
import type { Narrowing } from '../data/sources.ts';

/** What a narrowing's ids are called. */
export interface NarrowingNames {
  subscriptions: readonly Pick<Subscription, 'id' | 'title' | 'feed'>[];
  folders: readonly Pick<Folder, 'id' | 'name'>[];
}

/**
 * A search as one query, as it can be kept: what stands beside its words becomes conditions. A feed is named by its title,
 * by its number where other titles have that title in them.
 */
export function queryOf(text: string, narrowing: Narrowing, names: NarrowingNames): string {
  const { subscription, folder, feed, tag, language, day } = narrowing;
  const feedOf = names.subscriptions.find(({ id }) => id === subscription)?.feed.id;
  const folderName = names.folders.find(({ id }) => id === folder)?.name;
  return [
    text,
    feedOf && feedCondition(feedOf, names),
    folderName && `folder:${quoted(folderName)}`,
    feed && feedCondition(feed, names),
    tag && `tag:${quoted(tag)}`,
    language && `lang:${language}`,
    day && `after:${day} before:${dayAfter(day)}`,
  ]
    .filter(Boolean)
    .join(' ');
}

function feedCondition(feedId: string, { subscriptions }: NarrowingNames): string {
  const title = subscriptions.find(({ feed }) => feed.id === feedId)?.title ?? '';
  const name = title.trim().toLowerCase();
  const isUnmistakable =
    /[\p{L}\p{N}]/u.test(name) && subscriptions.filter((other) => other.title.toLowerCase().includes(name)).length <= 1;
  return isUnmistakable ? `feed:${quoted(title)}` : `feed:#${feedId}`;
}

/** Quotation marks cannot stand inside quoted words of a query. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', ' ')}"`;
}

/** The day after a day in UTC, both as `2026-11-21`. */
function dayAfter(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}
