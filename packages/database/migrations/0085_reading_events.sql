-- What readers do, as events that name feeds and no articles: the raw rows, and sums of them by quarter of an hour and by feed
-- and day. docs/decisions/2026-11-22-statistics.md says what is kept of whom, and who may see it.

alter table tenants add column statistics_off boolean not null default false,
  add column statistics_days integer constraint tenants_statistics_days_check check (statistics_days between 1 and 3660);

-- Whether the instance collects anything at all, as alt-backend was last started.
create table statistics_switch (
  is_only_row boolean primary key default true check (is_only_row),
  is_off boolean not null
);

-- Where events are written, in the transaction of what they tell. Somebody takes them away within seconds, to `reading_events`
-- or to ClickHouse: a row is here or there, and never counted twice.
create table reading_inbox (
  id bigint primary key generated always as identity,
  tenant_id uuid not null references tenants on delete cascade,
  reader_id integer not null references readers on delete cascade,
  at timestamptz(3) not null,
  kind text not null check (kind in ('opened', 'spent', 'read', 'unread', 'starred', 'unstarred', 'summary', 'shared', 'searched',
    'cleared')),
  feed_id integer,
  amount integer not null check (amount >= 0),
  seconds integer not null check (seconds >= 0),
  detail jsonb
);

create table reading_events (
  id bigint not null,
  tenant_id uuid not null references tenants on delete cascade,
  reader_id integer not null references readers on delete cascade,
  at timestamptz(3) not null,
  kind text not null,
  feed_id integer,
  amount integer not null,
  seconds integer not null,
  detail jsonb,
  primary key (id, at)
) partition by range (at);
create index reading_events_by_reader on reading_events (reader_id, at);
-- For what no month was made for: what a restored backup brings.
create table reading_events_rest partition of reading_events default;

-- Sums. A quarter of an hour, because every zone that is in use is whole quarters off: its hours and days are sums of these. The
-- number of the quarter since 1970, so that a zone's hours and days are whole-number arithmetic: 35,000 rows make a year.
create table reading_slots (
  reader_id integer not null references readers on delete cascade,
  slot integer not null,
  tenant_id uuid not null references tenants on delete cascade,
  opened integer not null, read integer not null, unread integer not null, starred integer not null, unstarred integer not null,
  summaries integer not null, shared integer not null, searches integer not null, cleared integer not null,
  spent_seconds integer not null, saved_seconds integer not null,
  primary key (reader_id, slot)
);
create index reading_slots_by_tenant on reading_slots (tenant_id, slot);
create index reading_slots_by_time on reading_slots (slot);

-- By feed and day (UTC); the parts of days at both ends of a span are counted from the events.
create table reading_feed_days (
  reader_id integer not null references readers on delete cascade,
  day date not null,
  feed_id integer not null,
  tenant_id uuid not null references tenants on delete cascade,
  opened integer not null, read integer not null, unread integer not null, starred integer not null, unstarred integer not null,
  summaries integer not null, shared integer not null, searches integer not null, cleared integer not null,
  spent_seconds integer not null, saved_seconds integer not null,
  primary key (reader_id, day, feed_id)
);
create index reading_feed_days_by_time on reading_feed_days (day);

-- The same by feed and month, so that a year of many feeds is few rows.
create table reading_feed_months (
  reader_id integer not null references readers on delete cascade,
  month date not null,
  feed_id integer not null,
  tenant_id uuid not null references tenants on delete cascade,
  opened integer not null, read integer not null, unread integer not null, starred integer not null, unstarred integer not null,
  summaries integer not null, shared integer not null, searches integer not null, cleared integer not null,
  spent_seconds integer not null, saved_seconds integer not null,
  primary key (reader_id, month, feed_id)
);
create index reading_feed_months_by_time on reading_feed_months (month);

-- Readers whose events are to go where this database does not reach.
create table reading_erasures (
  reader_id integer primary key,
  tenant_id uuid not null,
  until timestamptz(3) not null default now()
);

do $$
declare
  name text;
