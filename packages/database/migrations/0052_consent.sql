-- Recap mail by consent and without gaps; hiding a story; what a merge of feeds carries over; who is told of tags and summaries.

-- ---------------------------------------------------------------- recaps

alter table recap_outlets
  add daily_done date,
  add weekly_done date,
  add mail_token text,
  add mail_confirmed_at timestamptz(3),
  add confirmation_sent_at timestamptz(3),
  add confirmation_count integer not null default 0;
comment on column recap_outlets.daily_done is 'the last day whose recap was built and sent where it is to be; null: begin with the latest';
comment on column recap_outlets.mail_token is 'only ever in mails to mail_to: it confirms that address, and ends mail to it';
create unique index recap_outlets_token on recap_outlets (mail_token);
alter table recaps add mail_claimed_until timestamptz(3);

create function new_mail_token() returns text
  language sql volatile set search_path = public, pg_temp
  return encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'hex');

update recap_outlets set mail_token = new_mail_token() where mail_to is not null;

-- What whoever has a mail of ours may know; no row for a token that is none.
create function recap_mail(token text) returns table (language text, is_confirmed boolean, is_wanted boolean)
  language sql stable security definer set search_path = public, pg_temp rows 1
  begin atomic
    select r.settings ->> 'language', o.mail_confirmed_at is not null, o.is_daily_mailed or o.is_weekly_mailed
    from recap_outlets o join readers r on r.id = o.reader_id where o.mail_token = token;
  end;

-- Whoever reads the mail wants more of them; the latest recap comes at once.
create function confirm_recap_mail(token text) returns void
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    update recap_outlets o
      set mail_confirmed_at = now(), mail_error = null, next_check_at = now(),
        daily_done = case when o.is_daily_mailed then null else o.daily_done end,
        weekly_done = case when o.is_weekly_mailed then null else o.weekly_done end
      where o.mail_token = token and o.mail_confirmed_at is null;
  end;

-- Ends mail, and the consent: the account's holder cannot begin anew without it.
create function end_recap_mail(token text) returns void
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    update recap_outlets o set is_daily_mailed = false, is_weekly_mailed = false, mail_confirmed_at = null, mail_error = null
      where o.mail_token = token;
  end;

revoke execute on function new_mail_token, recap_mail, confirm_recap_mail, end_recap_mail from public;

-- ---------------------------------------------------------------- hiding

create index entries_hidden on entries (reader_id, sort_at, article_id) where hidden_reason is not null;
comment on column entries.hidden_reason is 'who hid it: reader, or what else; what is folded has that of the entry it is folded into';

-- Stories as before (0046), but what the reader hid takes part: after what stayed before and what they keep it stands for
-- its story, which is then hidden, and what folds has the state of what it is folded into. What anything else hid does not.
create or replace function fold_stories(wanted_readers integer[], wanted_clusters bigint[]) returns integer
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  changed integer;
begin
  with held as materialized (
    select e.reader_id, m.cluster_id, e.article_id, e.folded_into, e.hidden_reason, e.is_starred, e.received_at, e.sort_at,
      e.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before) as is_read,
      e.folded_into is null and is_kept(e) as is_kept, f.is_there as has_folded
    from cluster_members m
    join entries e on e.article_id = m.article_id and e.reader_id = any (wanted_readers)
    join counters c on c.reader_id = e.reader_id and c.feed_id = e.feed_id
    cross join lateral (select e.folded_into is null and exists (
      select from entries x where x.reader_id = e.reader_id and x.folded_into = e.article_id) as is_there) f
    where m.cluster_id = any (wanted_clusters) and (e.hidden_reason is null or e.hidden_reason = 'reader' or f.is_there)
      and not exists (select from entry_splits s where s.reader_id = e.reader_id and s.article_id = e.article_id)
  ), stories as (
    select h.*, first_value(h.article_id) over in_order as representative,
      first_value(h.hidden_reason) over in_order as story_hidden_reason,
      bool_or(h.is_read and not h.is_kept and h.folded_into is null) over (partition by h.reader_id, h.cluster_id) as is_read_somewhere
    from held h
    window in_order as (
      partition by h.reader_id, h.cluster_id
      order by h.has_folded desc, h.is_starred desc, h.is_kept desc, h.hidden_reason is not null desc, h.is_read desc,
        h.received_at, h.sort_at, h.article_id
    )
  ), wanted as (
    select s.reader_id, s.article_id, s.is_read or s.is_read_somewhere and s.article_id = s.representative as is_read,
      s.is_read as was_read, s.folded_into as was_folded_into, s.hidden_reason as was_hidden_reason,
      case when s.article_id = s.representative or s.is_kept then null else s.representative end as folded_into,
      case when s.article_id = s.representative or s.is_kept then s.hidden_reason else s.story_hidden_reason end as hidden_reason
    from stories s
  ), told as (
    select w.* from wanted w
    where w.folded_into is distinct from w.was_folded_into or w.is_read <> w.was_read
      or w.hidden_reason is distinct from w.was_hidden_reason
  ), moved as (
    update entries e
      set folded_into = t.folded_into, hidden_reason = t.hidden_reason, revision = r.revision + 1,
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

-- As before (0046), but "mark all read" is of what is listed: what is hidden stays as it was.
create or replace function split_entry(wanted_article bigint) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  reader integer := current_reader_id();
  new_revision bigint := begin_change();
  was_read boolean;
  heir bigint;
begin
  select e.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before) into was_read
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

