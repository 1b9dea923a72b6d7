-- Articles that come another way than by a poll: from a reader's account elsewhere. Who fetches them writes them into an inbox;
-- pre-processor makes ordinary articles of them, and gives the reader who had them the state that they had there.

create table inbound_items (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenants on delete cascade,
  reader_id integer not null references readers on delete cascade,
  feed_id integer not null references feeds on delete cascade,
  source text not null check (length(source) between 1 and 100),
  item_id text not null check (length(item_id) between 1 and 500),
  guid text,
  url text,
  title text,
  author text,
  published_at timestamptz(3),
  content_html text check (length(content_html) <= 2000000),
  enclosures jsonb not null default '[]',
  is_read boolean not null default false,
  is_starred boolean not null default false,
  labels text[] not null default '{}',
  seen_revision bigint not null,
  state text not null default 'waiting' check (state in ('waiting', 'done', 'skipped', 'failed')),
  article_id bigint,
  reason text,
  attempts integer not null default 0,
  next_attempt_at timestamptz(3) not null default now(),
  claimed_by text,
  claimed_until timestamptz(3),
  created_at timestamptz(3) not null default now(),
  finished_at timestamptz(3),
  constraint inbound_items_source_key unique (reader_id, source, item_id)
) with (fillfactor = 70);
comment on column inbound_items.source is 'who wrote it, and will read what became of it';
comment on column inbound_items.item_id is 'what the source calls it';
comment on column inbound_items.seen_revision is 'of the reader when it was written: what they did later is not undone';
comment on column inbound_items.article_id is 'what became of it; no reference, because the article may go before the row';
create index inbound_items_waiting on inbound_items (feed_id, id) where state = 'waiting';
create index inbound_items_feed on inbound_items (feed_id);
create index inbound_items_tenant on inbound_items (tenant_id);
create index inbound_items_finished on inbound_items (finished_at) where finished_at is not null;

-- What finds an article that no poll has shown yet: hashes of its guid, its address, its text. When a poll shows it, it takes the
-- feed's own identity and text, and goes to everybody who follows the feed. Until then it is its tenant's: nobody else is given
-- a text that the feed may never have had.
create table inbound_keys (
  key bytea not null,
  article_id bigint not null references articles on delete cascade,
  tenant_id uuid not null references tenants on delete cascade,
  is_text boolean not null,
  primary key (key, article_id)
);
comment on column inbound_keys.is_text is 'a hash of title and text, which says less than one of the address';
create index inbound_keys_article on inbound_keys (article_id);
create index inbound_keys_tenant on inbound_keys (tenant_id);

do $$
declare
  name text;
