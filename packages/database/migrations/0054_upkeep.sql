-- What goes by itself, what is told of tags, one engine that keeps the search index, and how often an address is asked.

-- ---------------------------------------------------------------- one feed of two

-- The latest time at which a document of the feed showed it, to a month: a poll that meets it again says so once a month.
alter table tombstones add shown_at timestamptz(3) not null default now();

-- As before (0052), but not beside the work on the articles that readers receive: what it makes is there before they do, or
-- it knows of them.
create or replace function merge_feeds(old_feed integer, new_feed integer) returns void
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  reader_ids integer[];
  moved_readers integer[];
  old_ids bigint[];
  new_ids bigint[];
  received_ids bigint[];
begin
  perform from feeds where id in (old_feed, new_feed) order by id for no key update;
  if old_feed = new_feed or not exists (
    select from feeds o join feeds n on n.id = new_feed
      and n.tenant_id is not distinct from o.tenant_id and n.credential is not distinct from o.credential
    where o.id = old_feed
  ) then
    raise exception 'merge_feeds: % and % cannot become one', old_feed, new_feed;
  end if;
  select array_agg(t.old_id), array_agg(t.new_id) into old_ids, new_ids from (
    select distinct on (o.id) o.id as old_id, n.id as new_id
    from articles o join articles n on n.feed_id = new_feed and (n.identity = o.identity or n.url = o.url)
    where o.feed_id = old_feed order by o.id, (n.identity = o.identity) desc, n.id
  ) t;
  -- As await_articles (0049), with all stages of the articles that go: whoever works one holds its row while they wait for
  -- the second lock.
  perform from article_stages s
    where s.article_id = any (old_ids || new_ids || array(
        select unnest(d.article_ids) from feed_documents d where d.feed_id in (old_feed, new_feed)))
      and (s.article_id = any (old_ids) or s.stage in ('tag', 'refine') and s.state in ('waiting', 'claimed'))
    order by s.article_id, s.stage for update;
  perform pg_advisory_xact_lock_shared(7204653);
  select array_agg(distinct x.reader_id) into reader_ids from (
    select s.reader_id from subscriptions s where s.feed_id = old_feed
    union all select c.reader_id from counters c where c.feed_id = old_feed
  ) x;
  perform from readers where id = any (reader_ids) order by id for update;
  update readers set revision = revision + 1, structure_revision = revision + 1 where id = any (reader_ids);
  insert into counters (reader_id, feed_id) select r, new_feed from unnest(reader_ids) r on conflict do nothing;

  -- What "mark all read" covers is written into the rows, because the marks of the two feeds differ.
  update entries e set is_read = true
    from counters c
    where c.reader_id = any (reader_ids) and c.feed_id in (old_feed, new_feed)
      and e.reader_id = c.reader_id and e.feed_id = c.feed_id and e.is_listed and not e.is_read
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
  insert into entry_splits (reader_id, article_id, created_at)
    select s.reader_id, m.new_id, min(s.created_at)
    from unnest(old_ids, new_ids) as m (old_id, new_id) join entry_splits s on s.article_id = m.old_id
    group by s.reader_id, m.new_id
    on conflict do nothing;
  insert into cluster_members (article_id, cluster_id, reason)
    select distinct on (m.new_id) m.new_id, c.cluster_id, c.reason
    from unnest(old_ids, new_ids) as m (old_id, new_id) join cluster_members c on c.article_id = m.old_id
    order by m.new_id, m.old_id
    on conflict do nothing;
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
  update subscriptions n set title = coalesce(n.title, o.title), wants_full_text = n.wants_full_text or o.wants_full_text,
      wants_summary = n.wants_summary and o.wants_summary, auto_full_text = n.auto_full_text and o.auto_full_text
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
  insert into feed_selectors (feed_id, tenant_id, keep, "drop", updated_at)
    select new_feed, s.tenant_id, s.keep, s."drop", s.updated_at from feed_selectors s where s.feed_id = old_feed
    on conflict do nothing;

  -- What these readers hold now is to be tagged for their tenants, and folded.
  select array_agg(distinct x) into received_ids from (
    select unnest(new_ids) as x
    union all select unnest(d.article_ids) from feed_documents d where d.feed_id = new_feed and moved_readers is not null
  ) y;
  insert into tag_requests (tenant_id, article_ids)
    select distinct r.tenant_id, received_ids from readers r
    where r.id = any (reader_ids)
      and exists (select from article_keyphrases k where k.article_id = any (received_ids));
  perform pg_notify('alt_tags', '');
  perform fold_soon(array(select m.cluster_id from cluster_members m where m.article_id = any (received_ids)));
  perform pg_notify('alt_stages', '');

  -- The triggers count by the feed that a row had before; here rows changed their feed, so this counts anew.
  update counters c set read_through = 0, read_before = '-infinity', is_settled = true, unread = (
      select count(*) from entries e
      where e.reader_id = c.reader_id and e.feed_id = c.feed_id and e.is_listed and not e.is_read)
    where c.reader_id = any (reader_ids) and c.feed_id = new_feed;
  insert into tombstones as n (feed_id, identity, removed_at, shown_at)
    select new_feed, t.identity, t.removed_at, t.shown_at from tombstones t where t.feed_id = old_feed
      and not exists (select from articles a where a.feed_id = new_feed and a.identity = t.identity)
    on conflict (feed_id, identity) do update set shown_at = greatest(n.shown_at, excluded.shown_at);
  update deliveries set feed_id = new_feed where feed_id = old_feed;
  update feeds n set next_poll_at = now(), repaired_from = coalesce(n.repaired_from, o.url),
      subscriber_count = (select count(*) from subscriptions s where s.feed_id = new_feed),
      wants_full_text = n.wants_full_text or o.wants_full_text
    from feeds o where n.id = new_feed and o.id = old_feed;
  delete from feeds where id = old_feed;
