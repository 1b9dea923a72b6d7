-- The few ways in which rows of many readers change, or a reader reaches what no policy shows. Each is granted to the
-- roles that need it, in their grants.sql; all are revoked from everybody else at the end of this file.
-- Locks are taken in one order everywhere: feeds (ascending), readers (ascending), then their rows.

-- The reader of this transaction, made at first sight from the verified token.
create function ensure_reader() returns integer
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  found_id integer;
begin
  select id into found_id from readers where user_id = current_user_id() and tenant_id = current_tenant_id();
  if found_id is not null then
    return found_id;
  end if;
  insert into tenants (id) values (current_tenant_id()) on conflict do nothing;
  insert into readers (user_id, tenant_id) values (current_user_id(), current_tenant_id()) on conflict do nothing;
  return (select id from readers where user_id = current_user_id() and tenant_id = current_tenant_id());
end
$$;

-- Takes the reader's row and raises the revision: the first statement of every change of entries.
create function begin_change() returns bigint
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    update readers set revision = revision + 1 where id = current_reader_id() returning revision;
  end;

-- The same where subscriptions or folders change.
create function begin_structure_change() returns bigint
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    update readers set revision = revision + 1, structure_revision = revision + 1
      where id = current_reader_id() returning revision;
  end;

-- Revisions of the readers that wait for events in a process.
create function revisions_of(reader_ids integer[])
  returns table (reader_id integer, revision bigint)
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select id, revision from readers where id = any (reader_ids);
  end;

-- The feed of an address: for all, or the tenant's own if it is private. Made if there is none.
create function ensure_feed(feed_url text, feed_host text, feed_tenant uuid, feed_credential text, feed_title text default null)
  returns integer language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  found_id integer;
begin
  insert into hosts (host) values (feed_host) on conflict do nothing;
  insert into feeds (url, host, tenant_id, credential, title)
    values (feed_url, feed_host, feed_tenant, feed_credential, feed_title)
    on conflict on constraint feeds_url_key do nothing returning id into found_id;
  if found_id is null then
    select id into found_id from feeds
      where url = feed_url and tenant_id is not distinct from feed_tenant
        and credential is not distinct from feed_credential;
  end if;
  return found_id;
end
$$;

-- Subscribes this reader to feeds that are shared or the tenant's own, in the order given, and delivers the articles of
-- each feed's last document, unread. Answers a row for each: the subscription and whether it is new.
create function subscribe(wanted_feeds integer[], titles text[])
  returns table (feed_id integer, subscription_id integer, is_new boolean)
  language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
  reader integer := current_reader_id();
  new_revision bigint;
  added_feeds integer[];
begin
  perform from feeds f where f.id = any (wanted_feeds) order by f.id for no key update;
  new_revision := begin_structure_change();
  with wanted as (
    select w.feed_id, min(w.position) as position
    from unnest(wanted_feeds) with ordinality as w (feed_id, position)
    join feeds f on f.id = w.feed_id and (f.tenant_id is null or f.tenant_id = current_tenant_id())
    group by w.feed_id
  ), added as (
    insert into subscriptions (reader_id, feed_id, title)
      select reader, w.feed_id, titles[w.position] from wanted w order by w.position
      on conflict on constraint subscriptions_feed_key do nothing
      returning subscriptions.feed_id
  )
  select coalesce(array_agg(added.feed_id), '{}') into added_feeds from added;
  update feeds f set subscriber_count = subscriber_count + 1,
      next_poll_at = case when f.last_polled_at is null or f.subscriber_count = 0
        then least(f.next_poll_at, now()) else f.next_poll_at end
    where f.id = any (added_feeds);
  insert into counters (reader_id, feed_id)
    select reader, x from unnest(added_feeds) x order by x on conflict do nothing;
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
    select a.id, reader, a.feed_id, a.sort_at, a.received_at, new_revision, new_revision
    from feed_documents d join articles a on a.id = any (d.article_ids)
    where d.feed_id = any (added_feeds)
    on conflict do nothing;
  perform pg_notify('alt_polls', '');
  return query
    select s.feed_id, s.id, s.feed_id = any (added_feeds)
    from unnest(wanted_feeds) with ordinality as w (feed_id, position)
    join subscriptions s on s.reader_id = reader and s.feed_id = w.feed_id
    group by s.feed_id, s.id order by min(w.position);
