import { type Queryable, statement } from '@alt/database';

export interface FolderRow {
  id: number;
  name: string;
  parentId: number | null;
}

const COLUMNS = 'id, name, parent_id as "parentId"';

const selectFolders = statement<FolderRow>(
  'folders_list',
  `select ${COLUMNS} from folders where owner_id = $1 and id > $2 order by id limit $3`,
);

export function listFolders(tx: Queryable, readerId: number, afterId: number, limit: number): Promise<FolderRow[]> {
  return tx.all(selectFolders, [readerId, afterId, limit]);
}

const selectAllFolders = statement<FolderRow>('folders_all', `select ${COLUMNS} from folders where owner_id = $1`);

export function allFolders(tx: Queryable, readerId: number): Promise<FolderRow[]> {
  return tx.all(selectAllFolders, [readerId]);
}

const insertFolder = statement<FolderRow>(
  'folder_insert',
  `insert into folders (tenant_id, owner_id, parent_id, name) values (current_tenant_id(), $1, $2, $3)
   on conflict on constraint folders_name_key do nothing returning ${COLUMNS}`,
);
const selectFolderByName = statement<FolderRow>(
  'folder_by_name',
  `select ${COLUMNS} from folders where owner_id = $1 and parent_id is not distinct from $2 and name = $3`,
);

/** The folder of that name below that parent, made if there is none. */
export async function ensureFolder(
  tx: Queryable,
  readerId: number,
  parentId: number | null,
  name: string,
): Promise<{ folder: FolderRow; isNew: boolean }> {
  const made = await tx.one(insertFolder, [readerId, parentId, name]);
  if (made) return { folder: made, isNew: true };
  const present = await tx.one(selectFolderByName, [readerId, parentId, name]);
  if (!present) throw new Error('a folder vanished');
  return { folder: present, isNew: false };
}

const updateFolderRow = statement<FolderRow>(
  'folder_update',
  `update folders set name = $3, parent_id = $4 where owner_id = $1 and id = $2 returning ${COLUMNS}`,
);

export function updateFolder(tx: Queryable, readerId: number, folder: FolderRow): Promise<FolderRow | null> {
  return tx.one(updateFolderRow, [readerId, folder.id, folder.name, folder.parentId]);
}

const liftSubfolders = statement(
  'folder_lift_folders',
  'update folders set parent_id = $3 where owner_id = $1 and parent_id = $2',
);
const liftSubscriptions = statement(
  'folder_lift_subscriptions',
  `insert into subscription_folders (reader_id, subscription_id, folder_id)
   select $1, subscription_id, $3 from subscription_folders where reader_id = $1 and folder_id = $2
   on conflict do nothing`,
);
const deleteFolderRow = statement('folder_delete', 'delete from folders where owner_id = $1 and id = $2');

/** Removes a folder; what lies in it moves to its parent. Throws on a name that the parent has already. */
export async function removeFolder(
  tx: Queryable,
  readerId: number,
  id: number,
  parentId: number | null,
): Promise<void> {
  await tx.run(liftSubfolders, [readerId, id, parentId]);
  if (parentId !== null) await tx.run(liftSubscriptions, [readerId, id, parentId]);
  await tx.run(deleteFolderRow, [readerId, id]);
}

const selectPlacements = statement<{ subscriptionId: number; folderId: number; feedId: number }>(
  'folder_placements',
  `select p.subscription_id as "subscriptionId", p.folder_id as "folderId", s.feed_id as "feedId"
   from subscription_folders p join subscriptions s on s.id = p.subscription_id where p.reader_id = $1`,
);

/** Which subscription lies in which folder. */
export function placements(tx: Queryable, readerId: number) {
  return tx.all(selectPlacements, [readerId]);
}

/** The feeds in these folders and in those inside them; ids that are not the reader's bring none. */
export async function feedsInFolders(tx: Queryable, readerId: number, ids: readonly number[]): Promise<number[]> {
  return feedsPlacedIn(ids, await allFolders(tx, readerId), await placements(tx, readerId));
}

/** The same from what was read before. */
export function feedsPlacedIn(
  ids: readonly number[],
  folders: readonly FolderRow[],
  placed: readonly { folderId: number; feedId: number }[],
): number[] {
  const below = foldersBelow(folders);
  const wanted = new Set(ids.flatMap((id) => [...(below.get(id) ?? [])]));
  return placed.flatMap(({ folderId, feedId }) => (wanted.has(folderId) ? [feedId] : []));
}

/** For each folder the set of itself and all below it. Cycles cannot be made; one would end here all the same. */
export function foldersBelow(folders: readonly FolderRow[]): Map<number, Set<number>> {
  const children = Map.groupBy(folders, (folder) => folder.parentId);
  const below = new Map<number, Set<number>>();
  for (const { id } of folders) {
    const found = new Set<number>();
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(...(children.get(next) ?? []).map((child) => child.id));
    }
    below.set(id, found);
  }
  return below;
}
