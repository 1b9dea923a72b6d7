import { isRoleAtLeast, Problem } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { sqlState } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import * as folders from './store/folders.ts';
import { setFolders, subscribe } from './store/subscriptions.ts';

/** What the database raises where a tenant would have more feeds than its limit (migration 0056). */
const FEED_LIMIT = 'ALT01';

/** What readers of a tenant share changes for all of them: who may only read changes none of it. */
export function checkMayShare({ role }: Reader): void {
  if (isRoleAtLeast(role, 'member')) return;
  throw new Problem('forbidden', 'What is shared here belongs to all. Ask a member of the tenant to change it.');
}

/** Taking away what others use is for who shared it, and for admins. */
export function checkMayUnshare(reader: Reader, { isMine }: { isMine: boolean }): void {
  checkMayShare(reader);
  if (isMine || isRoleAtLeast(reader.role, 'admin')) return;
  throw new Problem('forbidden', 'Others use this. Who shared it, or an admin of the tenant, can take it away.');
}

/** Work that may add feeds; a tenant's limit becomes a problem that says so. */
export async function orLimitReached<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (sqlState(error) !== FEED_LIMIT) throw error;
    const { detail } = error as { detail?: string };
    throw new Problem(
      'limit-reached',
      `This tenant can have ${detail ?? 'no more'} feeds. Remove some, or ask its owner.`,
      {
        extra: { limit: 'feeds' },
        cause: error,
      },
    );
  }
}

/**
 * Puts a subscription into exactly these folders. Into a shared one it goes for everybody, and out of it too; the
 * reader who takes it out goes on following it.
 */
export async function placeSubscription(
  tx: Queryable,
  reader: Reader,
  readerId: number,
  subscription: { id: number; feedId: number; folderIds: number[] },
  wantedIds: number[],
): Promise<void> {
  const all = await folders.allFolders(tx, readerId);
  const wanted = all.filter(({ id }) => wantedIds.includes(id));
  if (wanted.length !== new Set(wantedIds).size) throw unknownFolder();
  const shared = new Set(wanted.filter(({ isShared }) => isShared).map(({ id }) => id));
  const present = all.filter(({ id, isShared }) => isShared && subscription.folderIds.includes(id)).map(({ id }) => id);
  const added = [...shared].filter((id) => !present.includes(id));
  const removed = present.filter((id) => !shared.has(id));
  if (added.length > 0 || removed.length > 0) checkMayShare(reader);
  if (removed.length > 0) await subscribe(tx, [subscription.feedId], [null]);
  for (const id of added) await folders.shareFeeds(tx, id, [subscription.feedId]);
  const own = wanted.filter(({ isShared }) => !isShared).map(({ id }) => id);
  await setFolders(tx, readerId, subscription.id, own);
  for (const id of removed) await folders.unshareFeeds(tx, id, [subscription.feedId]);
}

/** Whether the reader has all these folders, own or shared; throws `unknown-folder` if not. */
export async function checkFolders(tx: Queryable, readerId: number, ids: number[]): Promise<void> {
  if (ids.length === 0) return;
  const known = new Set((await folders.allFolders(tx, readerId)).map(({ id }) => id));
  if (!ids.every((id) => known.has(id))) throw unknownFolder();
}

function unknownFolder(): Problem {
  return new Problem('unknown-folder', 'One of the folders does not exist. Load the folders again.');
}