end
$$;

-- Ends a subscription. Entries go, except what the reader starred, labelled, highlighted, noted or shared.
-- False if this reader has no such subscription.
create function unsubscribe(wanted_subscription integer) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  reader integer := current_reader_id();
  feed integer;
begin
  select s.feed_id into feed from subscriptions s where s.id = wanted_subscription and s.reader_id = reader;
  perform from feeds f where f.id = feed for no key update;
  perform begin_structure_change();
  delete from subscriptions s where s.id = wanted_subscription and s.reader_id = reader;
  if feed is null or not found then
    return false;
  end if;
  update feeds set subscriber_count = subscriber_count - 1 where id = feed;
  update feeds f set wants_full_text = exists (select from subscriptions s where s.feed_id = f.id and s.wants_full_text)
    where f.id = feed and f.wants_full_text;
  delete from entries e where e.reader_id = reader and e.feed_id = feed and not is_kept(e);
  delete from counters c where c.reader_id = reader and c.feed_id = feed
    and not exists (select from entries e where e.reader_id = reader and e.feed_id = feed);
  return true;
end
$$;

-- Whether the reader's own act keeps an entry from every purge.
create function is_kept(e entries) returns boolean
  language sql stable
  return e.is_starred
    or exists (select from entry_labels l where l.article_id = e.article_id and l.reader_id = e.reader_id)
    or exists (select from highlights h where h.article_id = e.article_id and h.reader_id = e.reader_id)
    or exists (select from notes n where n.article_id = e.article_id and n.reader_id = e.reader_id)
    or exists (select from shares s where s.article_id = e.article_id and s.reader_id = e.reader_id);

-- Entries for a feed's readers after `after_reader`, at most `batch` of them. Readers' rows are taken in ascending
-- order; each gets one new revision. Answers the last reader served, or null if none was left.
create function deliver_batch(wanted_feed integer, wanted_articles bigint[], after_reader integer, batch integer)
  returns integer language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  reader_ids integer[];
begin
  select array_agg(x.reader_id) into reader_ids from (
    select s.reader_id from subscriptions s
    where s.feed_id = wanted_feed and s.reader_id > after_reader order by s.reader_id limit batch
  ) x;
  if reader_ids is null then
    return null;
  end if;
  perform from readers where id = any (reader_ids) order by id for update;
  update readers set revision = revision + 1 where id = any (reader_ids);
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
    select a.id, r.id, a.feed_id, a.sort_at, a.received_at, r.revision, r.revision
    from readers r
    join subscriptions s on s.reader_id = r.id and s.feed_id = wanted_feed
    cross join (select * from articles where id = any (wanted_articles)) a
    where r.id = any (reader_ids)
    on conflict do nothing;
  return reader_ids[cardinality(reader_ids)];
end
$$;

-- Delivers new articles to the feed's readers: the first 200 in this transaction, the rest as a row of `deliveries`.
create function deliver(wanted_feed integer, wanted_articles bigint[]) returns void
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  last_reader integer;
begin
  if cardinality(wanted_articles) = 0 then
    return;
  end if;
  last_reader := deliver_batch(wanted_feed, wanted_articles, 0, 200);
  if exists (select from subscriptions s where s.feed_id = wanted_feed and s.reader_id > last_reader) then
    insert into deliveries (feed_id, article_ids, after_reader_id) values (wanted_feed, wanted_articles, last_reader);
  end if;
end
$$;

-- Works one batch of the oldest waiting delivery. False when there is none.
create function deliver_next(batch integer) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  d deliveries;
  last_reader integer;
begin
  select * into d from deliveries order by id limit 1 for update skip locked;
  if d.id is null then
    return false;
  end if;
  last_reader := deliver_batch(d.feed_id, d.article_ids, d.after_reader_id, batch);
  if last_reader is null then
    delete from deliveries where id = d.id;
  else
    update deliveries set after_reader_id = last_reader where id = d.id;
  end if;
  return true;
end
$$;

