import { type Queryable, statement } from '@alt/database';
import type { FeedUpdate } from '../feed.ts';

const lockFeedsStatement = statement<LockedFeed>(
  'lock-feeds',
  `select id, wants_full_text as "wantsFullText", now(), (select has_arrival_rules()) as "hasRules" from feeds
   where id = any ($1::integer[]) and ($2::text is null or claimed_by = $2) order by id for no key update`,
);

export interface LockedFeed {
  id: number;
  wantsFullText: boolean;
  /** The time of the transaction, by the database's clock. */
  now: Date;
  /** Whether anybody at all has a rule that acts on what arrives. */
  hasRules: boolean;
}

/** The feeds' rows, locked until the end; only those that are still this worker's (null: whoever's). */
export function lockFeeds(tx: Queryable, feedIds: number[], worker: string | null): Promise<LockedFeed[]> {
  return tx.all(lockFeedsStatement, [feedIds, worker]);
}

const completePollsStatement = statement<{ id: number }>(
  'complete-polls',
  `with given as materialized (
     select u.*, h.* from json_to_recordset($1::json) as u (id integer, etag text, last_modified text, body_hash bytea,
       next_poll_at timestamptz, post_gap_seconds real, newest_item_at timestamptz, minimum_interval_seconds integer,
       state text, last_success_at timestamptz, has_changed boolean, last_status integer, error_code text,
       error_message text, error_count integer, failing_since timestamptz, retry_after_at timestamptz,
       redirect_url text, redirect_count integer, redirect_since timestamptz, header json, article_ids bigint[],
       keeps_document boolean)
     left join lateral json_to_record(u.header) as h (title text, site_url text, description text, language text,
       image_url text, format text, hub_url text, topic_url text) on u.header is not null
   ), mine as materialized (
     select f.id from feeds f where f.id in (select id from given) and ($2::text is null or f.claimed_by = $2)
     order by f.id for no key update
   ), documents as (
     insert into feed_documents as d (feed_id, article_ids)
       select g.id, g.article_ids from given g join mine m on m.id = g.id where g.article_ids is not null
     on conflict (feed_id) do update set article_ids = case
       when (select keeps_document from given where id = d.feed_id)
         then array(select distinct x from unnest(d.article_ids || excluded.article_ids) x order by x desc limit 1000)
       else excluded.article_ids end
   ), hubs as (
     insert into websub_subscriptions as w (feed_id, hub_url, topic_url, secret, state)
       select g.id, g.hub_url, coalesce(g.topic_url, f.url), encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'hex'), 'wanted'
       from given g join mine m on m.id = g.id join feeds f on f.id = g.id where g.hub_url is not null
     on conflict (feed_id) do update
       set hub_url = excluded.hub_url, topic_url = excluded.topic_url, state = 'wanted', attempts = 0,
         next_attempt_at = now(), error = null
       where (w.hub_url, w.topic_url) is distinct from (excluded.hub_url, excluded.topic_url)
   )
   update feeds f set etag = g.etag, last_modified = g.last_modified, body_hash = g.body_hash,
     next_poll_at = g.next_poll_at, priority = 0, claimed_by = null, claimed_until = null,
     post_gap_seconds = g.post_gap_seconds, newest_item_at = g.newest_item_at,
     minimum_interval_seconds = g.minimum_interval_seconds, state = g.state, last_polled_at = now(),
     last_success_at = g.last_success_at, last_changed_at = case when g.has_changed then now() else f.last_changed_at end,
     last_status = g.last_status, error_code = g.error_code, error_message = g.error_message,
     error_count = g.error_count, failing_since = g.failing_since, retry_after_at = g.retry_after_at,
     redirect_url = g.redirect_url, redirect_count = g.redirect_count, redirect_since = g.redirect_since,
     title = coalesce(g.title, f.title), site_url = coalesce(g.site_url, f.site_url),
     description = case when g.format is null then f.description else g.description end,
     language = case when g.format is null then f.language else g.language end,
     image_url = case when g.format is null then f.image_url else g.image_url end,
     format = coalesce(g.format, f.format)
   from given g join mine m on m.id = g.id
   where f.id = g.id
   returning f.id`,
);

/** Writes how polls ended, for feeds that are still this worker's (null: whoever's). Answers their ids. */
export async function completePolls(tx: Queryable, updates: FeedUpdate[], worker: string | null): Promise<number[]> {
  const rows = await tx.all(completePollsStatement, [JSON.stringify(updates), worker]);
  return rows.map(({ id }) => id);
}
