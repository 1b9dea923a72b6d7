import { createFolder, deleteFolder, listFolders, Problem, updateFolder } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Route, reply, route } from '@alt/service-kit';
import { decodeId } from './cursor.ts';
import { idOf } from './peers.ts';
import * as store from './store/folders.ts';
import type { AsReader } from './store/readers.ts';
import { touchStructure } from './store/subscriptions.ts';

const FOLDERS_MAXIMUM = 2_000;

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
        await touchStructure(tx);
        const folders = await store.allFolders(tx, readerId);
        const parentId = parentOf(folders, body.parentId ?? null);
        if (folders.length >= FOLDERS_MAXIMUM) {
          throw new Problem('limit-reached', `An account can have ${FOLDERS_MAXIMUM} folders. Delete one first.`);
        }
        const { folder, isNew } = await store.ensureFolder(tx, readerId, parentId, body.name);
        return reply(isNew ? 201 : 200, present(folder));
      }),
    ),

    route(updateFolder, async ({ params, body, reader }) =>
      asReader(reader, async (tx, readerId) => {
        await touchStructure(tx);
        const folders = await store.allFolders(tx, readerId);
        const folder = ownFolder(folders, params.id);
        const parentId = body.parentId === undefined ? folder.parentId : parentOf(folders, body.parentId);
        if (parentId !== null && store.foldersBelow(folders).get(folder.id)?.has(parentId)) {
          throw new Problem('folder-cycle', 'A folder cannot lie inside itself. Choose another parent.');
        }
        const wanted = { id: folder.id, name: body.name ?? folder.name, parentId };
        checkName(folders, wanted);
        return present((await store.updateFolder(tx, readerId, wanted)) ?? wanted);
      }),
    ),

    route(deleteFolder, async ({ params, reader }) =>
      asReader(reader, async (tx, readerId) => {
        await touchStructure(tx);
        const folders = await store.allFolders(tx, readerId);
        const folder = ownFolder(folders, params.id);
        await liftFolders(tx, readerId, folders, folder);
        await store.removeFolder(tx, readerId, folder.id, folder.parentId);
        return undefined;
      }),
    ),
  ];
}

/** A subfolder whose name the parent has already gets a number, so that the move cannot fail. */
async function liftFolders(tx: Queryable, readerId: number, folders: store.FolderRow[], folder: store.FolderRow) {
  const taken = new Set(
    folders.filter(({ parentId, id }) => parentId === folder.parentId && id !== folder.id).map(({ name }) => name),
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

function parentOf(folders: store.FolderRow[], parentId: string | null): number | null {
  if (parentId === null) return null;
  const parent = folders.find(({ id }) => id === Number(parentId));
  if (!parent) throw new Problem('unknown-folder', 'The parent folder does not exist. Load the folders again.');
  return parent.id;
}

function checkName(folders: store.FolderRow[], wanted: store.FolderRow): void {
  const rival = folders.find(
    ({ id, name, parentId }) => id !== wanted.id && name === wanted.name && parentId === wanted.parentId,
  );
  if (rival) throw new Problem('name-taken', `There is a folder "${wanted.name}" here already. Choose another name.`);
}

function present({ id, name, parentId }: store.FolderRow) {
  return { id: String(id), name, parentId: parentId === null ? null : String(parentId) };
}
