import { Problem } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';

const callSpend = statement<{ isAllowed: boolean }>('llm_spend', 'select spend_llm_request() as "isAllowed"');
const callRefund = statement('llm_refund', 'select refund_llm_request()');

/**
 * Counts so many requests to models against what the tenant of this transaction may ask in a month: all of them, or, with
 * the transaction, none. What no model worked on is given back by `refundRequests`. Throws `limit-reached`.
 */
export async function spendRequests(tx: Queryable, count: number): Promise<void> {
  for (let spent = 0; spent < count; spent += 1) {
    if ((await tx.one(callSpend))?.isAllowed) continue;
    throw new Problem(
      'limit-reached',
      spent === 0
        ? 'This tenant has asked as much of models as it may this month. Ask its owner, or wait for the next one.'
        : `This tenant may ask models only ${spent} more times this month, and this needs ${count}. Ask its owner, or run single sections.`,
      { extra: { limit: 'llmRequestsPerMonth' } },
    );
  }
}

export async function refundRequests(tx: Queryable, count: number): Promise<void> {
  for (let refunded = 0; refunded < count; refunded += 1) await tx.run(callRefund);
}
