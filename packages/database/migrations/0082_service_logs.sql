-- The platform's own log lines, where Postgres is what keeps them. They belong to whoever owns the instance and to no tenant or
-- reader: what people would not want to find there is masked before it comes here. One partition a day (UTC), made ahead and dropped whole.

create table service_logs (
  at timestamptz not null,
  -- Given by the sender or made of its batch: the same line that comes twice is one row.
  id text not null collate "C",
  -- 0 debug, 1 info, 2 warn, 3 error, 4 fatal.
  level smallint not null check (level between 0 and 4),
  service text not null,
  message text not null,
  service_type text not null,
  log_type text not null,
  service_group text not null,
  stream text not null,
  container_id text not null,
  trace_id text not null,
  span_id text not null,
  request_id text not null,
  fields jsonb not null,
  primary key (at, id)
) partition by range (at);
create index service_logs_grave on service_logs (at desc, id desc) where level >= 2;
create index service_logs_request on service_logs (request_id, at desc) where request_id <> '';
create index service_logs_trace on service_logs (trace_id, at desc) where trace_id <> '';

alter table service_logs enable row level security;
alter table service_logs force row level security;
create policy service_logs_owner on service_logs to alt_owner using (true) with check (true);
create policy service_logs_keeper on service_logs for select to rask_log_aggregator using (true);
create policy service_logs_append on service_logs for insert to rask_log_aggregator with check (true);

-- Makes the partitions of these days, and of today and the next two, and drops days that are older than p_days_kept (never fewer
-- than one). Days that would be dropped at once are not made. Any number of processes may call it at once.
create function prepare_service_logs(p_days date[], p_days_kept integer) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '5s' as $$
declare
  v_today constant date := (now() at time zone 'UTC')::date;
  v_oldest constant date := v_today - greatest(p_days_kept, 1);
  v_day date;
  v_name text;
begin
  perform pg_advisory_xact_lock(hashtextextended('alt.service_logs', 0));
  for v_day in
    select distinct d from unnest(p_days || array[v_today, v_today + 1, v_today + 2]) d
    where d between v_oldest and v_today + 3
  loop
    v_name := to_char(v_day, '"service_logs_"YYYY_MM_DD');
    if to_regclass('public.' || v_name) is null then
      execute format('create table public.%I partition of public.service_logs for values from (%L) to (%L)', v_name,
        v_day::timestamp at time zone 'UTC', (v_day + 1)::timestamp at time zone 'UTC');
      execute format('alter table public.%I enable row level security', v_name);
      execute format('alter table public.%I force row level security', v_name);
      execute format('create policy service_logs_owner on public.%I to alt_owner using (true) with check (true)', v_name);
    end if;
  end loop;
  for v_name in
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relname ~ '^service_logs_\d{4}_\d{2}_\d{2}$' and relispartition
      and relname < to_char(v_oldest, '"service_logs_"YYYY_MM_DD')
  loop
    execute format('drop table public.%I', v_name);
  end loop;
end $$;
