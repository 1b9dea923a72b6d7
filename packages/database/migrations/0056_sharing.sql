-- What all readers of a tenant share: folders, labels and saved searches (`owner_id` null; `created_by` shared it).

-- Folders. What lies in them is the tenant's (`folder_feeds`); that each
-- reader follows those feeds and finds them in that folder is derived from it, so that lists and counters stay as they are
-- and everybody has a read state of their own.

alter table folders add column created_by integer references readers on delete set null;
create index folders_created_by on folders (created_by);

create table folder_feeds (
  folder_id integer not null references folders on delete cascade,
  feed_id integer not null references feeds on delete cascade,
  added_by integer references readers on delete set null,
  created_at timestamptz(3) not null default now(),
  primary key (folder_id, feed_id)
);
create index folder_feeds_feed on folder_feeds (feed_id);
create index folder_feeds_added_by on folder_feeds (added_by);

-- Who does not want a shared folder.
create table folder_leavers (
  folder_id integer not null references folders on delete cascade,
  reader_id integer not null references readers on delete cascade,
  primary key (folder_id, reader_id)
);
create index folder_leavers_reader on folder_leavers (reader_id);

-- Followed only because a shared folder has it: goes with the folder.
alter table subscriptions add column is_shared boolean not null default false;

alter table folder_feeds enable row level security;
alter table folder_feeds force row level security;
create policy owner on folder_feeds to alt_owner using (true) with check (true);
create policy own on folder_feeds for select to alt_backend using (
  exists (select from folders f where f.id = folder_id and f.owner_id is null and f.tenant_id = current_tenant_id())
);
alter table folder_leavers enable row level security;
alter table folder_leavers force row level security;
create policy owner on folder_leavers to alt_owner using (true) with check (true);
create policy own on folder_leavers for select to alt_backend using (reader_id = (select current_reader_id()));

-- Labels. What has a shared label is the tenant's (`article_labels`); the rows by which each reader's lists find it are derived.
alter table labels add column created_by integer references readers on delete set null;
create index labels_created_by on labels (created_by);
create table article_labels (
  label_id integer not null references labels on delete cascade,
  article_id bigint not null references articles on delete cascade,
  added_by integer references readers on delete set null,
  created_at timestamptz(3) not null default now(),
  primary key (label_id, article_id)
);
create index article_labels_article on article_labels (article_id);
create index article_labels_added_by on article_labels (added_by);
alter table article_labels enable row level security;
alter table article_labels force row level security;
create policy owner on article_labels to alt_owner using (true) with check (true);

alter table saved_searches add column created_by integer references readers on delete set null;
create index saved_searches_created_by on saved_searches (created_by);

-- Follows feeds as one reader and delivers what their last documents held; answers which are new. The feeds are locked, and
-- their articles awaited, by who calls.
create function subscribe_reader(reader integer, wanted_feeds integer[], titles text[], only_shared boolean) returns integer[]
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  new_revision bigint;
  added_feeds integer[];
