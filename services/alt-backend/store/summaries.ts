import type { FullEntrySummary } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';

/** What a list shows of a summary, from a row `y` of entry_summaries. */
export const SUMMARY = `json_build_object('state', coalesce(y.state, 'none'), 'text', y.summary, 'language', y.language,
  'engine', y.engine, 'note', y.note, 'code', y.code, 'reason', y.reason)`;

const selectSentences = statement<{ sentences: FullEntrySummary['sentences'] | null }>(
  'summary_sentences',
  'select sentences from entry_summaries(array[$1::bigint])',
);

/** The sentences of a summary, with their places in the article's text. */
export async function summarySentences(tx: Queryable, articleId: number): Promise<FullEntrySummary['sentences']> {
  return (await tx.one(selectSentences, [articleId]))?.sentences ?? [];
}

const callRequest = statement<{ isDone: boolean }>('summary_request', 'select request_summary($1) as "isDone"');

/** Lets an entry be summarised before others; false if the reader has none. */
export async function requestSummary(tx: Queryable, articleId: number): Promise<boolean> {
  return (await tx.one(callRequest, [articleId]))?.isDone ?? false;
}

const updateWish = statement(
  'summary_wish',
  'update subscriptions set wants_summary = $3 where reader_id = $1 and id = $2',
);

/** Whether the reader wants summaries of a feed's articles. */
export async function setSummaries(
  tx: Queryable,
  readerId: number,
  subscriptionId: number,
  isOn: boolean,
): Promise<void> {
  await tx.run(updateWish, [readerId, subscriptionId, isOn]);
}

const selectTenant = statement<{ summaries: boolean }>(
  'tenant_summaries',
  `select not 'summarise' = any (disabled_stages) as summaries from tenants where id = current_tenant_id()`,
);

export async function hasTenantSummaries(tx: Queryable): Promise<boolean> {
  return (await tx.one(selectTenant))?.summaries ?? true;
}

const callSwitch = statement('tenant_switch', `select switch_stage('summarise', $1)`);

export async function setTenantSummaries(tx: Queryable, isOn: boolean): Promise<void> {
  await tx.run(callSwitch, [isOn]);
}
