-- What polling needs beyond the foundation: delivery of many feeds' articles at once, and feeds that move.

-- Feeds that a reader waits for; the claim looks at these first.
create index feeds_waiting on feeds (next_poll_at) where priority > 0;

-- Delivers the new articles of any number of feeds, each to its first 200 readers, and tells the holders of changed
-- ones. One revision a reader, readers taken in ascending order: a transaction calls it once, last, because it holds
-- the readers until the commit.
create function deliver_all(new_articles bigint[], changed_articles bigint[]) returns void
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  pair_feeds integer[];
  pair_readers integer[];
  reader_ids integer[];
begin
  select array_agg(w.feed_id), array_agg(s.reader_id) into pair_feeds, pair_readers
    from (select distinct a.feed_id from articles a where a.id = any (new_articles)) w
    cross join lateral (
      select x.reader_id from subscriptions x where x.feed_id = w.feed_id order by x.reader_id limit 200
    ) s;
  select array_agg(distinct x.reader_id) into reader_ids from (
    select unnest(pair_readers) as reader_id
    union all
    select e.reader_id from entries e where e.article_id = any (changed_articles)
  ) x;
  if reader_ids is null then
    return;
  end if;
  perform from readers where id = any (reader_ids) order by id for update;
  update readers set revision = revision + 1 where id = any (reader_ids);
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
    select a.id, r.id, a.feed_id, a.sort_at, a.received_at, r.revision, r.revision
    from unnest(pair_feeds, pair_readers) as p (feed_id, reader_id)
    join readers r on r.id = p.reader_id
    join articles a on a.feed_id = p.feed_id and a.id = any (new_articles)
    on conflict do nothing;
  insert into deliveries (feed_id, article_ids, after_reader_id)
    select p.feed_id, (select array_agg(a.id) from articles a where a.id = any (new_articles) and a.feed_id = p.feed_id),
      max(p.reader_id)
    from unnest(pair_feeds, pair_readers) as p (feed_id, reader_id)
    group by p.feed_id
    having count(*) = 200
      and exists (select from subscriptions s where s.feed_id = p.feed_id and s.reader_id > max(p.reader_id));
  if cardinality(changed_articles) > 0 then
    update entries e
      set revision = r.revision,
          is_read = e.is_read or is_covered(e.revision, e.received_at, c.read_through, c.read_before)
      from readers r, counters c
      where e.article_id = any (changed_articles) and r.id = e.reader_id
        and c.reader_id = e.reader_id and c.feed_id = e.feed_id;
  end if;
end
$$;

-- A feed has moved for good. Takes the new address, or, where another feed has it already, becomes one with that feed.
-- Answers the feed that is left.
create function move_feed(wanted_feed integer, new_url text, new_host text) returns integer
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  present feeds;
  other_id integer;
begin
  select * into present from feeds where id = wanted_feed;
  if present.id is null or present.url = new_url then
    return present.id;
  end if;
  select id into other_id from feeds
    where url = new_url and tenant_id is not distinct from present.tenant_id
      and credential is not distinct from present.credential;
  perform pg_notify('alt_polls', '');
  if other_id is not null then
    perform merge_feeds(wanted_feed, other_id);
    return other_id;
  end if;
  insert into hosts (host) values (new_host) on conflict do nothing;
  update feeds set url = new_url, host = new_host, repaired_from = url, redirect_url = null, redirect_count = 0,
      redirect_since = null, etag = null, last_modified = null, body_hash = null, next_poll_at = now()
    where id = wanted_feed;
  return wanted_feed;
end
$$;

-- Makes one feed of two with the same tenant and credential: readers, articles and what they did with them go over to
-- `new_feed`; an article that both have (same identity, else same URL) becomes one, read if either was, starred if
-- either was. The old feed goes.
create function merge_feeds(old_feed integer, new_feed integer) returns void
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  reader_ids integer[];
  moved_readers integer[];
  old_ids bigint[];
  new_ids bigint[];
