-- Synchronisation with Inoreader: one account there belongs to one reader here. What both sides agreed on last is kept, so
-- that each side's changes since then can be told from the other's.

create table inoreader_connections (
  id integer generated always as identity primary key,
  reader_id integer not null references readers on delete cascade,
  account text not null check (account ~ '^[A-Za-z0-9._@-]{1,100}$'),
  created_at timestamptz(3) not null default now(),
  state text not null default 'new' check (state in ('new', 'ok', 'waiting', 'unauthorised', 'failing')),
  problem_code text,
  problem_message text,
  next_run_at timestamptz(3) not null default '-infinity',
  failures integer not null default 0,
  last_success_at timestamptz(3),
  wanted_at timestamptz(3),
  confirmed_at timestamptz(3),
  lease_owner text,
  lease_until timestamptz(3),
  step bigint not null default 0,
  seen_revision bigint not null default 0,
  progress jsonb not null default '{}',
  constraint inoreader_connections_reader_key unique (reader_id),
  constraint inoreader_connections_account_key unique (account)
);
comment on column inoreader_connections.account is 'the name under which auth-token-manager keeps its tokens';
comment on column inoreader_connections.wanted_at is 'the reader asked for a look now; the budget still decides';
comment on column inoreader_connections.confirmed_at is 'the reader said that a mass deletion was meant';
comment on column inoreader_connections.step is 'counts requests; raised before each is sent';
comment on column inoreader_connections.seen_revision is 'up to which revision of the reader their changes were looked at';

create table inoreader_budgets (
  connection_id integer not null references inoreader_connections on delete cascade,
  zone smallint not null check (zone in (1, 2)),
  day_ends_at timestamptz(3) not null,
  allowed integer not null,
  used integer not null default 0,
  blocked_until timestamptz(3),
  primary key (connection_id, zone)
);

create table inoreader_subscriptions (
  connection_id integer not null references inoreader_connections on delete cascade,
  stream text not null,
  feed_id integer references feeds on delete set null,
  is_agreed boolean not null default false,
  agreed_local_title text,
  agreed_remote_title text,
  agreed_folders text[] not null default '{}',
  is_remote boolean not null default false,
  remote_title text,
  remote_folders text[] not null default '{}',
  is_apart boolean not null default false,
  primary key (connection_id, stream)
);
create index inoreader_subscriptions_feed on inoreader_subscriptions (feed_id);
comment on column inoreader_subscriptions.is_apart is 'stays here alone: a shared folder brings it';

create table inoreader_items (
  connection_id integer not null references inoreader_connections on delete cascade,
  item text not null check (item ~ '^[0-9a-f]{16}$'),
  stream text,
  stamp bigint not null,
  content text not null default 'wanted' check (content in ('wanted', 'inbox', 'here', 'gone')),
  article_id bigint references articles on delete set null,
  is_agreed boolean not null default false,
  agreed_read boolean not null default false,
  agreed_starred boolean not null default false,
  agreed_labels text[] not null default '{}',
  remote_read boolean not null,
  remote_starred boolean not null default false,
  remote_labels text[] not null default '{}',
  wrote_step bigint not null default 0,
  inbox_step bigint not null default 0,
  is_dirty boolean not null default false,
  needs_write boolean not null default false,
  priority smallint not null generated always as (
    case when remote_starred or remote_labels <> '{}' then 0 when not remote_read then 1 else 2 end) stored,
  primary key (connection_id, item)
) with (fillfactor = 80);
create index inoreader_items_article on inoreader_items (article_id);
create index inoreader_items_backlog on inoreader_items (connection_id, priority, stamp desc) where content = 'wanted';
create index inoreader_items_arriving on inoreader_items (connection_id)
  where article_id is null and content in ('inbox', 'here');
create index inoreader_items_dirty on inoreader_items (connection_id) where is_dirty;
create index inoreader_items_writes on inoreader_items (connection_id) where needs_write;
create index inoreader_items_unread on inoreader_items (connection_id, item) where not remote_read;
create index inoreader_items_starred on inoreader_items (connection_id, item) where remote_starred;
create index inoreader_items_labelled on inoreader_items (connection_id, item) where remote_labels <> '{}';
comment on column inoreader_items.item is 'Inoreader''s id, 16 hexadecimal digits';
comment on column inoreader_items.stamp is 'when Inoreader received it, in microseconds';
comment on column inoreader_items.wrote_step is 'the request that last wrote it there; a list begun before tells nothing of it';

comment on column inoreader_items.inbox_step is 'the request whose answer went into the inbox, which names the row there';

create table inoreader_seen (
  connection_id integer not null references inoreader_connections on delete cascade,
  item text not null,
  primary key (connection_id, item)
);
comment on table inoreader_seen is 'what the pages of the running list have shown so far';

create function current_inoreader_connection() returns integer
  language sql stable return (select c.id from inoreader_connections c where c.reader_id = current_reader_id());

-- ---------------------------------------------------------------- who sees what

do $$
declare
  name text;
