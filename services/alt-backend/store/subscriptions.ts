import { type Queryable, statement } from '@alt/database';

export interface SubscriptionRow {
  id: number;
  feedId: number;
  url: string;
  siteUrl: string | null;
  feedTitle: string | null;
  format: 'rss' | 'atom' | 'rdf' | 'json' | null;
  title: string | null;
  wantsFullText: boolean;
  wantsAutoFullText: boolean;
  selectors: { keep: string[]; drop: string[] } | null;
  wantsSummary: boolean;
  folderIds: number[];
  isShared: boolean;
  unread: number;
  state: 'pending' | 'ok' | 'failing' | 'gone';
  lastPolledAt: Date | null;
  lastSuccessAt: Date | null;
  nextPollAt: Date;
  errorCode: string | null;
  errorMessage: string | null;
}

const COLUMNS = `s.id, s.feed_id as "feedId", f.url, f.site_url as "siteUrl", f.title as "feedTitle", f.format, s.title,
  s.wants_full_text as "wantsFullText", s.auto_full_text as "wantsAutoFullText",
  (select json_build_object('keep', r.keep, 'drop', r."drop") from feed_selectors r where r.feed_id = s.feed_id
    and r.tenant_id = current_tenant_id()) as selectors, s.wants_summary as "wantsSummary", s.is_shared as "isShared", f.state, f.last_polled_at as "lastPolledAt",
  f.last_success_at as "lastSuccessAt", f.next_poll_at as "nextPollAt", f.error_code as "errorCode",
  f.error_message as "errorMessage", coalesce(c.unread, 0) as unread,
  array(select p.folder_id from subscription_folders p where p.subscription_id = s.id order by 1) as "folderIds"`;
const TABLES = `subscriptions s join feeds f on f.id = s.feed_id
  left join counters c on c.reader_id = s.reader_id and c.feed_id = s.feed_id`;

const selectSubscriptions = statement<SubscriptionRow>(
  'subscriptions_list',
  `select ${COLUMNS} from ${TABLES} where s.reader_id = $1 and s.id > $2 order by s.id limit $3`,
);

export function listSubscriptions(tx: Queryable, readerId: number, afterId: number, limit: number) {
  return tx.all(selectSubscriptions, [readerId, afterId, limit]);
}

const selectSubscription = statement<SubscriptionRow>(
  'subscription_one',
  `select ${COLUMNS} from ${TABLES} where s.reader_id = $1 and s.id = $2`,
);

export function findSubscription(tx: Queryable, readerId: number, id: number): Promise<SubscriptionRow | null> {
  return tx.one(selectSubscription, [readerId, id]);
}

const callSubscribe = statement<{ feedId: number; subscriptionId: number; isNew: boolean }>(
  'subscribe',
  `select feed_id as "feedId", subscription_id as "subscriptionId", is_new as "isNew"
   from subscribe($1::int[], $2::text[])`,
);

/** Subscribes to feeds and delivers what their last documents held. Feeds that this tenant may not see are left out. */
export function subscribe(tx: Queryable, feedIds: number[], titles: (string | null)[]) {
  return tx.all(callSubscribe, [feedIds, titles]);
}

const callEnsureFeeds = statement<{ id: number }>(
  'feeds_ensure',
  `select ensure_feed(w.url, w.host, case when w.is_private then current_tenant_id() end, w.credential, w.title) as id
   from unnest($1::text[], $2::text[], $3::bool[], $4::text[], $5::text[])
     with ordinality as w (url, host, is_private, credential, title, position)
   order by position`,
);

export interface FeedAddress {
  url: string;
  host: string;
  isPrivate: boolean;
  credential: string | null;
  title: string | null;
}

/** The feeds of these addresses, in their order; made where there are none. Sort by URL: two imports may meet. */
export async function ensureFeeds(tx: Queryable, feeds: FeedAddress[]): Promise<number[]> {
  const rows = await tx.all(callEnsureFeeds, [
    feeds.map((feed) => feed.url),
    feeds.map((feed) => feed.host),
    feeds.map((feed) => feed.isPrivate),
    feeds.map((feed) => feed.credential),
    feeds.map((feed) => feed.title),
  ]);
  return rows.map((row) => row.id);
}

const callUnsubscribe = statement<{ isDone: boolean }>('unsubscribe', 'select unsubscribe($1) as "isDone"');

export async function unsubscribe(tx: Queryable, id: number): Promise<boolean> {
  return (await tx.one(callUnsubscribe, [id]))?.isDone ?? false;
}

const updateTitle = statement(
  'subscription_title',
  'update subscriptions set title = $3 where reader_id = $1 and id = $2',
);

export async function setTitle(tx: Queryable, readerId: number, id: number, title: string | null): Promise<void> {
  await tx.run(updateTitle, [readerId, id, title]);
}

const callFullText = statement('subscription_full_text', 'select request_feed_full_text($1, $2)');

export async function setFullText(tx: Queryable, id: number, isWanted: boolean): Promise<void> {
  await tx.run(callFullText, [id, isWanted]);
}

const callRequestPoll = statement<{ nextPollAt: Date; delayedBy: 'feed' | 'host' | null }>(
  'subscription_poll',
  'select next_poll_at as "nextPollAt", delayed_by as "delayedBy" from request_poll($1)',
);

/** Brings a poll forward; answers when it is due and who put it off, or null for a subscription of somebody else. */
export function requestPoll(tx: Queryable, id: number) {
  return tx.one(callRequestPoll, [id]);
}

const callRequestPolls = statement<{ polls: number }>('subscriptions_poll', 'select request_polls($1) as polls');

/** Brings the polls of these feeds forward, of all that the reader follows for null; answers how many. */
export async function requestPolls(tx: Queryable, feedIds: number[] | null): Promise<number> {
  return (await tx.one(callRequestPolls, [feedIds]))?.polls ?? 0;
}

const raiseStructure = statement('structure_change', 'select begin_structure_change()');

/** Tells other clients of the reader that subscriptions or folders changed. */
export async function touchStructure(tx: Queryable): Promise<void> {
  await tx.run(raiseStructure);
}

const clearPlacements = statement(
  'placements_clear',
  `delete from subscription_folders p using folders f
   where p.reader_id = $1 and p.subscription_id = $2 and p.folder_id <> all($3::int[])
     and f.id = p.folder_id and f.owner_id = $1`,
);
const insertPlacements = statement(
  'placements_insert',
  `insert into subscription_folders (reader_id, subscription_id, folder_id)
   select $1, w.subscription_id, w.folder_id from unnest($2::int[], $3::int[]) as w (subscription_id, folder_id)
   on conflict do nothing`,
);

/** Puts a subscription into exactly these folders of the reader's own; shared ones stay as they are. */
export async function setFolders(tx: Queryable, readerId: number, id: number, folderIds: number[]): Promise<void> {
  await tx.run(clearPlacements, [readerId, id, folderIds]);
  await tx.run(insertPlacements, [readerId, folderIds.map(() => id), folderIds]);
}

/** Adds subscriptions to folders, pair by pair. */
export async function addPlacements(
  tx: Queryable,
  readerId: number,
  pairs: { subscriptionId: number; folderId: number }[],
): Promise<void> {
  if (pairs.length === 0) return;
  await tx.run(insertPlacements, [readerId, pairs.map((p) => p.subscriptionId), pairs.map((p) => p.folderId)]);
}
