-- What the platform did, as events: what a process did of one kind in a minute, or what its polls of a feed did. Only where
-- alt-backend has a ClickHouse that they go to; else sums alone are kept, as before.

-- Whether there is one, as alt-backend was last started.
alter table statistics_switch add column has_event_store boolean not null default false;

-- Events on their way there, written in the transaction of the report. Who brings them deletes them when they are safe.
create table work_inbox (
  id bigint primary key generated always as identity,
  at timestamptz(3) not null,
  kind text not null check (kind in ('stage', 'model', 'search', 'poll')),
  name text not null default '',
  variant text not null default '',
  -- Of polls. No reference: that a feed was asked stays true when it is gone.
  feed_id integer,
  done bigint not null default 0,
  failed bigint not null default 0,
  milliseconds bigint not null default 0,
  -- As in `work_hours`; none of polls.
  buckets bigint[] not null default '{}',
  tokens_in bigint not null default 0,
  tokens_out bigint not null default 0,
  unchanged bigint not null default 0,
  articles bigint not null default 0,
  bytes bigint not null default 0
);
alter table work_inbox enable row level security;
alter table work_inbox force row level security;
create policy owner on work_inbox to alt_owner using (true) with check (true);

-- How much of the day is told as events: polls, unchanged, failed, articles, bytes, milliseconds. Feeds in trouble are found by
-- these sums in either case, so they stay; what they have more than this follows when a ClickHouse is configured.
alter table feed_days add column told bigint[];

-- Reports hold this while they look at the switch and write: when it is turned, all that came before is there to be moved.
create function hold_event_store(is_changed boolean) returns void
  language plpgsql volatile as $$
begin
  if is_changed then
    perform pg_advisory_xact_lock(94001);
  else
    perform pg_advisory_xact_lock_shared(94001);
  end if;
end $$;

-- Says where events go from now on; true where that is new.
create function switch_event_store(is_there boolean) returns boolean
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  if exists (select from statistics_switch s where s.has_event_store = is_there) then
    return false;
  end if;
  perform hold_event_store(true);
  insert into statistics_switch as s (is_off, has_event_store) values (false, is_there)
    on conflict (is_only_row) do update set has_event_store = excluded.has_event_store;
  return true;
end $$;

-- Adds work to the sums of its hours.
create function add_work_hours(work work_inbox[]) returns void
  language plpgsql volatile as $$
declare
  e work_inbox;
begin
  for e in select u.* from unnest(work) u order by u.kind, u.name, u.variant, u.at loop
    insert into work_hours as w (kind, name, variant, hour, done, failed, milliseconds, buckets, tokens_in, tokens_out)
      values (e.kind, e.name, e.variant, date_trunc('hour', e.at, 'UTC'), e.done, e.failed, e.milliseconds, e.buckets, e.tokens_in,
        e.tokens_out)
    on conflict (kind, name, variant, hour) do update set done = w.done + excluded.done, failed = w.failed + excluded.failed,
      milliseconds = w.milliseconds + excluded.milliseconds, buckets = add_buckets(w.buckets, excluded.buckets),
      tokens_in = w.tokens_in + excluded.tokens_in, tokens_out = w.tokens_out + excluded.tokens_out;
  end loop;
end $$;

-- Writes what a process did since it last told: events, or added to the sums of their hours.
create or replace function record_work(work jsonb) returns void
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  told work_inbox[];
begin
  select array_agg(row(0, g.at, g.kind, g.name, coalesce(g.variant, ''), null, g.done, g.failed, g.milliseconds, g.buckets,
      coalesce(g."tokensIn", 0), coalesce(g."tokensOut", 0), 0, 0, 0)::work_inbox) into told
    from jsonb_to_recordset(work) as g (kind text, name text, variant text, at timestamptz, done bigint, failed bigint,
      milliseconds bigint, buckets bigint[], "tokensIn" bigint, "tokensOut" bigint);
  perform hold_event_store(false);
  if exists (select from statistics_switch s where s.has_event_store) then
    insert into work_inbox (at, kind, name, variant, done, failed, milliseconds, buckets, tokens_in, tokens_out)
      select e.at, e.kind, e.name, e.variant, e.done, e.failed, e.milliseconds, e.buckets, e.tokens_in, e.tokens_out
      from unnest(told) e;
  else
    perform add_work_hours(told);
  end if;
end $$;