begin
  foreach name in array array['statistics_switch', 'reading_inbox', 'reading_events', 'reading_events_rest', 'reading_slots', 'reading_feed_days',
    'reading_feed_months', 'reading_erasures'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy owner on %I to alt_owner using (true) with check (true)', name);
  end loop;
end $$;
create policy own on reading_events for select to alt_backend using (reader_id = (select current_reader_id()));
create policy own on reading_slots for select to alt_backend using (reader_id = (select current_reader_id()));
create policy own on reading_feed_days for select to alt_backend using (reader_id = (select current_reader_id()));
create policy own on reading_feed_months for select to alt_backend using (reader_id = (select current_reader_id()));

-- Writes down what the present reader did, unless they or their tenant switched that off; answers how many rows. What a client
-- reports may be a day old. The reader's row is held so that nothing comes after a switch and an erasure.
create function record_reading(events jsonb) returns integer
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  reader readers;
  written integer;
begin
  select r.* into reader from readers r
    where r.user_id = current_user_id() and r.tenant_id = current_tenant_id() and r.purge_after is null for share;
  if reader.id is null or not coalesce((reader.settings ->> 'statistics')::boolean, true)
    or (select t.statistics_off from tenants t where t.id = reader.tenant_id)
    or exists (select from statistics_switch s where s.is_off) then
    return 0;
  end if;
  insert into reading_inbox (tenant_id, reader_id, at, kind, feed_id, amount, seconds, detail)
    select reader.tenant_id, reader.id,
      least(now(), greatest(now() - interval '1 day', coalesce(e.at, now()))), e.kind, e."feedId", coalesce(e.amount, 1),
      coalesce(e.seconds, 0), e.detail
    from jsonb_to_recordset(events)
      as e (at timestamptz, kind text, "feedId" integer, amount integer, seconds integer, detail jsonb);
  get diagnostics written = row_count;
  return written;
end $$;

-- Held by whoever takes events away or erases some: what one of them moves, the other does not miss.
create function hold_reading() returns void
  language sql volatile return pg_advisory_xact_lock(85001);

create function reading_slot(at timestamptz) returns integer
  language sql immutable parallel safe return floor(extract(epoch from at) / 900)::integer;

-- The sums of events, one row for each key: what both roll-ups add.
create function reading_sums(events reading_inbox[]) returns table (reader_id integer, tenant_id uuid, slot integer, day date,
    feed_id integer, opened bigint, read bigint, unread bigint, starred bigint, unstarred bigint, summaries bigint, shared bigint,
    searches bigint, cleared bigint, spent_seconds bigint, saved_seconds bigint)
  language sql immutable set search_path = public, pg_temp as $$
  select e.reader_id, e.tenant_id, reading_slot(e.at), (e.at at time zone 'UTC')::date, e.feed_id,
    sum(e.amount) filter (where e.kind = 'opened'), sum(e.amount) filter (where e.kind = 'read'),
    sum(e.amount) filter (where e.kind = 'unread'), sum(e.amount) filter (where e.kind = 'starred'),
    sum(e.amount) filter (where e.kind = 'unstarred'), sum(e.amount) filter (where e.kind = 'summary'),
    sum(e.amount) filter (where e.kind = 'shared'), sum(e.amount) filter (where e.kind = 'searched'),
    sum(e.amount) filter (where e.kind = 'cleared'), sum(e.seconds) filter (where e.kind = 'spent'),
    sum(e.seconds) filter (where e.kind = 'summary')
  from unnest(events) e group by 1, 2, 3, 4, 5
$$;

-- Takes up to `batch` events from the inbox into the rows that are kept, and adds them to the sums; answers how many. One
-- transaction: after a crash they are where they were. One at a time; whoever comes second does nothing and answers -1.
create function roll_reading(batch integer) returns integer
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  taken reading_inbox[];
begin
  if not pg_try_advisory_xact_lock(85001) then
    return -1;
  end if;
  with gone as (
    delete from reading_inbox i using (select x.id from reading_inbox x order by x.id limit batch for update skip locked) old
      where i.id = old.id returning i.*
  )
  select array_agg(row(g.*)::reading_inbox order by g.id) into taken from gone g;
  if taken is null then
    return 0;
  end if;
  insert into reading_events (id, tenant_id, reader_id, at, kind, feed_id, amount, seconds, detail)
    select e.id, e.tenant_id, e.reader_id, e.at, e.kind, e.feed_id, e.amount, e.seconds, e.detail from unnest(taken) e;
  insert into reading_slots as s (reader_id, slot, tenant_id, opened, read, unread, starred, unstarred, summaries, shared, searches,
      cleared, spent_seconds, saved_seconds)
    select x.reader_id, x.slot, x.tenant_id, coalesce(sum(x.opened), 0), coalesce(sum(x.read), 0), coalesce(sum(x.unread), 0),
      coalesce(sum(x.starred), 0), coalesce(sum(x.unstarred), 0), coalesce(sum(x.summaries), 0), coalesce(sum(x.shared), 0),
      coalesce(sum(x.searches), 0), coalesce(sum(x.cleared), 0), coalesce(sum(x.spent_seconds), 0), coalesce(sum(x.saved_seconds), 0)
    from reading_sums(taken) x group by x.reader_id, x.slot, x.tenant_id
    on conflict (reader_id, slot) do update set opened = s.opened + excluded.opened, read = s.read + excluded.read,
      unread = s.unread + excluded.unread, starred = s.starred + excluded.starred, unstarred = s.unstarred + excluded.unstarred,
      summaries = s.summaries + excluded.summaries, shared = s.shared + excluded.shared, searches = s.searches + excluded.searches,
      cleared = s.cleared + excluded.cleared, spent_seconds = s.spent_seconds + excluded.spent_seconds,
      saved_seconds = s.saved_seconds + excluded.saved_seconds;
  insert into reading_feed_days as s (reader_id, day, feed_id, tenant_id, opened, read, unread, starred, unstarred, summaries, shared,
      searches, cleared, spent_seconds, saved_seconds)
    select x.reader_id, x.day, x.feed_id, x.tenant_id, coalesce(sum(x.opened), 0), coalesce(sum(x.read), 0), coalesce(sum(x.unread), 0),
      coalesce(sum(x.starred), 0), coalesce(sum(x.unstarred), 0), coalesce(sum(x.summaries), 0), coalesce(sum(x.shared), 0),
      coalesce(sum(x.searches), 0), coalesce(sum(x.cleared), 0), coalesce(sum(x.spent_seconds), 0), coalesce(sum(x.saved_seconds), 0)
    from reading_sums(taken) x where x.feed_id is not null group by x.reader_id, x.day, x.feed_id, x.tenant_id
    on conflict (reader_id, day, feed_id) do update set opened = s.opened + excluded.opened, read = s.read + excluded.read,
      unread = s.unread + excluded.unread, starred = s.starred + excluded.starred, unstarred = s.unstarred + excluded.unstarred,
      summaries = s.summaries + excluded.summaries, shared = s.shared + excluded.shared, searches = s.searches + excluded.searches,
      cleared = s.cleared + excluded.cleared, spent_seconds = s.spent_seconds + excluded.spent_seconds,
      saved_seconds = s.saved_seconds + excluded.saved_seconds;
  insert into reading_feed_months as s (reader_id, month, feed_id, tenant_id, opened, read, unread, starred, unstarred, summaries, shared,
      searches, cleared, spent_seconds, saved_seconds)
    select x.reader_id, date_trunc('month', x.day)::date, x.feed_id, x.tenant_id, coalesce(sum(x.opened), 0), coalesce(sum(x.read), 0), coalesce(sum(x.unread), 0),
      coalesce(sum(x.starred), 0), coalesce(sum(x.unstarred), 0), coalesce(sum(x.summaries), 0), coalesce(sum(x.shared), 0),
      coalesce(sum(x.searches), 0), coalesce(sum(x.cleared), 0), coalesce(sum(x.spent_seconds), 0), coalesce(sum(x.saved_seconds), 0)
    from reading_sums(taken) x where x.feed_id is not null group by 1, 2, 3, 4
    on conflict (reader_id, month, feed_id) do update set opened = s.opened + excluded.opened, read = s.read + excluded.read,
      unread = s.unread + excluded.unread, starred = s.starred + excluded.starred, unstarred = s.unstarred + excluded.unstarred,
      summaries = s.summaries + excluded.summaries, shared = s.shared + excluded.shared, searches = s.searches + excluded.searches,
      cleared = s.cleared + excluded.cleared, spent_seconds = s.spent_seconds + excluded.spent_seconds,
      saved_seconds = s.saved_seconds + excluded.saved_seconds;
  return cardinality(taken);
end $$;

-- Takes up to `batch` events away for ClickHouse: first from the inbox, then what was kept here before; then the sums go. The
-- caller commits when they are safe there. Nobody else takes any meanwhile.
create function take_reading(batch integer) returns setof reading_inbox
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not pg_try_advisory_xact_lock(85001) then
    return;
  end if;
  return query delete from reading_inbox i using (select x.id from reading_inbox x order by x.id limit batch for update skip locked) old
    where i.id = old.id returning i.*;
  if found then
    return;
  end if;
  return query delete from reading_events e using (select x.id, x.at from reading_events x order by x.at limit batch) old
    where e.id = old.id and e.at = old.at
    returning e.id, e.tenant_id, e.reader_id, e.at, e.kind, e.feed_id, e.amount, e.seconds, e.detail;
  if not found then
    delete from reading_slots;
    delete from reading_feed_days;
    delete from reading_feed_months;
  end if;
end $$;

-- Erases what was collected of the present reader, or of all readers of their tenant, wherever it is; at once here.
create function erase_reading(of_all boolean) returns integer
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  erased integer[];
  removed integer;
  inboxed integer;
begin
  select array_agg(r.id order by r.id) into erased from readers r
    where r.tenant_id = current_tenant_id() and (of_all or r.user_id = current_user_id());
  perform from readers r where r.id = any (erased) order by r.id for no key update;
  perform hold_reading();
  insert into reading_erasures (reader_id, tenant_id) select unnest(erased), current_tenant_id()
    on conflict (reader_id) do update set until = now();
  delete from reading_inbox where reader_id = any (erased);
  get diagnostics inboxed = row_count;
  delete from reading_events where reader_id = any (erased);
  get diagnostics removed = row_count;
  delete from reading_slots where reader_id = any (erased);
  delete from reading_feed_days where reader_id = any (erased);
  delete from reading_feed_months where reader_id = any (erased);
  return removed + inboxed;
end $$;

-- The same for those who left and whose time to come back is over, before anything else of them goes.
create function erase_leavers_reading() returns integer
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  gone integer[];
begin
  select array_agg(r.id) into gone from readers r where r.purge_after <= now() and (
    exists (select from reading_slots s where s.reader_id = r.id) or exists (select from reading_events e where e.reader_id = r.id)
    or exists (select from reading_inbox i where i.reader_id = r.id));
  if gone is null then
    return 0;
  end if;
  perform hold_reading();
  delete from reading_inbox where reader_id = any (gone);
  delete from reading_events where reader_id = any (gone);
  delete from reading_slots where reader_id = any (gone);
  delete from reading_feed_days where reader_id = any (gone);
  delete from reading_feed_months where reader_id = any (gone);
  return cardinality(gone);
end $$;

-- Who is forgotten here is to be forgotten there too.
create function note_reading_erasure() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into reading_erasures (reader_id, tenant_id) values (old.id, old.tenant_id)
    on conflict (reader_id) do update set until = now();
  return null;
end $$;
create trigger reading_forgotten after delete on readers for each row execute function note_reading_erasure();

-- What ClickHouse still has to forget, and that it has.
create function reading_to_erase() returns setof reading_erasures
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select * from reading_erasures order by reader_id limit 100;
  end;
create function reading_erased(reader integer, up_to timestamptz) returns void
  language sql security definer set search_path = public, pg_temp
  begin atomic
    delete from reading_erasures where reader_id = reader and until = up_to;
  end;

-- Makes room for this month and the next: a partition each, unless what it would hold lies in the rest already.
create function prepare_reading_months() returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  starts timestamptz;
  ends timestamptz;
  name text;
begin
  for ahead in 0..1 loop
    starts := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead)) at time zone 'UTC';
    ends := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead + 1)) at time zone 'UTC';
    name := 'reading_events_' || to_char(starts at time zone 'UTC', 'YYYYMM');
    continue when to_regclass(name) is not null
      or exists (select from reading_events_rest r where r.at >= starts and r.at < ends);
    perform hold_reading();
    execute format('create table if not exists %I partition of reading_events for values from (%L) to (%L)', name, starts, ends);
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
  end loop;