begin
  perform from feeds where id in (old_feed, new_feed) order by id for no key update;
  if old_feed = new_feed or not exists (
    select from feeds o join feeds n on n.id = new_feed
      and n.tenant_id is not distinct from o.tenant_id and n.credential is not distinct from o.credential
    where o.id = old_feed
  ) then
    raise exception 'merge_feeds: % and % cannot become one', old_feed, new_feed;
  end if;
  select array_agg(distinct x.reader_id) into reader_ids from (
    select s.reader_id from subscriptions s where s.feed_id = old_feed
    union all select c.reader_id from counters c where c.feed_id = old_feed
  ) x;
  perform from readers where id = any (reader_ids) order by id for update;
  update readers set revision = revision + 1, structure_revision = revision + 1 where id = any (reader_ids);
  insert into counters (reader_id, feed_id) select r, new_feed from unnest(reader_ids) r on conflict do nothing;

  select array_agg(t.old_id), array_agg(t.new_id) into old_ids, new_ids from (
    select distinct on (o.id) o.id as old_id, n.id as new_id
    from articles o join articles n on n.feed_id = new_feed and (n.identity = o.identity or n.url = o.url)
    where o.feed_id = old_feed order by o.id, (n.identity = o.identity) desc, n.id
  ) t;

  -- What "mark all read" covers is written into the rows, because the marks of the two feeds differ.
  update entries e set is_read = true
    from counters c
    where c.reader_id = any (reader_ids) and c.feed_id in (old_feed, new_feed)
      and e.reader_id = c.reader_id and e.feed_id = c.feed_id and not e.is_read
      and is_covered(e.revision, e.received_at, c.read_through, c.read_before);

  insert into entries as e (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision, folded_into,
      hidden_reason, is_read, is_starred, read_at)
    select distinct on (m.new_id, o.reader_id) m.new_id, o.reader_id, new_feed, n.sort_at, n.received_at, r.revision,
      r.revision, o.folded_into, o.hidden_reason,
      bool_or(o.is_read) over same, bool_or(o.is_starred) over same, max(o.read_at) over same
    from unnest(old_ids, new_ids) as m (old_id, new_id)
    join entries o on o.article_id = m.old_id
    join articles n on n.id = m.new_id
    join readers r on r.id = o.reader_id
    window same as (partition by m.new_id, o.reader_id)
    order by m.new_id, o.reader_id, o.article_id
    on conflict (article_id, reader_id) do update
      set is_read = e.is_read or excluded.is_read, is_starred = e.is_starred or excluded.is_starred,
          read_at = coalesce(e.read_at, excluded.read_at), revision = excluded.revision;
  insert into entry_labels (reader_id, label_id, article_id, sort_at)
    select l.reader_id, l.label_id, m.new_id, n.sort_at
    from unnest(old_ids, new_ids) as m (old_id, new_id)
    join entry_labels l on l.article_id = m.old_id join articles n on n.id = m.new_id
    on conflict do nothing;
  delete from entry_labels where article_id = any (old_ids);
  update highlights h set article_id = m.new_id from unnest(old_ids, new_ids) as m (old_id, new_id)
    where h.article_id = m.old_id;
  update notes n set article_id = m.new_id from unnest(old_ids, new_ids) as m (old_id, new_id)
    where n.article_id = m.old_id;
  update shares s set article_id = m.new_id from unnest(old_ids, new_ids) as m (old_id, new_id)
    where s.article_id = m.old_id;
  update entries e set folded_into = nullif(m.new_id, e.article_id) from unnest(old_ids, new_ids) as m (old_id, new_id)
    where e.reader_id = any (reader_ids) and e.folded_into = m.old_id;
  delete from entries where article_id = any (old_ids);
  delete from articles where id = any (old_ids);

  update articles set feed_id = new_feed where feed_id = old_feed;
  update entries e set feed_id = new_feed, revision = r.revision
    from readers r where r.id = any (reader_ids) and e.reader_id = r.id and e.feed_id = old_feed;

  insert into subscription_folders (reader_id, subscription_id, folder_id)
    select f.reader_id, n.id, f.folder_id
    from subscriptions o
    join subscriptions n on n.reader_id = o.reader_id and n.feed_id = new_feed
    join subscription_folders f on f.subscription_id = o.id
    where o.feed_id = old_feed
    on conflict do nothing;
  update subscriptions n set title = coalesce(n.title, o.title), wants_full_text = n.wants_full_text or o.wants_full_text
    from subscriptions o where o.feed_id = old_feed and n.feed_id = new_feed and n.reader_id = o.reader_id;
  delete from subscriptions o using subscriptions n
    where o.feed_id = old_feed and n.feed_id = new_feed and n.reader_id = o.reader_id;
  select array_agg(reader_id) into moved_readers from subscriptions where feed_id = old_feed;
  update subscriptions set feed_id = new_feed where feed_id = old_feed;
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
    select a.id, r.id, a.feed_id, a.sort_at, a.received_at, r.revision, r.revision
    from feed_documents d join articles a on a.id = any (d.article_ids)
    join readers r on r.id = any (moved_readers)
    where d.feed_id = new_feed
    on conflict do nothing;

  -- The triggers count by the feed that a row had before; here rows changed their feed, so this counts anew.
  update counters c set read_through = 0, read_before = '-infinity', is_settled = true, unread = (
      select count(*) from entries e
      where e.reader_id = c.reader_id and e.feed_id = c.feed_id and e.is_listed and not e.is_read)
    where c.reader_id = any (reader_ids) and c.feed_id = new_feed;
  insert into tombstones (feed_id, identity, removed_at)
    select new_feed, t.identity, t.removed_at from tombstones t where t.feed_id = old_feed
      and not exists (select from articles a where a.feed_id = new_feed and a.identity = t.identity)
    on conflict do nothing;
  update deliveries set feed_id = new_feed where feed_id = old_feed;
  update feeds n set next_poll_at = now(), repaired_from = coalesce(n.repaired_from, o.url),
      subscriber_count = (select count(*) from subscriptions s where s.feed_id = new_feed),
      wants_full_text = n.wants_full_text or o.wants_full_text
    from feeds o where n.id = new_feed and o.id = old_feed;
  delete from feeds where id = old_feed;
end
$$;

revoke execute on function deliver_all, move_feed, merge_feeds from public;