-- The same for polls, which are summed by day in either case; feeds that went meanwhile are left out.
create or replace function record_polls(polls jsonb) returns void
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  is_event boolean;
begin
  perform hold_event_store(false);
  select exists (select from statistics_switch s where s.has_event_store) into is_event;
  with reported as (
    select g.*, case when is_event then array[g.polls, g.unchanged, g.failed, g.articles, g.bytes, g.milliseconds] end as told
    from jsonb_to_recordset(polls) as g (id integer, day date, polls integer, unchanged integer, failed integer, articles integer,
      bytes bigint, milliseconds bigint)
    where exists (select from feeds f where f.id = g.id)
  ), events as (
    insert into work_inbox (at, kind, feed_id, done, failed, milliseconds, unchanged, articles, bytes)
      -- Now, as far as it is of that day.
      select greatest(r.day::timestamp at time zone 'UTC',
          least(now(), (r.day + 1)::timestamp at time zone 'UTC' - interval '1 millisecond')),
        'poll', r.id, r.polls - r.failed, r.failed, r.milliseconds, r.unchanged, r.articles, r.bytes
      from reported r where is_event
  )
  insert into feed_days as d (feed_id, day, polls, unchanged, failed, articles, bytes, milliseconds, told)
    select r.id, r.day, r.polls, r.unchanged, r.failed, r.articles, r.bytes, r.milliseconds, r.told from reported r
    order by r.id, r.day
  on conflict (feed_id, day) do update set polls = d.polls + excluded.polls, unchanged = d.unchanged + excluded.unchanged,
    failed = d.failed + excluded.failed, articles = d.articles + excluded.articles, bytes = d.bytes + excluded.bytes,
    milliseconds = d.milliseconds + excluded.milliseconds,
    told = case when is_event then add_buckets(coalesce(d.told, '{}'), excluded.told) else d.told end;
end $$;

-- Makes events of the sums by hour that were kept before there was a ClickHouse; answers how many.
create function collect_work_hours() returns integer
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  collected integer;
begin
  with gone as (delete from work_hours returning *)
  insert into work_inbox (at, kind, name, variant, done, failed, milliseconds, buckets, tokens_in, tokens_out)
    select g.hour, g.kind, g.name, g.variant, g.done, g.failed, g.milliseconds, g.buckets, g.tokens_in, g.tokens_out from gone g;
  get diagnostics collected = row_count;
  return collected;
end $$;

-- Days of which feeds did more than is told as events.
create function untold_days() returns table (day date)
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select distinct d.day from feed_days d
    where d.told is distinct from array[d.polls::bigint, d.unchanged, d.failed, d.articles, d.bytes, d.milliseconds] order by d.day;
  end;

-- Makes events of that of one day; answers how many.
create function collect_feed_day(of_day date) returns integer
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  collected integer;
begin
  with untold as (
    select d.feed_id, array[d.polls::bigint, d.unchanged, d.failed, d.articles, d.bytes, d.milliseconds] as sums,
      coalesce(d.told, '{0,0,0,0,0,0}') as told
    from feed_days d
    where d.day = of_day
      and d.told is distinct from array[d.polls::bigint, d.unchanged, d.failed, d.articles, d.bytes, d.milliseconds]
    order by d.feed_id for update
  ), telling as (
    update feed_days d set told = u.sums from untold u where d.feed_id = u.feed_id and d.day = of_day
  )
  insert into work_inbox (at, kind, feed_id, done, failed, milliseconds, unchanged, articles, bytes)
    select of_day::timestamp at time zone 'UTC', 'poll', u.feed_id, u.sums[1] - u.sums[3] - u.told[1] + u.told[3],
      u.sums[3] - u.told[3], u.sums[6] - u.told[6], u.sums[2] - u.told[2], u.sums[4] - u.told[4], u.sums[5] - u.told[5]
    from untold u;
  get diagnostics collected = row_count;
  return collected;
end $$;

-- Takes up to `batch` events away for ClickHouse. The caller commits when they are safe there; they come again where it does not,
-- under the same ids.
create function take_work(batch integer) returns setof work_inbox
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    delete from work_inbox i using (select x.id from work_inbox x order by x.id limit batch for update skip locked) old
      where i.id = old.id returning i.*;
  end;

-- Where there is a ClickHouse no longer: what waits for it becomes sums again; answers how many.
create function return_work(batch integer) returns integer
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  taken work_inbox[];
begin
  select array_agg(t) into taken from take_work(batch) t;
  if taken is null then
    return 0;
  end if;
  perform add_work_hours(array(select t from unnest(taken) t where t.kind <> 'poll'));
  perform from feed_days d
    where (d.feed_id, d.day) in (select t.feed_id, (t.at at time zone 'UTC')::date from unnest(taken) t where t.kind = 'poll')
    order by d.feed_id, d.day for update;
  update feed_days d set told = add_buckets(d.told, back.sums)
    from (
      select t.feed_id, (t.at at time zone 'UTC')::date as day, array[-sum(t.done + t.failed)::bigint, -sum(t.unchanged)::bigint,
        -sum(t.failed)::bigint, -sum(t.articles)::bigint, -sum(t.bytes)::bigint, -sum(t.milliseconds)::bigint] as sums
      from unnest(taken) t where t.kind = 'poll' group by 1, 2
    ) back
    where d.feed_id = back.feed_id and d.day = back.day and d.told is not null;
  return cardinality(taken);
end $$;

-- By whole days (UTC), as in ClickHouse.
create or replace function forget_old_work(keep_days integer) returns void
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  oldest date := (now() at time zone 'UTC')::date - keep_days;
begin
  delete from work_hours where hour < oldest::timestamp at time zone 'UTC';
  delete from work_inbox where at < oldest::timestamp at time zone 'UTC';
  delete from feed_days where day < oldest;
end $$;

revoke execute on function hold_event_store, switch_event_store, add_work_hours, collect_work_hours, untold_days, collect_feed_day,
  take_work, return_work from public;