end $$;

-- Forgets what is older than the instance keeps, or a tenant wants kept: whole months by their partitions, the rest by rows.
create function forget_old_reading(keep_days integer) returns integer
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  oldest timestamptz := date_trunc('day', now() - make_interval(days => keep_days), 'UTC');
  part record;
  tenant record;
  members integer[];
  removed integer := 0;
  changed integer;
begin
  perform hold_reading();
  for part in
    select c.oid::regclass::text as name, c.relname from pg_inherits h join pg_class c on c.oid = h.inhrelid
    where h.inhparent = 'reading_events'::regclass and c.relname ~ '^reading_events_\d{6}$'
  loop
    if (to_date(right(part.relname, 6), 'YYYYMM') + interval '1 month') at time zone 'UTC' <= oldest then
      execute format('drop table %s', part.name);
    end if;
  end loop;
  for tenant in
    select null::uuid as id, oldest as before
    union all
    select t.id, date_trunc('day', now() - make_interval(days => t.statistics_days), 'UTC') from tenants t
      where t.statistics_days < keep_days
  loop
    members := case when tenant.id is not null then tenant_reader_ids(tenant.id) end;
    delete from reading_events e where e.at < tenant.before and (members is null or e.reader_id = any (members));
    get diagnostics changed = row_count;
    removed := removed + changed;
    delete from reading_slots s where s.slot < reading_slot(tenant.before) and (members is null or s.reader_id = any (members));
    -- A month that has begun to be forgotten is summed by its days, until it is gone.
    delete from reading_feed_months m
      where m.month < (tenant.before at time zone 'UTC')::date and (members is null or m.reader_id = any (members));
    delete from reading_feed_days d
      where d.day < (tenant.before at time zone 'UTC')::date and (members is null or d.reader_id = any (members));
  end loop;
  return removed;
