import type { ResolvedFeed } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import type { Feed } from '../feed.ts';

/** A feed's row as a poll sees it, of the table alias `f`. */
export const FEED_COLUMNS = `f.id, f.url, f.host, f.tenant_id as "tenantId", f.credential, f.site_url as "siteUrl", f.title,
  f.subscriber_count as "subscriberCount", f.created_at as "createdAt", f.etag, f.last_modified as "lastModified",
  f.body_hash as "bodyHash", f.post_gap_seconds as "postGapSeconds", f.newest_item_at as "newestItemAt",
  f.minimum_interval_seconds as "minimumIntervalSeconds", f.state, f.last_polled_at as "lastPolledAt",
  f.last_success_at as "lastSuccessAt", f.error_count as "errorCount", f.failing_since as "failingSince",
  f.redirect_url as "redirectUrl", f.redirect_count as "redirectCount", f.redirect_since as "redirectSince",
  exists (select from websub_subscriptions w where w.feed_id = f.id and w.state = 'active' and w.lease_until > now())
    as "isPushed"`;

const loadFeedStatement = statement<Feed>('load-feed', `select ${FEED_COLUMNS} from feeds f where f.id = $1`);

export function loadFeed(db: Queryable, feedId: number): Promise<Feed | null> {
  return db.one(loadFeedStatement, [feedId]);
}

const findFeedStatement = statement<ResolvedFeed & { lastSuccessAt: Date | null }>(
  'find-feed',
  `select id as "feedId", url, title, site_url as "siteUrl", format, last_success_at as "lastSuccessAt"
   from feeds
   where url = $1 and credential is not distinct from $2 and (tenant_id is null or tenant_id = $3)
   order by tenant_id nulls last limit 1`,
);

/** The feed of an address that this tenant may use. */
export function findFeedByAddress(
  db: Queryable,
  { url, credential }: { url: string; credential: string | null },
  tenantId: string,
): Promise<(ResolvedFeed & { lastSuccessAt: Date | null }) | null> {
  return db.one(findFeedStatement, [url, credential, tenantId]);
}

const ensureFeedStatement = statement<{ id: number }>('ensure-feed', 'select ensure_feed($1, $2, $3, $4, $5) as id');

/** Makes a feed's row, or finds it. A private feed carries its tenant. */
export async function ensureFeed(
  db: Queryable,
  feed: { url: string; host: string; tenantId: string | null; credential: string | null; title: string | null },
): Promise<number> {
  const row = await db.one(ensureFeedStatement, [feed.url, feed.host, feed.tenantId, feed.credential, feed.title]);
  if (!row) throw new Error('ensure_feed answered nothing');
  return row.id;
}

const moveFeedStatement = statement<{ id: number | null }>('move-feed', 'select move_feed($1, $2, $3) as id');

/** Gives a feed another address; where another feed has it, the two become one. Answers the feed that is left. */
export async function moveFeed(db: Queryable, feedId: number, url: string, host: string): Promise<number | null> {
  return (await db.one(moveFeedStatement, [feedId, url, host]))?.id ?? null;
}
