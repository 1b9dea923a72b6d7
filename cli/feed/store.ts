import { type Queryable, statement } from '@alt/database';
import { canonicalFeedUrl } from '@alt/feeds';

/** A feed as the command line tells of it; times by the database's clock. */
export interface FeedRow {
  id: number;
  url: string;
  host: string;
  tenantId: string | null;
  hasCredential: boolean;
  siteUrl: string | null;
  title: string | null;
  format: string | null;
  createdAt: Date;
  subscriberCount: number;
  wantsFullText: boolean;
  etag: string | null;
  lastModified: string | null;
  hasBodyHash: boolean;
  nextPollAt: Date;
  priority: number;
  claimedUntil: Date | null;
  postGapSeconds: number | null;
  newestItemAt: Date | null;
  minimumIntervalSeconds: number;
  state: 'pending' | 'ok' | 'failing' | 'gone';
  lastPolledAt: Date | null;
  lastSuccessAt: Date | null;
  lastChangedAt: Date | null;
  lastStatus: number | null;
  errorCode: string | null;
  errorMessage: string | null;
  errorCount: number;
  failingSince: Date | null;
  retryAfterAt: Date | null;
  redirectUrl: string | null;
  redirectCount: number;
  redirectSince: Date | null;
  repairedFrom: string | null;
  now: Date;
}

const COLUMNS = `f.id, f.url, f.host, f.tenant_id as "tenantId", f.credential is not null as "hasCredential",
  f.site_url as "siteUrl", f.title, f.format, f.created_at as "createdAt", f.subscriber_count as "subscriberCount",
  f.wants_full_text as "wantsFullText", f.etag, f.last_modified as "lastModified", f.body_hash is not null as "hasBodyHash",
  f.next_poll_at as "nextPollAt", f.priority, f.claimed_until as "claimedUntil", f.post_gap_seconds as "postGapSeconds",
  f.newest_item_at as "newestItemAt", f.minimum_interval_seconds as "minimumIntervalSeconds", f.state,
  f.last_polled_at as "lastPolledAt", f.last_success_at as "lastSuccessAt", f.last_changed_at as "lastChangedAt",
  f.last_status as "lastStatus", f.error_code as "errorCode", f.error_message as "errorMessage",
  f.error_count as "errorCount", f.failing_since as "failingSince", f.retry_after_at as "retryAfterAt",
  f.redirect_url as "redirectUrl", f.redirect_count as "redirectCount", f.redirect_since as "redirectSince",
  f.repaired_from as "repairedFrom", now() as now`;

const selectById = statement<FeedRow>('cli_feed_by_id', `select ${COLUMNS} from feeds f where f.id = $1`);
const selectByUrl = statement<FeedRow>(
  'cli_feed_by_url',
  `select ${COLUMNS} from feeds f where f.url = any ($1::text[]) order by f.id`,
);

/** The feed of a number or an address. Throws a sentence where there is none, or more than one. */
export async function findFeed(alt: Queryable, reference: string): Promise<FeedRow> {
  const feeds = /^\d{1,9}$/.test(reference)
    ? await alt.all(selectById, [Number(reference)])
    : await alt.all(selectByUrl, [spellings(reference)]);
  const [feed, ...others] = feeds;
  if (!feed) throw new Error(`There is no feed ${reference}. "npm run alt -- feed list" lists them.`);
  if (others.length > 0) {
    const ids = feeds.map(({ id }) => id).join(', ');
    throw new Error(`${feeds.length} feeds have this address, some of them private: give one of the numbers ${ids}.`);
  }
  return feed;
}

/** An address as it was typed and as feeds have it; without a scheme, of either. */
function spellings(reference: string): string[] {
  try {
    const url = canonicalFeedUrl(reference);
    return [reference, url, ...(/^[a-z]+:\/\//i.test(reference) ? [] : [url.replace(/^https:/, 'http:')])];
  } catch {
    return [reference];
  }
}

const selectListed = statement<FeedRow>(
  'cli_feed_list',
  `select ${COLUMNS} from feeds f
   where f.subscriber_count > 0 and ($1::uuid is null or exists (
     select from subscriptions s join readers r on r.id = s.reader_id
     where s.feed_id = f.id and r.user_id = $1 and r.tenant_id = $2))
   order by f.id`,
);

/** The feeds that a reader follows, or all that somebody follows. */
export function listFollowed(alt: Queryable, reader: { userId: string; tenantId: string } | null): Promise<FeedRow[]> {
  return alt.all(selectListed, [reader?.userId ?? null, reader?.tenantId ?? null]);
}

const updateDue = statement<{ id: number; now: Date; isHeldBack: boolean }>(
  'cli_request_polls',
  `with wanted as (
     select id from feeds where subscriber_count > 0 and ($1::integer is null or id = $1) order by id for no key update
   ), due as (
     update feeds f set next_poll_at = least(f.next_poll_at, now()),
       priority = case when $1::integer is null then f.priority else 1 end
     from wanted w where f.id = w.id returning f.id, f.host
   )
   select d.id, clock_timestamp() as now, coalesce(h.penalty_until > now(), false) as "isHeldBack"
   from due d left join hosts h on h.host = d.host order by d.id`,
);
const notifyPolls = statement('cli_notify_polls', `select pg_notify('alt_polls', '')`);

/** Makes one feed (or all, for null) due now; those whose host asked to be left alone still wait for it. */
export async function requestPolls(alt: Queryable, feedId: number | null) {
  const due = await alt.all(updateDue, [feedId]);
  await alt.run(notifyPolls);
  return due;
}

/** What else is known about a feed. */
export interface FeedSurroundings {
  articles: number;
  isPushed: boolean;
  hubUrl: string | null;
  pushState: string | null;
  pushLeaseUntil: Date | null;
  pushError: string | null;
  hostNextRequestAt: Date | null;
  penaltyUntil: Date | null;
  penaltyCode: string | null;
  penaltyCount: number | null;
  subscribers: string[];
}

const selectSurroundings = statement<FeedSurroundings>(
  'cli_feed_surroundings',
  `select (select count(*) from articles a where a.feed_id = f.id) as articles,
     coalesce(w.state = 'active' and w.lease_until > now(), false) as "isPushed",
     w.hub_url as "hubUrl", w.state as "pushState", w.lease_until as "pushLeaseUntil", w.error as "pushError",
     nullif(h.next_request_at, '-infinity') as "hostNextRequestAt", h.penalty_until as "penaltyUntil",
     h.penalty_code as "penaltyCode", h.penalty_count as "penaltyCount",
     array(select r.user_id::text from subscriptions s join readers r on r.id = s.reader_id
       where s.feed_id = f.id order by s.id limit 100) as subscribers
   from feeds f left join hosts h on h.host = f.host left join websub_subscriptions w on w.feed_id = f.id
   where f.id = $1`,
);

export async function readSurroundings(alt: Queryable, feedId: number): Promise<FeedSurroundings> {
  const row = await alt.one(selectSurroundings, [feedId]);
  if (!row) throw new Error(`The feed ${feedId} went away meanwhile.`);
  return row;
}