end $$;

-- Tenants that want their readers' events kept for less than the instance does.
create function tenants_keeping_less(days integer) returns table (tenant_id uuid, keep_days integer)
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select t.id, t.statistics_days from tenants t where t.statistics_days < $1;
  end;

create function switch_instance_statistics(is_on boolean) returns void
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    insert into statistics_switch as s (is_off) values (not is_on)
      on conflict (is_only_row) do update set is_off = excluded.is_off where s.is_off <> excluded.is_off;
  end;

-- A tenant's switch, and how long it wants its readers' events kept (null: as long as the instance does).
create function switch_statistics(is_on boolean, keep_days integer) returns void
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    update tenants set statistics_off = not is_on, statistics_days = keep_days where id = current_tenant_id();
  end;

-- What a tenant's readers did together, by week (Monday, UTC); null in a week in which fewer than five of them did anything. The
-- sum over few would tell each of them about the others.
create function tenant_reading(first timestamptz, last timestamptz) returns table (week date, readers integer, opened bigint,
    read bigint, cleared bigint, starred bigint, shared bigint, searches bigint, spent_seconds bigint, saved_seconds bigint)
  language sql stable security definer set search_path = public, pg_temp as $$
  select x.week, case when x.is_told then x.readers end, case when x.is_told then x.opened end, case when x.is_told then x.read end,
    case when x.is_told then x.cleared end, case when x.is_told then x.starred end, case when x.is_told then x.shared end,
    case when x.is_told then x.searches end, case when x.is_told then x.spent_seconds end, case when x.is_told then x.saved_seconds end
  from (
    select date_trunc('week', to_timestamp(s.slot * 900::bigint) at time zone 'UTC')::date as week, count(distinct s.reader_id)::integer as readers,
      count(distinct s.reader_id) >= 5 as is_told, sum(s.opened) as opened, sum(s.read) as read, sum(s.cleared) as cleared,
      sum(s.starred) as starred, sum(s.shared) as shared, sum(s.searches) as searches, sum(s.spent_seconds) as spent_seconds,
      sum(s.saved_seconds) as saved_seconds
    from reading_slots s
    where s.tenant_id = current_tenant_id()
      -- Whole weeks only: two spans that differ by a day would tell that day.
      and s.slot >= reading_slot(date_trunc('week', first at time zone 'UTC') at time zone 'UTC')
      and s.slot < reading_slot((date_trunc('week', last at time zone 'UTC') + interval '1 week') at time zone 'UTC')
    group by 1
  ) x order by x.week
$$;

revoke execute on function record_reading, hold_reading, reading_slot, reading_sums, roll_reading, take_reading, erase_reading,
  erase_leavers_reading, note_reading_erasure, reading_to_erase, reading_erased, prepare_reading_months, forget_old_reading,
  switch_statistics, switch_instance_statistics, tenants_keeping_less, tenant_reading from public;
