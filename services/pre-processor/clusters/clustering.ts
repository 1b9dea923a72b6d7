import type { Database, Queryable } from '@alt/database';
import type { SaveBatch, StageItem } from '@alt/pipeline';
import * as store from '../store/clusters.ts';
import type { Comparing } from './comparing.ts';
import type { Comparison } from './comparing-thread.ts';
import {
  type ClusterMember,
  type ComparedPair,
  findLeavers,
  type JoinableArticle,
  type JoinedCluster,
  joinClusters,
} from './joining.ts';
import type { StoryKey } from './keys.ts';
import type { StoryText } from './profile.ts';
import type { Evidence } from './same-story.ts';
import { WINDOW_MS } from './window.ts';

export interface ClusteringOptions {
  database: Database;
  comparing: Comparing;
}

/** An address or a title is enough to look at each other, of a text two keys. */
const WEIGHTS: Readonly<Record<StoryKey['kind'], number>> = { url: 4, title: 3, lead: 1, text: 1 };
const LEAST_WEIGHT = 2;

/**
 * The stage `cluster`: finds the articles that tell the same story as these. What they are found by is committed before
 * anything is looked for: of two articles that are worked at the same time at least one sees the other. Articles of
 * private feeds are neither looked for nor found.
 */
export function createClustering({ database, comparing }: ClusteringOptions) {
  return async (items: readonly StageItem[]): Promise<SaveBatch> => {
    const texts = await store.loadTexts(database, idsOf(items));
    const open = texts.filter(({ tenantId }) => tenantId === null);
    if (open.length === 0) return async () => {};
    const keys = await wantedKeys(open, comparing);
    await store.saveKeys(database, idsOf(open), keys);
    const found = await store.findCandidates(database, keys, {
      weight: LEAST_WEIGHT,
      windowSeconds: WINDOW_MS / 1_000,
    });
    const companions = companionsOf(idsOf(open), await store.loadMembers(database, idsOf(open)));
    const candidates = [...judgeByFeeds(found), ...companions];
    if (candidates.length === 0) return async () => {};
    const { articles, pairs } = await compare(open, candidates, { database, comparing });
    if (companions.length === 0 && pairs.every(({ match }) => match === null)) return async () => {};
    return (tx, mine) => save(tx, articles, pairs, mine);
  };
}

async function wantedKeys(texts: store.ClusterText[], comparing: Comparing): Promise<store.WantedKey[]> {
  const found = await comparing.findKeys(texts.map(storyOf));
  return texts.flatMap(({ articleId }, n) =>
    (found[n] ?? []).map(({ key, kind }) => ({
      key,
      articleId,
      weight: WEIGHTS[kind],
      isAddress: kind === 'url',
      isText: WEIGHTS[kind] === 1,
    })),
  );
}

function idsOf(articles: readonly { articleId: number }[]): number[] {
  return articles.map(({ articleId }) => articleId);
}

interface Wanted {
  articleId: number;
  otherId: number;
  evidence: Evidence;
}

/**
 * The candidates of other feeds, and what their feeds' other articles say of them: an address that a feed gives several
 * articles means none of them, and a text that a feed gives several is its template.
 */
function judgeByFeeds(found: store.Candidate[]): Wanted[] {
  return [...Map.groupBy(found, ({ articleId }) => articleId).values()].flatMap((own) => {
    const isShared = isSeveralTimes(own.filter(({ isSameAddress }) => isSameAddress));
    const isTemplated = isSeveralTimes(own.filter(({ isNearText }) => isNearText));
    return own
      .filter(({ isSameFeed }) => !isSameFeed)
      .map(({ articleId, otherId, isSameAddress }) => ({
        articleId,
        otherId,
        evidence: { isAddressShared: isSameAddress && isShared, isTemplated },
      }));
  });
}

/** Of a cluster, so many are compared with an article that was in it before. */
const COMPANIONS = 24;

/** Who is in a cluster already, because the text was another one, is compared with the others in it. */
function companionsOf(articleIds: number[], members: readonly store.Member[]): Wanted[] {
  const own = new Set(articleIds);
  const evidence = { isAddressShared: false, isTemplated: false };
  return [...Map.groupBy(members, ({ clusterId }) => clusterId).values()].flatMap((cluster) =>
    cluster
      .filter(({ articleId }) => own.has(articleId))
      .flatMap(({ articleId }) => {
        const others = cluster.filter((other) => other.articleId !== articleId).slice(0, COMPANIONS);
        return others.map((other) => ({ articleId, otherId: other.articleId, evidence }));
      }),
  );
}

/** Whether the own feed has one of these, or another feed two. */
function isSeveralTimes(candidates: store.Candidate[]): boolean {
  const byFeed = Map.groupBy(candidates, ({ otherFeedId }) => otherFeedId);
  return candidates.some(({ isSameFeed }) => isSameFeed) || [...byFeed.values()].some(({ length }) => length > 1);
}