begin
  foreach name in array array['inbound_items', 'inbound_keys'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy owner on %I to alt_owner using (true) with check (true)', name);
    execute format('create policy worker on %I to pre_processor using (true) with check (true)', name);
  end loop;
end
$$;
create policy own on inbound_items to alt_backend
  using (reader_id = (select current_reader_id())) with check (reader_id = (select current_reader_id()));

-- Puts items into the inbox of the present reader; those that are there already stay as they are. Answers how many are new.
create function receive_inbound(source text, items jsonb) returns integer
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    with given as (
      select x.*
      from jsonb_to_recordset(items) as x ("feedId" integer, "itemId" text, guid text, url text, title text, author text,
        "publishedAt" timestamptz, "contentHtml" text, enclosures jsonb, "isRead" boolean, "isStarred" boolean, labels text[])
      join feeds f on f.id = x."feedId" and (f.tenant_id is null or f.tenant_id = current_tenant_id())
    ), made as (
      insert into inbound_items (tenant_id, reader_id, feed_id, source, item_id, guid, url, title, author, published_at, content_html,
          enclosures, is_read, is_starred, labels, seen_revision)
        select r.tenant_id, r.id, g."feedId", receive_inbound.source, g."itemId", g.guid, g.url, g.title, g.author, g."publishedAt",
          g."contentHtml", coalesce(g.enclosures, '[]'), coalesce(g."isRead", false), coalesce(g."isStarred", false),
          coalesce(g.labels, '{}'), r.revision
        from given g join readers r on r.id = current_reader_id()
        on conflict on constraint inbound_items_source_key do nothing
        returning id
    ), told as materialized (
      select pg_notify('alt_inbound', '')
    )
    select count(*)::integer from made where (select count(*) from told) = 1;
  end;

-- Articles that a poll has shown now stop being inbound ones. Where several tenants had brought one each, they become the first:
-- `doubles` go into `kept`, place by place, with all that their readers did.
create function adopt_inbound(adopted bigint[], doubles bigint[], kept bigint[]) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  reader_ids integer[];
begin
  delete from inbound_keys where article_id = any (adopted || doubles);
  if coalesce(cardinality(doubles), 0) = 0 then
    return;
  end if;
  perform from article_stages s where s.article_id = any (doubles) order by s.article_id, s.stage for update;
  perform pg_advisory_xact_lock_shared(7204653);
  select array_agg(distinct e.reader_id) into reader_ids from entries e where e.article_id = any (doubles);
  perform from readers where id = any (reader_ids) order by id for update;
  update readers set revision = revision + 1 where id = any (reader_ids);
  insert into entries as e (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision, hidden_reason,
      is_read, is_starred, read_at)
    select n.id, o.reader_id, n.feed_id, n.sort_at, n.received_at, r.revision, r.revision, max(o.hidden_reason),
      bool_or(o.is_read or o.is_listed and is_covered(o.revision, o.received_at, c.read_through, c.read_before)),
      bool_or(o.is_starred), max(o.read_at)
    from unnest(doubles, kept) as m (old_id, new_id)
    join entries o on o.article_id = m.old_id
    join articles n on n.id = m.new_id
    join readers r on r.id = o.reader_id
    join counters c on c.reader_id = o.reader_id and c.feed_id = o.feed_id
    group by n.id, o.reader_id, r.revision
    on conflict (article_id, reader_id) do update
      set is_read = e.is_read or excluded.is_read, is_starred = e.is_starred or excluded.is_starred,
          read_at = coalesce(e.read_at, excluded.read_at), revision = excluded.revision;
  insert into entry_labels (reader_id, label_id, article_id, sort_at)
    select l.reader_id, l.label_id, m.new_id, n.sort_at
    from unnest(doubles, kept) as m (old_id, new_id)
    join entry_labels l on l.article_id = m.old_id join articles n on n.id = m.new_id
    on conflict do nothing;
  delete from entry_labels where article_id = any (doubles);
  insert into article_labels (label_id, article_id, added_by, created_at)
    select x.label_id, m.new_id, x.added_by, x.created_at
    from unnest(doubles, kept) as m (old_id, new_id) join article_labels x on x.article_id = m.old_id
    on conflict do nothing;
  update highlights h set article_id = m.new_id from unnest(doubles, kept) as m (old_id, new_id) where h.article_id = m.old_id;
  update notes n set article_id = m.new_id from unnest(doubles, kept) as m (old_id, new_id) where n.article_id = m.old_id;
  update shares s set article_id = m.new_id from unnest(doubles, kept) as m (old_id, new_id) where s.article_id = m.old_id;
  update entries e set folded_into = m.new_id from unnest(doubles, kept) as m (old_id, new_id)
    where e.reader_id = any (reader_ids) and e.folded_into = m.old_id and e.article_id <> m.new_id;
  update inbound_items i set article_id = m.new_id from unnest(doubles, kept) as m (old_id, new_id)
    where i.reader_id = any (reader_ids) and i.article_id = m.old_id;
  delete from entries where article_id = any (doubles);
  perform carry_pins(doubles, kept);
  delete from articles where id = any (doubles);
end $$;

-- Says of claimed rows what became of them, and gives their readers the entries, in one go. Verdicts: `id`, `articleId`, or
-- `reason` where there is none. An entry that its reader changed since the row was written keeps its state; rules do not count as the
-- reader. An article of a feed that they do not follow is theirs only if they starred or labelled it.
create function settle_inbound(worker text, verdicts jsonb) returns integer
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  reader_ids integer[];
  wish_readers integer[];
  wish_articles bigint[];
  settled integer;
begin
  select array_agg(distinct i.reader_id) into reader_ids
    from jsonb_to_recordset(verdicts) as v (id bigint)
    join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting';
  if reader_ids is null then
    return 0;
  end if;
  perform from readers where id = any (reader_ids) order by id for update;
  update readers set revision = revision + 1 where id = any (reader_ids);
  insert into counters (reader_id, feed_id)
    select distinct i.reader_id, i.feed_id
    from jsonb_to_recordset(verdicts) as v (id bigint, "articleId" bigint)
    join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting'
    where v."articleId" is not null order by 1, 2
    on conflict do nothing;

  -- Whose state is to be given: entries that there are not yet, or that nobody touched since.
  select array_agg(x.reader_id), array_agg(x.article_id) into wish_readers, wish_articles from (
    select distinct i.reader_id, a.id as article_id
    from jsonb_to_recordset(verdicts) as v (id bigint, "articleId" bigint)
    join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting'
    join articles a on a.id = v."articleId" and a.feed_id = i.feed_id
    left join entries e on e.article_id = a.id and e.reader_id = i.reader_id
    where case when e.article_id is null
        then i.is_starred or i.labels <> '{}'
          or exists (select from subscriptions s where s.reader_id = i.reader_id and s.feed_id = i.feed_id)
        else e.revision = e.arrival_revision or e.revision <= i.seen_revision
          or exists (select from rule_hits h where h.article_id = a.id and h.reader_id = i.reader_id) end
  ) x;

  update entries e
    set revision = r.revision,
      is_read = e.is_read or w.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before),
      read_at = case when w.is_read then coalesce(e.read_at, now()) else e.read_at end,
      is_starred = e.is_starred or w.is_starred
    from (
      select i.reader_id, v."articleId" as article_id, bool_or(i.is_read) as is_read, bool_or(i.is_starred) as is_starred
      from jsonb_to_recordset(verdicts) as v (id bigint, "articleId" bigint)
      join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting'
      join unnest(wish_readers, wish_articles) as x (reader_id, article_id)
        on x.reader_id = i.reader_id and x.article_id = v."articleId"
      group by i.reader_id, v."articleId"
    ) w, readers r, counters c
    where e.article_id = w.article_id and e.reader_id = w.reader_id and r.id = e.reader_id
      and c.reader_id = e.reader_id and c.feed_id = e.feed_id
      and (w.is_read and not e.is_read or w.is_starred and not e.is_starred);
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision, is_read, is_starred, read_at)
    select a.id, i.reader_id, a.feed_id, a.sort_at, a.received_at, r.revision, r.revision, bool_or(i.is_read),
      bool_or(i.is_starred), case when bool_or(i.is_read) then now() end
    from jsonb_to_recordset(verdicts) as v (id bigint, "articleId" bigint)
    join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting'
    join unnest(wish_readers, wish_articles) as x (reader_id, article_id)
      on x.reader_id = i.reader_id and x.article_id = v."articleId"
    join articles a on a.id = x.article_id
    join readers r on r.id = i.reader_id
    group by a.id, i.reader_id, r.revision
    on conflict do nothing;
  insert into labels (tenant_id, owner_id, name)
    select distinct r.tenant_id, r.id, l.name
    from jsonb_to_recordset(verdicts) as v (id bigint)
    join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting'
    join readers r on r.id = i.reader_id
    cross join unnest(i.labels) as l (name) where v.id = i.id
    on conflict on constraint labels_name_key do nothing;
  insert into entry_labels (reader_id, label_id, article_id, sort_at)
    select distinct i.reader_id, l.id, s.article_id, s.sort_at
    from jsonb_to_recordset(verdicts) as v (id bigint, "articleId" bigint)
    join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting'
    join unnest(wish_readers, wish_articles) as x (reader_id, article_id)
      on x.reader_id = i.reader_id and x.article_id = v."articleId"
    join entries e on e.article_id = x.article_id and e.reader_id = x.reader_id
    join entries s on s.article_id = coalesce(e.folded_into, e.article_id) and s.reader_id = e.reader_id
    join readers r on r.id = i.reader_id
    join labels l on l.tenant_id = r.tenant_id and l.owner_id = r.id and l.name = any (i.labels)
    on conflict do nothing;

  update inbound_items i
    set state = case when x.reason = 'too-large' or x.reason = 'empty' then 'failed' when x.is_held then 'done' else 'skipped' end,
      article_id = case when x.is_held then x.article_id end,
      reason = case when x.is_held then null else coalesce(x.reason, 'not-followed') end,
      guid = null, title = null, author = null, content_html = null, enclosures = '[]', finished_at = now(), claimed_by = null,
      claimed_until = null
    from (
      select v.id, v."articleId" as article_id, v.reason, exists (
        select from entries e where e.article_id = v."articleId" and e.reader_id = j.reader_id) as is_held
      from jsonb_to_recordset(verdicts) as v (id bigint, "articleId" bigint, reason text) join inbound_items j on j.id = v.id
    ) x
    where i.id = x.id and i.claimed_by = worker and i.state = 'waiting';
  get diagnostics settled = row_count;
  perform pg_notify('alt_inbound_settled', '');
  return settled;
end $$;

-- As before, and what waits for the feed that goes waits for the other.
create or replace function merge_feeds(old_feed integer, new_feed integer) returns void
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
  update inbound_items set feed_id = new_feed where feed_id = old_feed;
  perform merge_feed_rows(old_feed, new_feed);
end $$;

-- Rows whose result nobody needs any more, 30 days after they were settled. Answers how many went.
create function purge_inbound(batch integer) returns integer
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    with gone as (
      delete from inbound_items i using (
        select x.id from inbound_items x where x.finished_at < now() - interval '30 days' limit batch
      ) old where i.id = old.id returning i.id
    )
    select count(*)::integer from gone;
  end;

revoke execute on function receive_inbound, adopt_inbound, settle_inbound, purge_inbound from public;
