-- How many lines of the platform's log there are of each service and level in each minute (UTC), so that counts over time are read
-- from these and not from the lines. They are kept in the statement that keeps the lines, by whatever it really added: a line that
-- comes again changes neither. They go with their day.

create table service_log_counts (
  minute timestamptz not null,
  level smallint not null check (level between 0 and 4),
  service text not null collate "C",
  lines integer not null check (lines > 0),
  primary key (minute, level, service)
) with (fillfactor = 70); -- the rows of the present minute change with each batch

alter table service_log_counts enable row level security;
alter table service_log_counts force row level security;
create policy service_log_counts_owner on service_log_counts to alt_owner using (true) with check (true);
create policy service_log_counts_keeper on service_log_counts for select to rask_log_aggregator using (true);

-- In one order, as everybody takes these rows.
create function count_service_logs() returns trigger
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into service_log_counts as c (minute, level, service, lines)
    select date_trunc('minute', at, 'UTC'), level, service, count(*)
    from new_rows group by 1, 2, 3 order by 1, 2, 3
    on conflict (minute, level, service) do update set lines = c.lines + excluded.lines;
  return null;
end $$;
revoke execute on function count_service_logs from public;

-- Nobody adds a line between the first count and the first call of the trigger.
lock table service_logs in share row exclusive mode;
create trigger count_lines after insert on service_logs referencing new table as new_rows
  for each statement execute function count_service_logs();
insert into service_log_counts (minute, level, service, lines)
  select date_trunc('minute', at, 'UTC'), level, service, count(*) from service_logs group by 1, 2, 3;

-- The lines of one service among many of others.
create index service_logs_service on service_logs (service, at desc, id desc);

-- As before, and with the days their counts.
create or replace function prepare_service_logs(p_days date[], p_days_kept integer) returns void
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
  delete from service_log_counts where minute < v_oldest::timestamp at time zone 'UTC';
end $$;