begin
  update readers set revision = revision + 1, structure_revision = revision + 1 where id = reader
    returning revision into new_revision;
  with wanted as (
    select w.feed_id, min(w.position) as position
    from unnest(wanted_feeds) with ordinality as w (feed_id, position)
    join feeds f on f.id = w.feed_id
    join readers r on r.id = reader and (f.tenant_id is null or f.tenant_id = r.tenant_id)
    group by w.feed_id
  ), added as (
    insert into subscriptions (reader_id, feed_id, title, is_shared)
      select reader, w.feed_id, titles[w.position], only_shared from wanted w order by w.position
      on conflict on constraint subscriptions_feed_key do nothing
      returning subscriptions.feed_id
  )
  select coalesce(array_agg(added.feed_id), '{}') into added_feeds from added;
  if not only_shared then
    update subscriptions set is_shared = false where reader_id = reader and feed_id = any (wanted_feeds) and is_shared;
  end if;
  update feeds f set subscriber_count = subscriber_count + 1,
      next_poll_at = case when f.last_polled_at is null
          or f.subscriber_count = 0 and f.last_polled_at < now() - interval '1 minute'
        then least(f.next_poll_at, greatest(f.retry_after_at, now())) else f.next_poll_at end
    where f.id = any (added_feeds);
  insert into counters (reader_id, feed_id)
    select reader, x from unnest(added_feeds) x order by x on conflict do nothing;
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
    select a.id, reader, a.feed_id, a.sort_at, a.received_at, new_revision, new_revision
    from feed_documents d join articles a on a.id = any (d.article_ids)
    where d.feed_id = any (added_feeds)
    on conflict do nothing;
  insert into entry_labels (reader_id, label_id, article_id, sort_at)
    select reader, x.label_id, e.article_id, e.sort_at
    from readers r
    join labels l on l.tenant_id = r.tenant_id and l.owner_id is null
    join article_labels x on x.label_id = l.id
    join entries e on e.reader_id = reader and e.article_id = x.article_id and e.feed_id = any (added_feeds)
    where r.id = reader
    on conflict do nothing;
  perform fold_stories(array[reader], array(
    select distinct m.cluster_id from feed_documents d join cluster_members m on m.article_id = any (d.article_ids)
    where d.feed_id = any (added_feeds)));
  return added_feeds;
end $$;

-- A tenant may have a limit of feeds (`limits.feeds`); one that several of its readers follow counts once.
create function tenant_feed_count(tenant uuid) returns integer
  language sql stable security definer set search_path = public, pg_temp
  return (select count(distinct s.feed_id)::integer from subscriptions s join readers r on r.id = s.reader_id
    where r.tenant_id = tenant and r.purge_after is null);

-- How many feeds a limited tenant has before some are added, null for one without a limit. The lock makes requests at the
-- same time come one after another; it is taken after those on feeds and before those on readers.
create function hold_feed_count(tenant uuid) returns integer
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from tenants t where t.id = tenant and t.limits ->> 'feeds' is not null for no key update;
  return case when found then tenant_feed_count(tenant) end;
end $$;

-- Refuses (`ALT01`) what brought a limited tenant more feeds than it may have; `feeds_before` is of hold_feed_count.
create function check_feed_limit(tenant uuid, feeds_before integer) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  maximum integer;
  present integer;
begin
  if feeds_before is null then
    return;
  end if;
  select (t.limits ->> 'feeds')::integer into maximum from tenants t where t.id = tenant;
  present := tenant_feed_count(tenant);
  if present > maximum and present > feeds_before then
    raise exception 'the tenant may have % feeds', maximum using errcode = 'ALT01', detail = maximum::text;
  end if;
end $$;

-- As before (0049), by the functions above.
create or replace function subscribe(wanted_feeds integer[], titles text[])
  returns table (feed_id integer, subscription_id integer, is_new boolean)
  language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
  reader integer := current_reader_id();
  feeds_before integer;
  added_feeds integer[];
begin
  perform from feeds f where f.id = any (wanted_feeds) order by f.id for no key update;
  perform await_articles(wanted_feeds);
  feeds_before := hold_feed_count(current_tenant_id());
  added_feeds := subscribe_reader(reader, wanted_feeds, titles, false);
  perform check_feed_limit(current_tenant_id(), feeds_before);
  perform pg_notify('alt_polls', '');
  return query
    select s.feed_id, s.id, s.feed_id = any (added_feeds)
    from unnest(wanted_feeds) with ordinality as w (feed_id, position)
    join subscriptions s on s.reader_id = reader and s.feed_id = w.feed_id
    group by s.feed_id, s.id order by min(w.position);
end $$;

