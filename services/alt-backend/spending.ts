import { Problem } from '@alt/contracts';
import { statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import type { AsReader } from './store/readers.ts';

const callSpend = statement<{ isAllowed: boolean }>('llm_spend', 'select spend_llm_request() as "isAllowed"');
const callRefund = statement('llm_refund', 'select refund_llm_request()');

/**
 * Asks a model in the name of a reader, which counts against what their tenant may ask in a month. Where no model worked,
 * because it failed or sentences were chosen without one, the request is given back. Throws `limit-reached`.
 */
export async function spendRequest<Value extends { engine: string | null }>(
  asReader: AsReader,
  reader: Reader,
  work: () => Promise<Value>,
): Promise<Value> {
  const spent = await asReader(reader, (tx) => tx.one(callSpend));
  if (!spent?.isAllowed) {
    throw new Problem(
      'limit-reached',
      'This tenant has asked as much of models as it may this month. Ask its owner, or wait for the next one.',
      { extra: { limit: 'llmRequestsPerMonth' } },
    );
  }
  let isSpent = false;
  try {
    const value = await work();
    isSpent = value.engine !== null && value.engine !== 'extractive';
    return value;
  } finally {
    if (!isSpent) await asReader(reader, (tx) => tx.run(callRefund));
  }
}
