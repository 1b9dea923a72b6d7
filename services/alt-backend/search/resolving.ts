import { isFeedNamed, isNamed, type StateLeaf, type StateNode, startOfDate } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { foldWord } from '@alt/language';
import type { Condition } from '../store/conditions.ts';
import { allFolders, feedsPlacedIn, placements } from '../store/folders.ts';
import { allLabels, seenFeedIds, seenFeeds } from '../store/names.ts';
import { tagIds } from '../store/tags.ts';

/** What a reader's names mean, for as many queries as one transaction reads; each list of names is read once. */
export interface Names {
  seenFeedIds(): Promise<number[]>;
  /** The state of a query with names as numbers; a name that nothing has finds nothing. */
  resolve(node: StateNode): Promise<Condition>;
}

export function createNames(tx: Queryable, readerId: number): Names {
  const lists: Lists = {
    feedIds: once(() => seenFeedIds(tx, readerId)),
    feeds: once(() => seenFeeds(tx, readerId)),
    folders: once(() => allFolders(tx, readerId)),
    labels: once(() => allLabels(tx, readerId)),
    placements: once(() => placements(tx, readerId)),
    tagIds: (name) => tagIds(tx, [name]),
  };
  const known = new Map<string, Condition>();
  const resolve = async (node: StateNode): Promise<Condition> => {
    if (node.kind === 'not') return { kind: 'not', part: await resolve(node.part) };
    if (node.kind !== 'and' && node.kind !== 'or') {
      const name = JSON.stringify(node);
      const condition = known.get(name) ?? (await resolveLeaf(lists, node));
      known.set(name, condition);
      return condition;
    }
    const parts: Condition[] = [];
    for (const part of node.parts) parts.push(await resolve(part));
    return { kind: node.kind, parts };
  };
  return { seenFeedIds: lists.feedIds, resolve };
}

function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | null = null;
  return () => {
    value ??= read();
    return value;
  };
}

interface Lists {
  feedIds(): Promise<number[]>;
  feeds(): ReturnType<typeof seenFeeds>;
  folders(): ReturnType<typeof allFolders>;
  labels(): ReturnType<typeof allLabels>;
  placements(): ReturnType<typeof placements>;
  tagIds(name: string): Promise<number[]>;
}

async function resolveLeaf(lists: Lists, leaf: StateLeaf): Promise<Condition> {
  switch (leaf.kind) {
    case 'feed': {
      const feeds = await lists.feeds();
      return { kind: 'feeds', ids: idsOf(feeds.filter((feed) => isFeedNamed(feed, leaf.name, foldWord))) };
    }
    case 'folder': {
      const folders = await lists.folders();
      const named = idsOf(folders.filter(({ name }) => isNamed(name, leaf.name, foldWord)));
      return { kind: 'feeds', ids: [...new Set(feedsPlacedIn(named, folders, await lists.placements()))] };
    }
    case 'label': {
      const labels = await lists.labels();
      return { kind: 'labels', ids: idsOf(labels.filter(({ name }) => isNamed(name, leaf.name, foldWord))) };
    }
    case 'tag':
      return { kind: 'tags', ids: await lists.tagIds(leaf.name) };
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