-- Ends a reader's subscription; the feed is locked by who calls. Kept articles stay.
create function unsubscribe_reader(reader integer, feed integer) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update readers set revision = revision + 1, structure_revision = revision + 1 where id = reader;
  delete from subscriptions s where s.reader_id = reader and s.feed_id = feed;
  if not found then
    return false;
  end if;
  update feeds set subscriber_count = subscriber_count - 1 where id = feed;
  update feeds f set wants_full_text = exists (select from subscriptions s where s.feed_id = f.id and s.wants_full_text)
    where f.id = feed and f.wants_full_text;
  delete from entries e where e.reader_id = reader and e.feed_id = feed and not is_kept(e);
  delete from counters c where c.reader_id = reader and c.feed_id = feed
    and not exists (select from entries e where e.reader_id = reader and e.feed_id = feed);
  return true;
end $$;

create or replace function unsubscribe(wanted_subscription integer) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  reader integer := current_reader_id();
  feed integer;
begin
  select s.feed_id into feed from subscriptions s where s.id = wanted_subscription and s.reader_id = reader;
  perform from feeds f where f.id = feed for no key update;
  return feed is not null and unsubscribe_reader(reader, feed);
end $$;

-- Lets these readers have what lies in shared folders: they follow the feeds and find them there. Feeds are locked first,
-- then readers by id, as everywhere.
create function spread_shared(wanted_folders integer[], wanted_feeds integer[], wanted_readers integer[]) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  reader integer;
  received integer[];
begin
  perform from feeds f where f.id = any (wanted_feeds) order by f.id for no key update;
  perform await_articles(wanted_feeds);
  foreach reader in array wanted_readers loop
    select coalesce(array_agg(distinct x.feed_id order by x.feed_id), '{}') into received
      from folder_feeds x
      where x.folder_id = any (wanted_folders) and x.feed_id = any (wanted_feeds)
        and not exists (select from folder_leavers l where l.folder_id = x.folder_id and l.reader_id = reader);
    continue when cardinality(received) = 0;
    perform subscribe_reader(reader, received, '{}', true);
    insert into subscription_folders (reader_id, subscription_id, folder_id)
      select reader, s.id, x.folder_id
      from folder_feeds x join subscriptions s on s.reader_id = reader and s.feed_id = x.feed_id
      where x.folder_id = any (wanted_folders) and x.feed_id = any (received)
        and not exists (select from folder_leavers l where l.folder_id = x.folder_id and l.reader_id = reader)
      on conflict do nothing;
  end loop;
  perform pg_notify('alt_polls', '');
end $$;

create function tenant_reader_ids(tenant uuid) returns integer[]
  language sql stable security definer set search_path = public, pg_temp
  return (select coalesce(array_agg(r.id order by r.id), '{}') from readers r
    where r.tenant_id = tenant and r.purge_after is null);

-- Ends what these readers follow only because a shared folder had it and none has any more. Who put such a feed into a
-- folder of their own keeps it.
create function drop_shared(wanted_feeds integer[], wanted_readers integer[]) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  lost record;
begin
  perform from feeds f where f.id = any (wanted_feeds) order by f.id for no key update;
  update subscriptions s set is_shared = false
    where s.reader_id = any (wanted_readers) and s.feed_id = any (wanted_feeds) and s.is_shared
      and exists (select from subscription_folders p join folders f on f.id = p.folder_id
        where p.subscription_id = s.id and f.owner_id is not null)
      and not exists (select from subscription_folders p join folders f on f.id = p.folder_id
        where p.subscription_id = s.id and f.owner_id is null);
  for lost in
    select s.reader_id, s.feed_id from subscriptions s
    where s.reader_id = any (wanted_readers) and s.feed_id = any (wanted_feeds) and s.is_shared
      and not exists (select from subscription_folders p where p.subscription_id = s.id)
    order by s.reader_id, s.feed_id
  loop
    perform unsubscribe_reader(lost.reader_id, lost.feed_id);
  end loop;
end $$;

