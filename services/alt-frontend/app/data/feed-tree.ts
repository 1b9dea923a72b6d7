import type { Folder, Subscription } from '../api/api.ts';

/** A line of the sidebar, in order of appearance. */
export type TreeLine =
  | { kind: 'folder'; folder: Folder; depth: number; isOpen: boolean; isEmpty: boolean }
  | { kind: 'feed'; subscription: Subscription; depth: number; key: string };

/**
 * The sidebar's tree as lines: folders first, then feeds, each by name in the reader's language; a feed in several
 * folders appears in each. A folder whose parent is missing (a change on its way) stands at the top.
 */
export function feedTree(
  folders: readonly Folder[],
  subscriptions: readonly Subscription[],
  closed: ReadonlySet<string>,
  locale: string,
): TreeLine[] {
  const collator = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });
  const known = new Set(folders.map((folder) => folder.id));
  const parentOf = (folder: Folder) => (folder.parentId && known.has(folder.parentId) ? folder.parentId : top);
  const foldersIn = groupBy(
    [...folders].sort((a, b) => collator.compare(a.name, b.name)),
    (folder) => [parentOf(folder)],
  );
  const byTitle = [...subscriptions].sort((a, b) => collator.compare(a.title, b.title));
  const feedsIn = groupBy(byTitle, ({ folderIds }) => {
    const present = folderIds.filter((id) => known.has(id));
    return present.length > 0 ? present : [top];
  });

  const linesIn = (parent: string, depth: number): TreeLine[] => [
    ...(foldersIn.get(parent) ?? []).flatMap((folder): TreeLine[] => {
      const isOpen = !closed.has(folder.id);
      const isEmpty = !foldersIn.has(folder.id) && !feedsIn.has(folder.id);
      const line: TreeLine = { kind: 'folder', folder, depth, isOpen, isEmpty };
      return isOpen ? [line, ...linesIn(folder.id, depth + 1)] : [line];
    }),
    ...(feedsIn.get(parent) ?? []).map(
      (subscription): TreeLine => ({ kind: 'feed', subscription, depth, key: `${parent}/${subscription.id}` }),
    ),
  ];
  return linesIn(top, 0);
}

/** The folders with their depth, by name, for a choice; `without` leaves out a folder and all that lies in it. */
export function folderChoices(
  folders: readonly Folder[],
  locale: string,
  without?: string,
): Array<{ folder: Folder; depth: number }> {
  const lines = feedTree(
    folders.filter((folder) => folder.id !== without && !liesIn(folders, folder, without)),
    [],
    new Set(),
    locale,
  );
  return lines.flatMap((line) => (line.kind === 'folder' ? [{ folder: line.folder, depth: line.depth }] : []));
}

const top = '';

function liesIn(folders: readonly Folder[], folder: Folder, ancestor: string | undefined): boolean {
  const seen = new Set<string>();
  let parentId = folder.parentId;
  while (parentId !== null && !seen.has(parentId)) {
    if (parentId === ancestor) return true;
    seen.add(parentId);
    parentId = folders.find((candidate) => candidate.id === parentId)?.parentId ?? null;
  }
  return false;
}

function groupBy<Item>(items: readonly Item[], keysOf: (item: Item) => readonly string[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      const group = groups.get(key);
      if (group) group.push(item);
      else groups.set(key, [item]);
    }
  }
  return groups;
}