begin
  foreach name in array array['inoreader_connections', 'inoreader_budgets', 'inoreader_subscriptions', 'inoreader_items',
    'inoreader_seen']
  loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy owner on %I to alt_owner using (true) with check (true)', name);
  end loop;
  foreach name in array array['inoreader_budgets', 'inoreader_subscriptions', 'inoreader_items']
  loop
    execute format('create policy own on %I to alt_backend, pre_processor_sidecar
      using (connection_id = (select current_inoreader_connection()))
      with check (connection_id = (select current_inoreader_connection()))', name);
  end loop;
end
$$;
create policy own on inoreader_connections to alt_backend, pre_processor_sidecar
  using (reader_id = (select current_reader_id())) with check (reader_id = (select current_reader_id()));
create policy own on inoreader_seen to pre_processor_sidecar
  using (connection_id = (select current_inoreader_connection()))
  with check (connection_id = (select current_inoreader_connection()));

-- The synchronisation works as the reader, on what is the reader's.
alter policy own on readers to alt_backend, pre_processor_sidecar;
alter policy own on tenants to alt_backend, pre_processor_sidecar;
alter policy own on subscriptions to alt_backend, pre_processor_sidecar;
alter policy own on subscription_folders to alt_backend, pre_processor_sidecar;
alter policy own on folders to alt_backend, pre_processor_sidecar;
alter policy own on labels to alt_backend, pre_processor_sidecar;
alter policy own on entries to alt_backend, pre_processor_sidecar;
alter policy own on entry_labels to alt_backend, pre_processor_sidecar;
alter policy own on counters to alt_backend, pre_processor_sidecar;
alter policy followed on feeds to alt_backend, pre_processor_sidecar;

-- ---------------------------------------------------------------- work

-- Takes the connection that is due and has waited longest, for so many seconds; nobody else works for it meanwhile. A tenant
-- that is suspended and a reader who is leaving wait.
create function claim_inoreader(worker text, present timestamptz, lease_seconds integer, wanted_account text)
  returns table (id integer, account text, user_id uuid, tenant_id uuid, reader_id integer)
  language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  return query
    with due as materialized (
      select c.id from inoreader_connections c
        join readers r on r.id = c.reader_id
        join tenants t on t.id = r.tenant_id
        where (c.lease_until is null or c.lease_until <= present)
          and (c.account = wanted_account
            or wanted_account is null and (c.next_run_at <= present or c.wanted_at is not null))
          and r.purge_after is null and t.suspended_at is null
        order by c.next_run_at, c.id limit 1 for update of c skip locked
    )
    update inoreader_connections c
      set lease_owner = worker, lease_until = present + make_interval(secs => lease_seconds)
      from due, readers r
      where c.id = due.id and r.id = c.reader_id
      returning c.id, c.account, r.user_id, r.tenant_id, c.reader_id;
end $$;

-- What became of the items that were put into the inbox: the article, or nothing. Asked again of those whose article went, for
-- it may have become another one. Answers how many found theirs.
create function absorb_inoreader() returns integer
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  connection integer;
  reader integer;
  found_articles integer;
begin
  select c.id, c.reader_id into connection, reader from inoreader_connections c where c.reader_id = current_reader_id();
  with results as materialized (
    select i.item, n.state, a.id as article_id
    from inoreader_items i
    left join inbound_items n on n.reader_id = reader and n.source = 'inoreader/' || connection
      and n.item_id = i.item || '/' || i.inbox_step
    left join articles a on a.id = n.article_id
    where i.connection_id = connection and i.article_id is null and i.content in ('inbox', 'here')
  )
  update inoreader_items i
    set article_id = r.article_id, content = case when r.article_id is null then 'gone' else 'here' end,
      is_dirty = r.article_id is not null
    from results r
    where i.connection_id = connection and i.item = r.item and (r.state is null or r.state <> 'waiting');
  select count(*) into found_articles from inoreader_items i
    where i.connection_id = connection and i.is_dirty and i.content = 'here';
  return found_articles;
end $$;

-- How the connections are, for metrics; no reader's data.
create function inoreader_standing()
  returns table (connections integer, unauthorised integer, failing integer, backlog bigint, writes bigint, last_success_at timestamptz)
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select count(*)::integer, (count(*) filter (where c.state = 'unauthorised'))::integer,
      (count(*) filter (where c.state = 'failing'))::integer,
      (select count(*) from inoreader_items i where i.content = 'wanted'),
      (select count(*) from inoreader_items i where i.needs_write), max(c.last_success_at)
    from inoreader_connections c;
  end;

-- Who leaves is not synchronised any more, and what was known of their account goes at once.
create function forget_inoreader() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from inoreader_connections where reader_id = new.id;
  return null;
end $$;
create trigger forget_inoreader after update of purged_at on readers
  for each row when (new.purged_at is not null) execute function forget_inoreader();

-- Where two feeds become one, what was known of an article goes on with the one that stays. Written into the present text, so
-- that what other migrations put there remains.
do $$
declare
  present constant text := pg_get_functiondef('merge_feed_rows(integer,integer)'::regprocedure);
  changed constant text := replace(present, 'perform carry_pins(old_ids, new_ids);',
    'perform carry_pins(old_ids, new_ids);
  update inoreader_items i set article_id = m.new_id, is_dirty = true from unnest(old_ids, new_ids) as m (old_id, new_id)
    where i.article_id = m.old_id;
  update inoreader_subscriptions s set feed_id = new_feed where s.feed_id = old_feed;');
begin
  if changed = present then
    raise exception 'merge_feed_rows is not as 0074 expects it';
  end if;
  execute changed;
end
$$;