create or replace function unfold_orphans() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  with orphans as materialized (
    select e.reader_id, e.article_id, first_value(e.article_id) over (
        partition by e.reader_id, e.folded_into order by e.is_starred desc, e.received_at, e.sort_at, e.article_id
      ) as heir,
      o.is_read or o.is_listed and is_covered(o.revision, o.received_at, c.read_through, c.read_before) as was_read
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
          is_read = e.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before)
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
        is_read = e.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before)
    from readers r, counters c
    where e.article_id = any (wanted_articles) and r.id = e.reader_id
      and c.reader_id = e.reader_id and c.feed_id = e.feed_id;
end
$$;

-- ---------------------------------------------------------------- one feed of two

-- As before (0046). What readers split stays split, what tenants and readers set for the old feed holds, and what readers
-- receive is folded and tagged.
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

-- ---------------------------------------------------------------- telling readers

-- Articles whose holders are to be told that something new is known of them, of one tenant or all (null), worked in
-- batches of readers so that nobody's row is held for long.
create table article_touches (
  id bigint generated always as identity primary key,
  tenant_id uuid,
  article_ids bigint[] not null,
  after_reader_id integer not null default 0
);
alter table article_touches enable row level security;
alter table article_touches force row level security;
create policy owner on article_touches to alt_owner using (true) with check (true);

create function touch_soon() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into article_touches (tenant_id, article_ids)
    select x.tenant_id, array_agg(x.article_id order by x.article_id)
    from (
      select n.tenant_id, n.article_id,
        (row_number() over (partition by n.tenant_id order by n.article_id) - 1) / 100 as part
      from (select distinct c.tenant_id, c.article_id from changed c) n
    ) x
    group by x.tenant_id, x.part;
  if found then
    perform pg_notify('alt_touches', '');
  end if;
  return null;
end
$$;
create trigger touch_tagged after insert on article_tags referencing new table as changed
  for each statement execute function touch_soon();
create trigger touch_summarised after insert on article_summaries referencing new table as changed
  for each statement execute function touch_soon();
create trigger touch_summarised_again after update on article_summaries referencing new table as changed
  for each statement execute function touch_soon();

-- Tells the next `batch` readers of the oldest waiting articles, in one revision each; false when none waits.
create function touch_next(batch integer) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  touch article_touches;
  reader_ids integer[];
begin
  select * into touch from article_touches order by id limit 1 for update skip locked;
  if touch.id is null then
    return false;
  end if;
  select array_agg(x.reader_id order by x.reader_id) into reader_ids from (
    select distinct h.reader_id from unnest(touch.article_ids) as w (id)
    cross join lateral (
      select e.reader_id from entries e join readers r on r.id = e.reader_id
      where e.article_id = w.id and e.reader_id > touch.after_reader_id
        and (touch.tenant_id is null or r.tenant_id = touch.tenant_id)
      order by e.reader_id limit batch
    ) h
    order by h.reader_id limit batch
  ) x;
  if reader_ids is not null then
    perform from readers where id = any (reader_ids) order by id for update;
    update readers set revision = revision + 1 where id = any (reader_ids);
    update entries e
      set revision = r.revision,
          is_read = e.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before)
      from readers r, counters c
      where e.article_id = any (touch.article_ids) and e.reader_id = any (reader_ids) and r.id = e.reader_id
        and c.reader_id = e.reader_id and c.feed_id = e.feed_id;
  end if;
  if coalesce(cardinality(reader_ids), 0) < batch then
    delete from article_touches where id = touch.id;
  else
    update article_touches set after_reader_id = reader_ids[batch] where id = touch.id;
  end if;
  return true;
end
$$;

revoke execute on function touch_soon, touch_next from public;
