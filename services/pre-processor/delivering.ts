import type { Database } from '@alt/database';
import { judgeArrivals } from './rules/arriving.ts';
import { actByRules } from './rules/store.ts';
import { continueDelivery, takeDelivery } from './store/articles.ts';

/**
 * Works a batch of what was left of a delivery to very many readers, with their rules, in one transaction. False when
 * nothing is left.
 */
export function deliverNext(database: Pick<Database, 'transaction'>, batch: number): Promise<boolean> {
  return database.transaction(
    async (tx) => {
      const delivery = await takeDelivery(tx);
      if (!delivery) return false;
      const { id, feedId, articleIds, afterReaderId } = delivery;
      const deeds = await judgeArrivals(tx, { feedIds: [feedId], articleIds }, { afterReaderId, limit: batch });
      await continueDelivery(tx, id, batch);
      await actByRules(tx, deeds);
      return true;
    },
    { retry: true },
  );
}