async function compare(
  own: store.ClusterText[],
  candidates: Wanted[],
  { database, comparing }: ClusteringOptions,
): Promise<{ articles: JoinableArticle[]; pairs: ComparedPair[] }> {
  const known = new Set(own.map(({ articleId }) => articleId));
  const missing = [...new Set(candidates.map(({ otherId }) => otherId))].filter((id) => !known.has(id));
  const others = missing.length > 0 ? await store.loadTexts(database, missing) : [];
  // A feed may have become private since its articles left their keys; they are not compared any more.
  const texts = [...own, ...others.filter(({ tenantId }) => tenantId === null)];
  const places = new Map(texts.map(({ articleId }, place) => [articleId, place]));
  const wanted = new Map<string, Comparison['pairs'][number]>();
  for (const { articleId, otherId, evidence } of candidates) {
    const [a, b] = [places.get(Math.min(articleId, otherId)), places.get(Math.max(articleId, otherId))];
    if (a === undefined || b === undefined) continue;
    const other = wanted.get(`${a} ${b}`)?.evidence;
    wanted.set(`${a} ${b}`, {
      pair: [a, b],
      evidence: {
        isAddressShared: evidence.isAddressShared || (other?.isAddressShared ?? false),
        isTemplated: evidence.isTemplated || (other?.isTemplated ?? false),
      },
    });
  }
  const compared = [...wanted.values()];
  const matches = await comparing.comparePairs({ stories: texts.map(storyOf), pairs: compared });
  return {
    articles: texts.map(({ articleId, feedId, sortAt }) => ({ articleId, feedId, sortAt: sortAt.getTime() })),
    pairs: compared.map(({ pair: [a, b] }, n) => ({
      articleIds: [texts[a]?.articleId ?? 0, texts[b]?.articleId ?? 0],
      match: matches[n] ?? null,
    })),
  };
}

function storyOf({ title, text, url, language, feedId, sortAt }: store.ClusterText): StoryText {
  return { title, text, url, language, feedId, sortAt: sortAt.getTime() };
}

/** Only pairs of articles that are still this worker's, or were done before, count. */
async function save(
  tx: Queryable,
  articles: JoinableArticle[],
  pairs: ComparedPair[],
  mine: ReadonlySet<number>,
): Promise<void> {
  const own = pairs.filter(({ articleIds }) => articleIds.some((id) => mine.has(id)));
  const matched = own.filter(({ match }) => match !== null).flatMap(({ articleIds }) => articleIds);
  await store.lockClusters(tx);
  const loaded = await store.loadMembers(tx, [...matched, ...mine]);
  const before = loaded.map((member) => ({ ...member, firstAt: member.firstAt.getTime() }));
  const left = await leave(tx, articles, { members: before, leavers: findLeavers(mine, own, before) });
  const clusters = joinClusters(articles, own, left.members);
  const joined = await join(tx, clusters);
  const emptied = new Set(clusters.flatMap(({ emptiedIds }) => emptiedIds));
  const changed = [...left.changed.filter((id) => !emptied.has(id)), ...joined.changed];
  if (changed.length > 0) await store.tellReaders(tx, changed, [...left.articleIds, ...joined.articleIds]);
}

/** What changed, for readers and index. */
interface Change {
  changed: number[];
  articleIds: number[];
}

/** Each goes into a cluster of its own, which is folded too: then nobody sees it inside its old story. */
async function leave(
  tx: Queryable,
  articles: readonly JoinableArticle[],
  { members, leavers }: { members: ClusterMember[]; leavers: number[] },
): Promise<Change & { members: ClusterMember[] }> {
  const moved = new Map<number, { clusterId: number; firstAt: number }>();
  for (const articleId of leavers) {
    const firstAt = articles.find((article) => article.articleId === articleId)?.sortAt ?? Date.now();
    const clusterId = await store.insertCluster(tx, new Date(firstAt));
    await store.saveMembers(tx, [{ articleId, clusterId, reason: 'first' }]);
    moved.set(articleId, { clusterId, firstAt });
  }
  const old = members.filter(({ articleId }) => moved.has(articleId)).map(({ clusterId }) => clusterId);
  return {
    members: members.map((member) => ({ ...member, ...moved.get(member.articleId) })),
    changed: [...old, ...Array.from(moved.values(), ({ clusterId }) => clusterId)],
    articleIds: leavers,
  };
}

async function join(tx: Queryable, clusters: JoinedCluster[]): Promise<Change> {
  const changed: number[] = [];
  for (const { clusterId, firstAt, joining, emptiedIds } of clusters) {
    const id = clusterId ?? (await store.insertCluster(tx, new Date(firstAt)));
    await store.saveMembers(
      tx,
      joining.map(({ articleId, reason }) => ({ articleId, clusterId: id, reason })),
    );
    await store.deleteEmptied(tx, emptiedIds);
    changed.push(id);
  }
  return { changed, articleIds: clusters.flatMap(({ joining }) => idsOf(joining)) };
}
