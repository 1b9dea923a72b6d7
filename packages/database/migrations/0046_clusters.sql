-- One story, once: articles of public feeds that tell the same are a cluster, and each reader sees one of those they have.

-- ---------------------------------------------------------------- clusters, the same for all readers

-- Articles of private feeds are in none of these tables, so that nothing of theirs can be compared with anything.
create table clusters (
  id bigint generated always as identity primary key,
  -- of the article it began with: others join within a time from it
  first_at timestamptz(3) not null,
  created_at timestamptz(3) not null default now()
);

create table cluster_members (
  article_id bigint primary key references articles on delete cascade,
  cluster_id bigint not null references clusters on delete cascade,
  -- what showed it: 'url', 'text', 'title'; 'first' for the one it began with
  reason text not null,
  joined_at timestamptz(3) not null default now()
);
create index cluster_members_cluster on cluster_members (cluster_id, article_id);

-- What an article is found by: hashes of its address, its title, and of a sketch of its text. No foreign key: rows are
-- many, and the old ones go by the age that their article id tells: it is the microsecond of its allocation.
create table article_keys (
  key bigint not null,
  article_id bigint not null,
  primary key (key, article_id)
);
create index article_keys_article on article_keys (article_id);

-- Clusters whose readers have not all been folded yet, worked in batches of readers.
create table foldings (
  cluster_id bigint primary key references clusters on delete cascade,
  after_reader_id integer not null default 0
);

-- ---------------------------------------------------------------- a reader's own

-- What the reader took out of a story stays out.
create table entry_splits (
  reader_id integer not null references readers on delete cascade,
  article_id bigint not null references articles on delete cascade,
  created_at timestamptz(3) not null default now(),
  primary key (reader_id, article_id)
);
create index entry_splits_article on entry_splits (article_id);

-- What is folded into an entry: of any list few rows.
create index entries_folded on entries (reader_id, folded_into) where folded_into is not null;

do $$
declare
  name text;
