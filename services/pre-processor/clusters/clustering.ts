import type { Database, Queryable } from '@alt/database';
import type { SaveBatch, StageItem } from '@alt/pipeline';
import * as store from '../store/clusters.ts';
import type { Comparing } from './comparing.ts';
import type { Comparison } from './comparing-thread.ts';
import { type ComparedPair, type JoinableArticle, joinClusters } from './joining.ts';
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
    const texts = await store.loadTexts(
      database,
      items.map(({ articleId }) => articleId),
    );
    const open = texts.filter(({ tenantId }) => tenantId === null);
    if (open.length === 0) return async () => {};
    const keys = await wantedKeys(open, comparing);
    await store.saveKeys(
      database,
      open.map(({ articleId }) => articleId),
      keys,
    );
    const found = await store.findCandidates(database, keys, {
      weight: LEAST_WEIGHT,
      windowSeconds: WINDOW_MS / 1_000,
    });
    const candidates = judgeByFeeds(found);
    if (candidates.length === 0) return async () => {};
    const { articles, pairs } = await compare(open, candidates, { database, comparing });
    if (pairs.every(({ match }) => match === null)) return async () => {};
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
  const involved = own.filter(({ match }) => match !== null).flatMap(({ articleIds }) => articleIds);
  if (involved.length === 0) return;
  await store.lockClusters(tx);
  const members = await store.loadMembers(tx, involved);
  const clusters = joinClusters(
    articles,
    own,
    members.map((member) => ({ ...member, firstAt: member.firstAt.getTime() })),
  );
  const changed: number[] = [];
  for (const { clusterId, firstAt, joining, emptiedIds } of clusters) {
    const id = clusterId ?? (await store.insertCluster(tx, new Date(firstAt)));
    const moved = members.filter((member) => emptiedIds.includes(member.clusterId));
    await store.saveMembers(tx, [
      ...joining.map(({ articleId, reason }) => ({ articleId, clusterId: id, reason })),
      ...moved.map(({ articleId }) => ({ articleId, clusterId: id, reason: 'text' })),
    ]);
    await store.deleteEmptied(tx, emptiedIds);
    changed.push(id);
  }
  const joined = clusters.flatMap(({ joining }) => joining.map(({ articleId }) => articleId));
  if (changed.length > 0) await store.tellReaders(tx, changed, joined);
}
