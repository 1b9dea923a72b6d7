-- What the platform did, summed by the processes that did it: how long stages, model requests and searches take, and how feeds
-- behave. Nobody's reading is in it, and no row is written for a single article.

create table work_hours (
  kind text not null check (kind in ('stage', 'model', 'search')),
  name text not null,
  variant text not null default '',
  hour timestamptz(0) not null,
  done bigint not null default 0,
  failed bigint not null default 0,
  milliseconds bigint not null default 0,
  -- How many took up to 1, 2, 5, 10, 20, 50 … 500,000 ms, and how many longer.
  buckets bigint[] not null,
  tokens_in bigint not null default 0,
  tokens_out bigint not null default 0,
  primary key (kind, name, variant, hour)
);
create index work_hours_by_time on work_hours (hour);

-- How a feed behaved on a day (UTC).
create table feed_days (
  feed_id integer not null references feeds on delete cascade,
  day date not null,
  polls integer not null default 0,
  unchanged integer not null default 0,
  failed integer not null default 0,
  articles integer not null default 0,
  bytes bigint not null default 0,
  milliseconds bigint not null default 0,
  primary key (feed_id, day)
);
create index feed_days_by_time on feed_days (day);

do $$
declare
  name text;
begin
  foreach name in array array['work_hours', 'feed_days'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy owner on %I to alt_owner using (true) with check (true)', name);
  end loop;
end $$;
create policy followed on feed_days for select to alt_backend
  using (exists (select from subscriptions s where s.feed_id = feed_days.feed_id and s.reader_id = (select current_reader_id())));

create function add_buckets(here bigint[], there bigint[]) returns bigint[]
  language sql immutable parallel safe as $$
  select array_agg(coalesce(a.n, 0) + coalesce(b.n, 0) order by a.i)
  from unnest(here) with ordinality a (n, i) full join unnest(there) with ordinality b (n, i) using (i)
$$;

-- Adds what a process did since it last told.
create function record_work(work jsonb) returns void
  language sql volatile security definer set search_path = public, pg_temp as $$
  insert into work_hours as w (kind, name, variant, hour, done, failed, milliseconds, buckets, tokens_in, tokens_out)
    select g.kind, g.name, coalesce(g.variant, ''), date_trunc('hour', g.at, 'UTC'), g.done, g.failed, g.milliseconds, g.buckets,
      coalesce(g."tokensIn", 0), coalesce(g."tokensOut", 0)
    from jsonb_to_recordset(work) as g (kind text, name text, variant text, at timestamptz, done bigint, failed bigint,
      milliseconds bigint, buckets bigint[], "tokensIn" bigint, "tokensOut" bigint)
    order by 1, 2, 3, 4
  on conflict (kind, name, variant, hour) do update set done = w.done + excluded.done, failed = w.failed + excluded.failed,
    milliseconds = w.milliseconds + excluded.milliseconds, buckets = add_buckets(w.buckets, excluded.buckets),
    tokens_in = w.tokens_in + excluded.tokens_in, tokens_out = w.tokens_out + excluded.tokens_out
$$;

-- The same for polls; feeds that went meanwhile are left out.
create function record_polls(polls jsonb) returns void
  language sql volatile security definer set search_path = public, pg_temp as $$
  insert into feed_days as d (feed_id, day, polls, unchanged, failed, articles, bytes, milliseconds)
    select g.id, g.day, g.polls, g.unchanged, g.failed, g.articles, g.bytes, g.milliseconds
    from jsonb_to_recordset(polls) as g (id integer, day date, polls integer, unchanged integer, failed integer, articles integer,
      bytes bigint, milliseconds bigint)
    where exists (select from feeds f where f.id = g.id)
    order by g.id, g.day
  on conflict (feed_id, day) do update set polls = d.polls + excluded.polls, unchanged = d.unchanged + excluded.unchanged,
    failed = d.failed + excluded.failed, articles = d.articles + excluded.articles, bytes = d.bytes + excluded.bytes,
    milliseconds = d.milliseconds + excluded.milliseconds
$$;

create function forget_old_work(keep_days integer) returns void
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    delete from work_hours where hour < now() - make_interval(days => keep_days);
    delete from feed_days where day < (now() at time zone 'UTC')::date - keep_days;
  end;

-- The work of a span, by kind, name, variant and day (UTC), for who runs the instance.
create function platform_work(from_day date, to_day date) returns table (kind text, name text, variant text, day date, done bigint,
    failed bigint, milliseconds bigint, buckets bigint[], tokens_in bigint, tokens_out bigint)
  language sql stable security definer set search_path = public, pg_temp as $$
  select b.kind, b.name, b.variant, b.day, b.done, b.failed, b.milliseconds, x.buckets, b.tokens_in, b.tokens_out
  from (
    select w.kind, w.name, w.variant, (w.hour at time zone 'UTC')::date as day, sum(w.done)::bigint as done,
      sum(w.failed)::bigint as failed, sum(w.milliseconds)::bigint as milliseconds, sum(w.tokens_in)::bigint as tokens_in,
      sum(w.tokens_out)::bigint as tokens_out
    from work_hours w
    where w.hour >= from_day::timestamp at time zone 'UTC' and w.hour < (to_day + 1)::timestamp at time zone 'UTC'
    group by 1, 2, 3, 4
  ) b cross join lateral (
    select array_agg(y.n order by y.i) as buckets from (
      select u.i, sum(u.n)::bigint as n
      from work_hours w cross join unnest(w.buckets) with ordinality u (n, i)
      where w.kind = b.kind and w.name = b.name and w.variant = b.variant
        and w.hour >= b.day::timestamp at time zone 'UTC' and w.hour < (b.day + 1)::timestamp at time zone 'UTC'
      group by u.i) y
  ) x order by 1, 2, 3, 4
$$;

-- Feeds with what they did in a span. Of a tenant: those that lie in its shared folders or that the present reader follows. Of
-- the instance: those that are nobody's private ones. What only one reader follows would tell what they read; the rest is counted.
create function feed_behaviour(of_instance boolean, from_day date, to_day date, most integer) returns table (id integer, title text,
    url text, state text, error_code text, failing_since timestamptz, last_changed_at timestamptz, polls bigint, failed bigint,
    articles bigint, bytes bigint, mean_milliseconds integer, trouble text)
  language sql stable security definer set search_path = public, pg_temp as $$
  with shown as materialized (
    select f.* from feeds f
    where f.subscriber_count > 0 and case when of_instance then f.tenant_id is null
      else f.id in (select p.feed_id from folder_feeds p join folders d on d.id = p.folder_id where d.tenant_id = current_tenant_id())
        or f.id in (select s.feed_id from subscriptions s where s.reader_id = current_reader_id()) end
  ), sums as (
    select d.feed_id, sum(d.polls) as polls, sum(d.failed) as failed, sum(d.articles) as articles, sum(d.bytes)::bigint as bytes,
      (sum(d.milliseconds) / greatest(sum(d.polls), 1))::integer as mean_milliseconds, count(*) as days
    from feed_days d join shown f on f.id = d.feed_id where d.day between from_day and to_day group by d.feed_id
  ), judged as (
    select f.*, coalesce(s.polls, 0)::bigint as polls, coalesce(s.failed, 0)::bigint as failed, coalesce(s.articles, 0)::bigint as articles,
      coalesce(s.bytes, 0)::bigint as bytes, coalesce(s.mean_milliseconds, 0) as mean_milliseconds,
      case when f.state in ('failing', 'gone') then 'failing'
        when s.mean_milliseconds > 5000 then 'slow'
        when s.articles > 100 * s.days then 'noisy'
        when coalesce(f.last_changed_at, f.created_at) < now() - interval '90 days' then 'silent' end as trouble
    from shown f left join sums s on s.feed_id = f.id
  )
  select j.id, coalesce(j.title, j.url), j.url, j.state, j.error_code, j.failing_since, j.last_changed_at, j.polls, j.failed,
    j.articles, j.bytes, j.mean_milliseconds, j.trouble
  from judged j where j.trouble is not null
  order by array_position('{failing,slow,noisy,silent}', j.trouble), j.failed desc, j.mean_milliseconds desc, j.id limit most
$$;

-- How much there is, and what came by day: of the instance, or of the present tenant.
create function growth(of_instance boolean, from_day date, to_day date) returns table (day date, articles bigint, bytes bigint,
    polls bigint, failed bigint)
  language sql stable security definer set search_path = public, pg_temp as $$
  select d.day, sum(d.articles)::bigint, sum(d.bytes)::bigint, sum(d.polls)::bigint, sum(d.failed)::bigint
  from feed_days d
  where d.day between from_day and to_day and (of_instance or d.feed_id in (
    select s.feed_id from subscriptions s join readers r on r.id = s.reader_id where r.tenant_id = current_tenant_id()))
  group by d.day order by d.day
$$;

create function sizes(of_instance boolean) returns table (feeds bigint, failing bigint, readers bigint, tenants bigint, articles bigint,
    bytes bigint, llm_requests bigint)
  language sql stable security definer set search_path = public, pg_temp as $$
  with followed as (
    select f.id, f.state from feeds f where f.subscriber_count > 0 and (of_instance or f.id in (
      select s.feed_id from subscriptions s join readers r on r.id = s.reader_id where r.tenant_id = current_tenant_id()))
  )
  select (select count(*) from followed), (select count(*) from followed f where f.state in ('failing', 'gone')),
    (select count(*) from readers r where r.purge_after is null and (of_instance or r.tenant_id = current_tenant_id())),
    case when of_instance then (select count(*) from tenants) end,
    -- Many articles are estimated, for to count them takes seconds; few are counted, of which there may be no estimate yet.
    case when of_instance then greatest((select c.reltuples::bigint from pg_class c where c.oid = 'articles'::regclass),
      (select count(*) from (select from articles limit 10000) few)) end,
    case when of_instance then pg_database_size(current_database()) end,
    (select coalesce(sum(u.requests), 0) from llm_usage u
      where u.month = usage_month() and (of_instance or u.tenant_id = current_tenant_id()))
$$;

revoke execute on function add_buckets, record_work, record_polls, forget_old_work, platform_work, feed_behaviour, growth, sizes
  from public;