begin
  foreach name in array array['clusters', 'cluster_members', 'article_keys', 'foldings', 'entry_splits'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy owner on %I to alt_owner using (true) with check (true)', name);
  end loop;
  foreach name in array array['clusters', 'cluster_members', 'article_keys', 'foldings'] loop
    execute format('create policy worker on %I to pre_processor using (true) with check (true)', name);
  end loop;
end
$$;
create policy own on entry_splits to alt_backend using (reader_id = (select current_reader_id()))
  with check (reader_id = (select current_reader_id()));
create policy held on cluster_members for select to alt_backend using (
  exists (select from entries e
    where e.article_id = cluster_members.article_id and e.reader_id = (select current_reader_id()))
);

-- ---------------------------------------------------------------- folding

-- Folds what these readers have of these clusters: of each story one entry stays, the others point to it. Callers hold
-- the readers' rows. What stays is what stayed before; else what the reader starred, else keeps otherwise, else has
-- read, else what came first. What the reader keeps is never folded, nor what they split or hid;
-- what stays hidden keeps its story hidden. The one that stays is
-- read if one is that folds now. Raises the revision of readers for whom something changed; answers how many entries that were.
create function fold_stories(wanted_readers integer[], wanted_clusters bigint[]) returns integer
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  changed integer;
begin
  with held as materialized (
    select e.reader_id, m.cluster_id, e.article_id, e.folded_into, e.is_starred, e.received_at, e.sort_at,
      e.is_read or e.folded_into is null and is_covered(e.revision, e.received_at, c.read_through, c.read_before) as is_read,
      e.folded_into is null and is_kept(e) as is_kept, f.is_there as has_folded
    from cluster_members m
    join entries e on e.article_id = m.article_id and e.reader_id = any (wanted_readers)
    join counters c on c.reader_id = e.reader_id and c.feed_id = e.feed_id
    cross join lateral (select e.folded_into is null and exists (
      select from entries x where x.reader_id = e.reader_id and x.folded_into = e.article_id) as is_there) f
    where m.cluster_id = any (wanted_clusters) and (e.hidden_reason is null or f.is_there)
      and not exists (select from entry_splits s where s.reader_id = e.reader_id and s.article_id = e.article_id)
  ), stories as (
    select h.*, first_value(h.article_id) over (
        partition by h.reader_id, h.cluster_id
        order by h.has_folded desc, h.is_starred desc, h.is_kept desc, h.is_read desc, h.received_at, h.sort_at, h.article_id
      ) as representative,
      bool_or(h.is_read and not h.is_kept and h.folded_into is null) over (partition by h.reader_id, h.cluster_id) as is_read_somewhere
    from held h
  ), wanted as (
    select s.reader_id, s.article_id, s.is_read or s.is_read_somewhere and s.article_id = s.representative as is_read,
      s.is_read as was_read, s.folded_into as was_folded_into,
      case when s.article_id = s.representative or s.is_kept then null else s.representative end as folded_into
    from stories s
  ), told as (
    select w.* from wanted w
    where w.folded_into is distinct from w.was_folded_into or w.is_read <> w.was_read
  ), moved as (
    update entries e
      set folded_into = t.folded_into, revision = r.revision + 1,
        is_read = t.is_read or e.is_read,
        arrival_revision = case when t.folded_into is null and t.was_folded_into is not null
          then r.revision + 1 else e.arrival_revision end
      from told t join readers r on r.id = t.reader_id
      where e.article_id = t.article_id and e.reader_id = t.reader_id
      returning e.reader_id
  ), raised as (
    update readers r set revision = r.revision + 1 from (select distinct m.reader_id from moved m) x where r.id = x.reader_id
  )
  select count(*)::int into changed from moved;
  return changed;
end
$$;

-- Works one batch of the oldest waiting cluster: of each member the next readers, and of these whoever has two or more.
-- Answers how many entries changed; null when none waits.
create function fold_next(batch integer) returns integer
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  folding foldings;
  last_reader integer;
  reader_ids integer[];
  changed integer := 0;
begin
  select * into folding from foldings order by cluster_id limit 1 for update skip locked;
  if folding.cluster_id is null then
    return null;
  end if;
  -- Up to the smallest last reader of a full batch all of every member's readers are known.
  with holders as materialized (
    select m.article_id, h.reader_id, count(*) over (partition by m.article_id) as size
    from cluster_members m
    cross join lateral (
      select e.reader_id from entries e
      where e.article_id = m.article_id and e.reader_id > folding.after_reader_id
      order by e.reader_id limit batch
    ) h
    where m.cluster_id = folding.cluster_id
  ), bound as (
    select min(x.last_id) as last_id from (
      select max(h.reader_id) as last_id from holders h where h.size = batch group by h.article_id
    ) x
  )
  select (select b.last_id from bound b),
    array(select h.reader_id from holders h, bound b where b.last_id is null or h.reader_id <= b.last_id
      group by h.reader_id having count(*) > 1 order by h.reader_id)
    into last_reader, reader_ids;
  if cardinality(reader_ids) > 0 then
    perform from readers r where r.id = any (reader_ids) order by r.id for update;
    changed := fold_stories(reader_ids, array[folding.cluster_id]);
  end if;
  if last_reader is null then
    delete from foldings f where f.cluster_id = folding.cluster_id;
  else
    update foldings f set after_reader_id = last_reader where f.cluster_id = folding.cluster_id;
  end if;
  return changed;
end
$$;

-- These clusters have changed: their readers are to be folded, from the first on. In ascending order, as everybody
-- takes these rows.
create function fold_soon(changed_clusters bigint[]) returns void
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    insert into foldings (cluster_id) select x from unnest(changed_clusters) x group by x order by x
      on conflict (cluster_id) do update set after_reader_id = 0;
  end;

-- Entries went, and with them what others are folded into: of those one takes its place, in lists and counters again, and
-- is read if the one that went was. Whoever removes entries holds their readers' rows.
create function unfold_orphans() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  with orphans as materialized (
    select e.reader_id, e.article_id, first_value(e.article_id) over (
        partition by e.reader_id, e.folded_into order by e.is_starred desc, e.received_at, e.sort_at, e.article_id
      ) as heir,
      o.is_read or is_covered(o.revision, o.received_at, c.read_through, c.read_before) as was_read
    from old_rows o
    join entries e on e.reader_id = o.reader_id and e.folded_into = o.article_id
    join counters c on c.reader_id = o.reader_id and c.feed_id = o.feed_id
  ), unfolded as (
    update entries e
      set folded_into = nullif(x.heir, e.article_id), revision = r.revision + 1,
        arrival_revision = case when x.heir = e.article_id then r.revision + 1 else e.arrival_revision end,
        is_read = e.is_read or x.was_read and x.heir = e.article_id
      from orphans x, readers r
      where e.article_id = x.article_id and e.reader_id = x.reader_id and r.id = e.reader_id
      returning e.reader_id
  )
  update readers r set revision = r.revision + 1 from (select distinct u.reader_id from unfolded u) x where r.id = x.reader_id;
  return null;
end
$$;
create trigger unfold_orphans after delete on entries
  referencing old table as old_rows for each statement execute function unfold_orphans();

-- Takes an entry out of its story, for good: it is in lists and counters by itself, with its own state; if others were
-- folded into it, one of them takes its place. False if this reader has no such entry.
create function split_entry(wanted_article bigint) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  reader integer := current_reader_id();
  new_revision bigint := begin_change();
  was_read boolean;
  heir bigint;
begin
  select e.is_read or is_covered(e.revision, e.received_at, c.read_through, c.read_before) into was_read
    from entries e join counters c on c.reader_id = e.reader_id and c.feed_id = e.feed_id
    where e.reader_id = reader and e.article_id = wanted_article;
  if was_read is null then
    return false;
  end if;
  insert into entry_splits (reader_id, article_id) values (reader, wanted_article) on conflict do nothing;
  select e.article_id into heir from entries e where e.reader_id = reader and e.folded_into = wanted_article
    order by e.is_starred desc, e.received_at, e.sort_at, e.article_id limit 1;
  update entries e
    set folded_into = case when e.article_id in (wanted_article, heir) then null else heir end,
      revision = new_revision,
      arrival_revision = case when e.folded_into is not null and e.article_id in (wanted_article, heir)
        then new_revision else e.arrival_revision end,
      is_read = case when e.folded_into is null or e.article_id = heir then e.is_read or was_read else e.is_read end
    where e.reader_id = reader and (e.folded_into = wanted_article or e.article_id = wanted_article);
  return true;
end
$$;

-- A cluster goes with its last member.
create function drop_empty_clusters() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  delete from clusters c using (select distinct o.cluster_id from old_rows o) x
    where c.id = x.cluster_id and not exists (select from cluster_members m where m.cluster_id = c.id);
  return null;
end
$$;
create trigger drop_empty_clusters after delete on cluster_members
  referencing old table as old_rows for each statement execute function drop_empty_clusters();

-- ---------------------------------------------------------------- entries that come after their clusters

-- As before (0003), and folds what the reader has already.
create or replace function subscribe(wanted_feeds integer[], titles text[])
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
  perform fold_stories(array[reader], array(
    select distinct m.cluster_id from feed_documents d join cluster_members m on m.article_id = any (d.article_ids)
    where d.feed_id = any (added_feeds)));
  perform pg_notify('alt_polls', '');
  return query
    select s.feed_id, s.id, s.feed_id = any (added_feeds)
    from unnest(wanted_feeds) with ordinality as w (feed_id, position)
    join subscriptions s on s.reader_id = reader and s.feed_id = w.feed_id
    group by s.feed_id, s.id order by min(w.position);
end
$$;

-- As before (0003); when all have got theirs, those who got them late are folded.
create or replace function deliver_next(batch integer) returns boolean
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
    perform fold_soon(array(select m.cluster_id from cluster_members m where m.article_id = any (d.article_ids)));
  else
    update deliveries set after_reader_id = last_reader where id = d.id;
  end if;
  return true;
end
$$;

-- ---------------------------------------------------------------- marks do not reach what is folded

-- A folded entry is in no list of its feed when the reader marks that as read; what was read is its story. As before
-- (0010, 0003), but an edit writes a mark into the rows of entries alone that are not folded.
create or replace function deliver_all(new_articles bigint[], changed_articles bigint[]) returns void
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
          is_read = e.is_read or e.folded_into is null and is_covered(e.revision, e.received_at, c.read_through, c.read_before)
      from readers r, counters c
      where e.article_id = any (changed_articles) and r.id = e.reader_id
        and c.reader_id = e.reader_id and c.feed_id = e.feed_id;
  end if;
end
$$;

create or replace function touch_articles(wanted_articles bigint[]) returns void
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
        is_read = e.is_read or e.folded_into is null and is_covered(e.revision, e.received_at, c.read_through, c.read_before)
    from readers r, counters c
    where e.article_id = any (wanted_articles) and r.id = e.reader_id
      and c.reader_id = e.reader_id and c.feed_id = e.feed_id;
end
$$;

revoke execute on function fold_stories, fold_next, fold_soon, unfold_orphans, split_entry, drop_empty_clusters from public;
