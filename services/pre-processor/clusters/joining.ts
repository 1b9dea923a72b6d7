import type { Match } from './same-story.ts';
import { WINDOW_MS } from './window.ts';

/** Two articles that were compared, and what came of it. */
export interface ComparedPair {
  articleIds: [number, number];
  match: Match | null;
}

export interface JoinableArticle {
  articleId: number;
  feedId: number;
  /** Milliseconds since the epoch. */
  sortAt: number;
}

export interface ClusterMember {
  articleId: number;
  clusterId: number;
  feedId: number;
  firstAt: number;
}

/** A cluster as it is to be: the articles that join, and the clusters that it takes in. */
export interface JoinedCluster {
  /** Null for a new one. */
  clusterId: number | null;
  firstAt: number;
  joining: { articleId: number; reason: string }[];
  emptiedIds: number[];
}

const MAX_MEMBERS = 100;

/**
 * Puts matched articles into clusters, the strongest match first. A cluster has one article of a feed: what a feed tells
 * twice it means to tell twice. An article joins if it matches at least half of those members that it was compared with,
 * and two clusters become one only by two matches, so that one doubtful match does not chain two stories together.
 */
export function joinClusters(
  articles: readonly JoinableArticle[],
  pairs: readonly ComparedPair[],
  members: readonly ClusterMember[],
): JoinedCluster[] {
  const groups = startingGroups(articles, members);
  const strongest = pairs
    .filter((pair) => pair.match !== null)
    .toSorted((a, b) => (b.match?.score ?? 0) - (a.match?.score ?? 0) || a.articleIds[0] - b.articleIds[0]);
  for (const { articleIds, match } of strongest) {
    const [a, b] = [groups.get(articleIds[0]), groups.get(articleIds[1])];
    if (!a || !b || a === b || !mayUnite(a, b) || !isSupported(a, b, pairs)) continue;
    const [small, large] = rankOf(a) < rankOf(b) ? [a, b] : [b, a];
    unite(small, large, match?.reason ?? 'text', groups);
  }
  return [...new Set(groups.values())].filter(({ hasChanged }) => hasChanged).map(present);
}

interface Group {
  clusterId: number | null;
  firstAt: number;
  emptiedIds: number[];
  /** Feed and reason of each article; null for one that is a member already. */
  articles: Map<number, { feedId: number; reason: string | null }>;
  hasChanged: boolean;
}

function startingGroups(articles: readonly JoinableArticle[], members: readonly ClusterMember[]): Map<number, Group> {
  const byCluster = Map.groupBy(members, ({ clusterId }) => clusterId);
  const groups = new Map<number, Group>();
  for (const [clusterId, own] of byCluster) {
    const group: Group = {
      clusterId,
      firstAt: own[0]?.firstAt ?? 0,
      emptiedIds: [],
      articles: new Map(own.map(({ articleId, feedId }) => [articleId, { feedId, reason: null }])),
      hasChanged: false,
    };
    for (const { articleId } of own) groups.set(articleId, group);
  }
  for (const { articleId, feedId, sortAt } of articles) {
    if (groups.has(articleId)) continue;
    const own = new Map([[articleId, { feedId, reason: 'first' }]]);
    groups.set(articleId, { clusterId: null, firstAt: sortAt, emptiedIds: [], articles: own, hasChanged: false });
  }
  return groups;
}

function mayUnite(a: Group, b: Group): boolean {
  if (a.articles.size + b.articles.size > MAX_MEMBERS) return false;
  if (Math.abs(a.firstAt - b.firstAt) > WINDOW_MS) return false;
  const feeds = new Set(Array.from(a.articles.values(), ({ feedId }) => feedId));
  return [...b.articles.values()].every(({ feedId }) => !feeds.has(feedId));
}

function isSupported(a: Group, b: Group, pairs: readonly ComparedPair[]): boolean {
  const between = pairs.filter(({ articleIds: [x, y] }) => {
    return (a.articles.has(x) && b.articles.has(y)) || (a.articles.has(y) && b.articles.has(x));
  });
  const matched = between.filter(({ match }) => match !== null).length;
  const needed = Math.min(a.articles.size, b.articles.size) > 1 ? 2 : 1;
  return matched >= needed && matched * 2 >= between.length;
}

/** Clusters that are there stay what they are, the larger one before the smaller. */
function rankOf({ clusterId, articles }: Group): number {
  return (clusterId === null ? 0 : MAX_MEMBERS * 2) + articles.size;
}

function unite(small: Group, large: Group, reason: string, groups: Map<number, Group>): void {
  for (const [articleId, article] of small.articles) {
    const isNew = small.clusterId === null && small.articles.size === 1;
    large.articles.set(articleId, { feedId: article.feedId, reason: isNew ? reason : (article.reason ?? reason) });
    groups.set(articleId, large);
  }
  if (small.clusterId !== null) large.emptiedIds.push(small.clusterId);
  large.emptiedIds.push(...small.emptiedIds);
  large.firstAt = Math.min(large.firstAt, small.firstAt);
  large.hasChanged = true;
}

function present({ clusterId, firstAt, articles, emptiedIds }: Group): JoinedCluster {
  const joining = [...articles].flatMap(([articleId, { reason }]) => (reason === null ? [] : [{ articleId, reason }]));
  return { clusterId, firstAt, joining, emptiedIds };
}

/**
 * Of the articles that were worked again, those that match nobody of their cluster any more: an edit made them another
 * story. Who was not compared says nothing.
 */
export function findLeavers(
  workedAgain: Iterable<number>,
  pairs: readonly ComparedPair[],
  members: readonly ClusterMember[],
): number[] {
  const clusterOf = new Map(members.map(({ articleId, clusterId }) => [articleId, clusterId]));
  const leavers: number[] = [];
  for (const articleId of workedAgain) {
    const clusterId = clusterOf.get(articleId);
    if (clusterId === undefined) continue;
    const within = pairs.filter(({ articleIds: [a, b] }) => {
      return (a === articleId || b === articleId) && clusterOf.get(a) === clusterId && clusterOf.get(b) === clusterId;
    });
    if (within.length === 0 || within.some(({ match }) => match !== null)) continue;
    leavers.push(articleId);
    clusterOf.delete(articleId);
  }
  return leavers;
}
