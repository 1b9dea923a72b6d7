/** What a reader said of an article. */
export interface ItemState {
  isRead: boolean;
  isStarred: boolean;
  labels: readonly string[];
}

/**
 * What both sides shall have: what one side changed since they agreed is carried to the other; where both changed, they
 * changed to the same, for each mark is either there or not. At first contact, without anything agreed, stars and labels of
 * both are kept, and read is what was read on either side.
 */
export function mergeItem(agreed: ItemState | null, local: ItemState, remote: ItemState): ItemState {
  if (agreed === null) {
    return {
      isRead: local.isRead || remote.isRead,
      isStarred: local.isStarred || remote.isStarred,
      labels: union(local.labels, remote.labels),
    };
  }
  return {
    isRead: changed(agreed.isRead, local.isRead, remote.isRead),
    isStarred: changed(agreed.isStarred, local.isStarred, remote.isStarred),
    labels: mergeSets(agreed.labels, local.labels, remote.labels),
  };
}

/** What is agreed once Alt has the target: of each mark, what both have now; the former state where Inoreader is still to hear. */
export function agreedAfter(agreed: ItemState | null, target: ItemState, remote: ItemState): ItemState {
  const before = agreed ?? remote;
  return {
    isRead: target.isRead === remote.isRead ? target.isRead : before.isRead,
    isStarred: target.isStarred === remote.isStarred ? target.isStarred : before.isStarred,
    labels: agreedSet(before.labels, target.labels, remote.labels),
  };
}

/** The marks to set and to take at Inoreader, so that it has the target. */
export function marksToWrite(target: ItemState, remote: ItemState): { add: string[]; remove: string[] } {
  const add: string[] = [];
  const remove: string[] = [];
  if (target.isRead !== remote.isRead) (target.isRead ? add : remove).push(READ);
  if (target.isStarred !== remote.isStarred) (target.isStarred ? add : remove).push(STARRED);
  for (const name of target.labels) if (!remote.labels.includes(name)) add.push(labelTag(name));
  for (const name of remote.labels) if (!target.labels.includes(name)) remove.push(labelTag(name));
  return { add: add.sort(), remove: remove.sort() };
}

export const READ = 'user/-/state/com.google/read';
export const STARRED = 'user/-/state/com.google/starred';
export const READING_LIST = 'user/-/state/com.google/reading-list';

export function labelTag(name: string): string {
  return `user/-/label/${name}`;
}

/** A feed that is followed: its title (null where the reader gave it none), and the names of its folders. */
export interface FollowedFeed {
  title: string | null;
  folders: readonly string[];
}

export interface AgreedFeed {
  localTitle: string | null;
  remoteTitle: string | null;
  folders: readonly string[];
}

export type FeedMerge =
  | { kind: 'keep'; local: FollowedFeed; remote: FollowedFeed }
  | { kind: 'follow-here' | 'follow-there' | 'leave-here' | 'leave-there' | 'forget' };

/**
 * What becomes of a subscription. Gone on one side since both had it means gone on the other; never agreed means it is to be
 * on both. Of two titles given at once Alt's counts.
 */
export function mergeFeed(
  agreed: AgreedFeed | null,
  local: FollowedFeed | null,
  remote: FollowedFeed | null,
): FeedMerge {
  if (local === null && remote === null) return { kind: 'forget' };
  if (local === null) return { kind: agreed === null ? 'follow-here' : 'leave-there' };
  if (remote === null) return { kind: agreed === null ? 'follow-there' : 'leave-here' };
  const folders =
    agreed === null ? union(local.folders, remote.folders) : mergeSets(agreed.folders, local.folders, remote.folders);
  const isOurs = local.title !== null && (agreed === null || local.title !== agreed.localTitle);
  const isTheirs = agreed !== null && remote.title !== null && remote.title !== agreed.remoteTitle;
  const title = isOurs ? local.title : isTheirs ? remote.title : null;
  return {
    kind: 'keep',
    local: { title: title ?? local.title, folders },
    remote: { title: title ?? remote.title, folders },
  };
}

/**
 * Whether so much vanished at once that it is rather a mistake than meant: more than half, and five or more.
 */
export function isMassRemoval(before: number, gone: number): boolean {
  return gone >= 5 && gone * 2 > before;
}

/** Three-way merge of two sets of names, sorted. */
export function mergeSets(agreed: readonly string[], local: readonly string[], remote: readonly string[]): string[] {
  return union(union(agreed, local), remote).filter((name) =>
    changed(agreed.includes(name), local.includes(name), remote.includes(name)),
  );
}

/** Of a set that is on its way: what both have, and of the rest what was agreed before. */
export function agreedSet(before: readonly string[], target: readonly string[], remote: readonly string[]): string[] {
  return union(union(before, target), remote).filter((name) => {
    const isWanted = target.includes(name);
    return isWanted === remote.includes(name) ? isWanted : before.includes(name);
  });
}

export function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}

export function union(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])].sort();
}

/** Of a mark, what the side says that changed it. */
function changed(agreed: boolean, local: boolean, remote: boolean): boolean {
  return local === agreed ? remote : local;
}