-- The id, if it is a folder of the reader's tenant that all share; else an error that no caller should meet.
create function own_shared_folder(wanted_folder integer) returns integer
  language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  found_id integer;
begin
  select f.id into found_id from folders f
    where f.id = wanted_folder and f.owner_id is null and f.tenant_id = current_tenant_id();
  if found_id is null then
    raise exception 'folder % is not shared in this tenant', wanted_folder using errcode = 'no_data_found';
  end if;
  return found_id;
end $$;

-- Puts feeds into a shared folder: every reader of the tenant who has not left it follows them from now on.
create function share_feeds(wanted_folder integer, wanted_feeds integer[]) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  folder integer := own_shared_folder(wanted_folder);
  feeds_before integer;
begin
  perform from feeds f where f.id = any (wanted_feeds) order by f.id for no key update;
  feeds_before := hold_feed_count(current_tenant_id());
  insert into folder_feeds (folder_id, feed_id, added_by)
    select folder, f.id, current_reader_id() from feeds f
    where f.id = any (wanted_feeds) and (f.tenant_id is null or f.tenant_id = current_tenant_id())
    on conflict do nothing;
  perform spread_shared(array[folder], wanted_feeds, tenant_reader_ids(current_tenant_id()));
  perform check_feed_limit(current_tenant_id(), feeds_before);
end $$;

-- Takes feeds out of a shared folder; who followed them only through it follows them no longer.
create function unshare_feeds(wanted_folder integer, wanted_feeds integer[]) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  folder integer := own_shared_folder(wanted_folder);
  everybody integer[] := tenant_reader_ids(current_tenant_id());
begin
  perform from feeds f where f.id = any (wanted_feeds) order by f.id for no key update;
  update readers set revision = revision + 1, structure_revision = revision + 1 where id = any (everybody);
  delete from folder_feeds where folder_id = folder and feed_id = any (wanted_feeds);
  delete from subscription_folders p using subscriptions s
    where s.id = p.subscription_id and p.folder_id = folder and s.feed_id = any (wanted_feeds);
  perform drop_shared(wanted_feeds, everybody);
end $$;

-- Makes folders of the reader's the tenant's, with what lies in them. The ids are a folder and all below it.
create function share_folders(wanted_folders integer[]) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  me integer := current_reader_id();
  held integer[];
  feeds_before integer;
begin
  select coalesce(array_agg(distinct s.feed_id), '{}') into held
    from subscription_folders p join subscriptions s on s.id = p.subscription_id
    where p.reader_id = me and p.folder_id = any (wanted_folders);
  perform from feeds f where f.id = any (held) order by f.id for no key update;
  feeds_before := hold_feed_count(current_tenant_id());
  update folders set owner_id = null, created_by = me where id = any (wanted_folders) and owner_id = me;
  insert into folder_feeds (folder_id, feed_id, added_by)
    select p.folder_id, s.feed_id, me from subscription_folders p join subscriptions s on s.id = p.subscription_id
      join folders f on f.id = p.folder_id and f.owner_id is null
    where p.reader_id = me and p.folder_id = any (wanted_folders)
    on conflict do nothing;
  update readers set revision = revision + 1, structure_revision = revision + 1
    where id = any (tenant_reader_ids(current_tenant_id()));
  perform spread_shared(wanted_folders, held, tenant_reader_ids(current_tenant_id()));
  perform check_feed_limit(current_tenant_id(), feeds_before);
end $$;

-- Removes a shared folder for everybody. What lies in it moves to its parent, if it has one.
create function remove_shared_folder(wanted_folder integer) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  folder integer := own_shared_folder(wanted_folder);
  parent integer;
  held integer[];
begin
  select f.parent_id into parent from folders f where f.id = folder for update;
  select coalesce(array_agg(x.feed_id), '{}') into held from folder_feeds x where x.folder_id = folder;
  if parent is not null then
    perform share_feeds(parent, held);
  end if;
  update folders set parent_id = parent where parent_id = folder;
  perform unshare_feeds(folder, held);
  delete from folders where id = folder;
