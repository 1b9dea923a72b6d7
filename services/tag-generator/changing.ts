import { Problem } from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import { foldPhrase } from '@alt/language';
import { requestIndexing } from './store/requests.ts';
import {
  absorb,
  addDistinction,
  claimName,
  setName,
  setState,
  type TagRow,
  takeTags,
  tellReaders,
} from './store/tags.ts';

/** Articles of a changed tag that are marked for the index together. */
const INDEX_PART = 1_000;
const RETRY = { retry: true };

export interface TagChange {
  name: string | null;
  isHidden: boolean | null;
  isPromoted: boolean | null;
}

/** Changes a tag of a tenant. A name that another tag has is refused: merging them is what was meant. */
export async function changeTag(database: Database, tenantId: string, tagId: number, change: TagChange): Promise<void> {
  await database.transaction(async (tx) => {
    const [tag] = await takeAll(tx, tenantId, [tagId]);
    if (change.name !== null && tag) await rename(tx, tenantId, tag, change.name);
    await setState(tx, tenantId, tagId, change);
    if (change.name !== null || change.isHidden !== null) await requestIndexing(tx, tenantId, tagId, INDEX_PART);
    await tellReaders(tx, tenantId);
  }, RETRY);
}

async function rename(tx: Queryable, tenantId: string, tag: TagRow, name: string): Promise<void> {
  const normalised = foldPhrase(name);
  if (!/[\p{L}\p{N}]/u.test(normalised)) {
    throw new Problem('invalid-request', 'A tag needs a letter or a number in its name.');
  }
  // The old name stays its own: what is called so from now on is this tag.
  const owner = await claimName(tx, tenantId, tag.id, normalised);
  if (owner !== tag.id) {
    throw new Problem('name-taken', `Another tag has the name "${name}" or had it before. Merge the two instead.`);
  }
  await setName(tx, tenantId, tag.id, { name, normalised });
}

/** Makes tags one; answers how many went into it. */
export async function mergeTags(
  database: Database,
  tenantId: string,
  intoId: number,
  fromIds: readonly number[],
): Promise<number> {
  const others = [...new Set(fromIds)].filter((id) => id !== intoId);
  if (others.length === 0) return 0;
  await database.transaction(async (tx) => {
    await takeAll(tx, tenantId, [intoId, ...others]);
    await absorb(tx, tenantId, intoId, others);
    await requestIndexing(tx, tenantId, intoId, INDEX_PART);
    await tellReaders(tx, tenantId);
  }, RETRY);
  return others.length;
}

/** Remembers that two tags are not the same. */
export async function distinguishTags(
  database: Database,
  tenantId: string,
  tagIds: readonly [number, number],
): Promise<void> {
  if (tagIds[0] === tagIds[1]) throw new Problem('conflict', 'Both names are of one tag already.');
  await database.transaction(async (tx) => {
    await takeAll(tx, tenantId, [...tagIds]);
    await addDistinction(tx, tenantId, tagIds);
  }, RETRY);
}

async function takeAll(tx: Queryable, tenantId: string, ids: number[]): Promise<TagRow[]> {
  const tags = await takeTags(tx, tenantId, ids);
  if (tags.length < ids.length) throw new Problem('conflict', 'A tag went away meanwhile. Load the tags again.');
  return tags;
}
