-- Retention and the collection of garbage, as their tests want them.

-- Which of a reader's entries are too old, the oldest first, at most `wanted`. `sort_at` is never later than receipt, so
-- that the list's index leads to them. What a "mark all read" covers is read, whether or not its row says so yet.
create function old_entries(reader integer, read_before timestamptz, unread_before timestamptz, wanted integer)
  returns bigint[] language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select array_agg(o.article_id) from (
      (select x.article_id from entries x
        where x.reader_id = reader and x.is_read and x.is_listed and x.feed_id > 0
          and x.sort_at < read_before and x.received_at < read_before
          and not x.is_starred and not is_kept(x)
        order by x.sort_at, x.article_id limit wanted)
      union all
      (select x.article_id from entries x
        left join counters c on c.reader_id = x.reader_id and c.feed_id = x.feed_id
        where x.reader_id = reader and not x.is_read and x.is_listed and x.feed_id > 0
          and x.sort_at < greatest(read_before, unread_before)
          and x.received_at < case when is_covered(x.revision, x.received_at, c.read_through, c.read_before)
            then read_before else unread_before end
          and not x.is_starred and not is_kept(x)
        order by x.sort_at, x.article_id limit wanted)
      limit wanted
    ) o;
  end;

-- Retention by each reader's settings: removes at most `batch` old entries; never what the reader keeps. Takes the rows
-- of readers alone from whom something goes: the look passes over all their old entries, and nobody waits for that.
create or replace function retain(batch integer) returns integer
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  reader record;
  old_ids bigint[];
  removed integer := 0;
  changed integer;
begin
  for reader in
    select id, now() - make_interval(days => (settings #>> '{retention,readDays}')::int) as read_before,
      now() - make_interval(days => (settings #>> '{retention,unreadDays}')::int) as unread_before
    from readers
    where settings #>> '{retention,readDays}' is not null or settings #>> '{retention,unreadDays}' is not null
    order by id
  loop
    old_ids := old_entries(reader.id, reader.read_before, reader.unread_before, batch - removed);
    continue when old_ids is null;
    perform from readers where id = reader.id for update;
    -- The reader may have starred, labelled, read or opened one again before the row was ours.
    delete from entries e using counters c
      where e.reader_id = reader.id and e.article_id = any (old_ids)
        and c.reader_id = e.reader_id and c.feed_id = e.feed_id
        and e.received_at < case
          when e.is_read or is_covered(e.revision, e.received_at, c.read_through, c.read_before)
          then reader.read_before else reader.unread_before end
        and not is_kept(e);
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
create or replace function collect_garbage(after_id bigint, batch integer) returns bigint
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  looked_at bigint[];
  feed_ids integer[];
begin
  select array_agg(x.id) into looked_at
    from (select id from articles where id > after_id order by id limit batch) x;
  if looked_at is null then
    delete from feeds f where f.subscriber_count = 0 and f.created_at < now() - interval '1 day'
      and not exists (select from articles a where a.feed_id = f.id)
      and not exists (select from subscriptions s where s.feed_id = f.id);
    return null;
  end if;
  select array_agg(distinct a.feed_id) into feed_ids
    from articles a
    where a.id = any (looked_at) and a.received_at < now() - interval '1 day'
      and not exists (select from entries e where e.article_id = a.id);
  if feed_ids is null then
    return looked_at[cardinality(looked_at)];
  end if;
  -- Who subscribes or stores takes the feed too: from here on nobody is given an article that goes.
  perform from feeds f where f.id = any (feed_ids) order by f.id for no key update;
  with gone as (
    select a.id, a.feed_id, a.identity, f.subscriber_count
    from articles a join feeds f on f.id = a.feed_id
    where a.id = any (looked_at) and a.feed_id = any (feed_ids) and a.received_at < now() - interval '1 day'
      and not exists (select from entries e where e.article_id = a.id)
      and not exists (select from deliveries d where a.id = any (d.article_ids))
      and (f.subscriber_count = 0
        or not exists (select from feed_documents d where d.feed_id = a.feed_id and a.id = any (d.article_ids)))
    for update of a skip locked
  ), buried as (
    insert into tombstones (feed_id, identity)
      select feed_id, identity from gone where subscriber_count > 0 on conflict do nothing
  ), forgotten as (
    -- Who follows the feed next gets its whole document again, which it must not answer with "not modified".
    update feeds set etag = null, last_modified = null, body_hash = null, last_success_at = null
      where id in (select feed_id from gone where subscriber_count = 0)
  )
  delete from articles a using gone where a.id = gone.id;
  return looked_at[cardinality(looked_at)];
end
$$;

revoke execute on function old_entries from public;
