import { isFeedNamed, isNamed, type StateLeaf, type StateNode, startOfDate } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { foldWord } from '@alt/language';
import type { Condition } from '../store/conditions.ts';
import { allFolders, feedsInFolders } from '../store/folders.ts';
import { allLabels, seenFeeds } from '../store/names.ts';
import { tagIds } from '../store/tags.ts';

/** The state of a query with the reader's names as numbers; a name that nothing has finds nothing. */
export async function resolveState(tx: Queryable, readerId: number, node: StateNode): Promise<Condition> {
  if (node.kind === 'not') return { kind: 'not', part: await resolveState(tx, readerId, node.part) };
  if (node.kind !== 'and' && node.kind !== 'or') return resolveLeaf(tx, readerId, node);
  const parts: Condition[] = [];
  for (const part of node.parts) parts.push(await resolveState(tx, readerId, part));
  return { kind: node.kind, parts };
}

async function resolveLeaf(tx: Queryable, readerId: number, leaf: StateLeaf): Promise<Condition> {
  switch (leaf.kind) {
    case 'feed': {
      const feeds = await seenFeeds(tx, readerId);
      return { kind: 'feeds', ids: idsOf(feeds.filter((feed) => isFeedNamed(feed, leaf.name, foldWord))) };
    }
    case 'folder': {
      const folders = (await allFolders(tx, readerId)).filter(({ name }) => isNamed(name, leaf.name, foldWord));
      return { kind: 'feeds', ids: [...new Set(await feedsInFolders(tx, readerId, idsOf(folders)))] };
    }
    case 'label': {
      const labels = await allLabels(tx, readerId);
      return { kind: 'labels', ids: idsOf(labels.filter(({ name }) => isNamed(name, leaf.name, foldWord))) };
    }
    case 'tag':
      return { kind: 'tags', ids: await tagIds(tx, [leaf.name]) };
    case 'lang':
      return { kind: 'language', language: leaf.language === 'und' ? null : leaf.language };
    case 'after':
    case 'before':
      return { kind: leaf.kind, at: new Date(startOfDate(leaf.date) ?? Number.NaN) };
    default:
      return leaf;
  }
}

function idsOf(rows: { id: number }[]): number[] {
  return rows.map(({ id }) => id);
}