-- Articles whose content changed: everybody who has one learns it by revision.
create function touch_articles(wanted_articles bigint[]) returns void
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  reader_ids integer[];
begin
  select array_agg(distinct e.reader_id) into reader_ids from entries e where e.article_id = any (wanted_articles);
  if reader_ids is null then
    return;
  end if;
  perform from readers where id = any (reader_ids) order by id for update;
  update readers set revision = revision + 1 where id = any (reader_ids);
  update entries e
    set revision = r.revision,
        is_read = e.is_read or is_covered(e.revision, e.received_at, c.read_through, c.read_before)
    from readers r, counters c
    where e.article_id = any (wanted_articles) and r.id = e.reader_id
      and c.reader_id = e.reader_id and c.feed_id = e.feed_id;
end
$$;

-- Lets rows follow "mark all read": at most `batch` of one reader. Answers how many rows it changed and whether
-- settle_finish may find something; no row when nothing is left anywhere. Takes no reader's row and changes no revision
-- or count. Every marked feed gives an equal share, its oldest: rows that arrived together lie together, in the table
-- and in the indexes. Feed by feed, 10,000 rows took 400 ms; so, 280 ms.
create function settle_next(batch integer) returns table (settled integer, is_done boolean)
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  reader integer;
  changed integer;
begin
  select c.reader_id into reader from counters c
    where not c.is_settled and pg_try_advisory_xact_lock(7204652, c.reader_id) limit 1;
  if reader is null then
    return;
  end if;
  with marked as materialized (
    select c.feed_id, c.read_through, c.read_before, greatest(batch / count(*) over (), 1) as share
    from counters c where c.reader_id = reader and not c.is_settled
  ), due as materialized (
    select e.row_id
    from marked c
    cross join lateral (
      select x.ctid as row_id from entries x
      where x.reader_id = reader and x.feed_id = c.feed_id and x.is_listed and not x.is_read
        and is_covered(x.revision, x.received_at, c.read_through, c.read_before)
      order by x.sort_at, x.article_id limit c.share for update skip locked
    ) e
    limit batch
  )
  -- The lock is held, so a ctid names the row that was looked at, or none.
  update entries e set is_read = true from (select row_id from due order by row_id) d where e.ctid = d.row_id;
  get diagnostics changed = row_count;
  return query select changed, changed < batch;
end
$$;

-- Marks counters settled where no row is left behind. Called when settle_next found less than a batch. A counter that
-- gets a new mark meanwhile is left out: this statement does not see the rows which that mark covers.
create function settle_finish() returns integer
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  changed integer;
begin
  with seen as materialized (
    select c.reader_id, c.feed_id, c.read_through, c.read_before from counters c where not c.is_settled
  ), done as (
    select c.reader_id, c.feed_id from seen s
    join counters c on c.reader_id = s.reader_id and c.feed_id = s.feed_id and c.read_through = s.read_through
    where not c.is_settled and not exists (
      select from entries e
      where e.reader_id = s.reader_id and e.feed_id = s.feed_id and e.is_listed and not e.is_read
        and is_covered(e.revision, e.received_at, s.read_through, s.read_before))
    for update of c skip locked
  )
  update counters c set is_settled = true from done where c.reader_id = done.reader_id and c.feed_id = done.feed_id;
  get diagnostics changed = row_count;
  return changed;
end
$$;

-- Retention by each reader's settings: removes at most `batch` old entries; never what the reader keeps.
create function retain(batch integer) returns integer
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  reader record;
  removed integer := 0;
  changed integer;
