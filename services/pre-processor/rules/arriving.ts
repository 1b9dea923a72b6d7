import type { Queryable } from '@alt/database';
import { judge } from './judging.ts';
import { articlesForRules, type RuleDeed, rulesForFeeds } from './store.ts';

/**
 * What the rules of those who receive these articles do to them, judged by what is known at arrival. To be asked before the
 * articles are delivered, which holds readers, and done after it.
 */
export async function judgeArrivals(
  tx: Queryable,
  { feedIds, articleIds }: { feedIds: number[]; articleIds: number[] },
  readers: { afterReaderId: number; limit: number },
): Promise<RuleDeed[]> {
  const { rules, pairs } = await rulesForFeeds(tx, feedIds, readers);
  if (rules.length === 0) return [];
  const articles = await articlesForRules(tx, articleIds);
  const pairsByFeed = Map.groupBy(pairs, ({ feedId }) => feedId);
  const cases = articles.flatMap(({ id, feedId }) =>
    (pairsByFeed.get(feedId) ?? []).map((pair) => ({ ...pair, articleId: id, tags: [] })),
  );
  return judge(rules, articles, cases);
}