end $$;

-- A reader leaves shared folders, or comes back to them.
create function leave_folders(wanted_folders integer[]) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  me integer := current_reader_id();
  held integer[];
begin
  select coalesce(array_agg(distinct s.feed_id), '{}') into held
    from subscription_folders p join subscriptions s on s.id = p.subscription_id
    where p.reader_id = me and p.folder_id = any (wanted_folders);
  perform from feeds f where f.id = any (held) order by f.id for no key update;
  perform begin_structure_change();
  insert into folder_leavers (folder_id, reader_id)
    select own_shared_folder(x), me from unnest(wanted_folders) x on conflict do nothing;
  delete from subscription_folders where reader_id = me and folder_id = any (wanted_folders);
  perform drop_shared(held, array[me]);
end $$;

create function rejoin_folders(wanted_folders integer[]) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  me integer := current_reader_id();
  held integer[];
begin
  select coalesce(array_agg(distinct x.feed_id), '{}') into held from folder_feeds x
    where x.folder_id in (select own_shared_folder(w) from unnest(wanted_folders) w);
  perform from feeds f where f.id = any (held) order by f.id for no key update;
  perform begin_structure_change();
  delete from folder_leavers where reader_id = me and folder_id = any (wanted_folders);
  perform spread_shared(wanted_folders, held, array[me]);
end $$;

-- Who is new in a tenant, or back before anything was removed, has what the others share.
create function receive_shared() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  folders_there integer[];
  held integer[];
begin
  select array_agg(distinct x.folder_id), array_agg(distinct x.feed_id) into folders_there, held
    from folders f join folder_feeds x on x.folder_id = f.id where f.tenant_id = new.tenant_id and f.owner_id is null;
  if held is not null then
    perform spread_shared(folders_there, held, array[new.id]);
  end if;
  return null;
end $$;
create trigger receive_shared after insert on readers for each row execute function receive_shared();
create trigger receive_shared_again after update of purge_after on readers for each row
  when (old.purge_after is not null and new.purge_after is null) execute function receive_shared();

-- Two feeds that become one: shared folders follow, and whoever followed one of them by choice goes on by choice.
alter function merge_feeds(integer, integer) rename to merge_feed_rows;
create function merge_feeds(old_feed integer, new_feed integer) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from feeds where id in (old_feed, new_feed) order by id for no key update;
  insert into folder_feeds (folder_id, feed_id, added_by, created_at)
    select x.folder_id, new_feed, x.added_by, x.created_at from folder_feeds x where x.feed_id = old_feed
    on conflict do nothing;
  update subscriptions n set is_shared = false from subscriptions o
    where o.feed_id = old_feed and n.feed_id = new_feed and n.reader_id = o.reader_id and n.is_shared and not o.is_shared;
  insert into article_labels (label_id, article_id, added_by, created_at)
    select x.label_id, n.id, x.added_by, x.created_at
    from article_labels x join articles o on o.id = x.article_id and o.feed_id = old_feed
    join articles n on n.feed_id = new_feed and (n.identity = o.identity or n.url = o.url)
    on conflict do nothing;
  perform merge_feed_rows(old_feed, new_feed);
end $$;

-- A change of what the tenant's readers share: all their clients hear of it.
create function begin_shared_change() returns void
  language sql security definer set search_path = public, pg_temp
  begin atomic
    update readers set revision = revision + 1, structure_revision = revision + 1
      where id = any (tenant_reader_ids(current_tenant_id()));
  end;

-- Takes the rows of all readers of the tenant, in one order, before a change of what concerns them all.
create function lock_tenant_readers() returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from readers r where r.id = any (tenant_reader_ids(current_tenant_id())) order by r.id for no key update;
end $$;

