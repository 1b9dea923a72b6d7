import type { BodyOf } from '@alt/contracts';
import {
  createFolder,
  deleteFolder,
  leaveFolder,
  listFolders,
  Problem,
  rejoinFolder,
  updateFolder,
} from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import { decodeId } from './cursor.ts';
import { idOf } from './peers.ts';
import { checkMayShare, checkMayUnshare, orLimitReached } from './sharing.ts';
import * as store from './store/folders.ts';
import type { AsReader } from './store/readers.ts';
import { touchStructure } from './store/subscriptions.ts';

const FOLDERS_MAXIMUM = 2_000;

/** A reader's own folders, and those that their tenant shares. */
export function folderRoutes(asReader: AsReader): Route[] {
  return [
    route(listFolders, async ({ query, reader }) =>
      asReader(reader, async (tx, readerId) => {
        const rows = await store.listFolders(tx, readerId, decodeId(query.cursor), query.limit + 1);
        const items = rows.slice(0, query.limit);
        const last = items.at(-1);
        return { items: items.map(present), nextCursor: rows.length > query.limit && last ? String(last.id) : null };
      }),
    ),

    route(createFolder, async ({ body, reader }) =>
      asReader(reader, async (tx, readerId) => {
        const folders = await store.allFolders(tx, readerId);
        const parent = parentOf(folders, body.parentId ?? null);
        const isShared = parent?.isShared ?? body.isShared ?? false;
        if (isShared) checkMayShare(reader);
        if (parent && !parent.isShared && body.isShared) throw mixedFolders();
        await touch(tx, isShared);
        if (folders.length >= FOLDERS_MAXIMUM) {
          throw new Problem('limit-reached', `An account can have ${FOLDERS_MAXIMUM} folders. Delete one first.`);
        }
        const { folder, isNew } = await store.ensureFolder(tx, readerId, parent?.id ?? null, body.name, isShared);
        return reply(isNew ? 201 : 200, present(folder));
      }),
    ),

    route(updateFolder, async ({ params, body, reader }) =>
      orLimitReached(
        asReader(reader, (tx, readerId) => changeFolder(tx, reader, readerId, params.id, body), { retry: true }),
      ),
    ),

    route(deleteFolder, async ({ params, reader }) =>
      asReader(
        reader,
        async (tx, readerId) => {
          const folders = await store.allFolders(tx, readerId);
          const folder = ownFolder(folders, params.id);
          if (folder.isShared) checkMayUnshare(reader, folder);
          await touch(tx, folder.isShared);
          await liftFolders(tx, readerId, folders, folder);
          if (folder.isShared) await store.removeSharedFolder(tx, folder.id);
          else await store.removeFolder(tx, readerId, folder.id, folder.parentId);
          return undefined;
        },
        { retry: true },
      ),
    ),

    ...leavingRoutes(asReader),
  ];
}

/** A shared folder that a reader does not want, with all below it. */
function leavingRoutes(asReader: AsReader): Route[] {
  const changing = (endpoint: typeof leaveFolder, change: typeof store.leaveFolders) =>
    route(endpoint, async ({ params, reader }) =>
      asReader(
        reader,
        async (tx, readerId) => {
          const folders = await store.allFolders(tx, readerId);
          const folder = ownFolder(folders, params.id);
          if (!folder.isShared) {
            throw new Problem('invalid-request', 'The folder is your own. Delete it if you do not want it.');
          }
          await change(tx, [...(store.foldersBelow(folders).get(folder.id) ?? [])]);
          return present(ownFolder(await store.allFolders(tx, readerId), params.id));
        },
        { retry: true },
      ),
    );
  return [changing(leaveFolder, store.leaveFolders), changing(rejoinFolder, store.rejoinFolders)];
}

async function changeFolder(
  tx: Queryable,
  reader: Reader,
  readerId: number,
  id: string,
  body: BodyOf<typeof updateFolder>,
) {
  const folders = await store.allFolders(tx, readerId);
  const folder = ownFolder(folders, id);
  const isShared = folder.isShared || body.isShared === true;
  if (isShared) checkMayShare(reader);
  const below = store.foldersBelow(folders).get(folder.id) ?? new Set();
  const parent = wantedParent(folders, folder, body);
  if (parent && below.has(parent.id)) {
    throw new Problem('folder-cycle', 'A folder cannot lie inside itself. Choose another parent.');
  }
  if (parent && parent.isShared !== isShared) throw mixedFolders();
  const wanted = { id: folder.id, name: body.name ?? folder.name, parentId: parent?.id ?? null, isShared };
  checkName(folders, wanted);
  await touch(tx, isShared);
  const changed = (await store.updateFolder(tx, readerId, wanted)) ?? folder;
  if (!isShared || folder.isShared) return present(changed);
  await store.shareFolders(tx, [...below]);
  return present({ ...changed, isShared });
}

/** A private folder that becomes shared leaves a private parent, unless another one is named. */
function wantedParent(folders: store.FolderRow[], folder: store.FolderRow, body: BodyOf<typeof updateFolder>) {
  if (body.parentId !== undefined) return parentOf(folders, body.parentId);
  const parent = folders.find(({ id }) => id === folder.parentId) ?? null;
  return body.isShared && parent && !parent.isShared ? null : parent;
}

/** Lets all clients hear of the change: the reader's own, or those of everybody who shares the folder. */
async function touch(tx: Queryable, isShared: boolean): Promise<void> {
  if (isShared) await store.beginSharedChange(tx);
  else await touchStructure(tx);
}

/** A subfolder whose name the parent has already gets a number, so that the move cannot fail. */
async function liftFolders(tx: Queryable, readerId: number, folders: store.FolderRow[], folder: store.FolderRow) {
  const taken = new Set(
    folders
      .filter(
        ({ parentId, id, isShared }) =>
          parentId === folder.parentId && id !== folder.id && isShared === folder.isShared,
      )
      .map(({ name }) => name),
  );
  for (const child of folders.filter(({ parentId }) => parentId === folder.id)) {
    let { name } = child;
    for (let number = 2; taken.has(name); number += 1) name = `${child.name} ${number}`;
    taken.add(name);
    if (name !== child.name) await store.updateFolder(tx, readerId, { ...child, name });
  }
}

function ownFolder(folders: store.FolderRow[], id: string): store.FolderRow {
  const folder = folders.find((candidate) => candidate.id === idOf(id));
  if (!folder) throw new Problem('not-found', 'You have no such folder.');
  return folder;
}

function parentOf(folders: store.FolderRow[], parentId: string | null): store.FolderRow | null {
  if (parentId === null) return null;
  const parent = folders.find(({ id }) => id === Number(parentId));
  if (!parent) throw new Problem('unknown-folder', 'The parent folder does not exist. Load the folders again.');
  return parent;
}

function checkName(
  folders: store.FolderRow[],
  wanted: Pick<store.FolderRow, 'id' | 'name' | 'parentId' | 'isShared'>,
): void {
  const rival = folders.find(
    ({ id, name, parentId, isShared }) =>
      id !== wanted.id && name === wanted.name && parentId === wanted.parentId && isShared === wanted.isShared,
  );
  if (rival) throw new Problem('name-taken', `There is a folder "${wanted.name}" here already. Choose another name.`);
}

function mixedFolders(): Problem {
  return new Problem(
    'invalid-request',
    'Shared folders lie in shared ones, and your own in your own. Share the folder, or choose another parent.',
  );
}

function present({ id, name, parentId, isShared, isLeft }: store.FolderRow) {
  return { id: String(id), name, parentId: parentId === null ? null : String(parentId), isShared, isLeft };
}
