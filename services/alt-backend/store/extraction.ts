import { type Queryable, statement } from '@alt/database';

export interface PreviewPage {
  url: string;
  title: string;
  /** The text that the feed gave. */
  text: string;
}

const selectFeed = statement<{ feedId: number }>(
  'extraction_feed',
  'select feed_id as "feedId" from subscriptions where reader_id = $1 and id = $2',
);

export function feedOfSubscription(tx: Queryable, readerId: number, id: number) {
  return tx.one(selectFeed, [readerId, id]);
}

const selectPages = statement<PreviewPage>(
  'extraction_pages',
  `select a.url, a.title, c.text from (
     select article_id, sort_at from entries where reader_id = $1 and feed_id = $2
     order by sort_at desc, article_id desc limit 20
   ) e join articles a on a.id = e.article_id join article_contents c on c.article_id = a.id
   where a.url is not null order by e.sort_at desc, a.id desc`,
);

/** Pages of the newest articles that the reader has of a feed. */
export function newestPages(tx: Queryable, readerId: number, feedId: number): Promise<PreviewPage[]> {
  return tx.all(selectPages, [readerId, feedId]);
}

const callSelectors = statement<{ isDone: boolean }>(
  'extraction_selectors',
  'select set_feed_selectors($1, $2::text[], $3::text[]) as "isDone"',
);

/** Sets what the tenant keeps and drops of the feed's pages; nothing of either ends it. */
export async function setSelectors(
  tx: Queryable,
  subscriptionId: number,
  rules: { keep: string[]; drop: string[] },
): Promise<void> {
  await tx.run(callSelectors, [subscriptionId, rules.keep, rules.drop]);
}

const callAutomatic = statement('extraction_automatic', 'select set_auto_full_text($1, $2)');

/** Whether the reader wants the full text of what the feed cuts short. */
export async function setAutoFullText(tx: Queryable, subscriptionId: number, isWanted: boolean): Promise<void> {
  await tx.run(callAutomatic, [subscriptionId, isWanted]);
}