end
$$;

-- ---------------------------------------------------------------- retention

-- Which of a reader's entries are too old, the oldest first, at most `wanted`. `sort_at` is never later than receipt, so
-- that the lists' indexes lead to them. What a "mark all read" covers is read, whether or not its row says so yet, and so
-- is what the reader hid; what anything else hid is as it was before. What is folded goes with what it is folded into.
create or replace function old_entries(reader integer, read_before timestamptz, unread_before timestamptz, wanted integer)
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
      union all
      (select x.article_id from entries x
        where x.reader_id = reader and x.hidden_reason is not null and x.folded_into is null
          and x.sort_at < greatest(read_before, unread_before)
          and x.received_at < case when x.is_read or x.hidden_reason = 'reader' then read_before else unread_before end
          and not x.is_starred and not is_kept(x)
        order by x.sort_at, x.article_id limit wanted)
      limit wanted
    ) o;
  end;

-- As before (0031), and what is folded into an old entry goes with it as far as it is old and not kept: in the same
-- statement, or it would stand in the lists as new until the next round.
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
    with due as materialized (
      select h.article_id, h.received_at, l.before, not is_kept(h) as is_free
      from entries h
      join counters c on c.reader_id = h.reader_id and c.feed_id = h.feed_id
      cross join lateral (
        select case when h.is_read or h.hidden_reason = 'reader'
            or h.is_listed and is_covered(h.revision, h.received_at, c.read_through, c.read_before)
          then reader.read_before else reader.unread_before end as before
      ) l
      where h.reader_id = reader.id and h.article_id = any (old_ids)
    ), gone as materialized (
      select d.article_id, d.before from due d where d.is_free and d.received_at < d.before
    ), chosen as materialized (
      select g.article_id from gone g
      union
      select f.article_id from gone g join entries f on f.reader_id = reader.id and f.folded_into = g.article_id
        where f.received_at < g.before and not is_kept(f)
    )
    delete from entries e using chosen x where e.reader_id = reader.id and e.article_id = x.article_id;
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

