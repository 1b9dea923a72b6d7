import { type Queryable, statement } from '@alt/database';

export interface FolderRow {
  id: number;
  name: string;
  parentId: number | null;
  isShared: boolean;
  /** Whether it was this reader who shared it; a private folder is always theirs. */
  isMine: boolean;
  /** Whether this reader left the shared folder. */
  isLeft: boolean;
}

const COLUMNS = `id, name, parent_id as "parentId", owner_id is null as "isShared",
  coalesce(owner_id, created_by) is not distinct from $1 as "isMine",
  exists (select from folder_leavers l where l.folder_id = folders.id and l.reader_id = $1) as "isLeft"`;
/** Row-level security leaves of the shared ones those of the reader's tenant. */
const SEEN = '(owner_id = $1 or owner_id is null)';

const selectFolders = statement<FolderRow>(
  'folders_list',
  `select ${COLUMNS} from folders where ${SEEN} and id > $2 order by id limit $3`,
);

export function listFolders(tx: Queryable, readerId: number, afterId: number, limit: number): Promise<FolderRow[]> {
  return tx.all(selectFolders, [readerId, afterId, limit]);
}

const selectAllFolders = statement<FolderRow>('folders_all', `select ${COLUMNS} from folders where ${SEEN}`);

export function allFolders(tx: Queryable, readerId: number): Promise<FolderRow[]> {
  return tx.all(selectAllFolders, [readerId]);
}

const insertFolder = statement<FolderRow>(
  'folder_insert',
  `insert into folders (tenant_id, owner_id, created_by, parent_id, name)
   values (current_tenant_id(), case when not $4::boolean then $1::integer end, $1, $2, $3)
   on conflict on constraint folders_name_key do nothing returning ${COLUMNS}`,
);
const selectFolderByName = statement<FolderRow>(
  'folder_by_name',
  `select ${COLUMNS} from folders where (owner_id = $1 and not $4::boolean or owner_id is null and $4)
   and parent_id is not distinct from $2 and name = $3`,
);

/** The folder of that name below that parent, made if there is none. */
export async function ensureFolder(
  tx: Queryable,
  readerId: number,
  parentId: number | null,
  name: string,
  isShared = false,
): Promise<{ folder: FolderRow; isNew: boolean }> {
  const made = await tx.one(insertFolder, [readerId, parentId, name, isShared]);
  if (made) return { folder: made, isNew: true };
  const present = await tx.one(selectFolderByName, [readerId, parentId, name, isShared]);
  if (!present) throw new Error('a folder vanished');
  return { folder: present, isNew: false };
}

const updateFolderRow = statement<FolderRow>(
  'folder_update',
  `update folders set name = $3, parent_id = $4 where ${SEEN} and id = $2 returning ${COLUMNS}`,
);

export function updateFolder(
  tx: Queryable,
  readerId: number,
  folder: Pick<FolderRow, 'id' | 'name' | 'parentId'>,
): Promise<FolderRow | null> {
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

const callBeginShared = statement('folders_shared_change', 'select begin_shared_change()');

/** Tells the clients of all readers of the tenant that what they share changed. */
export async function beginSharedChange(tx: Queryable): Promise<void> {
  await tx.run(callBeginShared);
}

const callShareFolders = statement('folders_share', 'select share_folders($1::int[])');

/** Makes folders of the reader's the tenant's, with what lies in them; `ids` are a folder and all below it. */
export async function shareFolders(tx: Queryable, ids: number[]): Promise<void> {
  await tx.run(callShareFolders, [ids]);
}

const callRemoveShared = statement('folder_remove_shared', 'select remove_shared_folder($1)');

/** Removes a shared folder for everybody; what lies in it moves to its parent. */
export async function removeSharedFolder(tx: Queryable, id: number): Promise<void> {
  await tx.run(callRemoveShared, [id]);
}

const callLeave = statement('folders_leave', 'select leave_folders($1::int[])');
const callRejoin = statement('folders_rejoin', 'select rejoin_folders($1::int[])');

/** The reader leaves shared folders; what came only with them goes. */
export async function leaveFolders(tx: Queryable, ids: number[]): Promise<void> {
  await tx.run(callLeave, [ids]);
}

export async function rejoinFolders(tx: Queryable, ids: number[]): Promise<void> {
  await tx.run(callRejoin, [ids]);
}

const callShareFeeds = statement('folder_share_feeds', 'select share_feeds($1, $2::int[])');
const callUnshareFeeds = statement('folder_unshare_feeds', 'select unshare_feeds($1, $2::int[])');

/** Puts feeds into a shared folder: they arrive for all readers of the tenant. */
export async function shareFeeds(tx: Queryable, folderId: number, feedIds: number[]): Promise<void> {
  await tx.run(callShareFeeds, [folderId, feedIds]);
}

/** Takes feeds out of a shared folder; who followed them only through it follows them no longer. */
export async function unshareFeeds(tx: Queryable, folderId: number, feedIds: number[]): Promise<void> {
  await tx.run(callUnshareFeeds, [folderId, feedIds]);
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
