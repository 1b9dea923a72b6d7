import { type Queryable, statement } from '@alt/database';
import type { GrowthRow } from './work-store.ts';

export interface FollowedFeed {
  feedId: number;
  subscriptionId: number;
  title: string;
  folderIds: number[];
  createdAt: Date;
  unread: number;
  received: number;
}

const selectFollowed = statement<FollowedFeed>(
  'statistics_followed',
  `select s.feed_id as "feedId", s.id as "subscriptionId", coalesce(s.title, f.title, f.url) as title, s.created_at as "createdAt",
     coalesce(c.unread, 0) as unread, coalesce(d.articles, 0)::integer as received,
     array(select x.folder_id from subscription_folders x where x.subscription_id = s.id
       union select p.folder_id from folder_feeds p where p.feed_id = s.feed_id and s.is_shared) as "folderIds"
   from subscriptions s join feeds f on f.id = s.feed_id
   left join counters c on c.reader_id = s.reader_id and c.feed_id = s.feed_id
   left join (
     select feed_id, sum(articles) as articles from feed_days
     where feed_id in (select x.feed_id from subscriptions x where x.reader_id = $1) and day between $2 and $3 group by feed_id
   ) d on d.feed_id = s.feed_id
   where s.reader_id = $1 order by s.id`,
);

/** What a reader follows, with what came in a span of days (UTC, both inclusive). */
export function followedFeeds(tx: Queryable, readerId: number, from: string, to: string): Promise<FollowedFeed[]> {
  return tx.all(selectFollowed, [readerId, from, to]);
}

const selectNames = statement<{ id: number; title: string }>(
  'statistics_names',
  'select id, coalesce(title, url) as title from feeds where id = any ($1::integer[])',
);

/** The names of feeds that the reader may still see. */
export function feedNames(tx: Queryable, ids: number[]): Promise<{ id: number; title: string }[]> {
  return tx.all(selectNames, [ids]);
}

export interface Switches {
  isReaderOff: boolean;
  isTenantOff: boolean;
  tenantDays: number | null;
}

const selectSwitches = statement<Switches>(
  'statistics_switches',
  `select not coalesce((r.settings ->> 'statistics')::boolean, true) as "isReaderOff", t.statistics_off as "isTenantOff",
     t.statistics_days as "tenantDays"
   from readers r join tenants t on t.id = r.tenant_id where r.id = $1`,
);

export async function statisticsSwitches(tx: Queryable, readerId: number): Promise<Switches> {
  return (await tx.one(selectSwitches, [readerId])) ?? { isReaderOff: false, isTenantOff: false, tenantDays: null };
}

const callSwitch = statement('statistics_switch', 'select switch_statistics($1, $2)');

/** Switches a whole tenant on or off, and says how many days it keeps (null: as the instance). */
export async function switchStatistics(tx: Queryable, isOn: boolean, days: number | null): Promise<void> {
  await tx.run(callSwitch, [isOn, days]);
}

const callErase = statement('statistics_erase', 'select erase_reading($1)');

/** Erases what was collected of the reader, or of everybody in their tenant. */
export async function eraseReading(tx: Queryable, ofAll: boolean): Promise<void> {
  await tx.run(callErase, [ofAll]);
}

export interface ReportedEntry {
  id: number;
  feedId: number;
  /** Of the text that the reader had before them. */
  characters: number;
  isCjk: boolean;
}

const selectReported = statement<ReportedEntry>(
  'statistics_reported',
  `select e.article_id as id, e.feed_id as "feedId",
     greatest(length(x.text), coalesce(length(x.full_text), 0)) as characters,
     coalesce(split_part(a.language, '-', 1) in ('ja', 'zh', 'ko'), false) as "isCjk"
   from entries e join articles a on a.id = e.article_id join article_contents x on x.article_id = e.article_id
   where e.reader_id = $1 and e.article_id = any ($2::bigint[])`,
);

/** Of these entries those that are the reader's. */
export function reportedEntries(tx: Queryable, readerId: number, ids: number[]): Promise<ReportedEntry[]> {
  return tx.all(selectReported, [readerId, ids]);
}

export interface FeedBehaviour {
  id: number;
  title: string;
  url: string;
  errorCode: string | null;
  failingSince: Date | null;
  lastChangedAt: Date | null;
  polls: number;
  failed: number;
  articles: number;
  bytes: number;
  meanMilliseconds: number;
  trouble: 'failing' | 'slow' | 'noisy' | 'silent';
}

const selectTroubles = statement<FeedBehaviour>(
  'statistics_troubles',
  `select id, title, url, error_code as "errorCode", failing_since as "failingSince", last_changed_at as "lastChangedAt", polls,
     failed, articles, bytes, mean_milliseconds as "meanMilliseconds", trouble from feed_behaviour($1, $2, $3, 100)`,
);
const selectGrowth = statement<GrowthRow>(
  'statistics_growth',
  'select day::text as date, articles, bytes, polls, failed from growth($1, $2, $3)',
);
const selectSizes = statement<{
  feeds: number;
  failing: number;
  readers: number;
  tenants: number | null;
  articles: number | null;
  bytes: number | null;
  modelRequestsThisMonth: number;
}>(
  'statistics_sizes',
  `select feeds, failing, readers, tenants, articles, bytes, llm_requests::integer as "modelRequestsThisMonth" from sizes($1)`,
);
/** Feeds in trouble and sizes: of the instance, or of the tenant of the transaction's reader. Days in UTC. */
export async function overview(tx: Queryable, ofInstance: boolean, from: string, to: string) {
  const [troubles, sizes] = await Promise.all([
    tx.all(selectTroubles, [ofInstance, from, to]),
    tx.one(selectSizes, [ofInstance]),
  ]);
  if (!sizes) throw new Error('no sizes');
  return { troubles, sizes };
}

/** What feeds brought by day (UTC): all of the instance's, or those that the tenant of the transaction's reader follows. */
export function growth(tx: Queryable, ofInstance: boolean, from: string, to: string): Promise<GrowthRow[]> {
  return tx.all(selectGrowth, [ofInstance, from, to]);
}