-- The ids, if all are labels that the reader's tenant shares; else an error that no caller should meet.
create function own_shared_labels(wanted_labels integer[]) returns integer[]
  language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if exists (
    select from unnest(wanted_labels) w where not exists (
      select from labels l where l.id = w and l.owner_id is null and l.tenant_id = current_tenant_id())
  ) then
    raise exception 'a label is not shared in this tenant' using errcode = 'no_data_found';
  end if;
  return wanted_labels;
end $$;

-- Puts shared labels on articles that the caller holds, or takes them off, for everybody of the tenant who holds them; for
-- each reader on the entry that is in their lists. Their clients hear of the entries.
create function label_for_all(wanted_labels integer[], wanted_articles bigint[], is_added boolean) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  shared integer[] := own_shared_labels(wanted_labels);
  held bigint[];
begin
  select coalesce(array_agg(e.article_id), '{}') into held
    from entries e where e.reader_id = current_reader_id() and e.article_id = any (wanted_articles);
  perform lock_tenant_readers();
  if is_added then
    insert into article_labels (label_id, article_id, added_by)
      select l, a, current_reader_id() from unnest(shared) l, unnest(held) a on conflict do nothing;
  else
    delete from article_labels where label_id = any (shared) and article_id = any (held);
  end if;
  with concerned as materialized (
    select e.reader_id, coalesce(e.folded_into, e.article_id) as article_id
    from entries e where e.reader_id = any (tenant_reader_ids(current_tenant_id())) and e.article_id = any (held)
  ), added as (
    insert into entry_labels (reader_id, label_id, article_id, sort_at)
      select c.reader_id, l, e.article_id, e.sort_at
      from concerned c join entries e on e.reader_id = c.reader_id and e.article_id = c.article_id, unnest(shared) l
      where is_added
      on conflict do nothing
  ), removed as (
    delete from entry_labels n using concerned c
      where not is_added and n.reader_id = c.reader_id and n.article_id = c.article_id and n.label_id = any (shared)
  ), raised as (
    update readers r set revision = r.revision + 1
      where r.id in (select c.reader_id from concerned c) returning r.id, r.revision
  )
  update entries e
    set revision = x.revision, is_read = e.is_read or is_covered(e.revision, e.received_at, k.read_through, k.read_before)
    from concerned c join raised x on x.id = c.reader_id, counters k
    where e.reader_id = c.reader_id and e.article_id = c.article_id and k.reader_id = e.reader_id and k.feed_id = e.feed_id;
end $$;

-- All clients of the tenant's readers load everything again: a label that they share has another name, or is gone.
create function reset_tenant_readers() returns void
  language sql security definer set search_path = public, pg_temp
  begin atomic
    update readers set revision = revision + 1, reset_revision = revision + 1
      where id = any (tenant_reader_ids(current_tenant_id()));
  end;

-- Makes a label of the reader's the tenant's: everybody who holds what has it, sees it there.
create function share_label(wanted_label integer) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  me integer := current_reader_id();
begin
  perform lock_tenant_readers();
  update labels set owner_id = null, created_by = me where id = wanted_label and owner_id = me;
  if not found then
    raise exception 'label % is not the reader''s', wanted_label using errcode = 'no_data_found';
  end if;
  insert into article_labels (label_id, article_id, added_by)
    select wanted_label, n.article_id, me from entry_labels n where n.label_id = wanted_label and n.reader_id = me
    on conflict do nothing;
  insert into entry_labels (reader_id, label_id, article_id, sort_at)
    select e.reader_id, wanted_label, shown.article_id, shown.sort_at
    from article_labels x
    join entries e on e.article_id = x.article_id and e.reader_id = any (tenant_reader_ids(current_tenant_id()))
    join entries shown on shown.reader_id = e.reader_id and shown.article_id = coalesce(e.folded_into, e.article_id)
    where x.label_id = wanted_label
    on conflict do nothing;
  perform reset_tenant_readers();
end $$;