-- Forgets articles that went and that their feeds do not show any more. Feeds that show their posts again do so once a
-- year ("a year ago today"), none that we know of later. A document that did not change was not read: only one that was
-- read more than the month of `shown_at` later says that the article is not in it. Looks at `batch` rows after the given
-- one; answers the last that it looked at, no row at the end.
create function forget_tombstones(after_feed integer, after_identity bytea, batch integer)
  returns table (feed_id integer, identity bytea)
  language sql volatile security definer set search_path = public, pg_temp rows 1
  begin atomic
    with looked_at as materialized (
      select t.feed_id, t.identity from tombstones t where (t.feed_id, t.identity) > (after_feed, after_identity)
      order by t.feed_id, t.identity limit batch
    ), forgotten as (
      delete from tombstones t using looked_at l join feeds f on f.id = l.feed_id
        where t.feed_id = l.feed_id and t.identity = l.identity and t.shown_at < now() - interval '400 days'
          and f.last_changed_at > t.shown_at + interval '31 days'
    )
    select l.feed_id, l.identity from looked_at l order by l.feed_id desc, l.identity desc limit 1;
  end;

-- ---------------------------------------------------------------- tags

alter table readers add tags_revision bigint not null default 0;
comment on column readers.tags_revision is 'revision at which a tag was last renamed, merged, hidden, promoted or vetoed';

-- A reader's own change of what tags they see.
create function begin_tag_change() returns bigint
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    update readers set revision = revision + 1, tags_revision = revision + 1
      where id = current_reader_id() returning revision;
  end;

-- Tells the readers of a tenant that its tags changed: they load them anew. Never entry by entry, of which one tag may
-- have a million. Takes their rows: the last statement.
create function tell_tags(of_tenant uuid) returns void
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform from readers r where r.tenant_id = of_tenant order by r.id for update;
  update readers set revision = revision + 1, tags_revision = revision + 1 where tenant_id = of_tenant;
end
$$;

-- ---------------------------------------------------------------- one search engine

-- The engine that keeps the index; workers of another do nothing, because what they mark done is not in its index.
create table search_engine (
  is_only_row boolean primary key default true check (is_only_row),
  engine text not null check (engine in ('embedded', 'meilisearch')),
  taken_at timestamptz(3) not null default now(),
  kept_at timestamptz(3) not null default now()
);
comment on column search_engine.kept_at is 'when a process with this engine last looked, to ten seconds';
alter table search_engine enable row level security;
alter table search_engine force row level security;
create policy owner on search_engine to alt_owner using (true) with check (true);
create policy indexing on search_engine to search_indexer using (true) with check (true);

-- ---------------------------------------------------------------- recaps by mail

-- How often an address was asked whether it wants recaps, whoever asked for it: as many as may use an address, its owner
-- gets few mails. Rows go after 30 days.
create table recap_askings (
  address_hash bytea primary key,
  asked_count integer not null default 1,
  first_at timestamptz(3) not null default now()
);
create index recap_askings_first on recap_askings (first_at);
alter table recap_askings enable row level security;
alter table recap_askings force row level security;
create policy owner on recap_askings to alt_owner using (true) with check (true);

create function address_hash(address text) returns bytea
  language sql immutable set search_path = public, pg_temp
  return sha256(convert_to(lower(address), 'UTF8'));

-- Counts a mail that asks this address; false where it was asked `maximum` times within 30 days.
create function count_asking(address text, maximum integer) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  delete from recap_askings a where a.address_hash in (
    select o.address_hash from recap_askings o where o.first_at < now() - interval '30 days'
    order by o.first_at limit 100 for update skip locked);
  insert into recap_askings as a (address_hash) values (address_hash(address))
    on conflict on constraint recap_askings_pkey do update
      set asked_count = case when a.first_at < now() - interval '30 days' then 1 else a.asked_count + 1 end,
        first_at = case when a.first_at < now() - interval '30 days' then now() else a.first_at end
      where a.asked_count < maximum or a.first_at < now() - interval '30 days';
  return found;
end
$$;

-- The mail did not leave.
create function uncount_asking(address text) returns void
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    update recap_askings a set asked_count = a.asked_count - 1 where a.address_hash = address_hash(address);
  end;

revoke execute on function forget_tombstones, begin_tag_change, tell_tags, address_hash, count_asking,
  uncount_asking from public;