begin
  for reader in
    select id, (settings #>> '{retention,readDays}')::int as read_days,
      (settings #>> '{retention,unreadDays}')::int as unread_days
    from readers
    where settings #>> '{retention,readDays}' is not null or settings #>> '{retention,unreadDays}' is not null
    order by id
  loop
    perform from readers where id = reader.id for update;
    delete from entries e using (
      select x.article_id from entries x
      where x.reader_id = reader.id and x.is_listed
        and ((x.is_read and x.received_at < now() - make_interval(days => reader.read_days))
          or (not x.is_read and x.received_at < now() - make_interval(days => reader.unread_days)))
        and not is_kept(x)
      limit batch - removed
    ) old
    where e.reader_id = reader.id and e.article_id = old.article_id;
    get diagnostics changed = row_count;
    if changed > 0 then
      update readers set revision = revision + 1, structure_revision = revision + 1 where id = reader.id;
    end if;
    removed := removed + changed;
    exit when removed >= batch;
  end loop;
  return removed;
end
$$;

-- Articles without entries go, with a tombstone while their feed has readers; so do feeds that nobody follows and
-- that hold nothing. The last document of a feed with readers stays. Works `batch` articles after `after_id`; answers
-- the last id it looked at, or null at the end.
create function collect_garbage(after_id bigint, batch integer) returns bigint
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  looked_at bigint[];
begin
  select array_agg(x.id) into looked_at
    from (select id from articles where id > after_id order by id limit batch) x;
  if looked_at is null then
    delete from feeds f where f.subscriber_count = 0 and f.created_at < now() - interval '1 day'
      and not exists (select from articles a where a.feed_id = f.id)
      and not exists (select from subscriptions s where s.feed_id = f.id);
    return null;
  end if;
  with gone as (
    select a.id, a.feed_id, a.identity, f.subscriber_count
    from articles a join feeds f on f.id = a.feed_id
    where a.id = any (looked_at) and a.received_at < now() - interval '1 day'
      and not exists (select from entries e where e.article_id = a.id)
      and not exists (select from deliveries d where a.id = any (d.article_ids))
      and (f.subscriber_count = 0
        or not exists (select from feed_documents d where d.feed_id = a.feed_id and a.id = any (d.article_ids)))
    for update of a skip locked
  ), buried as (
    insert into tombstones (feed_id, identity)
      select feed_id, identity from gone where subscriber_count > 0 on conflict do nothing
  )
  delete from articles a using gone where a.id = gone.id;
  return looked_at[cardinality(looked_at)];
end
$$;

-- A reader waits for a poll: now, as far as the host's manners allow. False if the reader does not follow the feed.
create function request_poll(wanted_subscription integer) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  feed integer;
begin
  select s.feed_id into feed from subscriptions s
    where s.id = wanted_subscription and s.reader_id = current_reader_id();
  update feeds set next_poll_at = least(next_poll_at, now()), priority = 1 where id = feed;
  perform pg_notify('alt_polls', '');
  return feed is not null;
end
$$;

-- A reader wants the full text of every article of a feed, or no more.
create function request_feed_full_text(wanted_subscription integer, is_wanted boolean) returns void
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  feed integer;
begin
  select s.feed_id into feed from subscriptions s
    where s.id = wanted_subscription and s.reader_id = current_reader_id();
  perform from feeds f where f.id = feed for no key update;
  update subscriptions s set wants_full_text = is_wanted
    where s.id = wanted_subscription and s.reader_id = current_reader_id();
  update feeds f set wants_full_text = exists (select from subscriptions s where s.feed_id = f.id and s.wants_full_text)
    where f.id = feed;
end
$$;

-- A reader wants the full text of one article. False if the reader has no such entry.
create function request_full_text(wanted_article bigint) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if not exists (select from entries e where e.article_id = wanted_article and e.reader_id = current_reader_id()) then
    return false;
  end if;
  insert into article_stages as s (article_id, stage, content_hash, priority)
    select id, 'extract', content_hash, 1 from articles where id = wanted_article
    on conflict (article_id, stage) do update
      set state = 'waiting', priority = 1, attempts = 0, next_attempt_at = now(), error = null,
          content_hash = excluded.content_hash
      where s.state in ('done', 'parked', 'waiting');
  update article_contents set full_state = 'pending', full_reason = null
    where article_id = wanted_article and full_state <> 'ready';
  perform pg_notify('alt_stages', '');
  return true;
end
$$;

-- "Look": the processes that stream events ask for the revisions of the readers they serve.
create function notify_readers() returns trigger language plpgsql as $$
begin
  perform pg_notify('alt_readers', '');
  return null;
end
$$;
create trigger notify_changed after update of revision on readers for each statement execute function notify_readers();

revoke execute on all functions in schema public from public;
